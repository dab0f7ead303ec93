//! Attacks that only the newer kinds of logs show, investigated by the binary end to end: a mail
//! server, an identity provider, Windows machines, and a border with web mail, VPN, sensor and name
//! server. Asserted is what an analyst would notice.

mod input;

use bakas_model::Case;

use crate::yard::Yard;

fn investigated() -> (Yard, Case) {
    let yard = Yard::new();
    input::write(&yard);
    let ran = yard.run(&["investigate", "logs", "--config", "bakas.toml", "--out", "case"]);
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let case = yard.case();
    (yard, case)
}

#[test]
fn dump() {
    let yard = Yard::new();
    input::write(&yard);
    std::process::Command::new("cp").arg("-r").arg(yard.path("logs")).arg("/tmp/newlogs").status().unwrap();
    std::fs::copy(yard.path("bakas.toml"), "/tmp/newlogs.toml").unwrap();
}
