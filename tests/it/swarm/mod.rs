//! A swarm: random clusters under random loads, requests, faults and autoscaler profiles, each by its own seed,
//! which also draws how often what happens. The checkers know nothing of how the engine works: they count anew what
//! it keeps count of. In the end the faults stop, and the cluster must come to rest.
//!
//! `SWARM_SEEDS=1000 cargo test --test it swarm` runs more of them; a failure names its seed, which
//! `SWARM_FIRST=seed` begins with.
#![allow(clippy::panic, reason = "a test may fail")]

mod autoscaling;

use std::collections::{BTreeMap, BTreeSet};

use autoscaling::{Book, Profile};

use scale_down::engine::ground::random::Random;
use scale_down::engine::kubernetes::budget::Amount;
use scale_down::engine::kubernetes::reservation::MIB;
use scale_down::engine::kubernetes::{
    BudgetLimit, DisruptionBudget, Image, NodeId, NodeInfo, Pod, PodAffinity, PodId, PodPhase, PodSpec, Resources,
    Selector, SetId, TopologyCounts, TopologySpread, check_fit,
};
use scale_down::engine::workloads::{
    ChangeContext, Curve, DeploymentId, DeploymentSpec, HorizontalSpec, Kubernetes, ObjectError, PodSet, Scoring,
    SetKind,
};
use scale_down::engine::{
    AutoscalerRange, Cloud, ClusterId, ClusterSpec, FaultKind, FaultSpec, NodeState, PoolId, PoolSpec, PowerState,
    ProvisioningState, ScaleDownMode, VmSize,
};

const NAMESPACE: &str = "default";
const STEPS: u32 = 60;
const MINUTE_MS: u64 = 60_000;

/// Healthy pods and desired counts at the moment before.
#[derive(Default)]
struct Before {
    healthy: BTreeMap<PodId, (SetId, NodeId)>,
    desired: BTreeMap<SetId, u32>,
}

struct Swarm {
    seed: u64,
    random: Random,
    cloud: Cloud,
    cluster: ClusterId,
    deployments: Vec<DeploymentId>,
    /// Chance that a step adds a fault, in percent.
    faultiness: u32,
    before: Before,
    profile: Profile,
    book: Book,
}

impl Swarm {
    fn new(seed: u64) -> Self {
        let mut random = Random::new(seed);
        let mut cloud = Cloud::new(seed);
        let hosts_system_pool = random.below(2) == 0;
        let profile = Profile::draw(&mut random);
        let autoscaler_profile = profile.settings.clone();
        let spec =
            ClusterSpec { hosts_system_pool, autoscaler_profile, ..ClusterSpec::new("cluster", "group", "eastus") };
        let cluster = cloud.load_cluster(spec, PowerState::Running);
        let faultiness = random.below(25);
        let before = Before::default();
        let (deployments, book) = (Vec::new(), Book::default());
        let mut swarm = Self { seed, random, cloud, cluster, deployments, faultiness, before, profile, book };
        for index in 0..=swarm.below(3) {
            swarm.add_pool(index);
        }
        for index in 0..=swarm.below(4) {
            swarm.add_deployment(index);
        }
        swarm
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.random.below(bound)
    }

    fn one_of<T: Copy>(&mut self, choices: &[T]) -> T {
        let index = self.below(u32::try_from(choices.len()).unwrap_or_default());
        *choices.get(index as usize).unwrap_or_else(|| panic!("seed {}: nothing to choose from", self.seed))
    }

    fn kubernetes(&self) -> &Kubernetes {
        self.cloud.kubernetes(self.cluster).expect("the cluster")
    }

