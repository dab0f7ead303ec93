//! Reverse names: from a name server of our own, also one that forges, cuts off and stays silent.

use std::{
    io::{Read as _, Write as _},
    net::{SocketAddr, TcpListener, UdpSocket},
    thread,
    time::Duration,
};

use bakas_gateway::{Gateway, REVERSE_NAMES_LIMIT, Settings};
use bakas_model::{
    Timestamp,
    outside::{Outside as _, OutsideError},
};

/// Answers each question over UDP with what `tell` makes of it.
fn name_server(tell: impl Fn(&[u8]) -> Vec<Vec<u8>> + Send + 'static) -> SocketAddr {
    let socket = UdpSocket::bind("127.0.0.1:0").unwrap();
    let at = socket.local_addr().unwrap();
    thread::spawn(move || {
        let mut bytes = [0; 512];
        while let Ok((length, from)) = socket.recv_from(&mut bytes) {
            for answer in tell(&bytes[..length]) {
                socket.send_to(&answer, from).unwrap();
            }
        }
    });
    at
}

/// An answer to a question: flags, then PTR records by hand (RFC 1035, section 4.1).
fn answer(question: &[u8], flags: u16, names: &[&str]) -> Vec<u8> {
    let mut bytes = question[..2].to_vec();
    bytes.extend(flags.to_be_bytes());
    bytes.extend([0, 1]);
    bytes.extend(u16::try_from(names.len()).unwrap().to_be_bytes());
    bytes.extend([0; 4]);
    bytes.extend(&question[12..]);
    for name in names {
        let mut data = Vec::new();
        for label in name.split('.') {
            data.push(u8::try_from(label.len()).unwrap());
            data.extend(label.as_bytes());
        }
        data.push(0);
        // The name asked for, PTR, IN, an hour.
        bytes.extend([0xc0, 12, 0, 12, 0, 1, 0, 0, 0x0e, 0x10]);
        bytes.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        bytes.extend(data);
    }
    bytes
}

const ANSWER: u16 = 0x8180;
const CUT_OFF: u16 = 0x8380;
const NO_SUCH_NAME: u16 = 0x8183;
const REFUSED: u16 = 0x8185;

fn ask(server: SocketAddr) -> Result<Vec<String>, OutsideError> {
    let gateway = Gateway::new(Settings {
        name_server: Some(server),
        time_limit: Duration::from_millis(600),
        ..Settings::default()
    });
    let names = gateway.reverse("192.0.2.7".parse().unwrap(), Timestamp::default());
    names.map(|reverse| reverse.names)
}

#[test]
fn names_come_and_forged_datagrams_do_not_count() {
    let server = name_server(|question| {
        let mut forged = answer(question, ANSWER, &["forged.example"]);
        forged[0] ^= 1;
        vec![forged, answer(question, ANSWER, &["host-7.telco.example"])]
    });
    assert_eq!(ask(server).unwrap(), ["host-7.telco.example"]);
}

#[test]
fn no_name_is_an_answer_and_a_refusal_is_not() {
    let server = name_server(|question| vec![answer(question, NO_SUCH_NAME, &[])]);
    assert_eq!(ask(server).unwrap(), [""; 0]);
    let server = name_server(|question| vec![answer(question, REFUSED, &[])]);
    assert!(matches!(ask(server), Err(OutsideError::Status { status: 5, .. })));
}

#[test]
fn one_name_over_the_bound_is_left_out() {
    let server = name_server(|question| {
        vec![answer(question, ANSWER, &["a.example"; REVERSE_NAMES_LIMIT + 1])]
    });
    assert_eq!(ask(server).unwrap().len(), REVERSE_NAMES_LIMIT);
}

#[test]
fn garbage_other_questions_and_silence_are_errors() {
    let server = name_server(|question| vec![question[..4].to_vec()]);
    assert!(matches!(ask(server), Err(OutsideError::Garbage { .. })));
    let server = name_server(|question| {
        let mut other = answer(question, ANSWER, &["x.example"]);
        other[13] = b'8';
        vec![other]
    });
    assert!(matches!(ask(server), Err(OutsideError::Garbage { .. })));
    // A name that points at itself.
    let server = name_server(|question| {
        let mut looped = answer(question, ANSWER, &[]);
        looped[7] = 1;
        let at = u8::try_from(looped.len()).unwrap();
        looped.extend([0xc0, at, 0, 12, 0, 1, 0, 0, 0, 0, 0, 2, 0xc0, at]);
        vec![looped]
    });
    assert!(matches!(ask(server), Err(OutsideError::Garbage { .. })));
    let server = name_server(|_| Vec::new());
    assert!(matches!(ask(server), Err(OutsideError::Unreachable { .. })));
}

#[test]
fn what_is_cut_off_is_asked_again_over_tcp() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let at = listener.local_addr().unwrap();
    let socket = UdpSocket::bind(at).unwrap();
    thread::spawn(move || {
        let mut bytes = [0; 512];
        let (length, from) = socket.recv_from(&mut bytes).unwrap();
        socket.send_to(&answer(&bytes[..length], CUT_OFF, &[]), from).unwrap();
        let (mut stream, _) = listener.accept().unwrap();
        let mut length = [0; 2];
        stream.read_exact(&mut length).unwrap();
        let mut question = vec![0; usize::from(u16::from_be_bytes(length))];
        stream.read_exact(&mut question).unwrap();
        let answer = answer(&question, ANSWER, &["long.telco.example"]);
        stream.write_all(&u16::try_from(answer.len()).unwrap().to_be_bytes()).unwrap();
        stream.write_all(&answer).unwrap();
    });
    assert_eq!(ask(at).unwrap(), ["long.telco.example"]);
}
