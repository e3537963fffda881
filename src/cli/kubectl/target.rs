//! Kinds and names on a line, in both forms of kubectl: `TYPE NAME` and `TYPE/NAME`.

use std::sync::Arc;

use serde_json::Value;

use super::failure::{Failure, not_found, server, usage};
use super::flags::Selection;
use super::kind::{ALL, Kind};
use super::object::{View, view};
use super::parse::Request;
use super::registry::Command;
use super::select::{field_terms, has_fields, has_labels, labels};
use scale_down_engine::kubernetes::NodeInfo;
use scale_down_engine::{Cloud, ClusterId};

/// Objects of one kind: those with these names, or all that the flags select.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// The kind.
    pub kind: Kind,
    /// The names; empty for all objects.
    pub names: Vec<String>,
}

fn kind(text: &str) -> Result<Kind, Failure> {
    Kind::named(text).ok_or_else(|| Failure::usage(format!("the server doesn't have a resource type \"{text}\"")))
}

/// Reads `TYPE [NAME …]`, `TYPE,TYPE` or `TYPE/NAME …`.
pub fn targets(words: &[String]) -> Result<Vec<Target>, Failure> {
    let Some((first, rest)) = words.split_first() else { return Ok(Vec::new()) };
    if words.iter().any(|word| word.contains('/')) {
        let mut targets: Vec<Target> = Vec::new();
        for word in words {
            let Some((type_name, name)) = word.split_once('/') else {
                return Err(Failure::usage(
                    "there is no need to specify a resource type as a separate argument when passing arguments in resource/name form (e.g. 'kubectl get resource/<resource_name>' instead of 'kubectl get resource resource/<resource_name>'",
                ));
            };
            let kind = kind(type_name)?;
            match targets.last_mut().filter(|target| target.kind == kind) {
                Some(target) => target.names.push(name.to_owned()),
                None => targets.push(Target { kind, names: vec![name.to_owned()] }),
            }
        }
        return Ok(targets);
    }
    let mut kinds = Vec::new();
    for name in first.split(',') {
        match name {
            "all" => kinds.extend(ALL),
            _ => kinds.push(kind(name)?),
        }
    }
    Ok(kinds.into_iter().map(|kind| Target { kind, names: rest.to_vec() }).collect())
}

/// Most pods of a cluster whose objects are made: each takes some kilobytes.
const PODS_MAX: u32 = 20_000;

/// Refuses to go through more pods than there is memory for.
fn check_size(view: View<'_>, kind: Kind) -> Result<(), Failure> {
    let pods = view.kubernetes.active_pods();
    if kind == Kind::Pod && pods > PODS_MAX {
        return Err(Failure::usage(format!(
            "the cluster has {pods} pods, and the playground goes through no more than {PODS_MAX}; kubectl get deployments counts them"
        )));
    }
    Ok(())
}

/// Returns the objects of a target that the flags select, and an error for each name not found.
pub fn find(view: View<'_>, target: &Target, selection: &Selection) -> Result<(Vec<Value>, Vec<Failure>), Failure> {
    check_size(view, target.kind)?;
    let info = target.kind.info();
    let is_everywhere = selection.all_namespaces || !info.is_namespaced;
    let is_here = |object: &Value| {
        is_everywhere || object.pointer("/metadata/namespace").is_some_and(|own| own == selection.namespace.as_str())
    };
    let selector = selection.selector.as_deref().map(labels).transpose().map_err(Failure::usage)?;
    let fields = selection.field_selector.as_deref().map(|text| field_terms(target.kind, text));
    let fields = fields.transpose().map_err(|message| server("BadRequest", &message))?.unwrap_or_default();
    if !target.names.is_empty() && (selector.is_some() || !fields.is_empty()) {
        return Err(Failure::usage("name cannot be provided when a selector is specified"));
    }
    let mut objects: Vec<Value> = view.objects(target.kind).into_iter().filter(is_here).collect();
    // The server keeps objects by namespace and name. Events stay in the order in which they came.
    if target.kind != Kind::Event {
        let key = |object: &Value| {
            let text = |pointer| object.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned();
            (text("/metadata/namespace"), text("/metadata/name"))
        };
        objects.sort_by_cached_key(key);
    }
    if target.names.is_empty() {
        objects.retain(|object| {
            selector.as_ref().is_none_or(|selector| has_labels(object, selector)) && has_fields(object, &fields)
        });
        return Ok((objects, Vec::new()));
    }
    if selection.all_namespaces && info.is_namespaced {
        return Err(Failure::usage("a resource cannot be retrieved by name across all namespaces"));
    }
    let mut found = Vec::new();
    let mut missing = Vec::new();
    for name in &target.names {
        let is_it = |object: &&Value| object.pointer("/metadata/name").is_some_and(|own| own == name);
        match objects.iter().find(is_it) {
            Some(object) => found.push(object.clone()),
            None => missing.push(not_found(&info.plural(), name)),
        }
    }
    Ok((found, missing))
}

