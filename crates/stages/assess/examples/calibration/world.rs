//! The world: how things come about. Who did it leaves marks by mechanisms (habits that show or do
//! not, forgers who plant what is cheap, relays that hide the ground, reports that copy one another,
//! parties that say what suits them). Every chance of a mechanism is drawn anew for each case. No
//! table of likelihoods is used, and no method sees anything of this file.

use super::chance::Chance;

/// Whose hands it was, or what else: the hypotheses, in order.
pub(crate) const TRUTHS: usize = 5;
pub(crate) const GROUP_P: usize = 0;
pub(crate) const GROUP_Q: usize = 1;
pub(crate) const INSIDER: usize = 2;
pub(crate) const FORGED: usize = 3;
pub(crate) const OTHER: usize = 4;

/// What a mark points at: one of the first three, at a contradiction, or at nothing.
pub(crate) const CONTRADICTS: usize = 3;
pub(crate) const NOTHING: usize = 4;

/// How it deceived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deceit {
    Plain,
    RentedRelays,
    FalseFlag,
}

impl Deceit {
    pub(crate) const ALL: [Self; 3] = [Self::Plain, Self::RentedRelays, Self::FalseFlag];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Plain => "no deceit",
            Self::RentedRelays => "rented relays",
            Self::FalseFlag => "false flags",
        }
    }
}

/// Sorts of evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Sort {
    Network,
    Hours,
    Tool,
    Technique,
    Language,
    Report,
    Answer,
    Machine,
    Victim,
    Accused,
}

impl Sort {
    pub(crate) const ALL: [Self; 10] = [
        Self::Network,
        Self::Hours,
        Self::Tool,
        Self::Technique,
        Self::Language,
        Self::Report,
        Self::Answer,
        Self::Machine,
        Self::Victim,
        Self::Accused,
    ];
}

/// One mark as it was left and then reported.
pub(crate) struct Mark {
    pub(crate) sort: Sort,
    pub(crate) points: usize,
    /// The root: marks with the same one are copies.
    pub(crate) root: usize,
    /// How often such a source is wrong in truth.
    pub(crate) wrong: f64,
}

pub(crate) struct Happened {
    pub(crate) truth: usize,
    pub(crate) deceit: Deceit,
    pub(crate) marks: Vec<Mark>,
}

/// The chances of one case.
pub(crate) struct World {
    truths: [f64; TRUTHS],
    /// That a habit of the hands shows in this sort of evidence, by sort.
    shows: Vec<f64>,
    /// That a mark points at somebody by mere chance.
    stray: f64,
    /// That a forger plants a mark where it is cheap, and where it is dear.
    plants: (f64, f64),
    /// That a forger leaves a contradiction in what cannot be planted.
    slips: f64,
    relays: f64,
    copies: f64,
}

/// How far chances differ from case to case, in log-odds.
const SHAKEN: f64 = 0.7;

impl World {
    pub(crate) fn draw(chance: &mut Chance) -> Self {
        let mut shaken = |base: f64| chance.shaken(base, SHAKEN);
        let truths = [0.30, 0.20, 0.08, 0.17, 0.25].map(&mut shaken);
        // Network, hours, tool, technique, language, report, answer, machine, victim, accused.
        let shows = [0.45, 0.35, 0.40, 0.30, 0.25, 0.50, 0.45, 0.65, 0.0, 0.0];
        Self {
            truths,
            shows: shows.iter().map(|base| if *base > 0.0 { shaken(*base) } else { 0.0 }).collect(),
            stray: shaken(0.22),
            plants: (shaken(0.75), shaken(0.10)),
            slips: shaken(0.30),
            relays: shaken(0.35),
            copies: shaken(0.40),
        }
    }

    pub(crate) fn happen(&self, chance: &mut Chance) -> Happened {
        let truth = chance.one_of(&self.truths);
        let relays = chance.is(self.relays);
        // Whom a forger wants to be seen; the first group is the usual suspect.
        let framed = if chance.is(0.7) { GROUP_P } else { GROUP_Q };
        let deceit = match (truth, relays) {
            (FORGED, _) => Deceit::FalseFlag,
            (_, true) => Deceit::RentedRelays,
            _ => Deceit::Plain,
        };
        let mut marks = Vec::new();
        for sort in Sort::ALL {
            for _ in 0..chance.below(3) {
                let root = marks.len();
                let points = self.points(sort, truth, framed, relays, chance);
                let wrong = [0.04, 0.12, 0.25, 0.45, 0.6][chance.below(5)];
                let wrong = chance.shaken(wrong, 0.4);
                let reported = if chance.is(wrong) { chance.below(NOTHING + 1) } else { points };
                marks.push(Mark { sort, points: reported, root, wrong });
                if sort == Sort::Report && chance.is(self.copies) {
                    for _ in 0..=chance.below(3) {
                        marks.push(Mark { sort, points: reported, root, wrong });
                    }
                }
            }
        }
        Happened { truth, deceit, marks }
    }

    /// What a mark of this sort points at.
    fn points(
        &self,
        sort: Sort,
        truth: usize,
        framed: usize,
        relays: bool,
        chance: &mut Chance,
    ) -> usize {
        match sort {
            // The attacked accuse the usual suspect whatever happened; the accused deny.
            Sort::Victim => return if chance.is(0.8) { GROUP_P } else { GROUP_Q },
            Sort::Accused => return if chance.is(0.93) { NOTHING } else { GROUP_P },
            // Through rented relays the ground is anybody's.
            Sort::Network if relays => return [GROUP_P, GROUP_Q, NOTHING][chance.below(3)],
            _ => {}
        }
        let cheap = !matches!(sort, Sort::Answer | Sort::Machine);
        if truth == FORGED {
            if chance.is(if cheap { self.plants.0 } else { self.plants.1 }) {
                return framed;
            }
            if chance.is(self.slips) {
                return CONTRADICTS;
            }
        } else if truth != OTHER && chance.is(self.shows[sort as usize]) {
            return truth;
        }
        if chance.is(self.stray) { [GROUP_P, GROUP_Q, INSIDER][chance.below(3)] } else { NOTHING }
    }
}
