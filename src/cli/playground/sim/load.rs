//! `sim load`: the work that a deployment has over time, in pods.

use std::fmt::Write as _;

use super::options::{Line, positive};
use super::verb::{Call, Result};
use crate::az::exec::refusal;
use crate::ground::candidate::Candidate;
use crate::ground::duration::parse_time_of_day_ms;
use crate::ground::quantity::{parse_bytes, parse_cpu_millis};
use crate::playground::trace;
use scale_down_engine::kubernetes::pod_spec::DEFAULT_NAMESPACE;
use scale_down_engine::kubernetes::reservation::MIB;
use scale_down_engine::kubernetes::{Image, PodSpec, Resources};
use scale_down_engine::workloads::{
    CLUSTER_PODS_MAX, ChangeContext, Curve, DeploymentId, DeploymentSpec, HorizontalSpec, Kubernetes,
};
use scale_down_engine::{Cloud, ClusterId};

const USAGE: &str = "\
sim load steady PODS
sim load step FROM TO [--after 10m]
sim load spike FROM TO [--after 10m] [--for 20m]
sim load wave LOW HIGH [--every 1h]
sim load office-hours LOW HIGH [--begin 8:00]
sim load trace 'TIME,PODS[,CPU,MEMORY]; …'   (- reads the lines that are piped in)
sim load list
sim load stop [NAME]

The load drives a deployment, which is created where there is none:
  --name web  --cpu 250m  --memory 256Mi  --image-size 500M  --pool NAME  --cluster GROUP/NAME
With --target PERCENT it is work to be shared, and the number of pods is up to a horizontal
autoscaler: --min 1 --max 1000";

/// Words that can follow `sim load`.
const WORDS: [&str; 8] = ["steady", "step", "spike", "wave", "office-hours", "trace", "list", "stop"];

/// One kind of load.
struct LoadKind {
    name: &'static str,
    /// Its own options.
    options: &'static [&'static str],
    /// Number of its arguments.
    arguments: usize,
    /// Makes the curve of the line's arguments and options.
    curve: fn(&Line<'_>) -> Result<Curve>,
}

const KINDS: [LoadKind; 6] = [
    LoadKind { name: "steady", options: &[], arguments: 1, curve: steady },
    LoadKind { name: "step", options: &["--after"], arguments: 2, curve: step },
    LoadKind { name: "spike", options: &["--after", "--for"], arguments: 2, curve: spike },
    LoadKind { name: "wave", options: &["--every"], arguments: 2, curve: wave },
    LoadKind { name: "office-hours", options: &["--begin"], arguments: 2, curve: office_hours },
    LoadKind { name: "trace", options: &[], arguments: 1, curve: trace },
];

const DEFAULT_NAME: &str = "web";
const DEFAULT_REQUESTS: Resources = Resources::new(250, 256 * MIB);
/// Size of an image when the line does not give one, in bytes: an assumption.
const DEFAULT_IMAGE_BYTES: u64 = 500_000_000;

const DEPLOYMENT_OPTIONS: [&str; 9] =
    ["--name", "--cpu", "--memory", "--image-size", "--pool", "--cluster", "--target", "--min", "--max"];

const MINUTE_MS: u64 = 60_000;

/// Carries out `sim load`.
pub(super) fn run(call: &mut Call<'_, '_>) -> Result<String> {
    let context = &mut *call.context;
    match call.words {
        ["trace", "-", rest @ ..] => {
            let table = call.input.ok_or_else(|| refusal("sim load trace: nothing is piped in for '-'"))?;
            let words: Vec<&str> = std::iter::once(table).chain(rest.iter().copied()).collect();
            start("trace", &words, context.cloud)
        }
        [] => Ok(USAGE.to_owned()),
        ["list"] => Ok(list(context.cloud)),
        ["stop", rest @ ..] => stop(rest, context.cloud),
        [kind, rest @ ..] => start(kind, rest, context.cloud),
    }
}

