//! Objects of a cluster in the JSON shape of the API server.
//!
//! All output of kubectl is made from these objects, as with the real one, so that a table, a path and a document
//! never disagree.

use serde_json::{Map, Value, json};

use super::failure::{Failure, refused_connection};
use super::kind::Kind;
use super::print::{cpu, memory};
use super::priorities;
use crate::az::arm::resource::scale_set_id;
use crate::az::arm::{address, moment};
use scale_down_engine::kubernetes::budget::Amount;
use scale_down_engine::kubernetes::pod_spec::SYSTEM_NAMESPACE;
use scale_down_engine::kubernetes::taint::{NOT_READY_KEY, UNREACHABLE_KEY};
use scale_down_engine::kubernetes::{
    BudgetLimit, NodeInfo, Operator, Pod, PodPhase, PodSpec, Resources, Selector, Taint, TaintEffect, Toleration,
};
use scale_down_engine::scaler::TimeFormats;
use scale_down_engine::workloads::{Deployment, DeploymentId, Horizontal, Kubernetes, PodSet, SetKind};
use scale_down_engine::{Cloud, Cluster, ClusterId, Pairs, Pool};

/// The namespaces of every cluster.
const NAMESPACES: [&str; 4] = ["default", "kube-node-lease", "kube-public", "kube-system"];

/// Source of the objects of one cluster.
#[derive(Clone, Copy)]
pub struct View<'a> {
    /// The cloud, for its log and its time.
    pub cloud: &'a Cloud,
    /// The cluster, for the machines behind its nodes.
    pub cluster: &'a Cluster,
    /// Its Kubernetes objects.
    pub kubernetes: &'a Kubernetes,
}

/// Returns the objects of a cluster; a refused connection if it is not there.
pub(super) fn view(cloud: &Cloud, id: ClusterId) -> Result<View<'_>, Failure> {
    let cluster = cloud.clusters().iter().find(|cluster| cluster.id == id);
    let found = cluster.and_then(|cluster| Some(View { cloud, cluster, kubernetes: cloud.kubernetes(id)? }));
    found.ok_or_else(refused_connection)
}

/// Returns the version of the kubelet on the nodes of a pool, such as `v1.33.2`.
pub(super) fn kubelet_version(pool: Option<&Pool>) -> String {
    format!("v{}", pool.map_or("", |pool| pool.spec.kubernetes_version.as_str()))
}

