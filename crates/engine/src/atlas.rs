//! Where the addresses of events are, asked once for each address and day as long as it is fresh:
//! a visitor has many lines. It decides nothing.

use std::net::IpAddr;

use bakas_model::{Day, Event, Location, Networks};

/// Answers that are kept: a power of two.
const PLACES: usize = 1 << 12;

/// What is known of the addresses of the last events. One belongs to one thread.
pub(crate) struct Atlas<'a> {
    networks: &'a dyn Networks,
    known: Box<[Option<Known<'a>>]>,
}

/// An answer. What networks are known by changes with the day, not within it.
#[derive(Clone, Copy)]
struct Known<'a> {
    address: IpAddr,
    day: Day,
    location: Location,
    operator: Option<&'a str>,
}

impl<'a> Atlas<'a> {
    pub(crate) fn new(networks: &'a dyn Networks) -> Self {
        Self { networks, known: vec![None; PLACES].into() }
    }

    /// Where an event's source is, and who runs its network.
    pub(crate) fn locate(&mut self, event: &Event<'_>) -> (Location, Option<&'a str>) {
        let Some(address) = event.src else { return (Location::default(), None) };
        let day = event.time.day();
        let place = &mut self.known[place(address)];
        match place {
            Some(known) if known.address == address && known.day == day => {
                (known.location, known.operator)
            }
            _ => {
                let location = self.networks.locate(address, event.time);
                let operator = location.asn.and_then(|asn| self.networks.operator(asn, event.time));
                *place = Some(Known { address, day, location, operator });
                (location, operator)
            }
        }
    }
}

/// Where an address falls.
fn place(address: IpAddr) -> usize {
    let number = match address {
        IpAddr::V4(v4) => u64::from(v4.to_bits()),
        IpAddr::V6(v6) => {
            let number = v6.to_bits();
            (number >> 64) as u64 ^ (number as u64).rotate_left(32)
        }
    };
    let mixed = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed >> (u64::BITS - PLACES.ilog2())) as usize
}
