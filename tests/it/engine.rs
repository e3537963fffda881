//! The simulated service against the documented facts: Scale-Down Mode, order, conflicts, limits.

use scale_down::engine::azure::node::Milestone;
use scale_down::engine::{
    AutoscalerRange, Cloud, Cluster, ClusterSpec, NodeSource, NodeState, OperationId, OperationState, OsDiskType, Pool,
    PoolId, PoolMode, PoolSpec, PoolUpdate, PowerState, ProvisioningState, ResourceGroup, ScaleDownMode, VmSize,
};

/// A cluster whose system pool AKS hosts, with one pool.
struct World {
    cloud: Cloud,
    pool: PoolId,
}

fn spec(name: &str, count: u32, mode: ScaleDownMode) -> PoolSpec {
    let size = VmSize::find("Standard_DS2_v2").expect("a known size");
    let mut spec = PoolSpec::new(name, size);
    spec.count = count;
    spec.scale_down_mode = mode;
    spec
}

fn cluster_spec() -> ClusterSpec {
    ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("cluster", "group", "eastus") }
}

fn empty() -> Cloud {
    let mut cloud = Cloud::new(1);
    let group = ResourceGroup::new("group", "eastus");
    cloud.put_group(group).expect("a new group");
    cloud.load_cluster(cluster_spec(), PowerState::Running);
    cloud
}

fn world(spec: PoolSpec) -> World {
    let mut cloud = empty();
    let name = spec.name.clone();
    let cluster = cluster(&cloud).id;
    cloud.add_pool(cluster, spec).expect("a legal pool");
    settle(&mut cloud);
    let pool = cluster_pool(&cloud, &name).id;
    World { cloud, pool }
}

fn cluster(cloud: &Cloud) -> &Cluster {
    cloud.cluster("group", "cluster").expect("the cluster")
}

fn cluster_pool<'a>(cloud: &'a Cloud, name: &str) -> &'a Pool {
    cluster(cloud).pool(name).expect("the pool")
}

fn settle(cloud: &mut Cloud) {
    while let Some(at_ms) = cloud.next_event_ms() {
        cloud.advance_to(at_ms);
    }
}

impl World {
    fn pool(&self) -> &Pool {
        self.cloud.pool(self.pool).expect("the pool")
    }

    fn count(&self, state: NodeState) -> u32 {
        self.pool().count_in(state)
    }

    fn ids(&self, state: NodeState) -> Vec<u32> {
        let nodes = self.pool().nodes().filter(|node| node.state() == state);
        nodes.map(|node| node.instance_id).collect()
    }

    fn scale(&mut self, count: u32) -> OperationId {
        let operation = self.cloud.scale_pool(self.pool, count).expect("a legal scale");
        settle(&mut self.cloud);
        operation
    }

    fn set_mode(&mut self, mode: ScaleDownMode) {
        let update = PoolUpdate { scale_down_mode: Some(mode), ..PoolUpdate::default() };
        self.cloud.update_pool(self.pool, update).expect("a legal update");
        settle(&mut self.cloud);
    }
}

#[test]
fn fifty_to_five_deallocates_forty_five_and_delete_removes_them() {
    let mut world = world(spec("nodepool1", 50, ScaleDownMode::Deallocate));
    assert_eq!(world.count(NodeState::Ready), 50);
    world.scale(5);
    assert_eq!((world.count(NodeState::Ready), world.count(NodeState::Deallocated)), (5, 45));
    assert_eq!(world.ids(NodeState::Ready), [0, 1, 2, 3, 4], "highest instance ids go first");
    world.set_mode(ScaleDownMode::Delete);
    assert_eq!((world.count(NodeState::Ready), world.pool().instances()), (5, 5));
    world.set_mode(ScaleDownMode::Deallocate);
    assert_eq!(world.pool().instances(), 5, "changing back does not restore what was deleted");
}

#[test]
fn delete_mode_leaves_nothing_behind_and_never_reuses_an_id() {
    let mut world = world(spec("nodepool1", 20, ScaleDownMode::Delete));
    world.scale(18);
    assert_eq!(world.pool().instances(), 18);
    assert!(world.pool().node(19).is_none() && world.pool().node(18).is_none());
    world.scale(21);
    assert!(world.ids(NodeState::Ready).ends_with(&[17, 20, 21, 22]));
}

