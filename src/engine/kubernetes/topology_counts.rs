//! Topology counts: other pods by topology domain, for spread constraints, affinity and anti-affinity.
//!
//! Spreading, affinity and anti-affinity look at every pod in the cluster. That is counted once for
//! a specification, then each node is a few look-ups, and a pod that is placed is counted in.

use std::collections::BTreeMap;

use super::misfit::Misfit;
use super::node_info::NodeInfo;
use super::pod_spec::PodSpec;

/// Number of pods by the value of a node label.
type Counts = BTreeMap<String, u32>;

/// Counts of other pods, by topology domain, that decide where pods of one specification may be. If it is empty,
/// no other pod matters.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TopologyCounts {
    /// For each topology spread constraint: the pods that it counts, by value of its label.
    spread: Vec<Counts>,
    /// For each affinity or anti-affinity: the pods that it selects, by value of its label.
    affine: Vec<Counts>,
    /// Label and value of the domains from which the anti-affinity of other pods keeps this one, with the number of
    /// those pods.
    forbidden: BTreeMap<(String, String), u32>,
}

impl TopologyCounts {
    /// Counts what matters to `spec` on these nodes.
    pub fn of<'a>(spec: &PodSpec, nodes: impl Iterator<Item = &'a NodeInfo>) -> Self {
        let mut found = Self {
            spread: vec![Counts::new(); spec.topology_spread.len()],
            affine: vec![Counts::new(); spec.pod_affinity.len()],
            forbidden: BTreeMap::new(),
        };
        let depends_on_other_pods = spec.depends_on_other_pods();
        for node in nodes {
            if depends_on_other_pods {
                found.add_domains(spec, node);
            }
            if depends_on_other_pods || node.has_pods_with_anti_affinity() {
                for pod in node.pods().iter().filter(|pod| pod.takes_room()) {
                    // A pod that is ending does not count for spreading, and others mind it to the last.
                    if !pod.is_terminating() {
                        found.spread(spec, &pod.spec, node);
                    }
                    found.count_affinity(spec, &pod.spec, node);
                }
            }
        }
        found
    }

    /// Adds a node's topology domains for spreading, even if no pod is there.
    pub fn add_domains(&mut self, spec: &PodSpec, node: &NodeInfo) {
        if !can_spread_over(spec, node) {
            return;
        }
        for (counts, spread) in self.spread.iter_mut().zip(&spec.topology_spread) {
            if let Some(value) = node.label(&spread.topology_key) {
                count(counts, value, 0);
            }
        }
    }

    /// Counts in a pod that is on a node.
    pub fn add(&mut self, spec: &PodSpec, placed: &PodSpec, node: &NodeInfo) {
        self.spread(spec, placed, node);
        self.count_affinity(spec, placed, node);
    }

    fn spread(&mut self, spec: &PodSpec, placed: &PodSpec, node: &NodeInfo) {
        let spreads = self.spread.iter_mut().zip(&spec.topology_spread);
        let counted = spreads.filter(|(_, spread)| {
            placed.namespace == spec.namespace && spread.selector.matches(&placed.labels) && can_spread_over(spec, node)
        });
        for (counts, spread) in counted {
            if let Some(value) = node.label(&spread.topology_key) {
                count(counts, value, 1);
            }
        }
    }

    fn count_affinity(&mut self, spec: &PodSpec, placed: &PodSpec, node: &NodeInfo) {
        // A pod counts towards affinity only where it is meant by all of it.
        let mut terms = spec.pod_affinity.iter().filter(|affinity| !affinity.is_anti);
        let is_meant_by_all = terms.all(|affinity| spec.affinity_selects(affinity, placed));
        for (counts, affinity) in self.affine.iter_mut().zip(&spec.pod_affinity) {
            let is_meant = if affinity.is_anti { spec.affinity_selects(affinity, placed) } else { is_meant_by_all };
            if let Some(value) = node.label(&affinity.topology_key).filter(|_| is_meant) {
                count(counts, value, 1);
            }
        }
        for affinity in placed.pod_affinity.iter().filter(|affinity| affinity.is_anti) {
            if let Some(value) = node.label(&affinity.topology_key).filter(|_| placed.affinity_selects(affinity, spec))
            {
                let key = (affinity.topology_key.clone(), value.to_owned());
                *self.forbidden.entry(key).or_default() += 1;
            }
        }
    }

    /// Returns the reason why the pods around keep a pod off a node; `None` if they do not.
    #[must_use]
    pub fn misfit(&self, spec: &PodSpec, node: &NodeInfo) -> Option<Misfit<'static>> {
        self.spread_misfit(spec, node).or_else(|| self.affinity_misfit(spec, node))
    }

    fn spread_misfit(&self, spec: &PodSpec, node: &NodeInfo) -> Option<Misfit<'static>> {
        for (counts, spread) in self.spread.iter().zip(&spec.topology_spread) {
            let Some(value) = node.label(&spread.topology_key) else {
                return Some(Misfit::TopologyLabelMissing);
            };
            let domains = u32::try_from(counts.len()).unwrap_or(u32::MAX);
            let least = if domains < spread.min_domains { None } else { counts.values().min().copied() };
            let own = u32::from(spread.selector.matches(&spec.labels));
            let here = counts.get(value).copied().unwrap_or(0) + own;
            if here.saturating_sub(least.unwrap_or(0)) > spread.max_skew {
                return Some(Misfit::TopologySpread);
            }
        }
        None
    }

    fn affinity_misfit(&self, spec: &PodSpec, node: &NodeInfo) -> Option<Misfit<'static>> {
        let is_forbidden = |(key, value): &(String, String)| node.label(key) == Some(value.as_str());
        if self.forbidden.keys().any(is_forbidden) {
            return Some(Misfit::ExistingAntiAffinity);
        }
        let mut terms = self.affine.iter().zip(&spec.pod_affinity);
        let is_there = |counts: &Counts, key: &str| node.label(key).is_some_and(|value| counts.contains_key(value));
        if terms.clone().any(|(counts, affinity)| affinity.is_anti && is_there(counts, &affinity.topology_key)) {
            return Some(Misfit::AntiAffinity);
        }
        // The first of a group that wants to be together has nobody to join yet.
        let mut wanted = spec.pod_affinity.iter().filter(|affinity| !affinity.is_anti);
        let nobody = self.affine.iter().zip(&spec.pod_affinity).all(|(counts, one)| one.is_anti || counts.is_empty());
        let is_first = nobody && wanted.all(|affinity| spec.affinity_selects(affinity, spec));
        let is_met = terms.all(|(counts, affinity)| {
            let key = &affinity.topology_key;
            affinity.is_anti || is_there(counts, key) || (is_first && node.label(key).is_some())
        });
        (!is_met).then_some(Misfit::Affinity)
    }
}

