//! Suites about the scale-down mode itself, on the pools of a simulated cloud.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::input::{Input, Read, Stop};
use scale_down_engine::azure::scale::ScalePlan;
use scale_down_engine::workloads::Kubernetes;
use scale_down_engine::{
    AutoscalerRange, Cloud, ClusterSpec, ExistingPool, Node, NodeState, OsDiskType, Pool, PoolId, PoolSpec, PoolUpdate,
    PowerState, ProvisioningState, ScaleDownMode, VmSize,
};

/// A cloud with one pool.
pub struct PoolFixture {
    /// The cloud.
    pub cloud: Cloud,
    /// The pool.
    pub id: PoolId,
}

/// Returns the scale-down mode of a name, in any letter case.
pub fn mode(word: &str) -> Read<ScaleDownMode> {
    let known = [ScaleDownMode::Delete, ScaleDownMode::Deallocate];
    let found = known.into_iter().find(|mode| mode.name().eq_ignore_ascii_case(word));
    found.ok_or_else(|| Stop::Unreadable(format!("'{word}' is no scale-down mode")))
}

impl PoolFixture {
    /// Creates a pool with numbers of ready and of deallocated nodes.
    pub fn new(mode: ScaleDownMode, ready: u32, deallocated: u32) -> Read<Self> {
        Self::load(mode, (ready, deallocated), None)
    }

    /// Creates a pool with numbers of ready and of deallocated nodes, and an autoscaler range.
    pub fn with_range(mode: ScaleDownMode, nodes: (u32, u32), range: AutoscalerRange) -> Read<Self> {
        Self::load(mode, nodes, Some(range))
    }

    fn load(mode: ScaleDownMode, nodes: (u32, u32), autoscaler: Option<AutoscalerRange>) -> Read<Self> {
        let (ready, deallocated) = nodes;
        let mut cloud = Cloud::new(1);
        let cluster = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("c", "rg", "eastus") };
        let cluster = cloud.load_cluster(cluster, PowerState::Running);
        let none = || Stop::Unreadable("the pool of the case could not be built".to_owned());
        let size = VmSize::find("Standard_DS2_v2").ok_or_else(none)?;
        let spec = PoolSpec { count: ready, scale_down_mode: mode, autoscaler, ..PoolSpec::new("np", size) };
        let (power_state, provisioning_state) = (PowerState::Running, ProvisioningState::Succeeded);
        cloud.load_pool(cluster, ExistingPool { spec, deallocated, power_state, provisioning_state });
        let found = cloud.clusters().first().and_then(|cluster| cluster.pools.first());
        let id = found.map(|pool| pool.id).ok_or_else(none)?;
        Ok(Self { cloud, id })
    }

    /// Returns the pool.
    pub fn pool(&self) -> Read<&Pool> {
        self.cloud.pool(self.id).ok_or_else(|| Stop::Unreadable("the pool of the case is gone".to_owned()))
    }

    fn change(&mut self, update: &PoolUpdate) -> Read<()> {
        let done = self.cloud.update_pool(self.id, update.clone());
        done.map_err(|error| Stop::Unreadable(format!("the pool could not be changed: {error}")))?;
        self.settle();
        Ok(())
    }

    fn scale(&mut self, count: u32) -> Read<()> {
        let done = self.cloud.scale_pool(self.id, count);
        done.map_err(|error| Stop::Unreadable(format!("the pool could not be scaled: {error}")))?;
        self.settle();
        Ok(())
    }

    /// Lets simulated time pass until nothing is under way.
    pub fn settle(&mut self) {
        while let Some(at_ms) = self.cloud.next_event_ms().filter(|_| !self.cloud.is_idle()) {
            self.cloud.advance_to(at_ms);
        }
    }

    /// Changes the scale-down mode to each of these in turn.
    fn follow(&mut self, modes: &[ScaleDownMode]) -> Read<()> {
        for mode in modes {
            self.change(&PoolUpdate { scale_down_mode: Some(*mode), ..PoolUpdate::default() })?;
        }
        Ok(())
    }
}

fn modes(input: &Input<'_>, key: &str) -> Read<Vec<ScaleDownMode>> {
    input.texts(key)?.into_iter().map(mode).collect()
}

/// Adapter of the suite `scale-down-mode-doc`.
pub fn documented(input: &Input<'_>) -> Read<Answer> {
    let changes = modes(input, "mode_change")?;
    let first = match (input.find("mode"), changes.first()) {
        (Some(word), _) => mode(word.as_text()?)?,
        (None, Some(first)) => *first,
        (None, None) => ScaleDownMode::Delete,
    };
    if let Some(disk) = input.find("os_disk_type").or_else(|| input.find("os_disk")) {
        return ephemeral(disk.as_text()?, first);
    }
    let mut fixture = PoolFixture::new(first, input.small("running")?, input.small_or("deallocated", 0)?)?;
    let before = fixture.pool()?.instances();
    if let Some(count) = input.find("scale_to") {
        fixture.scale(count.as_small()?)?;
    }
    fixture.follow(changes.get(1..).unwrap_or_default())?;
    let pool = fixture.pool()?;
    let is_new = |node: &&scale_down_engine::Node| node.instance_id >= before;
    let (staying, created) = (pool.nodes().filter(|node| !is_new(node)).count(), pool.nodes().filter(is_new).count());
    let staying = u32::try_from(staying).unwrap_or(u32::MAX);
    Ok(Answer::new()
        .with("running", pool.count_in(NodeState::Ready))
        .with("deallocated", pool.count_in(NodeState::Deallocated))
        .with("deleted", before - staying)
        .with("started", input.small_or("deallocated", 0)?.saturating_sub(pool.count_in(NodeState::Deallocated)))
        .with("created", created)
        .with("mode", pool.spec.scale_down_mode.name()))
}

