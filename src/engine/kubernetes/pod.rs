//! One pod, in its current state.
//!
//! It is small, because there are tens of thousands of them: what never changes is in its shared
//! specification, and its name is computed.

use std::sync::Arc;

use super::pod_spec::{OwnerKind, PodSpec};

/// Identifies a pod for as long as the simulation runs; ascending with age.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PodId(pub u32);

/// Identifies a set of pods of one specification: a replica set, a job, a daemon set; a bare pod is
/// alone in a set of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct SetId(pub u32);

/// The phase of a pod's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PodPhase {
    /// It waits for a node, or for its images and containers on one.
    Pending,
    /// Its containers run.
    Running,
    /// Its containers have ended well.
    Succeeded,
    /// Its containers have ended otherwise.
    Failed,
}

impl PodPhase {
    /// Returns the word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pending => "Pending",
            Self::Running => "Running",
            Self::Succeeded => "Succeeded",
            Self::Failed => "Failed",
        }
    }

    /// Returns `true` if the pod is over: it takes no room any more.
    #[must_use]
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded | Self::Failed)
    }
}

/// One pod.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Pod {
    /// Its identity.
    pub id: PodId,
    /// The set that it belongs to.
    pub set: SetId,
    /// Its specification.
    pub spec: Arc<PodSpec>,
    /// Creation time, in milliseconds.
    pub created_ms: u64,
    /// Its phase.
    pub phase: PodPhase,
    /// Time at which it entered this phase, in milliseconds.
    pub since_ms: u64,
    /// Time at which its deletion was requested (`deletionTimestamp`), in milliseconds.
    pub deleted_ms: Option<u64>,
}

impl Pod {
    /// Creates a pending pod.
    #[must_use]
    pub fn new(id: PodId, spec: Arc<PodSpec>, created_ms: u64) -> Self {
        Self {
            id,
            set: SetId::default(),
            spec,
            created_ms,
            phase: PodPhase::Pending,
            since_ms: created_ms,
            deleted_ms: None,
        }
    }

    /// Returns its name: for a controller's pods, that of the controller with five letters of their
    /// own.
    #[must_use]
    pub fn name(&self) -> String {
        name(&self.spec, self.id)
    }

    /// Returns `true` if its deletion was requested: it is within its grace period or past it.
    #[must_use]
    pub fn is_terminating(&self) -> bool {
        self.deleted_ms.is_some()
    }

    /// Returns `true` if it takes room on its node.
    #[must_use]
    pub fn takes_room(&self) -> bool {
        !self.phase.is_terminal()
    }
}

/// Returns the name of the pod with this specification and identity.
#[must_use]
pub fn name(spec: &PodSpec, id: PodId) -> String {
    match spec.owner_kind() {
        Some(OwnerKind::ReplicaSet | OwnerKind::DaemonSet | OwnerKind::Job | OwnerKind::ReplicationController) => {
            format!("{}-{}", spec.name, suffix(id))
        }
        Some(OwnerKind::StatefulSet | OwnerKind::Custom) | None => spec.name.clone(),
    }
}

/// Returns five letters that no other pod has, in the alphabet of generated names, scattered so that
/// neighbours look different.
fn suffix(id: PodId) -> String {
    const LETTERS: &[u8; 27] = b"bcdfghjklmnpqrstvwxz2456789";
    const NAMES: u64 = 27 * 27 * 27 * 27 * 27;
    // Without a common factor with the number of names, so that no two numbers meet.
    const STRIDE: u64 = 8_675_309;
    let mut rest = (u64::from(id.0) * STRIDE + 4_194_301) % NAMES;
    let mut suffix = String::with_capacity(5);
    for _ in 0..5 {
        let index = usize::try_from(rest % 27).unwrap_or_default();
        suffix.push(LETTERS.get(index).copied().map_or('b', char::from));
        rest /= 27;
    }
    suffix
}

#[cfg(test)]
mod tests {
    use super::super::pod_spec::Owner;
    use super::super::resources::Resources;
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn no_two_pods_of_a_controller_have_one_name() {
        let names: BTreeSet<String> = (0..50_000).map(|id| suffix(PodId(id))).collect();
        assert_eq!(names.len(), 50_000);
    }

    #[test]
    fn a_bare_pod_keeps_its_name() {
        let mut spec = PodSpec::new("default", "web", Resources::default());
        assert_eq!(Pod::new(PodId(7), Arc::new(spec.clone()), 0).name(), "web");
        spec.owner = Some(Owner { kind: OwnerKind::ReplicaSet, name: "web".to_owned() });
        let name = Pod::new(PodId(7), Arc::new(spec), 0).name();
        assert!(name.starts_with("web-") && name.len() == 9, "{name}");
    }
}
