//! Web attacks, shells and probing, and visitors who only read.

use bakas_model::{IncidentKind, Severity};

use crate::world::{FIREFOX, SAFARI, World, at};

fn visitors(world: &mut World) {
    for n in 0..20 {
        world.visit(0, at(n % 9, 8, n), &format!("61.1.1.{n}"), [FIREFOX, SAFARI][n as usize % 2]);
    }
}

fn injection(world: &mut World, from: &str, count: i64) {
    for n in 0..count {
        let row = world.web(0, at(3, 22, n), from, "GET /search.php", 500, "Mozilla/5.0 probe");
        world.flag(row, IncidentKind::WebExploitation, Severity::High);
    }
}

#[test]
fn exploitation_with_all_that_the_address_did() {
    let mut world = World::default();
    visitors(&mut world);
    world.web(0, at(3, 21, 40), "80.1.1.1", "GET /", 200, "Mozilla/5.0 probe");
    injection(&mut world, "80.1.1.1", 9);
    let result = world.investigate();
    assert_eq!(result.kinds(), [(0, IncidentKind::WebExploitation)]);
    assert_eq!(result.outcome.incidents[0].lines, 10);
}

#[test]
fn one_odd_request_is_set_aside() {
    let mut world = World::default();
    visitors(&mut world);
    injection(&mut world, "61.1.1.3", 1);
    let result = world.investigate();
    assert_eq!(result.kinds(), []);
    assert!(result.reasons().contains("61.1.1.3"), "{}", result.reasons());
}

#[test]
fn an_upload_that_placed_a_shell_belongs_to_the_shell_and_the_failed_ones_do_not() {
    let mut world = World::default();
    visitors(&mut world);
    for n in 0..4 {
        let row = world.web(0, at(5, 20, n), "80.1.1.1", "POST /upload.php", 403, "tool/9");
        world.flag(row, IncidentKind::WebExploitation, Severity::Medium);
    }
    injection(&mut world, "80.1.1.1", 5);
    let placed = world.web(0, at(5, 20, 9), "80.1.1.1", "POST /upload.php", 200, "tool/9");
    for n in 0..6 {
        let row = world.web(0, at(5, 21, n), "80.1.1.1", "POST /uploads/a.php", 200, "tool/9");
        world.flag(row, IncidentKind::WebShell, Severity::Critical);
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), [(0, IncidentKind::WebExploitation), (0, IncidentKind::WebShell)]);
    let shell = result.outcome.incidents.iter().find(|i| i.kind == IncidentKind::WebShell).unwrap();
    assert_eq!(shell.lines, 7);
    assert_eq!(result.claimed[placed].as_deref(), Some(shell.id.0.as_str()));
    assert_eq!(result.outcome.campaigns.len(), 1, "one address did both");
}

#[test]
fn a_tor_reader_a_crawler_and_a_health_check_are_not_accused() {
    let mut world = World::default();
    visitors(&mut world);
    for n in 0..60 {
        world.web(0, at(n % 9, 3, n), "91.1.1.1", "GET /services", 200, FIREFOX);
        world.web(0, at(n % 9, 4, n), "80.8.8.8", "GET /old-page", 404, "examplebot/2.1");
        world.web(0, at(n % 9, 5, n), "10.0.0.5", "GET /health", 200, "kube-probe/1.31");
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), []);
    assert!(result.accused().is_empty());
}

#[test]
fn probing_is_scanning_or_looking_for_administrators_and_never_both() {
    let mut world = World::default();
    visitors(&mut world);
    let files = ["/.env", "/.git/config", "/backup.zip", "/db.sql", "/info.php", "/admin.php"];
    let doors =
        ["/wp-admin", "/administrator", "/admin", "/phpmyadmin", "/user/password", "/cpanel"];
    for n in 0..12_usize {
        let (file, door) = (files[n % 6], doors[n % 6]);
        let time = at(6, 1, n as i64);
        let scan = world.web(0, time, "80.1.1.1", &format!("GET {file}"), 404, "zgrab/0.x");
        let look = world.web(0, time, "81.1.1.1", &format!("GET {door}"), 404, "Mozilla/5.0 q");
        for row in [scan, look] {
            world.flag(row, IncidentKind::Scanning, Severity::Medium);
            world.flag(row, IncidentKind::AdminDiscovery, Severity::Medium);
        }
    }
    let result = world.investigate();
    assert_eq!(result.kinds(), [(0, IncidentKind::AdminDiscovery), (0, IncidentKind::Scanning)]);
    for incident in &result.outcome.incidents {
        assert_eq!((incident.addresses.len(), incident.lines), (1, 12));
    }
}
