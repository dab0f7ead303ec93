//! Programs and an auditor at work in the records agency's cloud account.

use std::net::{IpAddr, Ipv4Addr};

use crate::{
    clock::{HOUR, SECOND},
    networks,
    people::RECORDS,
    rng::Rng,
    world::World,
    write::trail::Call,
};

use super::{Quota, busy};

/// The account of the deployment program.
pub(crate) const DEPLOY: &str = "deploy-bot";

/// User, service, call, whether it only reads.
const CALLS: &[(&str, &str, &str, bool)] = &[
    ("registry-app", "s3", "GetObject", true),
    ("registry-app", "s3", "PutObject", false),
    ("registry-app", "kms", "Decrypt", true),
    (DEPLOY, "ec2", "DescribeInstances", true),
    (DEPLOY, "ecs", "UpdateService", false),
    (DEPLOY, "sts", "GetCallerIdentity", true),
    ("inspector", "cloudtrail", "LookupEvents", true),
    ("inspector", "s3", "GetBucketPolicy", true),
];

/// The daily calls.
pub(crate) struct Programs {
    quota: Quota,
    rng: Rng,
    given: u64,
}

impl Programs {
    pub(crate) fn new(seed: u64, lines: u64) -> Self {
        let rng = Rng::new(seed, "trail");
        Self { quota: Quota::new(lines, |time| 60 + busy(time, 8, 3)), rng, given: 0 }
    }

    /// Adds the calls that begin in that hour.
    pub(crate) fn hour(&mut self, world: &mut World, hour: usize, start: i64) {
        let due = self.quota.due(hour);
        while self.given < due {
            let (user, service, name, read_only) = *self.rng.pick(CALLS);
            let address = match user {
                "registry-app" => IpAddr::V4(Ipv4Addr::new(10, 40, 3, 17)),
                _ => networks::office(RECORDS, 3),
            };
            let mut time = start + self.rng.below(HOUR as u64) as i64;
            for _ in 0..1 + self.rng.below(4) {
                let parameters = match service {
                    "s3" => format!(
                        "{{\"bucketName\":\"registry-scans\",\"key\":\"2025/{:06}.tif\"}}",
                        self.rng.below(400_000)
                    ),
                    _ => "null".to_owned(),
                };
                let agent = if user == "registry-app" {
                    "aws-sdk-java/2.25.11 Linux/6.1 OpenJDK_64-Bit_Server_VM/17.0.10"
                } else {
                    "aws-cli/2.15.30 Python/3.11.8 Linux/6.5 exe/x86_64"
                };
                let error = None;
                let call = Call {
                    time,
                    user,
                    address,
                    agent,
                    service,
                    name,
                    read_only,
                    parameters,
                    error,
                };
                world.call(&call, 0);
                self.given += 1;
                time += self.rng.between(SECOND, 40 * SECOND);
            }
        }
    }
}