impl View<'_> {
    /// Returns every object of a kind.
    #[must_use]
    pub fn objects(&self, kind: Kind) -> Vec<Value> {
        let kubernetes = self.kubernetes;
        let sets = |is_it: fn(&PodSet) -> bool| kubernetes.sets().filter(move |set| is_it(set));
        match kind {
            Kind::Node => kubernetes.nodes().map(|node| self.node(node)).collect(),
            Kind::Pod => self.pods(),
            Kind::Deployment => kubernetes.deployments().map(|one| self.deployment(one)).collect(),
            Kind::ReplicaSet => {
                sets(|set| matches!(set.kind, SetKind::ReplicaSet(_))).map(|set| self.replica_set(set)).collect()
            }
            Kind::DaemonSet => sets(|set| set.kind == SetKind::DaemonSet).map(daemon_set).collect(),
            Kind::Job => sets(|set| matches!(set.kind, SetKind::Job { .. })).map(job).collect(),
            Kind::Budget => self.budgets(),
            Kind::Autoscaler => self.autoscalers(),
            Kind::Event => self.events(),
            Kind::ConfigMap => self.config_maps(),
            Kind::Namespace => NAMESPACES.iter().map(|name| namespace(name)).collect(),
        }
    }

    fn node(&self, node: &NodeInfo) -> Value {
        let pool = self.cluster.pool_by_id(node.id.pool);
        let size = pool.map_or_else(Resources::default, |pool| {
            let size = &pool.spec.vm_size;
            let whole = Resources::new(u64::from(size.vcpus) * 1000, u64::from(size.memory_mib) << 20);
            Resources { pods: pool.spec.max_pods, gpus: size.gpus.into(), ..whole }
        });
        let version = kubelet_version(pool);
        let is_windows = node.label("kubernetes.io/os") == Some("windows");
        let (image, kernel) = if is_windows {
            ("Windows Server 2022 Datacenter", "10.0.20348.4171")
        } else {
            ("Ubuntu 22.04.5 LTS", "5.15.0-1092-azure")
        };
        let mut labels = pairs(&node.labels);
        labels.insert("kubernetes.io/hostname".to_owned(), json!(&*node.name));
        let taints: Vec<Value> = node.taints.iter().map(taint).collect();
        // A cordon is a taint too.
        let cordon =
            node.is_unschedulable.then(|| json!({ "effect": "NoSchedule", "key": "node.kubernetes.io/unschedulable" }));
        let taints: Vec<Value> = taints.into_iter().chain(cordon).collect();
        let (status, reason, message) = if node.is_ready {
            ("True", "KubeletReady", "kubelet is posting ready status")
        } else {
            ("Unknown", "NodeStatusUnknown", "Kubelet stopped posting node status.")
        };
        let mut object = object(Kind::Node, None, &node.name, node.created_ms);
        put(&mut object, "metadata", "labels", Value::Object(labels));
        if !node.annotations.is_empty() {
            put(&mut object, "metadata", "annotations", Value::Object(pairs(&node.annotations)));
        }
        if let Some(pool) = pool {
            let scale_set = scale_set_id(self.cluster, pool);
            let id = format!("azure://{scale_set}/virtualMachines/{}", node.id.instance_id);
            put(&mut object, "spec", "providerID", json!(id));
        }
        if node.is_unschedulable {
            put(&mut object, "spec", "unschedulable", json!(true));
        }
        if !taints.is_empty() {
            put(&mut object, "spec", "taints", Value::Array(taints));
        }
        let fields = json!({
            "addresses": [
                { "address": node_address(node), "type": "InternalIP" },
                { "address": &*node.name, "type": "Hostname" },
            ],
            "allocatable": amounts(node.allocatable),
            "capacity": amounts(size),
            "conditions": [{ "message": message, "reason": reason, "status": status, "type": "Ready" }],
            "nodeInfo": {
                "architecture": "amd64",
                "containerRuntimeVersion": "containerd://1.7.28-1",
                "kernelVersion": kernel,
                "kubeProxyVersion": version,
                "kubeletVersion": version,
                "operatingSystem": if is_windows { "windows" } else { "linux" },
                "osImage": image,
            },
        });
        if let Some(object) = object.as_object_mut() {
            object.insert("status".to_owned(), fields);
        }
        object
    }

    fn pods(&self) -> Vec<Value> {
        let waiting =
            self.kubernetes.sets().flat_map(|set| set.waiting().iter().map(move |pod| (pod, None, set.refusal())));
        let bound = self
            .kubernetes
            .nodes()
            .flat_map(|node| node.pods().iter().map(move |pod| (pod, Some(node.as_ref()), None)));
        let mut pods: Vec<Value> =
            waiting.chain(bound).map(|(pod, node, refusal)| Self::pod(pod, node, refusal)).collect();
        pods.sort_by(|one, other| key(one).cmp(&key(other)));
        pods
    }

    fn pod(pod: &Pod, node: Option<&NodeInfo>, refusal: Option<&str>) -> Value {
        let spec = &pod.spec;
        let mut object = object(Kind::Pod, Some(&spec.namespace), &pod.name(), pod.created_ms);
        put(&mut object, "metadata", "labels", Value::Object(pairs(&spec.labels)));
        if !spec.annotations.is_empty() {
            put(&mut object, "metadata", "annotations", Value::Object(pairs(&spec.annotations)));
        }
        if let Some(owner) = &spec.owner {
            let owner = json!([{ "controller": true, "kind": owner.kind.name(), "name": owner.name }]);
            put(&mut object, "metadata", "ownerReferences", owner);
        }
        if let Some(deleted_ms) = pod.deleted_ms {
            put(&mut object, "metadata", "deletionTimestamp", json!(moment(deleted_ms)));
            put(&mut object, "metadata", "deletionGracePeriodSeconds", json!(spec.grace_s));
        }
        let Value::Object(mut fields) = pod_spec(spec) else { return object };
        fields.insert("tolerations".to_owned(), tolerations(&final_tolerations(spec)));
        if let Some(node) = node {
            fields.insert("nodeName".to_owned(), json!(&*node.name));
        }
        let is_running = pod.phase == PodPhase::Running;
        let is_ready = is_running && node.is_some_and(|node| node.is_ready);
        let condition =
            |kind: &str, holds: bool| json!({ "status": if holds { "True" } else { "False" }, "type": kind });
        let mut scheduled = condition("PodScheduled", node.is_some());
        if let (Some(scheduled), Some(refusal)) = (scheduled.as_object_mut(), refusal) {
            scheduled.insert("message".to_owned(), json!(refusal));
            scheduled.insert("reason".to_owned(), json!("Unschedulable"));
        }
        let state = match pod.phase {
            PodPhase::Pending => json!({ "waiting": { "reason": "ContainerCreating" } }),
            PodPhase::Running => json!({ "running": {} }),
            PodPhase::Succeeded => json!({ "terminated": { "exitCode": 0, "reason": "Completed" } }),
            PodPhase::Failed => json!({ "terminated": { "exitCode": 1, "reason": "Error" } }),
        };
        let containers: Vec<Value> = spec
            .containers
            .iter()
            .map(|container| {
                json!({ "image": container.image.name, "name": container.name, "ready": is_running, "restartCount": 0, "state": state })
            })
            .collect();
        let mut status = json!({
            "conditions": [condition("Ready", is_ready), condition("ContainersReady", is_ready), scheduled],
            "phase": pod.phase.name(),
            "qosClass": if asks_for_nothing(spec) { "BestEffort" } else { "Burstable" },
        });
        if let (Some(status), Some(node)) = (status.as_object_mut(), node) {
            status.insert("containerStatuses".to_owned(), Value::Array(containers));
            status.insert("hostIP".to_owned(), json!(node_address(node)));
            if pod.phase != PodPhase::Pending {
                let id = pod.id.0;
                status.insert("podIP".to_owned(), json!(format!("10.244.{}.{}", id / 254 % 256, id % 254 + 1)));
            }
        }
        if let Some(object) = object.as_object_mut() {
            object.insert("spec".to_owned(), Value::Object(fields));
            object.insert("status".to_owned(), status);
        }
        object
    }

    fn deployment(&self, deployment: &Deployment) -> Value {
        let spec = &deployment.spec;
        let sets = || deployment.sets.iter().filter_map(|id| self.kubernetes.set(*id));
        let (ready, current) = (sets().map(PodSet::ready).sum::<u32>(), sets().map(PodSet::active).sum::<u32>());
        let updated = sets().next_back().map_or(0, PodSet::active);
        let mut object = object(Kind::Deployment, Some(&spec.namespace), &spec.name, deployment.created_ms);
        put(&mut object, "metadata", "labels", Value::Object(pairs(&spec.labels)));
        put(&mut object, "metadata", "generation", json!(deployment.revision));
        let own = json!({
            "replicas": spec.replicas,
            "selector": { "matchLabels": pairs(&spec.template.labels) },
            "strategy": { "rollingUpdate": { "maxSurge": "25%", "maxUnavailable": "25%" }, "type": "RollingUpdate" },
            "template": template(&spec.template),
        });
        let status = json!({
            "availableReplicas": ready,
            "observedGeneration": deployment.revision,
            "readyReplicas": ready,
            "replicas": current,
            "unavailableReplicas": spec.replicas.saturating_sub(ready),
            "updatedReplicas": updated,
        });
        complete(&mut object, own, status);
        object
    }

    fn replica_set(&self, set: &PodSet) -> Value {
        let mut object = object(Kind::ReplicaSet, Some(&set.spec.namespace), set.name(), set.created_ms);
        put(&mut object, "metadata", "labels", Value::Object(pairs(&set.spec.labels)));
        let owner = match set.kind {
            SetKind::ReplicaSet(Some(id)) => self.kubernetes.deployments().find(|deployment| deployment.id == id),
            _ => None,
        };
        if let Some(owner) = owner {
            let owner = json!([{ "controller": true, "kind": "Deployment", "name": owner.spec.name }]);
            put(&mut object, "metadata", "ownerReferences", owner);
        }
        let own = json!({
            "replicas": set.desired,
            "selector": { "matchLabels": pairs(&set.spec.labels) },
            "template": template(&set.spec),
        });
        let status =
            json!({ "availableReplicas": set.ready(), "readyReplicas": set.ready(), "replicas": set.active() });
        complete(&mut object, own, status);
        object
    }

    fn budgets(&self) -> Vec<Value> {
        let budgets = self.kubernetes.budgets().iter().map(|budget| {
            let (expected, healthy) = self.kubernetes.covered(budget);
            let amount = |amount: Amount| match amount {
                Amount::Pods(pods) => json!(pods),
                Amount::Percent(percent) => json!(format!("{percent}%")),
            };
            let (field, limit) = match budget.limit {
                BudgetLimit::MinAvailable(limit) => ("minAvailable", amount(limit)),
                BudgetLimit::MaxUnavailable(limit) => ("maxUnavailable", amount(limit)),
            };
            let mut object = object(Kind::Budget, Some(&budget.namespace), &budget.name, budget.created_ms);
            let own = json!({ field: limit, "selector": budget.selector.as_ref().map(selector) });
            let status = json!({
                "currentHealthy": healthy,
                "desiredHealthy": budget.limit.desired_healthy(expected),
                "disruptionsAllowed": self.kubernetes.disruptions_allowed(budget),
                "expectedPods": expected,
            });
            complete(&mut object, own, status);
            object
        });
        budgets.collect()
    }

    fn autoscalers(&self) -> Vec<Value> {
        let one = |(id, autoscaler): (DeploymentId, &Horizontal)| {
            let deployment = self.kubernetes.deployments().find(|deployment| deployment.id == id)?;
            let spec = &deployment.spec;
            let mut object = object(Kind::Autoscaler, Some(&spec.namespace), &spec.name, autoscaler.created_ms);
            let usage = self.kubernetes.usage_permille(id, self.cloud.now_ms()) / 10;
            let metric = |percent: u32| json!([{ "resource": { "name": "cpu", "target": { "averageUtilization": percent, "type": "Utilization" } }, "type": "Resource" }]);
            let own = json!({
                "maxReplicas": autoscaler.spec.max,
                "metrics": metric(autoscaler.spec.target_percent),
                "minReplicas": autoscaler.spec.min,
                "scaleTargetRef": { "apiVersion": "apps/v1", "kind": "Deployment", "name": spec.name },
            });
            let status = json!({
                "currentMetrics": [{ "resource": { "current": { "averageUtilization": usage }, "name": "cpu" }, "type": "Resource" }],
                "currentReplicas": spec.replicas,
                "desiredReplicas": spec.replicas,
            });
            complete(&mut object, own, status);
            if let Some(object) = object.as_object_mut() {
                object.insert("apiVersion".to_owned(), json!("autoscaling/v2"));
            }
            Some(object)
        };
        self.kubernetes.horizontals().filter_map(one).collect()
    }

    /// Returns the config maps: each namespace's certificate, the autoscaler's status and the expander's priorities.
    fn config_maps(&self) -> Vec<Value> {
        let certificate = |namespace: &&str| config_map(namespace, "kube-root-ca.crt", "ca.crt", CERTIFICATE);
        let mut maps: Vec<Value> = NAMESPACES.iter().map(certificate).collect();
        let id = self.cluster.id;
        if let Some(text) = self.cloud.scaler(id).and_then(|scaler| scaler.priorities().text.as_ref()) {
            maps.push(config_map(SYSTEM_NAMESPACE, priorities::NAME, priorities::KEY, text));
        }
        // As the autoscaler writes moments in this one.
        let time = |at_ms| format!("{} +0000 UTC", moment(at_ms).replace('T', " ").trim_end_matches('Z'));
        let clock = TimeFormats { time: &time, moment: &|at_ms| format!("\"{}\"", moment(at_ms)) };
        if let Some(status) = self.cloud.autoscaler_status(id, &clock) {
            let mut map = config_map(SYSTEM_NAMESPACE, "cluster-autoscaler-status", "status", &status.text);
            let annotations = json!({ "cluster-autoscaler.kubernetes.io/last-updated": time(status.written_ms) });
            put(&mut map, "metadata", "annotations", annotations);
            maps.push(map);
        }
        maps.sort_by(|one, other| key(one).cmp(&key(other)));
        maps
    }

    /// Returns the log as events; equal ones of the same object are merged and counted.
    fn events(&self) -> Vec<Value> {
        let mut events: Vec<Value> = Vec::new();
        for record in self.cloud.log().since(0) {
            let text = record.text();
            // What Azure does is in its activity log, not in Kubernetes.
            let parts = text.object.split_once('/').filter(|_| text.source != "azure");
            let Some((kind, name)) = parts else { continue };
            let title = Kind::named(kind).map_or(kind, |kind| kind.info().title);
            let namespace = text.namespace.as_deref().unwrap_or("default");
            let name_of_event = format!("{name}.{:016x}", record.sequence);
            let mut event = object(Kind::Event, Some(namespace), &name_of_event, record.at_ms);
            let fields = json!({
                "count": 1,
                "firstTimestamp": moment(record.at_ms),
                "involvedObject": { "kind": title, "name": name, "namespace": text.namespace },
                "lastTimestamp": moment(record.at_ms),
                "message": text.message,
                "reason": text.reason,
                "source": { "component": text.source },
                "type": text.kind,
            });
            if let (Some(event), Value::Object(fields)) = (event.as_object_mut(), fields) {
                event.extend(fields);
            }
            events.push(event);
        }
        events
    }
}

