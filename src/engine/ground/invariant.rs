//! Checks of what must hold: a debug build stops where it does not, a release build goes on without it.

/// Returns `found`, which an id that is held must lead to.
///
/// # Panics
///
/// In a debug build, if nothing was found; `what` names it.
#[track_caller]
pub(crate) fn known<T>(found: Option<T>, what: &str) -> Option<T> {
    debug_assert!(found.is_some(), "not found, and must be there: {what}");
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_comes_back() {
        assert_eq!(known(Some(1), "a number"), Some(1));
    }

    #[test]
    #[cfg(debug_assertions)]
    #[should_panic(expected = "must be there: a number")]
    fn what_is_missing_stops_a_debug_build() {
        let _ = known::<u8>(None, "a number");
    }
}
