//! Priorities of the cluster autoscaler's `priority` expander, as its config map holds them.
//!
//! The API server accepts any text. The autoscaler reads it when it has to choose a node group; if it cannot, it
//! reports so in an event and chooses as if there were no priorities.

use serde_json::Value;

use super::yaml;
use scale_down_engine::autoscaler::expander::Priorities;
use scale_down_engine::ground::pattern::Pattern;

/// Name of the config map, in `kube-system`.
pub const NAME: &str = "cluster-autoscaler-priority-expander";

/// Key of the priorities in the config map.
pub const KEY: &str = "priorities";

/// Reads the priorities from a config map's text; `None` stands for a map without the key.
#[must_use]
pub fn read(text: Option<&str>) -> Priorities {
    let found = text.map_or_else(
        || Err(format!("Wrong configmap for priority expander, doesn't contain {KEY} key. Ignoring update.")),
        |text| {
            rules(text).map_err(|error| format!("Wrong configuration for priority expander: {error}. Ignoring update."))
        },
    );
    let text = Some(text.unwrap_or_default().to_owned());
    match found {
        Ok(rules) => Priorities { rules, text, problem: None },
        Err(problem) => Priorities { rules: Vec::new(), text, problem: Some(problem) },
    }
}

fn rules(text: &str) -> Result<Vec<(i64, Pattern)>, String> {
    if text.trim().is_empty() {
        return Err(format!("priority configuration in {NAME} configmap is empty; please provide valid configuration"));
    }
    let unreadable = |error: &str| format!("Can't parse YAML with priorities in the configmap: {error}");
    let document = yaml::document(text).map_err(|error| unreadable(&error.to_string()))?;
    let Value::Object(numbers) = document else {
        return Err(unreadable("no numbers with lists of patterns"));
    };
    let mut rules = Vec::new();
    for (number, patterns) in numbers {
        let of_number: i64 = number.parse().map_err(|_| unreadable(&format!("{number} is no number")))?;
        let patterns = patterns.as_array().ok_or_else(|| unreadable(&format!("{number} has no list of patterns")))?;
        for pattern in patterns {
            let text = pattern.as_str().ok_or_else(|| unreadable(&format!("{pattern} is no pattern")))?;
            let pattern = Pattern::new(text, true, false)
                .map_err(|error| format!("Can't compile regexp rule for priority {number} and rule {text}: {error}"))?;
            rules.push((of_number, pattern));
        }
    }
    Ok(rules)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_has_rules_or_a_problem() {
        let check = |text: Option<&str>, rules: usize, problem: &str| {
            let found = read(text);
            assert_eq!(found.rules.len(), rules, "{text:?}");
            assert!(found.problem.as_deref().unwrap_or("none").contains(problem), "{found:?}");
            assert_eq!(found.text.as_deref(), Some(text.unwrap_or_default()));
        };
        check(Some("10:\n  - .*spot.*\n  - .*cheap.*\n50: ['.*']\n"), 3, "none");
        check(Some(""), 0, "configmap is empty");
        check(None, 0, "doesn't contain priorities key");
        check(Some("ten:\n  - .*\n"), 0, "ten is no number");
        check(Some("10: .*\n"), 0, "10 has no list");
        check(Some("- .*\n"), 0, "no numbers");
        check(Some("10:\n  - '(a'\n"), 0, "Can't compile regexp rule for priority 10 and rule (a");
        check(Some("10: [a\n"), 0, "Can't parse YAML");
    }
}