/// Creates an object with the fields that all kinds have.
fn object(kind: Kind, namespace: Option<&str>, name: &str, created_ms: u64) -> Value {
    let info = kind.info();
    let mut metadata = json!({ "creationTimestamp": moment(created_ms), "name": name });
    if let (Some(metadata), Some(namespace)) = (metadata.as_object_mut(), namespace) {
        metadata.insert("namespace".to_owned(), json!(namespace));
    }
    json!({ "apiVersion": info.api_version(), "kind": info.title, "metadata": metadata })
}

fn put(object: &mut Value, part: &str, field: &str, value: Value) {
    if let Some(object) = object.as_object_mut() {
        let part = object.entry(part).or_insert_with(|| json!({}));
        if let Some(part) = part.as_object_mut() {
            part.insert(field.to_owned(), value);
        }
    }
}

fn complete(object: &mut Value, spec: Value, status: Value) {
    if let Some(object) = object.as_object_mut() {
        object.insert("spec".to_owned(), spec);
        object.insert("status".to_owned(), status);
    }
}

/// Returns namespace and name, by which pods are sorted.
fn key(object: &Value) -> (Option<&str>, Option<&str>) {
    let text = |pointer| object.pointer(pointer).and_then(Value::as_str);
    (text("/metadata/namespace"), text("/metadata/name"))
}

