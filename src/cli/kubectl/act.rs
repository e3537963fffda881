//! Commands of kubectl that change existing objects.

use std::sync::Arc;

use super::follow::{Follow, What, progress};
use super::kind::Kind;
use super::object::View;
use super::parse::Request;
use super::pod_manifest::{IMAGE_BYTES, quantities};
use super::select::labels;
use super::target::{Target, find, name, targets};
use super::{Failure, Said, bad_duration, make, manifest, node_changes, not_found, priorities, server, view};
use crate::arm::moment;
use scale_down_engine::autoscaler::duration::parsed_ms;
use scale_down_engine::autoscaler::expander::Priorities;
use scale_down_engine::kubernetes::{NodeInfo, PodSpec};
use scale_down_engine::workloads::{DeploymentId, HorizontalSpec, SetKind, kind_name};
use scale_down_engine::{Cloud, ClusterId};

/// `--dry-run`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DryRun {
    /// Not given: the change is made.
    None,
    /// The client prints the request and sends nothing.
    Client,
    /// The server checks the request and stores nothing.
    Server,
}

impl DryRun {
    /// Reads `--dry-run`; an unknown value is an error.
    pub fn of(request: &Request) -> Result<Self, Failure> {
        match request.text("dry-run") {
            None | Some("none" | "false") => Ok(Self::None),
            Some("client" | "unchanged" | "true") => Ok(Self::Client),
            Some("server") => Ok(Self::Server),
            Some(other) => Err(Failure::usage(format!(
                "Invalid dry-run value ({other}). Must be \"none\", \"server\", or \"client\"."
            ))),
        }
    }

    /// Returns `true` if nothing is to change.
    pub fn is_on(self) -> bool {
        self != Self::None
    }

    /// Returns the suffix of a result line.
    pub fn suffix(self) -> &'static str {
        match self {
            Self::None => "",
            Self::Client => " (dry run)",
            Self::Server => " (server dry run)",
        }
    }
}

/// Returns a usage error that points to the command's help.
pub(super) fn usage(request: &Request, message: &str) -> Failure {
    Failure::usage(format!("{message}\nSee 'kubectl {} -h' for help and examples", request.command.name))
}

/// Returns the refusal of a real request that the playground does not simulate.
pub(super) fn not_simulated(what: &str) -> Failure {
    Failure::usage(format!("{what}: real, and not simulated by the playground"))
}

/// An existing object, by kind, namespace and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Found {
    pub kind: Kind,
    pub namespace: String,
    pub name: String,
}

impl Found {
    fn title(&self) -> String {
        format!("{}/{}", self.kind.info().singular(), self.name)
    }
}

/// Returns the objects that words and flags select for a change, and an error for each name not found.
pub(super) fn chosen(
    view: View<'_>,
    words: &[String],
    request: &Request,
) -> Result<(Vec<Found>, Vec<Failure>), Failure> {
    let targets = targets(words)?;
    if targets.is_empty() {
        return Err(Failure::usage(
            "you must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
        ));
    }
    let is_by_name = targets.iter().any(|target| !target.names.is_empty());
    if !is_by_name
        && !request.flag("all")
        && request.text("selector").is_none()
        && request.text("field-selector").is_none()
    {
        return Err(Failure::usage("resource(s) were provided, but no name was specified"));
    }
    let (mut all, mut failures) = (Vec::new(), Vec::new());
    for target in &targets {
        let (objects, missing) = find(view, target, request)?;
        failures.extend(missing);
        all.extend(objects.iter().map(|object| found(target, object)));
    }
    Ok((all, failures))
}

fn found(target: &Target, object: &serde_json::Value) -> Found {
    let namespace = object.pointer("/metadata/namespace").and_then(serde_json::Value::as_str);
    Found { kind: target.kind, namespace: namespace.unwrap_or_default().to_owned(), name: name(object).to_owned() }
}

