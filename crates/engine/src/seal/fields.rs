//! An event as the fields that are sealed one by one: which texts, written how. Sealing and opening
//! go through here, so that both write the same.

use std::io::Write as _;

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
            self.text.clear();
            let text = &mut self.text;
            let written = match (address, port) {
                (None, None) => continue,
                (Some(address), None) => write!(text, "{address}"),
                (Some(address), Some(port)) => {
                    write!(text, "{}", std::net::SocketAddr::new(address, port))
                }
                (None, Some(port)) => write!(text, ":{port}"),
            };
            written.expect("a vector takes any bytes");
            give(field, text);
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

    fn action(&mut self, event: &Event<'_>) {
        let text = &mut self.text;
        text.clear();
        text.extend_from_slice(event.operation.as_bytes());
        let gap = if text.is_empty() { "" } else { " " };
        let written = match (event.http_status, event.status) {
            (Some(code), _) => write!(text, "{gap}{code}"),
            (None, Status::Unknown) => Ok(()),
            (None, status) => write!(text, "{gap}{}", status.name()),
        };
        written.expect("a vector takes any bytes");
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

#[cfg(test)]
mod tests {
    use super::*;

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
