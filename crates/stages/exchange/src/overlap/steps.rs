//! The three steps of a check, each from both sides: what is sent, and what is learnt.

use std::{collections::HashSet, sync::OnceLock};

use super::{
    Check, Found, Hands, Head, MESSAGE_KIND, Message, OverlapError, Session, Step,
    prf::{self, BATCH, Element, Holder, PROOF_BYTES},
};

/// The first message: what we have, blinded.
///
/// # Errors
/// Where the message cannot be made.
pub fn ask(check: &Check<'_>, session: Session) -> Result<Vec<u8>, OverlapError> {
    let asked = check.blinded();
    let head = check.head(Step::Ask, session, None, (asked.len(), 0, 0));
    Ok(Message::write(head, (asked, Vec::new()), Default::default(), check.key)?.1)
}

/// The second message: answers an ask, shows the tags of our list, and asks back.
///
/// # Errors
/// Where the ask is not one for us, or an element of it is none.
pub fn answer(check: &Check<'_>, ask: &Message) -> Result<Vec<u8>, OverlapError> {
    check.expects(ask, Step::Ask, ask.head.session)?;
    let session = ask.head.session;
    let holder = check.holder(session);
    let (answered, tags) = (check.evaluated(&holder, &ask.asked)?, check.tags(&holder));
    let asked = check.blinded();
    let counts = (asked.len(), answered.0.len(), tags.len());
    let head = check.head(Step::Answer, session, Some((ask, &holder)), counts);
    Ok(Message::write(head, (asked, tags), answered, check.key)?.1)
}

/// The third message, and what we learn: takes the answer, then answers what was asked back.
///
/// # Errors
/// Where the answer is not one to our ask, or does not prove what it must.
pub fn close(
    check: &Check<'_>,
    ask: &Message,
    answer: &Message,
) -> Result<(Vec<u8>, Found), OverlapError> {
    let found = learn(check, ask, answer)?;
    Ok((closing(check, answer, &found)?, found))
}

/// The third message, after what was learnt from the answer.
///
/// # Errors
/// Where the answer is not one for us, or an element of it is none.
pub fn closing(
    check: &Check<'_>,
    answer: &Message,
    found: &Found,
) -> Result<Vec<u8>, OverlapError> {
    let session = answer.head.session;
    check.expects(answer, Step::Answer, session)?;
    let holder = check.holder(session);
    let (answered, tags) = (check.evaluated(&holder, &answer.asked)?, check.tags(&holder));
    let counts = (0, answered.0.len(), tags.len());
    let mut head = check.head(Step::Closing, session, Some((answer, &holder)), counts);
    head.shared = Some(found.shared.len() as u64);
    Ok(Message::write(head, (Vec::new(), tags), answered, check.key)?.1)
}

/// What we learn from an answer, without closing.
///
/// # Errors
/// Where the answer is not one to our ask, or does not prove what it must.
pub fn learn(check: &Check<'_>, ask: &Message, answer: &Message) -> Result<Found, OverlapError> {
    check.expects(answer, Step::Answer, ask.head.session)?;
    same("tags", answer.head.asked, answer.head.tags)?;
    check.found(ask, answer)
}

/// What the other side of it learns from the closing message.
///
/// # Errors
/// Where the message does not close our answer, or does not prove what it must.
pub fn finish(
    check: &Check<'_>,
    answer: &Message,
    closing: &Message,
) -> Result<Found, OverlapError> {
    check.expects(closing, Step::Closing, answer.head.session)?;
    // The list that is shown must be as long as the one that was asked with.
    same("tags", answer.head.answered, closing.head.tags)?;
    check.found(answer, closing)
}

fn same(what: &'static str, expected: usize, found: usize) -> Result<(), OverlapError> {
    if expected == found { Ok(()) } else { Err(OverlapError::Count { what, expected, found }) }
}

