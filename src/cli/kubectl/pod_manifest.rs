//! Reading of pods and pod templates in manifests.

use serde_json::Value;

use super::print::{parse_cpu, parse_memory};
use scale_down_engine::Pairs;
use scale_down_engine::kubernetes::{
    Container, Image, Operator, PodAffinity, PodSpec, Requirement, Resources, RestartPolicy, Selector, TaintEffect,
    Toleration, TopologySpread, Volume, VolumeKind,
};

/// Compressed size of an image that is not known, in bytes: about that of nginx.
pub const IMAGE_BYTES: u64 = 72_000_000;
/// Amounts of resources that a line or a manifest names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Amounts {
    cpu_millis: Option<u64>,
    memory_bytes: Option<u64>,
    gpus: Option<u32>,
}

impl Amounts {
    /// Overwrites the resources that are named.
    pub fn apply(self, resources: &mut Resources) {
        resources.cpu_millis = self.cpu_millis.unwrap_or(resources.cpu_millis);
        resources.memory_bytes = self.memory_bytes.unwrap_or(resources.memory_bytes);
        resources.gpus = self.gpus.unwrap_or(resources.gpus);
    }
}

/// Reads quantities of CPU, memory and GPUs; other resources are ignored.
///
/// # Errors
/// Returns the API's message for an invalid quantity.
pub fn quantities<'a>(pairs: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Amounts, String> {
    const INVALID: &str = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";
    let mut amounts = Amounts::default();
    for (name, text) in pairs {
        match name {
            "cpu" => amounts.cpu_millis = Some(parse_cpu(text).ok_or(INVALID)?),
            "memory" => amounts.memory_bytes = Some(parse_memory(text).ok_or(INVALID)?),
            "nvidia.com/gpu" => amounts.gpus = Some(text.parse().map_err(|_| INVALID)?),
            _ => {}
        }
    }
    Ok(amounts)
}

pub(super) fn text(value: &Value, pointer: &str) -> Option<String> {
    match value.pointer(pointer)? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(value) => Some(value.to_string()),
        _ => None,
    }
}

fn items<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value.pointer(pointer).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default()
}

pub(super) fn number(value: &Value, pointer: &str) -> Option<u32> {
    u32::try_from(value.pointer(pointer)?.as_u64()?).ok()
}

pub(super) fn pairs(value: &Value, pointer: &str) -> Pairs {
    let fields = value.pointer(pointer).and_then(Value::as_object);
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.into_iter().flatten().map(|(key, value)| (key.clone(), text(value))).collect()
}

fn requirements(value: &Value, pointer: &str) -> Vec<Requirement> {
    let one = |value: &Value| {
        let operator = match value.get("operator")?.as_str()? {
            "In" => Operator::In,
            "NotIn" => Operator::NotIn,
            "Exists" => Operator::Exists,
            "DoesNotExist" => Operator::DoesNotExist,
            "Gt" => Operator::Gt,
            "Lt" => Operator::Lt,
            _ => return None,
        };
        let values = items(value, "/values").iter().filter_map(|value| text(value, ""));
        Some(Requirement { key: text(value, "/key")?, operator, values: values.collect() })
    };
    items(value, pointer).iter().filter_map(one).collect()
}

pub(super) fn selector(value: &Value) -> Selector {
    let mut selector = Selector::of_labels(&pairs(value, "/matchLabels"));
    selector.requirements.extend(requirements(value, "/matchExpressions"));
    selector
}

fn container(value: &Value) -> Result<Container, String> {
    let own = |pointer| {
        let pairs = pairs(value, pointer);
        quantities(pairs.iter().map(|(key, value)| (key.as_str(), value.as_str())))
    };
    let mut requests = Resources::default();
    // What is asked for is what may be used at most where only that is named.
    own("/resources/limits")?.apply(&mut requests);
    own("/resources/requests")?.apply(&mut requests);
    Ok(Container {
        name: text(value, "/name").ok_or("spec.containers[0].name: Required value")?,
        image: Image { name: text(value, "/image").unwrap_or_default(), size_bytes: IMAGE_BYTES },
        requests,
        is_restartable: text(value, "/restartPolicy").as_deref() == Some("Always"),
    })
}

/// Returns the duration of a `sleep N` among the words, in milliseconds.
pub fn sleep_ms<'a>(words: impl Iterator<Item = &'a str>) -> Option<u64> {
    let all: Vec<&str> = words.flat_map(str::split_whitespace).collect();
    let at = all.iter().position(|word| *word == "sleep" || word.ends_with("/sleep"))?;
    let seconds = all.get(at + 1)?.trim_end_matches([';', 's']);
    Some(seconds.parse::<u64>().ok()?.saturating_mul(1000))
}

