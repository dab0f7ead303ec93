//! `parties.toml`: who we are, and whom we know, each with the key that a person compared by
//! another way. It is edited by hand; `docs/formats/exchange.md` describes it.

use std::{
    collections::BTreeSet,
    path::{Path, PathBuf},
};

use bakas_model::{
    Country,
    exchange::{ContactPoint, Party, PartyKind},
    transport::Server,
};
use bakas_seal::PublicKey;
use serde::Deserialize;

use super::opening::KEY_FILE_BYTES_LIMIT;
use crate::Error;

/// The file, within the folder of an exchange.
pub const PARTIES_FILE: &str = "exchange/parties.toml";
/// Largest such file, in bytes.
pub const PARTIES_BYTES_LIMIT: u64 = 4 << 20;
/// Most parties.
pub const PARTIES_LIMIT: usize = 10_000;

/// Who we are and whom we know.
#[derive(Clone, Debug)]
pub struct Parties {
    /// We.
    pub us: Party,
    /// What our requests say where nothing else is said.
    pub defaults: Defaults,
    known: Vec<Known>,
}

/// Somebody we know.
#[derive(Clone, Debug)]
pub struct Known {
    /// The party.
    pub party: Party,
    /// The key it signs with, where one was compared.
    pub key: Option<PublicKey>,
    /// Networks that it answers for, by number.
    pub asns: BTreeSet<u32>,
    /// Who reads what is encrypted to it with age.
    pub age: Option<String>,
    /// Its OpenPGP certificate.
    pub certificate: Option<Vec<u8>>,
    /// Its servers, as they are named on the command line.
    pub servers: Vec<String>,
}

/// What our requests say where nothing else is said.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Defaults {
    /// Under which authority we act.
    pub authority: String,
    /// The law we ask under.
    pub legal_basis: String,
    /// The offence looked into.
    pub offence: String,
    /// What it may be used for.
    pub permitted_use: Vec<String>,
    /// Days in which an answer is hoped for.
    pub reply_days: Option<u32>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    us: Row,
    #[serde(default)]
    defaults: Defaults,
    #[serde(default)]
    party: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    id: String,
    name: String,
    #[serde(default)]
    kind: PartyKind,
    #[serde(default)]
    country: Option<Country>,
    #[serde(default)]
    email: String,
    #[serde(default)]
    phone: String,
    #[serde(default)]
    at_every_hour: bool,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    asns: BTreeSet<u32>,
    #[serde(default)]
    age: Option<String>,
    #[serde(default)]
    pgp: Option<PathBuf>,
    #[serde(default)]
    servers: Vec<String>,
}

impl Row {
    /// Files that are named lie beside `parties.toml` where nothing else is said.
    fn read(self, beside: &Path) -> Result<Known, String> {
        let id = self.id;
        let short = (1..=128).contains(&id.len());
        let good = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | ':');
        if !short || !id.chars().all(good) {
            return Err(format!("id \"{id}\": letters, digits, dots, hyphens; no blanks"));
        }
        let key = self.key.map(|text| PublicKey::parse(text.trim())).transpose();
        let key = key.map_err(|e| format!("key of {id}: {e}"))?;
        let fingerprint = key.as_ref().map(PublicKey::fingerprint).unwrap_or_default();
        let contact = ContactPoint {
            email: self.email,
            phone: self.phone,
            at_every_hour: self.at_every_hour,
            key_fingerprint: fingerprint,
        };
        let certificate = self.pgp.map(|path| {
            let path = beside.join(path);
            super::read_limited(&path, KEY_FILE_BYTES_LIMIT)
                .map_err(|e| format!("pgp of {id}: {e}: {}", path.display()))
        });
        let certificate = certificate.transpose()?;
        for server in &self.servers {
            Server::parse(server).map_err(|e| format!("servers of {id}: {e}"))?;
        }
        let (kind, country) = (self.kind, self.country);
        let party = Party { id, name: self.name, kind, country, contact };
        let (asns, age, servers) = (self.asns, self.age, self.servers);
        Ok(Known { party, key, asns, age, certificate, servers })
    }
}

impl Parties {
    /// Reads the file: the one given, else that of the folder.
    ///
    /// # Errors
    /// When there is none, or it is wrong.
    pub fn read(folder: &Path, given: Option<&Path>) -> Result<Self, Error> {
        let path = given.map_or_else(|| folder.join(PARTIES_FILE), PathBuf::from);
        if !path.exists() {
            return Err(Error::Usage(format!(
                "{} is missing: it says who you are and whom you know (docs/manual/exchange.md has one to copy)",
                path.display()
            )));
        }
        let bytes = super::read_limited(&path, PARTIES_BYTES_LIMIT)?;
        let wrong = |what: String| Error::Config { path: path.clone(), what };
        let text = String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8".into()))?;
        let beside = path.parent().unwrap_or(Path::new(""));
        Self::parse(&text, beside).map_err(wrong)
    }

    fn parse(text: &str, beside: &Path) -> Result<Self, String> {
        let document: Document = toml::from_str(text).map_err(|e| e.to_string())?;
        if document.party.len() > PARTIES_LIMIT {
            return Err(format!("more than {PARTIES_LIMIT} parties"));
        }
        let us = document.us.read(beside)?.party;
        let known: Vec<Known> =
            document.party.into_iter().map(|row| row.read(beside)).collect::<Result<_, _>>()?;
        let mut ids = BTreeSet::from([us.id.as_str()]);
        if let Some(twice) = known.iter().find(|one| !ids.insert(&one.party.id)) {
            return Err(format!("{} is there twice", twice.party.id));
        }
        Ok(Self { us, defaults: document.defaults, known })
    }

    /// All whom we know.
    #[must_use]
    pub fn known(&self) -> &[Known] {
        &self.known
    }

    /// Somebody we know.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&Known> {
        self.known.iter().find(|one| one.party.id == id)
    }

    /// The same, or an error that names those there are.
    pub(super) fn named(&self, id: &str) -> Result<&Known, Error> {
        self.find(id).ok_or_else(|| {
            let there: Vec<&str> =
                self.known.iter().take(20).map(|one| one.party.id.as_str()).collect();
            Error::Usage(format!(
                "parties.toml has no party \"{id}\"; it has: {}",
                if there.is_empty() { "nobody".to_owned() } else { there.join(", ") }
            ))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_wrong_says_where() {
        let us = "[us]\nid = \"a.example\"\nname = \"A\"\n";
        let one = Parties::parse(us, Path::new("")).expect("we alone");
        assert_eq!(one.us.id, "a.example");
        let check = |more: &str, expected: &str| {
            let error = Parties::parse(&format!("{us}{more}"), Path::new("")).expect_err(more);
            assert!(error.contains(expected), "{error}");
        };
        check("[[party]]\nid = \"a.example\"\nname = \"B\"\n", "twice");
        check("[[party]]\nid = \"a b\"\nname = \"B\"\n", "no blanks");
        check("[[party]]\nid = \"b\"\nname = \"B\"\nkey = \"x\"\n", "key of b");
        check("[[party]]\nid = \"b\"\nname = \"B\"\npgp = \"none.asc\"\n", "none.asc");
        check("[[party]]\nid = \"b\"\nname = \"B\"\nservers = [\"https://b\"]\n", "not a server");
        check("[[party]]\nid = \"b\"\nname = \"B\"\ncolour = 1\n", "colour");
    }
}