impl Check<'_> {
    fn head(
        &self,
        step: Step,
        session: Session,
        follows: Option<(&Message, &Holder)>,
        (asked, answered, tags): (usize, usize, usize),
    ) -> Head {
        Head {
            step,
            session,
            to: self.other.fingerprint(),
            made: self.now,
            follows: follows.map(|(message, _)| message.sha256.clone()),
            key: follows.map(|(_, holder)| holder.public()),
            shared: None,
            asked,
            answered,
            tags,
        }
    }

    /// Whether a message is for us, of this check, and of this step.
    fn expects(&self, message: &Message, step: Step, session: Session) -> Result<(), OverlapError> {
        let head = &message.head;
        if self.other.fingerprint() == self.key.public().fingerprint() {
            return Err(OverlapError::OurOwn);
        }
        if head.to != self.key.public().fingerprint() {
            return Err(OverlapError::Foreign(head.to.clone()));
        }
        if head.session != session {
            return Err(OverlapError::Session);
        }
        if head.step == step { Ok(()) } else { Err(OverlapError::Step) }
    }

    fn inputs(&self) -> Vec<Vec<u8>> {
        self.own.inputs(self.seed)
    }

    fn blinded(&self) -> Vec<Element> {
        let inputs = self.inputs();
        let batches: Vec<_> = inputs.chunks(BATCH).collect();
        let blinded = spread(self.hands, &batches, |at, batch| prf::blind(self.seed, at, batch));
        blinded.into_iter().flatten().collect()
    }

    /// The side of the key: another one for every check and either direction of it.
    fn holder(&self, session: Session) -> Holder {
        let mut about = MESSAGE_KIND.as_bytes().to_vec();
        about.extend_from_slice(&session.0);
        about.extend_from_slice(&self.key.public().to_bytes());
        about.extend_from_slice(&self.other.to_bytes());
        Holder::new(self.seed, &about)
    }

    fn evaluated(
        &self,
        holder: &Holder,
        asked: &[Element],
    ) -> Result<(Vec<Element>, Vec<[u8; PROOF_BYTES]>), OverlapError> {
        let batches: Vec<_> = asked.chunks(BATCH).collect();
        let parts = spread(self.hands, &batches, |at, batch| holder.evaluate(self.seed, at, batch));
        let mut answer = (Vec::with_capacity(asked.len()), Vec::new());
        for part in parts {
            let (elements, proof) = part?;
            answer.0.extend(elements);
            answer.1.push(proof);
        }
        Ok(answer)
    }

    /// The tags of our list and as many that nobody has; their order says nothing.
    fn tags(&self, holder: &Holder) -> Vec<Element> {
        let inputs = self.inputs();
        let batches: Vec<_> = inputs.chunks(BATCH).collect();
        let tags = spread(self.hands, &batches, |_, batch| {
            batch.iter().map(|input| holder.tag(input)).collect::<Vec<_>>()
        });
        let mut tags: Vec<_> = tags.into_iter().flatten().collect();
        tags.sort_unstable();
        tags
    }

    /// Those of ours that the other has, by the answer to what we asked.
    fn found(&self, ours: &Message, answer: &Message) -> Result<Found, OverlapError> {
        if answer.head.follows.as_deref() != Some(ours.sha256.as_str()) {
            return Err(OverlapError::Follows);
        }
        same("answered elements", ours.asked.len(), answer.answered.len())?;
        if !answer.tags.is_sorted_by(|a, b| a < b) {
            return Err(OverlapError::Tags);
        }
        let key = answer.head.key.ok_or(OverlapError::Key)?;
        let inputs = self.inputs();
        same("elements of our own", ours.asked.len(), inputs.len())
            .map_err(|_| OverlapError::Own)?;
        let batches: Vec<_> = inputs.chunks(BATCH).collect();
        let parts = spread(self.hands, &batches, |at, batch| {
            let range = at * BATCH..at * BATCH + batch.len();
            let asked = ours.asked.get(range.clone()).ok_or(OverlapError::Own)?;
            let answered = answer.answered.get(range).ok_or(OverlapError::Own)?;
            let proof = answer.proofs.get(at).ok_or(OverlapError::Proof { batch: at })?;
            prf::unblind(self.seed, at, batch, asked, (answered, proof), &key)
        });
        let theirs: HashSet<&Element> = answer.tags.iter().collect();
        let mut shared = Vec::new();
        let mut own = self.own.observables.iter();
        for part in parts {
            // The padding stands behind our own, so that it falls off here.
            for (tag, observable) in part?.iter().zip(own.by_ref()) {
                if theirs.contains(tag) {
                    shared.push(observable.clone());
                }
            }
        }
        let (other_at_most, other_shared) = (answer.tags.len(), answer.head.shared);
        Ok(Found { shared, other_at_most, other_shared })
    }
}

/// Works on all batches, and has what came of them in their order.
fn spread<I: Sync, T: Send + Sync>(
    hands: &dyn Hands,
    batches: &[I],
    work: impl Fn(usize, &I) -> T + Sync,
) -> Vec<T> {
    let slots: Vec<OnceLock<T>> = batches.iter().map(|_| OnceLock::new()).collect();
    hands.share(batches.len(), &|at| {
        if let (Some(slot), Some(batch)) = (slots.get(at), batches.get(at)) {
            slot.get_or_init(|| work(at, batch));
        }
    });
    slots.into_iter().map(|slot| slot.into_inner().expect("each part is worked on")).collect()
}