/// Returns the usage line of one kind of load.
fn usage(verb: &str) -> &'static str {
    USAGE.lines().find(|line| line.starts_with(verb)).unwrap_or(USAGE)
}

fn start(kind: &str, words: &[&str], cloud: &mut Cloud) -> Result<String> {
    let Some(known) = KINDS.iter().find(|known| known.name == kind) else {
        let kinds = WORDS.join(", ");
        return Err(refusal(format!("sim load: '{kind}' is not one of {kinds} (sim load says more)")));
    };
    let verb = format!("sim load {kind}");
    let options: Vec<&str> = known.options.iter().chain(&DEPLOYMENT_OPTIONS).copied().collect();
    let line = Line::read(&verb, words, &options)?;
    if line.words.len() != known.arguments {
        return Err(line.refuse(&format!("usage: {}", usage(&verb))));
    }
    let curve = (known.curve)(&line)?;
    let cluster = find_cluster(&line, cloud)?;
    let name = line.text("--name").unwrap_or(DEFAULT_NAME).to_owned();
    let horizontal = horizontal(&line)?;
    let settings = Settings::read(&line, cluster, cloud)?;
    let made = cloud.on_kubernetes(cluster, |kubernetes, moment| {
        let id = settings.put_deployment(&name, kubernetes, moment)?;
        match horizontal {
            Some(spec) => {
                // As with Kubernetes, one that has no pods is not scaled by what they use.
                kubernetes.raise_deployment(id, spec.min);
                kubernetes.set_horizontal(id, spec, moment);
            }
            None => {
                kubernetes.remove_horizontal(id, moment);
            }
        }
        kubernetes.set_load(id, curve, moment);
        Ok(id)
    });
    let id = made.map_err(|error| refusal(format!("{verb}: {error}")))?;
    let now_ms = cloud.now_ms();
    Ok(cloud.kubernetes(cluster).map(|kubernetes| describe(id, kubernetes, now_ms)).unwrap_or_default())
}

fn pods(text: &str) -> Option<u32> {
    text.parse().ok().filter(|pods| *pods <= CLUSTER_PODS_MAX)
}

/// Returns the arguments of a line as numbers of pods.
fn numbers(line: &Line<'_>) -> Result<Vec<u32>> {
    let number = |word: &&str| {
        let refuse = || line.refuse(&format!("'{word}' is not a number of pods, 0 to {CLUSTER_PODS_MAX}"));
        pods(word).ok_or_else(refuse)
    };
    line.words.iter().map(number).collect()
}

/// Returns both arguments of a line as numbers of pods.
fn two_numbers(line: &Line<'_>) -> Result<(u32, u32)> {
    let numbers = numbers(line)?;
    Ok((numbers.first().copied().unwrap_or_default(), numbers.get(1).copied().unwrap_or_default()))
}

/// Returns `--after`, ten minutes by default, in milliseconds.
fn after_ms(line: &Line<'_>) -> Result<u64> {
    Ok(line.duration_ms("--after")?.unwrap_or(10 * MINUTE_MS))
}

fn steady(line: &Line<'_>) -> Result<Curve> {
    Ok(Curve::steady(two_numbers(line)?.0))
}

fn step(line: &Line<'_>) -> Result<Curve> {
    let (from, to) = two_numbers(line)?;
    Ok(Curve::step(from, to, after_ms(line)?))
}

fn spike(line: &Line<'_>) -> Result<Curve> {
    let (from, to) = two_numbers(line)?;
    let after_ms = after_ms(line)?;
    Ok(Curve::spike(from, to, after_ms, line.duration_ms("--for")?.unwrap_or(20 * MINUTE_MS)))
}

fn wave(line: &Line<'_>) -> Result<Curve> {
    let (low, high) = two_numbers(line)?;
    let period_ms = line.duration_ms("--every")?.unwrap_or(60 * MINUTE_MS);
    if period_ms < 10 * MINUTE_MS {
        return Err(line.refuse("--every must be at least 10m"));
    }
    Ok(Curve::wave(low, high, period_ms))
}

