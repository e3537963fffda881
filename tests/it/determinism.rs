//! The same run comes to the same state everywhere; `tests/headless.rs` holds wasm to it too.

#[path = "../support/determinism.rs"]
mod recorded;

use recorded::{FINGERPRINT, NOW_MS, SCRIPT, SEED};
use scale_down::session::{Session, SessionOptions};

#[test]
fn a_native_run_comes_to_the_recorded_state() {
    let mut session = Session::new(SessionOptions { seed: Some(SEED), ..SessionOptions::default() });
    session.submit(SCRIPT);
    session.advance_until_answered();
    for entry in session.transcript() {
        assert!(entry.stderr().lines().all(|line| !line.starts_with("bash:")), "{}: {}", entry.line, entry.stderr());
    }
    assert_eq!((session.now_ms(), session.cloud().fingerprint()), (NOW_MS, FINGERPRINT));
}
