//! Workloads in a cluster: pods are placed, run, moved and ended as Kubernetes does it.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use scale_down::engine::kubernetes::budget::Amount;
use scale_down::engine::kubernetes::reservation::MIB;
use scale_down::engine::kubernetes::{
    BudgetLimit, DisruptionBudget, Image, NodeId, NodeInfo, PodPhase, PodSpec, Resources, Selector, Toleration,
};
use scale_down::engine::record::Record;
use scale_down::engine::workloads::{Curve, DeploymentId, DeploymentSpec, HorizontalSpec, Kubernetes, PodSet, SetKind};
use scale_down::engine::{
    Cloud, ClusterId, ClusterSpec, ExistingPool, FaultKind, FaultSpec, NodeState, OperationState, PoolId, PoolSpec,
    PowerState, ProvisioningState, ScaleDownMode, VmSize,
};

const DEFAULT: &str = "default";

/// A cluster whose system pool AKS hosts, with one pool of ready nodes.
struct World {
    cloud: Cloud,
    cluster: ClusterId,
    pool: PoolId,
}

fn world(nodes: u32, mode: ScaleDownMode) -> World {
    let mut cloud = Cloud::new(1);
    let spec = ClusterSpec { hosts_system_pool: true, ..ClusterSpec::new("cluster", "group", "eastus") };
    let cluster = cloud.load_cluster(spec, PowerState::Running);
    let mut spec = PoolSpec::new("np", VmSize::find("Standard_DS2_v2").expect("a known size"));
    (spec.count, spec.scale_down_mode, spec.max_pods) = (nodes, mode, 30);
    let (power_state, provisioning_state) = (PowerState::Running, ProvisioningState::Succeeded);
    cloud.load_pool(cluster, ExistingPool { spec, deallocated: 0, power_state, provisioning_state });
    let pool = cloud.clusters()[0].pools[0].id;
    World { cloud, cluster, pool }
}

fn web(replicas: u32, cpu_millis: u64) -> DeploymentSpec {
    let mut template = PodSpec::new(DEFAULT, "web", Resources::new(cpu_millis, 64 * MIB));
    template.labels.insert("app".to_owned(), "web".to_owned());
    let (name, namespace, labels) = ("web".to_owned(), DEFAULT.to_owned(), template.labels.clone());
    DeploymentSpec { name, namespace, labels, replicas, template }
}

impl World {
    fn kubernetes(&self) -> &Kubernetes {
        self.cloud.kubernetes(self.cluster).expect("the cluster")
    }

    fn deploy(&mut self, spec: DeploymentSpec) -> DeploymentId {
        let made =
            self.cloud.on_kubernetes(self.cluster, |kubernetes, moment| kubernetes.create_deployment(spec, moment));
        made.expect("a new deployment")
    }

    fn scale(&mut self, deployment: DeploymentId, replicas: u32) {
        let scaled = self.cloud.on_kubernetes(self.cluster, |kubernetes, _| {
            kubernetes.scale_deployment(deployment, replicas);
            Ok(())
        });
        scaled.expect("the cluster");
    }

    fn protect(&mut self, limit: BudgetLimit) {
        let selector = Some(Selector::of_labels(&web(0, 0).labels));
        let (namespace, name) = (DEFAULT.to_owned(), "web".to_owned());
        let budget = DisruptionBudget { namespace, name, selector, limit, created_ms: 0 };
        let made = self.cloud.on_kubernetes(self.cluster, |kubernetes, _| kubernetes.create_budget(budget));
        made.expect("a new budget");
    }

    fn advance(&mut self, time_ms: u64) {
        self.cloud.advance_to(self.cloud.now_ms() + time_ms);
    }

    fn settle(&mut self) {
        while let Some(at_ms) = self.cloud.next_event_ms() {
            self.cloud.advance_to(at_ms);
        }
    }

    /// Counts the pods of each node that are not of daemon sets, in order of instance ids.
    fn crowd(&self) -> Vec<usize> {
        let own = |node: &std::sync::Arc<NodeInfo>| node.pods().iter().filter(|pod| !pod.spec.is_daemon()).count();
        self.kubernetes().nodes().map(own).collect()
    }

