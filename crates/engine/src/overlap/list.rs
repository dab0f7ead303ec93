//! What we compare: the observables of a case, or those of a file, each in its one spelling. It
//! sends nothing.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _},
    net::IpAddr,
    path::{Path, PathBuf},
};

use bakas_exchange::overlap::{Kind, Observable, Own};
use bakas_model::Case;
use bakas_store::case_folder::CASE_FILE;
use serde::{Deserialize, Serialize};

use super::refused;
use crate::Error;

/// Largest list that is read, in bytes.
pub const LIST_BYTES_LIMIT: u64 = 64 << 20;
/// Largest `case.json` that is read, in bytes.
const CASE_BYTES_LIMIT: u64 = 1 << 30;
/// Every address of a case, where there are more than `case.json` names.
const ADDRESSES_FILE: &str = "addresses.ndjson";
/// Longest line of that file.
const ADDRESS_BYTES_LIMIT: u64 = 64 << 10;
/// Lines that cannot be read are named up to here.
const LINES_TOLD: usize = 5;

/// Where our observables come from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct From {
    /// A case: the addresses of its incidents, and its log keeps what was sent.
    pub case: Option<PathBuf>,
    /// A file with an observable a line, instead of the case's addresses.
    pub list: Option<PathBuf>,
    /// Of a case, the user agents of its incidents, too: many are everybody's.
    pub agents: bool,
    /// Of a case, the accounts that were tried, too: people's names.
    pub accounts: bool,
}

/// Our observables, and what was left out.
#[derive(Debug)]
pub(super) struct Listed {
    pub(super) own: Own,
    /// Addresses that mean something else in every network.
    pub(super) local: usize,
}

/// Gathers our observables.
pub(super) fn gather(from: &From) -> Result<Listed, Error> {
    let all = match (&from.list, &from.case) {
        (Some(list), _) => of_file(list)?,
        (None, Some(case)) => of_case(case, from)?,
        (None, None) => {
            return Err(Error::Usage("name a case or a list: what is to be compared?".into()));
        }
    };
    let given = all.len();
    let kept: Vec<_> = all.into_iter().filter(|one| !one.is_local()).collect();
    let local = given - kept.len();
    Ok(Listed { own: Own::new(kept).map_err(refused)?, local })
}

fn of_file(path: &Path) -> Result<Vec<Observable>, Error> {
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(read)?
        .take(LIST_BYTES_LIMIT + 1)
        .read_to_end(&mut bytes)
        .map_err(read)?;
    if bytes.len() as u64 > LIST_BYTES_LIMIT {
        return Err(read(io::Error::other(format!("it is larger than {LIST_BYTES_LIMIT} bytes"))));
    }
    let text = String::from_utf8(bytes).map_err(|_| read(io::Error::other("it is not UTF-8")))?;
    let (mut all, mut wrong) = (Vec::new(), Vec::new());
    for (number, line) in text.trim_start_matches('\u{feff}').lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match Observable::parse(line) {
            Ok(one) => all.push(one),
            Err(why) => wrong.push(format!("line {}: {why}", number + 1)),
        }
    }
    if wrong.is_empty() {
        return Ok(all);
    }
    // What is not compared would look as if it were not shared.
    let more = wrong.len().saturating_sub(LINES_TOLD);
    wrong.truncate(LINES_TOLD);
    let more = if more > 0 { format!("; and {more} more") } else { String::new() };
    Err(Error::Usage(format!("{}: {}{more}", path.display(), wrong.join("; "))))
}

fn of_case(folder: &Path, from: &From) -> Result<Vec<Observable>, Error> {
    let path = folder.join(CASE_FILE);
    let read = |source| Error::Read { path: path.clone(), source };
    let file = File::open(&path).map_err(read)?;
    let case: Case = serde_json::from_reader(BufReader::new(file.take(CASE_BYTES_LIMIT)))
        .map_err(|e| read(io::Error::other(e)))?;
    let mut all = addresses(&folder.join(ADDRESSES_FILE))?;
    for incident in &case.incidents {
        all.extend(incident.addresses.iter().map(|one| Observable::from(one.address)));
        let mut texts = |kind: Kind, tallies: &[bakas_model::detection::Tally<String>]| {
            // What is no observable, a name of blanks for instance, says nothing.
            all.extend(tallies.iter().filter_map(|one| Observable::new(kind, &one.value).ok()));
        };
        if from.agents {
            texts(Kind::Agent, &incident.agents);
        }
        if from.accounts {
            texts(Kind::Account, &incident.scope.tried);
        }
    }
    Ok(all)
}

/// Those of the file that has them all; none where there is no such file.
fn addresses(path: &Path) -> Result<Vec<Observable>, Error> {
    #[derive(Deserialize)]
    struct Line {
        address: IpAddr,
    }
    let read = |source| Error::Read { path: path.to_owned(), source };
    let mut lines = match File::open(path) {
        Ok(file) => BufReader::new(file),
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(source) => return Err(read(source)),
    };
    let (mut all, mut line) = (Vec::new(), Vec::new());
    loop {
        line.clear();
        let bytes = (&mut lines).take(ADDRESS_BYTES_LIMIT).read_until(b'\n', &mut line);
        if bytes.map_err(read)? == 0 {
            return Ok(all);
        }
        let one: Line = serde_json::from_slice(&line).map_err(|e| read(io::Error::other(e)))?;
        all.push(Observable::from(one.address));
        if all.len() > super::GATHERED_LIMIT {
            all.sort();
            all.dedup();
            if all.len() > super::GATHERED_LIMIT / 2 {
                return Err(Error::Usage(format!(
                    "{} has more addresses than can be compared: give those that matter with --list",
                    path.display()
                )));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_read_and_its_faults_are_named() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("list.txt");
        let from = From { list: Some(path.clone()), ..From::default() };
        let mut text = "\u{feff}# ours\n\n10.0.0.1\n198.51.100.9\n198.51.100.9\n".to_owned();
        for n in 0..12 {
            text.push_str(&format!("hxxp://host{n}.example[.]org/\r\n"));
        }
        std::fs::write(&path, &text).unwrap();
        let listed = gather(&from).unwrap();
        assert_eq!((listed.own.observables().len(), listed.local), (13, 1));
        std::fs::write(&path, text + "ana\n?\n?\n?\n?\n?\n?\n").unwrap();
        let error = gather(&from).unwrap_err().to_string();
        assert!(error.contains("line 18: its kind cannot be told"), "{error}");
        assert!(error.ends_with("; and 2 more"), "{error}");
        std::fs::write(&path, "192.0.2.1\n").unwrap();
        assert!(gather(&from).unwrap_err().to_string().contains("too few"));
        assert!(gather(&From::default()).is_err());
    }
}
