//! The simulated subscription that a document's commands run on, and the resources that the document presumes.
//!
//! A document begins in the middle: "you have a cluster". A resource that a command refers to and nothing has
//! created is put in place; an example that creates what an earlier one has created begins anew. A refusal
//! that is left is therefore one that a reader would get too.

use crate::World;
use scale_down_cli::az::account::Account;
use scale_down_cli::az::exec::{self, Context, Execution, Resumption, Terminal, Waiting};
use scale_down_cli::az::parse::{Invocation, ParseOptions, Parsed, parse};
use scale_down_cli::ground::error::Stage;
use scale_down_cli::ground::outcome::Outcome;
use scale_down_cli::output;
use scale_down_engine::azure::pool_spec::DEFAULT_KUBERNETES_VERSION;
use scale_down_engine::{
    AutoscalerRange, Cloud, ClusterId, ClusterSpec, ExistingPool, OperationId, PoolSpec, PowerState, ProvisioningState,
    ResourceGroup, ScaleDownMode, VmSize,
};

/// Region of presumed resources; the one in most of the documentation.
const LOCATION: &str = "eastus";
/// VM size of presumed node pools.
const VM_SIZE: &str = "Standard_DS2_v2";
/// Name of the pool that `aks create` makes by default.
const FIRST_POOL: &str = "nodepool1";

/// The subscription and the local state of the command line.
#[derive(Debug, Clone)]
pub(super) struct Bench {
    cloud: Cloud,
    account: Account,
    /// Keys of the resources that the commands of the current block have created: `group//`, `group/cluster/` or
    /// `group/cluster/pool`, in lower case.
    made: Vec<String>,
    /// Descriptions of the presumed resources that were put in place, each once.
    pub presumed: Vec<String>,
    /// Description of the resource that was deleted because an example begins anew; taken by the next note.
    pub renewed: Option<String>,
}

/// The resources that a command names.
struct NamedResources<'a> {
    group: &'a str,
    cluster: Option<&'a str>,
    pool: Option<&'a str>,
}

impl Bench {
    pub fn new(world: Option<&World>) -> Self {
        let mut cloud = Cloud::new(crate::DEFAULT_SEED);
        // How large a reader's quota is, nobody knows.
        cloud.set_quota_vcpus(u32::MAX);
        if let Some(world) = world {
            world.put_in(&mut cloud);
        }
        Self { cloud, account: Account::new(true), made: Vec::new(), presumed: Vec::new(), renewed: None }
    }

    /// Begins the next block. The reader has read on, so every operation under way is run to its end.
    pub fn begin_block(&mut self) {
        self.made.clear();
        self.settle();
    }

    /// Runs one command as the real CLI would, given the words after `az`; answers a confirmation with yes.
    pub fn run(&mut self, words: &[&str]) -> Outcome {
        self.prepare(words);
        let outcome = self.carry_out(words, true);
        if outcome.stage != Stage::Confirmation {
            return outcome;
        }
        // The reader is asked, and says yes.
        let mut words = words.to_vec();
        words.push("--yes");
        self.carry_out(&words, true)
    }

    /// Runs a refused command with the spellings of the 2021 document accepted, so that later commands find its
    /// intended effect.
    pub fn run_as_meant(&mut self, words: &[&str]) {
        let _ = self.carry_out(words, false);
    }

    /// Creates the resources that a command refers to and that do not exist.
    pub fn prepare(&mut self, words: &[&str]) {
        let options = ParseOptions { strict: false, is_query: output::is_query, defaults: &self.account.defaults };
        if let Ok(Parsed::Invocation(invocation)) = parse(words, &options) {
            self.presume(&invocation);
        }
    }

    fn carry_out(&mut self, words: &[&str], strict: bool) -> Outcome {
        // The index of extensions is out of reach in strict mode, as on a machine without a network.
        self.account.strict = strict && words.first() != Some(&"extension");
        let begin = |bench: &mut Self| {
            let context = Context::new(&mut bench.cloud, &mut bench.account, Terminal::default());
            exec::run_az(words, context)
        };
        let mut execution = begin(self);
        let outcome = loop {
            match execution {
                Execution::Done(outcome) => break outcome,
                // Without a terminal nothing asks.
                Execution::Asking(_, blocks) => break Outcome::ok(blocks),
                Execution::Waiting(waiting) => {
                    self.await_end(&waiting);
                    execution = match exec::resume(waiting, &self.cloud) {
                        Resumption::Answered(outcome) => break outcome,
                        Resumption::Again(_) => begin(self),
                    };
                }
            }
        };
        self.account.strict = true;
        outcome
    }

