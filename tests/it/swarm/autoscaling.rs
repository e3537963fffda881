//! Invariants of pools that the cluster autoscaler sizes, checked against a second account of the nodes.
//!
//! The book knows no more of the autoscaler than its settings and its events: every scale-up and scale-down that an
//! event reports is checked against what was on the nodes before.

use std::collections::BTreeMap;

use scale_down::engine::Pairs;
use scale_down::engine::ground::random::Random;
use scale_down::engine::kubernetes::{NodeId, NodeInfo, Pod, Resources, TopologyCounts, check_fit};
use scale_down::engine::{
    AutoscalerRange, Cloud, Cluster, NodeState, Pool, PoolId, PowerState, ProvisioningState, ScaleDownMode,
};

const MINUTE_MS: u64 = 60_000;

/// A random autoscaler profile: the settings as text, and their values.
pub struct Profile {
    /// The settings as text, for the cluster.
    pub settings: Pairs,
    threshold_percent: u64,
    ignores_daemons: bool,
    unneeded_ms: u64,
    unready_ms: u64,
    after_add_ms: u64,
    ok_unready: usize,
    unready_percent: usize,
    scan_ms: u64,
}

impl Profile {
    /// Draws a profile.
    pub fn draw(random: &mut Random) -> Self {
        let mut settings = Pairs::new();
        let mut set = |name: &str, value: String| drop(settings.insert(name.to_owned(), value));
        let tenths = random.below(10) + 1;
        let threshold_percent = u64::from(tenths) * 10;
        set("scale-down-utilization-threshold", format!("{:.1}", f64::from(tenths) / 10.0));
        let mut minutes = |name: &str, random: &mut Random, bound: u32| {
            let minutes = random.below(bound) + 1;
            set(name, format!("{minutes}m"));
            u64::from(minutes) * MINUTE_MS
        };
        let unneeded_ms = minutes("scale-down-unneeded-time", random, 20);
        let unready_ms = minutes("scale-down-unready-time", random, 20);
        let after_add_ms = minutes("scale-down-delay-after-add", random, 15);
        minutes("scale-down-delay-after-failure", random, 5);
        minutes("max-node-provision-time", random, 20);
        let ignores_daemons = random.below(2) == 0;
        set("ignore-daemonsets-utilization", ignores_daemons.to_string());
        set("balance-similar-node-groups", (random.below(2) == 0).to_string());
        set("skip-nodes-with-local-storage", (random.below(2) == 0).to_string());
        let expanders = ["random", "most-pods", "least-waste", "priority"];
        set("expander", (*expanders.get(random.below(4) as usize).unwrap_or(&"random")).to_owned());
        let scan_s = (random.below(6) + 1) * 10;
        set("scan-interval", format!("{scan_s}s"));
        set("new-pod-scale-up-delay", format!("{}s", random.below(3) * 30));
        set("max-empty-bulk-delete", (random.below(10) + 1).to_string());
        set("max-graceful-termination-sec", (random.below(3) * 300).to_string());
        let (ok_unready, unready_percent) = (random.below(6) as usize, random.below(11) as usize * 10);
        set("ok-total-unready-count", ok_unready.to_string());
        set("max-total-unready-percentage", unready_percent.to_string());
        Self {
            settings,
            threshold_percent,
            ignores_daemons,
            unneeded_ms,
            unready_ms,
            after_add_ms,
            ok_unready,
            unready_percent,
            scan_ms: u64::from(scan_s) * 1000,
        }
    }

    /// Returns `true` if the requests on a ready node exceed the utilization threshold, so that the node is needed.
    fn is_busy(&self, node: &NodeInfo) -> bool {
        if !node.is_ready {
            return false;
        }
        let (mut used, mut whole) = (Resources::default(), node.allocatable);
        for pod in node.pods().iter().filter(|pod| !pod.phase.is_terminal()) {
            let requests = pod.spec.requests();
            if pod.spec.is_daemon() && self.ignores_daemons {
                whole.cpu_millis -= requests.cpu_millis;
                whole.memory_bytes -= requests.memory_bytes;
            } else {
                used += requests;
            }
        }
        let is_over = |part: u64, whole: u64| part * 100 > whole * self.threshold_percent;
        is_over(used.cpu_millis, whole.cpu_millis) || is_over(used.memory_bytes, whole.memory_bytes)
    }
}

/// Returns `true` if a pod would be missed if its node were removed without a drain: it does not end by itself, and is
/// neither of a daemon set nor a mirror pod.
fn is_work(pod: &Pod) -> bool {
    let ends = pod.phase.is_terminal() || pod.is_terminating() || pod.spec.runs_for_ms.is_some();
    !ends && !pod.spec.is_daemon() && !pod.spec.is_mirror()
}