fn pairs(pairs: &Pairs) -> Map<String, Value> {
    pairs.iter().map(|(key, value)| (key.clone(), json!(value))).collect()
}

fn taint(taint: &Taint) -> Value {
    let mut value = json!({ "effect": taint.effect.name(), "key": taint.key });
    if let Some(value) = value.as_object_mut().filter(|_| !taint.value.is_empty()) {
        value.insert("value".to_owned(), json!(taint.value));
    }
    value
}

fn amounts(resources: Resources) -> Value {
    let mut value = json!({
        "cpu": cpu(resources.cpu_millis),
        "memory": format!("{}Ki", resources.memory_bytes >> 10),
        "pods": resources.pods.to_string(),
    });
    if let Some(value) = value.as_object_mut().filter(|_| resources.gpus > 0) {
        value.insert("nvidia.com/gpu".to_owned(), json!(resources.gpus.to_string()));
    }
    value
}

fn asks_for_nothing(spec: &PodSpec) -> bool {
    let requests = spec.requests();
    requests.cpu_millis == 0 && requests.memory_bytes == 0
}

fn node_address(node: &NodeInfo) -> String {
    address(node.id.pool, node.id.instance_id)
}

fn template(spec: &PodSpec) -> Value {
    let mut metadata = json!({ "labels": pairs(&spec.labels) });
    if let Some(metadata) = metadata.as_object_mut().filter(|_| !spec.annotations.is_empty()) {
        metadata.insert("annotations".to_owned(), Value::Object(pairs(&spec.annotations)));
    }
    json!({ "metadata": metadata, "spec": pod_spec(spec) })
}

