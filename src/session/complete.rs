//! Completions at the cursor, with the names of the resources that exist in the cloud at this moment.

use super::Session;
use scale_down_cli::az::account::{EXTENSIONS, FEATURES, SUBSCRIPTIONS};
use scale_down_cli::az::complete::{NameKind, NameQuery};
use scale_down_cli::ground::candidate::{Candidate, Completion};
use scale_down_cli::playground::{self, CompletionSource, completion};
use scale_down_cli::shell;
use scale_down_engine::azure::pool_spec::DEFAULT_KUBERNETES_VERSION;
use scale_down_engine::azure::vm_size::{PRICED_REGIONS, VM_SIZES};
use scale_down_engine::{Cluster, Pool};

/// Greatest number of machines that are offered; more would only be scrolled past.
const MACHINES_MAX: usize = 200;

impl Session {
    /// Returns the completions at a cursor, given as a byte position in the line.
    #[must_use]
    pub fn complete(&self, line: &str, cursor: usize) -> Completion {
        completion(line, cursor, self)
    }

    fn clusters_wanted<'a>(&'a self, wanted: &'a NameQuery) -> impl Iterator<Item = &'a Cluster> {
        let is = |name: &Option<String>, own: &str| name.as_ref().is_none_or(|name| name.eq_ignore_ascii_case(own));
        self.cloud().clusters().iter().filter(move |cluster| {
            let is_named = wanted.kind == NameKind::Cluster || is(&wanted.cluster, &cluster.spec.name);
            is(&wanted.resource_group, &cluster.spec.resource_group) && is_named
        })
    }

    fn pools_wanted<'a>(&'a self, wanted: &'a NameQuery) -> impl Iterator<Item = &'a Pool> {
        self.clusters_wanted(wanted).flat_map(|cluster| &cluster.pools)
    }
}

impl CompletionSource for Session {
    fn names(&self, wanted: &NameQuery) -> Vec<Candidate> {
        match wanted.kind {
            NameKind::ResourceGroup => {
                let groups = self.cloud().groups().iter();
                groups.map(|group| Candidate::new(&group.name, format!("in {}", group.location))).collect()
            }
            NameKind::Cluster => {
                let clusters = self.clusters_wanted(wanted);
                clusters.map(|one| Candidate::new(&one.spec.name, format!("in {}", one.spec.resource_group))).collect()
            }
            NameKind::NodePool => self.pools_wanted(wanted).map(pool).collect(),
            NameKind::Machine => {
                let is_it = |pool: &&Pool| wanted.nodepool.as_ref().is_none_or(|name| *name == pool.spec.name);
                let pools = self.pools_wanted(wanted).filter(is_it);
                let nodes = pools.flat_map(|pool| {
                    pool.nodes().map(|node| Candidate::new(pool.node_name(node.instance_id), node.state().name()))
                });
                nodes.take(MACHINES_MAX).collect()
            }
            NameKind::ScaleSet => {
                let pools = self.pools_wanted(wanted);
                pools.map(|pool| Candidate::new(&*pool.scale_set, format!("of {}", pool.spec.name))).collect()
            }
            NameKind::VmSize => {
                let describe =
                    |size: &scale_down_engine::VmSize| format!("{} vCPU, {} GiB", size.vcpus, size.memory_mib / 1024);
                VM_SIZES.iter().map(|size| Candidate::new(&*size.name, describe(size))).collect()
            }
            NameKind::Location => {
                PRICED_REGIONS.iter().map(|name| Candidate::new(*name, "region with known prices")).collect()
            }
            NameKind::KubernetesVersion => vec![Candidate::new(DEFAULT_KUBERNETES_VERSION, "default")],
            NameKind::Zone => ["1", "2", "3"].map(|zone| Candidate::new(zone, "availability zone")).into(),
            NameKind::Extension => EXTENSIONS.iter().map(|(name, version)| Candidate::new(*name, *version)).collect(),
            NameKind::Provider => vec![Candidate::new("Microsoft.ContainerService", "AKS")],
            NameKind::Subscription => SUBSCRIPTIONS.iter().map(|(id, name)| Candidate::new(*name, *id)).collect(),
            NameKind::Feature => {
                let names = FEATURES.iter().filter_map(|feature| feature.split_once('/'));
                names.map(|(_, name)| Candidate::new(name, "preview feature")).collect()
            }
        }
    }

    fn programs(&self) -> Vec<Candidate> {
        playground::programs()
    }

    fn arguments(&self, words: &[String]) -> Vec<Candidate> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        playground::words_after(&words, self.cloud(), &self.run.account)
    }

    fn variables(&self) -> Vec<Candidate> {
        self.run.shell.texts().map(|(name, value)| Candidate::new(format!("${name}"), value)).collect()
    }

    fn resolved(&self, word: &str) -> String {
        // The word is no longer quoted, and stays one word.
        let variables = self.run.shell.texts().map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        let commands = shell::lex(&format!("\"{}\"", word.replace('"', "\\\"")), &variables, 0);
        let first = commands.ok().and_then(|commands| commands.into_iter().next()?.words.into_iter().next());
        first.map_or_else(|| word.to_owned(), |first| first.text)
    }
}

fn pool(pool: &Pool) -> Candidate {
    let spec = &pool.spec;
    let description = format!("{}, {} nodes, {}", spec.mode.name(), spec.count, spec.scale_down_mode.name());
    Candidate::new(&spec.name, description)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SessionOptions;

    #[test]
    fn names_are_those_of_the_cloud() {
        let mut session = Session::new(SessionOptions::default());
        session.submit(
            "sim cluster rg1/one\nsim cluster rg2/two\naz aks nodepool add -g rg1 --cluster-name one -n pool1 -c 2",
        );
        session.advance_until_idle();
        let check = |line: &str, expected: &[&str]| {
            let found = session.complete(line, line.len());
            let texts: Vec<&str> = found.candidates.iter().map(|one| one.text.as_str()).collect();
            assert_eq!(texts, expected, "{line}");
        };
        check("az aks show -g ", &["rg1", "rg2"]);
        check("kubectl rollout ", &["restart", "status"]);
        check("kubectl get no", &["nodes"]);
        check("kubectl get pods -o ", &["wide", "json", "yaml", "name"]);
        check("az aks show -g rg2 -n ", &["two"]);
        check("az aks nodepool show -g rg1 --cluster-name one -n ", &["pool1"]);
        check("az aks nodepool show -g rg2 --cluster-name two -n ", &[]);
        check("wait --until ", &["idle"]);
        check("w", &["wait"]);
        check("sim fa", &["fault", "fail-allocations"]);
        check("sim fault ", &["add", "list"]);
        check("sim fault add slow-", &["slow-provision", "slow-pull"]);
        check("sim load s", &["steady", "step", "spike", "stop"]);
        check("sim scheduler m", &["most-allocated"]);
        check("sim quota ", &[]);
        session.submit("az aks get-credentials -g rg1 -n one");
        let nodes = session.complete("kubectl drain aks-", "kubectl drain aks-".len());
        assert_eq!(nodes.candidates.len(), 2);
    }
}