    fn running(&self) -> usize {
        let own = self.kubernetes().pods().filter(|pod| !pod.spec.is_daemon() && !pod.is_terminating());
        own.filter(|pod| pod.phase == PodPhase::Running).count()
    }

    fn pending(&self) -> u32 {
        self.kubernetes().pending().map(PodSet::pending).sum()
    }

    fn events(&self, reason: &str) -> Vec<String> {
        let texts = self.cloud.log().since(0).map(Record::text);
        texts.filter(|text| text.reason == reason).map(|text| text.message).collect()
    }
}

#[test]
fn a_node_has_room_for_what_aks_and_its_daemons_leave() {
    let world = world(1, ScaleDownMode::Delete);
    assert!(world.cloud.is_idle(), "a loaded world has come to rest");
    let node = world.kubernetes().nodes().next().expect("the node");
    assert_eq!(node.allocatable.cpu_millis, 1900);
    assert_eq!(node.requested().cpu_millis, 310, "five daemon sets");
    assert!(node.pods().iter().all(|pod| pod.phase == PodPhase::Running));
}

#[test]
fn pods_are_spread_run_and_shrink_evenly() {
    let mut world = world(3, ScaleDownMode::Delete);
    let web = world.deploy(web(7, 300));
    assert_eq!(world.crowd(), [3, 2, 2], "the emptiest node, the first of those");
    assert_eq!(world.running(), 0);
    world.settle();
    assert_eq!((world.running(), world.cloud.now_ms()), (7, 2_000));
    world.scale(web, 4);
    assert_eq!(world.running(), 4);
    world.settle();
    assert_eq!(world.crowd(), [2, 1, 1], "where it is most crowded, the newest node of those");
    assert_eq!(world.events("ScalingReplicaSet").len(), 2);
}

#[test]
fn pods_without_room_wait_and_say_why() {
    let mut world = world(2, ScaleDownMode::Delete);
    world.deploy(web(12, 300));
    assert_eq!(world.pending(), 2, "five a node");
    let said = world.events("FailedScheduling");
    assert_eq!(said.len(), 2);
    assert_eq!(
        said[0],
        "0/2 nodes are available: 2 Insufficient cpu. preemption: 0/2 nodes are available: 2 No preemption victims found for incoming pod."
    );
    world.settle();
    assert!(world.cloud.is_idle(), "waiting for nothing that will come");
    world.cloud.scale_pool(world.pool, 3).expect("a legal scale");
    world.settle();
    assert_eq!((world.pending(), world.running()), (0, 12));
}

#[test]
fn a_scale_down_moves_the_pods() {
    let mut world = world(4, ScaleDownMode::Deallocate);
    world.deploy(web(8, 300));
    world.settle();
    let operation = world.cloud.scale_pool(world.pool, 2).expect("a legal scale");
    world.settle();
    assert_eq!(world.cloud.operation(operation).map(|one| one.state.clone()), Some(OperationState::Succeeded));
    assert_eq!(world.crowd(), [4, 4, 0, 0]);
    assert_eq!(world.running(), 8);
    let pool = world.cloud.pool(world.pool).expect("the pool");
    assert_eq!(pool.count_in(NodeState::Deallocated), 2);
    let ready: Vec<bool> = world.kubernetes().nodes().map(|node| node.is_ready).collect();
    assert_eq!(ready, [true, true, false, false], "a deallocated node stays, not ready");
    let daemons = world.kubernetes().nodes().last().map(|node| node.pods().len());
    assert_eq!(daemons, Some(5), "daemons are not evicted");
}

#[test]
fn a_budget_slows_a_drain_down_and_is_never_broken() {
    let mut world = world(2, ScaleDownMode::Delete);
    world.deploy(web(4, 300));
    world.protect(BudgetLimit::MaxUnavailable(Amount::Pods(1)));
    world.settle();
    world.cloud.scale_pool(world.pool, 1).expect("a legal scale");
    let mut least = usize::MAX;
    while let Some(at_ms) = world.cloud.next_event_ms() {
        world.cloud.advance_to(at_ms);
        least = least.min(world.running());
    }
    assert_eq!((least, world.running()), (3, 4));
    assert_eq!(world.crowd(), [4]);
}