fn pod_spec(spec: &PodSpec) -> Value {
    let containers = spec.containers.iter().map(|container| {
        let mut requests = Map::new();
        if container.requests.cpu_millis > 0 {
            requests.insert("cpu".to_owned(), json!(cpu(container.requests.cpu_millis)));
        }
        if container.requests.memory_bytes > 0 {
            requests.insert("memory".to_owned(), json!(memory(container.requests.memory_bytes)));
        }
        let resources = if requests.is_empty() { json!({}) } else { json!({ "requests": requests }) };
        json!({ "image": container.image.name, "name": container.name, "resources": resources })
    });
    let policy = match spec.restart_policy {
        scale_down_engine::kubernetes::RestartPolicy::Always => "Always",
        scale_down_engine::kubernetes::RestartPolicy::OnFailure => "OnFailure",
        scale_down_engine::kubernetes::RestartPolicy::Never => "Never",
    };
    let mut value = json!({
        "containers": containers.collect::<Vec<_>>(),
        "restartPolicy": policy,
        "terminationGracePeriodSeconds": spec.grace_s,
    });
    let Some(fields) = value.as_object_mut() else { return value };
    if !spec.node_selector.is_empty() {
        fields.insert("nodeSelector".to_owned(), Value::Object(pairs(&spec.node_selector)));
    }
    if let Some(priority) = spec.priority {
        fields.insert("priority".to_owned(), json!(priority));
    }
    if !spec.tolerations.is_empty() {
        fields.insert("tolerations".to_owned(), tolerations(&spec.tolerations));
    }
    value
}

