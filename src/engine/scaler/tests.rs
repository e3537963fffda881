//! Autoscalers at work on small clusters.

use crate::ground::id::DeploymentId;
use crate::kubernetes::{Image, Resources};
use crate::record::RecordedEvent;
use crate::workloads::DeploymentSpec;
use crate::{
    AutoscalerRange, Cloud, ClusterId, ClusterSpec, ExistingPool, NodeState, PoolId, PoolSpec, PowerState,
    ProvisioningState, ScaleDownMode, VmSize,
};

const MINUTE_MS: u64 = 60_000;
const GIB: u64 = 1 << 30;

struct TestCloud {
    cloud: Cloud,
    cluster: ClusterId,
    pool: PoolId,
}

impl TestCloud {
    /// A cluster with a system pool and a pool that the autoscaler sizes.
    fn new(mode: ScaleDownMode, count: u32, (min, max): (u32, u32)) -> Self {
        let mut cloud = Cloud::new(1);
        let cluster = cloud.load_cluster(ClusterSpec::new("c", "rg", "eastus"), PowerState::Running);
        let size = VmSize::find("Standard_DS2_v2").unwrap();
        let mut add = |spec: PoolSpec| {
            let (power_state, provisioning_state) = (PowerState::Running, ProvisioningState::Succeeded);
            cloud.load_pool(cluster, ExistingPool { spec, deallocated: 0, power_state, provisioning_state });
        };
        add(PoolSpec { mode: crate::PoolMode::System, count: 2, ..PoolSpec::new("sys", size.clone()) });
        add(PoolSpec {
            count,
            scale_down_mode: mode,
            autoscaler: Some(AutoscalerRange { min, max }),
            taints: vec!["work=yes:NoSchedule".to_owned()],
            ..PoolSpec::new("np", size.clone())
        });
        let pool = cloud.clusters()[0].pools[1].id;
        Self { cloud, cluster, pool }
    }

    fn count(&self, state: NodeState) -> u32 {
        self.cloud.pool(self.pool).unwrap().count_in(state)
    }

    fn deploy(&mut self, name: &str, replicas: u32, cpu_millis: u64) -> DeploymentId {
        let mut template = crate::kubernetes::PodSpec::new("default", name, Resources::new(cpu_millis, GIB / 8));
        template.tolerations.push(crate::kubernetes::Toleration::of_key("work"));
        for container in &mut template.containers {
            container.image = Image { name: "web:1".to_owned(), size_bytes: GIB / 10 };
        }
        template.node_selector.insert("agentpool".to_owned(), "np".to_owned());
        let (name, namespace) = (name.to_owned(), "default".to_owned());
        let spec = DeploymentSpec { name, namespace, labels: crate::Pairs::new(), replicas, template };
        self.cloud
            .on_kubernetes(self.cluster, |kubernetes, context| kubernetes.create_deployment(spec, context))
            .unwrap()
    }

    fn scale(&mut self, id: DeploymentId, replicas: u32) {
        self.cloud
            .on_kubernetes(self.cluster, |kubernetes, _| {
                kubernetes.scale_deployment(id, replicas);
                Ok(())
            })
            .unwrap();
    }

    fn advance(&mut self, minutes: u64) {
        let at_ms = self.cloud.now_ms() + minutes * MINUTE_MS;
        self.cloud.advance_to(at_ms);
    }

    /// Until nothing will ever happen again.
    fn settle(&mut self) {
        for _ in 0..100_000 {
            match self.cloud.next_event_ms() {
                Some(at_ms) => self.cloud.advance_to(at_ms),
                None => return,
            }
        }
        panic!("it never comes to rest: {:?}", self.cloud.next_event_ms());
    }

    fn events(&self, reason: &str) -> Vec<String> {
        let recorded = self.cloud.log().since(0).filter(|record| matches!(record.event, RecordedEvent::Kubernetes(_)));
        let texts = recorded.map(crate::record::Record::text);
        texts.filter(|text| text.reason == reason).map(|text| text.message).collect()
    }
}

#[test]
fn empty_nodes_go_after_ten_minutes_down_to_the_smallest_size() {
    for (mode, rests) in [(ScaleDownMode::Delete, 0), (ScaleDownMode::Deallocate, 3)] {
        let mut test = TestCloud::new(mode, 4, (1, 5));
        test.advance(9);
        assert_eq!(test.count(NodeState::Ready), 4, "not yet");
        test.settle();
        assert_eq!((test.count(NodeState::Ready), test.count(NodeState::Deallocated)), (1, rests), "{mode:?}");
        let pool = test.cloud.pool(test.pool).unwrap();
        assert_eq!((pool.spec.count, pool.instances()), (1, 1 + rests));
        assert!(test.cloud.now_ms() < 15 * MINUTE_MS, "{}", test.cloud.now_ms());
        let events = test.events("ScaleDownEmpty");
        assert_eq!(events.iter().filter(|text| text.starts_with("Scale-down: removing empty node")).count(), 3);
        assert_eq!(events.iter().filter(|text| text.ends_with(" removed")).count(), 3, "{events:?}");
    }
}

#[test]
fn pods_without_room_wake_kept_nodes_before_new_ones() {
    let mut test = TestCloud::new(ScaleDownMode::Deallocate, 3, (1, 5));
    test.settle();
    assert_eq!(test.count(NodeState::Deallocated), 2);
    // Two fit a node, so that nine need five.
    let web = test.deploy("web", 9, 700);
    test.settle();
    assert_eq!((test.count(NodeState::Ready), test.count(NodeState::Deallocated)), (5, 0));
    assert_eq!(test.events("TriggeredScaleUp").len(), 7);
    test.scale(web, 1);
    test.settle();
    assert_eq!((test.count(NodeState::Ready), test.count(NodeState::Deallocated)), (1, 4));
    let kubernetes = test.cloud.kubernetes(test.cluster).unwrap();
    assert_eq!(kubernetes.pending().count(), 0);
    assert_eq!(test.cloud.pool(test.pool).unwrap().operation, None);
}

