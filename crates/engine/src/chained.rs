//! Room for what correlations tell to those that build on them: spools, so that however much it
//! is fits. A fault is kept until the end, for detections are told by a function that cannot fail.

use std::{
    cell::RefCell,
    path::{Path, PathBuf},
    rc::Rc,
};

use bakas_detect::{Input, Sorter};
use bakas_store::{Spool, StoreError};

/// Memory for what is told to one correlation, in bytes.
const CHAINED_BYTES_LIMIT: usize = 16 << 20;

/// Makes spools, and keeps their first fault.
#[derive(Debug)]
pub(crate) struct Chained {
    temp: PathBuf,
    fault: Fault,
}

type Fault = Rc<RefCell<Option<StoreError>>>;

struct Spooled {
    spool: Spool<Input>,
    fault: Fault,
}

impl Chained {
    pub(crate) fn new(temp: &Path) -> Self {
        Self { temp: temp.to_owned(), fault: Rc::default() }
    }

    pub(crate) fn sorter(&self) -> Box<dyn Sorter> {
        let spool = Spool::new(&self.temp, CHAINED_BYTES_LIMIT, Input::weight);
        Box::new(Spooled { spool, fault: Rc::clone(&self.fault) })
    }

    /// The first fault there was.
    pub(crate) fn fault(self) -> Option<StoreError> {
        self.fault.take()
    }
}

/// What came, or nothing after a fault, which is kept.
fn kept<T>(result: Result<T, StoreError>, fault: &Fault) -> Option<T> {
    result.map_err(|error| fault.borrow_mut().get_or_insert(error).to_string()).ok()
}

impl Sorter for Spooled {
    fn push(&mut self, input: Input) {
        // After a fault the run is lost; to try again with each input would take for ever.
        if self.fault.borrow().is_none() {
            kept(self.spool.push(input), &self.fault);
        }
    }

    fn sorted(self: Box<Self>) -> Box<dyn Iterator<Item = Input>> {
        let Self { spool, fault } = *self;
        match kept(spool.into_sorted(), &fault) {
            Some(sorted) => Box::new(sorted.map_while(move |input| kept(input, &fault))),
            None => Box::new(std::iter::empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use bakas_detect::Rules;

    use super::*;

    #[test]
    fn what_is_told_comes_back_sorted_and_a_fault_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let chained = Chained::new(folder.path());
        assert_eq!(chained.sorter().sorted().count(), 0);
        assert!(chained.fault().is_none());
        let nowhere = Chained::new(&folder.path().join("nowhere"));
        let mut sorter = nowhere.sorter();
        for input in inputs(250_000) {
            sorter.push(input);
        }
        drop(sorter);
        assert!(nowhere.fault().is_some(), "the folder is not there");
        let chained = Chained::new(folder.path());
        let mut sorter = chained.sorter();
        let mut all = inputs(250_000);
        all.iter().rev().for_each(|input| sorter.push(input.clone()));
        all.sort_unstable();
        assert!(sorter.sorted().eq(all));
        assert!(chained.fault().is_none());
    }

    /// Inputs of made-up sign-ins, more than fit.
    fn inputs(count: u64) -> Vec<Input> {
        use bakas_detect::Context;
        use bakas_model::{
            Activity, Agency, AgencyIx, Class, Event, Location, Place, SourceIx, Status, Stream,
            Timestamp,
        };
        let rule = "title: T\nlogsource: {product: ocsf}\ndetection:\n  s: {activity_name: logon}\n  condition: s\n";
        let (rules, ..) = Rules::load([("t.yml".to_owned(), rule.to_owned())]);
        let agency = Agency::default();
        let context = Context { location: Location::default(), operator: None, agency: &agency };
        let mut gatherer = rules.gatherer();
        let mut all = Vec::new();
        for number in 0..count {
            let event = Event {
                place: Place { source: SourceIx(0), offset: number, length: 1 },
                agency: AgencyIx(0),
                stream: Stream::Sshd,
                custom: None,
                time: Timestamp::from_micros(number as i64),
                time_raw: "",
                class: Class::Authentication,
                activity: Activity::Logon,
                status: Status::Success,
                src: None,
                src_port: None,
                dst: None,
                dst_port: None,
                src_claimed: None,
                account: Some("ana"),
                target: None,
                object: None,
                agent: None,
                operation: "",
                host: None,
                http_status: None,
                bytes_out: None,
                fields: Vec::new(),
            };
            gatherer.gather(&event, &context, &[rules.metas()[0].ix], &mut all);
        }
        all
    }
}
