//! Requests as web servers write them: combined with its variants, nginx JSON, Caddy JSON.

use std::net::IpAddr;

use crate::{
    clock::{self, MANILA},
    networks::{PROXY, push_address},
    rng::mix,
};

use super::json;

/// One request and its answer.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit<'a> {
    pub(crate) time: i64,
    pub(crate) address: IpAddr,
    pub(crate) method: &'a str,
    pub(crate) target: &'a str,
    pub(crate) status: u16,
    pub(crate) bytes: u64,
    /// With scheme and host; empty where none was sent.
    pub(crate) referer: &'a str,
    pub(crate) agent: &'a str,
    /// A forwarded address that the client itself claimed.
    pub(crate) claimed: Option<IpAddr>,
}

/// How a server writes its log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WebForm {
    /// nginx with its real-IP module: the client's address stands first.
    Combined,
    /// Apache behind the proxy: the proxy stands first, `X-Forwarded-For` at the end.
    Forwarded,
    /// The proxy itself: combined, the client with its port, then the time taken.
    Timed,
    /// Apache with the virtual host first.
    VirtualHost,
    /// nginx with a JSON format.
    NginxJson,
    /// Caddy's own JSON.
    CaddyJson,
}

/// Writes a request: `skew` is what this server's clock is ahead, in milliseconds, `port` the client's,
/// where the form has it.
pub(crate) fn write(
    out: &mut Vec<u8>,
    form: WebForm,
    host: &str,
    (skew, port): (i64, u16),
    hit: &Hit<'_>,
) {
    match form {
        WebForm::NginxJson => nginx_json(out, host, hit),
        WebForm::CaddyJson => caddy_json(out, host, hit),
        _ => combined(out, form, host, (skew, port), hit),
    }
}

fn combined(out: &mut Vec<u8>, form: WebForm, host: &str, (skew, port): (i64, u16), hit: &Hit<'_>) {
    if form == WebForm::VirtualHost {
        out.extend_from_slice(host.as_bytes());
        out.extend_from_slice(b":443 ");
    }
    match (form, hit.address) {
        (WebForm::Forwarded, _) => push_address(out, PROXY),
        (WebForm::Timed, IpAddr::V6(_)) => {
            out.push(b'[');
            push_address(out, hit.address);
            out.extend_from_slice(b"]:");
            clock::number(out, port.into());
        }
        (WebForm::Timed, IpAddr::V4(_)) => {
            push_address(out, hit.address);
            out.push(b':');
            clock::number(out, port.into());
        }
        _ => push_address(out, hit.address),
    }
    out.extend_from_slice(b" - - [");
    clock::common(out, hit.time + skew, MANILA);
    out.extend_from_slice(b"] \"");
    out.extend_from_slice(hit.method.as_bytes());
    out.push(b' ');
    out.extend_from_slice(hit.target.as_bytes());
    out.extend_from_slice(b" HTTP/1.1\" ");
    clock::number(out, hit.status.into());
    out.push(b' ');
    match (form, hit.bytes) {
        (WebForm::Forwarded | WebForm::VirtualHost, 0) => out.push(b'-'),
        (_, bytes) => clock::number(out, bytes),
    }
    out.extend_from_slice(b" \"");
    out.extend_from_slice(if hit.referer.is_empty() { b"-" } else { hit.referer.as_bytes() });
    out.extend_from_slice(b"\" \"");
    out.extend_from_slice(if hit.agent.is_empty() { b"-" } else { hit.agent.as_bytes() });
    out.push(b'"');
    match form {
        WebForm::Forwarded => {
            out.extend_from_slice(b" \"");
            if let Some(claimed) = hit.claimed {
                push_address(out, claimed);
                out.extend_from_slice(b", ");
            }
            push_address(out, hit.address);
            out.push(b'"');
        }
        WebForm::Timed => {
            out.push(b' ');
            taken(out, hit);
        }
        _ => {}
    }
}

/// Seconds taken, with three decimals.
fn taken(out: &mut Vec<u8>, hit: &Hit<'_>) {
    let millis = 2 + mix(hit.time as u64 ^ hit.bytes) % 90;
    out.extend_from_slice(b"0.");
    clock::padded(out, millis, 3);
}

fn nginx_json(out: &mut Vec<u8>, host: &str, hit: &Hit<'_>) {
    out.extend_from_slice(b"{\"time_local\":\"");
    clock::common(out, hit.time, MANILA);
    out.push(b'"');
    json::address(out, "remote_addr", hit.address);
    json::field(out, "remote_user", "");
    out.extend_from_slice(b",\"request\":\"");
    out.extend_from_slice(hit.method.as_bytes());
    out.push(b' ');
    json::escaped(out, hit.target);
    out.extend_from_slice(b" HTTP/1.1\",\"status\":");
    clock::number(out, hit.status.into());
    out.extend_from_slice(b",\"body_bytes_sent\":");
    clock::number(out, hit.bytes);
    out.extend_from_slice(b",\"request_time\":");
    taken(out, hit);
    json::field(out, "http_referrer", hit.referer);
    json::field(out, "http_user_agent", hit.agent);
    json::field(out, "host", host);
    out.push(b'}');
}

fn caddy_json(out: &mut Vec<u8>, host: &str, hit: &Hit<'_>) {
    out.extend_from_slice(b"{\"level\":\"info\",\"ts\":");
    clock::number(out, hit.time as u64 / 1000);
    out.push(b'.');
    clock::padded(out, hit.time as u64 % 1000, 3);
    clock::padded(out, mix(hit.time as u64) % 1000, 3);
    out.extend_from_slice(
        b",\"logger\":\"http.log.access.log0\",\"msg\":\"handled request\",\"request\":{\"remote_ip\":\"",
    );
    push_address(out, hit.address);
    out.extend_from_slice(b"\",\"remote_port\":\"");
    clock::number(out, 20_000 + mix(hit.time as u64 ^ 77) % 40_000);
    out.push(b'"');
    json::address(out, "client_ip", hit.address);
    json::field(out, "proto", "HTTP/2.0");
    json::field(out, "method", hit.method);
    json::field(out, "host", host);
    json::field(out, "uri", hit.target);
    out.extend_from_slice(b",\"headers\":{\"Accept-Encoding\":[\"gzip, br\"]");
    for (name, value) in [("User-Agent", hit.agent), ("Referer", hit.referer)] {
        if !value.is_empty() {
            out.extend_from_slice(b",\"");
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b"\":[");
            json::string(out, value);
            out.push(b']');
        }
    }
    out.extend_from_slice(b"},\"tls\":{\"resumed\":false,\"version\":772,\"cipher_suite\":4865,\"proto\":\"h2\",\"server_name\":");
    json::string(out, host);
    out.extend_from_slice(b"}},\"bytes_read\":0,\"user_id\":\"\",\"duration\":");
    taken(out, hit);
    out.extend_from_slice(b",\"size\":");
    clock::number(out, hit.bytes);
    out.extend_from_slice(b",\"status\":");
    clock::number(out, hit.status.into());
    out.extend_from_slice(b",\"resp_headers\":{\"Server\":[\"Caddy\"]}}");
}