#[test]
fn a_drain_that_a_budget_forbids_is_given_up_and_the_node_stays() {
    let mut world = world(2, ScaleDownMode::Deallocate);
    world.deploy(web(2, 300));
    world.protect(BudgetLimit::MinAvailable(Amount::Percent(100)));
    world.settle();
    let begun_ms = world.cloud.now_ms();
    let operation = world.cloud.scale_pool(world.pool, 1).expect("a legal scale");
    world.settle();
    let state = world.cloud.operation(operation).map(|one| one.state.clone());
    let Some(OperationState::Failed(error)) = state else { panic!("{state:?}") };
    assert_eq!(error.code, "PodDrainFailure");
    assert!(error.message.contains("vmss000001' failed to be drained"), "{}", error.message);
    assert_eq!(world.cloud.now_ms() - begun_ms, 600_000);
    let pool = world.cloud.pool(world.pool).expect("the pool");
    assert_eq!(pool.count_in(NodeState::Ready), 2);
    assert!(world.kubernetes().nodes().all(|node| !node.is_unschedulable), "the cordon is taken away");
    assert_eq!(world.running(), 2);
}

#[test]
fn an_image_is_pulled_once_and_kept_through_a_deallocation() {
    let mut world = world(2, ScaleDownMode::Deallocate);
    let mut big = web(2, 300);
    big.template.containers[0].image = Image { name: "big".to_owned(), size_bytes: 11_000_000_000 };
    let big = world.deploy(big);
    world.settle();
    // 11 GB at 110 MB/s, and two seconds for the start.
    assert_eq!((world.cloud.now_ms(), world.running()), (102_000, 2));
    world.scale(big, 0);
    world.settle();
    world.cloud.scale_pool(world.pool, 0).expect("a legal scale");
    world.settle();
    world.cloud.scale_pool(world.pool, 2).expect("a legal scale");
    world.settle();
    let begun_ms = world.cloud.now_ms();
    world.scale(big, 2);
    world.settle();
    assert_eq!((world.cloud.now_ms() - begun_ms, world.running()), (2_000, 2), "the image is on the disk");
}

#[test]
fn a_machine_lost_past_aks_gives_its_pods_up_after_five_minutes() {
    let mut world = world(2, ScaleDownMode::Deallocate);
    world.deploy(web(4, 300));
    world.settle();
    world.cloud.deallocate_instances(world.pool, Some(&[1])).expect("the instance");
    world.advance(299_000);
    assert_eq!((world.crowd(), world.running()), (vec![2, 2], 4), "nobody has given them up");
    world.advance(4_000);
    assert_eq!(world.crowd(), [4, 2], "others run, and those that are lost are not gone");
    assert_eq!(world.running(), 4);
    world.cloud.start_instances(world.pool, None).expect("the instance");
    world.settle();
    assert_eq!(world.crowd(), [4, 0], "back again, the node ends what it was told to end");
}

#[test]
fn a_job_runs_to_its_end_and_a_bare_pod_is_not_made_again() {
    let mut world = world(1, ScaleDownMode::Delete);
    let mut task = PodSpec::new(DEFAULT, "task", Resources::new(500, 0));
    task.runs_for_ms = Some(60_000);
    let kind = SetKind::Job { completions: 5, parallelism: 2 };
    let bare = PodSpec::new(DEFAULT, "alone", Resources::new(100, 0));
    let made = world.cloud.on_kubernetes(world.cluster, |kubernetes, moment| {
        kubernetes.create_set(SetKind::Bare, bare, 1, moment)?;
        kubernetes.create_set(kind, task, 2, moment)
    });
    let job = made.expect("a new job");
    world.settle();
    let set = world.kubernetes().set(job).expect("the job");
    assert_eq!((set.succeeded, set.active()), (5, 0));
    assert_eq!(world.cloud.now_ms(), 3 * 62_000, "two at a time");
    assert_eq!(world.running(), 1);
    world.cloud.scale_pool(world.pool, 0).expect("a legal scale");
    world.settle();
    assert_eq!(world.kubernetes().pods().count(), 0);
}

