//! Selectors: which labels something must have.
//!
//! One form serves pod selectors, disruption budgets, node selectors and node affinity: a list of
//! requirements that must all hold. `matchLabels` is a list of `In` with one value each.

use crate::azure::pool_spec::Pairs;

/// The comparison of a label with the values of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Operator {
    /// Its value is one of these.
    In,
    /// It is absent, or its value is none of these.
    NotIn,
    /// It is there.
    Exists,
    /// It is not there.
    DoesNotExist,
    /// Its value is a greater number than this; only for nodes.
    Gt,
    /// Its value is a lesser number than this; only for nodes.
    Lt,
}

/// A condition on one label.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Requirement {
    /// The label.
    pub key: String,
    /// The comparison.
    pub operator: Operator,
    /// The values that it is compared with.
    pub values: Vec<String>,
}

impl Requirement {
    /// Returns `true` if a label with this value, or its absence, is as required.
    #[must_use]
    pub fn holds(&self, value: Option<&str>) -> bool {
        let is_listed = |value: &str| self.values.iter().any(|listed| listed == value);
        let number = |text: &str| text.parse::<i64>().ok();
        let compared = |holds: fn(i64, i64) -> bool| {
            let limit = self.values.first().and_then(|value| number(value));
            value.and_then(number).zip(limit).is_some_and(|(value, limit)| holds(value, limit))
        };
        match self.operator {
            Operator::In => value.is_some_and(is_listed),
            Operator::NotIn => !value.is_some_and(is_listed),
            Operator::Exists => value.is_some(),
            Operator::DoesNotExist => value.is_none(),
            Operator::Gt => compared(|value, limit| value > limit),
            Operator::Lt => compared(|value, limit| value < limit),
        }
    }
}

/// Requirements that must all hold. Without any, everything is selected.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Selector {
    /// The requirements.
    pub requirements: Vec<Requirement>,
}

impl Selector {
    /// Creates a selector of objects that have all these labels with these values.
    #[must_use]
    pub fn of_labels(labels: &Pairs) -> Self {
        let requirement = |(key, value): (&String, &String)| Requirement {
            key: key.clone(),
            operator: Operator::In,
            values: vec![value.clone()],
        };
        Self { requirements: labels.iter().map(requirement).collect() }
    }

    /// Returns `true` if something with these labels is selected.
    #[must_use]
    pub fn matches(&self, labels: &Pairs) -> bool {
        self.matches_by(&|key| labels.get(key).map(String::as_str))
    }

    /// Returns `true` if something whose labels `label` looks up is selected.
    pub fn matches_by<'a>(&self, label: &dyn Fn(&str) -> Option<&'a str>) -> bool {
        self.requirements.iter().all(|requirement| requirement.holds(label(&requirement.key)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn operators_compare_as_in_kubernetes() {
        let check = |operator, values: &[&str], value: Option<&str>, expected: bool| {
            let values: Vec<String> = values.iter().map(|value| (*value).to_owned()).collect();
            let requirement = Requirement { key: "key".to_owned(), operator, values };
            assert_eq!(requirement.holds(value), expected, "{operator:?} {value:?}");
        };
        check(Operator::In, &["a", "b"], Some("b"), true);
        check(Operator::In, &["a"], None, false);
        check(Operator::NotIn, &["a"], Some("b"), true);
        check(Operator::NotIn, &["a"], Some("a"), false);
        // A label that is absent has none of the values.
        check(Operator::NotIn, &["a"], None, true);
        check(Operator::Exists, &[], Some(""), true);
        check(Operator::DoesNotExist, &[], None, true);
        check(Operator::Gt, &["4"], Some("5"), true);
        check(Operator::Gt, &["4"], Some("4"), false);
        check(Operator::Lt, &["4"], Some("3"), true);
        check(Operator::Lt, &["4"], Some("three"), false);
    }

    #[test]
    fn an_empty_selector_selects_everything() {
        let labels = Pairs::from([("app".to_owned(), "web".to_owned())]);
        assert!(Selector::default().matches(&labels));
        assert!(Selector::of_labels(&labels).matches(&labels));
        assert!(!Selector::of_labels(&labels).matches(&Pairs::new()));
    }
}