    fn ask(&mut self, act: impl FnOnce(&mut Kubernetes, &mut ChangeContext<'_>) -> Result<(), ObjectError>) {
        // A refusal is an answer like any other; what matters is the state after it.
        let _ = self.cloud.on_kubernetes(self.cluster, act);
    }

    fn add_pool(&mut self, index: u32) {
        let size = self.one_of(&["Standard_DS2_v2", "Standard_D4s_v5", "Standard_F2s_v2"]);
        let mut spec = PoolSpec::new(&format!("pool{index}"), VmSize::find(size).expect("a known size"));
        spec.count = self.below(9);
        spec.max_pods = self.one_of(&[10, 30, 110]);
        spec.scale_down_mode = self.one_of(&[ScaleDownMode::Delete, ScaleDownMode::Deallocate]);
        spec.eviction_policy = self.one_of(&[ScaleDownMode::Delete, ScaleDownMode::Deallocate]);
        if self.below(3) == 0 {
            spec.zones = vec![1, 2, 3];
        }
        if self.below(4) == 0 {
            spec.taints.push("team=red:NoSchedule".to_owned());
        }
        if self.below(2) == 0 {
            // A pool over several zones may get its next node in another one than it was asked for, for ever:
            // that is why there should be a pool for each.
            spec.zones.clear();
            let (min, more) = (self.below(4), self.below(12));
            spec.autoscaler = Some(AutoscalerRange { min, max: min + more + 1 });
            spec.count = min + self.below(more + 2);
        }
        let _ = self.cloud.add_pool(self.cluster, spec);
    }

    fn spec(&mut self, name: &str) -> PodSpec {
        let requests = Resources::new(u64::from(self.below(12)) * 50, u64::from(self.below(12)) * 64 * MIB);
        let mut spec = PodSpec::new(NAMESPACE, name, requests);
        spec.labels.insert("app".to_owned(), name.to_owned());
        let own = Selector::of_labels(&spec.labels);
        if let Some(container) = spec.containers.first_mut() {
            container.image = Image { name: name.to_owned(), size_bytes: u64::from(self.below(4)) * 3_000_000_000 };
        }
        spec.grace_s = self.one_of(&[0, 30, 600]);
        spec.priority = self.one_of(&[None, None, None, Some(-10), Some(100)]);
        if self.below(4) == 0 {
            spec.tolerations.push(scale_down::engine::kubernetes::Toleration::of_key("team"));
        }
        let topology_key = self.one_of(&["kubernetes.io/hostname", "topology.kubernetes.io/zone"]).to_owned();
        match self.below(8) {
            0 => spec.pod_affinity.push(PodAffinity {
                selector: own,
                namespaces: Vec::new(),
                topology_key,
                is_anti: self.below(2) == 0,
            }),
            1 => {
                let max_skew = 1 + self.below(3);
                spec.topology_spread.push(TopologySpread { topology_key, max_skew, min_domains: 1, selector: own });
            }
            2 => spec.host_ports.push(8080),
            _ => {}
        }
        spec
    }

    fn add_deployment(&mut self, index: u32) {
        let name = format!("web{index}");
        let template = self.spec(&name);
        let (namespace, labels) = (NAMESPACE.to_owned(), template.labels.clone());
        let spec = DeploymentSpec { name, namespace, labels, replicas: self.below(25), template };
        let made =
            self.cloud.on_kubernetes(self.cluster, |kubernetes, moment| kubernetes.create_deployment(spec, moment));
        self.deployments.extend(made);
    }

    fn pool(&mut self) -> PoolId {
        let pools: Vec<PoolId> = self.cloud.clusters().iter().flat_map(|one| &one.pools).map(|pool| pool.id).collect();
        self.one_of(&pools)
    }

    fn node(&mut self) -> Option<NodeId> {
        let nodes: Vec<NodeId> = self.kubernetes().nodes().map(|node| node.id).collect();
        (!nodes.is_empty()).then(|| self.one_of(&nodes))
    }

    fn act(&mut self) {
        if self.below(100) < self.faultiness {
            return self.add_fault();
        }
        let deployments = self.deployments.clone();
        let deployment = self.one_of(&deployments);
        let number = self.below(40);
        match self.below(16) {
            0 | 1 => self.ask(|kubernetes, _| {
                kubernetes.scale_deployment(deployment, number);
                Ok(())
            }),
            2 => {
                let curve = match self.below(3) {
                    0 => Curve::spike(number, self.below(60), 5 * MINUTE_MS, 10 * MINUTE_MS),
                    1 => Curve::wave(0, number, 30 * MINUTE_MS),
                    _ => Curve::office_hours(1, number, 0),
                };
                self.ask(|kubernetes, moment| {
                    kubernetes.set_load(deployment, curve, moment);
                    Ok(())
                });
            }
            3 => {
                let spec = HorizontalSpec { min: 1, max: 1 + number, target_percent: 50 };
                self.ask(|kubernetes, moment| {
                    kubernetes.set_horizontal(deployment, spec, moment);
                    Ok(())
                });
            }
            4 | 5 => {
                let pool = self.pool();
                let _ = self.cloud.scale_pool(pool, self.random.below(12));
            }
            6 => {
                if let Some(node) = self.node() {
                    let is_cordoned = self.below(2) == 0;
                    self.ask(|kubernetes, _| {
                        kubernetes.set_cordon(node, is_cordoned);
                        Ok(())
                    });
                }
            }
            7 => {
                if let Some(node) = self.node() {
                    let _ = match self.below(3) {
                        0 => self.cloud.deallocate_instances(node.pool, Some(&[node.instance_id])),
                        1 => self.cloud.start_instances(node.pool, None),
                        _ => self.cloud.delete_machines(node.pool, &[node.instance_id]),
                    };
                }
            }
            8 => {
                let name = self.kubernetes().pods().nth(number as usize).map(Pod::name);
                if let Some(name) = name {
                    self.ask(|kubernetes, moment| kubernetes.delete_pod(NAMESPACE, &name, moment));
                }
            }
            9 => self.ask(|kubernetes, moment| {
                let cpu_millis = u64::from(number) * 20;
                kubernetes.change_template(deployment, |spec| spec.set_requests(Resources::new(cpu_millis, 0)), moment);
                Ok(())
            }),
            10 => self.add_budget(),
            11 => {
                let mut spec = self.spec(&format!("job{}", self.cloud.now_ms()));
                spec.runs_for_ms = Some(u64::from(number) * 10_000);
                let kind = SetKind::Job { completions: 1 + number, parallelism: 3 };
                self.ask(|kubernetes, moment| kubernetes.create_set(kind, spec, 3, moment).map(|_| ()));
            }
            12 => {
                let spec = self.spec(&format!("alone{}", self.cloud.now_ms()));
                self.ask(|kubernetes, moment| kubernetes.create_set(SetKind::Bare, spec, 1, moment).map(|_| ()));
            }
            13 => {
                let pool = self.pool();
                let _ = if self.below(2) == 0 { self.cloud.stop_pool(pool) } else { self.cloud.start_pool(pool) };
            }
            14 => {
                // As the autoscaler would, where there is none.
                let pool = self.pool();
                if self.cloud.pool(pool).is_some_and(|pool| pool.spec.autoscaler.is_some()) {
                } else if number.is_multiple_of(2) {
                    let _ = self.cloud.grow_group(pool, 1 + number % 3);
                } else if let Some(node) = self.node() {
                    let _ = self.cloud.remove_from_group(node.pool, node.instance_id, number % 4 == 1);
                }
            }
            _ => {
                let scoring = self.one_of(&[Scoring::LeastAllocated, Scoring::MostAllocated]);
                self.ask(|kubernetes, _| {
                    kubernetes.set_scoring(scoring);
                    Ok(())
                });
            }
        }
    }

    fn add_budget(&mut self) {
        let app = format!("web{}", self.below(4));
        let labels = [("app".to_owned(), app.clone())].into();
        let amount = if self.below(2) == 0 { Amount::Pods(self.below(4)) } else { Amount::Percent(self.below(101)) };
        let limit =
            if self.below(2) == 0 { BudgetLimit::MinAvailable(amount) } else { BudgetLimit::MaxUnavailable(amount) };
        let selector = Some(Selector::of_labels(&labels));
        let budget = DisruptionBudget { namespace: NAMESPACE.to_owned(), name: app, selector, limit, created_ms: 0 };
        let is_new = self.below(3) > 0;
        self.ask(|kubernetes, _| {
            if is_new { kubernetes.create_budget(budget) } else { kubernetes.delete_budget(NAMESPACE, &budget.name) }
        });
    }

    fn add_fault(&mut self) {
        let kind = self.one_of(&FaultKind::ALL);
        let now_ms = self.cloud.now_ms();
        let from_ms = now_ms + u64::from(self.below(300_000));
        let spec = FaultSpec {
            until_ms: Some(from_ms + u64::from(self.below(900_000))),
            count: Some(1 + self.below(3)),
            probability_permille: self.one_of(&[1000, 500]),
            factor: 1 + self.below(5),
            ..FaultSpec::new(kind, from_ms)
        };
        self.cloud.add_fault(spec);
    }

    /// Lets time pass event by event, and checks the state after each.
    fn advance(&mut self, time_ms: u64) {
        let until_ms = self.cloud.now_ms() + time_ms;
        while let Some(at_ms) = self.cloud.next_event_ms().filter(|at_ms| *at_ms <= until_ms) {
            self.cloud.advance_to(at_ms);
            self.check();
        }
        self.cloud.advance_to(until_ms);
    }

    fn check(&mut self) {
        let (seed, now_ms) = (self.seed, self.cloud.now_ms());
        let place = format!("seed {seed} at {now_ms}");
        self.check_places(&place);
        self.check_counts(&place);
        self.check_machines(&place);
        self.check_budgets(&place);
        self.check_waiting(&place);
        let cluster = self.cloud.clusters().first();
        self.book.check(&self.cloud, cluster.expect("the cluster"), &self.profile, &place);
    }

    /// Checks that every pod is in one place, and that no node has more requests than it has allocatable.
    fn check_places(&self, place: &str) {
        let mut seen = BTreeSet::new();
        for pod in self.kubernetes().pods() {
            assert!(seen.insert(pod.id), "{place}: pod {} is in two places", pod.name());
        }
        for node in self.kubernetes().nodes() {
            let mut sum = Resources::default();
            for pod in node.pods().iter().filter(|pod| !pod.phase.is_terminal()) {
                sum += pod.spec.requests();
            }
            assert_eq!(sum, node.requested(), "{place}: {} counts wrongly", node.name);
            assert!(sum.fits_in(node.allocatable), "{place}: {} has {sum:?} of {:?}", node.name, node.allocatable);
        }
    }

    /// Checks the counts of pod sets against the pods that are there.
    fn check_counts(&self, place: &str) {
        let mut bound: BTreeMap<SetId, (u32, u32)> = BTreeMap::new();
        for (pod, node) in on_nodes(self.kubernetes()) {
            let (count, ready) = bound.entry(pod.set).or_default();
            let is_active = !pod.is_terminating() && !pod.phase.is_terminal();
            *count += u32::from(is_active);
            *ready += u32::from(is_active && pod.phase == PodPhase::Running && node.is_ready);
        }
        for set in self.kubernetes().sets() {
            let (count, ready) = bound.get(&set.id).copied().unwrap_or_default();
            assert_eq!((set.bound(), set.ready()), (count, ready), "{place}: {} counts wrongly", set.name());
            let wanted = match set.kind {
                SetKind::ReplicaSet(_) | SetKind::Bare => set.desired,
                SetKind::Job { completions, parallelism } => completions.saturating_sub(set.succeeded).min(parallelism),
                SetKind::DaemonSet => set.active(),
            };
            assert_eq!(set.active(), wanted, "{place}: {} has not what it should", set.name());
        }
    }

    /// Checks that Kubernetes has the nodes that have registered, and takes only those for ready that run.
    fn check_machines(&self, place: &str) {
        let pools = self.cloud.clusters().iter().flat_map(|one| &one.pools);
        let mut registered = BTreeSet::new();
        for pool in pools {
            for node in pool.nodes().filter(|node| node.is_registered()) {
                let id = NodeId { pool: pool.id, instance_id: node.instance_id };
                registered.insert(id);
                let known = self.kubernetes().node(id);
                let is_ready = known.is_some_and(|known| known.is_ready);
                assert!(!is_ready || node.state().is_kubernetes_ready(), "{place}: {id:?} is {:?}", node.state());
            }
        }
        let known: BTreeSet<NodeId> = self.kubernetes().nodes().map(|node| node.id).collect();
        assert_eq!(known, registered, "{place}: nodes and machines differ");
    }

    fn now(&self) -> Before {
        let healthy = on_nodes(self.kubernetes())
            .filter(|(pod, node)| pod.phase == PodPhase::Running && !pod.is_terminating() && node.is_ready)
            .map(|(pod, node)| (pod.id, (pod.set, node.id)))
            .collect();
        let desired = self.kubernetes().sets().map(|set| (set.id, set.desired)).collect();
        Before { healthy, desired }
    }

    /// Checks that where pods were lost to nothing but drains, no budget is broken by it.
    fn check_budgets(&mut self, place: &str) {
        let now = self.now();
        let healthy = &now.healthy;
        let kubernetes = self.kubernetes();
        let state = |id: NodeId| {
            let pool = self.cloud.pool(id.pool)?;
            let is_stopping = pool.provisioning_state == ProvisioningState::Stopping;
            pool.node(id.instance_id).map(|node| (node.state(), is_stopping))
        };
        let mut recent = self.cloud.log().since(0).rev().take_while(|record| record.at_ms == self.cloud.now_ms());
        let is_preempting = recent.any(|record| record.text().reason == "Preempted");
        for budget in kubernetes.budgets() {
            let covered: Vec<&PodSet> = kubernetes.sets().filter(|set| budget.protects(&set.spec)).collect();
            let is_covered = |id: SetId| covered.iter().any(|set| set.id == id);
            let was = self.before.healthy.iter().filter(|(_, (set, _))| is_covered(*set));
            let lost: Vec<NodeId> =
                was.filter(|(pod, _)| !healthy.contains_key(pod)).map(|(_, (_, node))| *node).collect();
            // The scheduler may break a budget for pods that matter more.
            let is_drain = |node: &NodeId| state(*node) == Some((NodeState::Draining, false));
            let by_drains = !is_preempting && lost.iter().all(is_drain);
            let is_resized = covered.iter().any(|set| self.before.desired.get(&set.id) != Some(&set.desired));
            if lost.is_empty() || !by_drains || is_resized {
                continue;
            }
            let expected: u32 = covered.iter().map(|set| set.desired).sum();
            let left = healthy.values().filter(|(set, _)| is_covered(*set)).count();
            let needed = budget.limit.desired_healthy(expected);
            assert!(left >= needed as usize, "{place}: {left} of {needed} that {} protects", budget.name);
        }
        self.before = now;
    }

    /// Checks that no pod is pending for which a node has room, and that every pending pod says why.
    fn check_waiting(&self, place: &str) {
        let kubernetes = self.kubernetes();
        for set in kubernetes.pending() {
            let around = TopologyCounts::of(&set.spec, kubernetes.nodes().map(AsRef::as_ref));
            let is_kept = |node: &NodeId| kubernetes.sets().any(|other| other.nominated().contains(node));
            let mut others = kubernetes.nodes().filter(|node| !is_kept(&node.id));
            let fitting = others.find(|node| check_fit(&set.spec, node, &around).is_ok());
            let fitting = fitting.map(|node| &node.name);
            assert!(fitting.is_none(), "{place}: {fitting:?} has room for what waits of {:?}", set.spec);
            assert!(set.refusal().is_some(), "{place}: {} does not say why it waits", set.name());
        }
    }

    fn play(&mut self) {
        for _ in 0..STEPS {
            self.act();
            // What was asked for may take pods away as it likes.
            self.before = self.now();
            let time_ms = self.one_of(&[0, 0, 1_000, 30_000, 200_000, 900_000]);
            self.advance(time_ms);
        }
    }

    /// Stops the faults and the loads, and checks that everything comes to rest.
    fn rest(&mut self) {
        self.cloud.remove_faults(None);
        let nodes: Vec<NodeId> = self.kubernetes().nodes().map(|node| node.id).collect();
        let deployments = self.deployments.clone();
        self.ask(|kubernetes, moment| {
            for id in deployments {
                kubernetes.remove_load(id, moment);
                kubernetes.remove_horizontal(id, moment);
            }
            for id in nodes {
                kubernetes.set_cordon(id, false);
            }
            Ok(())
        });
        self.before = self.now();
        let mut steps = 0;
        while let Some(at_ms) = self.cloud.next_event_ms() {
            self.cloud.advance_to(at_ms);
            self.check();
            steps += 1;
            if steps >= 20_000 {
                let last = self.cloud.log().since(0).rev().take(12).map(|record| (record.at_ms, record.text()));
                panic!("seed {}: it does not come to rest: {:#?}", self.seed, last.collect::<Vec<_>>());
            }
        }
        assert!(self.cloud.is_idle());
        for cluster in self.cloud.clusters() {
            for node in cluster.pools.iter().flat_map(scale_down::engine::Pool::nodes) {
                assert!(!node.state().is_transitional(), "seed {}: {:?} for ever", self.seed, node.state());
            }
        }
        let cluster = self.cloud.clusters().first().expect("the cluster");
        self.book.check_rest(&self.cloud, cluster, &self.profile, &format!("seed {} at rest", self.seed));
        for (pod, node) in on_nodes(self.kubernetes()).filter(|(_, node)| node.is_ready) {
            let name = pod.name();
            assert!(!pod.is_terminating(), "seed {}: {name} on {} ends for ever", self.seed, node.name);
            assert_ne!(pod.phase, PodPhase::Pending, "seed {}: {name} on {} never starts", self.seed, node.name);
        }
    }
}

fn on_nodes(kubernetes: &Kubernetes) -> impl Iterator<Item = (&Pod, &NodeInfo)> {
    kubernetes.nodes().flat_map(|node| node.pods().iter().map(move |pod| (pod, node.as_ref())))
}

#[test]
fn whatever_happens_pods_are_where_they_belong_and_in_the_end_there_is_peace() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let (first, seeds) = (number("SWARM_FIRST").unwrap_or(0), number("SWARM_SEEDS").unwrap_or(60));
    let mut looks = [0; 3];
    for seed in first..first + seeds {
        let mut swarm = Swarm::new(seed);
        swarm.play();
        swarm.rest();
        looks.iter_mut().zip(swarm.book.looks).for_each(|(all, of_seed)| *all += of_seed);
        if seed % 10 == 0 {
            let mut again = Swarm::new(seed);
            again.play();
            again.rest();
            assert_eq!(again.cloud.fingerprint(), swarm.cloud.fingerprint(), "seed {seed} gives two runs");
        }
    }
    // Each of the autoscaler's checks has something to look at.
    assert!(seeds < 20 || looks.iter().all(|looks| *looks >= 20), "{looks:?}");
}
