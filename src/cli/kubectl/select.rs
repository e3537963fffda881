//! Label selectors and field selectors.

use serde_json::Value;

use super::failure::Failure;
use super::kind::Kind;
use scale_down_engine::Pairs;
use scale_down_engine::kubernetes::{Operator, Requirement, Selector};

/// Reads a label selector: `a=b,c!=d,e in (f,g),h,!i`.
///
/// # Errors
/// Returns the message of the API server's parser.
pub fn labels(text: &str) -> Result<Selector, String> {
    let requirements = terms(text).into_iter().map(|term| requirement(term.trim()));
    Ok(Selector { requirements: requirements.collect::<Result<_, _>>()? })
}

/// Splits a selector at its commas, except those in parentheses, which separate values.
fn terms(text: &str) -> Vec<&str> {
    let mut depth = 0_u32;
    let is_end = |character: char| {
        match character {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ => {}
        }
        character == ',' && depth == 0
    };
    text.split(is_end).filter(|term| !term.trim().is_empty()).collect()
}

fn requirement(term: &str) -> Result<Requirement, String> {
    let one = |key: &str, operator: Operator, value: &str| Requirement {
        key: key.trim().to_owned(),
        operator,
        values: vec![value.trim().to_owned()],
    };
    let unreadable = || format!("unable to parse requirement: found '{term}', expected: in, notin, =, ==, !=, gt, lt");
    if let Some((key, value)) = term.split_once("!=") {
        return Ok(one(key, Operator::NotIn, value));
    }
    if let Some((key, value)) = term.split_once('=') {
        return Ok(one(key, Operator::In, value.strip_prefix('=').unwrap_or(value)));
    }
    if let Some((head, list)) = term.strip_suffix(')').and_then(|term| term.split_once('(')) {
        let words: Vec<&str> = head.split_whitespace().collect();
        let operator = match words.get(1) {
            Some(&"in") => Operator::In,
            Some(&"notin") => Operator::NotIn,
            _ => return Err(unreadable()),
        };
        let key = words.first().copied().unwrap_or_default().to_owned();
        return Ok(Requirement {
            key,
            operator,
            values: list.split(',').map(|value| value.trim().to_owned()).collect(),
        });
    }
    let (key, operator) = match term.strip_prefix('!') {
        Some(key) => (key, Operator::DoesNotExist),
        None => (term, Operator::Exists),
    };
    if key.contains(char::is_whitespace) || key.is_empty() {
        return Err(unreadable());
    }
    Ok(Requirement { key: key.to_owned(), operator, values: Vec::new() })
}

/// Reads the labels of a line: `key=value,…`.
pub fn line_labels(text: &str) -> Result<Pairs, Failure> {
    let selector = labels(text).map_err(Failure::usage)?;
    let pairs = selector.requirements.into_iter();
    Ok(pairs.filter_map(|one| Some((one.key, one.values.into_iter().next()?))).collect())
}

/// Returns `true` if an object's labels match the selector.
#[must_use]
pub fn has_labels(object: &Value, selector: &Selector) -> bool {
    let labels = object.pointer("/metadata/labels");
    selector.matches_by(&|key| labels.and_then(|labels| labels.get(key))?.as_str())
}

/// A field and the value that it must, or must not, have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldTerm {
    pointer: String,
    value: String,
    is_equal: bool,
}

/// Returns the fields that a kind can be selected by, as pairs of name and JSON pointer.
const fn fields(kind: Kind) -> &'static [(&'static str, &'static str)] {
    match kind {
        Kind::Pod => &[
            ("spec.nodeName", "/spec/nodeName"),
            ("spec.restartPolicy", "/spec/restartPolicy"),
            ("status.phase", "/status/phase"),
            ("status.podIP", "/status/podIP"),
        ],
        Kind::Node => &[("spec.unschedulable", "/spec/unschedulable")],
        Kind::Event => &[
            ("involvedObject.kind", "/involvedObject/kind"),
            ("involvedObject.name", "/involvedObject/name"),
            ("involvedObject.namespace", "/involvedObject/namespace"),
            ("reason", "/reason"),
            ("type", "/type"),
            ("source", "/source/component"),
        ],
        Kind::Namespace => &[("status.phase", "/status/phase")],
        _ => &[],
    }
}

/// Reads a field selector: `status.phase=Pending,spec.nodeName!=x`.
///
/// # Errors
/// Returns the API server's message about a field that it does not select by.
pub fn field_terms(kind: Kind, text: &str) -> Result<Vec<FieldTerm>, String> {
    let term = |term: &str| {
        let (field, value, is_equal) = match (term.split_once("!="), term.split_once('=')) {
            (Some((field, value)), _) => (field, value, false),
            (None, Some((field, value))) => (field, value.trim_start_matches('='), true),
            (None, None) => return Err(format!("invalid selector: '{text}'; can't understand '{term}'")),
        };
        let common = [("metadata.name", "/metadata/name"), ("metadata.namespace", "/metadata/namespace")];
        let known = common.iter().chain(fields(kind)).find(|(name, _)| *name == field);
        let plural = kind.info().names.first().copied().unwrap_or_default();
        let (_, pointer) = known.ok_or_else(|| {
            let version = kind.info().api_version();
            format!(
                "Unable to find \"{version}, Resource={plural}\" that match label selector \"\", field selector \"{text}\": field label not supported: {field}"
            )
        })?;
        Ok(FieldTerm { pointer: (*pointer).to_owned(), value: value.to_owned(), is_equal })
    };
    text.split(',').filter(|text| !text.is_empty()).map(term).collect()
}

/// Returns `true` if an object meets every field term.
#[must_use]
pub fn has_fields(object: &Value, terms: &[FieldTerm]) -> bool {
    terms.iter().all(|term| {
        let value = match object.pointer(&term.pointer) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Null) | None => String::new(),
            Some(other) => other.to_string(),
        };
        // A field that is not there is false, or empty.
        let is_it = value == term.value || (value.is_empty() && term.value == "false");
        is_it == term.is_equal
    })
}

#[cfg(test)]
#[allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn label_selectors() {
        let object = json!({ "metadata": { "labels": { "app": "web", "tier": "front" } } });
        for (text, expected) in [
            ("app=web", true),
            ("app==web,tier=front", true),
            ("app!=web", false),
            ("app in (db, web)", true),
            ("app notin (db,web)", false),
            ("tier", true),
            ("!tier", false),
            ("!other,app", true),
            ("other!=x", true),
        ] {
            assert_eq!(has_labels(&object, &labels(text).unwrap()), expected, "{text}");
        }
        assert!(labels("app is web").is_err());
    }

    #[test]
    fn field_selectors() {
        let pod = json!({ "metadata": { "name": "a" }, "spec": { "nodeName": "n" }, "status": { "phase": "Running" } });
        for (text, expected) in [
            ("status.phase=Running", true),
            ("status.phase!=Running", false),
            ("spec.nodeName=n,metadata.name=a", true),
            ("status.podIP=", true),
        ] {
            assert_eq!(has_fields(&pod, &field_terms(Kind::Pod, text).unwrap()), expected, "{text}");
        }
        assert!(field_terms(Kind::Pod, "spec.x=1").unwrap_err().ends_with("field label not supported: spec.x"));
    }
}