#[test]
fn what_no_group_takes_is_told_once_and_lets_the_cluster_rest() {
    let mut test = TestCloud::new(ScaleDownMode::Delete, 1, (1, 2));
    test.deploy("huge", 2, 64_000);
    test.settle();
    let events = test.events("NotTriggerScaleUp");
    assert_eq!(events, ["pod didn't trigger scale-up: 1 Insufficient cpu"; 2]);
    assert_eq!(test.count(NodeState::Ready), 1);
}

#[test]
fn a_drained_node_s_pods_move_before_it_goes() {
    let mut test = TestCloud::new(ScaleDownMode::Delete, 3, (1, 5));
    let web = test.deploy("web", 3, 500);
    test.advance(5);
    assert_eq!(test.cloud.kubernetes(test.cluster).unwrap().pending().count(), 0);
    test.settle();
    // Three fit a node.
    assert_eq!(test.count(NodeState::Ready), 1);
    let events = test.events("ScaleDown");
    for part in ["marked the node", "utilization: {", "nodes removed by cluster autoscaler", "removed with drain"] {
        assert_eq!(events.iter().filter(|text| text.contains(part)).count(), 2, "{part}: {events:?}");
    }
    let kubernetes = test.cloud.kubernetes(test.cluster).unwrap();
    assert_eq!(kubernetes.deployments().find(|found| found.id == web).map(|found| found.spec.replicas), Some(3));
    assert_eq!(kubernetes.pending().count(), 0);
}

#[test]
fn a_drain_that_comes_to_nothing_is_told_of_and_the_node_stays() {
    let mut test = TestCloud::new(ScaleDownMode::Delete, 2, (1, 5));
    test.deploy("web", 2, 500);
    let fault = crate::FaultSpec::new(crate::FaultKind::DrainBlocked, 0);
    test.cloud.add_fault(fault);
    test.advance(15);
    assert_eq!(test.count(NodeState::Ready), 2);
    let events = test.events("ScaleDownFailed");
    assert!(events.iter().all(|text| text.starts_with("failed to drain and delete node: ")), "{events:?}");
    assert_eq!(events.len(), 1, "it is tried again only after a while");
    let of_pods = test.cloud.log().since(0).map(crate::record::Record::text);
    let of_pods: Vec<_> = of_pods.filter(|text| text.object.starts_with("pod/web")).collect();
    let count = |reason: &str| of_pods.iter().filter(|text| text.reason == reason).count();
    assert_eq!((count("ScaleDown"), count("ScaleDownFailed")), (1, 1));
    assert_eq!(test.cloud.pool(test.pool).unwrap().spec.count, 2);
}

#[test]
fn a_lost_start_backs_off_and_is_tried_again() {
    let mut test = TestCloud::new(ScaleDownMode::Deallocate, 2, (1, 5));
    test.settle();
    assert_eq!(test.count(NodeState::Deallocated), 1);
    test.cloud.fail_allocations(1);
    test.deploy("web", 3, 900);
    test.settle();
    assert_eq!(test.events("ScaleUpFailed").len(), 1, "{:?}", test.events("ScaleUpFailed"));
    assert_eq!(test.count(NodeState::Ready), 3, "one fits a node");
    assert_eq!(test.cloud.kubernetes(test.cluster).unwrap().pending().count(), 0);
}

#[test]
fn a_cluster_at_rest_costs_nothing() {
    let mut test = TestCloud::new(ScaleDownMode::Delete, 2, (2, 5));
    test.settle();
    let last_loop_ms = test.cloud.scaler(test.cluster).unwrap().last_loop_ms();
    test.advance(7 * 24 * 60);
    assert_eq!(test.cloud.scaler(test.cluster).unwrap().last_loop_ms(), last_loop_ms);
}

#[test]
fn a_bare_pod_keeps_its_node_and_lets_the_cluster_rest() {
    let mut test = TestCloud::new(ScaleDownMode::Delete, 3, (1, 5));
    let mut spec = crate::kubernetes::PodSpec::new("default", "alone", Resources::new(100, GIB / 8));
    spec.tolerations.push(crate::kubernetes::Toleration::of_key("work"));
    spec.node_selector.insert("agentpool".to_owned(), "np".to_owned());
    let made = test.cloud.on_kubernetes(test.cluster, |kubernetes, context| {
        kubernetes.create_set(crate::workloads::SetKind::Bare, spec, 1, context)
    });
    made.unwrap();
    test.settle();
    assert_eq!(test.count(NodeState::Ready), 1);
    let node = test.cloud.pool(test.pool).unwrap().nodes().next().unwrap().instance_id;
    let name = test.cloud.pool(test.pool).unwrap().node_name(node);
    assert_eq!(
        test.cloud.why_node(&name).unwrap(),
        format!("{name} stays: pool np is as small as it may be (min-count 1).")
    );
    // With room to shrink, the pod itself is the reason.
    let update = crate::PoolUpdate {
        autoscaler: Some(Some(AutoscalerRange { min: 0, max: 5 })),
        ..crate::PoolUpdate::default()
    };
    test.cloud.update_pool(test.pool, update).unwrap();
    test.settle();
    assert_eq!(test.count(NodeState::Ready), 1);
    let why = test.cloud.why_node(&name).unwrap();
    assert!(why.contains("pod alone keeps it, for nothing would make it anew (NotReplicated)"), "{why}");
}