/// Returns the nodes that `cordon`, `uncordon` or `drain` names, or selects by label.
pub fn nodes(request: &Request, id: ClusterId, cloud: &Cloud) -> Result<Vec<Arc<NodeInfo>>, Failure> {
    let view = view(cloud, id)?;
    let selector = request.text("selector").map(labels).transpose().map_err(Failure::usage)?;
    if request.words.is_empty() && selector.is_none() {
        let usage_of = request.command.usage.split(' ').next().unwrap_or_default();
        return Err(usage(request, &format!("USAGE: {} {usage_of} [flags]", request.command.name)));
    }
    if !request.words.is_empty() && selector.is_some() {
        return Err(Failure::usage("cannot specify both a node name and a --selector option"));
    }
    if let Some(selector) = selector {
        let is_it = |node: &&Arc<NodeInfo>| selector.matches_by(&|key| node.label(key));
        return Ok(view.kubernetes.nodes().filter(is_it).cloned().collect());
    }
    let node = |word: &String| {
        let name = word.strip_prefix("node/").or_else(|| word.strip_prefix("nodes/")).unwrap_or(word);
        view.kubernetes.node_named(name).cloned().ok_or_else(|| not_found("nodes", name))
    };
    request.words.iter().map(node).collect()
}

/// Answers every command that changes existing objects, and `run` and `create deployment`, which make one from flags.
pub fn act(request: &Request, input: Option<&str>, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    match request.command.name {
        "cordon" => cordon(request, true, id, cloud),
        "uncordon" => cordon(request, false, id, cloud),
        "taint" => node_changes::taint(request, id, cloud),
        "label" | "annotate" => node_changes::pairs(request, id, cloud),
        "scale" => scale(request, id, cloud),
        "set resources" => set_resources(request, id, cloud),
        "set image" => set_image(request, id, cloud),
        "rollout restart" => restart(request, id, cloud),
        "rollout status" => status(request, id, cloud),
        "delete" => delete(request, input, id, cloud),
        "run" => make::run(request, id, cloud),
        "create deployment" => make::deployment(request, id, cloud),
        "autoscale" => autoscale(request, id, cloud),
        name => Err(not_simulated(&format!("kubectl {name}"))),
    }
}

fn cordon(request: &Request, wanted: bool, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    let dry_run = DryRun::of(request)?;
    let mut said = Said::default();
    let word = if wanted { "cordoned" } else { "uncordoned" };
    for node in nodes(request, id, cloud)? {
        let already = if node.is_unschedulable == wanted { "already " } else { "" };
        said.add(format!("node/{} {already}{word}{}", node.name, dry_run.suffix()));
        if !dry_run.is_on() {
            cloud.on_kubernetes(id, |kubernetes, _| {
                kubernetes.set_cordon(node.id, wanted);
                Ok(())
            })?;
        }
    }
    Ok(said)
}

/// Returns the API server's refusal of a change that a kind does not have, such as scaling a pod.
fn no_subresource() -> Failure {
    server("NotFound", "the server could not find the requested resource")
}

