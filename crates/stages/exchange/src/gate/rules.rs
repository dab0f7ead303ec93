//! The rules of the gate, one by one, for the whole package and for one thing in it.

use std::collections::BTreeMap;

use bakas_model::exchange::{
    Action, Content, Handling, Onward, Package, Pap, PartyKind, Tlp,
    handling::{NO_USE, NOBODY},
};

use super::{
    Recipient, Refusal,
    parts::{List, Part},
};

/// That an originator allowed to hand its information on to one party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Consent {
    /// Whose information it is: a party's id.
    pub originator: String,
    /// To whom it may go: a party's id.
    pub to: String,
    /// On what paper it stands: a letter, a mail, a minute.
    pub on: String,
}

/// What a person knows and decides beyond the labels. The default is the strictest.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    /// What originators allowed.
    pub consents: Vec<Consent>,
    /// Why personal data of victims must go along, where they must; empty means that none may.
    pub personal_because: String,
    /// That somebody looked at the members which this version does not know, and lets them pass.
    pub pass_unknown: bool,
    /// Ids of other parties that get the same, where they are not among the addressees.
    pub also: Vec<String>,
    /// The strictest labels under which incidents left before, by their ids, as acts of custody
    /// lowered them since. Under less nothing of them goes.
    pub stood: BTreeMap<String, (Tlp, Pap)>,
}

fn refusal(part: &Part, what: impl Into<String>) -> Refusal {
    Refusal { place: part.place(), what: what.into() }
}

/// What stands against the package as a whole, labels apart.
pub(super) fn of_package(package: &Package, recipient: &Recipient, rules: &Rules) -> Vec<Refusal> {
    let mut found = Vec::new();
    let mut no = |place: &str, what: &str| {
        found.push(Refusal { place: place.into(), what: what.into() });
    };
    let id = recipient.party.id.as_str();
    if id.is_empty() || id == NOBODY {
        no("recipient", "has no id; name the party");
    }
    let addressed = package.to.iter().any(|party| party.id == id);
    if !recipient.is_public() && !addressed {
        no("package.to", "does not name the recipient; address it to whom it goes");
    }
    if recipient.is_public() && !package.to.is_empty() {
        no("package.to", "names parties, and this goes to everybody; leave it empty");
    }
    if !package.unknown.is_empty() && !rules.pass_unknown {
        no(
            "package.unknown",
            "holds members that this version does not know and cannot judge; look at them and let them pass, or leave them out",
        );
    }
    found
}

/// What stands against one thing.
pub(super) fn of_part(
    part: &Part,
    package: &Package,
    recipient: &Recipient,
    rules: &Rules,
) -> Vec<Refusal> {
    let mut found = Vec::new();
    let handling = &part.handling;
    found.extend(tlp(handling, package, recipient, rules).map(|what| refusal(part, what)));
    found.extend(lowered(part).map(|what| refusal(part, what)));
    found.extend(released(handling, recipient).map(|what| refusal(part, what)));
    found.extend(onward(handling, package, recipient, rules).map(|what| refusal(part, what)));
    found.extend(pap(part, package, recipient).map(|what| refusal(part, what)));
    found.extend(personal(handling, recipient, rules).map(|what| refusal(part, what)));
    if handling.permitted_use.iter().any(|one| one == NO_USE) {
        found.push(refusal(part, "no use is allowed by all that it stands in; leave it out"));
    }
    found
}

fn tlp(
    handling: &Handling,
    package: &Package,
    recipient: &Recipient,
    rules: &Rules,
) -> Option<String> {
    let tlp = handling.tlp;
    if recipient.is_public() && tlp != Tlp::Clear {
        return Some(format!("{tlp} is not for everybody; leave it out"));
    }
    let alone = package.to.len() == 1 && rules.also.iter().all(|id| *id == recipient.party.id);
    if tlp == Tlp::Red && !alone {
        return Some(format!(
            "{tlp} goes to one recipient alone; send it to each in a package of its own, or leave it out"
        ));
    }
    None
}

/// A label is lowered by an act of custody, and by nothing else.
fn lowered(part: &Part) -> Option<String> {
    let (tlp, pap) = part.needs;
    (part.handling.tlp < tlp || part.handling.pap < pap).then(|| {
        format!(
            "stood under {tlp} {pap} when it left before; to lower that is an act of custody with a reason (label_lowered): write it first, or keep the label"
        )
    })
}

fn released(handling: &Handling, recipient: &Recipient) -> Option<String> {
    let list = &handling.releasable_to;
    let may = list.is_empty() || list.contains(&recipient.party.id);
    (!may).then(|| "is releasable to others only; leave it out".into())
}

/// Information of others goes on as they allow: by their label where they said so, else with their
/// consent to this very party.
fn onward(
    handling: &Handling,
    package: &Package,
    recipient: &Recipient,
    rules: &Rules,
) -> Option<String> {
    let us = &package.from.id;
    let to = &recipient.party.id;
    let mut others = handling.originators.iter().filter(|&one| one != us && one != to).peekable();
    others.peek()?;
    if handling.onward == Onward::None {
        return Some("its originator lets nobody have it; leave it out".into());
    }
    let free = handling.onward == Onward::AsLabelled && handling.tlp <= Tlp::Green;
    let consented = |originator: &String| {
        rules
            .consents
            .iter()
            .any(|one| one.originator == *originator && one.to == *to && !one.on.trim().is_empty())
    };
    let asked = others.all(consented);
    (!free && !asked).then(|| {
        "goes on only with its originator's consent; ask, and record the consent and the paper it stands on, or leave it out"
            .into()
    })
}

/// PAP says what may be done with it. To publish it, to ask a network operator about it, or to have
/// something taken down is to act on it.
fn pap(part: &Part, package: &Package, recipient: &Recipient) -> Option<String> {
    let pap = part.handling.pap;
    if recipient.is_public() && pap != Pap::Clear {
        return Some(format!("{pap} is not to be seen by everybody; leave it out"));
    }
    let Content::Request(request) = &package.content else { return None };
    if request.action == Action::TakeDown && pap > Pap::Green {
        return Some(format!("{pap} does not allow to take down; ask to preserve or to identify"));
    }
    let seen =
        matches!(recipient.party.kind, PartyKind::Operator | PartyKind::Vendor | PartyKind::Other);
    let flow = part.list == List::Flows || part.list == List::Whole;
    (flow && seen && pap == Pap::Red).then(|| {
        format!("{pap} may not be put to an operator, a vendor or the like; ask a team or an authority, or leave it out")
    })
}

fn personal(handling: &Handling, recipient: &Recipient, rules: &Rules) -> Option<String> {
    if !handling.personal {
        return None;
    }
    if recipient.is_public() {
        return Some("holds personal data of victims; leave it out".into());
    }
    rules.personal_because.trim().is_empty().then(|| {
        "holds personal data of victims; leave it out, or say why the recipient needs them".into()
    })
}
