//! A drain in progress: pods are evicted, and evictions that a `PodDisruptionBudget` forbids are tried again.

use super::failure::Failure;
use super::output::Output;
use scale_down_engine::kubernetes::{NodeInfo, Pod, VolumeKind};
use scale_down_engine::workloads::Kubernetes;
use scale_down_engine::{Cloud, ClusterId};

/// Delay before a refused eviction is tried again, in milliseconds.
const RETRY_MS: u64 = 5000;

/// A drain in progress, one node after the other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drain {
    /// Nodes still to drain, the current one first.
    nodes: Vec<String>,
    /// Pods to remove from the current node: namespace, name, and `true` once evicted.
    pods: Vec<(String, String, bool)>,
    /// Nodes that could not be drained, with the errors.
    failed: Vec<(String, Vec<String>)>,
    has_begun: bool,
    /// Next time of an eviction retry or of the timeout, in simulated milliseconds.
    pub next_ms: u64,
    retry_ms: u64,
    /// End of the `--timeout`, in simulated milliseconds; `None` without one.
    pub until_ms: Option<u64>,
    timeout: String,
    permissions: Permissions,
}

/// Permissions that the flags of a line give.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "four flags of kubectl")]
pub(super) struct Permissions {
    pub(super) ignore_daemons: bool,
    pub(super) delete_local_data: bool,
    pub(super) is_forced: bool,
    pub(super) past_budgets: bool,
}

/// Pods of a node to remove, and warnings about pods that are ignored or have no controller.
pub(super) struct Selection {
    pub(super) pods: Vec<(String, String, bool)>,
    pub(super) warnings: String,
}

fn key(pod: &Pod) -> String {
    format!("{}/{}", pod.spec.namespace, pod.name())
}

/// Selects the pods to remove, as kubectl's filters do; errors name the pods that need a flag.
pub(super) fn select(node: &NodeInfo, permissions: Permissions) -> Result<Selection, Vec<String>> {
    let (mut pods, mut daemons, mut local, mut alone) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    let mut all: Vec<&Pod> = node.pods().iter().filter(|pod| !pod.spec.is_mirror()).collect();
    all.sort_by_cached_key(|pod| key(pod));
    for pod in all {
        if pod.spec.is_daemon() {
            daemons.push(key(pod));
            continue;
        }
        let is_over = pod.phase.is_terminal();
        let has_local = |kind| matches!(kind, VolumeKind::EmptyDir | VolumeKind::EmptyDirInMemory);
        if !is_over && pod.spec.volumes.iter().any(|volume| has_local(volume.kind)) {
            local.push(key(pod));
        }
        if !is_over && pod.spec.owner.is_none() {
            alone.push(key(pod));
        }
        pods.push((pod.spec.namespace.clone(), pod.name(), false));
    }
    let mut errors = Vec::new();
    let mut complain = |is_wrong: bool, pods: &[String], text: &str| {
        if is_wrong && !pods.is_empty() {
            errors.push(format!("cannot delete {text}: {}", pods.join(", ")));
        }
    };
    complain(!permissions.ignore_daemons, &daemons, "DaemonSet-managed Pods (use --ignore-daemonsets to ignore)");
    complain(
        !permissions.delete_local_data,
        &local,
        "Pods with local storage (use --delete-emptydir-data to override)",
    );
    // kubectl says these words twice since 1.30.
    complain(!permissions.is_forced, &alone, "cannot delete Pods that declare no controller (use --force to override)");
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut parts = Vec::new();
    if !daemons.is_empty() {
        parts.push(format!("ignoring DaemonSet-managed Pods: {}", daemons.join(", ")));
    }
    if !alone.is_empty() {
        parts.push(format!("deleting Pods that declare no controller: {}", alone.join(", ")));
    }
    let warnings = if parts.is_empty() { String::new() } else { format!("Warning: {}\n", parts.join("; ")) };
    Ok(Selection { pods, warnings })
}

/// Prints the nodes that could not be drained, at the end of the command.
pub(super) fn report(failed: &[(String, Vec<String>)], output: &mut Output) {
    if !failed.is_empty() {
        output.warn("There are pending nodes to be drained:\n");
    }
    for (node, errors) in failed {
        output.warn(&format!(" {node}\n"));
        output.failures.extend(errors.iter().map(Failure::bare));
    }
}