#[test]
fn deallocated_nodes_are_started_before_any_is_built() {
    let mut world = world(spec("nodepool1", 50, ScaleDownMode::Deallocate));
    world.scale(5);
    world.cloud.scale_pool(world.pool, 17).expect("a legal scale");
    assert_eq!((world.count(NodeState::Starting), world.count(NodeState::Creating)), (12, 0));
    assert_eq!(world.ids(NodeState::Starting), (5..17).collect::<Vec<_>>(), "lowest ids first");
    settle(&mut world.cloud);
    world.cloud.scale_pool(world.pool, 60).expect("a legal scale");
    assert_eq!((world.count(NodeState::Starting), world.count(NodeState::Creating)), (33, 10));
    settle(&mut world.cloud);
    assert_eq!(world.count(NodeState::Ready), 60);
    let source = |id| world.pool().node(id).map(|node| node.bring_up.source);
    assert_eq!(
        (source(0), source(30), source(55)),
        (Some(NodeSource::New), Some(NodeSource::Cached), Some(NodeSource::New))
    );
}

#[test]
fn a_cached_node_skips_the_image_pull_and_is_ready_sooner() {
    let mut world = world(spec("nodepool1", 2, ScaleDownMode::Deallocate));
    world.scale(1);
    world.scale(3);
    let span = |id: u32, from: Milestone, to: Milestone| {
        let bring_up = &world.pool().node(id).expect("a node").bring_up;
        bring_up.at_ms(to) - bring_up.at_ms(from)
    };
    assert_eq!(span(1, Milestone::Registered, Milestone::ImagesReady), 0);
    assert!(span(2, Milestone::Registered, Milestone::ImagesReady) > 0);
    let whole = |id| span(id, Milestone::Requested, Milestone::Ready);
    assert!(whole(1) * 2 < whole(2), "cached {} ms, new {} ms", whole(1), whole(2));
}

#[test]
fn zones_are_balanced_both_ways() {
    let mut zoned = spec("nodepool1", 7, ScaleDownMode::Delete);
    zoned.zones = vec![1, 2, 3];
    let mut world = world(zoned);
    let crowd = |world: &World, zone| world.pool().nodes().filter(|node| node.zone == zone).count();
    assert_eq!([1, 2, 3].map(|zone| crowd(&world, zone)), [3, 2, 2]);
    world.scale(3);
    assert_eq!([1, 2, 3].map(|zone| crowd(&world, zone)), [1, 1, 1]);
}

#[test]
fn a_second_change_conflicts_and_loses_nothing() {
    let mut world = world(spec("nodepool1", 10, ScaleDownMode::Deallocate));
    world.cloud.scale_pool(world.pool, 4).expect("a legal scale");
    let before = world.cloud.clone();
    let error = world.cloud.scale_pool(world.pool, 8).expect_err("a conflict");
    assert_eq!(error.code, "OperationNotAllowed");
    assert!(error.message.contains("nodepool1 - Scaling"), "{error}");
    assert_eq!(world.cloud, before);
    let id = cluster(&world.cloud).id;
    assert!(world.cloud.stop_cluster(id).is_err(), "the cluster waits for its pools too");
    // Another pool of the same cluster is free.
    world.cloud.add_pool(id, spec("other", 1, ScaleDownMode::Delete)).expect("no conflict");
    settle(&mut world.cloud);
    assert_eq!(world.count(NodeState::Deallocated), 6);
    world.cloud.scale_pool(world.pool, 8).expect("free again");
}

#[test]
fn deallocated_nodes_hold_quota_and_starting_them_needs_none() {
    let mut world = world(spec("nodepool1", 10, ScaleDownMode::Deallocate));
    world.cloud.set_quota_vcpus(20);
    world.scale(5);
    assert_eq!(world.cloud.quota_usage_vcpus("eastus"), 20);
    let id = cluster(&world.cloud).id;
    let error = world.cloud.add_pool(id, spec("other", 1, ScaleDownMode::Delete)).expect_err("no quota left");
    assert_eq!(error.code, "QuotaExceeded");
    world.scale(10);
    assert_eq!(world.count(NodeState::Ready), 10);
}

