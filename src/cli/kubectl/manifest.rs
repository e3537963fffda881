//! Manifests: reading them, and `kubectl apply` and `kubectl create -f`.

use serde_json::Value;

use super::dry_run::DryRun;
use super::failure::{Failure, not_simulated, server};
use super::flags::{Given, flags};
use super::kind::Kind;
use super::object::view;
use super::output::Output;
use super::parse::Request;
use super::pod_manifest::{number, pairs, pod, selector, text};
use super::{priorities, yaml};
use scale_down_engine::autoscaler::expander::Priorities;
use scale_down_engine::kubernetes::budget::Amount;
use scale_down_engine::kubernetes::pod_spec::{DEFAULT_NAMESPACE, SYSTEM_NAMESPACE};
use scale_down_engine::kubernetes::{BudgetLimit, DisruptionBudget, PodSpec, RestartPolicy};
use scale_down_engine::scaler::Scaler;
use scale_down_engine::workloads::{DeploymentSpec, SetKind, kind_name};
use scale_down_engine::{Cloud, ClusterId};

/// Running time of a job's containers if their command does not say, in milliseconds.
const JOB_MS: u64 = 60_000;

/// Kinds that a manifest may contain and that are not simulated, with the prefix before their names.
const INERT: [(&str, &str); 15] = [
    ("Service", "service"),
    ("HorizontalPodAutoscaler", "horizontalpodautoscaler.autoscaling"),
    ("StatefulSet", "statefulset.apps"),
    ("CronJob", "cronjob.batch"),
    ("ConfigMap", "configmap"),
    ("Secret", "secret"),
    ("ServiceAccount", "serviceaccount"),
    ("Namespace", "namespace"),
    ("Ingress", "ingress.networking.k8s.io"),
    ("NetworkPolicy", "networkpolicy.networking.k8s.io"),
    ("Role", "role.rbac.authorization.k8s.io"),
    ("RoleBinding", "rolebinding.rbac.authorization.k8s.io"),
    ("ClusterRole", "clusterrole.rbac.authorization.k8s.io"),
    ("ClusterRoleBinding", "clusterrolebinding.rbac.authorization.k8s.io"),
    ("PersistentVolumeClaim", "persistentvolumeclaim"),
];

/// Fields that are read, below the object itself or below its pod template; `*` is any key.
const OBJECT_FIELDS: &str = "apiVersion kind metadata.name metadata.namespace metadata.labels.* metadata.annotations.* spec.replicas spec.selector.matchLabels.* spec.completions spec.parallelism spec.minAvailable spec.maxUnavailable spec.selector.matchExpressions.* data.priorities";
const POD_FIELDS: &str = "metadata.labels.* metadata.annotations.* spec.containers.name spec.containers.image spec.containers.command spec.containers.args spec.containers.resources.requests.* spec.containers.resources.limits.* spec.containers.ports.hostPort spec.initContainers.name spec.initContainers.image spec.initContainers.resources.requests.* spec.initContainers.resources.limits.* spec.initContainers.restartPolicy spec.nodeSelector.* spec.affinity.nodeAffinity.* spec.affinity.podAffinity.requiredDuringSchedulingIgnoredDuringExecution.* spec.affinity.podAntiAffinity.requiredDuringSchedulingIgnoredDuringExecution.* spec.tolerations.* spec.topologySpreadConstraints.* spec.priority spec.terminationGracePeriodSeconds spec.volumes.* spec.restartPolicy";

