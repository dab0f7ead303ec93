//! Which files there are: names, rotation, packing, copies. Everything by a fixed plan, so that
//! the decoys of the files are always there.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    clock::{DAY, JANUARY, MANILA, MINUTE, START, at},
    office::Application,
    people::{AGENCIES, FISHERIES, PORTS, RECORDS, SEISMIC, TRADE},
    shelf::{Frame, Pack, Segment, Shelf, StreamIx},
    sites,
    world::{Host, OfficeStreams, Server, Site},
    write::{auth::AuthForm, unified, web::WebForm, workspace::Shape},
};

/// How far the clock of the welfare agency's second server is ahead.
pub(crate) const SKEW: i64 = 7 * MINUTE;
/// The server whose clock is ahead.
pub(crate) const SKEWED: &[&str] =
    &["welfare/web2/access.log", "welfare/web2/access.log.1", "welfare/web2/access.log.2.gz"];
/// The file that lost its end. It ends before the first attack.
pub(crate) const CUT: &str = "welfare/web2/access.log.2.gz";
/// First day that is no longer in the file that lost its end.
const CUT_DAY: i64 = 3;
/// The proxy keeps its log for so many days.
const PROXY_DAYS: i64 = 6;
/// The source whose local times bear no zone.
pub(crate) const ZONE_TRAP: &[&str] = &["science/web01/auth.log", "science/web01/auth.log.1"];
/// Rotated and packed files.
pub(crate) const ROTATED: &[&str] = &[
    "welfare/web1/access.log",
    "welfare/web1/access.log.1",
    "welfare/web1/access.log.2.gz",
    "science/web01/access.log",
    "science/web01/access.log.1",
];
/// Files shipped twice: the original, then its copy.
pub(crate) const COPIES: &[(&str, &str)] = &[
    ("trade/m365/AuditLog_2026-01.csv", "trade/m365/resent/AuditLog_2026-01 (1).csv"),
    ("fisheries/google/login-2026-01.json", "fisheries/google/login-january-final.json"),
];

fn segments(parts: &[(i64, &str, Pack)]) -> Vec<Segment> {
    let mut made: Vec<Segment> = parts
        .iter()
        .map(|&(day, path, pack)| Segment { until: START + day * DAY, path: path.to_owned(), pack })
        .collect();
    if let Some(last) = made.last_mut() {
        last.until = i64::MAX;
    }
    made
}

fn server(shelf: &mut Shelf, form: WebForm, skew: i64, parts: &[(i64, &str, Pack)]) -> Server {
    Server { stream: shelf.stream(segments(parts), Frame::lines()), form, skew }
}

/// The web sites.
pub(crate) fn sites(shelf: &mut Shelf) -> Vec<Site> {
    use Pack::{Gzip, GzipCut, Plain};
    let web1 = server(
        shelf,
        WebForm::Forwarded,
        0,
        &[
            (17, "welfare/web1/access.log.2.gz", Gzip),
            (45, "welfare/web1/access.log.1", Plain),
            (99, "welfare/web1/access.log", Plain),
        ],
    );
    let web2 = server(
        shelf,
        WebForm::Combined,
        SKEW,
        &[(CUT_DAY, SKEWED[2], GzipCut), (40, SKEWED[1], Plain), (99, SKEWED[0], Plain)],
    );
    let kept = at(62 - PROXY_DAYS, 0, 0);
    let proxy = server(
        shelf,
        WebForm::Timed,
        0,
        &[(59, "welfare/proxy/access.log.1", Plain), (99, "welfare/proxy/access.log", Plain)],
    );
    let science = server(
        shelf,
        WebForm::VirtualHost,
        0,
        &[(JANUARY, "science/web01/access.log.1", Plain), (99, "science/web01/access.log", Plain)],
    );
    let seismic = server(
        shelf,
        WebForm::CaddyJson,
        0,
        &[
            (12, "seismic/caddy/access-2025-12-12.log.gz", Gzip),
            (99, "seismic/caddy/access.log", Plain),
        ],
    );
    let ports = server(shelf, WebForm::NginxJson, 0, &[(99, "ports/nginx/access.json.log", Plain)]);
    let site = |map, servers, proxy| Site { map, servers, proxy };
    vec![
        site(&sites::WELFARE, vec![web1, web2], Some((proxy, kept))),
        site(&sites::SCIENCE, vec![science], None),
        site(&sites::SEISMIC, vec![seismic], None),
        site(&sites::PORTS, vec![ports], None),
    ]
}

