//! Conversion of the cases' nodes, pods and disruption budgets (PDB) into the engine's types.

use std::sync::Arc;

use super::input::{Input, Read, Stop};
use scale_down_engine::autoscaler::eligibility::TO_BE_DELETED_KEY;
use scale_down_engine::autoscaler::remaining_budgets::RemainingBudgets;
use scale_down_engine::autoscaler::utilization::GPU_LABEL;
use scale_down_engine::kubernetes::affinity::ZONE_KEY;
use scale_down_engine::kubernetes::budget::Amount;
use scale_down_engine::kubernetes::taint::{NOT_READY_KEY, SHUTDOWN_KEY};
use scale_down_engine::kubernetes::{
    BudgetLimit, Container, DisruptionBudget, NodeId, NodeInfo, Owner, OwnerKind, Pod, PodId, PodPhase, PodSpec,
    Resources, RestartPolicy, Selector, Taint, TaintEffect, Toleration, TopologySpread, Volume, VolumeKind,
};
use scale_down_engine::{Pairs, PoolId};

/// The moment of a case, in milliseconds: late enough that no earlier time of a case is negative.
pub const NOW_MS: u64 = 1_000_000_000_000;

const MIB: u64 = 1 << 20;

/// Pod capacity of a node for which the case gives none; upstream's tests use a hundred.
const PODS_MAX: u32 = 100;

/// Returns the time this many milliseconds after the moment of the case; before it if negative.
#[must_use]
pub fn at_ms(after_ms: i64) -> u64 {
    NOW_MS.saturating_add_signed(after_ms)
}

/// Reads an age in seconds and returns the time at which it began, in milliseconds.
pub fn aged_ms(input: &Input<'_>, key: &str) -> Read<Option<u64>> {
    Ok(input.ms(key)?.map(|age_ms| at_ms(-age_ms)))
}

fn memory(input: &Input<'_>) -> Read<u64> {
    match input.find("mem_mib") {
        Some(mib) => Ok(mib.as_count()?.saturating_mul(MIB)),
        None => amount(input, "mem_b"),
    }
}

/// Reads an amount. A negative one counts as 0: upstream's tests write -1 for an amount that is not given.
fn amount(input: &Input<'_>, key: &str) -> Read<u64> {
    let Some(field) = input.find(key) else { return Ok(0) };
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a negative amount is none")]
    field.as_number().map(|number| number.max(0.0) as u64)
}

/// Reads resources: capacity of a node, or requests of a pod.
pub fn resources(input: &Input<'_>) -> Read<Resources> {
    let gpus = input.small_or("gpu", 0)?;
    Ok(Resources { gpus, ..Resources::new(amount(input, "cpu_m")?, memory(input)?) })
}

/// Reads a node.
pub fn node(input: &Input<'_>, id: NodeId) -> Read<NodeInfo> {
    let pods = input.small_or("pods", PODS_MAX)?;
    let name = input.find("name").map_or(Ok("node"), |name| name.as_text())?;
    let mut whole = Resources { pods, ..resources(input)? };
    if !input.has("mem_b") && !input.has("mem_mib") {
        // Memory is of no matter in a case that does not mention it.
        whole.memory_bytes = 1 << 40;
    }
    let mut node = NodeInfo::new(id, name, whole);
    let mut labels = input.pairs("labels")?;
    if let Some(zone) = input.find("zone") {
        labels.insert(ZONE_KEY.to_owned(), zone.as_text()?.to_owned());
    }
    if input.flag_or("gpu_label", false)? || node.allocatable.gpus > 0 {
        labels.insert(GPU_LABEL.to_owned(), "nvidia".to_owned());
    }
    node.labels = Arc::new(labels);
    node.annotations = Arc::new(input.pairs("annotations")?);
    node.is_ready = input.flag_or("ready", true)?;
    node.is_unschedulable = input.flag_or("unschedulable", false)?;
    node.created_ms = aged_ms(input, "created_age_s")?.unwrap_or_default();
    let mut taints = Vec::new();
    if let Some(since_ms) = aged_ms(input, "taint_to_be_deleted_age_s")? {
        taints.push(to_be_deleted(since_ms));
    }
    if input.flag_or("being_deleted", false)? {
        taints.push(to_be_deleted(NOW_MS));
    }
    if input.flag_or("taint_shutdown", false)? || input.flag_or("shutdown", false)? {
        taints.push(Taint::new(SHUTDOWN_KEY, "", TaintEffect::NoSchedule));
    }
    if input.flag_or("taint_not_ready", false)? {
        taints.push(Taint::new(NOT_READY_KEY, "", TaintEffect::NoSchedule));
    }
    for key in input.texts("taints")? {
        taints.push(Taint::new(key, "", TaintEffect::NoSchedule));
    }
    node.taints = taints.into();
    Ok(node)
}