    fn await_end(&mut self, waiting: &Waiting) {
        while !waiting.until.is_over(&self.cloud) {
            let deadline_ms = waiting.until.deadline_ms();
            let next_ms = match (self.cloud.next_event_ms(), deadline_ms) {
                (Some(event_ms), Some(deadline_ms)) => event_ms.min(deadline_ms),
                (Some(next_ms), None) | (None, Some(next_ms)) => next_ms,
                (None, None) => return,
            };
            self.cloud.advance_to(next_ms);
        }
    }

    /// Lets simulated time pass until no operation is in progress on any cluster.
    fn settle(&mut self) {
        let is_busy = |cloud: &Cloud| cloud.clusters().iter().any(|found| !cloud.operations_on(found, None).is_empty());
        while is_busy(&self.cloud)
            && let Some(next_ms) = self.cloud.next_event_ms()
        {
            self.cloud.advance_to(next_ms);
        }
    }

    fn presume(&mut self, invocation: &Invocation) {
        let name = invocation.command.name;
        if let Some(extension) = invocation.text("extension_name")
            && name != "extension add"
            && let Some((known, version)) =
                scale_down_cli::az::account::EXTENSIONS.iter().find(|(known, _)| *known == extension)
        {
            self.account.extensions.insert((*known).to_owned(), version);
        }
        let group = invocation.text("resource_group_name").or_else(|| invocation.text("rg_name"));
        let Some(group) = group.filter(|group| !group.is_empty()) else {
            return;
        };
        if !name.starts_with("aks ") {
            match name {
                "group create" => self.renew_group(group, invocation.text("location").unwrap_or_default()),
                "group exists" => {}
                _ => self.presume_group(group),
            }
            return;
        }
        self.presume_group(group);
        let cluster = ["cluster_name", "resource_name", "name"].into_iter().find_map(|dest| invocation.text(dest));
        let pool = ["nodepool_name", "agent_pool_name"].into_iter().find_map(|dest| invocation.text(dest));
        let target = NamedResources { group, cluster: cluster.filter(|name| !name.is_empty()), pool };
        let Some(cluster) = target.cluster else {
            return;
        };
        if name == "aks create" {
            self.renew_cluster(group, cluster);
            self.made.push(key(&target, false));
            return;
        }
        let id = self.presume_cluster(group, cluster, name == "aks start");
        match (name, target.pool) {
            ("aks nodepool add", Some(_)) => {
                self.renew_pool(&target);
                self.made.push(key(&target, true));
            }
            ("aks scale" | "aks update", _) => {
                let is_empty = self.cloud.cluster(group, cluster).is_some_and(|found| found.pools.is_empty());
                if is_empty {
                    let pool = target.pool.filter(|pool| !pool.is_empty()).unwrap_or(FIRST_POOL);
                    self.presume_pool(id, &NamedResources { pool: Some(pool), ..target }, invocation);
                }
            }
            (_, Some(pool)) if name.starts_with("aks nodepool ") && !pool.is_empty() => {
                self.presume_pool(id, &target, invocation);
            }
            _ => {}
        }
    }

    fn say(&mut self, what: String) {
        if !self.presumed.contains(&what) {
            self.presumed.push(what);
        }
    }

    fn presume_group(&mut self, name: &str) {
        if self.cloud.group(name).is_none() && self.cloud.put_group(ResourceGroup::new(name, LOCATION)).is_ok() {
            self.say(format!("resource group {name}"));
        }
    }