fn tolerations(tolerations: &[Toleration]) -> Value {
    let toleration = |one: &Toleration| {
        let mut toleration = Map::new();
        let mut insert = |field: &str, value: Option<Value>| {
            toleration.extend(value.map(|value| (field.to_owned(), value)));
        };
        insert("effect", one.effect.map(|effect| json!(effect.name())));
        insert("key", one.key.as_ref().map(|key| json!(key)));
        insert("operator", one.value.is_none().then(|| json!("Exists")));
        insert("tolerationSeconds", one.seconds.map(|seconds| json!(seconds)));
        insert("value", one.value.as_ref().map(|value| json!(value)));
        Value::Object(toleration)
    };
    tolerations.iter().map(toleration).collect()
}

/// Returns the tolerations of a pod after admission.
///
/// The admission plugin `DefaultTolerationSeconds` adds 300 seconds of the not-ready and unreachable `NoExecute`
/// taints, unless the pod tolerates them itself. The daemon set controller adds both without a limit, and the
/// `NoSchedule` taints for pressure and cordon (Kubernetes, "`DaemonSet`", taints and tolerations).
fn final_tolerations(spec: &PodSpec) -> Vec<Toleration> {
    let of = |key: &str, effect| Toleration { effect: Some(effect), ..Toleration::of_key(key) };
    let mut tolerations = spec.tolerations.clone();
    let unanswering = [NOT_READY_KEY, UNREACHABLE_KEY];
    if spec.is_daemon() {
        let troubles = ["disk-pressure", "memory-pressure", "pid-pressure", "unschedulable"];
        let troubles = troubles.map(|name| of(&format!("node.kubernetes.io/{name}"), TaintEffect::NoSchedule));
        tolerations.extend(unanswering.map(|key| of(key, TaintEffect::NoExecute)).into_iter().chain(troubles));
        return tolerations;
    }
    for key in unanswering {
        let taint = Taint::new(key, "", TaintEffect::NoExecute);
        if !spec.tolerations.iter().any(|known| known.tolerates(&taint)) {
            tolerations.push(Toleration { seconds: Some(300), ..of(key, TaintEffect::NoExecute) });
        }
    }
    tolerations
}

