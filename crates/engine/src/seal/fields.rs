//! An event as the fields that are sealed one by one: which texts, written how. Sealing and opening
//! go through here, so that both write the same.

use std::{io::Write as _, net::IpAddr};

use bakas_model::{Event, Status, Timestamp};
use bakas_seal::record::Field;

/// Microseconds of a day.
const DAY_MICROS: i64 = 86_400_000_000;

/// Writes fields; keeps what need not be written anew for each record.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    text: Vec<u8>,
    day: Option<i64>,
    /// The day as `2026-01-05T`.
    date: Vec<u8>,
}

impl Fields {
    /// Gives each field that the event has, in the order of the format.
    pub(crate) fn of(&mut self, event: &Event<'_>, give: &mut impl FnMut(Field, &[u8])) {
        self.text.clear();
        self.time(event.time);
        give(Field::Time, &self.text);
        let ends =
            [(Field::Src, event.src, event.src_port), (Field::Dst, event.dst, event.dst_port)];
        for (field, address, port) in ends {
            if address.is_some() || port.is_some() {
                self.text.clear();
                self.end(address, port);
                give(field, &self.text);
            }
        }
        let texts = [
            (Field::Account, event.account),
            (Field::Target, event.target),
            (Field::Host, event.host),
        ];
        for (field, text) in texts {
            if let Some(text) = text {
                give(field, text.as_bytes());
            }
        }
        self.action(event);
        if !self.text.is_empty() {
            give(Field::Action, &self.text);
        }
        for (field, text) in [(Field::Object, event.object), (Field::Agent, event.agent)] {
            if let Some(text) = text {
                give(field, text.as_bytes());
            }
        }
    }

    /// As [`std::net::SocketAddr`] shows itself, where there is a port.
    fn end(&mut self, address: Option<IpAddr>, port: Option<u16>) {
        let text = &mut self.text;
        match (address, port) {
            (Some(IpAddr::V4(address)), _) => {
                for (n, part) in address.octets().into_iter().enumerate() {
                    if n > 0 {
                        text.push(b'.');
                    }
                    number(text, part.into());
                }
            }
            (Some(IpAddr::V6(address)), port) => {
                let written = match port {
                    None => write!(text, "{address}"),
                    Some(_) => write!(text, "[{address}]"),
                };
                written.expect("a vector takes any bytes");
            }
            (None, _) => (),
        }
        if let Some(port) = port {
            text.push(b':');
            number(text, port);
        }
    }

    fn action(&mut self, event: &Event<'_>) {
        let text = &mut self.text;
        text.clear();
        text.extend_from_slice(event.operation.as_bytes());
        let gap: &[u8] = if text.is_empty() { b"" } else { b" " };
        match (event.http_status, event.status) {
            (Some(code), _) => {
                text.extend_from_slice(gap);
                number(text, code);
            }
            (None, Status::Unknown) => (),
            (None, status) => {
                text.extend_from_slice(gap);
                text.extend_from_slice(status.name().as_bytes());
            }
        }
    }

    /// As [`Timestamp`] shows itself; the date is written once a day.
    fn time(&mut self, time: Timestamp) {
        let micros = time.as_micros();
        let (day, rest) = (micros.div_euclid(DAY_MICROS), micros.rem_euclid(DAY_MICROS));
        if self.day.replace(day) != Some(day) {
            self.date.clear();
            write!(self.date, "{}T", time.day()).expect("a vector takes any bytes");
        }
        self.text.extend_from_slice(&self.date);
        let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
        let two = |text: &mut Vec<u8>, n: i64| {
            text.extend_from_slice(&[b'0' + (n / 10) as u8, b'0' + (n % 10) as u8]);
        };
        two(&mut self.text, seconds / 3600);
        self.text.push(b':');
        two(&mut self.text, seconds / 60 % 60);
        self.text.push(b':');
        two(&mut self.text, seconds % 60);
        let written = match micros {
            0 => Ok(()),
            m if m % 1000 == 0 => write!(self.text, ".{:03}", m / 1000),
            m => write!(self.text, ".{m:06}"),
        };
        written.expect("a vector takes any bytes");
        self.text.push(b'Z');
    }
}

/// Writes a number; the machinery of `write!` would take longer than its hash.
fn number(text: &mut Vec<u8>, number: u16) {
    let mut digits = [0; 5];
    let (mut at, mut left) = (digits.len(), number);
    while left > 0 || at == digits.len() {
        at -= 1;
        digits[at] = b'0' + (left % 10) as u8;
        left /= 10;
    }
    text.extend_from_slice(&digits[at..]);
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    #[test]
    fn numbers_and_addresses_are_written_as_everywhere() {
        let mut fields = Fields::default();
        let mut check = |address: Option<IpAddr>, port: Option<u16>, expected: String| {
            fields.text.clear();
            fields.end(address, port);
            assert_eq!(String::from_utf8(fields.text.clone()), Ok(expected));
        };
        for n in 0..=u16::MAX {
            check(None, Some(n), format!(":{n}"));
            let [a, b] = n.to_be_bytes();
            let address = IpAddr::from([a, 0, b, 255]);
            check(Some(address), None, address.to_string());
            check(Some(address), Some(n), SocketAddr::new(address, n).to_string());
        }
        for text in ["::", "2001:db8::1", "::ffff:192.0.2.1"] {
            let address: IpAddr = text.parse().expect("an address");
            check(Some(address), None, address.to_string());
            check(Some(address), Some(53), SocketAddr::new(address, 53).to_string());
        }
    }

    #[test]
    fn times_are_written_as_everywhere() {
        let mut fields = Fields::default();
        for micros in [
            0,
            1,
            999,
            1_000,
            123_456,
            59_999_999,
            86_399_999_999,
            86_400_000_000,
            -1,
            -86_400_000_000,
            1_767_571_200_000_000,
            1_767_571_200_250_000,
            253_402_300_799_000_000,
        ] {
            let time = Timestamp::from_micros(micros);
            fields.text.clear();
            fields.time(time);
            assert_eq!(String::from_utf8(fields.text.clone()), Ok(time.to_string()));
        }
    }
}
