//! The figures of a comparison: which metrics are shown, and how several runs of a variant are put together.

use serde_json::{Map, Value};

/// The unit of a figure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Micro-dollars.
    Money,
    /// Milliseconds.
    Time,
    /// Seconds of pods without a node.
    PodSeconds,
    /// A number.
    Count,
}

/// A figure of [`super::super::metrics::Metrics::to_json`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figure {
    /// What it is called.
    pub label: &'static str,
    /// Its place in the JSON.
    pub pointer: &'static str,
    /// Its unit.
    pub unit: Unit,
    /// `true` if less of it is better.
    pub is_cost: bool,
}

const fn figure(label: &'static str, pointer: &'static str, unit: Unit) -> Figure {
    Figure { label, pointer, unit, is_cost: !matches!(unit, Unit::Count) }
}

/// The figures that are shown, in order.
pub const FIGURES: [Figure; 18] = [
    figure("spent", "/spent_microdollars", Unit::Money),
    figure("compute", "/compute_microdollars", Unit::Money),
    figure("idle compute", "/idle_compute_microdollars", Unit::Money),
    figure("disks", "/disk_microdollars", Unit::Money),
    figure("disks of stopped nodes", "/kept_disk_microdollars", Unit::Money),
    figure("pods waited, p50", "/pod_wait/p50_ms", Unit::Time),
    figure("pods waited, p95", "/pod_wait/p95_ms", Unit::Time),
    figure("pods waited, p99", "/pod_wait/p99_ms", Unit::Time),
    figure("pods without a node", "/unmet_pod_seconds", Unit::PodSeconds),
    figure("nodes ready after, p50", "/node_ready/all/p50_ms", Unit::Time),
    figure("nodes ready after, p95", "/node_ready/all/p95_ms", Unit::Time),
    figure("new nodes, p50", "/node_ready/new/p50_ms", Unit::Time),
    figure("nodes from cache, p50", "/node_ready/cached/p50_ms", Unit::Time),
    figure("machines created", "/created", Unit::Count),
    figure("machines started", "/started", Unit::Count),
    figure("machines deallocated", "/deallocated", Unit::Count),
    figure("machines deleted", "/deleted", Unit::Count),
    figure("pods evicted", "/evicted_pods", Unit::Count),
];

/// A figure to hold others against.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reference {
    /// The figure, in words.
    pub text: &'static str,
    /// Name of its source.
    pub name: &'static str,
    /// Address of its source.
    pub source: &'static str,
}

/// What others promise or aim at.
pub const REFERENCES: [Reference; 2] = [
    Reference {
        text: "the cluster autoscaler aims at asking for nodes within 30 s of a pod that needs one, up to 100 nodes, and within 60 s up to 1,000",
        name: "its FAQ",
        source: "https://github.com/kubernetes/autoscaler/blob/master/cluster-autoscaler/FAQ.md",
    },
    Reference {
        text: "AKS Automatic promises that 99.9 % of pods are ready within 5 minutes",
        name: "its documentation",
        source: "https://learn.microsoft.com/azure/aks/intro-aks-automatic",
    },
];

/// Combines JSON of one shape, number by number. Null stands for a figure without a value; it is left out of account.
fn combine(values: &[&Value], of: &dyn Fn(&[i64]) -> Value) -> Value {
    if let Some(Value::Object(first)) = values.first() {
        let field = |name: &String| {
            let inner: Vec<&Value> = values.iter().filter_map(|value| value.get(name)).collect();
            (name.clone(), combine(&inner, of))
        };
        return Value::Object(first.keys().map(field).collect::<Map<_, _>>());
    }
    let numbers: Vec<i64> = values.iter().filter_map(|value| value.as_i64()).collect();
    if numbers.is_empty() { Value::Null } else { of(&numbers) }
}

/// Returns the mean of metrics, rounded to whole numbers.
#[must_use]
pub fn mean(metrics: &[Value]) -> Value {
    combine(&metrics.iter().collect::<Vec<_>>(), &|numbers| average(numbers).into())
}

fn average(numbers: &[i64]) -> i64 {
    let (sum, count) = (numbers.iter().sum::<i64>(), i64::try_from(numbers.len()).unwrap_or(i64::MAX));
    (sum + count / 2).div_euclid(count)
}

/// Returns the 95 % confidence interval of the mean of metrics, as a pair of whole numbers for each; null for fewer than
/// two runs. By Student's t distribution.
#[must_use]
pub fn interval95(metrics: &[Value]) -> Value {
    combine(&metrics.iter().collect::<Vec<_>>(), &|numbers| {
        let Some(t) = student_t(numbers.len()) else { return Value::Null };
        let mean = average(numbers);
        #[expect(clippy::cast_precision_loss, reason = "shown with few digits")]
        let (count, deviation) = (
            numbers.len() as f64,
            numbers.iter().map(|number| (number - mean) as f64).map(|one| one * one).sum::<f64>(),
        );
        #[expect(clippy::cast_possible_truncation, reason = "far below 2^63")]
        let half = (t * (deviation / (count - 1.0) / count).sqrt()).round() as i64;
        Value::Array(vec![(mean - half).into(), (mean + half).into()])
    })
}

/// Returns the quantile 0.975 of Student's t distribution for the mean of `count` numbers; `None` for fewer than two. From
/// the usual table; beyond 30 degrees of freedom that of the next smaller entry, which is a little wide.
fn student_t(count: usize) -> Option<f64> {
    const TABLE: [f64; 30] = [
        12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.160, 2.145, 2.131,
        2.120, 2.110, 2.101, 2.093, 2.086, 2.080, 2.074, 2.069, 2.064, 2.060, 2.056, 2.052, 2.048, 2.045, 2.042,
    ];
    let degrees = count.checked_sub(1)?;
    match degrees {
        0 => None,
        1..=30 => TABLE.get(degrees - 1).copied(),
        31..=60 => Some(2.042),
        _ => Some(2.000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::Metrics;
    use serde_json::json;

    #[test]
    fn every_figure_is_there() {
        let metrics = Metrics::default().to_json();
        for figure in FIGURES {
            assert!(metrics.pointer(figure.pointer).is_some(), "{}", figure.pointer);
        }
    }

    #[test]
    fn runs_are_put_together() {
        let runs =
            [json!({"a": 10, "b": {"c": null}}), json!({"a": 13, "b": {"c": 5}}), json!({"a": 16, "b": {"c": 7}})];
        assert_eq!(mean(&runs), json!({"a": 13, "b": {"c": 6}}));
        // The standard error is √3, and t is 4.303 for two degrees of freedom.
        assert_eq!(interval95(&runs), json!({"a": [6, 20], "b": {"c": [-7, 19]}}));
        assert_eq!(interval95(&runs[..1]), json!({"a": null, "b": {"c": null}}));
    }
}
