//! What somebody might change in a sealed case.

use crate::yard::Yard;

fn verified(yard: &Yard) -> bakas_engine::verify::Verified {
    bakas_engine::verify::run(&yard.path("case"), None, None).unwrap()
}

#[cfg(unix)]
#[test]
fn a_link_in_the_place_of_a_file_breaks_the_seal() {
    let yard = Yard::new();
    yard.log("logs/a/access.log");
    yard.investigate(&[yard.path("logs")]);
    assert!(verified(&yard).holds());
    // The same bytes, but from outside: whoever is shown them today may be shown others tomorrow.
    let (inside, outside) = (yard.path("case/report.html"), yard.path("elsewhere.html"));
    std::fs::rename(&inside, &outside).unwrap();
    std::os::unix::fs::symlink(&outside, &inside).unwrap();
    let report = verified(&yard);
    assert!(!report.holds(), "{report}");
    assert!(report.to_string().contains("link"), "{report}");
}

#[cfg(unix)]
#[test]
fn an_added_folder_breaks_the_seal_and_a_pipe_does_not_stop_the_check() {
    let yard = Yard::new();
    yard.log("logs/a/access.log");
    yard.investigate(&[yard.path("logs")]);
    std::fs::create_dir(yard.path("case/more")).unwrap();
    let report = verified(&yard);
    assert!(!report.holds() && report.to_string().contains("more"), "{report}");
    std::fs::remove_dir(yard.path("case/more")).unwrap();
    let inside = yard.path("case/report.html");
    std::fs::remove_file(&inside).unwrap();
    assert!(std::process::Command::new("mkfifo").arg(&inside).status().unwrap().success());
    assert!(!verified(&yard).holds());
}

#[test]
fn without_a_known_key_it_says_that_anybody_may_have_signed() {
    let yard = Yard::new();
    yard.log("logs/a/access.log");
    yard.investigate(&[yard.path("logs")]);
    let report = verified(&yard);
    assert!(report.holds() && !report.key_expected);
    assert!(report.to_string().contains("anybody may have signed"), "{report}");
}
