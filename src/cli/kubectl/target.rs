//! Kinds and names on a line, in both forms of kubectl: `TYPE NAME` and `TYPE/NAME`.

use serde_json::Value;

use super::kind::{ALL, Kind};
use super::object::View;
use super::parse::Request;
use super::select::{field_terms, has_fields, has_labels, labels};
use super::{Failure, not_found, server};

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

/// Returns the objects of a target that the flags select, and an error for each name not found.
pub fn find(view: View<'_>, target: &Target, request: &Request) -> Result<(Vec<Value>, Vec<Failure>), Failure> {
    let info = target.kind.info();
    let is_everywhere = request.flag("all-namespaces") || !info.is_namespaced;
    let is_here = |object: &Value| {
        is_everywhere || object.pointer("/metadata/namespace").is_some_and(|own| own == request.namespace())
    };
    let selector = request.text("selector").map(labels).transpose().map_err(Failure::usage)?;
    let fields = request.text("field-selector").map(|text| field_terms(target.kind, text));
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
    if request.flag("all-namespaces") && info.is_namespaced {
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
