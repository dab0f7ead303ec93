//! Whether the holder of a block authorised its announcement (RFC 6811, section 2). Tables join
//! neighbouring announcements, so that the length compared is
//! that of the joined block: where that is too long already, the announcement was too.

use bakas_model::{
    Asn, Network,
    network::{Authorisation, RouteCheck, Told, Validity},
};
use ipnet::IpNet;

use super::Asked;
use crate::{RouteOriginSaid, Said};

/// The check by the source nearest in time.
pub(super) fn nearest(asked: &Asked<'_>, then: &Network) -> Option<Told<RouteCheck>> {
    let asn = then.asn?;
    let ((said, data_set), date) = asked.first(|named, said| {
        let (said, data_set) = check(said, asn, then.prefix)?;
        Some(((said, data_set), named.day_of(data_set)))
    })?;
    Some(Told { said, data_set: data_set.to_owned(), date })
}

/// The check by one source; `None` where it has no authorisation for the address.
pub(super) fn check<'a>(
    said: &Said<'a>,
    asn: Asn,
    announced: Option<IpNet>,
) -> Option<(RouteCheck, &'a str)> {
    let all: Vec<RouteOriginSaid<'a>> = said.route_origins().collect();
    let data_set = all.first()?.data_set;
    let length = announced.map_or(0, |net| net.prefix_len());
    let authorisations = all
        .iter()
        .map(|roa| Authorisation { prefix: roa.net, asn: roa.asn, max_length: roa.max_length })
        .collect();
    Some((RouteCheck { validity: validity(&all, asn, length), authorisations }, data_set))
}

fn validity(all: &[RouteOriginSaid<'_>], asn: Asn, length: u8) -> Validity {
    // AS 0 authorises nobody (RFC 7607).
    let mut named = all.iter().filter(|roa| roa.asn == asn && asn.0 != 0).peekable();
    if named.peek().is_none() {
        return Validity::InvalidOrigin;
    }
    match named.any(|roa| length <= roa.max_length) {
        true => Validity::Valid,
        false => Validity::InvalidLength,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_words_of_rfc_6811() {
        let roa = |asn, max_length| RouteOriginSaid {
            net: "192.0.2.0/24".parse().unwrap(),
            asn: Asn(asn),
            max_length,
            data_set: "roas",
        };
        let check = |all: &[RouteOriginSaid<'_>], length, expected| {
            assert_eq!(validity(all, Asn(64_500), length), expected);
        };
        check(&[roa(64_500, 24)], 24, Validity::Valid);
        check(&[roa(64_500, 24)], 25, Validity::InvalidLength);
        check(&[roa(64_501, 24)], 24, Validity::InvalidOrigin);
        check(&[roa(0, 32)], 24, Validity::InvalidOrigin);
        check(&[roa(64_501, 24), roa(64_500, 26)], 25, Validity::Valid);
    }
}
