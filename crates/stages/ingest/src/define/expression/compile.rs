//! An expression's syntax tree into the machine's instructions, where the machine can do all of it.

use regex_syntax::{
    ParserBuilder,
    hir::{Class, Hir, HirKind, Look, Repetition},
};

use super::{
    NEST_LIMIT,
    program::{Op, Program, Repeat, Set},
};

/// Most instructions of a program.
const OPS_LIMIT: usize = 4096;

/// The syntax tree of an expression.
pub(super) fn parse(text: &str) -> Option<Hir> {
    let mut parser = ParserBuilder::new().nest_limit(NEST_LIMIT).unicode(false).utf8(false).build();
    parser.parse(text).ok()
}

/// The program of an expression, where the machine can run it.
pub(super) fn program(text: &str) -> Option<Program> {
    let tree = parse(text)?;
    let groups = tree.properties().explicit_captures_len() + 1;
    let mut ops = Vec::new();
    add(&tree, &mut ops)?;
    ops.push(Op::Match);
    for pc in 0..ops.len() {
        let next = first(&ops, pc + 1);
        if let Op::Run(run) = &mut ops[pc] {
            run.follow(next);
        }
    }
    let is_anchored = tree.properties().look_set_prefix().contains(Look::Start);
    Some(Program { first: first(&ops, 0), ops, groups, is_anchored })
}

fn set_of(tree: &Hir) -> Option<Set> {
    let mut set = [false; 256];
    match tree.kind() {
        HirKind::Literal(literal) => match *literal.0 {
            [byte] => set[usize::from(byte)] = true,
            _ => return None,
        },
        HirKind::Class(Class::Bytes(class)) => {
            for range in class.ranges() {
                set[usize::from(range.start())..=usize::from(range.end())].fill(true);
            }
        }
        HirKind::Class(Class::Unicode(class)) => {
            for range in class.ranges() {
                let (start, end) = (u32::from(range.start()), u32::from(range.end()));
                if end >= 128 {
                    return None;
                }
                set[start as usize..=end as usize].fill(true);
            }
        }
        _ => return None,
    }
    Some(set)
}

fn add(tree: &Hir, ops: &mut Vec<Op>) -> Option<()> {
    if ops.len() > OPS_LIMIT {
        return None;
    }
    match tree.kind() {
        HirKind::Empty => {}
        HirKind::Literal(literal) => ops.push(Op::Literal(literal.0.clone())),
        HirKind::Class(_) => ops.push(Op::Set(Box::new(set_of(tree)?))),
        HirKind::Look(look) => ops.push(match look {
            Look::Start => Op::Start,
            Look::End => Op::End,
            Look::WordAscii => Op::Border(true),
            Look::WordAsciiNegate => Op::Border(false),
            _ => return None,
        }),
        HirKind::Repetition(repetition) => repeat(repetition, ops)?,
        HirKind::Capture(capture) => {
            let slot = capture.index as usize * 2;
            ops.push(Op::Save(slot));
            add(&capture.sub, ops)?;
            ops.push(Op::Save(slot + 1));
        }
        HirKind::Concat(parts) => parts.iter().try_for_each(|part| add(part, ops))?,
        HirKind::Alternation(parts) => {
            let (last, parts) = parts.split_last()?;
            let mut jumps = Vec::new();
            for part in parts {
                let split = ops.len();
                ops.push(Op::Match);
                add(part, ops)?;
                jumps.push(ops.len());
                ops.push(Op::Match);
                ops[split] = Op::Split(split + 1, ops.len());
            }
            add(last, ops)?;
            let end = ops.len();
            jumps.into_iter().for_each(|jump| ops[jump] = Op::Jump(end));
        }
    }
    Some(())
}

fn repeat(repetition: &Repetition, ops: &mut Vec<Op>) -> Option<()> {
    let (sub, is_greedy) = (&repetition.sub, repetition.greedy);
    let least = repetition.min as usize;
    if let Some(set) = set_of(sub) {
        let mut others = (0..=255_u8).filter(|byte| !set[usize::from(*byte)]);
        let but = others.next().filter(|_| others.next().is_none());
        let most = repetition.max.map_or(usize::MAX, |most| most as usize);
        let (is_single, next, next_byte) = (false, None, None);
        let run = Repeat { set, but, least, most, is_greedy, is_single, next, next_byte };
        ops.push(Op::Run(Box::new(run)));
        return Some(());
    }
    let split = |to: usize, after: usize| {
        if is_greedy { Op::Split(to, after) } else { Op::Split(after, to) }
    };
    let is_one = (least, repetition.max) == (0, Some(1));
    // What may be empty could go round for ever.
    if !is_one && sub.properties().minimum_len().is_none_or(|length| length == 0) {
        return None;
    }
    for _ in 0..least {
        add(sub, ops)?;
    }
    let Some(most) = repetition.max else {
        let again = ops.len();
        ops.push(Op::Match);
        add(sub, ops)?;
        ops.push(Op::Jump(again));
        ops[again] = split(again + 1, ops.len());
        return Some(());
    };
    let mut splits = Vec::new();
    for _ in least..most as usize {
        splits.push(ops.len());
        ops.push(Op::Match);
        add(sub, ops)?;
    }
    let end = ops.len();
    splits.into_iter().for_each(|at| ops[at] = split(at + 1, end));
    Some(())
}

impl Repeat {
    /// Takes what may follow it.
    fn follow(&mut self, next: Option<Set>) {
        let Some(next) = next else { return };
        let both = |byte: &u8| self.set[usize::from(*byte)] && next[usize::from(*byte)];
        self.is_single = !(0..=255_u8).any(|byte| both(&byte));
        let mut bytes = (0..=255_u8).filter(|byte| next[usize::from(*byte)]);
        self.next_byte = bytes.next().filter(|_| bytes.next().is_none());
        self.next = Some(next);
    }
}

/// The bytes that may stand where an instruction begins, other than at a text's end; `None` where
/// nothing need stand there.
fn first(ops: &[Op], pc: usize) -> Option<Set> {
    let (mut set, mut open, mut seen) = ([false; 256], vec![pc], vec![false; ops.len()]);
    while let Some(pc) = open.pop() {
        if std::mem::replace(seen.get_mut(pc)?, true) {
            continue;
        }
        let mut more = |other: &Set| set.iter_mut().zip(other).for_each(|(a, b)| *a |= *b);
        match &ops[pc] {
            Op::Literal(bytes) => set[usize::from(*bytes.first()?)] = true,
            Op::Set(other) => more(other),
            Op::Run(run) => {
                more(&run.set);
                if run.least == 0 {
                    open.push(pc + 1);
                }
            }
            Op::Split(one, other) => open.extend([*one, *other]),
            Op::Jump(to) => open.push(*to),
            Op::Save(_) | Op::Start | Op::Border(_) => open.push(pc + 1),
            // There no byte stands.
            Op::End => {}
            Op::Match => return None,
        }
    }
    Some(set)
}
