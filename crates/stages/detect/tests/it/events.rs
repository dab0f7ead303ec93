//! Events as the decoders make them, small.

use std::net::IpAddr;

use bakas_detect::{Context, Input, Rules};
use bakas_model::{
    Activity, Agency, AgencyIx, Asn, Class, Country, Detection, Event, Field, Location,
    NetworkKind, Place, Status, Stream, Timestamp, Value,
};

/// A request, as the decoder of web logs gives it.
pub(crate) fn request<'a>(method: &'a str, query: &'a str, status: u16) -> Event<'a> {
    let (path, _) = query.split_once('?').unwrap_or((query, ""));
    let mut event = bare(Stream::Web, Class::HttpActivity);
    event.operation = method;
    event.object = Some(path);
    event.activity = Activity::Request;
    event.http_status = Some(status);
    event.fields = vec![
        Field::new("c-ip", Value::Text("192.0.2.9")),
        Field::new("cs-method", Value::Text(method)),
        Field::new("cs-uri-query", Value::Text(query)),
        Field::new("cs-uri-stem", Value::Text(path)),
        Field::new("sc-status", Value::Int(status.into())),
    ];
    event
}

/// A sign-in try.
pub(crate) fn sign_in<'a>(seconds: i64, address: [u8; 4], account: &'a str, ok: bool) -> Event<'a> {
    let mut event = bare(Stream::Sshd, Class::Authentication);
    event.time = Timestamp::from_seconds(1_767_571_200 + seconds);
    event.place.offset = u64::try_from(seconds).unwrap() * 1000;
    event.activity = Activity::Logon;
    event.status = if ok { Status::Success } else { Status::Failure };
    event.src = Some(IpAddr::from(address));
    event.account = Some(account);
    event.operation = "password";
    event
}

pub(crate) fn bare<'a>(stream: Stream, class: Class) -> Event<'a> {
    Event {
        place: Place::default(),
        agency: AgencyIx(0),
        stream,
        custom: None,
        time: Timestamp::from_seconds(1_767_571_200),
        time_raw: "",
        class,
        activity: Activity::Other,
        status: Status::Unknown,
        src: Some(IpAddr::from([192, 0, 2, 9])),
        src_port: None,
        dst: None,
        dst_port: None,
        src_claimed: None,
        account: None,
        target: None,
        object: None,
        agent: None,
        operation: "",
        host: None,
        http_status: None,
        bytes_out: None,
        fields: Vec::new(),
    }
}

pub(crate) fn agency() -> Agency {
    Agency { id: "welfare".to_owned(), ..Agency::default() }
}

/// Where every address of these tests is.
pub(crate) fn context(agency: &Agency) -> Context<'_> {
    let location =
        Location { asn: Some(Asn(64_500)), country: Country::new("PH"), kind: NetworkKind::Telco };
    Context { location, operator: Some("Example Telco"), agency }
}

/// Rules that must all load.
pub(crate) fn load(text: &str) -> Rules {
    let (rules, _, problems) = Rules::load([("test.yml".to_owned(), text.to_owned())]);
    assert_eq!(problems, vec![]);
    rules
}

/// The titles of the rules that match.
pub(crate) fn titles(rules: &Rules, event: &Event<'_>) -> Vec<String> {
    let agency = agency();
    let mut matcher = rules.matcher();
    let matched = matcher.run(event, &context(&agency));
    matched.iter().map(|ix| rules.metas()[ix.0 as usize].title.clone()).collect()
}

/// The whole way from events to detections.
pub(crate) fn detections(rules: &Rules, events: &[Event<'_>]) -> Vec<Detection> {
    let agency = agency();
    let context = context(&agency);
    let (mut matcher, mut gatherer) = (rules.matcher(), rules.gatherer());
    let mut inputs: Vec<Input> = Vec::new();
    for event in events {
        let matched = matcher.run(event, &context).to_vec();
        gatherer.gather(event, &context, &matched, &mut inputs);
    }
    inputs.sort();
    let mut all = Vec::new();
    rules.correlate(inputs.into_iter(), &mut |detection| all.push(detection));
    all
}
