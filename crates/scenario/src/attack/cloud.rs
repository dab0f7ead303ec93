//! A key of the records agency's cloud account in wrong hands.

use bakas_model::IncidentKind;

use crate::{benign::trail::DEPLOY, people::RECORDS, plot::Plot, rng::Rng, write::trail::Call};

use super::actor::Actor;

/// Service, call, whether it only reads, parameters, error.
const STEPS: &[(&str, &str, bool, &str, Option<&str>)] = &[
    ("sts", "GetCallerIdentity", true, "null", None),
    ("s3", "ListBuckets", true, "null", None),
    ("ec2", "DescribeInstances", true, "{\"instancesSet\":{},\"filterSet\":{}}", None),
    ("ec2", "DescribeSecurityGroups", true, "null", None),
    ("cloudtrail", "DescribeTrails", true, "null", None),
    ("cloudtrail", "StopLogging", false, "{\"name\":\"registry-trail\"}", Some("AccessDenied")),
    ("iam", "CreateAccessKey", false, "{\"userName\":\"deploy-bot\"}", None),
    ("secretsmanager", "GetSecretValue", true, "{\"secretId\":\"registry/db\"}", None),
    (
        "ec2",
        "AuthorizeSecurityGroupIngress",
        false,
        "{\"groupId\":\"sg-0a11\",\"ipPermissions\":{\"items\":[{\"ipProtocol\":\"tcp\",\"fromPort\":22,\"toPort\":22,\"ipRanges\":{\"items\":[{\"cidrIp\":\"0.0.0.0/0\"}]}}]}}",
        None,
    ),
    (
        "ec2",
        "RunInstances",
        false,
        "{\"instanceType\":\"g5.12xlarge\",\"minCount\":4,\"maxCount\":8}",
        Some("Client.InstanceLimitExceeded"),
    ),
    ("cloudtrail", "StopLogging", false, "{\"name\":\"registry-trail\"}", None),
    ("cloudtrail", "DeleteTrail", false, "{\"name\":\"registry-trail\"}", Some("AccessDenied")),
];

/// Plans it: two or three sittings, with a mass download at the end of each.
pub(super) fn plan(plot: &mut Plot, actor: &Actor, seed: u64) {
    let mut rng = Rng::new(seed, "cloud");
    let incident = plot.incident(RECORDS, IncidentKind::CloudAbuse, Some(actor.number));
    let first = rng.between(48, 52);
    for visit in 0..rng.between(2, 3) {
        let mut time = actor.moment(&mut rng, first + visit * 2);
        let address = *rng.pick(&actor.main);
        let call = |time, service, name, read_only, parameters: String, error| Call {
            time,
            user: DEPLOY,
            address,
            agent: "Boto3/1.34.51 md/Botocore#1.34.51 ua/2.0 os/linux#5.15 lang/python#3.10.12",
            service,
            name,
            read_only,
            parameters,
            error,
        };
        let steps = if visit == 0 { &STEPS[..8] } else { STEPS };
        for &(service, name, read_only, parameters, error) in steps {
            plot.call(incident, call(time, service, name, read_only, parameters.to_owned(), error));
            time += actor.pause(&mut rng);
        }
        for _ in 0..rng.between(20, 60) {
            let parameters = format!(
                "{{\"bucketName\":\"registry-scans\",\"key\":\"2025/{:06}.tif\"}}",
                rng.below(400_000)
            );
            plot.call(incident, call(time, "s3", "GetObject", true, parameters, None));
            time += rng.between(700, 5_000);
        }
    }
}