/// An agency's office streams: each agency exports in another shape.
pub(crate) fn office(shelf: &mut Shelf, agency: usize) -> OfficeStreams {
    let id = AGENCIES[agency].id;
    let document = |head: &str, tail| Frame { head: head.to_owned(), between: ",\n", tail };
    let monthly = |shelf: &mut Shelf, name: &str, extension: &str, frame: Frame| {
        let first = format!("{id}/google/{name}-2025-12.{extension}");
        let second = format!("{id}/google/{name}-2026-01.{extension}");
        let parts = [(JANUARY, first.as_str(), Pack::Plain), (99, second.as_str(), Pack::Plain)];
        shelf.stream(segments(&parts), frame)
    };
    if agency == TRADE {
        let frame = Frame { head: unified::HEADER.to_owned(), ..Frame::lines() };
        let parts = [
            (JANUARY, "trade/m365/AuditLog_2025-12.csv", Pack::Plain),
            (99, COPIES[0].0, Pack::Plain),
        ];
        return OfficeStreams::Unified(shelf.stream(segments(&parts), frame));
    }
    if agency == SEISMIC {
        let path = "seismic/google/cloud-audit.ndjson";
        let cloud = shelf.stream(segments(&[(99, path, Pack::Plain)]), Frame::lines());
        return OfficeStreams::Workspace(Application::ALL.map(|application| match application {
            Application::Drive | Application::Gmail => {
                (monthly(shelf, application.name(), "ndjson", Frame::lines()), Shape::Reports)
            }
            _ => (cloud, Shape::CloudLogging),
        }));
    }
    OfficeStreams::Workspace(Application::ALL.map(|application| {
        let (extension, frame) = match agency {
            PORTS => ("ndjson", Frame::lines()),
            FISHERIES => ("json", document("[\n", "\n]\n")),
            RECORDS => ("json", document("{\"activities\": [\n", "\n]}\n")),
            _ => (
                "json",
                document(
                    "{\"kind\":\"admin#reports#activities\",\"etag\":\"\\\"synthetic\\\"\",\"items\":[\n",
                    "\n]}\n",
                ),
            ),
        };
        (monthly(shelf, application.name(), extension, frame), Shape::Reports)
    }))
}

/// The research agency's machines.
pub(crate) fn hosts(shelf: &mut Shelf) -> Vec<Host> {
    let mut host = |name: &'static str, last, form, parts: &[(i64, &str, Pack)]| Host {
        name,
        address: IpAddr::V4(Ipv4Addr::new(10, 30, 0, last)),
        form,
        stream: shelf.stream(segments(parts), Frame::lines()),
    };
    vec![
        host(
            "web01",
            11,
            AuthForm::Bsd { zone: MANILA },
            &[(JANUARY, ZONE_TRAP[1], Pack::Plain), (99, ZONE_TRAP[0], Pack::Plain)],
        ),
        host("db01", 21, AuthForm::Bsd { zone: 0 }, &[(99, "science/db01/auth.log", Pack::Plain)]),
        host("files01", 31, AuthForm::Iso, &[(99, "science/files01/auth.log", Pack::Plain)]),
        host("app01", 41, AuthForm::Rfc5424, &[(99, "science/app01/secure", Pack::Plain)]),
    ]
}

/// The records agency's cloud account: one document a week, all on one line.
pub(crate) fn trail(shelf: &mut Shelf) -> StreamIx {
    let names: Vec<String> = (0..9)
        .map(|week| {
            format!("records/aws/000000123456_CloudTrail_ap-southeast-1_week{:02}.json", week + 1)
        })
        .collect();
    let parts: Vec<(i64, &str, Pack)> =
        (1..).map(|week| week * 7).zip(&names).map(|(d, n)| (d, n.as_str(), Pack::Plain)).collect();
    let frame = Frame { head: "{\"Records\":[".to_owned(), between: ",", tail: "]}\n" };
    shelf.stream(segments(&parts), frame)
}
