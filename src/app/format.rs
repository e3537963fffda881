//! Times, counts and states as text for people.

use scale_down_engine::{NodeState, PodCounts, StateCounts};

use scale_down_session::amount::split;
pub use scale_down_session::amount::{dollars, duration, grouped};

/// `00:24:10`, with days in front when there are any.
#[must_use]
pub fn clock(ms: u64) -> String {
    let (days, hours, minutes, seconds) = split(ms);
    if days == 0 {
        format!("{hours:02}:{minutes:02}:{seconds:02}")
    } else {
        format!("{days}d {hours:02}:{minutes:02}:{seconds:02}")
    }
}

/// `4:12`, with hours and days in front when there are any: shorter than [`clock`].
#[must_use]
pub fn elapsed(ms: u64) -> String {
    match split(ms) {
        (0, 0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (0, hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
        (days, hours, minutes, seconds) => format!("{days}d {hours}:{minutes:02}:{seconds:02}"),
    }
}

/// Returns the word for a state in a sentence: "running" for a ready node, else the state's name.
#[must_use]
pub fn state_word(state: NodeState) -> &'static str {
    match state {
        NodeState::Ready => "running",
        other => other.name(),
    }
}

/// The order in which states are listed: running, in transition, kept, failed.
pub const TOLD: [NodeState; 9] = [
    NodeState::Ready,
    NodeState::Starting,
    NodeState::Creating,
    NodeState::Draining,
    NodeState::Deallocating,
    NodeState::Deallocated,
    NodeState::Stopped,
    NodeState::Deleting,
    NodeState::Failed,
];

/// `5 running, 45 deallocated`, or `no nodes`.
#[must_use]
pub fn summary(counts: &StateCounts) -> String {
    let told: Vec<String> = TOLD
        .into_iter()
        .filter(|state| counts.of(*state) > 0)
        .map(|state| format!("{} {}", counts.of(state), state_word(state)))
        .collect();
    if told.is_empty() { "no nodes".to_owned() } else { told.join(", ") }
}

/// `40 running, 3 starting`: the pods that have a node.
#[must_use]
pub fn pods_at_work(pods: PodCounts) -> String {
    let starting =
        if pods.starting == 0 { String::new() } else { format!(", {} starting", grouped(pods.starting.into())) };
    format!("{} running{starting}", grouped(pods.ready.into()))
}

/// Returns the counts as JSON with every state's name, zero included.
#[must_use]
pub fn counts_json(counts: &StateCounts) -> String {
    let pairs: Vec<String> =
        NodeState::ALL.into_iter().map(|state| format!("\"{}\":{}", state.name(), counts.of(state))).collect();
    format!("{{{}}}", pairs.join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks() {
        let check = |ms: u64, text: &str| assert_eq!(clock(ms), text);
        check(0, "00:00:00");
        check(1_450_999, "00:24:10");
        check(90_061_000, "1d 01:01:01");
    }

    #[test]
    fn short_clocks() {
        let check = |ms: u64, text: &str| assert_eq!(elapsed(ms), text);
        check(0, "0:00");
        check(252_999, "4:12");
        check(3_852_000, "1:04:12");
        check(90_061_000, "1d 1:01:01");
    }

    #[test]
    fn pods() {
        let check = |ready: u32, starting: u32, text: &str| {
            assert_eq!(pods_at_work(PodCounts { ready, starting, pending: 7 }), text);
        };
        check(0, 0, "0 running");
        check(10_000, 0, "10,000 running");
        check(40, 3, "40 running, 3 starting");
    }

    #[test]
    fn durations() {
        let check = |ms: u64, text: &str| assert_eq!(duration(ms), text);
        check(999, "0 s");
        check(45_000, "45 s");
        check(120_000, "2 min");
        check(125_000, "2 min 5 s");
        check(11_400_000, "3 h 10 min");
        check(187_200_000, "2 d 4 h");
    }
}
