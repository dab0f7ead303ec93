//! Which definition reads a message of a system log: an index by program and by first words, so that
//! a message does not go through every definition there is.

use rustc_hash::FxHashMap;

use crate::{Definition, define::Glob};

/// Longest name of a program that is looked up; longer ones are tried one by one.
const PROGRAM_BYTES: usize = 64;

/// Definitions that system logs carry, by what they are for. The number of each is its rank: the
/// lowest that fits has the message.
#[derive(Debug, Default)]
pub(super) struct Carried {
    definitions: Vec<&'static Definition>,
    /// By the first byte: how a message begins, and whose that is.
    starts: FxHashMap<u8, Vec<(&'static str, usize)>>,
    /// By the program's name in small letters.
    programs: FxHashMap<&'static str, usize>,
    /// Names with stars.
    globs: Vec<(&'static Glob, usize)>,
}

impl Carried {
    /// The index of these, the highest rank first.
    pub(super) fn new(definitions: Vec<&'static Definition>) -> Self {
        let mut index = Self::default();
        for (rank, definition) in definitions.iter().enumerate() {
            let (programs, starts) = definition.carried_by();
            for start in starts {
                if let Some(first) = start.bytes().next() {
                    index.starts.entry(first).or_default().push((start, rank));
                }
            }
            for glob in programs {
                match glob.only() {
                    Some(name) if name.len() <= PROGRAM_BYTES => {
                        index.programs.entry(name).or_insert(rank);
                    }
                    _ => index.globs.push((glob, rank)),
                }
            }
        }
        Self { definitions, ..index }
    }

    /// The definition for a message of a program, and whether it reads what follows the header
    /// whole (the program's name included) rather than the message.
    pub(super) fn find(
        &self,
        program: &str,
        message: &str,
        after_header: &str,
    ) -> Option<(&'static Definition, bool)> {
        let whole = after_header.trim_start_matches([' ', ':']);
        let by_message = self.by_start(message).map(|rank| (rank, 0));
        let by_whole = self.by_start(whole).map(|rank| (rank, 1));
        let by_program = self.by_program(program).map(|rank| (rank, 2));
        let (rank, way) = [by_message, by_whole, by_program].into_iter().flatten().min()?;
        Some((self.definitions.get(rank)?, way == 1))
    }

    fn by_start(&self, text: &str) -> Option<usize> {
        let starts = self.starts.get(text.as_bytes().first()?)?;
        starts.iter().find(|(start, _)| text.starts_with(start)).map(|(_, rank)| *rank)
    }

    fn by_program(&self, program: &str) -> Option<usize> {
        if program.is_empty() {
            return None;
        }
        let mut lower = [0; PROGRAM_BYTES];
        let known = lower.get_mut(..program.len()).and_then(|lower| {
            lower.copy_from_slice(program.as_bytes());
            lower.make_ascii_lowercase();
            self.programs.get(std::str::from_utf8(lower).ok()?).copied()
        });
        let fits = |(glob, rank): &&(&Glob, usize)| {
            known.is_none_or(|known| *rank < known) && glob.fits(program)
        };
        self.globs.iter().find(fits).map(|(_, rank)| *rank).or(known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Formats;

    /// Every definition in its order, one by one.
    fn slow(
        definitions: &[&'static Definition],
        program: &str,
        message: &str,
        after_header: &str,
    ) -> Option<(&'static str, bool)> {
        let whole = after_header.trim_start_matches([' ', ':']);
        definitions.iter().find_map(|definition| {
            let (programs, starts) = definition.carried_by();
            let begins = |text: &str| starts.iter().any(|start| text.starts_with(start));
            let is_for = !program.is_empty() && programs.iter().any(|glob| glob.fits(program));
            (begins(message) || begins(whole) || is_for)
                .then(|| (definition.name(), !begins(message) && begins(whole)))
        })
    }

    #[test]
    fn the_index_says_what_a_walk_says() {
        let definitions = &Formats::builtin().0.carried.definitions;
        let (mut programs, mut texts) = (vec![String::new(), "x".repeat(99)], vec![String::new()]);
        for definition in definitions {
            let (of, starts) = definition.carried_by();
            programs.extend(of.iter().filter_map(Glob::only).map(str::to_owned));
            programs.extend(of.iter().filter_map(Glob::only).map(str::to_uppercase));
            programs.extend(of.iter().filter_map(Glob::only).map(|name| format!("{name}/smtpd")));
            texts.extend(starts.iter().map(|start| format!("{start}1")));
            texts.extend(starts.iter().map(|start| format!(": {start}1")));
        }
        assert!(programs.len() > 60 && texts.len() > 10, "{programs:?} {texts:?}");
        let index = Carried::new(definitions.clone());
        for program in &programs {
            for message in &texts {
                for whole in &texts {
                    let found = index.find(program, message, whole);
                    let found = found.map(|(definition, is_whole)| (definition.name(), is_whole));
                    assert_eq!(
                        found,
                        slow(definitions, program, message, whole),
                        "{program} {message}"
                    );
                }
            }
        }
    }
}
