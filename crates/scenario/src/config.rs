//! The files beside the logs: `bakas.toml` and a README for people who find the folder.

use std::fmt::Write;

use crate::{
    networks::{PERMITTED_NET, PROXY},
    people::AGENCIES,
};

/// The first line of `README.txt`, by which an earlier scenario is known.
pub(crate) const MARK: &str = "This folder holds a synthetic scenario made by `bakas scenario`.";

/// `bakas.toml`, in the root of the logs.
pub(crate) fn bakas_toml() -> String {
    let mut text = String::from(
        "# Made by `bakas scenario`. The agencies, people and events are made up.\nsynthetic = true\n",
    );
    for agency in &AGENCIES {
        write!(
            text,
            "\n[[agency]]\nid = \"{}\"\nname = \"{}\"\ndomains = [\"{}\"]\nsector = \"{}\"\nadministrator = \"admin@{}\"\n",
            agency.id, agency.name, agency.domain, agency.sector, agency.domain,
        )
        .expect("a string takes everything");
    }
    write!(
        text,
        "\n[[source]]\npath = \"welfare/web1/access.log*\"\ntrusted_proxies = [\"{PROXY}/32\"]\n\
         \n[[source]]\npath = \"science/web01/auth.log*\"\nzone = \"Asia/Manila\"\nyear_reference = \"2026-02-01\"\n\
         \n[[source]]\npath = \"science/db01/auth.log*\"\nyear_reference = \"2026-02-01\"\n\
         \n[[source]]\npath = \"welfare/proxy/*\"\noffset_seconds = 0.0\nuncertainty_seconds = 0.5\n\
         \n[[permitted]]\naddresses = [\"{PERMITTED_NET}\"]\n\
         reason = \"national exposure survey, permission 2025-117 of 2025-11-20\"\n\
         from = 2025-12-01T00:00:00Z\nuntil = 2026-02-01T00:00:00Z\n",
    )
    .expect("a string takes everything");
    text
}

/// `README.txt`, beside the logs.
pub(crate) fn readme(seed: u64, lines: u64) -> String {
    format!(
        "{MARK}\n\n\
         Nothing in it happened. The agencies, their people, the accounts, the attackers and every\n\
         record are made up by a program (seed {seed}, scale {lines}). Domain names end in .example.\n\n\
         The addresses were taken by a fixed rule from blocks that are really announced on the\n\
         Internet, so that tracing shows real operators. Their use here is invented: nobody who\n\
         operates, owns or uses these networks did anything that these logs show, and nobody is\n\
         accused. Do not contact, block or report any address because of these logs.\n\n\
         logs/          the logs, one folder an agency, with bakas.toml\n\
         truth.ndjson   what really happened: campaigns, incidents, decoys, every attacking record\n\
         operator/      the records of an attacker's operator, for the other side of the exchange;\n\
         \x20              its subscribers are made up, too\n\
         operator-truth.ndjson   whose each attacking record of the kept days was\n\n\
         bakas investigate logs --out case\n\
         bakas score case --truth truth.ndjson\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bakas_toml_is_toml_and_names_every_agency() {
        let table: toml::Table = bakas_toml().parse().unwrap();
        assert_eq!(table["agency"].as_array().map(Vec::len), Some(7));
        assert_eq!(table["synthetic"].as_bool(), Some(true));
        assert_eq!(table["source"][1]["zone"].as_str(), Some("Asia/Manila"));
    }
}
