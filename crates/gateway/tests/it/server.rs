//! A small HTTP server on this machine: it answers as a script says and counts what it was asked.

use std::{
    io::{BufRead as _, BufReader, Write as _},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use bakas_gateway::{Gateway, Settings};

/// What to answer: the raw bytes, and how slowly.
pub(crate) struct Answer {
    bytes: Vec<u8>,
    pause: Duration,
}

/// A running server.
pub(crate) struct Server {
    pub(crate) at: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Answer {
    pub(crate) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), pause: Duration::ZERO }
    }

    pub(crate) fn ok(body: &str) -> Self {
        Self::with(200, "", body)
    }

    pub(crate) fn with(status: u16, headers: &str, body: &str) -> Self {
        let length = body.len();
        Self::raw(format!(
            "HTTP/1.1 {status} x\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}"
        ))
    }

    /// One byte at a time.
    pub(crate) fn dripping(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }
}

impl Server {
    /// Answers each request for `METHOD PATH` as told.
    pub(crate) fn new(tell: impl Fn(&str, usize) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let at = listener.local_addr().unwrap();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let ours = Arc::clone(&asked);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let path = path(&stream);
                let before = {
                    let mut asked = ours.lock().unwrap();
                    asked.push(path.clone());
                    asked.iter().filter(|other| **other == path).count() - 1
                };
                give(stream, &tell(&path, before));
            }
        });
        Self { at, asked }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.at)
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    /// A gateway that may ask this machine and takes its list of registries from here.
    pub(crate) fn gateway(&self) -> Gateway {
        Gateway::new(Settings {
            inside: true,
            bootstrap: self.url("/bootstrap"),
            pause: Duration::from_millis(50),
            time_limit: Duration::from_secs(2),
            name_server: None,
        })
    }
}

fn path(stream: &TcpStream) -> String {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok);
    let first = lines.next().unwrap_or_default();
    let _rest = lines.take_while(|line| !line.is_empty()).count();
    first.split(' ').nth(1).unwrap_or_default().to_owned()
}

fn give(mut stream: TcpStream, answer: &Answer) {
    if answer.pause.is_zero() {
        // The client may have gone: that is what some tests are about.
        drop(stream.write_all(&answer.bytes));
        return;
    }
    thread::spawn({
        let (bytes, pause) = (answer.bytes.clone(), answer.pause);
        move || {
            for byte in bytes {
                if stream.write_all(&[byte]).and_then(|()| stream.flush()).is_err() {
                    return;
                }
                thread::sleep(pause);
            }
        }
    });
}
