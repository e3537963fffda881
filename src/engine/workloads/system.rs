//! The pods that AKS itself runs in `kube-system`.
//!
//! Names and requests are those of two public outputs of `kubectl describe node` of AKS clusters with
//! `kubenet`; priorities are those that Kubernetes gives such pods. Their images, named as in a public
//! listing of an AKS cluster's pods (Kubernetes 1.32), are part of a node's bring-up. Which nodes the
//! deployments prefer, and their budgets, are as AKS publishes its system pools: any node will do, a
//! system node is better.

use std::sync::Arc;

use super::change_context::ChangeContext;
use super::deployment::DeploymentSpec;
use super::kubernetes::Kubernetes;
use super::pod_set::{PodSet, SetKind};
use crate::azure::pool_spec::Pairs;
use crate::kubernetes::budget::Amount;
use crate::kubernetes::pod_spec::SYSTEM_NAMESPACE;
use crate::kubernetes::reservation::MIB;
use crate::kubernetes::{BudgetLimit, DisruptionBudget, Owner, OwnerKind, PodSpec, Resources, Selector, Toleration};

/// The registry and folder of all these images.
const REGISTRY: &str = "mcr.microsoft.com/oss/";

/// Name, thousandths of a processor, MiB, image: one pod on every Linux node.
const DAEMONS: [(&str, u64, u64, &str); 5] = [
    ("azure-ip-masq-agent", 100, 50, "v2/azure/ip-masq-agent-v2:v0.1.15-2"),
    ("cloud-node-manager", 50, 50, "kubernetes/azure-cloud-node-manager:v1.32.3"),
    ("csi-azuredisk-node", 30, 60, "kubernetes-csi/azuredisk-csi:v1.32.1"),
    ("csi-azurefile-node", 30, 60, "kubernetes-csi/azurefile-csi:v1.32.1"),
    ("kube-proxy", 100, 0, "kubernetes/kube-proxy:v1.32.3"),
];

/// Name, number of pods, thousandths of a processor, MiB, whether a budget keeps one of them, image.
const DEPLOYMENTS: [(&str, u32, u64, u64, bool, &str); 4] = [
    ("coredns", 2, 100, 70, true, "v2/kubernetes/coredns:v1.11.3-6"),
    ("coredns-autoscaler", 1, 20, 10, false, "v2/kubernetes/autoscaler/cluster-proportional-autoscaler:v1.9.0-1"),
    ("konnectivity-agent", 2, 20, 20, true, "kubernetes/apiserver-network-proxy/agent:v0.30.3-hotfix.20240819"),
    ("metrics-server", 2, 50, 89, true, "v2/kubernetes/metrics-server:v0.7.2-6"),
];

const NODE_CRITICAL: i32 = 2_000_001_000;
const CLUSTER_CRITICAL: i32 = 2_000_000_000;

fn spec(name: &str, cpu_millis: u64, memory_mib: u64, priority: i32, image: &str) -> PodSpec {
    let mut spec = PodSpec::new(SYSTEM_NAMESPACE, name, Resources::new(cpu_millis, memory_mib * MIB));
    for container in &mut spec.containers {
        container.image.name = format!("{REGISTRY}{image}");
    }
    spec.labels.insert("k8s-app".to_owned(), name.to_owned());
    spec.node_selector.insert("kubernetes.io/os".to_owned(), "linux".to_owned());
    spec.priority = Some(priority);
    spec
}

impl Kubernetes {
    /// Adds the daemon sets, deployments and budgets that a new cluster has from the beginning. Where
    /// AKS hosts the system pool, its deployments are not on nodes that anybody sees, and are left out.
    pub(crate) fn add_system(&mut self, has_system_pool: bool, context: &mut ChangeContext<'_>) {
        for (name, cpu_millis, memory_mib, image) in DAEMONS {
            let mut spec = spec(name, cpu_millis, memory_mib, NODE_CRITICAL, image);
            spec.owner = Some(Owner { kind: OwnerKind::DaemonSet, name: name.to_owned() });
            spec.tolerations.push(Toleration::of_everything());
            self.add_set(|id| PodSet::new(id, SetKind::DaemonSet, Arc::new(spec), 0, context.now_ms));
        }
        if !has_system_pool {
            return;
        }
        for (name, replicas, cpu_millis, memory_mib, has_budget, image) in DEPLOYMENTS {
            let mut template = spec(name, cpu_millis, memory_mib, CLUSTER_CRITICAL, image);
            template.tolerations.push(Toleration::of_key("CriticalAddonsOnly"));
            let system = [("kubernetes.azure.com/mode".to_owned(), "system".to_owned())];
            template.node_preference.push(Selector::of_labels(&Pairs::from(system)));
            let (labels, selector) = (template.labels.clone(), Selector::of_labels(&template.labels));
            let namespace = SYSTEM_NAMESPACE.to_owned();
            let name = name.to_owned();
            if has_budget {
                self.budgets.push(DisruptionBudget {
                    namespace: namespace.clone(),
                    name: format!("{name}-pdb"),
                    selector: Some(selector),
                    limit: BudgetLimit::MinAvailable(Amount::Pods(1)),
                    created_ms: context.now_ms,
                });
            }
            self.add_deployment(DeploymentSpec { name, namespace, labels, replicas, template }, context);
        }
    }
}