/// The object that a manifest asks for.
enum Desired {
    Deployment(Box<DeploymentSpec>),
    Set(SetKind, Box<PodSpec>, u32),
    Budget(DisruptionBudget),
    Priorities(Box<Priorities>),
    Inert(&'static str),
}

/// Returns the documents that `-f` names: only piped or typed text, as there are no files here.
pub fn documents(request: &Request, names: &[&str]) -> Result<Vec<Value>, Failure> {
    if names.is_empty() {
        return Err(Failure::usage("must specify one of -f and -k"));
    }
    if let Some(file) = names.iter().find(|name| **name != "-") {
        return Err(Failure::usage(format!("the path \"{file}\" does not exist")));
    }
    let text = request.input.as_deref().unwrap_or_default();
    let documents = yaml::manifests(text).map_err(|error| Failure::usage(format!("error parsing STDIN: {error}")))?;
    let documents: Vec<Value> = documents
        .into_iter()
        .flat_map(|document| match document.get("items").and_then(Value::as_array) {
            Some(items) if document.get("kind").is_some_and(|kind| kind == "List") => items.clone(),
            _ => vec![document],
        })
        .filter(|document| !document.is_null())
        .collect();
    if documents.is_empty() {
        let verb = request.command.name;
        return Err(Failure::usage(format!("no objects passed to {verb}")));
    }
    Ok(documents)
}

/// Returns the kind and the name of a document; the name may be empty.
pub fn title(document: &Value) -> Option<(&str, &str)> {
    let name = document.pointer("/metadata/name").and_then(Value::as_str);
    Some((document.get("kind")?.as_str()?, name.unwrap_or_default()))
}

/// Reads a number of pods or a percentage.
fn amount(value: &Value) -> Option<Amount> {
    match value {
        Value::Number(number) => Some(Amount::Pods(u32::try_from(number.as_u64()?).ok()?)),
        Value::String(text) => Some(Amount::Percent(text.strip_suffix('%')?.parse().ok()?)),
        _ => None,
    }
}

/// A manifest after reading.
struct Manifest {
    kind: Option<Kind>,
    name: String,
    namespace: String,
    desired: Desired,
    /// `true` if the manifest sets `spec.replicas`.
    has_replicas: bool,
    /// Fields of the manifest that are not simulated.
    ignored: Vec<String>,
    notes: Vec<String>,
}

fn invalid(title: &str, name: &str, problem: &str) -> Failure {
    Failure::bare(format!("The {title} \"{name}\" is invalid: {problem}"))
}

fn not_valid(problem: &str) -> Failure {
    Failure::usage(format!(
        "error validating \"STDIN\": error validating data: {problem}; if you choose to ignore these errors, turn validation off with --validate=false"
    ))
}

fn check_selector(document: &Value, template: &Value) -> Result<(), String> {
    let own = selector(document.pointer("/spec/selector").unwrap_or(&Value::Null));
    let labels = pairs(template, "/metadata/labels");
    if own.requirements.is_empty() {
        return Err("spec.selector: Required value".to_owned());
    }
    if own.matches(&labels) {
        return Ok(());
    }
    let labels = serde_json::to_string(&labels).unwrap_or_default();
    Err(format!("spec.template.metadata.labels: Invalid value: {labels}: `selector` does not match template `labels`"))
}

fn limit(document: &Value) -> Result<BudgetLimit, String> {
    let at = |pointer| document.pointer(pointer).and_then(amount);
    match (at("/spec/minAvailable"), at("/spec/maxUnavailable")) {
        (Some(_), Some(_)) => Err("spec: Invalid value: minAvailable and maxUnavailable cannot be both set".to_owned()),
        (Some(least), None) => Ok(BudgetLimit::MinAvailable(least)),
        (None, Some(most)) => Ok(BudgetLimit::MaxUnavailable(most)),
        // The default of the API.
        (None, None) => Ok(BudgetLimit::MinAvailable(Amount::Pods(1))),
    }
}

/// Returns the prefix before the name of an object that is not simulated, such as `secret`.
///
/// An unknown kind is refused in the words of kubectl.
fn inert(title: &str, name: &str, version: &str) -> Result<&'static str, Failure> {
    let found = INERT.iter().find(|(known, _)| *known == title);
    found.map(|(_, prefix)| *prefix).ok_or_else(|| {
        Failure::usage(format!(
            "resource mapping not found for name: \"{name}\" namespace: \"\" from \"STDIN\": no matches for kind \"{title}\" in version \"{version}\"\nensure CRDs are installed first"
        ))
    })
}

/// Returns the kind of a document if it is simulated in this API version.
fn readable(title: &str, name: &str, namespace: &str, version: &str) -> Option<Kind> {
    Kind::of_manifest(title).filter(|kind| {
        let is_readable = match kind {
            Kind::Node | Kind::Autoscaler | Kind::Event | Kind::Namespace => false,
            Kind::ConfigMap => name == priorities::NAME && namespace == SYSTEM_NAMESPACE,
            _ => true,
        };
        is_readable && kind.info().api_version() == version
    })
}

