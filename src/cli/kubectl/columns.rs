//! The columns of each kind's table.

use serde_json::Value;

use super::kind::Kind;
use super::object::kubelet_version;
use super::print::age;
use crate::az::arm::moment_ms;
use scale_down_engine::Pool;
use scale_down_engine::kubernetes::NodeInfo;

/// Source of a table cell.
#[derive(Clone, Copy)]
enum Cell {
    /// The value at a path, or the given text if there is none.
    At(&'static str, &'static str),
    /// The time since the moment at a path.
    Since(&'static str),
    /// The time from the moment at a path to that at another, or to now.
    Lasted(&'static str, &'static str),
    /// Numbers at two paths, as `1/3`.
    Of(&'static str, &'static str),
    /// The names, or the images, of the containers at a path.
    Containers(&'static str, &'static str),
    /// The labels at a path, `key=value,…`.
    Labels(&'static str),
    /// Computed by a function of the object.
    By(fn(&Value) -> String),
}

/// A column: its name, `true` if only `-o wide` shows it, and the source of its cells.
type Column = (&'static str, bool, Cell);

const NAME: Column = ("NAME", false, Cell::At("/metadata/name", ""));
const AGE: Column = ("AGE", false, Cell::Since("/metadata/creationTimestamp"));

const NODE: &[Column] = &[
    NAME,
    ("STATUS", false, Cell::By(node_status)),
    ("ROLES", false, Cell::By(roles)),
    AGE,
    ("VERSION", false, Cell::At("/status/nodeInfo/kubeletVersion", "")),
    ("INTERNAL-IP", true, Cell::At("/status/addresses/0/address", "<none>")),
    ("EXTERNAL-IP", true, Cell::At("/none", "<none>")),
    ("OS-IMAGE", true, Cell::At("/status/nodeInfo/osImage", "")),
    ("KERNEL-VERSION", true, Cell::At("/status/nodeInfo/kernelVersion", "")),
    ("CONTAINER-RUNTIME", true, Cell::At("/status/nodeInfo/containerRuntimeVersion", "")),
];

const POD: &[Column] = &[
    NAME,
    ("READY", false, Cell::By(pod_ready)),
    ("STATUS", false, Cell::By(pod_status)),
    ("RESTARTS", false, Cell::By(|_| "0".to_owned())),
    AGE,
    ("IP", true, Cell::At("/status/podIP", "<none>")),
    ("NODE", true, Cell::At("/spec/nodeName", "<none>")),
    ("NOMINATED NODE", true, Cell::At("/none", "<none>")),
    ("READINESS GATES", true, Cell::At("/none", "<none>")),
];

const DEPLOYMENT: &[Column] = &[
    NAME,
    ("READY", false, Cell::Of("/status/readyReplicas", "/spec/replicas")),
    ("UP-TO-DATE", false, Cell::At("/status/updatedReplicas", "0")),
    ("AVAILABLE", false, Cell::At("/status/availableReplicas", "0")),
    AGE,
    ("CONTAINERS", true, Cell::Containers("/spec/template/spec/containers", "name")),
    ("IMAGES", true, Cell::Containers("/spec/template/spec/containers", "image")),
    ("SELECTOR", true, Cell::Labels("/spec/selector/matchLabels")),
];

const REPLICA_SET: &[Column] = &[
    NAME,
    ("DESIRED", false, Cell::At("/spec/replicas", "0")),
    ("CURRENT", false, Cell::At("/status/replicas", "0")),
    ("READY", false, Cell::At("/status/readyReplicas", "0")),
    AGE,
    ("CONTAINERS", true, Cell::Containers("/spec/template/spec/containers", "name")),
    ("IMAGES", true, Cell::Containers("/spec/template/spec/containers", "image")),
    ("SELECTOR", true, Cell::Labels("/spec/selector/matchLabels")),
];

const DAEMON_SET: &[Column] = &[
    NAME,
    ("DESIRED", false, Cell::At("/status/desiredNumberScheduled", "0")),
    ("CURRENT", false, Cell::At("/status/currentNumberScheduled", "0")),
    ("READY", false, Cell::At("/status/numberReady", "0")),
    ("UP-TO-DATE", false, Cell::At("/status/updatedNumberScheduled", "0")),
    ("AVAILABLE", false, Cell::At("/status/numberAvailable", "0")),
    ("NODE SELECTOR", false, Cell::Labels("/spec/template/spec/nodeSelector")),
    AGE,
    ("CONTAINERS", true, Cell::Containers("/spec/template/spec/containers", "name")),
    ("IMAGES", true, Cell::Containers("/spec/template/spec/containers", "image")),
    ("SELECTOR", true, Cell::Labels("/spec/selector/matchLabels")),
];

const JOB: &[Column] = &[
    NAME,
    ("STATUS", false, Cell::By(job_status)),
    ("COMPLETIONS", false, Cell::Of("/status/succeeded", "/spec/completions")),
    ("DURATION", false, Cell::Lasted("/status/startTime", "/status/completionTime")),
    AGE,
];

const BUDGET: &[Column] = &[
    NAME,
    ("MIN AVAILABLE", false, Cell::At("/spec/minAvailable", "N/A")),
    ("MAX UNAVAILABLE", false, Cell::At("/spec/maxUnavailable", "N/A")),
    ("ALLOWED DISRUPTIONS", false, Cell::At("/status/disruptionsAllowed", "0")),
    AGE,
];

const AUTOSCALER: &[Column] = &[
    NAME,
    ("REFERENCE", false, Cell::By(autoscaler_target)),
    ("TARGETS", false, Cell::By(autoscaler_use)),
    ("MINPODS", false, Cell::At("/spec/minReplicas", "")),
    ("MAXPODS", false, Cell::At("/spec/maxReplicas", "")),
    ("REPLICAS", false, Cell::At("/status/currentReplicas", "")),
    AGE,
];

const EVENT: &[Column] = &[
    ("LAST SEEN", false, Cell::Since("/lastTimestamp")),
    ("TYPE", false, Cell::At("/type", "")),
    ("REASON", false, Cell::At("/reason", "")),
    ("OBJECT", false, Cell::By(event_object)),
    ("SUBOBJECT", true, Cell::At("/none", "")),
    ("SOURCE", true, Cell::At("/source/component", "")),
    ("MESSAGE", false, Cell::At("/message", "")),
];

const CONFIG_MAP: &[Column] = &[NAME, ("DATA", false, Cell::By(data_count)), AGE];
const NAMESPACE: &[Column] = &[NAME, ("STATUS", false, Cell::At("/status/phase", "")), AGE];

const fn columns(kind: Kind) -> &'static [Column] {
    match kind {
        Kind::Node => NODE,
        Kind::Pod => POD,
        Kind::Deployment => DEPLOYMENT,
        Kind::ReplicaSet => REPLICA_SET,
        Kind::DaemonSet => DAEMON_SET,
        Kind::Job => JOB,
        Kind::Budget => BUDGET,
        Kind::Autoscaler => AUTOSCALER,
        Kind::Event => EVENT,
        Kind::ConfigMap => CONFIG_MAP,
        Kind::Namespace => NAMESPACE,
    }
}

/// Columns of a table, as flags choose them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four flags of kubectl")]
pub struct Layout {
    /// Show every column (`-o wide`).
    pub is_wide: bool,
    /// Begin with the namespace (`--all-namespaces`).
    pub has_namespace: bool,
    /// Put the kind before each name.
    pub has_kind: bool,
    /// End with all labels (`--show-labels`).
    pub has_labels: bool,
    /// Labels that get a column each (`--label-columns`).
    pub labels: Vec<String>,
}

/// Returns the column names.
#[must_use]
pub fn header(kind: Kind, layout: &Layout) -> Vec<String> {
    let namespace = layout.has_namespace.then(|| "NAMESPACE".to_owned());
    let own =
        columns(kind).iter().filter(|(_, is_wide, _)| layout.is_wide || !is_wide).map(|(name, ..)| (*name).to_owned());
    let labels = layout.labels.iter().map(|label| label.rsplit('/').next().unwrap_or(label).to_uppercase());
    let all = layout.has_labels.then(|| "LABELS".to_owned());
    namespace.into_iter().chain(own).chain(labels).chain(all).collect()
}

/// Returns the cells of an object at the time `now_ms`.
#[must_use]
pub fn row(kind: Kind, object: &Value, layout: &Layout, now_ms: u64) -> Vec<String> {
    let at = |pointer: &str| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut cells: Vec<String> = layout.has_namespace.then(|| at("/metadata/namespace")).into_iter().collect();
    for (name, is_wide, cell) in columns(kind) {
        if *is_wide && !layout.is_wide {
            continue;
        }
        let mut text = write(*cell, object, now_ms);
        if layout.has_kind && *name == "NAME" {
            text = format!("{}/{text}", kind.info().singular());
        }
        cells.push(text);
    }
    let label =
        |key: &str| object.pointer("/metadata/labels").and_then(|labels| labels.get(key)).and_then(Value::as_str);
    cells.extend(layout.labels.iter().map(|key| label(key).unwrap_or_default().to_owned()));
    if layout.has_labels {
        cells.push(write(Cell::Labels("/metadata/labels"), object, now_ms));
    }
    cells
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn write(cell: Cell, object: &Value, now_ms: u64) -> String {
    let at = |pointer: &str| object.pointer(pointer).filter(|value| !value.is_null());
    match cell {
        Cell::At(pointer, otherwise) => at(pointer).map_or_else(|| otherwise.to_owned(), plain),
        Cell::Since(pointer) => {
            let since_ms = at(pointer).and_then(Value::as_str).and_then(moment_ms);
            since_ms.map_or_else(|| "<unknown>".to_owned(), |since_ms| age(now_ms.saturating_sub(since_ms)))
        }
        Cell::Lasted(begin, end) => {
            let moment = |pointer: &str| at(pointer).and_then(Value::as_str).and_then(moment_ms);
            let until_ms = moment(end).unwrap_or(now_ms);
            moment(begin).map_or_else(String::new, |since_ms| age(until_ms.saturating_sub(since_ms)))
        }
        Cell::Of(part, whole) => {
            let number = |pointer: &str| at(pointer).map_or_else(|| "0".to_owned(), plain);
            format!("{}/{}", number(part), number(whole))
        }
        Cell::Containers(pointer, field) => {
            let containers = at(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
            let texts = containers.iter().filter_map(|container| container.get(field)?.as_str());
            texts.collect::<Vec<_>>().join(",")
        }
        Cell::Labels(pointer) => {
            let labels = at(pointer).and_then(Value::as_object).filter(|labels| !labels.is_empty());
            let Some(labels) = labels else { return "<none>".to_owned() };
            let mut texts: Vec<String> = labels.iter().map(|(key, value)| format!("{key}={}", plain(value))).collect();
            texts.sort();
            texts.join(",")
        }
        Cell::By(write) => write(object),
    }
}

/// Returns the cells of a node, as [`row`] does of its object with only its own columns. Making the object of a node
/// takes twenty times as long.
#[must_use]
pub fn node_row(node: &NodeInfo, pool: Option<&Pool>, now_ms: u64) -> Vec<String> {
    // Moments of objects are whole seconds.
    let created_ms = node.created_ms / 1000 * 1000;
    vec![
        node.name.to_string(),
        node_status_text(node.is_ready, node.is_unschedulable).to_owned(),
        roles_of(node.labels.iter().map(|(key, value)| (key.as_str(), value.as_str()))),
        age(now_ms.saturating_sub(created_ms)),
        kubelet_version(pool),
    ]
}

fn node_status(node: &Value) -> String {
    let is_ready = node.pointer("/status/conditions/0/status").is_some_and(|status| status == "True");
    let is_cordoned = node.pointer("/spec/unschedulable") == Some(&Value::Bool(true));
    node_status_text(is_ready, is_cordoned).to_owned()
}

const fn node_status_text(is_ready: bool, is_cordoned: bool) -> &'static str {
    match (is_ready, is_cordoned) {
        (true, false) => "Ready",
        (false, false) => "NotReady",
        (true, true) => "Ready,SchedulingDisabled",
        (false, true) => "NotReady,SchedulingDisabled",
    }
}

fn roles(node: &Value) -> String {
    let labels = node.pointer("/metadata/labels").and_then(Value::as_object);
    roles_of(labels.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str(), value.as_str()?))))
}

