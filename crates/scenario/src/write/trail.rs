//! AWS CloudTrail records.

use std::net::IpAddr;

use crate::{clock, rng::mix};

use super::json;

/// One call.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    pub(crate) time: i64,
    pub(crate) user: &'static str,
    pub(crate) address: IpAddr,
    pub(crate) agent: &'static str,
    /// Service without its domain, for instance `s3`.
    pub(crate) service: &'static str,
    pub(crate) name: &'static str,
    pub(crate) read_only: bool,
    /// The request's parameters, as JSON.
    pub(crate) parameters: String,
    /// An error code, where the call was refused.
    pub(crate) error: Option<&'static str>,
}

/// The made-up account.
const ACCOUNT: &str = "000000123456";

/// Writes one record.
pub(crate) fn write(out: &mut Vec<u8>, call: &Call) {
    let id = mix(call.time as u64 ^ (call.name.len() as u64) << 50);
    out.extend_from_slice(
        b"{\"eventVersion\":\"1.11\",\"userIdentity\":{\"type\":\"IAMUser\",\"principalId\":\"AIDASYNTHETIC",
    );
    clock::padded(out, call.user.bytes().fold(5, |h, b| mix(h ^ u64::from(b))) % 10_000_000, 7);
    out.push(b'"');
    json::field(out, "arn", &format!("arn:aws:iam::{ACCOUNT}:user/{}", call.user));
    json::field(out, "accountId", ACCOUNT);
    json::field(out, "userName", call.user);
    out.push(b'}');
    json::time(out, "eventTime", call.time, 0);
    json::field(out, "eventSource", &format!("{}.amazonaws.com", call.service));
    json::field(out, "eventName", call.name);
    json::field(out, "awsRegion", "ap-southeast-1");
    json::address(out, "sourceIPAddress", call.address);
    json::field(out, "userAgent", call.agent);
    if let Some(error) = call.error {
        json::field(out, "errorCode", error);
    }
    out.extend_from_slice(b",\"requestParameters\":");
    out.extend_from_slice(call.parameters.as_bytes());
    out.extend_from_slice(b",\"responseElements\":");
    out.extend_from_slice(if call.name == "ConsoleLogin" {
        match call.error {
            Some(_) => b"{\"ConsoleLogin\":\"Failure\"}".as_slice(),
            None => b"{\"ConsoleLogin\":\"Success\"}",
        }
    } else {
        b"null"
    });
    out.extend_from_slice(b",\"requestID\":\"");
    json::uuid(out, id ^ 1);
    out.extend_from_slice(b"\",\"eventID\":\"");
    json::uuid(out, id);
    out.extend_from_slice(b"\",\"readOnly\":");
    out.extend_from_slice(if call.read_only { b"true" } else { b"false" });
    let kind = if call.name == "ConsoleLogin" { "AwsConsoleSignIn" } else { "AwsApiCall" };
    json::field(out, "eventType", kind);
    out.extend_from_slice(b",\"managementEvent\":true");
    json::field(out, "recipientAccountId", ACCOUNT);
    json::field(out, "eventCategory", "Management");
    out.push(b'}');
}
