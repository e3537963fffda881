//! Taints of nodes, and the tolerations that pods have for them.

use std::fmt;

/// The taint of a node whose kubelet has not reported yet.
pub const NOT_READY_KEY: &str = "node.kubernetes.io/not-ready";
/// The taint of a node whose kubelet does not report any more.
pub const UNREACHABLE_KEY: &str = "node.kubernetes.io/unreachable";
/// The taint of a node whose machine is shut down.
pub const SHUTDOWN_KEY: &str = "node.cloudprovider.kubernetes.io/shutdown";

/// The effect of a taint on pods that do not tolerate it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TaintEffect {
    /// They are not scheduled here.
    NoSchedule,
    /// They are scheduled elsewhere where that is possible.
    PreferNoSchedule,
    /// They are not scheduled here, and those that are here are evicted.
    NoExecute,
}

impl TaintEffect {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::NoSchedule, Self::PreferNoSchedule, Self::NoExecute];

    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::NoSchedule => "NoSchedule",
            Self::PreferNoSchedule => "PreferNoSchedule",
            Self::NoExecute => "NoExecute",
        }
    }
}

/// A taint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Taint {
    /// The key.
    pub key: String,
    /// The value; may be empty.
    pub value: String,
    /// The effect.
    pub effect: TaintEffect,
}

impl Taint {
    /// Creates a taint.
    #[must_use]
    pub fn new(key: &str, value: &str, effect: TaintEffect) -> Self {
        Self { key: key.to_owned(), value: value.to_owned(), effect }
    }

    /// Parses a taint as the API writes it; `None` if it is not one.
    #[must_use]
    pub fn of_text(text: &str) -> Option<Self> {
        let (pair, effect) = text.rsplit_once(':')?;
        let effect = TaintEffect::ALL.into_iter().find(|known| known.name() == effect)?;
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        (!key.is_empty()).then(|| Self::new(key, value, effect))
    }
}

/// Formats a taint as in a list of taints: `key=value:Effect`, or `key:Effect`.
impl fmt::Display for Taint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let equals = if self.value.is_empty() { "" } else { "=" };
        write!(out, "{}{equals}{}:{}", self.key, self.value, self.effect.name())
    }
}

/// A toleration: the taints that a pod puts up with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Toleration {
    /// The key of the taint; any if `None`.
    pub key: Option<String>,
    /// The value of the taint; any if `None` (the operator `Exists`).
    pub value: Option<String>,
    /// The effect of the taint; any if `None`.
    pub effect: Option<TaintEffect>,
    /// Time for which a `NoExecute` taint is tolerated, in seconds; for ever if `None`.
    pub seconds: Option<u32>,
}

impl Toleration {
    /// Creates a toleration of every taint with this key.
    #[must_use]
    pub fn of_key(key: &str) -> Self {
        Self { key: Some(key.to_owned()), ..Self::default() }
    }

    /// Creates a toleration of every taint.
    #[must_use]
    pub fn of_everything() -> Self {
        Self::default()
    }

    /// Returns `true` if it tolerates a taint.
    #[must_use]
    pub fn tolerates(&self, taint: &Taint) -> bool {
        self.effect.is_none_or(|effect| effect == taint.effect)
            && self.key.as_ref().is_none_or(|key| *key == taint.key)
            && self.value.as_ref().is_none_or(|value| *value == taint.value)
    }
}

/// Returns the first taint that keeps a pod with these tolerations from being scheduled.
#[must_use]
pub fn untolerated<'a>(taints: &'a [Taint], tolerations: &[Toleration]) -> Option<&'a Taint> {
    taints.iter().find(|taint| {
        taint.effect != TaintEffect::PreferNoSchedule && !tolerations.iter().any(|one| one.tolerates(taint))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_toleration_without_a_word_means_any() {
        let taint = Taint::new("sku", "gpu", TaintEffect::NoSchedule);
        let check = |key: Option<&str>, value: Option<&str>, effect, expected: bool| {
            let own = |text: Option<&str>| text.map(str::to_owned);
            let toleration = Toleration { key: own(key), value: own(value), effect, seconds: None };
            assert_eq!(toleration.tolerates(&taint), expected, "{toleration:?}");
        };
        check(Some("sku"), Some("gpu"), Some(TaintEffect::NoSchedule), true);
        check(Some("sku"), None, None, true);
        check(None, None, None, true);
        check(Some("sku"), Some("cpu"), None, false);
        check(Some("other"), None, None, false);
        check(Some("sku"), Some("gpu"), Some(TaintEffect::NoExecute), false);
    }

    #[test]
    fn a_preference_keeps_nobody_out() {
        let preferred = Taint::new("a", "", TaintEffect::PreferNoSchedule);
        let hard = Taint::new("b", "1", TaintEffect::NoExecute);
        assert_eq!(untolerated(std::slice::from_ref(&preferred), &[]), None);
        assert_eq!(untolerated(&[preferred, hard.clone()], &[Toleration::of_key("c")]), Some(&hard));
        assert_eq!(untolerated(&[hard], &[Toleration::of_everything()]), None);
    }

    #[test]
    fn a_taint_is_written_as_in_the_api() {
        for text in ["sku=gpu:NoSchedule", "sku:NoExecute", "a/b=1.2:PreferNoSchedule"] {
            assert_eq!(Taint::of_text(text).map(|taint| taint.to_string()).as_deref(), Some(text));
        }
        for text in ["sku=gpu", ":NoSchedule", "sku=gpu:noschedule", ""] {
            assert_eq!(Taint::of_text(text), None, "{text}");
        }
    }
}