fn office_hours(line: &Line<'_>) -> Result<Curve> {
    let (low, high) = two_numbers(line)?;
    let begin_ms = line.value("--begin", parse_time_of_day_ms, "a time of the day such as 8:00")?;
    Ok(Curve::office_hours(low, high, begin_ms.unwrap_or(8 * 60 * MINUTE_MS)))
}

fn trace(line: &Line<'_>) -> Result<Curve> {
    let text = line.words.first().copied().unwrap_or_default();
    trace::read(text, CLUSTER_PODS_MAX).map(Curve::of_points).map_err(|reason| line.refuse(&reason))
}

/// Returns the words that can follow `sim load`.
pub(super) fn words_after(words: &[&str]) -> Vec<Candidate> {
    match words {
        [] => WORDS.map(|word| Candidate::new(word, "work for a deployment")).into(),
        _ => Vec::new(),
    }
}

fn horizontal(line: &Line<'_>) -> Result<Option<HorizontalSpec>> {
    let number = |name: &str, usual: u32| -> Result<u32> {
        Ok(line.value(name, positive, "a number, 1 or more")?.unwrap_or(usual))
    };
    let target = line.value("--target", positive, "a percentage, 1 or more")?;
    let (min, max) = (number("--min", 1)?, number("--max", 1000)?);
    match target {
        None if line.has("--min") || line.has("--max") => Err(line.refuse("--min and --max need --target")),
        None => Ok(None),
        Some(_) if min > max => Err(line.refuse("--min must not be greater than --max")),
        Some(target_percent) => Ok(Some(HorizontalSpec { min, max, target_percent })),
    }
}

/// Finds the cluster that `--cluster` names, or the only one there is.
fn find_cluster(line: &Line<'_>, cloud: &Cloud) -> Result<ClusterId> {
    if let Some(name) = line.text("--cluster") {
        let found = name.split_once('/').and_then(|(group, name)| cloud.cluster(group, name));
        return found
            .map(|cluster| cluster.id)
            .ok_or_else(|| line.refuse(&format!("there is no cluster '{name}' (GROUP/NAME)")));
    }
    match cloud.clusters() {
        [only] => Ok(only.id),
        [] => Err(line.refuse("there is no cluster yet: az aks create, or sim cluster GROUP/NAME")),
        _ => Err(line.refuse("there are several clusters: name one with --cluster GROUP/NAME")),
    }
}

/// Pod settings that the line gives.
struct Settings {
    cpu_millis: Option<u64>,
    memory_bytes: Option<u64>,
    image_bytes: Option<u64>,
    pool: Option<String>,
}

impl Settings {
    fn read(line: &Line<'_>, cluster: ClusterId, cloud: &Cloud) -> Result<Self> {
        let pool = line.text("--pool").map(str::to_owned);
        let is_there = |name: &String| {
            let found = cloud.clusters().iter().find(|found| found.id == cluster);
            found.is_some_and(|cluster| cluster.pool(name).is_some())
        };
        if let Some(name) = pool.as_ref().filter(|name| !is_there(name)) {
            return Err(line.refuse(&format!("there is no node pool '{name}'")));
        }
        Ok(Self {
            cpu_millis: line.value("--cpu", parse_cpu_millis, "a quantity such as 250m or 1")?,
            memory_bytes: line.value("--memory", parse_bytes, "a quantity such as 256Mi or 1Gi")?,
            image_bytes: line.value("--image-size", parse_bytes, "a size such as 500M or 2G")?,
            pool,
        })
    }