#[test]
fn a_change_of_the_template_is_rolled_out() {
    let mut world = world(3, ScaleDownMode::Delete);
    let web = world.deploy(web(4, 300));
    world.settle();
    let rolled = world.cloud.on_kubernetes(world.cluster, |kubernetes, moment| {
        kubernetes.change_template(web, |template| template.containers[0].requests.cpu_millis = 400, moment);
        Ok(())
    });
    rolled.expect("the cluster");
    let mut least = usize::MAX;
    while let Some(at_ms) = world.cloud.next_event_ms() {
        world.cloud.advance_to(at_ms);
        least = least.min(world.running());
    }
    assert_eq!((least, world.running()), (3, 4));
    let kubernetes = world.kubernetes();
    let deployment = kubernetes.deployment(DEFAULT, "web").expect("the deployment");
    assert_eq!((deployment.revision, deployment.sets.len()), (2, 1), "the old replica set is gone");
    let own = kubernetes.pods().filter(|pod| !pod.spec.is_daemon());
    assert!(own.map(|pod| pod.spec.requests().cpu_millis).all(|cpu_millis| cpu_millis == 400));
}

#[test]
fn a_cordoned_node_goes_first_on_a_manual_scale() {
    let mut world = world(3, ScaleDownMode::Deallocate);
    let pool = world.pool;
    let cordoned = world.cloud.on_kubernetes(world.cluster, |kubernetes, _| {
        kubernetes.set_cordon(NodeId { pool, instance_id: 1 }, true);
        Ok(())
    });
    cordoned.expect("the cluster");
    world.deploy(web(4, 300));
    assert_eq!(world.crowd(), [2, 0, 2]);
    world.settle();
    world.cloud.scale_pool(pool, 2).expect("a legal scale");
    world.settle();
    assert_eq!(world.crowd(), [2, 0, 2], "no pod had to move");
    world.cloud.scale_pool(pool, 3).expect("a legal scale");
    world.settle();
    assert!(world.kubernetes().nodes().all(|node| node.is_ready && !node.is_unschedulable));
}

#[test]
fn a_load_drives_the_number_of_pods_and_an_endless_one_is_not_waited_for() {
    let mut world = world(3, ScaleDownMode::Delete);
    let web = world.deploy(web(1, 300));
    let driven = world.cloud.on_kubernetes(world.cluster, |kubernetes, moment| {
        kubernetes.set_load(web, Curve::spike(2, 9, 600_000, 300_000), moment);
        Ok(())
    });
    driven.expect("the cluster");
    let mut check = |at_ms: u64, expected: usize| {
        world.cloud.advance_to(at_ms);
        assert_eq!(world.running(), expected, "at {at_ms}");
    };
    check(60_000, 2);
    check(610_000, 9);
    check(910_000, 2);
    assert!(world.cloud.is_idle() && world.cloud.next_event_ms().is_none());
    let driven = world.cloud.on_kubernetes(world.cluster, |kubernetes, moment| {
        kubernetes.set_load(web, Curve::wave(1, 9, 3_600_000), moment);
        Ok(())
    });
    driven.expect("the cluster");
    world.advance(10_000);
    assert!(world.cloud.is_idle() && world.cloud.next_event_ms().is_some());
    world.advance(1_800_000);
    assert_eq!(world.running(), 9);
    let removed =
        world.cloud.on_kubernetes(world.cluster, |kubernetes, moment| Ok(kubernetes.remove_load(web, moment)));
    assert_eq!(removed, Ok(true));
    world.advance(10_000);
    assert_eq!(world.cloud.next_event_ms(), None);
}

#[test]
fn an_autoscaled_deployment_follows_the_work_up_at_once_and_down_after_five_minutes() {
    let mut world = world(5, ScaleDownMode::Delete);
    let web = world.deploy(web(2, 300));
    world.settle();
    let begun_ms = world.cloud.now_ms();
    let driven = world.cloud.on_kubernetes(world.cluster, |kubernetes, moment| {
        kubernetes.set_horizontal(web, HorizontalSpec { min: 1, max: 20, target_percent: 50 }, moment);
        kubernetes.set_load(web, Curve::spike(1, 8, 600_000, 600_000), moment);
        Ok(())
    });
    driven.expect("the cluster");
    let mut check = |after_ms: u64, expected: usize| {
        world.cloud.advance_to(begun_ms + after_ms);
        assert_eq!(world.running(), expected, "after {after_ms}");
    };
    check(590_000, 2);
    // Four more at a time, or the double.
    check(617_000, 6);
    check(632_000, 12);
    check(647_000, 16);
    check(1_200_000, 16);
    check(1_499_000, 16);
    check(1_530_000, 2);
    world.settle();
    assert_eq!(world.running(), 2, "nothing is looked at any more");
    assert!(
        world
            .events("SuccessfulRescale")
            .last()
            .is_some_and(|text| text == "New size: 2; reason: All metrics below target")
    );
}