fn selector(selector: &Selector) -> Value {
    let is_label = selector.requirements.iter().all(|one| one.operator == Operator::In && one.values.len() == 1);
    if is_label {
        let labels = selector.requirements.iter().map(|one| (one.key.clone(), json!(one.values.first())));
        return json!({ "matchLabels": labels.collect::<Map<_, _>>() });
    }
    let expressions = selector
        .requirements
        .iter()
        .map(|one| json!({ "key": one.key, "operator": format!("{:?}", one.operator), "values": one.values }));
    json!({ "matchExpressions": expressions.collect::<Vec<_>>() })
}

fn daemon_set(set: &PodSet) -> Value {
    let mut object = object(Kind::DaemonSet, Some(&set.spec.namespace), set.name(), set.created_ms);
    put(&mut object, "metadata", "labels", Value::Object(pairs(&set.spec.labels)));
    let own = json!({ "selector": { "matchLabels": pairs(&set.spec.labels) }, "template": template(&set.spec) });
    let (current, ready) = (set.active(), set.ready());
    let status = json!({
        "currentNumberScheduled": current,
        "desiredNumberScheduled": current,
        "numberAvailable": ready,
        "numberReady": ready,
        "updatedNumberScheduled": current,
    });
    complete(&mut object, own, status);
    object
}

fn job(set: &PodSet) -> Value {
    let (completions, parallelism) = match set.kind {
        SetKind::Job { completions, parallelism } => (completions, parallelism),
        _ => (0, 0),
    };
    let mut object = object(Kind::Job, Some(&set.spec.namespace), set.name(), set.created_ms);
    put(&mut object, "metadata", "labels", Value::Object(pairs(&set.spec.labels)));
    let own = json!({ "completions": completions, "parallelism": parallelism, "template": template(&set.spec) });
    let mut status = json!({
        "active": set.active(),
        "ready": set.ready(),
        "startTime": moment(set.created_ms),
        "succeeded": set.succeeded,
    });
    let ended_ms = set.ended_ms.filter(|_| set.succeeded >= completions);
    if let (Some(status), Some(ended_ms)) = (status.as_object_mut(), ended_ms) {
        status.insert("completionTime".to_owned(), json!(moment(ended_ms)));
    }
    complete(&mut object, own, status);
    object
}

fn namespace(name: &str) -> Value {
    let mut object = object(Kind::Namespace, None, name, 0);
    put(&mut object, "metadata", "labels", json!({ "kubernetes.io/metadata.name": name }));
    put(&mut object, "status", "phase", json!("Active"));
    object
}

/// Text in place of the API server's certificate.
const CERTIFICATE: &str = "(none: nothing here speaks TLS)\n";

fn config_map(namespace: &str, name: &str, key: &str, text: &str) -> Value {
    let mut object = object(Kind::ConfigMap, Some(namespace), name, 0);
    put(&mut object, "data", key, json!(text));
    object
}