#[test]
fn the_service_refuses_what_its_limits_rule_out() {
    let mut cloud = empty();
    let id = cluster(&cloud).id;
    let mut refused = |edit: fn(&mut PoolSpec), code: &str| {
        let mut pool = spec("nodepool1", 3, ScaleDownMode::Deallocate);
        edit(&mut pool);
        let error = cloud.add_pool(id, pool).expect_err("a refusal");
        assert_eq!(error.code, code, "{error}");
    };
    refused(|pool| pool.name = "Nodepool1".to_owned(), "InvalidParameter");
    refused(|pool| pool.count = 1001, "InvalidParameter");
    refused(|pool| pool.os_disk_type = OsDiskType::Ephemeral, "InvalidParameter");
    refused(|pool| pool.autoscaler = Some(AutoscalerRange { min: 2, max: 1 }), "InvalidParameter");
    refused(
        |pool| {
            pool.mode = PoolMode::System;
            pool.count = 0;
        },
        "InvalidParameter",
    );
    let mut world = world(spec("nodepool1", 3, ScaleDownMode::Deallocate));
    let id = cluster(&world.cloud).id;
    world.cloud.set_quota_vcpus(u32::MAX);
    for index in 0..4 {
        world.cloud.add_pool(id, spec(&format!("big{index}"), 1000, ScaleDownMode::Delete)).expect("room");
    }
    let error = world.cloud.add_pool(id, spec("last", 998, ScaleDownMode::Delete)).expect_err("no room");
    assert_eq!(error.code, "OperationNotAllowed");
    world.cloud.add_pool(id, spec("last", 997, ScaleDownMode::Delete)).expect("exactly 5,000");
    assert_eq!(cluster(&world.cloud).instances(), 5000);
}

#[test]
fn deallocated_instances_take_room_in_the_scale_set() {
    let mut world = world(spec("nodepool1", 1000, ScaleDownMode::Deallocate));
    world.scale(10);
    world.scale(1000);
    assert_eq!((world.pool().instances(), world.count(NodeState::Ready)), (1000, 1000));
}

#[test]
fn an_autoscaled_pool_refuses_a_manual_scale_and_is_raised_to_its_minimum() {
    let mut world = world(spec("nodepool1", 2, ScaleDownMode::Deallocate));
    let update = |autoscaler| PoolUpdate { autoscaler: Some(autoscaler), ..PoolUpdate::default() };
    let range = AutoscalerRange { min: 4, max: 9 };
    world.cloud.update_pool(world.pool, update(Some(range))).expect("a legal range");
    settle(&mut world.cloud);
    assert_eq!(world.count(NodeState::Ready), 4);
    assert_eq!(world.cloud.scale_pool(world.pool, 6).expect_err("refused").code, "OperationNotAllowed");
    world.cloud.update_pool(world.pool, update(None)).expect("off again");
    settle(&mut world.cloud);
    assert_eq!(world.count(NodeState::Ready), 4, "switching it off removes no node");
    world.scale(6);
}

#[test]
fn a_stopped_pool_keeps_its_nodes_and_loses_what_lay_deallocated() {
    let mut world = world(spec("nodepool1", 6, ScaleDownMode::Deallocate));
    world.scale(4);
    world.cloud.stop_pool(world.pool).expect("a user pool");
    settle(&mut world.cloud);
    assert_eq!((world.count(NodeState::Stopped), world.pool().instances()), (4, 4));
    assert_eq!(world.pool().power_state, PowerState::Stopped);
    world.cloud.start_pool(world.pool).expect("a stopped pool");
    settle(&mut world.cloud);
    assert_eq!((world.count(NodeState::Ready), world.pool().power_state), (4, PowerState::Running));
}

#[test]
fn a_count_given_while_stopped_is_there_after_the_start() {
    for (count, mode) in [(2, ScaleDownMode::Delete), (2, ScaleDownMode::Deallocate), (6, ScaleDownMode::Delete)] {
        let mut world = world(spec("nodepool1", 4, mode));
        world.cloud.stop_pool(world.pool).expect("a user pool");
        settle(&mut world.cloud);
        world.cloud.stop_pool(world.pool).expect("it is stopped, and stays so");
        settle(&mut world.cloud);
        assert_eq!(world.count(NodeState::Stopped), 4);
        world.scale(count);
        assert_eq!((world.count(NodeState::Stopped), world.pool().instances()), (4, 4), "nothing runs yet");
        for _ in 0..2 {
            world.cloud.start_pool(world.pool).expect("stopped, then running");
            settle(&mut world.cloud);
            assert_eq!((world.count(NodeState::Ready), world.pool().instances()), (count, count));
        }
    }
}