fn scale(request: &Request, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    let replicas = request.given("replicas").and_then(|text| text.parse::<u32>().ok());
    let replicas = replicas.ok_or_else(|| {
        Failure::usage("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    })?;
    let (all, failures) = chosen(view(cloud, id)?, &request.words, request)?;
    let mut said = Said { failures, ..Said::default() };
    for one in all {
        let before = match one.kind {
            Kind::Deployment => {
                view(cloud, id)?.kubernetes.deployment(&one.namespace, &one.name).map(|it| it.spec.replicas)
            }
            Kind::ReplicaSet => {
                let set = view(cloud, id)?.kubernetes.set_named(
                    kind_name(SetKind::ReplicaSet(None)),
                    &one.namespace,
                    &one.name,
                );
                set.map(|set| set.desired)
            }
            _ => None,
        };
        let Some(before) = before else {
            said.failures.push(no_subresource());
            continue;
        };
        let current = request.integer("current-replicas").filter(|current| *current >= 0);
        if current.is_some_and(|current| current != i64::from(before)) {
            let current = current.unwrap_or_default();
            said.failures.push(Failure::usage(format!("Expected replicas to be {current}, was {before}")));
            continue;
        }
        cloud.on_kubernetes(id, |kubernetes, _| {
            if one.kind == Kind::Deployment {
                let deployment = kubernetes.deployment(&one.namespace, &one.name).map(|deployment| deployment.id);
                if let Some(deployment) = deployment {
                    kubernetes.scale_deployment(deployment, replicas);
                }
            } else {
                let set = kubernetes.set_named(kind_name(SetKind::ReplicaSet(None)), &one.namespace, &one.name);
                // A deployment sets the number of its replica sets again at once.
                let own = set.filter(|set| set.kind == SetKind::ReplicaSet(None)).map(|set| set.id);
                if let Some(set) = own {
                    kubernetes.scale_set(set, replicas);
                }
            }
            Ok(())
        })?;
        said.add(format!("{} scaled", one.title()));
    }
    Ok(said)
}

/// Changes the templates of deployments, with a result line for each that has changed.
fn change_templates(
    words: &[String],
    request: &Request,
    word: &str,
    id: ClusterId,
    cloud: &mut Cloud,
    edit: &dyn Fn(&mut PodSpec) -> Result<(), Failure>,
) -> Result<Said, Failure> {
    let (all, failures) = chosen(view(cloud, id)?, words, request)?;
    let mut said = Said { failures, ..Said::default() };
    for one in all {
        if one.kind != Kind::Deployment {
            said.failures.push(not_simulated(&format!("kubectl {} of {}", request.command.name, one.title())));
            continue;
        }
        let kubernetes = view(cloud, id)?.kubernetes;
        let Some(deployment) = kubernetes.deployment(&one.namespace, &one.name) else { continue };
        let own: DeploymentId = deployment.id;
        let mut template = deployment.spec.template.clone();
        if let Err(failure) = edit(&mut template) {
            said.failures.push(failure);
            continue;
        }
        if template == deployment.spec.template {
            continue;
        }
        cloud.on_kubernetes(id, |kubernetes, moment| {
            kubernetes.change_template(own, |spec| *spec = template, moment);
            Ok(())
        })?;
        said.add(format!("{} {word}", one.title()));
    }
    Ok(said)
}

fn set_resources(request: &Request, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    // What is to be used at most is asked for where nothing else is.
    let texts = request.given("requests").or_else(|| request.given("limits"));
    let text = texts.ok_or_else(|| {
        Failure::usage("you must specify an update to requests or limits (in the form of --requests/--limits)")
    })?;
    let pairs: Vec<(&str, &str)> = text
        .split(',')
        .map(|pair| {
            let error = || Failure::usage(format!("invalid argument syntax {pair}, expected <resource>=<value>"));
            pair.split_once('=').ok_or_else(error)
        })
        .collect::<Result<_, _>>()?;
    let amounts = quantities(pairs.iter().copied()).map_err(Failure::usage)?;
    let wanted = request.text("containers").unwrap_or("*").to_owned();
    change_templates(&request.words, request, "resource requirements updated", id, cloud, &|spec| {
        let mut is_any = false;
        for container in spec.containers.iter_mut().filter(|one| wanted == "*" || one.name == wanted) {
            amounts.apply(&mut container.requests);
            is_any = true;
        }
        if is_any { Ok(()) } else { Err(Failure::usage(format!("unable to find container named \"{wanted}\""))) }
    })
}

fn set_image(request: &Request, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    let (pairs, words): (Vec<String>, Vec<String>) = request.words.iter().cloned().partition(|word| word.contains('='));
    if pairs.is_empty() {
        return Err(Failure::usage("at least one image update is required"));
    }
    change_templates(&words, request, "image updated", id, cloud, &|spec| {
        for (container, image) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
            let mut is_any = false;
            for one in spec.containers.iter_mut().filter(|one| container == "*" || one.name == container) {
                image.clone_into(&mut one.image.name);
                one.image.size_bytes = IMAGE_BYTES;
                is_any = true;
            }
            if !is_any {
                return Err(Failure::usage(format!("unable to find container named \"{container}\"")));
            }
        }
        Ok(())
    })
}

fn restart(request: &Request, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    if request.words.is_empty() {
        return Err(Failure::usage("required resource not specified"));
    }
    let now = moment(cloud.now_ms());
    let is_typed_alone = request.words.len() == 1 && !request.words.iter().any(|word| word.contains('/'));
    let request = if is_typed_alone { request.clone().with_flag("all") } else { request.clone() };
    change_templates(&request.words, &request, "restarted", id, cloud, &|spec| {
        spec.annotations.insert("kubectl.kubernetes.io/restartedAt".to_owned(), now.clone());
        Ok(())
    })
}

fn status(request: &Request, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    if request.words.is_empty() {
        return Err(Failure::usage("required resource not specified"));
    }
    let timeout = request.text("timeout").unwrap_or("0s");
    let timeout_ms = parsed_ms(timeout).ok_or_else(|| bad_duration("timeout", timeout, request))?;
    let now_ms = cloud.now_ms();
    let view = view(cloud, id)?;
    let (all, failures) = chosen(view, &request.words, request)?;
    let mut said = Said { failures, ..Said::default() };
    for one in all {
        if one.kind == Kind::DaemonSet {
            said.add(format!("daemon set \"{}\" successfully rolled out", one.name));
            continue;
        }
        let found = view.kubernetes.deployment(&one.namespace, &one.name).filter(|_| one.kind == Kind::Deployment);
        let Some(deployment) = found else {
            said.failures
                .push(Failure::usage(format!("no status viewer has been implemented for {}", one.kind.info().title)));
            continue;
        };
        let (text, is_over) = progress(deployment, view.kubernetes);
        said.add(&text);
        if !is_over && request.flag("watch") {
            let Found { namespace, name, .. } = one;
            let until_ms = (timeout_ms > 0).then(|| now_ms + timeout_ms);
            said.follow = Some(Follow::new(
                id,
                request,
                What::RollOut { namespace, name, said: text, said_ms: now_ms, until_ms },
            ));
        }
    }
    Ok(said)
}

fn autoscale(request: &Request, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    let (max, min) = (request.integer("max").unwrap_or(-1), request.integer("min").unwrap_or(-1));
    if max < 1 {
        return Err(Failure::usage(format!("--max=MAXPODS is required and must be at least 1, max: {max}")));
    }
    if max < min {
        return Err(Failure::usage(format!(
            "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}"
        )));
    }
    let (all, failures) = chosen(view(cloud, id)?, &request.words, request)?;
    let mut said = Said { failures, ..Said::default() };
    let share = request.integer("cpu-percent").filter(|percent| *percent > 0).unwrap_or(80);
    for one in all {
        let kubernetes = view(cloud, id)?.kubernetes;
        let found = kubernetes.deployment(&one.namespace, &one.name).filter(|_| one.kind == Kind::Deployment);
        let Some(deployment) = found.map(|deployment| deployment.id) else {
            said.failures.push(not_simulated(&format!("kubectl autoscale of {}", one.title())));
            continue;
        };
        if request.text("name").is_some_and(|name| name != one.name) {
            said.failures.push(not_simulated("an autoscaler with another name than its deployment's"));
            continue;
        }
        if kubernetes.horizontals().any(|(scaled, _)| scaled == deployment) {
            let message = format!("horizontalpodautoscalers.autoscaling \"{}\" already exists", one.name);
            said.failures.push(server("AlreadyExists", &message));
            continue;
        }
        let number = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
        let spec = HorizontalSpec { min: number(min.max(1)), max: number(max), target_percent: number(share) };
        cloud.on_kubernetes(id, |kubernetes, moment| {
            kubernetes.set_horizontal(deployment, spec, moment);
            Ok(())
        })?;
        said.add(format!("horizontalpodautoscaler.autoscaling/{} autoscaled", one.name));
    }
    Ok(said)
}

/// Returns the objects that a manifest names.
fn named_by(request: &Request, input: Option<&str>) -> Result<Vec<Found>, Failure> {
    let documents = manifest::documents(request, input)?;
    let one = |document: &serde_json::Value| {
        let (title, name) = manifest::title(document)?;
        let kind = Kind::of_manifest(title)?;
        let own = document.pointer("/metadata/namespace").and_then(serde_json::Value::as_str);
        Some(Found { kind, namespace: own.unwrap_or(request.namespace()).to_owned(), name: name.to_owned() })
    };
    Ok(documents.iter().filter_map(one).collect())
}

fn delete(request: &Request, input: Option<&str>, id: ClusterId, cloud: &mut Cloud) -> Result<Said, Failure> {
    let is_from_manifest = request.given("filename").is_some();
    if request.words.is_empty() && !is_from_manifest {
        return Err(Failure::usage(
            "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
        ));
    }
    let (all, failures) = if is_from_manifest {
        (named_by(request, input)?, Vec::new())
    } else {
        chosen(view(cloud, id)?, &request.words, request)?
    };
    let is_forced = request.flag("force");
    let mut said = Said::default();
    if !request.flag("ignore-not-found") {
        said.failures = failures;
    }
    if is_forced && !all.is_empty() {
        said.warn("Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n");
    }
    if all.is_empty() && said.failures.is_empty() {
        said.warn("No resources found\n");
    }
    let mut ending = Vec::new();
    for one in all {
        match remove(&one, id, cloud) {
            Ok(()) => {
                let how = if is_forced { "force deleted" } else { "deleted" };
                said.add(format!("{} \"{}\" {how}", one.kind.info().singular(), one.name));
                if one.kind == Kind::Pod {
                    ending.push((one.namespace, one.name));
                }
            }
            Err(failure) if request.flag("ignore-not-found") && failure.text.contains("NotFound") => {}
            Err(failure) => said.failures.push(failure),
        }
    }
    if request.flag("wait") && !is_forced && !ending.is_empty() {
        said.follow = Some(Follow::new(id, request, What::Gone(ending)));
    }
    Ok(said)
}

fn remove(one: &Found, id: ClusterId, cloud: &mut Cloud) -> Result<(), Failure> {
    let Found { kind, namespace, name } = one;
    let missing = || not_found(&kind.info().plural(), name);
    let kubernetes = view(cloud, id)?.kubernetes;
    let set_kind = match kind {
        Kind::ConfigMap if name == priorities::NAME => {
            cloud.set_expander_priorities(id, Priorities::default());
            return Ok(());
        }
        Kind::Node | Kind::Event | Kind::ConfigMap | Kind::Namespace => {
            return Err(not_simulated(&format!("kubectl delete {}", one.title())));
        }
        Kind::Deployment => {
            let deployment = kubernetes.deployment(namespace, name).map(|one| one.id).ok_or_else(missing)?;
            cloud.on_kubernetes(id, |kubernetes, moment| {
                kubernetes.delete_deployment(deployment, moment);
                Ok(())
            })?;
            return Ok(());
        }
        Kind::Autoscaler => {
            let deployment = kubernetes.deployment(namespace, name).map(|one| one.id).ok_or_else(missing)?;
            let is_there =
                cloud.on_kubernetes(id, |kubernetes, moment| Ok(kubernetes.remove_horizontal(deployment, moment)))?;
            return if is_there { Ok(()) } else { Err(missing()) };
        }
        Kind::Budget => {
            return Ok(cloud.on_kubernetes(id, |kubernetes, _| kubernetes.delete_budget(namespace, name))?);
        }
        Kind::Pod => {
            let (pod, node) = kubernetes.pod_named(namespace, name).ok_or_else(missing)?;
            let set = pod.set;
            let is_waiting_alone = node.is_none() && pod.spec.owner.is_none();
            return Ok(cloud.on_kubernetes(id, |kubernetes, moment| {
                if is_waiting_alone {
                    kubernetes.delete_set(set, moment);
                    return Ok(());
                }
                kubernetes.delete_pod(namespace, name, moment)
            })?);
        }
        Kind::ReplicaSet => SetKind::ReplicaSet(None),
        Kind::DaemonSet => SetKind::DaemonSet,
        Kind::Job => SetKind::Job { completions: 0, parallelism: 0 },
    };
    let set = kubernetes.set_named(kind_name(set_kind), namespace, name).ok_or_else(missing)?;
    if matches!(set.kind, SetKind::ReplicaSet(Some(_))) {
        return Err(not_simulated("deleting the replica set of a deployment"));
    }
    let set = set.id;
    cloud.on_kubernetes(id, |kubernetes, moment| {
        kubernetes.delete_set(set, moment);
        Ok(())
    })?;
    Ok(())
}

/// Returns the nodes that a line selects, for `taint`, `label` and `annotate`.
pub(super) fn chosen_nodes(view: View<'_>, names: &[String], request: &Request) -> Result<Vec<Arc<NodeInfo>>, Failure> {
    let selector = request.text("selector").map(labels).transpose().map_err(Failure::usage)?;
    if names.is_empty() && selector.is_none() && !request.flag("all") {
        return Err(Failure::usage("resource(s) were provided, but no name was specified"));
    }
    if names.is_empty() {
        let is_it = |node: &&Arc<NodeInfo>| {
            let labels = |key: &str| node.label(key);
            selector.as_ref().is_none_or(|selector| selector.matches_by(&labels))
        };
        return Ok(view.kubernetes.nodes().filter(is_it).cloned().collect());
    }
    let node = |name: &String| view.kubernetes.node_named(name).cloned().ok_or_else(|| not_found("nodes", name));
    names.iter().map(node).collect()
}
