//! Habits of a campaign beside profiles of groups: similarity with its base rate, and never one name
//! alone.

use bakas_model::assessment::{HabitKind, ProfileComparison, SimilarProfile};
use maud::{Markup, html};

use super::super::{
    Matter,
    parts::{both, table, text, th, thn, value},
};

const HABITS_SHOWN: usize = 6;

pub(super) fn draw(matter: &Matter<'_>) -> Markup {
    let comparisons = matter.judged.map_or(&[][..], |judged| judged.known);
    if comparisons.is_empty() {
        return html! {};
    }
    html! {
        h3 id="known" { (both("Habits beside profiles of groups", "Mga gawi sa tabi ng mga profile ng mga pangkat")) }
        @for comparison in comparisons { (one(comparison)) }
    }
}

fn one(comparison: &ProfileComparison) -> Markup {
    html! {
        h4 { (value(&comparison.subject, 40)) }
        p { (text(&comparison.text)) }
        @if !comparison.similar.is_empty() { (similar(comparison)) }
    }
}

fn similar(comparison: &ProfileComparison) -> Markup {
    let all = comparison.profiles;
    let head = html! {
        (th("Profile", "Profile")) (thn("Similarity, 0 to 1", "Pagkakatulad, 0 hanggang 1")) (thn("At least as similar", "Kasintulad o higit pa")) (th("Shared habits, the rarest first: listed by", "Magkaparehong gawi, pinakabihira muna: nakalista sa"))
    };
    let body = html! {
        @for profile in &comparison.similar {
            tr {
                th scope="row" { (value(&profile.name, 60)) " " small { (value(&profile.file, 60)) } }
                td.n { (format!("{:.2}", profile.similarity)) }
                td.n { (both(format!("{} of {all}", profile.at_least_as_similar), format!("{} sa {all}", profile.at_least_as_similar))) }
                td { (habits(profile, all)) }
            }
        }
    };
    html! {
        details {
            summary { (both("The most similar profiles; none of them is an answer", "Ang pinakatulad na mga profile; walang sagot sa mga ito")) }
            (table(both("Who wrote a profile chose what to write; habits can be copied", "Pinili ng sumulat ng profile ang isinulat; magagaya ang mga gawi"), "Profiles", head, body))
        }
    }
}

fn habits(profile: &SimilarProfile, all: usize) -> Markup {
    html! {
        @for shared in profile.shared.iter().take(HABITS_SHOWN) {
            (value(&shared.habit.value, 60)) @if shared.habit.kind == HabitKind::Sector { " " (both("(sector)", "(sektor)")) }
            " " small { (shared.listed_by) "/" (all) } "; "
        }
        @if profile.shared_count > HABITS_SHOWN {
            (both(format!("{} in all", profile.shared_count), format!("{} lahat", profile.shared_count)))
        }
    }
}
