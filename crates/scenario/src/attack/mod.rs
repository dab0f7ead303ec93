//! Three actors, each with habits of its own that the seed draws, and what they do where. They
//! share a range of VPN exits; nothing else.

mod actor;
mod cloud;
mod guess;
mod office;
mod scan;
mod website;

pub(crate) use actor::Cast;
pub(crate) use guess::january_guesses;
pub(crate) use scan::PROBES;

use crate::{
    people::{FISHERIES, PORTS, RECORDS, SEISMIC, TRADE},
    plot::Plot,
    rng::Rng,
    world::World,
};

/// Plans everything that the three actors do, and the scans that belong to nobody.
pub(crate) fn plan(plot: &mut Plot, cast: &Cast, world: &World, seed: u64, lines: u64) {
    let mut rng = Rng::new(seed, "targets");
    let mut targets = [PORTS, FISHERIES, SEISMIC, RECORDS, TRADE];
    rng.shuffle(&mut targets);
    let [first, second, third, fourth, fifth] = targets;

    guess::plan(plot, cast, seed, lines);
    let mut campaign = office::Campaign { plot, world, rng: Rng::new(seed, "office") };
    let [telco, desk, break_in] = &cast.actors;
    campaign.discover(telco, crate::people::WELFARE);
    campaign.discover(telco, first);
    campaign.spray(telco, first);

    campaign.discover(desk, second);
    campaign.spray(desk, second);
    campaign.enter(desk, second);
    campaign.discover(desk, third);
    campaign.guess(desk, third);
    campaign.discover(desk, fourth);
    campaign.enter(desk, fourth);

    campaign.discover(break_in, fifth);
    campaign.enter(break_in, fifth);
    website::plan(plot, break_in, world, seed);
    cloud::plan(plot, break_in, seed);
    scan::plan(plot, cast, seed);
}
