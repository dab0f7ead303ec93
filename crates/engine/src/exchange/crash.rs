//! A place where a test may end the process as `kill -9` does. Nothing of it is in a release.

/// Between two durable steps. With `BAKAS_TEST_KILL_AT=N` the N-th such place of a process is its
/// end.
#[cfg(debug_assertions)]
pub(super) fn point() {
    use std::sync::atomic::{AtomicU64, Ordering};
    static PASSED: AtomicU64 = AtomicU64::new(0);
    let Some(at) = std::env::var_os("BAKAS_TEST_KILL_AT") else { return };
    let at: Option<u64> = at.to_str().and_then(|text| text.parse().ok());
    if at == Some(PASSED.fetch_add(1, Ordering::SeqCst) + 1) {
        let id = std::process::id().to_string();
        // The kernel ends us: no destructor runs, nothing is flushed.
        drop(std::process::Command::new("kill").args(["-9", &id]).status());
        std::process::abort();
    }
}

/// Between two durable steps.
#[cfg(not(debug_assertions))]
pub(super) const fn point() {}
