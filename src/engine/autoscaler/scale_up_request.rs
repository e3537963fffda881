//! Scale-ups that were requested and have not arrived.

/// A scale-up that was requested from the provider and has not arrived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScaleUpRequest {
    /// Number of nodes that are still expected.
    pub increase: u32,
    /// Time of the request, or of the latest addition to it, in milliseconds.
    pub at_ms: u64,
    /// Time at which all of the nodes should be there, in milliseconds.
    pub expected_ms: u64,
}

impl ScaleUpRequest {
    /// Returns the request after a change by `delta` nodes. More nodes begin the wait anew, fewer do not; if
    /// no node is left to wait for there is no request.
    #[must_use]
    pub fn changed(old: Option<Self>, delta: i64, now_ms: u64, provision_ms: u64) -> Option<Self> {
        let increase = old.map_or(0, |old| i64::from(old.increase)) + delta;
        let increase = u32::try_from(increase).ok().filter(|increase| *increase > 0)?;
        match old {
            Some(old) if delta <= 0 => Some(Self { increase, ..old }),
            _ => Some(Self { increase, at_ms: now_ms, expected_ms: now_ms + provision_ms }),
        }
    }
}
