//! Results of checked documents in SARIF 2.1.0, the format that code scanning services and editors read.

use std::fmt::Write as _;

use serde_json::{Value, json};

use super::render::Checked;
use super::{Finding, Position, RULES, Replacement};

/// Returns the SARIF log of one run. `version` is that of this program.
#[must_use]
pub fn log(checked: &[Checked], version: &str) -> Value {
    let rules = RULES.iter().map(|rule| json!({ "id": rule.id, "shortDescription": { "text": rule.summary } }));
    let results = checked.iter().flat_map(|(file, report)| report.findings.iter().map(|one| result(file, one)));
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": { "name": "scale-down check", "version": version, "rules": rules.collect::<Vec<_>>() } },
            "columnKind": "unicodeCodePoints",
            "results": results.collect::<Vec<_>>(),
        }],
    })
}

fn result(file: &str, finding: &Finding) -> Value {
    let location = json!({ "uri": uri(file) });
    let mut result = json!({
        "ruleId": finding.rule.id,
        "ruleIndex": RULES.iter().position(|rule| rule == finding.rule),
        "level": finding.level.name(),
        "message": { "text": format!("{}{}", finding.message, finding.level.doubt()) },
        "locations": [{
            "physicalLocation": { "artifactLocation": location, "region": region(finding.start, finding.end) },
        }],
    });
    if let Some((fix, result)) = finding.fix.as_ref().zip(result.as_object_mut()) {
        let replacements = fix.changes.iter().map(|Replacement { start, end, to, .. }| {
            json!({ "deletedRegion": region(*start, *end), "insertedContent": { "text": to } })
        });
        let change = json!({ "artifactLocation": location, "replacements": replacements.collect::<Vec<_>>() });
        let fix = json!([{ "description": { "text": fix.in_words() }, "artifactChanges": [change] }]);
        result.insert("fixes".to_owned(), fix);
    }
    result
}

fn region(start: Position, end: Position) -> Value {
    json!({ "startLine": start.line, "startColumn": start.column, "endLine": end.line, "endColumn": end.column })
}

/// Encodes a file name as a relative URI reference, or as a `file` URI if it is absolute.
fn uri(file: &str) -> String {
    let mut uri = if file.starts_with('/') { "file://".to_owned() } else { String::new() };
    for byte in file.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            let _ = write!(uri, "%{byte:02X}");
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn file_names_are_addresses() {
        let check = |file: &str, expected: &str| assert_eq!(uri(file), expected);
        check("docs/a b.md", "docs/a%20b.md");
        check("docs\\é.md", "docs/%C3%A9.md");
        check("/srv/a.md", "file:///srv/a.md");
    }
}
