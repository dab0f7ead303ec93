//! Writes gzip (RFC 1952) with the same bytes on every machine. Nothing here unpacks.

use std::io::{self, Write};

use miniz_oxide::{
    DataFormat, MZError, MZFlush, MZStatus,
    deflate::{
        core::{CompressorOxide, create_comp_flags_from_zip_params},
        stream::deflate,
    },
};

const LEVEL: i32 = 1;
const BUFFER_BYTES: usize = 1 << 16;

/// Packs what is written into it.
pub(crate) struct Gzip<W> {
    out: W,
    packer: Box<CompressorOxide>,
    pending: Vec<u8>,
    crc: u32,
    length: u32,
    begun: bool,
}

impl<W: Write> Gzip<W> {
    pub(crate) fn new(out: W) -> Self {
        let flags = create_comp_flags_from_zip_params(LEVEL, DataFormat::Raw.to_window_bits(), 0);
        Self {
            out,
            packer: Box::new(CompressorOxide::new(flags)),
            pending: Vec::with_capacity(BUFFER_BYTES),
            crc: 0xffff_ffff,
            length: 0,
            begun: false,
        }
    }

    fn pack(&mut self, flush: MZFlush) -> io::Result<()> {
        if !self.begun {
            // Deflate, no flags, no time, fastest, unknown system.
            self.out.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 4, 255])?;
            self.begun = true;
        }
        self.crc = sum(self.crc, &self.pending);
        self.length = self.length.wrapping_add(self.pending.len() as u32);
        let mut rest = self.pending.as_slice();
        let mut packed = [0; BUFFER_BYTES];
        loop {
            let step = deflate(&mut self.packer, rest, &mut packed, flush);
            rest = &rest[step.bytes_consumed..];
            self.out.write_all(&packed[..step.bytes_written])?;
            match step.status {
                Ok(MZStatus::StreamEnd) => break,
                Ok(_) if flush == MZFlush::None && rest.is_empty() => break,
                Ok(_) => {}
                Err(MZError::Buf) if rest.is_empty() => break,
                Err(e) => return Err(io::Error::other(format!("deflate: {e:?}"))),
            }
        }
        self.pending.clear();
        Ok(())
    }

    /// Writes the trailer and gives the inner writer back.
    pub(crate) fn finish(mut self) -> io::Result<W> {
        self.pack(MZFlush::Finish)?;
        self.out.write_all(&(self.crc ^ 0xffff_ffff).to_le_bytes())?;
        self.out.write_all(&self.length.to_le_bytes())?;
        Ok(self.out)
    }
}

impl<W: Write> Write for Gzip<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.pending.extend_from_slice(bytes);
        if self.pending.len() >= BUFFER_BYTES {
            self.pack(MZFlush::None)?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Goes on with a CRC-32, four bytes a step.
fn sum(mut crc: u32, bytes: &[u8]) -> u32 {
    let (fours, rest) = bytes.as_chunks::<4>();
    for &four in fours {
        let [a, b, c, d] = (crc ^ u32::from_le_bytes(four)).to_le_bytes().map(usize::from);
        crc = CRC_TABLES[3][a] ^ CRC_TABLES[2][b] ^ CRC_TABLES[1][c] ^ CRC_TABLES[0][d];
    }
    for &byte in rest {
        crc = CRC_TABLES[0][usize::from(crc as u8 ^ byte)] ^ (crc >> 8);
    }
    crc
}

/// What a byte followed by so many zero bytes adds to the sum.
static CRC_TABLES: [[u32; 256]; 4] = {
    let mut tables = [[0_u32; 256]; 4];
    let mut i = 0;
    while i < 256 {
        let mut value = i as u32;
        let mut bit = 0;
        while bit < 8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
            bit += 1;
        }
        tables[0][i] = value;
        i += 1;
    }
    let mut zeros = 1;
    while zeros < 4 {
        let mut i = 0;
        while i < 256 {
            let before = tables[zeros - 1][i];
            tables[zeros][i] = tables[0][(before & 0xff) as usize] ^ (before >> 8);
            i += 1;
        }
        zeros += 1;
    }
    tables
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unpacks_to_what_was_written() {
        let text: Vec<u8> = (0..300_000_u32).flat_map(|i| format!("{i} ").into_bytes()).collect();
        let mut gzip = Gzip::new(Vec::new());
        for piece in text.chunks(1013) {
            gzip.write_all(piece).unwrap();
        }
        let packed = gzip.finish().unwrap();
        let body = &packed[10..packed.len() - 8];
        assert_eq!(miniz_oxide::inflate::decompress_to_vec(body).unwrap(), text);
        let length = u32::from_le_bytes(packed[packed.len() - 4..].try_into().unwrap());
        assert_eq!(length as usize, text.len());
    }

    #[test]
    fn sums_as_rfc_1952_says() {
        let mut gzip = Gzip::new(Vec::new());
        gzip.write_all(b"123456789").unwrap();
        let packed = gzip.finish().unwrap();
        let crc = &packed[packed.len() - 8..packed.len() - 4];
        assert_eq!(crc, 0xcbf4_3926_u32.to_le_bytes(), "the check value of CRC-32");
    }
}