    /// Creates the deployment, or changes the named settings of an existing one.
    fn put_deployment(
        &self,
        name: &str,
        kubernetes: &mut Kubernetes,
        moment: &mut ChangeContext<'_>,
    ) -> std::result::Result<DeploymentId, scale_down_engine::workloads::ObjectError> {
        if let Some(id) = kubernetes.deployment(DEFAULT_NAMESPACE, name).map(|deployment| deployment.id) {
            kubernetes.change_template(id, |template| self.apply(template), moment);
            return Ok(id);
        }
        let mut template = PodSpec::new(DEFAULT_NAMESPACE, name, DEFAULT_REQUESTS);
        template.labels.insert("app".to_owned(), name.to_owned());
        if let Some(container) = template.containers.first_mut() {
            container.image = Image { name: format!("{name}:1"), size_bytes: DEFAULT_IMAGE_BYTES };
        }
        self.apply(&mut template);
        let (namespace, labels) = (DEFAULT_NAMESPACE.to_owned(), template.labels.clone());
        let spec = DeploymentSpec { name: name.to_owned(), namespace, labels, replicas: 0, template };
        kubernetes.create_deployment(spec, moment)
    }

    fn apply(&self, template: &mut PodSpec) {
        if let Some(container) = template.containers.first_mut() {
            let requests = &mut container.requests;
            requests.cpu_millis = self.cpu_millis.unwrap_or(requests.cpu_millis);
            requests.memory_bytes = self.memory_bytes.unwrap_or(requests.memory_bytes);
            container.image.size_bytes = self.image_bytes.unwrap_or(container.image.size_bytes);
        }
        if let Some(pool) = &self.pool {
            template.node_selector.insert("agentpool".to_owned(), pool.clone());
        }
    }
}

fn list(cloud: &Cloud) -> String {
    let mut lines = Vec::new();
    for cluster in cloud.clusters() {
        let Some(kubernetes) = cloud.kubernetes(cluster.id) else {
            continue;
        };
        lines.extend(kubernetes.loads().map(|(id, _)| describe(id, kubernetes, cloud.now_ms())));
    }
    if lines.is_empty() { "no load".to_owned() } else { lines.join("\n") }
}

/// Describes a load in one line.
fn describe(id: DeploymentId, kubernetes: &Kubernetes, now_ms: u64) -> String {
    let mut deployments = kubernetes.deployments().filter(|deployment| deployment.id == id);
    let mut loads = kubernetes.loads().filter(|(deployment, _)| *deployment == id);
    let (Some(deployment), Some((_, load))) = (deployments.next(), loads.next()) else {
        return String::new();
    };
    let name = &deployment.spec.name;
    let work = load.pods(now_ms);
    let replicas = deployment.spec.replicas;
    let mut text = format!("deployment {name}: {replicas} pod{}", if replicas == 1 { "" } else { "s" });
    if kubernetes.horizontals().any(|(scaled, _)| scaled == id) {
        let _ = write!(text, ", work for {work}");
    }
    let elapsed_ms = now_ms - load.since_ms;
    if let Some(next_ms) = load.curve.next_change_ms(elapsed_ms) {
        let _ = write!(text, ", next change at {}", crate::ground::duration::clock(load.since_ms + next_ms));
    }
    text
}

fn stop(words: &[&str], cloud: &mut Cloud) -> Result<String> {
    let line = Line::read("sim load stop", words, &["--cluster"])?;
    let name = match line.words.as_slice() {
        [] => DEFAULT_NAME,
        [name] => name,
        _ => return Err(line.refuse("one name at a time")),
    };
    let cluster = find_cluster(&line, cloud)?;
    let id = cloud
        .kubernetes(cluster)
        .and_then(|kubernetes| kubernetes.deployment(DEFAULT_NAMESPACE, name))
        .map(|one| one.id);
    let stopped = cloud.on_kubernetes(cluster, |kubernetes, moment| {
        Ok(id.is_some_and(|id| {
            kubernetes.remove_horizontal(id, moment);
            kubernetes.remove_load(id, moment)
        }))
    });
    match stopped {
        Ok(true) => Ok(format!("deployment {name} keeps the pods that it has")),
        _ => Err(line.refuse(&format!("nothing drives a deployment '{name}'; sim load list shows what there is"))),
    }
}
