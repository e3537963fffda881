//! Properties that hold whatever is done: the engine under random requests at random times.
//!
//! The checkers know nothing of how the engine works: they read its event log and its snapshot.

use std::collections::BTreeMap;
use std::sync::Arc;

use proptest::prelude::*;
use scale_down::engine::record::RecordedEvent;
use scale_down::engine::{
    AutoscalerRange, Cloud, ClusterId, ClusterSpec, Milestone, NodeState, OsDiskType, Pool, PoolId, PoolSpec,
    PoolUpdate, PowerState, ScaleDownMode, VmSize,
};

#[derive(Debug, Clone)]
enum Action {
    Add { count: u32, mode: ScaleDownMode, disk: OsDiskType },
    Scale { pool: usize, count: u32 },
    Mode { pool: usize, mode: ScaleDownMode },
    Autoscaler { pool: usize, range: Option<AutoscalerRange> },
    Stop { pool: usize },
    Start { pool: usize },
    Delete { pool: usize },
    DeleteMachine { pool: usize, nth: usize },
    Abort { pool: usize },
    AbortCluster,
    StopCluster,
    StartCluster,
    FailAllocations(u32),
    Wait(u64),
    Settle,
}

fn mode() -> impl Strategy<Value = ScaleDownMode> {
    prop_oneof![Just(ScaleDownMode::Delete), Just(ScaleDownMode::Deallocate)]
}

fn action() -> impl Strategy<Value = Action> {
    let pool = 0..4_usize;
    let disk = prop_oneof![4 => Just(OsDiskType::Managed), 1 => Just(OsDiskType::Ephemeral)];
    let range = prop::option::of((0..5_u32, 0..30_u32).prop_map(|(min, max)| AutoscalerRange { min, max }));
    prop_oneof![
        2 => (0..30_u32, mode(), disk).prop_map(|(count, mode, disk)| Action::Add { count, mode, disk }),
        6 => (pool.clone(), 0..40_u32).prop_map(|(pool, count)| Action::Scale { pool, count }),
        3 => (pool.clone(), mode()).prop_map(|(pool, mode)| Action::Mode { pool, mode }),
        1 => (pool.clone(), range).prop_map(|(pool, range)| Action::Autoscaler { pool, range }),
        1 => pool.clone().prop_map(|pool| Action::Stop { pool }),
        2 => pool.clone().prop_map(|pool| Action::Start { pool }),
        1 => pool.clone().prop_map(|pool| Action::Delete { pool }),
        1 => (pool.clone(), 0..40_usize).prop_map(|(pool, nth)| Action::DeleteMachine { pool, nth }),
        2 => pool.prop_map(|pool| Action::Abort { pool }),
        1 => Just(Action::AbortCluster),
        1 => Just(Action::StopCluster),
        2 => Just(Action::StartCluster),
        1 => (0..10_u32).prop_map(Action::FailAllocations),
        4 => (0..200_000_u64).prop_map(Action::Wait),
        5 => Just(Action::Settle),
    ]
}

/// Times since which a machine and its disk are billed, in milliseconds.
type Since = (Option<u64>, Option<u64>);

/// A cloud and what the checkers remember of it.
struct Swarm {
    cloud: Cloud,
    cluster: ClusterId,
    added: u32,
    spent: (u128, u128),
}