impl Drain {
    /// Creates a drain of these nodes that begins now; a `timeout_ms` of 0 is none.
    pub(super) fn new(
        nodes: Vec<String>,
        permissions: Permissions,
        timeout: &str,
        timeout_ms: u64,
        now_ms: u64,
    ) -> Self {
        Self {
            nodes,
            pods: Vec::new(),
            failed: Vec::new(),
            has_begun: false,
            next_ms: now_ms,
            retry_ms: 0,
            until_ms: (timeout_ms > 0).then(|| now_ms + timeout_ms),
            timeout: timeout.to_owned(),
            permissions,
        }
    }

    /// Drains as far as possible now; returns `true` at the end of the command.
    pub(super) fn look(&mut self, id: ClusterId, cloud: &mut Cloud, output: &mut Output) -> bool {
        while let Some(node) = self.nodes.first().cloned() {
            if !self.has_begun {
                self.has_begun = true;
                let found = cloud.kubernetes(id).and_then(|kubernetes| kubernetes.node_named(&node).cloned());
                let selection = found.map(|node| select(&node, self.permissions));
                match selection {
                    Some(Ok(selection)) => {
                        output.warn(&selection.warnings);
                        self.pods = selection.pods;
                        self.retry_ms = cloud.now_ms();
                    }
                    Some(Err(errors)) => {
                        self.fail(node, errors, output);
                        continue;
                    }
                    None => self.pods.clear(),
                }
            }
            if cloud.now_ms() >= self.retry_ms {
                self.evict(id, cloud, output);
            }
            let kubernetes = cloud.kubernetes(id);
            self.pods.retain(|(namespace, name, is_evicted)| {
                let is_there = kubernetes.is_some_and(|kubernetes| is_there(kubernetes, namespace, name, &node));
                if !is_there && *is_evicted {
                    output.add(format!("pod/{name} evicted"));
                }
                is_there
            });
            if self.pods.is_empty() {
                output.add(format!("node/{node} drained"));
                self.go_on();
                continue;
            }
            if self.until_ms.is_some_and(|until_ms| cloud.now_ms() >= until_ms) {
                let waiting = self.pods.iter().map(|(namespace, name, is_evicted)| {
                    let what = if *is_evicted { "waiting for" } else { "evicting" };
                    let target = if *is_evicted {
                        format!("pod \"{name}\" in namespace \"{namespace}\" to terminate")
                    } else {
                        format!("pods/\"{name}\" -n \"{namespace}\"")
                    };
                    format!("error when {what} {target}: global timeout reached: {}", self.timeout)
                });
                let errors = waiting.collect();
                self.fail(node, errors, output);
                continue;
            }
            let retry_ms =
                if self.pods.iter().all(|(_, _, is_evicted)| *is_evicted) { u64::MAX } else { self.retry_ms };
            self.next_ms = retry_ms.min(self.until_ms.unwrap_or(u64::MAX));
            return false;
        }
        report(&self.failed, output);
        true
    }

    fn fail(&mut self, node: String, errors: Vec<String>, output: &mut Output) {
        let all = errors.join(", ");
        let all = if errors.len() > 1 { format!("[{all}]") } else { all };
        output.warn(&format!("error: unable to drain node \"{node}\" due to error: {all}, continuing command...\n"));
        self.failed.push((node, errors));
        self.go_on();
    }

    fn go_on(&mut self) {
        self.nodes.remove(0);
        self.pods.clear();
        self.has_begun = false;
    }

    fn evict(&mut self, id: ClusterId, cloud: &mut Cloud, output: &mut Output) {
        let past_budgets = self.permissions.past_budgets;
        for (namespace, name, is_evicted) in self.pods.iter_mut().filter(|(_, _, is_evicted)| !is_evicted) {
            output.add(format!("evicting pod {namespace}/{name}"));
            let gone = cloud.on_kubernetes(id, |kubernetes, moment| {
                if past_budgets {
                    kubernetes.delete_pod(namespace, name, moment).map(|()| true)
                } else {
                    kubernetes.evict_pod(namespace, name, moment)
                }
            });
            *is_evicted = gone.unwrap_or(true);
            if !*is_evicted {
                output.warn(&format!("error when evicting pods/\"{name}\" -n \"{namespace}\" (will retry after 5s): Cannot evict pod as it would violate the pod's disruption budget.\n"));
            }
        }
        self.retry_ms = cloud.now_ms() + RETRY_MS;
    }
}

/// Returns `true` if a pod of this name is on the node.
fn is_there(kubernetes: &Kubernetes, namespace: &str, name: &str, node: &str) -> bool {
    let found = kubernetes.pod_named(namespace, name);
    found.is_some_and(|(_, place)| place.is_some_and(|place| &*place.name == node))
}