fn count(counts: &mut Counts, value: &str, more: u32) {
    match counts.get_mut(value) {
        Some(slot) => *slot += more,
        None => {
            counts.insert(value.to_owned(), more);
        }
    }
}

/// Returns `true` if a node counts for a pod's spreading: the pod could be there by its labels, and
/// it has every label that the pod spreads over.
fn can_spread_over(spec: &PodSpec, node: &NodeInfo) -> bool {
    spec.topology_spread.iter().all(|spread| node.label(&spread.topology_key).is_some()) && node.has_labels_for(spec)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::affinity::{HOSTNAME_KEY, PodAffinity, TopologySpread, ZONE_KEY};
    use super::super::pod::{Pod, PodId};
    use super::super::resources::Resources;
    use super::super::selector::Selector;
    use super::*;
    use crate::azure::pool_spec::Pairs;
    use crate::ground::id::{NodeId, PoolId};

    /// Nodes as `name/zone: number of pods`, all pods of the specification that is asked about.
    fn nodes(spec: &PodSpec, drawn: &[(&str, &str, u32)]) -> Vec<NodeInfo> {
        let mut next = 0;
        let draw = |(index, (name, zone, pods)): (u32, &(&str, &str, u32))| {
            let id = NodeId { pool: PoolId::new(1), instance_id: index };
            let mut node = NodeInfo::new(id, name, Resources::new(1000, 1000));
            node.labels = Arc::new(Pairs::from([(ZONE_KEY.to_owned(), (*zone).to_owned())]));
            for _ in 0..*pods {
                next += 1;
                node.add_pod(Pod::new(PodId(next), Arc::new(spec.clone()), 0));
            }
            node
        };
        (0..).zip(drawn).map(draw).collect()
    }

    fn web(edit: impl FnOnce(&mut PodSpec, Selector)) -> PodSpec {
        let mut spec = PodSpec::new("default", "web", Resources::default());
        spec.labels.insert("app".to_owned(), "web".to_owned());
        let own = Selector::of_labels(&spec.labels);
        edit(&mut spec, own);
        spec
    }

    fn check(spec: &PodSpec, drawn: &[(&str, &str, u32)], expected: &[Option<Misfit<'_>>]) {
        let nodes = nodes(spec, drawn);
        let topology = TopologyCounts::of(spec, nodes.iter());
        let found: Vec<_> = nodes.iter().map(|node| topology.misfit(spec, node)).collect();
        assert_eq!(found, expected, "{drawn:?}");
    }

    #[test]
    fn pods_are_spread_no_more_unevenly_than_allowed() {
        let spread = |key: &str, max_skew, min_domains| {
            web(|spec, selector| {
                let topology_key = key.to_owned();
                spec.topology_spread.push(TopologySpread { topology_key, max_skew, min_domains, selector });
            })
        };
        let full = Some(Misfit::TopologySpread);
        check(&spread(HOSTNAME_KEY, 1, 1), &[("a", "1", 1), ("b", "1", 0)], &[full, None]);
        check(&spread(HOSTNAME_KEY, 2, 1), &[("a", "1", 1), ("b", "1", 0)], &[None, None]);
        check(&spread(ZONE_KEY, 1, 1), &[("a", "1", 1), ("b", "1", 0), ("c", "2", 1)], &[None, None, None]);
        check(&spread(ZONE_KEY, 1, 1), &[("a", "1", 1), ("b", "1", 1), ("c", "2", 1)], &[full, full, None]);
        // With fewer domains than wanted, the emptiest counts as empty.
        check(&spread(HOSTNAME_KEY, 1, 3), &[("a", "1", 1), ("b", "1", 1)], &[full, full]);
        check(&spread("rack", 1, 1), &[("a", "1", 1)], &[Some(Misfit::TopologyLabelMissing)]);
    }

    #[test]
    fn pods_join_and_avoid_each_other() {
        let tied = |key: &str, is_anti| {
            web(|spec, selector| {
                let topology_key = key.to_owned();
                spec.pod_affinity.push(PodAffinity { selector, namespaces: Vec::new(), topology_key, is_anti });
            })
        };
        let away = Some(Misfit::ExistingAntiAffinity);
        check(&tied(HOSTNAME_KEY, true), &[("a", "1", 1), ("b", "1", 0)], &[away, None]);
        check(&tied(ZONE_KEY, true), &[("a", "1", 1), ("b", "1", 0), ("c", "2", 0)], &[away, away, None]);
        let apart = Some(Misfit::Affinity);
        check(&tied(HOSTNAME_KEY, false), &[("a", "1", 1), ("b", "1", 0)], &[None, apart]);
        check(&tied(ZONE_KEY, false), &[("a", "1", 1), ("b", "1", 0), ("c", "2", 0)], &[None, None, apart]);
        // The first has nobody to join.
        check(&tied(ZONE_KEY, false), &[("a", "1", 0), ("b", "2", 0)], &[None, None]);
    }

    #[test]
    fn a_pod_that_keeps_others_away_keeps_away_those_that_do_not_care() {
        let keeper = web(|spec, selector| {
            let topology_key = HOSTNAME_KEY.to_owned();
            spec.pod_affinity.push(PodAffinity { selector, namespaces: Vec::new(), topology_key, is_anti: true });
        });
        let nodes = nodes(&keeper, &[("a", "1", 1), ("b", "1", 0)]);
        let careless = web(|_, _| ());
        let topology = TopologyCounts::of(&careless, nodes.iter());
        let found: Vec<_> = nodes.iter().map(|node| topology.misfit(&careless, node)).collect();
        assert_eq!(found, [Some(Misfit::ExistingAntiAffinity), None]);
    }
}