/// A node at the last look.
struct Known {
    id: NodeId,
    is_ready: bool,
    /// Time since which nothing has kept it busy; work that comes and goes between two scans is not seen.
    idle_since_ms: u64,
    /// Time since which it is busy.
    busy_since_ms: Option<u64>,
    /// Pods that would be missed, and those that nothing would make anew.
    work: Vec<String>,
    bare: Vec<String>,
}

/// The second account of nodes and machines.
#[derive(Default)]
pub struct Book {
    nodes: BTreeMap<String, Known>,
    /// Machines at the last look, by pool and instance id; `true` for those that were deallocated.
    machines: BTreeMap<(PoolId, u32), bool>,
    grown_ms: Option<u64>,
    read: u64,
    /// Number of removals, of growths and of pools at rest that were looked at.
    pub looks: [u32; 3],
}

impl Book {
    /// Checks the autoscaler's events since the last look against the nodes as they were then.
    pub fn check(&mut self, cloud: &Cloud, cluster: &Cluster, profile: &Profile, place: &str) {
        let now_ms = cloud.now_ms();
        let records: Vec<_> = cloud.log().since(self.read).collect();
        for record in records {
            self.read = record.sequence + 1;
            let text = record.text();
            if text.source != "cluster-autoscaler" {
                continue;
            }
            match text.reason {
                "ScaledUpGroup" => {
                    self.grown_ms = Some(record.at_ms);
                    self.check_growth(cluster, &text.message, place);
                }
                "ScaleDown" | "ScaleDownEmpty" => {
                    let removed = text.message.strip_prefix("Scale-down: removing ");
                    if let Some(removed) = removed {
                        self.check_removal(removed, profile, record.at_ms, place);
                    }
                }
                _ => {}
            }
        }
        self.write_down(cloud, cluster, profile, now_ms);
    }

    fn check_growth(&mut self, cluster: &Cluster, message: &str, place: &str) {
        let Some(pool) = cluster.pools.iter().find(|pool| message.contains(&*pool.scale_set)) else {
            return;
        };
        self.looks[1] += 1;
        let range = pool.spec.autoscaler.unwrap_or_else(|| panic!("{place}: {message} without a range"));
        assert!(pool.spec.count <= range.max, "{place}: {} nodes of {}: {message}", pool.spec.count, range.max);
        let is_new = |id: u32| !self.machines.contains_key(&(pool.id, id));
        let has_new = pool.nodes().any(|node| is_new(node.instance_id) && node.state() == NodeState::Creating);
        let is_kept = |node: &scale_down::engine::Node| {
            node.state() == NodeState::Deallocated && self.machines.get(&(pool.id, node.instance_id)) == Some(&true)
        };
        let kept = pool.nodes().filter(|node| is_kept(node)).count();
        let is_deallocated = pool.spec.scale_down_mode == ScaleDownMode::Deallocate;
        assert!(!(is_deallocated && has_new && kept > 0), "{place}: a new node, and {kept} lie deallocated: {message}");
    }

    fn check_removal(&mut self, removed: &str, profile: &Profile, at_ms: u64, place: &str) {
        let is_empty = removed.starts_with("empty node");
        let name = removed.split(['"', ' ', ',']).find(|word| word.starts_with("aks-")).unwrap_or_default();
        let known = self.nodes.get(name).unwrap_or_else(|| panic!("{place}: nobody knows {removed}"));
        self.looks[0] += 1;
        assert!(!is_empty || known.work.is_empty(), "{place}: {name} is not empty: {:?}", known.work);
        assert!(known.bare.is_empty(), "{place}: {name} takes {:?} with it", known.bare);
        let needed_ms = if known.is_ready { profile.unneeded_ms } else { profile.unready_ms.min(profile.unneeded_ms) };
        let idle_ms = at_ms - known.idle_since_ms;
        assert!(idle_ms >= needed_ms, "{place}: {name} goes after {idle_ms} ms, and {needed_ms} are needed");
        let is_seen_busy = known.busy_since_ms.is_some_and(|since_ms| at_ms - since_ms >= 2 * profile.scan_ms);
        assert!(!is_seen_busy, "{place}: {name} goes, and is busy since {:?}", known.busy_since_ms);
        let since_ms = self.grown_ms.map_or(u64::MAX, |grown_ms| at_ms - grown_ms);
        assert!(since_ms >= profile.after_add_ms, "{place}: {name} goes {since_ms} ms after new nodes");
    }

