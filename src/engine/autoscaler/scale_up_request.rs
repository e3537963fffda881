//! A scale-up that was asked for and has not arrived.

/// See the module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScaleUpRequest {
    /// How many nodes.
    pub increase: u32,
    /// When it was asked for, or last added to.
    pub at_ms: u64,
    /// When all of it should be there.
    pub expected_ms: u64,
}

impl ScaleUpRequest {
    /// What a change of `delta` nodes makes of a request. More nodes begin the wait anew, fewer do
    /// not; where none is left to wait for there is no request.
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
