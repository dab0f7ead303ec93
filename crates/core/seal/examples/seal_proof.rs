//! How long a proof of one leaf takes in a log of many: makes a synthetic log in a folder, then proves
//! random leaves from its files. `cargo run --release -p bakas-seal --example seal_proof FOLDER [LEAVES]`.
#![allow(clippy::print_stdout, reason = "an example prints")]

use std::{
    fs::File,
    io::{self, BufWriter, Read as _, Seek as _, SeekFrom, Write as _},
    path::PathBuf,
    time::Instant,
};

use bakas_seal::tree::{self, Growth, LEVELS, Levels};

struct Folder(PathBuf);

impl Levels for Folder {
    fn read(&self, level: u8, first: u64, count: usize) -> io::Result<Vec<u8>> {
        let mut bytes = vec![0; count * 32];
        let mut file = File::open(self.0.join(format!("level-{level}")))?;
        file.seek(SeekFrom::Start(first * 32))?;
        file.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn leaf(n: u64) -> [u8; 32] {
    let mut hash = [0; 32];
    hash[..8].copy_from_slice(&n.to_le_bytes());
    hash
}

fn main() -> io::Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().expect("a folder"));
    let count = arguments.next().and_then(|n| n.parse().ok()).unwrap_or(100_000_000_u64);
    std::fs::create_dir_all(&folder)?;
    let file = |level| File::create(folder.join(format!("level-{level}")));
    let mut files =
        (0..LEVELS).map(|n| file(n).map(BufWriter::new)).collect::<io::Result<Vec<_>>>()?;
    let mut growth = Growth::default();
    let begun = Instant::now();
    for n in 0..count {
        let mut keep = |level: u8, hash: &[u8; 32]| files[usize::from(level)].write_all(hash);
        growth.push(leaf(n), &mut keep).map_err(io::Error::other)?;
    }
    files.into_iter().try_for_each(|mut file| file.flush())?;
    println!("{count} leaves grown in {:.1} s", begun.elapsed().as_secs_f64());
    let (root, levels) = (growth.root(), Folder(folder));
    let mut times = Vec::new();
    for n in 0..1_000_u64 {
        let index = n.wrapping_mul(0x9e37_79b9_7f4a_7c15) % count;
        let begun = Instant::now();
        let path = tree::inclusion(&levels, count, &root, index).map_err(io::Error::other)?;
        times.push(begun.elapsed().as_secs_f64() * 1e3);
        tree::check_inclusion(&path, (count, &root), (index, &leaf(index)))
            .map_err(io::Error::other)?;
    }
    times.sort_by(f64::total_cmp);
    println!(
        "a proof: median {:.2} ms, 99 % {:.2} ms, worst {:.2} ms",
        times[500], times[990], times[999]
    );
    let begun = Instant::now();
    let path = tree::consistency(&levels, count, &root, count / 3).map_err(io::Error::other)?;
    println!(
        "a consistency proof of {} hashes: {:.2} ms",
        path.len(),
        begun.elapsed().as_secs_f64() * 1e3
    );
    Ok(())
}