fn to_be_deleted(since_ms: u64) -> Taint {
    Taint::new(TO_BE_DELETED_KEY, &(since_ms / 1000).to_string(), TaintEffect::NoSchedule)
}

/// Returns the kind of a pod's owner by its name in the cases; a custom kind for an unknown name.
fn owner(word: &str) -> OwnerKind {
    let known = |kind: &&OwnerKind| kind.name().eq_ignore_ascii_case(word);
    let kinds = [
        OwnerKind::ReplicaSet,
        OwnerKind::ReplicationController,
        OwnerKind::StatefulSet,
        OwnerKind::Job,
        OwnerKind::DaemonSet,
    ];
    kinds.iter().find(known).copied().unwrap_or(OwnerKind::Custom)
}

fn container(input: &Input<'_>) -> Read<Container> {
    let is_restartable = match input.find("restart") {
        Some(restart) => restart.as_text()? == "Always",
        None => false,
    };
    Ok(Container { requests: resources(input)?, is_restartable, ..Container::default() })
}

fn volume(input: &Input<'_>) -> Read<Volume> {
    let medium = input.find("medium").map(|medium| medium.as_text()).transpose()?;
    let kind = match (input.text("type")?, medium) {
        ("emptyDir", Some("Memory")) => VolumeKind::EmptyDirInMemory,
        ("emptyDir", _) => VolumeKind::EmptyDir,
        ("hostPath", _) => VolumeKind::HostPath,
        _ => VolumeKind::Other,
    };
    let name = input.find("name").map_or(Ok(""), |name| name.as_text())?;
    Ok(Volume { name: name.to_owned(), kind })
}

/// Reads the specification of a pod. The field that gives its kind may be `owner`, `kind` or `mirror`.
pub fn pod_spec(input: &Input<'_>) -> Read<PodSpec> {
    let name = input.find("name").map_or(Ok("pod"), |name| name.as_text())?;
    let namespace = input.find("namespace").map_or(Ok("default"), |namespace| namespace.as_text())?;
    let mut spec = PodSpec::new(namespace, name, resources(input)?);
    spec.labels = input.pairs("labels")?;
    spec.annotations = input.pairs("annotations")?;
    spec.node_selector = input.pairs("node_selector")?;
    spec.init_containers = input.list("init_containers")?.iter().map(container).collect::<Read<_>>()?;
    spec.volumes = input.list("volumes")?.iter().map(volume).collect::<Read<_>>()?;
    spec.priority = match input.find("priority") {
        Some(priority) => Some(small_integer(&priority)?),
        None => None,
    };
    spec.grace_s = input.small_or("grace_s", spec.grace_s)?;
    spec.restart_policy = match input.find("restart").map(|restart| restart.as_text()).transpose()? {
        Some("OnFailure") => RestartPolicy::OnFailure,
        Some("Never") => RestartPolicy::Never,
        _ => RestartPolicy::Always,
    };
    for key in ["owner", "kind"] {
        match input.find(key).map(|kind| kind.as_text()).transpose()? {
            Some("mirror" | "static-mirror") => spec.mark_as_mirror(),
            Some(kind) => own(&mut spec, kind, kind),
            None => {}
        }
    }
    if input.flag_or("mirror", false)? {
        spec.mark_as_mirror();
    }
    if input.flag_or("tolerates_gpu", false)? {
        spec.tolerations.push(Toleration::of_key("nvidia.com/gpu"));
    }
    if let Some(port) = input.find("host_port") {
        spec.host_ports.push(u16::try_from(port.as_count()?).unwrap_or(u16::MAX));
    }
    if let Some(spread) = input.find("topology_spread") {
        spread_by(&mut spec, &spread)?;
    }
    Ok(spec)
}

/// Sets the owner of a pod.
pub fn own(spec: &mut PodSpec, kind: &str, name: &str) {
    spec.owner = Some(Owner { kind: owner(kind), name: name.to_owned() });
}

fn spread_by(spec: &mut PodSpec, spread: &Input<'_>) -> Read<()> {
    // Where the case names no labels, the pods have one of their own, which they are spread by.
    let mut labels =
        spread.find_any(&["match", "match_labels", "labels"]).map_or(Ok(Pairs::new()), |of| of.as_pairs())?;
    if labels.is_empty() {
        labels.insert("app".to_owned(), "estimatee".to_owned());
        spec.labels.extend(labels.clone());
    }
    spec.topology_spread.push(TopologySpread {
        topology_key: spread.text("key")?.to_owned(),
        max_skew: spread.small("max_skew")?,
        min_domains: spread.small_or("min_domains", 1)?,
        selector: Selector::of_labels(&labels),
    });
    Ok(())
}

fn small_integer(input: &Input<'_>) -> Read<i32> {
    #[expect(clippy::cast_possible_truncation, reason = "priorities are integers of 32 bits")]
    input.as_number().map(|number| number as i32)
}