fn read(document: &Value, given: Given<'_>, now_ms: u64) -> Result<Manifest, Failure> {
    let Some((title, name)) = title(document) else {
        let is_versioned = document.get("apiVersion").is_some();
        return Err(not_valid(if is_versioned { "kind not set" } else { "[apiVersion not set, kind not set]" }));
    };
    let version = text(document, "/apiVersion").unwrap_or_default();
    if version.is_empty() {
        return Err(not_valid("apiVersion not set"));
    }
    let namespace = text(document, "/metadata/namespace")
        .unwrap_or_else(|| given.0.filter(|given| !given.is_empty()).unwrap_or(DEFAULT_NAMESPACE).to_owned());
    if let Some(given) = given.0.filter(|given| *given != namespace) {
        return Err(Failure::usage(format!(
            "the namespace from the provided object \"{namespace}\" does not match the namespace \"{given}\". You must pass '--namespace={namespace}' to perform this operation."
        )));
    }
    let kind = readable(title, name, &namespace, &version);
    let mut manifest = Manifest {
        kind,
        name: name.to_owned(),
        namespace,
        desired: Desired::Inert(""),
        has_replicas: document.pointer("/spec/replicas").is_some(),
        ignored: Vec::new(),
        notes: Vec::new(),
    };
    let Some(kind) = kind else {
        let prefix = inert(title, name, &version)?;
        manifest.desired = Desired::Inert(prefix);
        manifest
            .notes
            .push(format!("{title} {name}: the playground does not simulate this kind; nothing comes of it."));
        return Ok(manifest);
    };
    if name.is_empty() {
        return Err(Failure::usage(
            "error when retrieving current configuration of:\nName: \"\": resource name may not be empty",
        ));
    }
    let problem = |problem: String| invalid(title, name, &problem);
    let replicas = document.pointer("/spec/replicas").map(|value| {
        value.as_u64().and_then(|count| u32::try_from(count).ok()).ok_or_else(|| {
            server("BadRequest", &format!("error when creating \"STDIN\": {title} in version \"v1\" cannot be handled as a {title}: json: cannot unmarshal the value of spec.replicas into a number of type int32"))
        })
    });
    let replicas = replicas.transpose()?.unwrap_or(1);
    let has_template = !matches!(kind, Kind::Pod | Kind::Budget | Kind::ConfigMap);
    let template = if has_template { document.pointer("/spec/template").unwrap_or(&Value::Null) } else { document };
    if has_template && kind != Kind::Job {
        check_selector(document, template).map_err(&problem)?;
    }
    manifest.ignored = ignored(document, kind);
    let spec = || {
        pod(template, &manifest.namespace, name)
            .map_err(|text| problem(if has_template { format!("spec.template.{text}") } else { text }))
    };
    manifest.desired = match kind {
        Kind::Deployment => Desired::Deployment(Box::new(DeploymentSpec {
            name: name.to_owned(),
            namespace: manifest.namespace.clone(),
            labels: pairs(document, "/metadata/labels"),
            replicas,
            template: spec()?,
        })),
        Kind::ReplicaSet => Desired::Set(SetKind::ReplicaSet(None), Box::new(spec()?), replicas),
        Kind::DaemonSet => Desired::Set(SetKind::DaemonSet, Box::new(spec()?), 0),
        Kind::Job => {
            let completions = number(document, "/spec/completions").unwrap_or(1);
            let parallelism = number(document, "/spec/parallelism").unwrap_or(1);
            let mut spec = spec()?;
            if spec.restart_policy == RestartPolicy::Always {
                return Err(problem(
                    "spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""
                        .to_owned(),
                ));
            }
            if spec.runs_for_ms.is_none() {
                spec.runs_for_ms = Some(JOB_MS);
                let seconds = JOB_MS / 1000;
                manifest.notes.push(format!(
                    "Job {name}: its pods are taken to run for {seconds} s; a command such as sleep 300 says otherwise."
                ));
            }
            Desired::Set(SetKind::Job { completions, parallelism }, Box::new(spec), parallelism.min(completions))
        }
        Kind::Budget => Desired::Budget(DisruptionBudget {
            namespace: manifest.namespace.clone(),
            name: name.to_owned(),
            selector: document.pointer("/spec/selector").map(selector),
            limit: limit(document).map_err(problem)?,
            created_ms: now_ms,
        }),
        Kind::ConfigMap => Desired::Priorities(Box::new(priorities::read(
            document.pointer("/data").and_then(|data| data.get(priorities::KEY)).and_then(Value::as_str),
        ))),
        _ => Desired::Set(SetKind::Bare, Box::new(spec()?), 1),
    };
    Ok(manifest)
}

