//! Movement inside after a breach, the administrator who always signed in, and a cloud account.

use bakas_model::{Activity, IncidentKind, Severity, Status, Stream};

use crate::world::{World, at};

fn shell(world: &mut World) {
    for n in 0..5 {
        let row = world.web(0, at(10, 2, n), "80.1.1.1", "POST /uploads/x.php", 200, "tool/1");
        world.flag(row, IncidentKind::WebShell, Severity::Critical);
    }
}

fn inside(world: &mut World, day: i64, n: i64, from: &str, account: &str, ok: bool) {
    let row = world.login(0, Stream::Sshd, at(day, 3, n), from, account, ok);
    world.flag(row, IncidentKind::LateralMovement, Severity::Medium);
}

#[test]
fn sign_ins_from_the_breached_machine_and_what_was_run() {
    let mut world = World::default();
    for day in 0..20 {
        inside(&mut world, day, 0, "10.0.0.2", "sysadmin", true);
    }
    shell(&mut world);
    for n in 1..5 {
        inside(&mut world, 10, n, "10.0.0.80", "root", false);
    }
    inside(&mut world, 10, 6, "10.0.0.80", "deploy", true);
    inside(&mut world, 10, 7, "10.0.0.80", "backup", true);
    let what = ("sudo", Activity::Launch, "/bin/cat /etc/shadow");
    let sudo = world.act(0, Stream::Sudo, at(10, 3, 20), "", "deploy", what);
    world.rows[sudo].status = Status::Success;
    let later = world.act(0, Stream::Sudo, at(13, 9, 0), "", "deploy", what);
    let result = world.investigate();
    assert_eq!(
        result.kinds(),
        [(0, IncidentKind::WebShell), (0, IncidentKind::LateralMovement)],
        "{}",
        result.reasons()
    );
    let moved =
        result.outcome.incidents.iter().find(|i| i.kind == IncidentKind::LateralMovement).unwrap();
    assert_eq!(moved.addresses.len(), 1);
    assert_eq!(moved.lines, 7, "four failures, two sign-ins, one command");
    assert_eq!(moved.scope.entered.len(), 2);
    assert!(result.claimed[later].is_none(), "days later is not the intruder's session");
    assert!(result.reasons().contains("10.0.0.2"), "the administrator is set aside by name");
    assert_eq!(result.outcome.campaigns.len(), 1);
}

#[test]
fn without_a_breach_an_administrators_work_is_no_incident() {
    let mut world = World::default();
    for day in 0..20 {
        for (n, name) in ["web1", "db1", "mail1"].iter().enumerate() {
            inside(&mut world, day, n as i64, "10.0.0.2", name, true);
        }
    }
    assert_eq!(world.investigate().kinds(), []);
}

#[test]
fn cloud_operations_that_lower_protections() {
    let mut world = World::default();
    for (n, op) in ["StopLogging", "CreateAccessKey", "DescribeVpcs"].iter().enumerate() {
        let what = (*op, Activity::Update, "x");
        let row = world.act(0, Stream::CloudTrail, at(2, 2, n as i64), "80.1.1.1", "ci-user", what);
        match n {
            0 => world.flag(row, IncidentKind::CloudAbuse, Severity::High),
            1 => world.flag(row, IncidentKind::CloudAbuse, Severity::Medium),
            _ => {}
        }
    }
    let what = ("CreateAccessKey", Activity::Create, "k");
    let row = world.act(0, Stream::CloudTrail, at(3, 2, 0), "61.1.1.1", "admin", what);
    world.flag(row, IncidentKind::CloudAbuse, Severity::Medium);
    let result = world.investigate();
    assert_eq!(result.kinds(), [(0, IncidentKind::CloudAbuse)]);
    assert_eq!(result.outcome.incidents[0].lines, 2, "the call that only looks is not among them");
    assert!(result.reasons().contains("admin"));
}

#[test]
fn calls_in_a_cloud_account_are_told_by_their_names_and_upkeep_is_left_out() {
    let mut world = World::default();
    let call = |world: &mut World, minute, what: &str, activity, agent: &str, status| {
        let told = (what, activity, "x");
        let time = at(0, 3, minute);
        let row = world.act(0, Stream::CloudTrail, time, "80.1.1.1", "deployer", told);
        world.rows[row].agent = Some(agent.to_owned());
        world.rows[row].status = status;
        row
    };
    let (cli, terraform) = ("aws-cli/2.0", "APN/1.0 HashiCorp/1.0 Terraform/1.5");
    let (done, refused) = (Status::Success, Status::Failure);
    let stop = call(&mut world, 0, "StopLogging", Activity::Other, cli, done);
    let key = call(&mut world, 1, "CreateAccessKey", Activity::Create, cli, done);
    call(&mut world, 2, "CreateAccessKey", Activity::Create, cli, done);
    let secret = call(&mut world, 3, "GetPasswordData", Activity::Read, cli, refused);
    for row in [stop, key, secret] {
        world.flag(row, IncidentKind::CloudAbuse, Severity::High);
        world.flag(row, IncidentKind::CloudAbuse, Severity::Medium);
    }
    call(&mut world, 4, "CreateAccessKey", Activity::Create, terraform, done);
    let result = world.investigate();
    assert_eq!(result.kinds(), [(0, IncidentKind::CloudAbuse)], "{}", result.reasons());
    let incident = &result.outcome.incidents[0];
    let told: Vec<&str> = incident.scope.after.iter().map(|m| m.text.en.as_str()).collect();
    assert_eq!(
        told,
        [
            "deployer: logging or watching lowered: StopLogging",
            "deployer: user or key made or removed ×2: CreateAccessKey",
            "deployer: secret or password asked for, failed: GetPasswordData",
        ]
    );
    assert_eq!(incident.lines, 4, "what Terraform does is upkeep");
}
