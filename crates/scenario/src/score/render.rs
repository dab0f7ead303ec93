//! The score as tables for a terminal.

use std::fmt;

use super::{Reason, Score, Tally, Unmatched};

fn percent(share: f64) -> String {
    // Rounded down, so that 100 % means all of them.
    let tenths = (share * 1000.0).floor();
    format!("{:.1} %", tenths / 10.0)
}

fn row(f: &mut fmt::Formatter<'_>, name: &str, tally: &Tally) -> fmt::Result {
    writeln!(
        f,
        "{name:<22} {:>8} {:>8} {:>8} {:>10} {:>9}",
        tally.truth,
        tally.raised,
        tally.right,
        percent(tally.precision),
        percent(tally.recall),
    )
}

fn unmatched(f: &mut fmt::Formatter<'_>, title: &str, rows: &[Unmatched]) -> fmt::Result {
    if rows.is_empty() {
        return writeln!(f, "\n{title}: nothing");
    }
    writeln!(f, "\n{title}")?;
    for row in rows {
        write!(
            f,
            "  {:<6} {:<10} {:<18} {:>7} lines  {}",
            row.incident,
            row.agency,
            row.kind.name(),
            row.lines,
            row.reason
        )?;
        match &row.nearest {
            Some(nearest) => writeln!(f, " (nearest {nearest})")?,
            None => writeln!(f)?,
        }
    }
    Ok(())
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoDetection => f.write_str("no detection"),
            Self::WrongKind => f.write_str("wrong kind"),
            Self::WrongAgency => f.write_str("wrong agency"),
            Self::Split => f.write_str("split"),
            Self::Merged => f.write_str("merged"),
            Self::DecoyAccused(name) => write!(f, "decoy accused: {name}"),
            Self::NoAttack => f.write_str("no attack there"),
        }
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{:<22} {:>8} {:>8} {:>8} {:>10} {:>9}",
            "", "truth", "raised", "right", "precision", "recall"
        )?;
        for kind in &self.kinds {
            row(f, kind.kind.name(), &kind.tally)?;
        }
        row(f, "incidents", &self.incidents)?;
        row(f, "lines", &self.lines)?;
        row(f, "campaign pairs", &self.grouping.pairs)?;
        writeln!(f, "\nlines in the right incident: {}", percent(self.lines_in_place))?;
        let exact = if self.grouping.exact { "yes" } else { "no" };
        writeln!(f, "grouped exactly right: {exact}")?;
        unmatched(f, "missed", &self.missed)?;
        unmatched(f, "wrongly raised", &self.wrong)?;
        if self.accused.is_empty() {
            writeln!(f, "\ndecoys accused: none")?;
        } else {
            writeln!(f, "\ndecoys accused")?;
            for a in &self.accused {
                writeln!(f, "  {:<18} in {:<6} {}", a.decoy, a.incident, a.what)?;
            }
        }
        let verdict = if self.meets_goal() { "meets the goal" } else { "misses the goal" };
        write!(
            f,
            "\nseed {}: {verdict} (incidents 95 %, lines 90 %, campaigns right, no decoy accused)",
            self.seed
        )
    }
}