impl Swarm {
    fn new(seed: u64) -> Self {
        let mut cloud = Cloud::new(seed);
        cloud.set_quota_vcpus(150);
        let spec = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("cluster", "group", "eastus") };
        let cluster = cloud.load_cluster(spec, PowerState::Running);
        Self { cloud, cluster, added: 0, spent: (0, 0) }
    }

    fn pools(&self) -> &[Pool] {
        self.cloud.clusters().first().map_or(&[], |cluster| &cluster.pools)
    }

    fn pool(&self, index: usize) -> Option<PoolId> {
        let pools = self.pools();
        pools.get(index % pools.len().max(1)).map(|pool| pool.id)
    }

    /// Takes an action. A refusal is an answer like any other, but must leave the cloud as it was.
    fn act(&mut self, action: &Action) {
        let before = self.cloud.clone();
        let refused = match *action {
            Action::Add { count, mode, disk } => {
                let size = VmSize::find("Standard_DS2_v2").expect("a known size");
                // Names are never used twice, so that the log tells instances apart.
                let mut spec = PoolSpec::new(&format!("pool{}", self.added), size);
                self.added += 1;
                (spec.count, spec.scale_down_mode, spec.os_disk_type) = (count, mode, disk);
                self.cloud.add_pool(self.cluster, spec).is_err()
            }
            Action::Scale { pool, count } => self.on(pool, |cloud, id| cloud.scale_pool(id, count).is_err()),
            Action::Mode { pool, mode } => {
                let update = PoolUpdate { scale_down_mode: Some(mode), ..PoolUpdate::default() };
                self.on(pool, |cloud, id| cloud.update_pool(id, update).is_err())
            }
            Action::Autoscaler { pool, range } => {
                let update = PoolUpdate { autoscaler: Some(range), ..PoolUpdate::default() };
                self.on(pool, |cloud, id| cloud.update_pool(id, update).is_err())
            }
            Action::Stop { pool } => self.on(pool, |cloud, id| cloud.stop_pool(id).is_err()),
            Action::Start { pool } => self.on(pool, |cloud, id| cloud.start_pool(id).is_err()),
            Action::Delete { pool } => self.on(pool, |cloud, id| cloud.delete_pool(id).is_err()),
            Action::DeleteMachine { pool, nth } => self.on(pool, |cloud, id| {
                let node = cloud.pool(id).and_then(|pool| pool.nodes().nth(nth)).map(|node| node.instance_id);
                node.is_some_and(|node| cloud.delete_machines(id, &[node]).is_err())
            }),
            Action::Abort { pool } => self.on(pool, |cloud, id| cloud.abort_on_pool(id).is_err()),
            Action::AbortCluster => self.cloud.abort_on_cluster(self.cluster).is_err(),
            Action::StopCluster => self.cloud.stop_cluster(self.cluster).is_err(),
            Action::StartCluster => self.cloud.start_cluster(self.cluster).is_err(),
            Action::FailAllocations(count) => {
                self.cloud.fail_allocations(count);
                false
            }
            Action::Wait(time_ms) => {
                self.cloud.advance_to(self.cloud.now_ms() + time_ms);
                false
            }
            Action::Settle => {
                while let Some(at_ms) = self.cloud.next_event_ms() {
                    self.cloud.advance_to(at_ms);
                }
                false
            }
        };
        if refused {
            assert_eq!(self.cloud, before, "{action:?} was refused and changed something");
        }
    }

    fn on(&mut self, pool: usize, act: impl FnOnce(&mut Cloud, PoolId) -> bool) -> bool {
        self.pool(pool).is_some_and(|id| act(&mut self.cloud, id))
    }

    fn check(&mut self) {
        self.check_log();
        self.check_pools();
        self.check_cost();
    }

    /// Nodes are conserved, and no instance id is used twice.
    fn check_log(&self) {
        let mut alive: BTreeMap<(Arc<str>, u32), NodeState> = BTreeMap::new();
        let mut created = Vec::new();
        for record in self.cloud.log().since(0) {
            let Some(instance_id) = record.instance_id else { continue };
            let key = (Arc::clone(&record.subject), instance_id);
            match record.event {
                RecordedEvent::Entered(state) => {
                    if state == NodeState::Creating {
                        assert!(!created.contains(&key), "{key:?} was created twice");
                        created.push(key.clone());
                    }
                    alive.insert(key, state);
                }
                RecordedEvent::Gone => assert_eq!(alive.remove(&key), Some(NodeState::Deleting)),
                _ => {}
            }
        }
        let nodes = self
            .pools()
            .iter()
            .flat_map(|pool| pool.nodes().map(|node| ((Arc::clone(&pool.scale_set), node.instance_id), node.state())));
        assert_eq!(alive, nodes.collect(), "the log and the state tell different stories");
    }

    fn check_pools(&self) {
        let is_idle = self.cloud.is_idle();
        let cluster_runs = self.cloud.clusters().first().is_some_and(|one| one.power_state == PowerState::Running);
        for pool in self.pools() {
            let spec = &pool.spec;
            let deallocated = pool.count_in(NodeState::Deallocated);
            assert!(pool.instances() <= 1000 && spec.count <= 1000);
            if deallocated > 0 {
                assert_eq!(spec.os_disk_type, OsDiskType::Managed, "only a managed disk can be kept");
            }
            if !is_idle {
                continue;
            }
            assert!(pool.nodes().all(|node| !node.state().is_transitional()), "idle, and a node moves");
            if spec.scale_down_mode == ScaleDownMode::Delete {
                assert_eq!(deallocated, 0, "nothing lies deallocated in Delete mode");
            }
            let failed = pool.count_in(NodeState::Failed);
            if cluster_runs && pool.power_state == PowerState::Running && failed == 0 {
                let ready = pool.count_in(NodeState::Ready);
                assert!(ready <= spec.count, "{ready} ready of {}", spec.count);
            }
        }
        assert!(self.cloud.quota_usage_vcpus("eastus") <= 150);
    }

    /// Money only grows, and the log alone accounts for all of it.
    fn check_cost(&mut self) {
        let now_ms = self.cloud.now_ms();
        let (mut compute, mut disk) = (0_u128, 0_u128);
        let mut since: BTreeMap<(Arc<str>, u32), Since> = BTreeMap::new();
        let close = |from: Option<u64>, to_ms: u64| u128::from(from.map_or(0, |from_ms| to_ms - from_ms));
        for record in self.cloud.log().since(0) {
            let Some(instance_id) = record.instance_id else { continue };
            let (on, stored) = since.entry((Arc::clone(&record.subject), instance_id)).or_default();
            match record.event {
                RecordedEvent::Reached(Milestone::Allocated) if stored.is_none() => *stored = Some(record.at_ms),
                RecordedEvent::Reached(Milestone::Booted) if on.is_none() => *on = Some(record.at_ms),
                RecordedEvent::Entered(NodeState::Starting) => *on = Some(record.at_ms),
                RecordedEvent::Entered(NodeState::Deallocating | NodeState::Deleting | NodeState::Failed) => {
                    compute += close(on.take(), record.at_ms);
                }
                RecordedEvent::Gone => disk += close(stored.take(), record.at_ms),
                _ => {}
            }
        }
        for (on, stored) in since.values() {
            compute += close(*on, now_ms);
            disk += close(*stored, now_ms);
        }
        let cost = self.cloud.cost();
        let frame = self.cloud.snapshot().cost;
        let shown = (frame.compute_microdollars, frame.disk_microdollars);
        assert_eq!(shown, (cost.compute.microdollars(), cost.disk.microdollars()), "a frame shows another sum");
        assert_eq!(u128::from(cost.compute.microdollars()), compute * 146_000 / 3_600_000);
        let all_managed = self.pools().iter().all(|pool| pool.spec.os_disk_type == OsDiskType::Managed);
        let billed_disk = u128::from(cost.disk.microdollars());
        assert!(billed_disk <= disk * 27_000 / 3_600_000);
        if all_managed && self.added as usize == self.pools().len() {
            assert_eq!(billed_disk, disk * 27_000 / 3_600_000);
        }
        let spent = (u128::from(cost.compute.microdollars()), billed_disk);
        assert!(spent.0 >= self.spent.0 && spent.1 >= self.spent.1, "money came back");
        self.spent = spent;
    }
}

proptest! {
    #![proptest_config(crate::property::config(150, "tests/data/regressions/properties.txt"))]

    #[test]
    fn whatever_is_asked_the_books_balance(seed in any::<u64>(), actions in prop::collection::vec(action(), 1..40)) {
        let mut swarm = Swarm::new(seed);
        for action in &actions {
            swarm.act(action);
            swarm.check();
        }
        // Left alone, everything comes to rest.
        swarm.act(&Action::Settle);
        swarm.check();
        prop_assert!(swarm.cloud.is_idle());
    }

    #[test]
    fn the_same_requests_give_the_same_state(seed in any::<u64>(), actions in prop::collection::vec(action(), 1..25)) {
        let play = || {
            let mut swarm = Swarm::new(seed);
            for action in &actions {
                swarm.act(action);
            }
            swarm.cloud
        };
        let (one, other) = (play(), play());
        prop_assert_eq!(one.fingerprint(), other.fingerprint());
        prop_assert_eq!(one, other);
    }
}
