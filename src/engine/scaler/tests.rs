//! Autoscalers at work on small clusters.

use crate::ground::id::DeploymentId;
use crate::kubernetes::{Image, Resources};
use crate::record::Happening;
use crate::workloads::DeploymentSpec;
use crate::{
    AutoscalerRange, Cloud, ClusterId, ClusterSpec, ExistingPool, NodeState, PoolId, PoolSpec, PowerState,
    ProvisioningState, ScaleDownMode, VmSize,
};

const MINUTE_MS: u64 = 60_000;
const GIB: u64 = 1 << 30;

struct Stage {
    cloud: Cloud,
    cluster: ClusterId,
    pool: PoolId,
}

impl Stage {
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
        self.cloud.on_kubernetes(self.cluster, |kubernetes, moment| kubernetes.create_deployment(spec, moment)).unwrap()
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
        let remarks = self.cloud.log().since(0).filter(|record| matches!(record.happening, Happening::Remark(_)));
        let texts = remarks.map(crate::record::Record::text);
        texts.filter(|text| text.reason == reason).map(|text| text.message).collect()
    }
}

#[test]
fn empty_nodes_go_after_ten_minutes_down_to_the_smallest_size() {
    for (mode, rests) in [(ScaleDownMode::Delete, 0), (ScaleDownMode::Deallocate, 3)] {
        let mut stage = Stage::new(mode, 4, (1, 5));
        stage.advance(9);
        assert_eq!(stage.count(NodeState::Ready), 4, "not yet");
        stage.settle();
        assert_eq!((stage.count(NodeState::Ready), stage.count(NodeState::Deallocated)), (1, rests), "{mode:?}");
        let pool = stage.cloud.pool(stage.pool).unwrap();
        assert_eq!((pool.spec.count, pool.instances()), (1, 1 + rests));
        assert!(stage.cloud.now_ms() < 15 * MINUTE_MS, "{}", stage.cloud.now_ms());
        let told = stage.events("ScaleDownEmpty");
        assert_eq!(told.iter().filter(|text| text.starts_with("Scale-down: removing empty node")).count(), 3);
        assert_eq!(told.iter().filter(|text| text.ends_with(" removed")).count(), 3, "{told:?}");
    }
}

#[test]
fn pods_without_room_wake_kept_nodes_before_new_ones() {
    let mut stage = Stage::new(ScaleDownMode::Deallocate, 3, (1, 5));
    stage.settle();
    assert_eq!(stage.count(NodeState::Deallocated), 2);
    // Two fit a node, so that nine need five.
    let web = stage.deploy("web", 9, 700);
    stage.settle();
    assert_eq!((stage.count(NodeState::Ready), stage.count(NodeState::Deallocated)), (5, 0));
    assert_eq!(stage.events("TriggeredScaleUp").len(), 7);
    stage.scale(web, 1);
    stage.settle();
    assert_eq!((stage.count(NodeState::Ready), stage.count(NodeState::Deallocated)), (1, 4));
    let kubernetes = stage.cloud.kubernetes(stage.cluster).unwrap();
    assert_eq!(kubernetes.pending().count(), 0);
    assert_eq!(stage.cloud.pool(stage.pool).unwrap().operation, None);
}

#[test]
fn what_no_group_takes_is_told_once_and_lets_the_cluster_rest() {
    let mut stage = Stage::new(ScaleDownMode::Delete, 1, (1, 2));
    stage.deploy("huge", 2, 64_000);
    stage.settle();
    let told = stage.events("NotTriggerScaleUp");
    assert_eq!(told, ["pod didn't trigger scale-up: 1 Insufficient cpu"; 2]);
    assert_eq!(stage.count(NodeState::Ready), 1);
}

#[test]
fn a_drained_node_s_pods_move_before_it_goes() {
    let mut stage = Stage::new(ScaleDownMode::Delete, 3, (1, 5));
    let web = stage.deploy("web", 3, 500);
    stage.advance(5);
    assert_eq!(stage.cloud.kubernetes(stage.cluster).unwrap().pending().count(), 0);
    stage.settle();
    // Three fit a node.
    assert_eq!(stage.count(NodeState::Ready), 1);
    let told = stage.events("ScaleDown");
    for part in ["marked the node", "utilization: {", "nodes removed by cluster autoscaler", "removed with drain"] {
        assert_eq!(told.iter().filter(|text| text.contains(part)).count(), 2, "{part}: {told:?}");
    }
    let kubernetes = stage.cloud.kubernetes(stage.cluster).unwrap();
    assert_eq!(kubernetes.deployments().find(|found| found.id == web).map(|found| found.spec.replicas), Some(3));
    assert_eq!(kubernetes.pending().count(), 0);
}