    fn write_down(&mut self, cloud: &Cloud, cluster: &Cluster, profile: &Profile, now_ms: u64) {
        let Some(kubernetes) = cloud.kubernetes(cluster.id) else { return };
        let mut nodes = BTreeMap::new();
        for node in kubernetes.nodes() {
            let before = self.nodes.get(&*node.name).filter(|known| known.id == node.id);
            let work = node.pods().iter().filter(|pod| is_work(pod));
            let is_bare = |pod: &&Pod| pod.spec.owner.is_none() && !pod.is_terminating() && !pod.phase.is_terminal();
            let was_busy_since_ms = before.and_then(|known| known.busy_since_ms);
            let busy_since_ms = profile.is_busy(node).then(|| was_busy_since_ms.unwrap_or(now_ms));
            let was_seen = was_busy_since_ms.is_some_and(|since_ms| now_ms - since_ms >= 2 * profile.scan_ms);
            let idle_since_ms = before.map(|known| known.idle_since_ms).filter(|_| !was_seen).unwrap_or(now_ms);
            nodes.insert(
                node.name.to_string(),
                Known {
                    id: node.id,
                    is_ready: node.is_ready,
                    idle_since_ms,
                    busy_since_ms,
                    work: work.map(Pod::name).collect(),
                    bare: node.pods().iter().filter(is_bare).map(Pod::name).collect(),
                },
            );
        }
        self.nodes = nodes;
        let machine = |pool: &Pool| {
            let id = pool.id;
            let of_node =
                move |node: &scale_down::engine::Node| ((id, node.instance_id), node.state() == NodeState::Deallocated);
            pool.nodes().map(of_node).collect::<Vec<_>>()
        };
        self.machines = cluster.pools.iter().flat_map(machine).collect();
    }

    /// Checks a cluster at rest: no pod is pending that a pool could take, and no pool above its minimum keeps an idle
    /// node.
    pub fn check_rest(&mut self, cloud: &Cloud, cluster: &Cluster, profile: &Profile, place: &str) {
        let Some(kubernetes) = cloud.kubernetes(cluster.id) else { return };
        let is_kept = |node: &NodeInfo| {
            let pool = cluster.pool_by_id(node.id.pool);
            let state = pool.and_then(|pool| pool.node(node.id.instance_id)).map(scale_down::engine::Node::state);
            let mode = pool.map(|pool| pool.spec.scale_down_mode);
            (state, mode) == (Some(NodeState::Deallocated), Some(ScaleDownMode::Deallocate))
        };
        let unready = kubernetes.nodes().filter(|node| !node.is_ready && !is_kept(node)).count();
        if unready > profile.ok_unready && unready * 100 > profile.unready_percent * kubernetes.nodes().count() {
            // It has stopped for that, as it should.
            return;
        }
        for pool in &cluster.pools {
            let is_settled = pool.power_state == PowerState::Running
                && pool.provisioning_state == ProvisioningState::Succeeded
                && cluster.power_state == PowerState::Running;
            let Some(AutoscalerRange { min, max }) = pool.spec.autoscaler.filter(|_| is_settled) else { continue };
            self.looks[2] += 1;
            let of_pool = || kubernetes.nodes().filter(|node| node.id.pool == pool.id && node.is_ready);
            let is_idle = |node: &NodeInfo| node.pods().iter().all(|pod| pod.spec.is_daemon());
            let idle = of_pool().find(|node| is_idle(node) && !profile.is_busy(node));
            let idle = idle.map(|node| &node.name).filter(|_| pool.spec.count > min);
            assert!(idle.is_none(), "{place}: {idle:?} is kept for nothing, {} nodes, least {min}", pool.spec.count);
            // A pool that lacks nodes is not healthy, and does not grow.
            let may_grow = pool.spec.count < max && of_pool().count() == pool.spec.count as usize;
            let Some(like) = of_pool().next().filter(|_| may_grow) else { continue };
            let mut empty = NodeInfo::new(like.id, "new", like.allocatable);
            (empty.labels, empty.taints) = (like.labels.clone(), like.taints.clone());
            for pod in like.pods().iter().filter(|pod| pod.spec.is_daemon()) {
                empty.add_pod(pod.clone());
            }
            for set in kubernetes.pending() {
                let spec = &set.spec;
                let is_plain = spec.pod_affinity.is_empty() && spec.topology_spread.is_empty();
                let counts = spec.priority.is_none_or(|priority| priority >= -10);
                let around = TopologyCounts::of(spec, kubernetes.nodes().map(AsRef::as_ref));
                let fits = is_plain && counts && check_fit(spec, &empty, &around).is_ok();
                assert!(
                    !fits,
                    "{place}: {} waits, and {} has {} of {max}",
                    set.name(),
                    pool.spec.name,
                    pool.spec.count
                );
            }
        }
    }
}
