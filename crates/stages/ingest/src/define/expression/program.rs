//! A backtracking machine for expressions, with the runs of a class of bytes done in one step: what
//! Perl would try, in that order, within a bound of steps. Log lines rarely make it go back, and
//! then it is several times as fast as an engine that must never go back.

use memchr::{memchr, memrchr};

/// A set of bytes.
pub(super) type Set = [bool; 256];

/// Steps that a text may take: so many, and so many for each byte.
const STEPS: usize = 1024;
const STEPS_PER_BYTE: usize = 32;
/// A run of so many bytes costs another step.
const BYTES_PER_STEP: usize = 8;

/// No place.
const NONE: usize = usize::MAX;

/// One instruction.
#[derive(Debug)]
pub(super) enum Op {
    /// These bytes.
    Literal(Box<[u8]>),
    /// A byte of a set.
    Set(Box<Set>),
    /// Bytes of a set.
    Run(Box<Repeat>),
    /// The first way, else the second.
    Split(usize, usize),
    Jump(usize),
    /// A group begins or ends.
    Save(usize),
    Start,
    End,
    /// At the border of a word, or not.
    Border(bool),
    Match,
}

/// Bytes of a set, again and again.
#[derive(Debug)]
pub(super) struct Repeat {
    pub(super) set: Set,
    /// The only byte that is not in the set, where it is one.
    pub(super) but: Option<u8>,
    pub(super) least: usize,
    pub(super) most: usize,
    pub(super) is_greedy: bool,
    /// What follows begins with none of the set: there is one way only.
    pub(super) is_single: bool,
    /// What may follow, where something must.
    pub(super) next: Option<Set>,
    /// The only byte that may follow.
    pub(super) next_byte: Option<u8>,
}

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Program {
    pub(super) ops: Vec<Op>,
    /// Groups, the whole match among them.
    pub(super) groups: usize,
    /// It fits at the beginning of a text or nowhere.
    pub(super) is_anchored: bool,
    /// What it may begin with, where it must with something.
    pub(super) first: Option<Set>,
}

/// What running a program came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Run {
    /// It fits up to there.
    Fits(usize),
    Fails,
    /// It would take more steps than it may.
    TooLong,
}

/// A way not taken yet.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Another instruction at a place.
    Branch { pc: usize, at: usize },
    /// A group's place before.
    Restore { slot: usize, old: usize },
    /// A greedy run that may be shorter, down to `least`.
    Shorter { pc: usize, least: usize, at: usize },
    /// A lazy run that may be longer, up to `most`.
    Longer { pc: usize, at: usize, most: usize },
}

/// Room for running programs, kept between texts.
#[derive(Debug, Default)]
pub(crate) struct Scratch {
    slots: Vec<usize>,
    ways: Vec<Way>,
}

impl Scratch {
    /// Where a group of the last match lies.
    #[inline]
    pub(crate) fn group(&self, group: usize) -> Option<(usize, usize)> {
        let (from, to) = (*self.slots.get(group * 2)?, *self.slots.get(group * 2 + 1)?);
        (from != NONE && to != NONE).then_some((from, to))
    }

    pub(super) fn set(&mut self, groups: impl Iterator<Item = Option<(usize, usize)>>) {
        self.slots.clear();
        self.slots
            .extend(groups.flat_map(|place| place.map_or([NONE; 2], |(from, to)| [from, to])));
    }
}

impl Program {
    /// Looks for the first match in a text.
    #[inline]
    pub(super) fn run(&self, text: &[u8], scratch: &mut Scratch) -> Run {
        let mut steps = STEPS + STEPS_PER_BYTE * text.len();
        let mut start = 0;
        loop {
            if let Some(first) = &self.first {
                let rest = text.get(start..).unwrap_or_default();
                let is_first = |byte: &u8| first[usize::from(*byte)];
                if self.is_anchored {
                    if rest.first().is_some_and(|byte| !is_first(byte)) {
                        return Run::Fails;
                    }
                } else {
                    start += rest.iter().position(is_first).unwrap_or(rest.len());
                }
            }
            scratch.slots.clear();
            scratch.slots.resize(self.groups * 2, NONE);
            scratch.ways.clear();
            match self.run_at(text, start, scratch, &mut steps) {
                Run::Fits(end) => {
                    (scratch.slots[0], scratch.slots[1]) = (start, end);
                    return Run::Fits(end);
                }
                Run::Fails if self.is_anchored || start >= text.len() => return Run::Fails,
                Run::Fails => start += 1,
                Run::TooLong => return Run::TooLong,
            }
        }
    }