fn toleration(value: &Value) -> Toleration {
    let effect = text(value, "/effect").and_then(|text| TaintEffect::ALL.into_iter().find(|one| one.name() == text));
    let is_any = text(value, "/operator").as_deref() == Some("Exists");
    let own = text(value, "/value").unwrap_or_default();
    Toleration {
        key: text(value, "/key").filter(|key| !key.is_empty()),
        value: (!is_any).then_some(own),
        effect,
        seconds: number(value, "/tolerationSeconds"),
    }
}

fn volume(value: &Value) -> Volume {
    let kind = match () {
        () if value.pointer("/emptyDir/medium").is_some_and(|medium| medium == "Memory") => {
            VolumeKind::EmptyDirInMemory
        }
        () if value.get("emptyDir").is_some() => VolumeKind::EmptyDir,
        () if value.get("hostPath").is_some() => VolumeKind::HostPath,
        () => VolumeKind::Other,
    };
    Volume { name: text(value, "/name").unwrap_or_default(), kind }
}

fn affinity(value: &Value, pointer: &str, is_anti: bool) -> Vec<PodAffinity> {
    let one = |term: &Value| PodAffinity {
        selector: selector(term.get("labelSelector").unwrap_or(&Value::Null)),
        namespaces: items(term, "/namespaces").iter().filter_map(|value| text(value, "")).collect(),
        topology_key: text(term, "/topologyKey").unwrap_or_default(),
        is_anti,
    };
    items(value, &format!("{pointer}/requiredDuringSchedulingIgnoredDuringExecution")).iter().map(one).collect()
}

fn spread(value: &Value) -> Option<TopologySpread> {
    if text(value, "/whenUnsatisfiable").as_deref() == Some("ScheduleAnyway") {
        return None;
    }
    Some(TopologySpread {
        topology_key: text(value, "/topologyKey")?,
        max_skew: number(value, "/maxSkew").unwrap_or(1),
        min_domains: number(value, "/minDomains").unwrap_or(1),
        selector: selector(value.get("labelSelector").unwrap_or(&Value::Null)),
    })
}

/// Reads a pod, or a pod template.
pub(super) fn pod(template: &Value, namespace: &str, name: &str) -> Result<PodSpec, String> {
    let mut spec = PodSpec::new(namespace, name, Resources::default());
    spec.labels = pairs(template, "/metadata/labels");
    spec.annotations = pairs(template, "/metadata/annotations");
    let containers = |pointer| items(template, pointer).iter().map(container).collect::<Result<Vec<_>, _>>();
    spec.containers = containers("/spec/containers")?;
    spec.init_containers = containers("/spec/initContainers")?;
    if spec.containers.is_empty() {
        return Err("spec.containers: Required value".to_owned());
    }
    spec.node_selector = pairs(template, "/spec/nodeSelector");
    let node_affinity = "/spec/affinity/nodeAffinity";
    let term = |term: &Value| Selector { requirements: requirements(term, "/matchExpressions") };
    let required = format!("{node_affinity}/requiredDuringSchedulingIgnoredDuringExecution/nodeSelectorTerms");
    spec.node_affinity = items(template, &required).iter().map(term).collect();
    let preferred = format!("{node_affinity}/preferredDuringSchedulingIgnoredDuringExecution");
    let preference = |one: &Value| one.get("preference").map(term);
    spec.node_preference = items(template, &preferred).iter().filter_map(preference).collect();
    spec.pod_affinity = affinity(template, "/spec/affinity/podAffinity", false);
    spec.pod_affinity.extend(affinity(template, "/spec/affinity/podAntiAffinity", true));
    spec.topology_spread = items(template, "/spec/topologySpreadConstraints").iter().filter_map(spread).collect();
    spec.tolerations = items(template, "/spec/tolerations").iter().map(toleration).collect();
    let ports = items(template, "/spec/containers").iter().flat_map(|one| items(one, "/ports"));
    spec.host_ports = ports.filter_map(|port| u16::try_from(number(port, "/hostPort")?).ok()).collect();
    spec.priority = template.pointer("/spec/priority").and_then(Value::as_i64).and_then(|one| i32::try_from(one).ok());
    if let Some(grace_s) = number(template, "/spec/terminationGracePeriodSeconds") {
        spec.grace_s = grace_s;
    }
    spec.volumes = items(template, "/spec/volumes").iter().map(volume).collect();
    spec.restart_policy = match text(template, "/spec/restartPolicy").as_deref() {
        Some("OnFailure") => RestartPolicy::OnFailure,
        Some("Never") => RestartPolicy::Never,
        _ => RestartPolicy::Always,
    };
    let first = template.pointer("/spec/containers/0").unwrap_or(&Value::Null);
    let words = items(first, "/command").iter().chain(items(first, "/args")).filter_map(Value::as_str);
    if spec.restart_policy != RestartPolicy::Always {
        spec.runs_for_ms = sleep_ms(words);
    }
    Ok(spec)
}