/// Returns the paths of a document that are not read, each down to its first unknown field.
fn ignored(document: &Value, kind: Kind) -> Vec<String> {
    let template = if kind == Kind::Pod { "" } else { "spec.template." };
    let own = OBJECT_FIELDS.split(' ').map(str::to_owned);
    let known: Vec<String> = own.chain(POD_FIELDS.split(' ').map(|field| format!("{template}{field}"))).collect();
    let mut found = Vec::new();
    walk(document, "", &known, &mut found);
    found
}

fn walk(value: &Value, path: &str, known: &[String], found: &mut Vec<String>) {
    let is_nothing = match value {
        Value::Null => true,
        Value::Object(fields) => fields.is_empty(),
        Value::Array(values) => values.is_empty(),
        _ => false,
    };
    let is_read = |pattern: &String| match pattern.strip_suffix(".*") {
        Some(prefix) => path == prefix,
        None => pattern == path,
    };
    // What a server adds, and what only names a port of a container, stands in every document.
    let is_common = path == "status" || path.rsplit('.').next() == Some("ports");
    if is_nothing || is_common || known.iter().any(is_read) {
        return;
    }
    let leads_on = |pattern: &String| pattern.strip_prefix(path).is_some_and(|rest| rest.starts_with('.'));
    if !path.is_empty() && !known.iter().any(leads_on) {
        if !found.iter().any(|known| known == path) {
            found.push(path.to_owned());
        }
        return;
    }
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                walk(value, &below, known, found);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| walk(value, path, known, found)),
        _ => {}
    }
}

flags! {
    pub struct Apply<'a> {
        request: &'a Request,
        filename: Vec<&'a str>,
        namespace: Given<'a>,
        dry_run: Option<&'a str>,
    }
}

/// Answers `kubectl apply`.
pub fn apply(arguments: &Apply<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    put_all(arguments, false, id, cloud)
}

/// Answers `kubectl create -f`.
pub fn create(arguments: &Apply<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    match arguments.request.words.first() {
        Some(word) => Err(not_simulated(&format!("kubectl create {word}"))),
        None => put_all(arguments, true, id, cloud),
    }
}

/// Creates or changes what the documents describe; with `is_create` nothing may be there yet.
fn put_all(arguments: &Apply<'_>, is_create: bool, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let documents = documents(arguments.request, &arguments.filename)?;
    let dry_run = DryRun::of(arguments.dry_run)?;
    let mut output = Output::default();
    let mut left_out: Vec<String> = Vec::new();
    for document in &documents {
        let manifest = match read(document, arguments.namespace, cloud.now_ms()) {
            Ok(manifest) => manifest,
            Err(failure) => {
                output.failures.push(failure);
                continue;
            }
        };
        let title = match (&manifest.desired, manifest.kind) {
            (Desired::Inert(prefix), _) => (*prefix).to_owned(),
            (_, Some(kind)) => kind.info().singular(),
            _ => String::new(),
        };
        let name = manifest.name.clone();
        left_out.extend(manifest.ignored.iter().filter(|path| !left_out.contains(path)).cloned().collect::<Vec<_>>());
        let mut notes = manifest.notes.clone();
        match put(manifest, is_create, dry_run, id, cloud) {
            Ok(word) => {
                output.add(format!("{title}/{name} {word}{}", dry_run.suffix()));
                output.notes.append(&mut notes);
            }
            Err(failure) => output.failures.push(failure),
        }
    }
    if !left_out.is_empty() {
        let shown: Vec<&str> = left_out.iter().take(4).map(String::as_str).collect();
        let more = if left_out.len() > 4 { format!(" and {} more", left_out.len() - 4) } else { String::new() };
        output.notes.push(format!("Nothing comes of these fields here: {}{more}.", shown.join(", ")));
    }
    Ok(output)
}

