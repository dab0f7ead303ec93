//! The plain rules: what each asks for, and its program, compiled when it is first asked. Of rules
//! that were kept as bytes, each is read when somebody first looks at it: rules for logs that are
//! not there cost next to nothing.

use std::{
    ops::{Index, Range},
    sync::{Arc, OnceLock},
};

use serde::{Deserialize, Serialize};

use crate::{
    evaluate::Fields,
    program::{Naming, Program},
};

/// A rule as its pipelines and filters left it.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Detail {
    pub(crate) detection: bakas_sigma::Detection,
    /// The logs that it is for, by variant.
    pub(crate) log_sources: Vec<bakas_sigma::LogSource>,
    /// The fields that it names, by variant.
    pub(crate) fields: Vec<Vec<String>>,
}

/// All plain rules, by their indexes.
#[derive(Debug, Default)]
pub(crate) struct Details {
    list: Vec<Plain>,
    /// Rules as bytes, where they were kept so.
    bytes: Arc<Vec<u8>>,
}

#[derive(Debug)]
struct Plain {
    detail: OnceLock<Box<Detail>>,
    program: OnceLock<Program>,
    /// Its place among the bytes.
    at: Range<usize>,
}

impl Details {
    /// Adds a rule that was just compiled.
    pub(crate) fn push(&mut self, detail: Detail, program: Program) {
        let (detail, program) = (OnceLock::from(Box::new(detail)), OnceLock::from(program));
        self.list.push(Plain { detail, program, at: 0..0 });
    }

    /// Of rules that lie in bytes, one after another from a place on, by their lengths. `None`
    /// where there are fewer bytes.
    pub(crate) fn kept(bytes: Arc<Vec<u8>>, from: usize, lengths: &[u32]) -> Option<Self> {
        let mut end = from;
        let mut next = |length: &u32| {
            let from = end;
            end = end.checked_add(*length as usize)?;
            let (detail, program) = (OnceLock::new(), OnceLock::new());
            (end <= bytes.len()).then_some(Plain { detail, program, at: from..end })
        };
        let list = lengths.iter().map(&mut next).collect::<Option<_>>()?;
        Some(Self { list, bytes })
    }

    pub(crate) const fn len(&self) -> usize {
        self.list.len()
    }

    /// What a rule asks for; `None` for a correlation.
    pub(crate) fn get(&self, rule: usize) -> Option<&Detail> {
        let plain = self.list.get(rule)?;
        Some(plain.detail.get_or_init(|| {
            let bytes = self.bytes.get(plain.at.clone()).expect("it was seen to lie in them");
            let read = postcard::from_bytes(bytes);
            Box::new(read.expect("their hash told that they are what this program wrote"))
        }))
    }

    /// The program of a rule; `None` for a correlation.
    pub(crate) fn program(&self, rule: usize, fields: &Fields) -> Option<&Program> {
        let plain = self.list.get(rule)?;
        if let Some(program) = plain.program.get() {
            return Some(program);
        }
        let detail = self.get(rule)?;
        Some(plain.program.get_or_init(|| {
            let program = Program::new(&detail.detection, &mut Naming::Known(fields));
            program.expect("it was compiled when it was loaded")
        }))
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Detail> {
        (0..self.len()).filter_map(|rule| self.get(rule))
    }
}

impl Index<usize> for Details {
    type Output = Detail;

    fn index(&self, rule: usize) -> &Detail {
        self.get(rule).expect("the index of a plain rule")
    }
}

impl<'d> IntoIterator for &'d Details {
    type Item = &'d Detail;
    type IntoIter = Box<dyn Iterator<Item = &'d Detail> + 'd>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}