#[test]
fn a_drain_that_comes_to_nothing_is_told_of_and_the_node_stays() {
    let mut stage = Stage::new(ScaleDownMode::Delete, 2, (1, 5));
    stage.deploy("web", 2, 500);
    let fault = crate::FaultSpec::new(crate::FaultKind::DrainBlocked, 0);
    stage.cloud.add_fault(fault);
    stage.advance(15);
    assert_eq!(stage.count(NodeState::Ready), 2);
    let told = stage.events("ScaleDownFailed");
    assert!(told.iter().all(|text| text.starts_with("failed to drain and delete node: ")), "{told:?}");
    assert_eq!(told.len(), 1, "it is tried again only after a while");
    let of_pods = stage.cloud.log().since(0).map(crate::record::Record::text);
    let of_pods: Vec<_> = of_pods.filter(|text| text.object.starts_with("pod/web")).collect();
    let count = |reason: &str| of_pods.iter().filter(|text| text.reason == reason).count();
    assert_eq!((count("ScaleDown"), count("ScaleDownFailed")), (1, 1));
    assert_eq!(stage.cloud.pool(stage.pool).unwrap().spec.count, 2);
}

#[test]
fn a_lost_start_backs_off_and_is_tried_again() {
    let mut stage = Stage::new(ScaleDownMode::Deallocate, 2, (1, 5));
    stage.settle();
    assert_eq!(stage.count(NodeState::Deallocated), 1);
    stage.cloud.fail_allocations(1);
    stage.deploy("web", 3, 900);
    stage.settle();
    assert_eq!(stage.events("ScaleUpFailed").len(), 1, "{:?}", stage.events("ScaleUpFailed"));
    assert_eq!(stage.count(NodeState::Ready), 3, "one fits a node");
    assert_eq!(stage.cloud.kubernetes(stage.cluster).unwrap().pending().count(), 0);
}

#[test]
fn a_cluster_at_rest_costs_nothing() {
    let mut stage = Stage::new(ScaleDownMode::Delete, 2, (2, 5));
    stage.settle();
    let looked_ms = stage.cloud.scaler(stage.cluster).unwrap().last_loop_ms();
    stage.advance(7 * 24 * 60);
    assert_eq!(stage.cloud.scaler(stage.cluster).unwrap().last_loop_ms(), looked_ms);
}

#[test]
fn a_bare_pod_keeps_its_node_and_lets_the_cluster_rest() {
    let mut stage = Stage::new(ScaleDownMode::Delete, 3, (1, 5));
    let mut spec = crate::kubernetes::PodSpec::new("default", "alone", Resources::new(100, GIB / 8));
    spec.tolerations.push(crate::kubernetes::Toleration::of_key("work"));
    spec.node_selector.insert("agentpool".to_owned(), "np".to_owned());
    let made = stage.cloud.on_kubernetes(stage.cluster, |kubernetes, moment| {
        kubernetes.create_set(crate::workloads::SetKind::Bare, spec, 1, moment)
    });
    made.unwrap();
    stage.settle();
    assert_eq!(stage.count(NodeState::Ready), 1);
    let node = stage.cloud.pool(stage.pool).unwrap().nodes().next().unwrap().instance_id;
    let name = stage.cloud.pool(stage.pool).unwrap().node_name(node);
    assert_eq!(
        stage.cloud.why_node(&name).unwrap(),
        format!("{name} stays: pool np is as small as it may be (min-count 1).")
    );
    // With room to shrink, the pod itself is the reason.
    let update = crate::PoolUpdate {
        autoscaler: Some(Some(AutoscalerRange { min: 0, max: 5 })),
        ..crate::PoolUpdate::default()
    };
    stage.cloud.update_pool(stage.pool, update).unwrap();
    stage.settle();
    assert_eq!(stage.count(NodeState::Ready), 1);
    let why = stage.cloud.why_node(&name).unwrap();
    assert!(why.contains("pod alone keeps it, for nothing would make it anew (NotReplicated)"), "{why}");
}