/// Creates or changes the object of a manifest; returns `created`, `configured` or `unchanged`.
fn put(
    manifest: Manifest,
    is_create: bool,
    dry_run: DryRun,
    id: ClusterId,
    cloud: &mut Cloud,
) -> Result<&'static str, Failure> {
    let Manifest { kind, name, namespace, desired, has_replicas, .. } = manifest;
    let plural = kind.map(|kind| kind.info().plural()).unwrap_or_default();
    let kubernetes = view(cloud, id)?.kubernetes;
    let word = |is_there: bool, is_same: bool| match (is_there, is_same) {
        (false, _) => "created",
        (true, true) => "unchanged",
        (true, false) => "configured",
    };
    let exists = |is_there: bool| {
        let message = format!("error when creating \"STDIN\": {plural} \"{name}\" already exists");
        if is_create && is_there { Err(server("AlreadyExists", &message)) } else { Ok(()) }
    };
    match desired {
        Desired::Inert(_) => Ok("created"),
        Desired::Priorities(desired) => {
            let known = cloud.scaler(id).map(Scaler::priorities).filter(|known| known.text.is_some());
            exists(known.is_some())?;
            let word = word(known.is_some(), known == Some(&desired));
            if !dry_run.is_on() {
                cloud.set_expander_priorities(id, *desired);
            }
            Ok(word)
        }
        Desired::Deployment(mut spec) => {
            let found = kubernetes.deployment(&namespace, &name);
            exists(found.is_some())?;
            let own = found.map(|deployment| deployment.id);
            if let Some(before) = found.filter(|_| !has_replicas) {
                spec.replicas = before.spec.replicas;
            }
            let is_same = found.is_some_and(|before| before.spec == *spec);
            if !dry_run.is_on() && !is_same {
                cloud.on_kubernetes(id, |kubernetes, moment| {
                    let Some(own) = own else { return kubernetes.create_deployment(*spec, moment).map(|_| ()) };
                    kubernetes.scale_deployment(own, spec.replicas);
                    kubernetes.change_template(own, |template| *template = spec.template, moment);
                    Ok(())
                })?;
            }
            Ok(word(own.is_some(), is_same))
        }
        Desired::Set(set_kind, spec, desired) => {
            let found = match set_kind {
                SetKind::Bare => kubernetes.pod_named(&namespace, &name).and_then(|(pod, _)| kubernetes.set(pod.set)),
                _ => kubernetes.set_named(kind_name(set_kind), &namespace, &name),
            };
            exists(found.is_some())?;
            if let Some(before) = found {
                let mut own = (*before.spec).clone();
                own.owner = None;
                let is_same_spec = own == *spec;
                let is_set = matches!(before.kind, SetKind::ReplicaSet(None));
                let is_scaled = is_set && has_replicas && before.desired != desired;
                if !is_same_spec {
                    return Err(invalid(
                        kind.map_or("object", |kind| kind.info().title),
                        &name,
                        "spec: Forbidden: the playground cannot change these pods in place: delete it and apply again",
                    ));
                }
                let set = before.id;
                if is_scaled && !dry_run.is_on() {
                    cloud.on_kubernetes(id, |kubernetes, _| {
                        kubernetes.scale_set(set, desired);
                        Ok(())
                    })?;
                }
                return Ok(word(true, !is_scaled));
            }
            if !dry_run.is_on() {
                cloud
                    .on_kubernetes(id, |kubernetes, moment| kubernetes.create_set(set_kind, *spec, desired, moment))?;
            }
            Ok("created")
        }
        Desired::Budget(mut budget) => {
            let is_it = |known: &&DisruptionBudget| known.namespace == namespace && known.name == name;
            let found = kubernetes.budgets().iter().find(is_it).cloned();
            exists(found.is_some())?;
            if let Some(before) = &found {
                budget.created_ms = before.created_ms;
            }
            let is_same = found.as_ref() == Some(&budget);
            let is_there = found.is_some();
            if !dry_run.is_on() && !is_same {
                cloud.on_kubernetes(id, |kubernetes, _| {
                    if is_there {
                        kubernetes.delete_budget(&budget.namespace, &budget.name)?;
                    }
                    kubernetes.create_budget(budget)
                })?;
            }
            Ok(word(is_there, is_same))
        }
    }
}
