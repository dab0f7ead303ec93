//! pyasn, where Python has it: the same blocks and the same addresses, its own thread time.

use std::{env, fmt::Write as _, fs, net::IpAddr, path::PathBuf, process::Command};

use ipnet::IpNet;

/// How many addresses Python is asked: it is slow, and the figure is one address's.
const COUNT: usize = 1 << 18;

/// Measures it, or says why not.
pub(crate) fn run(rows: &[(IpNet, u32)], asked: &[IpAddr]) {
    let python = env::var("BENCH_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let place = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/lookup/measure_pyasn.py");
    let mut blocks = String::new();
    for (net, asn) in rows {
        writeln!(blocks, "{net}\t{asn}").expect("writing to a string");
    }
    let addresses: String =
        asked.iter().take(COUNT).map(|address| format!("{address}\n")).collect();
    let files = [place.join("blocks.txt"), place.join("addresses.txt")];
    let written = fs::write(&files[0], blocks).and_then(|()| fs::write(&files[1], addresses));
    if let Err(error) = written {
        println!("skipped: pyasn, {error}\n");
        return;
    }
    match Command::new(python).arg(script).args(&files).output() {
        Ok(output) if output.status.success() => {
            println!(
                "pyasn, the same blocks and addresses: {}",
                String::from_utf8_lossy(&output.stdout)
            );
        }
        Ok(output) => {
            let said = String::from_utf8_lossy(&output.stderr);
            println!("skipped: pyasn: {}\n", said.lines().last().unwrap_or_default());
        }
        Err(error) => println!("skipped: pyasn, {error}\n"),
    }
}