    fn run_at(&self, text: &[u8], start: usize, scratch: &mut Scratch, steps: &mut usize) -> Run {
        let (mut pc, mut at) = (0, start);
        loop {
            let Some(left) = steps.checked_sub(1) else { return Run::TooLong };
            *steps = left;
            let next = match &self.ops[pc] {
                Op::Literal(bytes) => {
                    let fits = text.get(at..).is_some_and(|rest| rest.starts_with(bytes));
                    fits.then(|| (pc + 1, at + bytes.len()))
                }
                Op::Set(set) => {
                    text.get(at).filter(|byte| set[usize::from(**byte)]).map(|_| (pc + 1, at + 1))
                }
                Op::Run(run) => {
                    let next = run.take(text, at, pc, &mut scratch.ways);
                    let taken = next.map_or(0, |to| to - at);
                    *steps = steps.saturating_sub(taken / BYTES_PER_STEP);
                    next.map(|to| (pc + 1, to))
                }
                Op::Split(first, second) => {
                    scratch.ways.push(Way::Branch { pc: *second, at });
                    Some((*first, at))
                }
                Op::Jump(to) => Some((*to, at)),
                Op::Save(slot) => {
                    let old = std::mem::replace(&mut scratch.slots[*slot], at);
                    if !scratch.ways.is_empty() {
                        scratch.ways.push(Way::Restore { slot: *slot, old });
                    }
                    Some((pc + 1, at))
                }
                Op::Start => (at == 0).then_some((pc + 1, at)),
                Op::End => (at == text.len()).then_some((pc + 1, at)),
                Op::Border(wanted) => (is_border(text, at) == *wanted).then_some((pc + 1, at)),
                Op::Match => return Run::Fits(at),
            };
            match next.or_else(|| self.back(text, scratch, steps)) {
                Some(next) => (pc, at) = next,
                None => return Run::Fails,
            }
        }
    }

    /// Goes back to the last way that was not taken.
    fn back(
        &self,
        text: &[u8],
        scratch: &mut Scratch,
        steps: &mut usize,
    ) -> Option<(usize, usize)> {
        loop {
            match scratch.ways.pop()? {
                Way::Branch { pc, at } => return Some((pc, at)),
                Way::Restore { slot, old } => scratch.slots[slot] = old,
                Way::Shorter { pc, least, at } => {
                    let Op::Run(run) = &self.ops[pc] else { continue };
                    if let Some(to) = run.shorter(text, least, at - 1) {
                        *steps = steps.saturating_sub((at - to) / BYTES_PER_STEP);
                        if to > least {
                            scratch.ways.push(Way::Shorter { pc, least, at: to });
                        }
                        return Some((pc + 1, to));
                    }
                    *steps = steps.saturating_sub((at - least) / BYTES_PER_STEP);
                }
                Way::Longer { pc, at, most } => {
                    let Op::Run(run) = &self.ops[pc] else { continue };
                    let has_more = at < most && text.get(at).is_some_and(|b| run.has(*b));
                    let Some(to) = has_more.then(|| run.longer(text, at + 1, most)).flatten()
                    else {
                        continue;
                    };
                    *steps = steps.saturating_sub((to - at) / BYTES_PER_STEP);
                    scratch.ways.push(Way::Longer { pc, at: to, most });
                    return Some((pc + 1, to));
                }
            }
        }
    }
}

impl Repeat {
    #[inline]
    fn has(&self, byte: u8) -> bool {
        self.set[usize::from(byte)]
    }

    /// Whether what follows may begin there.
    #[inline]
    fn may_follow(&self, text: &[u8], at: usize) -> bool {
        match (&self.next, text.get(at)) {
            (Some(next), Some(byte)) => next[usize::from(*byte)],
            _ => true,
        }
    }

    /// How many bytes of the set stand at the start.
    #[inline]
    fn count(&self, text: &[u8]) -> usize {
        match self.but {
            Some(but) => memchr(but, text).unwrap_or(text.len()),
            None => text.iter().take_while(|byte| self.has(**byte)).count(),
        }
    }

    /// The first way to run from a place; others are put aside.
    #[inline]
    fn take(&self, text: &[u8], at: usize, pc: usize, ways: &mut Vec<Way>) -> Option<usize> {
        let rest = text.get(at..)?;
        let within = rest.get(..self.most).unwrap_or(rest);
        if self.is_single || self.is_greedy {
            let count = self.count(within);
            let (least, most) = (at.checked_add(self.least)?, at + count);
            if count < self.least {
                return None;
            }
            if self.is_single {
                return self.may_follow(text, most).then_some(most);
            }
            let to = self.shorter(text, least, most)?;
            if to > least {
                ways.push(Way::Shorter { pc, least, at: to });
            }
            return Some(to);
        }
        let first = within.get(..self.least)?;
        if !first.iter().all(|byte| self.has(*byte)) {
            return None;
        }
        let most = at + within.len();
        let to = self.longer(text, at + self.least, most)?;
        ways.push(Way::Longer { pc, at: to, most });
        Some(to)
    }

    /// The last place from `least` up to `most` after which something may follow.
    fn shorter(&self, text: &[u8], least: usize, most: usize) -> Option<usize> {
        if most == text.len() || self.may_follow(text, most) {
            return Some(most);
        }
        if let Some(next) = self.next_byte {
            return memrchr(next, text.get(least..most)?).map(|at| least + at);
        }
        (least..most).rev().find(|at| self.may_follow(text, *at))
    }

    /// The first place from `at` on, with bytes of the set before it, after which something may
    /// follow.
    fn longer(&self, text: &[u8], mut at: usize, most: usize) -> Option<usize> {
        loop {
            if self.may_follow(text, at) {
                return Some(at);
            }
            if at >= most || !self.has(*text.get(at)?) {
                return None;
            }
            at += 1;
        }
    }
}

fn is_border(text: &[u8], at: usize) -> bool {
    let is_word = |byte: Option<&u8>| byte.is_some_and(|b| b.is_ascii_alphanumeric() || *b == b'_');
    is_word(at.checked_sub(1).and_then(|at| text.get(at))) != is_word(text.get(at))
}
