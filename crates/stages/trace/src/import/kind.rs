//! The kinds of files that can be imported, by their names on the command line.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

macro_rules! kinds {
    ($($variant:ident $name:literal $what:literal;)*) => {
        /// A kind of file that can be imported.
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
        )]
        pub enum Kind { $(#[doc = $what] #[serde(rename = $name)] $variant,)* }

        impl Kind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// Its name on the command line.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// What it says, in a few words.
            #[must_use]
            pub const fn what(self) -> &'static str {
                match self { $(Self::$variant => $what,)* }
            }
        }
    };
}

kinds! {
    Mrt "mrt" "routes that a collector saw (MRT RIB dump)";
    Delegated "delegated" "blocks that a registry gave out (delegated-extended)";
    IpToAsn "iptoasn" "origins of addresses (iptoasn, TSV)";
    Mmdb "mmdb" "a vendor's address data (MaxMind DB)";
    Csv "csv" "address ranges (CSV)";
    Geofeed "geofeed" "where an operator says its addresses are used (geofeed, RFC 8805)";
    Roa "roa" "route origin authorisations (RPKI validator's export)";
    Organisations "organisations" "which organisation runs which network (AS to organisation)";
    States "states" "networks that states own (CSV)";
    List "list" "a list of addresses or networks";
    Tor "tor" "Tor exits";
    PeeringDb "peeringdb" "networks, organisations and contacts (PeeringDB dump)";
    Contacts "contacts" "whom to ask (CSV)";
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Kind {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::ALL.iter().copied().find(|kind| kind.name() == text).ok_or_else(|| {
            let names: Vec<_> = Self::ALL.iter().map(|kind| kind.name()).collect();
            format!("unknown kind '{text}'; known are {}", names.join(", "))
        })
    }
}
