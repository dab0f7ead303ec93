//! Reverse names: one PTR question (RFC 1035, section 3.5; RFC 3596, section 2.5) to the system's
//! name server, and over TCP where the answer is cut off. What a name says anybody may have put down.

use std::{
    fs,
    hash::{BuildHasher as _, RandomState},
    io::{self, Read as _, Write as _},
    net::{IpAddr, Ipv4Addr, SocketAddr, TcpStream, UdpSocket},
    time::{Duration, Instant},
};

use bakas_model::outside::OutsideError;
use simple_dns::{CLASS, Name, Packet, PacketFlag, Question, RCODE, TYPE, rdata::RData};

use crate::{REVERSE_NAMES_LIMIT, Settings, tame};

/// Where the system names its servers.
const RESOLVERS: &str = "/etc/resolv.conf";
/// Questions sent before we give up: a datagram may be lost.
const TRIES: u32 = 3;
/// Largest answer over TCP: what its length field can say.
const TCP_BYTES_LIMIT: usize = u16::MAX as usize;

/// The names of an address, none where there are none.
pub(crate) fn ask(settings: &Settings, address: IpAddr) -> Result<Vec<String>, OutsideError> {
    let server = settings.name_server.or_else(system_server).ok_or_else(|| {
        let why = "no name server is named there".to_owned();
        OutsideError::Unreachable { url: RESOLVERS.to_owned(), why }
    })?;
    let name = reverse_name(address);
    let id = RandomState::new().hash_one(&name) as u16;
    let question = question(id, &name);
    let failed = |error: io::Error| OutsideError::Unreachable {
        url: format!("dns:{server}"),
        why: error.to_string(),
    };
    let bytes = over_udp(server, &question, id, settings.time_limit).map_err(failed)?;
    match read(server, &bytes, id, &name)? {
        Some(names) => Ok(names),
        None => {
            let bytes = over_tcp(server, &question, settings.time_limit).map_err(failed)?;
            read(server, &bytes, id, &name).map(Option::unwrap_or_default)
        }
    }
}

/// The name under which an address stands.
fn reverse_name(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(v4) => {
            let [a, b, c, d] = v4.octets();
            format!("{d}.{c}.{b}.{a}.in-addr.arpa")
        }
        IpAddr::V6(v6) => {
            let nibbles = v6.octets().into_iter().rev().flat_map(|byte| [byte & 15, byte >> 4]);
            nibbles.map(|nibble| format!("{nibble:x}.")).collect::<String>() + "ip6.arpa"
        }
    }
}

fn question(id: u16, name: &str) -> Vec<u8> {
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    let name = Name::new_unchecked(name);
    packet.questions.push(Question::new(name, TYPE::PTR.into(), CLASS::IN.into(), false));
    packet.build_bytes_vec().expect("a question with one short name fits")
}

fn over_udp(server: SocketAddr, question: &[u8], id: u16, limit: Duration) -> io::Result<Vec<u8>> {
    let any = if server.is_ipv4() {
        IpAddr::from(Ipv4Addr::UNSPECIFIED)
    } else {
        std::net::Ipv6Addr::UNSPECIFIED.into()
    };
    let socket = UdpSocket::bind((any, 0))?;
    // Only this server's datagrams come through.
    socket.connect(server)?;
    let mut bytes = vec![0; TCP_BYTES_LIMIT];
    for _ in 0..TRIES {
        socket.send(question)?;
        let until = Instant::now() + limit / TRIES;
        while let Some(left) =
            until.checked_duration_since(Instant::now()).filter(|left| !left.is_zero())
        {
            socket.set_read_timeout(Some(left))?;
            match socket.recv(&mut bytes) {
                // A late answer to another question, or a forged one: listen on.
                Ok(length) if !bytes[..length].starts_with(&id.to_be_bytes()) => (),
                Ok(length) => {
                    bytes.truncate(length);
                    return Ok(bytes);
                }
                Err(error) if is_late(&error) => break,
                Err(error) => return Err(error),
            }
        }
    }
    Err(io::Error::new(io::ErrorKind::TimedOut, format!("no answer to {TRIES} questions")))
}

fn is_late(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut)
}

/// As over UDP, with the length before (RFC 7766).
fn over_tcp(server: SocketAddr, question: &[u8], limit: Duration) -> io::Result<Vec<u8>> {
    let mut stream = TcpStream::connect_timeout(&server, limit)?;
    stream.set_read_timeout(Some(limit))?;
    stream.set_write_timeout(Some(limit))?;
    let length = u16::try_from(question.len()).expect("a question is short");
    stream.write_all(&[&length.to_be_bytes(), question].concat())?;
    let mut length = [0; 2];
    stream.read_exact(&mut length)?;
    let mut bytes = vec![0; usize::from(u16::from_be_bytes(length))];
    stream.read_exact(&mut bytes)?;
    Ok(bytes)
}

/// The names in an answer; `None` where it is cut off.
fn read(
    server: SocketAddr,
    bytes: &[u8],
    id: u16,
    name: &str,
) -> Result<Option<Vec<String>>, OutsideError> {
    let url = format!("dns:{server}");
    let garbage = |why: &str| OutsideError::Garbage { url: url.clone(), why: why.to_owned() };
    let packet = Packet::parse(bytes).map_err(|error| garbage(&error.to_string()))?;
    let asked = Name::new_unchecked(name);
    let ours = packet.questions.first().is_some_and(|question| question.qname == asked);
    if packet.id() != id || !packet.has_flags(PacketFlag::RESPONSE) || !ours {
        return Err(garbage("an answer to another question"));
    }
    if packet.has_flags(PacketFlag::TRUNCATION) {
        return Ok(None);
    }
    match packet.rcode() {
        RCODE::NoError => (),
        // There is no such name: that is an answer.
        RCODE::NameError => return Ok(Some(Vec::new())),
        other => return Err(OutsideError::Status { url, status: other as u16 }),
    }
    let names = packet.answers.iter().filter_map(|record| match &record.rdata {
        RData::PTR(name) => Some(tame(&name.to_string())),
        _ => None,
    });
    Ok(Some(names.take(REVERSE_NAMES_LIMIT).collect()))
}

/// The first server that the system names.
fn system_server() -> Option<SocketAddr> {
    let text = fs::read_to_string(RESOLVERS).ok()?;
    let mut named = text.lines().filter_map(|line| line.trim().strip_prefix("nameserver"));
    named.find_map(|rest| rest.trim().parse::<IpAddr>().ok()).map(|server| (server, 53).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_addresses() {
        assert_eq!(reverse_name("192.0.2.7".parse().unwrap()), "7.2.0.192.in-addr.arpa");
        assert_eq!(reverse_name("::ffff:192.0.2.7".parse().unwrap()), "7.2.0.192.in-addr.arpa");
        let name = reverse_name("2001:db8::1".parse().unwrap());
        assert!(
            name.starts_with("1.0.0.0.0.0.") && name.ends_with("8.b.d.0.1.0.0.2.ip6.arpa"),
            "{name}"
        );
    }
}