#[test]
fn a_stopped_cluster_bills_disks_only_and_comes_back() {
    let mut world = world(spec("nodepool1", 3, ScaleDownMode::Delete));
    let id = cluster(&world.cloud).id;
    world.cloud.stop_cluster(id).expect("it runs");
    settle(&mut world.cloud);
    assert!(world.cloud.scale_pool(world.pool, 4).is_err());
    assert_eq!(world.cloud.snapshot().cost.per_hour_microdollars, 3 * 27_000);
    world.cloud.start_cluster(id).expect("it is stopped");
    settle(&mut world.cloud);
    assert_eq!(world.count(NodeState::Ready), 3);
    assert_eq!(world.cloud.snapshot().cost.per_hour_microdollars, 3 * (27_000 + 146_000));
}

#[test]
fn the_last_system_pool_stays() {
    let mut cloud = empty();
    let mut own = cluster_spec();
    own.name = "own".to_owned();
    own.hosts_system_pool = false;
    let mut system = spec("system1", 1, ScaleDownMode::Delete);
    system.mode = PoolMode::System;
    cloud.create_cluster(own, Some(system)).expect("a legal cluster");
    settle(&mut cloud);
    let pool = cloud.cluster("group", "own").and_then(|own| own.pool("system1")).expect("its pool").id;
    assert!(cloud.delete_pool(pool).is_err());
    assert!(cloud.stop_pool(pool).is_err());
    assert!(cloud.scale_pool(pool, 0).is_err());
}

#[test]
fn a_group_goes_with_its_last_cluster_and_money_stays_spent() {
    let mut world = world(spec("nodepool1", 3, ScaleDownMode::Delete));
    let operations = world.cloud.delete_group("GROUP").expect("nothing under way");
    assert_eq!(operations.len(), 1);
    assert!(world.cloud.group("group").is_some(), "it is still being deleted");
    let before = world.cloud.cost();
    settle(&mut world.cloud);
    assert!(world.cloud.group("group").is_none() && world.cloud.clusters().is_empty());
    let after = world.cloud.cost();
    assert!(after.disk > before.disk && after.compute >= before.compute);
}

#[test]
fn a_start_without_capacity_fails_the_operation_and_the_next_scale_recovers() {
    let mut world = world(spec("nodepool1", 5, ScaleDownMode::Deallocate));
    world.scale(2);
    world.cloud.fail_allocations(2);
    let operation = world.scale(6);
    let state = world.cloud.operation(operation).map(|operation| operation.state.clone());
    assert!(matches!(state, Some(OperationState::Failed(error)) if error.code == "AllocationFailed"));
    assert_eq!((world.count(NodeState::Ready), world.count(NodeState::Failed)), (4, 2));
    world.scale(7);
    assert_eq!(world.count(NodeState::Ready), 7);
    assert_eq!(world.count(NodeState::Failed), 0, "what failed is cleared away");
}

#[test]
fn compute_is_billed_from_boot_to_release_and_disks_all_along() {
    let mut world = world(spec("nodepool1", 1, ScaleDownMode::Deallocate));
    let prices = world.pool().prices();
    assert_eq!((prices.compute_microdollars_per_hour, prices.disk_microdollars_per_hour), (146_000, 27_000));
    let node = world.pool().node(0).expect("the node");
    let (booted_ms, allocated_ms) = (node.bring_up.at_ms(Milestone::Booted), node.bring_up.at_ms(Milestone::Allocated));
    let hour_ms = 3_600_000;
    world.cloud.advance_to(booted_ms + hour_ms);
    let cost = world.cloud.cost();
    assert_eq!(cost.compute.microdollars(), 146_000);
    let disk_ms = booted_ms + hour_ms - allocated_ms;
    assert_eq!(cost.disk.microdollars(), 27_000 * disk_ms / hour_ms);
    world.cloud.scale_pool(world.pool, 0).expect("a user pool may be empty");
    settle(&mut world.cloud);
    let frozen = world.cloud.cost();
    world.cloud.advance_to(world.cloud.now_ms() + hour_ms);
    let later = world.cloud.cost();
    assert_eq!(later.compute, frozen.compute, "deallocated: no compute");
    assert_eq!(later.kept_disk.microdollars() - frozen.kept_disk.microdollars(), 27_000);
    assert_eq!(later.avoided_compute.microdollars() - frozen.avoided_compute.microdollars(), 146_000);
}