/// Reads a pod with its age, phase and deletion time.
pub fn pod(input: &Input<'_>, id: u32) -> Read<Pod> {
    let created_ms = aged_ms(input, "age_s")?.unwrap_or(NOW_MS);
    let mut pod = Pod::new(PodId(id), Arc::new(pod_spec(input)?), created_ms);
    pod.phase = match input.find("phase").map(|phase| phase.as_text()).transpose()? {
        // What nobody knows of a pod does not end it.
        None | Some("Running" | "Unknown") => PodPhase::Running,
        Some("Pending") => PodPhase::Pending,
        Some("Succeeded") => PodPhase::Succeeded,
        Some("Failed") => PodPhase::Failed,
        Some(other) => return Err(Stop::Unreadable(format!("'{other}' is no phase of a pod"))),
    };
    pod.deleted_ms = aged_ms(input, "deletion_age_s")?;
    Ok(pod)
}

/// Creates a running pod for a case that gives no status of pods.
#[must_use]
pub fn named_pod(id: u32, spec: PodSpec) -> Pod {
    let mut pod = Pod::new(PodId(id), Arc::new(spec), NOW_MS);
    pod.phase = PodPhase::Running;
    pod
}

/// Creates a `PodDisruptionBudget`, paired with the number of disruptions that it allows.
pub fn budget(namespace: &str, labels: Option<&Pairs>, number: usize, allowed: i64) -> (Arc<DisruptionBudget>, i64) {
    let budget = DisruptionBudget {
        namespace: namespace.to_owned(),
        name: format!("budget-{number}"),
        selector: labels.map(Selector::of_labels),
        limit: BudgetLimit::MinAvailable(Amount::Pods(0)),
        created_ms: 0,
    };
    (Arc::new(budget), allowed)
}

/// Reads the `PodDisruptionBudget` objects of a case.
pub fn budgets(input: &Input<'_>) -> Read<RemainingBudgets> {
    let mut entries = Vec::new();
    for (number, one) in input.list("pdbs")?.iter().enumerate() {
        let allowed = i64::try_from(one.count_or("disruptions_allowed", 0)?).unwrap_or(i64::MAX);
        let namespace = one.find("namespace").map_or(Ok(""), |namespace| namespace.as_text())?;
        // Without a selector a budget protects nothing.
        let labels = one.find("match").map(|_| one.pairs("match")).transpose()?;
        entries.push(budget(namespace, labels.as_ref(), number, allowed));
    }
    Ok(RemainingBudgets::new(entries))
}

/// Converts the index of a group in a case to a pool id of the engine.
#[must_use]
pub fn pool(index: usize) -> PoolId {
    PoolId::new(u32::try_from(index).unwrap_or(u32::MAX))
}

/// The nodes of a case, found by name.
#[derive(Debug, Default)]
pub struct Nodes {
    /// The nodes.
    pub all: Vec<NodeInfo>,
    latest_pod: u32,
}

impl Nodes {
    /// Adds a node to a pool.
    pub fn add(&mut self, input: &Input<'_>, pool: PoolId) -> Read<NodeId> {
        let instance_id = self.all.iter().filter(|node| node.id.pool == pool).count();
        let id = NodeId { pool, instance_id: u32::try_from(instance_id).unwrap_or(u32::MAX) };
        self.all.push(node(input, id)?);
        Ok(id)
    }

    /// Returns the node of a name.
    pub fn find(&mut self, name: &str) -> Read<&mut NodeInfo> {
        let found = self.all.iter_mut().find(|node| &*node.name == name);
        found.ok_or_else(|| Stop::Unreadable(format!("there is no node '{name}'")))
    }

    /// Returns the name of a node.
    #[must_use]
    pub fn name(&self, id: NodeId) -> String {
        let found = self.all.iter().find(|node| node.id == id);
        found.map_or_else(|| format!("{id:?}"), |node| node.name.to_string())
    }

    /// Reads a pod and gives it the next id.
    pub fn pod(&mut self, input: &Input<'_>) -> Read<Pod> {
        self.latest_pod += 1;
        pod(input, self.latest_pod)
    }

    /// Reads a pod and puts it on the node that it names.
    pub fn place(&mut self, input: &Input<'_>) -> Read<()> {
        let pod = self.pod(input)?;
        let node = input.text("node")?;
        self.find(node)?.add_pod(pod);
        Ok(())
    }

    /// Returns all nodes, sorted by id as in the engine.
    #[must_use]
    pub fn sorted(&self) -> Vec<Arc<NodeInfo>> {
        let mut nodes: Vec<_> = self.all.iter().cloned().map(Arc::new).collect();
        nodes.sort_by_key(|node| node.id);
        nodes
    }
}

/// Returns names in sorted order, for an answer.
#[must_use]
pub fn sorted(names: impl Iterator<Item = String>) -> Vec<String> {
    let mut names: Vec<String> = names.collect();
    names.sort();
    names
}