fn roles_of<'a>(labels: impl Iterator<Item = (&'a str, &'a str)>) -> String {
    let mut roles: Vec<&str> = labels
        .filter_map(|(key, value)| match key.strip_prefix("node-role.kubernetes.io/") {
            Some(role) => Some(role),
            None => (key == "kubernetes.io/role").then_some(value),
        })
        .collect();
    roles.sort_unstable();
    roles.dedup();
    if roles.is_empty() { "<none>".to_owned() } else { roles.join(",") }
}

fn pod_ready(pod: &Value) -> String {
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array).map_or(0, Vec::len);
    let statuses = pod.pointer("/status/containerStatuses").and_then(Value::as_array);
    let ready = statuses.into_iter().flatten().filter(|status| status.get("ready") == Some(&Value::Bool(true)));
    format!("{}/{containers}", ready.count())
}

/// Returns the `STATUS` of a pod: Terminating, the reason of its first container's state, or its phase.
pub(super) fn pod_status(pod: &Value) -> String {
    if pod.pointer("/metadata/deletionTimestamp").is_some() {
        return "Terminating".to_owned();
    }
    let state = pod.pointer("/status/containerStatuses/0/state");
    let reason =
        state.and_then(|state| state.pointer("/waiting/reason").or_else(|| state.pointer("/terminated/reason")));
    plain(reason.or_else(|| pod.pointer("/status/phase")).unwrap_or(&Value::Null))
}