fn fault(kind: FaultKind) -> FaultSpec {
    FaultSpec::new(kind, 0)
}

#[test]
fn a_slow_pull_and_a_slow_machine_take_a_multiple() {
    let mut world = world(1, ScaleDownMode::Delete);
    world.cloud.add_fault(FaultSpec { factor: 10, count: Some(1), ..fault(FaultKind::SlowPull) });
    let mut big = web(2, 300);
    big.template.containers[0].image = Image { name: "big".to_owned(), size_bytes: 1_100_000_000 };
    world.deploy(big);
    world.settle();
    assert_eq!(world.cloud.now_ms(), 102_000, "ten seconds tenfold, for both pods at once");
    world.cloud.add_fault(FaultSpec { factor: 3, ..fault(FaultKind::SlowProvision) });
    let begun_ms = world.cloud.now_ms();
    world.cloud.scale_pool(world.pool, 2).expect("a legal scale");
    world.settle();
    let took_ms = world.cloud.now_ms() - begun_ms;
    assert!((500_000..700_000).contains(&took_ms), "{took_ms}");
    assert_eq!(world.cloud.faults().count(), 1, "the first is used up");
}

#[test]
fn a_fault_in_the_quota_refuses_what_would_fit() {
    let mut world = world(1, ScaleDownMode::Delete);
    world.cloud.add_fault(FaultSpec { count: Some(1), ..fault(FaultKind::Quota) });
    let error = world.cloud.scale_pool(world.pool, 3).expect_err("struck");
    assert_eq!(error.code, "QuotaExceeded");
    assert!(world.cloud.scale_pool(world.pool, 3).is_ok());
}

#[test]
fn lost_nodes_come_back_and_only_long_losses_move_pods() {
    for (length_ms, expected) in [(200_000, [2, 2]), (400_000, [4, 0])] {
        let mut world = world(2, ScaleDownMode::Delete);
        world.deploy(web(4, 300));
        world.settle();
        let node = world.kubernetes().nodes().map(|node| node.id.instance_id).max();
        let (from_ms, until_ms) = (10_000, Some(10_000 + length_ms));
        world.cloud.add_fault(FaultSpec { from_ms, until_ms, ..fault(FaultKind::NotReady) });
        world.advance(11_000);
        assert_eq!(world.events("NodeNotReady").len(), 3, "the node and two pods");
        world.settle();
        let mut crowd = world.crowd();
        crowd.sort_by_key(|pods| std::cmp::Reverse(*pods));
        assert_eq!((crowd, world.running()), (expected.to_vec(), 4), "{node:?} after {length_ms}");
    }
}

#[test]
fn spot_machines_are_taken_back_as_their_policy_says() {
    for policy in [ScaleDownMode::Delete, ScaleDownMode::Deallocate] {
        let mut world = world(1, ScaleDownMode::Delete);
        let mut spot = PoolSpec::new("spot", VmSize::find("Standard_DS2_v2").expect("a known size"));
        (spot.count, spot.spot, spot.eviction_policy, spot.max_pods) = (3, true, policy, 30);
        let (power_state, provisioning_state) = (PowerState::Running, ProvisioningState::Succeeded);
        let existing = ExistingPool { spec: spot, deallocated: 0, power_state, provisioning_state };
        world.cloud.load_pool(world.cluster, existing);
        let mut tolerant = web(6, 500);
        tolerant.template.tolerations.push(Toleration::of_key("kubernetes.azure.com/scalesetpriority"));
        world.deploy(tolerant);
        world.settle();
        world.cloud.add_fault(FaultSpec { count: Some(2), ..fault(FaultKind::SpotEviction) });
        world.settle();
        let spot = &world.cloud.clusters()[0].pools[1];
        let kept = spot.count_in(NodeState::Deallocated);
        assert_eq!((spot.count_in(NodeState::Ready), kept), (1, if policy == ScaleDownMode::Delete { 0 } else { 2 }));
        assert_eq!(world.running(), 6, "the others have room for all");
        assert_eq!(world.events("PreemptScheduled").len(), 2);
    }
}