/// Answers a case about a scale-down mode with a type of OS disk: accepted or refused.
fn ephemeral(disk: &str, mode: ScaleDownMode) -> Read<Answer> {
    let mut fixture = PoolFixture::new(ScaleDownMode::Delete, 1, 0)?;
    let cluster = fixture.cloud.clusters().first().map(|cluster| cluster.id);
    let mut spec = PoolSpec { name: "other".to_owned(), scale_down_mode: mode, ..fixture.pool()?.spec.clone() };
    if disk.eq_ignore_ascii_case(OsDiskType::Ephemeral.name()) {
        spec.os_disk_type = OsDiskType::Ephemeral;
    }
    let refused = cluster.and_then(|cluster| fixture.cloud.add_pool(cluster, spec).err());
    let text = refused.as_ref().map(ToString::to_string);
    Ok(Answer::new()
        .with("accepted", refused.is_none())
        .with("supported", refused.is_none())
        .with("rejected", refused.is_some())
        .with("error", text))
}

/// Returns a node's name from `vmss` on, without the pool's part.
fn short(name: &str) -> String {
    name.rfind("vmss").and_then(|start| name.get(start..)).unwrap_or(name).to_owned()
}

/// Adapter of the suite `transcript`: the nodes that `kubectl get nodes` lists. A transcript that begins in the
/// middle continues from the end of the one before.
pub fn transcript(input: &Input<'_>) -> Read<Answer> {
    let changes = modes(input, "mode_change")?;
    let mut fixture = match input.find("nodes") {
        Some(nodes) => {
            let names = nodes.as_list()?.iter().map(Input::as_text).collect::<Read<Vec<_>>>()?;
            let mode = mode(input.text("mode")?)?;
            let count = u32::try_from(names.len()).unwrap_or(u32::MAX);
            let fixture = PoolFixture::new(mode, count, 0)?;
            let listed: Vec<String> = fixture.pool()?.nodes().map(|node| short(&stage_name(&fixture, node))).collect();
            if listed != names {
                return Err(Stop::Unreadable(format!("the nodes of the case would be {}", listed.join(", "))));
            }
            fixture
        }
        None => PoolFixture::new(changes.first().copied().unwrap_or(ScaleDownMode::Deallocate), 1, 2)?,
    };
    if let Some(count) = input.find("scale_to") {
        fixture.scale(count.as_small()?)?;
    }
    fixture.follow(changes.get(1..).unwrap_or_default())?;
    let cluster = fixture.cloud.clusters().first().map(|cluster| cluster.id);
    let kubernetes = cluster.and_then(|cluster| fixture.cloud.kubernetes(cluster));
    let nodes: Vec<_> = kubernetes.into_iter().flat_map(Kubernetes::nodes).collect();
    let named = |is_wanted: &dyn Fn(bool) -> bool| -> Vec<String> {
        nodes.iter().filter(|node| is_wanted(node.is_ready)).map(|node| short(&node.name)).collect()
    };
    Ok(Answer::new()
        .with("ready", named(&|is_ready| is_ready))
        .with("not_ready_still_listed", named(&|is_ready| !is_ready))
        .with("listed", named(&|_| true)))
}

fn stage_name(fixture: &PoolFixture, node: &scale_down_engine::Node) -> String {
    fixture.cloud.pool(fixture.id).map(|pool| pool.node_name(node.instance_id)).unwrap_or_default()
}

/// Adapter of the suite `vmss-order`.
pub fn order(input: &Input<'_>) -> Read<Answer> {
    if let Some(highest) = input.find("highest_id_ever") {
        let held = highest.as_small()? + 1;
        let increase = input.small("increase_by")?;
        let mut fixture = PoolFixture::new(ScaleDownMode::Delete, held, 0)?;
        // The newest go first, so that their ids are free, and are not used again.
        let left = held.saturating_sub(increase);
        fixture.scale(left)?;
        fixture.scale(left + increase)?;
        let new = fixture.pool()?.nodes().map(|node| node.instance_id).filter(|id| *id >= left);
        return Ok(Answer::new().with("new_ids", new.collect::<Vec<_>>()));
    }
    let ids = input.get("instance_ids")?.as_list()?.iter().map(Input::as_small).collect::<Read<Vec<_>>>()?;
    let count = u32::try_from(ids.len()).unwrap_or(u32::MAX);
    let fixture = PoolFixture::new(ScaleDownMode::Delete, count, 0)?;
    let held: Vec<u32> = fixture.pool()?.nodes().map(|node| node.instance_id).collect();
    if held != ids {
        return Err(Stop::Unreadable("a new pool's ids begin at 0 and leave none out".to_owned()));
    }
    let plan = ScalePlan::new(fixture.pool()?, count.saturating_sub(input.small("reduce_by")?), &|_| false);
    Ok(Answer::new().with("removed", plan.remove))
}

/// Returns the states of nodes by instance id, in the terms of the autoscaler's cloud provider.
pub fn states(pool: &Pool, ids: &[u32]) -> Map<String, Value> {
    let state = |id: &u32| {
        let state = pool.node(*id).map(Node::state);
        let word = match state {
            Some(NodeState::Deallocating) => "Deallocating",
            Some(NodeState::Deallocated) => "Deallocated",
            Some(NodeState::Deleting) | None => "Deleting",
            Some(NodeState::Starting | NodeState::Ready | NodeState::Draining) => "Running",
            Some(NodeState::Creating | NodeState::Failed | NodeState::Stopped) => "Creating",
        };
        (id.to_string(), json!(word))
    };
    ids.iter().map(state).collect()
}