/// Returns the name of an object.
pub fn name(object: &Value) -> &str {
    object.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default()
}

pub fn none_found(targets: &[Target], selection: &Selection) -> String {
    let is_namespaced = targets.iter().any(|target| target.kind.info().is_namespaced);
    if is_namespaced && !selection.all_namespaces {
        format!("No resources found in {} namespace.\n", selection.namespace)
    } else {
        "No resources found\n".to_owned()
    }
}

/// Returns the refusal of a line that names no kind.
pub fn no_type(command: &Command) -> Failure {
    let name = command.name;
    Failure::bare(format!(
        "error: Required resource not specified.\nUse \"kubectl explain <resource>\" for a detailed description of that resource (e.g. kubectl explain pods).\nSee 'kubectl {name} -h' for help and examples"
    ))
}

/// An existing object, by kind, namespace and name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectReference {
    pub kind: Kind,
    pub namespace: String,
    pub name: String,
}

impl ObjectReference {
    pub fn title(&self) -> String {
        format!("{}/{}", self.kind.info().singular(), self.name)
    }
}

/// Returns the objects that words and flags select for a change, and an error for each name not found.
pub fn chosen(
    view: View<'_>,
    words: &[String],
    selection: &Selection,
) -> Result<(Vec<ObjectReference>, Vec<Failure>), Failure> {
    let targets = targets(words)?;
    if targets.is_empty() {
        return Err(Failure::usage(
            "you must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
        ));
    }
    let is_by_name = targets.iter().any(|target| !target.names.is_empty());
    if !is_by_name && !selection.all && selection.selector.is_none() && selection.field_selector.is_none() {
        return Err(Failure::usage("resource(s) were provided, but no name was specified"));
    }
    let (mut all, mut failures) = (Vec::new(), Vec::new());
    for target in &targets {
        let (objects, missing) = find(view, target, selection)?;
        failures.extend(missing);
        all.extend(objects.iter().map(|object| found(target, object)));
    }
    Ok((all, failures))
}

fn found(target: &Target, object: &Value) -> ObjectReference {
    let namespace = object.pointer("/metadata/namespace").and_then(Value::as_str);
    ObjectReference {
        kind: target.kind,
        namespace: namespace.unwrap_or_default().to_owned(),
        name: name(object).to_owned(),
    }
}

/// Returns the nodes that `cordon`, `uncordon` or `drain` names, or selects by label.
pub fn nodes(
    request: &Request,
    selector: Option<&str>,
    id: ClusterId,
    cloud: &Cloud,
) -> Result<Vec<Arc<NodeInfo>>, Failure> {
    let view = view(cloud, id)?;
    let command = request.command;
    let selector = selector.map(labels).transpose().map_err(Failure::usage)?;
    if request.words.is_empty() && selector.is_none() {
        let usage_of = command.usage.split(' ').next().unwrap_or_default();
        return Err(usage(command, &format!("USAGE: {} {usage_of} [flags]", command.name)));
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

/// Returns the nodes that a line selects, for `taint`, `label` and `annotate`.
pub fn chosen_nodes(
    view: View<'_>,
    names: &[String],
    selector: Option<&str>,
    is_all: bool,
) -> Result<Vec<Arc<NodeInfo>>, Failure> {
    let selector = selector.map(labels).transpose().map_err(Failure::usage)?;
    if names.is_empty() && selector.is_none() && !is_all {
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