fn autoscaler_target(autoscaler: &Value) -> String {
    let at = |field: &str| autoscaler.pointer(&format!("/spec/scaleTargetRef/{field}")).map(plain).unwrap_or_default();
    format!("{}/{}", at("kind"), at("name"))
}

fn autoscaler_use(autoscaler: &Value) -> String {
    let at = |pointer: &str| autoscaler.pointer(pointer).map_or_else(|| "<unknown>".to_owned(), plain);
    let now = at("/status/currentMetrics/0/resource/current/averageUtilization");
    format!("cpu: {now}%/{}%", at("/spec/metrics/0/resource/target/averageUtilization"))
}

fn job_status(job: &Value) -> String {
    let number = |pointer: &str| job.pointer(pointer).and_then(Value::as_u64).unwrap_or(0);
    let is_complete = number("/status/succeeded") >= number("/spec/completions");
    if is_complete { "Complete" } else { "Running" }.to_owned()
}

fn event_object(event: &Value) -> String {
    let at =
        |field: &str| event.pointer(&format!("/involvedObject/{field}")).and_then(Value::as_str).unwrap_or_default();
    format!("{}/{}", at("kind").to_lowercase(), at("name"))
}

fn data_count(map: &Value) -> String {
    map.get("data").and_then(Value::as_object).map_or(0, serde_json::Map::len).to_string()
}
