//! What can stand at the cursor, with the names of the cloud as it is now.

use super::Session;
use crate::cli::account::EXTENSIONS;
use crate::cli::complete::{Candidate, Completion, NameKind, Values, Wanted, completion};
use crate::engine::vm_size::{PRICED_REGIONS, VM_SIZES};
use crate::engine::{Cloud, Cluster};

impl Session {
    /// What can stand at a cursor, given as a byte of the line.
    #[must_use]
    pub fn complete(&self, line: &str, cursor: usize) -> Completion {
        completion(line, cursor, &Names(self.cloud()))
    }
}

struct Names<'a>(&'a Cloud);

impl Names<'_> {
    /// The clusters that the line can mean.
    fn clusters<'a>(&'a self, wanted: &'a Wanted) -> impl Iterator<Item = &'a Cluster> {
        let fits = |given: Option<&String>, name: &str| given.is_none_or(|given| given.eq_ignore_ascii_case(name));
        self.0.clusters().iter().filter(move |cluster| fits(wanted.resource_group.as_ref(), &cluster.spec.resource_group))
    }

    fn pools(&self, wanted: &Wanted) -> Vec<Candidate> {
        let given = wanted.cluster.as_deref();
        let clusters = self.clusters(wanted);
        let clusters = clusters.filter(|cluster| given.is_none_or(|given| given.eq_ignore_ascii_case(&cluster.spec.name)));
        let pools = clusters.flat_map(|cluster| &cluster.pools);
        pools
            .map(|pool| {
                let spec = &pool.spec;
                let what = format!("{}, {} nodes, {}", spec.mode.name(), spec.count, spec.scale_down_mode.name());
                Candidate::new(spec.name.clone(), what)
            })
            .collect()
    }
}

impl Values for Names<'_> {
    fn names(&self, wanted: &Wanted) -> Vec<Candidate> {
        match wanted.kind {
            NameKind::ResourceGroup => {
                self.0.groups().iter().map(|group| Candidate::new(group.name.clone(), group.location.clone())).collect()
            }
            NameKind::Cluster => self
                .clusters(wanted)
                .map(|cluster| Candidate::new(cluster.spec.name.clone(), cluster.spec.resource_group.clone()))
                .collect(),
            NameKind::NodePool => self.pools(wanted),
            NameKind::VmSize => VM_SIZES
                .iter()
                .map(|size| Candidate::new(size.name, format!("{} vCPU, {} GiB", size.vcpus, size.memory_mib / 1024)))
                .collect(),
            NameKind::Location => PRICED_REGIONS.iter().map(|region| Candidate::new(*region, "")).collect(),
            NameKind::Extension => EXTENSIONS.iter().map(|(name, _)| Candidate::new(*name, "")).collect(),
            _ => Vec::new(),
        }
    }

    fn programs(&self) -> Vec<Candidate> {
        [
            ("az", "Azure CLI"),
            ("sim", "change the simulation: clusters, timings, quota, faults"),
            ("wait", "let simulated time pass"),
            ("help", "what the playground understands"),
        ]
        .map(|(name, what)| Candidate::new(name, what))
        .to_vec()
    }

    fn arguments(&self, words: &[String]) -> Vec<Candidate> {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let found: &[(&str, &str)] = match words.as_slice() {
            ["sim"] => &[
                ("cluster", "put a cluster in place"),
                ("timings", "how long things take, and where each number is from"),
                ("quota", "the regional vCPU quota"),
                ("fail-allocations", "let machines find no capacity"),
                ("events", "the last events"),
            ],
            ["wait"] => &[("10m", "ten minutes"), ("1h", "an hour"), ("--until", "until nothing is under way")],
            ["wait", "--until"] => &[("idle", "until nothing is under way")],
            _ => &[],
        };
        found.iter().map(|(name, what)| Candidate::new(*name, *what)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::SessionOptions;

    #[test]
    fn names_are_those_of_the_cloud() {
        let mut session = Session::new(SessionOptions::default());
        session.submit("sim cluster rg1/one\nsim cluster rg2/two\naz aks nodepool add -g rg1 --cluster-name one -n pool1 -c 2");
        session.advance_until_idle();
        let check = |line: &str, expected: &[&str]| {
            let found = session.complete(line, line.len());
            let texts: Vec<&str> = found.candidates.iter().map(|one| one.text.as_str()).collect();
            assert_eq!(texts, expected, "{line}");
        };
        check("az aks show -g ", &["rg1", "rg2"]);
        check("az aks show -g rg2 -n ", &["two"]);
        check("az aks nodepool show -g rg1 --cluster-name one -n ", &["pool1"]);
        check("az aks nodepool show -g rg2 --cluster-name two -n ", &[]);
        check("wait --until ", &["idle"]);
        check("w", &["wait"]);
    }
}
