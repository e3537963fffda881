//! The configuration of property tests: how many cases, and where failing ones are kept.

use proptest::test_runner::{Config, FileFailurePersistence};

/// Returns the configuration of a property test that tries `cases` cases, or as many as `PROPTEST_CASES` says.
///
/// The seed of a case that fails is added to `kept`, a file in `tests/data/regressions/`, and tried first from then on.
pub fn config(cases: u32, kept: &'static str) -> Config {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|text| text.parse().ok());
    let failure_persistence = Some(Box::new(FileFailurePersistence::Direct(kept)) as _);
    Config { cases: asked.unwrap_or(cases), failure_persistence, ..Config::default() }
}
