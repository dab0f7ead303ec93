//! What people and machines do every day: most of the volume. Each part adds records hour by hour
//! until its share of the lines is reached, so memory holds about an hour.

pub(crate) mod hosts;
pub(crate) mod office;
pub(crate) mod trail;
pub(crate) mod web;

use crate::clock::{DAYS, HOUR, START, local_hour, weekday};

/// How busy people are by the local hour.
const HOURS: [u64; 24] =
    [3, 2, 1, 1, 2, 4, 7, 10, 12, 13, 13, 12, 10, 12, 12, 12, 11, 10, 10, 11, 12, 10, 8, 5];

/// How busy an hour is for people whose clock is `zone` hours ahead of UTC.
pub(crate) fn busy(time: i64, zone: i64, weekend: u64) -> u64 {
    let day = if weekday(time) >= 5 { weekend } else { 10 };
    HOURS[local_hour(time, zone)] * day
}

/// How many records there should be by the end of each hour.
#[derive(Debug)]
pub(crate) struct Quota {
    cumulated: Vec<u64>,
    lines: u64,
}

impl Quota {
    /// Shares `lines` out over the window by how busy each hour is.
    pub(crate) fn new(lines: u64, busy: impl Fn(i64) -> u64) -> Self {
        let mut sum = 0;
        let cumulated = (0..DAYS * 24)
            .map(|hour| {
                sum += busy(START + hour * HOUR);
                sum
            })
            .collect();
        Self { cumulated, lines }
    }

    /// The number due by the end of that hour of the window.
    pub(crate) fn due(&self, hour: usize) -> u64 {
        let total = self.cumulated.last().copied().unwrap_or(1).max(1);
        (u128::from(self.lines) * u128::from(self.cumulated[hour]) / u128::from(total)) as u64
    }
}