    /// Finds the cluster or creates it. AKS hosts the system pool of a presumed cluster, so that any pool can be added
    /// and deleted.
    fn presume_cluster(&mut self, group: &str, name: &str, is_stopped: bool) -> ClusterId {
        if let Some(cluster) = self.cloud.cluster(group, name) {
            return cluster.id;
        }
        self.say(format!("cluster {name} in {group}"));
        let spec = ClusterSpec {
            hosts_system_pool: true,
            kubernetes_version: DEFAULT_KUBERNETES_VERSION.to_owned(),
            ..ClusterSpec::new(name, group, LOCATION)
        };
        let power_state = if is_stopped { PowerState::Stopped } else { PowerState::Running };
        self.cloud.load_cluster(spec, power_state)
    }

    /// Creates the pool if it does not exist, with another count and scale-down mode than the command asks for.
    fn presume_pool(&mut self, id: ClusterId, target: &NamedResources<'_>, invocation: &Invocation) {
        let (Some(cluster), Some(name)) = (target.cluster, target.pool) else {
            return;
        };
        let is_there = self.cloud.cluster(target.group, cluster).is_some_and(|found| found.pool(name).is_some());
        let Some(vm_size) = VmSize::find(VM_SIZE).filter(|_| !is_there) else {
            return;
        };
        self.say(format!("node pool {name} of {cluster}"));
        let mut spec = PoolSpec::new(name, vm_size);
        if invocation.integer("node_count") == Some(i128::from(spec.count)) {
            spec.count -= 1;
        }
        if invocation.flag("update_cluster_autoscaler") || invocation.flag("disable_cluster_autoscaler") {
            spec.autoscaler = Some(AutoscalerRange { min: 1, max: spec.count });
        }
        if invocation.text("scale_down_mode") == Some("Delete") {
            spec.scale_down_mode = ScaleDownMode::Deallocate;
        }
        let is_stopped = invocation.command.verb() == "start";
        self.cloud.load_pool(
            id,
            ExistingPool {
                spec,
                deallocated: 0,
                power_state: if is_stopped { PowerState::Stopped } else { PowerState::Running },
                provisioning_state: ProvisioningState::Succeeded,
            },
        );
    }

    /// Deletes a resource group that an earlier example has left in another region.
    fn renew_group(&mut self, name: &str, location: &str) {
        let target = NamedResources { group: name, cluster: None, pool: None };
        let is_elsewhere = self.cloud.group(name).is_some_and(|group| !group.location.eq_ignore_ascii_case(location));
        if is_elsewhere && !self.made.contains(&key(&target, false)) && self.cloud.delete_group(name).is_ok() {
            self.settle();
            self.renewed = Some(format!("resource group {name}"));
        }
        self.made.push(key(&target, false));
    }

    /// Deletes a cluster that an earlier example has left.
    fn renew_cluster(&mut self, group: &str, name: &str) {
        let target = NamedResources { group, cluster: Some(name), pool: None };
        let found = self.cloud.cluster(group, name).map(|cluster| cluster.id);
        if let Some(id) = found.filter(|_| !self.made.contains(&key(&target, false))) {
            let operation = self.cloud.delete_cluster(id);
            self.renew(operation.ok(), format!("cluster {name}"));
        }
    }

    /// Deletes a pool that an earlier example has left. If it is the last one that its cluster needs, the cluster
    /// is created anew.
    fn renew_pool(&mut self, target: &NamedResources<'_>) {
        let (Some(cluster), Some(pool)) = (target.cluster, target.pool) else {
            return;
        };
        let found = self.cloud.cluster(target.group, cluster).and_then(|found| found.pool(pool)).map(|pool| pool.id);
        let Some(id) = found.filter(|_| !self.made.contains(&key(target, true))) else {
            return;
        };
        if let Ok(operation) = self.cloud.delete_pool(id) {
            self.renew(Some(operation), format!("node pool {pool}"));
        } else {
            self.renew_cluster(target.group, cluster);
            self.presume_group(target.group);
            self.presume_cluster(target.group, cluster, false);
        }
    }

    fn renew(&mut self, operation: Option<OperationId>, what: String) {
        if operation.is_some() {
            self.settle();
            self.renewed = Some(what);
        }
    }
}

fn key(target: &NamedResources<'_>, with_pool: bool) -> String {
    let pool = target.pool.filter(|_| with_pool).unwrap_or_default();
    format!("{}/{}/{pool}", target.group, target.cluster.unwrap_or_default()).to_lowercase()
}