#[test]
fn an_abort_gives_up_only_what_has_no_host_yet() {
    let mut world = world(spec("np", 2, ScaleDownMode::Delete));
    let scale = world.cloud.scale_pool(world.pool, 10).expect("a legal scale");
    // Until the first machine has a host; not all get theirs at the same moment.
    let has_host = |world: &World| {
        let creating = world.pool().nodes().filter(|node| node.state() == NodeState::Creating);
        creating.filter(|node| node.bring_up.reached >= Milestone::Allocated).count()
    };
    while has_host(&world) == 0 {
        let at_ms = world.cloud.next_event_ms().expect("something goes on");
        world.cloud.advance_to(at_ms);
    }
    let kept = u32::try_from(has_host(&world)).expect("a few");
    assert_eq!(world.cloud.abort_on_pool(world.pool), Ok(Some(scale)));
    assert_eq!(world.pool().provisioning_state, ProvisioningState::Canceling);
    assert_eq!(world.count(NodeState::Deleting), 8 - kept);
    let conflict = world.cloud.scale_pool(world.pool, 3).expect_err("busy");
    assert_eq!(conflict.code, "OperationNotAllowed");
    settle(&mut world.cloud);
    assert_eq!(world.pool().provisioning_state, ProvisioningState::Canceled);
    assert_eq!((world.count(NodeState::Ready), world.pool().spec.count), (2 + kept, 2 + kept));
    let state = &world.cloud.operation(scale).expect("the scale").state;
    assert!(matches!(state, OperationState::Failed(error) if error.code == "OperationCanceled"), "{state:?}");
    // A pool that was aborted can be changed again, and nothing is left to abort.
    assert_eq!(world.cloud.abort_on_pool(world.pool), Ok(None));
    world.scale(4);
    assert_eq!(world.pool().provisioning_state, ProvisioningState::Succeeded);
}

#[test]
fn an_aborted_stop_or_deletion_leaves_the_pool() {
    let mut world = world(spec("np", 3, ScaleDownMode::Deallocate));
    world.cloud.stop_pool(world.pool).expect("a user pool");
    world.cloud.abort_on_pool(world.pool).expect("the pool");
    settle(&mut world.cloud);
    assert_eq!((world.count(NodeState::Stopped), world.pool().power_state), (3, PowerState::Stopped));
    world.cloud.start_pool(world.pool).expect("a stopped pool");
    settle(&mut world.cloud);
    assert_eq!((world.count(NodeState::Ready), world.pool().spec.count), (3, 3));
    world.cloud.delete_pool(world.pool).expect("a pool");
    world.cloud.abort_on_pool(world.pool).expect("the pool");
    settle(&mut world.cloud);
    assert_eq!((world.pool().instances(), world.pool().spec.count), (0, 0));
    let id = cluster(&world.cloud).id;
    world.cloud.delete_group("group").expect("a group");
    world.cloud.abort_on_cluster(id).expect("the cluster");
    settle(&mut world.cloud);
    assert_eq!(cluster(&world.cloud).provisioning_state, ProvisioningState::Canceled);
    assert!(!world.cloud.group("group").expect("the group").is_deleting);
}

#[test]
fn chosen_machines_go_for_good_without_a_drain() {
    let mut world = world(spec("np", 4, ScaleDownMode::Deallocate));
    world.scale(3);
    world.cloud.delete_machines(world.pool, &[0, 0, 3]).expect("machines that are there");
    assert_eq!(world.ids(NodeState::Deleting), [0, 3]);
    settle(&mut world.cloud);
    // Machine 3 lay deallocated and did not count.
    assert_eq!((world.ids(NodeState::Ready), world.pool().spec.count), (vec![1, 2], 2));
    let absent = world.cloud.delete_machines(world.pool, &[1, 9]).expect_err("no machine 9");
    assert_eq!(absent.code, "InvalidParameter");
}

#[test]
fn the_scale_set_is_scaled_past_the_pool() {
    let mut world = world(spec("np", 3, ScaleDownMode::Delete));
    world.cloud.scale_instances(world.pool, 5).expect("room");
    settle(&mut world.cloud);
    world.cloud.delete_instances(world.pool, Some(&[0])).expect("an instance");
    settle(&mut world.cloud);
    world.cloud.scale_instances(world.pool, 2).expect("fewer");
    settle(&mut world.cloud);
    assert_eq!((world.ids(NodeState::Ready), world.pool().spec.count), (vec![1, 2], 3));
    // The next change through AKS makes up for it.
    world.scale(4);
    assert_eq!(world.count(NodeState::Ready), 4);
}
