//! What a part of a case must have before it is shared.

use bakas_model::exchange::{Extract, ObservableKind, Package};

use super::Faults;

impl Faults<'_> {
    pub(super) fn extract(&mut self, extract: &Extract, package: &Package) {
        self.some_words(&extract.title, "content.title", "say in a line what it is about");
        let nothing = extract.incidents.is_empty()
            && extract.campaigns.is_empty()
            && extract.observables.is_empty()
            && extract.opinions.is_empty()
            && extract.actions.is_empty()
            && extract.notes.is_empty();
        self.if_so(nothing, "content", "holds nothing", "choose what to share");
        for (at, one) in extract.observables.iter().enumerate() {
            let place = format!("content.observables[{at}]");
            let kind = one.observable.kind;
            let person = matches!(kind, ObservableKind::Email | ObservableKind::Account);
            let labelled = package.handling.personal
                || one.handling.as_ref().is_some_and(|handling| handling.personal);
            self.if_so(
                person && !one.indicator && !labelled,
                &place,
                "names an account that may be a victim's, and is not labelled so",
                "leave it out, label it as personal data, or mark it as the attacker's own",
            );
            if let Some(handling) = &one.handling {
                self.personal(handling, &format!("{place}.handling.personal"));
            }
            let turned = one.first > one.last;
            self.if_so(turned, &format!("{place}.last"), "is before the first", "turn them round");
        }
        for (at, one) in extract.notes.iter().enumerate() {
            self.some_words(&one.text, &format!("content.notes[{at}].text"), "say something");
        }
    }
}