#[test]
fn a_drain_that_is_blocked_goes_on_when_the_fault_is_over() {
    let mut world = world(2, ScaleDownMode::Delete);
    world.deploy(web(2, 300));
    world.settle();
    let begun_ms = world.cloud.now_ms();
    world.cloud.add_fault(FaultSpec { until_ms: Some(begun_ms + 95_000), ..fault(FaultKind::DrainBlocked) });
    world.cloud.scale_pool(world.pool, 1).expect("a legal scale");
    world.advance(99_000);
    assert_eq!(world.crowd(), [1, 1]);
    world.settle();
    assert_eq!(world.crowd(), [2]);
}

#[test]
fn a_frame_shows_how_full_nodes_are_and_what_waits() {
    let mut world = world(3, ScaleDownMode::Deallocate);
    world.cloud.scale_pool(world.pool, 2).expect("a legal scale");
    world.settle();
    world.deploy(web(12, 300));
    let frame = |world: &World| {
        let frame = world.cloud.snapshot();
        let nodes = frame.clusters[0].pools[0].nodes.iter();
        let nodes: Vec<_> = nodes.map(|node| (node.pods, node.fill_permille, node.is_ready)).collect();
        (nodes, (frame.pods.ready, frame.pods.starting, frame.pods.pending))
    };
    // 310 and 5 × 300 of 1,900.
    let full = (10, 952, true);
    let away = (5, 163, false);
    assert_eq!(frame(&world), (vec![full, full, away], (0, 10, 2)));
    world.settle();
    assert_eq!(frame(&world).1, (10, 0, 2));
}

#[test]
fn nothing_is_left_of_a_pool_or_a_cluster_that_is_gone() {
    let mut world = world(2, ScaleDownMode::Deallocate);
    let web = world.deploy(web(2, 300));
    let driven = world.cloud.on_kubernetes(world.cluster, |kubernetes, moment| {
        kubernetes.set_load(web, Curve::step(2, 9, 36_000_000), moment);
        Ok(())
    });
    driven.expect("the cluster");
    world.advance(10_000);
    // The autoscaler is deleting a node when its pool is deleted.
    world.cloud.remove_from_group(world.pool, 1, true).expect("a running node");
    world.cloud.delete_pool(world.pool).expect("a free pool");
    world.advance(600_000);
    assert_eq!((world.kubernetes().nodes().count(), world.pending()), (0, 2));
    world.cloud.delete_cluster(world.cluster).expect("a free cluster");
    world.advance(600_000);
    assert!(world.cloud.kubernetes(world.cluster).is_none());
    assert_eq!(world.cloud.next_event_ms(), None, "the load has gone with it");
}

/// Placeholder pods of low priority keep room free, from which pods of higher priority preempt them.
#[test]
fn important_pods_take_the_room_of_placeholders_and_budgets_are_spared() {
    let mut world = world(2, ScaleDownMode::Delete);
    let mut placeholder = web(4, 700);
    placeholder.name = "placeholder".to_owned();
    placeholder.template.priority = Some(-10);
    placeholder.template.labels.insert("app".to_owned(), "placeholder".to_owned());
    world.deploy(placeholder);
    world.settle();
    assert_eq!(world.crowd(), [2, 2]);
    let web = world.deploy(web(1, 400));
    assert_eq!(world.pending(), 2, "the one that matters, and a new placeholder for its victim");
    assert_eq!(world.events("Preempted").len(), 1);
    world.settle();
    assert_eq!((world.crowd(), world.pending()), (vec![2, 2], 1));
    world.scale(web, 2);
    world.settle();
    assert_eq!((world.events("Preempted").len(), world.pending()), (1, 1), "there was room for two");
    world.scale(web, 9);
    world.settle();
    assert_eq!((world.events("Preempted").len(), world.crowd()), (4, vec![3, 3]));
    // What is as important is left alone.
    world.scale(web, 30);
    world.settle();
    assert_eq!(world.running(), 6);
}
