//! Made-up agencies and made-up people. Names are combined by chance; none is meant to be anyone's.

use std::net::IpAddr;

use crate::{
    networks::{self, Network, PH},
    rng::{Rng, mix},
};

/// One agency.
#[derive(Debug)]
pub(crate) struct AgencyFacts {
    pub(crate) id: &'static str,
    pub(crate) name: &'static str,
    pub(crate) domain: &'static str,
    pub(crate) sector: &'static str,
}

/// The welfare agency's number.
pub(crate) const WELFARE: usize = 0;
/// The harbour agency's number.
pub(crate) const PORTS: usize = 1;
/// The fisheries agency's number.
pub(crate) const FISHERIES: usize = 2;
/// The earthquake agency's number.
pub(crate) const SEISMIC: usize = 3;
/// The records agency's number.
pub(crate) const RECORDS: usize = 4;
/// The trade agency's number: the one on Microsoft 365.
pub(crate) const TRADE: usize = 5;
/// The research agency's number: the one with the internal website.
pub(crate) const SCIENCE: usize = 6;
/// How many have their mail with the cloud office providers.
pub(crate) const OFFICE_AGENCIES: usize = 6;

/// All of them, in the order of the numbers above.
pub(crate) const AGENCIES: [AgencyFacts; 7] = [
    AgencyFacts {
        id: "welfare",
        name: "Kalinga Office for Workers Abroad",
        domain: "kalinga.example",
        sector: "labour",
    },
    AgencyFacts {
        id: "ports",
        name: "Harbours and Piers Board",
        domain: "daungan.example",
        sector: "transport",
    },
    AgencyFacts {
        id: "fisheries",
        name: "Coastal Fisheries Service",
        domain: "pangisdaan.example",
        sector: "food",
    },
    AgencyFacts {
        id: "seismic",
        name: "Earthquake Watch Bureau",
        domain: "lindol.example",
        sector: "emergency services",
    },
    AgencyFacts {
        id: "records",
        name: "Civil Records Registry",
        domain: "talaan.example",
        sector: "public administration",
    },
    AgencyFacts {
        id: "trade",
        name: "Export Promotion Council",
        domain: "kalakalan.example",
        sector: "trade",
    },
    AgencyFacts {
        id: "science",
        name: "Tropical Research Centre",
        domain: "saliksik.example",
        sector: "research",
    },
];

/// Accounts that administer a domain; they exist in every agency. The first is the real one.
pub(crate) const ADMINISTRATORS: &[&str] =
    &["admin", "it.admin", "webmaster", "postmaster", "helpdesk"];

const GIVEN: &[&str] = &[
    "amihan", "bayani", "corazon", "dalisay", "efren", "fe", "gemma", "hiraya", "isagani", "jun",
    "kidlat", "luz", "mayumi", "noel", "ofelia", "perla", "ramil", "salome", "tala", "urduja",
    "vicente", "wilma", "yolanda", "zenaida", "alma", "benigno", "cesar", "delia", "ernesto",
    "flora", "gil", "honorio", "imelda", "jaime", "lito", "marites", "nestor", "oscar", "pilar",
    "rowena",
];

const FAMILY: &[&str] = &[
    "abad",
    "bituin",
    "cabral",
    "dimaculangan",
    "escudero",
    "fajardo",
    "galang",
    "hilario",
    "ilagan",
    "jacinto",
    "katigbak",
    "lacson",
    "magbanua",
    "natividad",
    "ocampo",
    "panganiban",
    "quiambao",
    "rosales",
    "salonga",
    "tolentino",
    "umali",
    "valdez",
    "yap",
    "zamora",
    "agbayani",
    "bonifacio",
    "catacutan",
    "dumlao",
    "enriquez",
    "gatchalian",
];

/// One member of an agency's staff.
#[derive(Clone, Debug)]
pub(crate) struct Person {
    /// The mail address.
    pub(crate) account: String,
    pub(crate) home: usize,
    pub(crate) key: u64,
}

impl Person {
    /// Where this person sits at that time: the office on most working hours, else at home, whose
    /// address changes every few days, or on a phone.
    pub(crate) fn address(&self, agency: usize, time: i64, rng: &mut Rng) -> IpAddr {
        let hour = crate::clock::local_hour(time, crate::clock::MANILA);
        let working = (8..18).contains(&hour) && crate::clock::weekday(time) < 5;
        if working && !rng.chance(1, 9) {
            return networks::office(agency, self.key);
        }
        let home = &PH[self.home % PH.len()];
        if rng.chance(1, 5) {
            let phone: &Network = &PH[(self.home + 1) % PH.len()];
            return phone.v6(mix(self.key) % 64 + self.key);
        }
        let lease = (time / (6 * crate::clock::DAY)) as u64;
        home.v4(mix(self.key ^ lease))
    }
}

/// The staff of an agency: as many as asked for, without doubles.
pub(crate) fn staff(rng: &mut Rng, domain: &str, count: usize) -> Vec<Person> {
    let mut found: Vec<Person> = Vec::with_capacity(count);
    let mut seen = std::collections::BTreeSet::new();
    while found.len() < count {
        let mut name = format!("{}.{}", rng.pick(GIVEN), rng.pick(FAMILY));
        if !seen.insert(name.clone()) {
            name = format!("{name}{}", found.len());
            seen.insert(name.clone());
        }
        let account = format!("{name}@{domain}");
        found.push(Person { account, home: rng.below(5) as usize, key: rng.next() });
    }
    found
}
