//! `kubectl top`: usage of nodes and pods. Pods without a simulated load are taken to use what they request.

use super::failure::{Failure, not_found};
use super::flags::{Selection, flags};
use super::object::{View, view};
use super::output::Output;
use super::parse::Request;
use super::print;
use super::select::labels;
use scale_down_engine::kubernetes::{NodeInfo, Pod, PodPhase, Resources};
use scale_down_engine::workloads::SetKind;
use scale_down_engine::{Cloud, ClusterId};

const NOTE: &str =
    "What pods of deployments use follows their load (sim load); others are taken to use what they ask for.";

fn cells(used: Resources) -> [String; 2] {
    [format!("{}m", used.cpu_millis), format!("{}Mi", used.memory_bytes >> 20)]
}

/// Returns the usage of a pod: its CPU request scaled by its deployment's load, and its whole memory request.
fn used_by(view: View<'_>, pod: &Pod) -> Resources {
    let requests = pod.spec.requests();
    let deployment = match view.kubernetes.set(pod.set).map(|set| set.kind) {
        Some(SetKind::ReplicaSet(deployment)) => deployment,
        _ => None,
    };
    let permille = deployment.map_or(1000, |id| view.kubernetes.usage_permille(id, view.cloud.now_ms()));
    Resources { cpu_millis: requests.cpu_millis * u64::from(permille) / 1000, ..requests }
}

fn used(view: View<'_>, node: &NodeInfo) -> Resources {
    let running = node.pods().iter().filter(|pod| pod.phase == PodPhase::Running);
    running.fold(Resources::default(), |sum, pod| sum + used_by(view, pod))
}

/// Formats a share in whole percent, rounded down.
fn percent(part: u64, whole: u64) -> String {
    format!("{}%", (part * 100).checked_div(whole).unwrap_or(0))
}

fn sort(rows: &mut [(Resources, Vec<String>)], by: Option<&str>) -> Result<(), Failure> {
    match by {
        None => Ok(()),
        Some("cpu") => {
            rows.sort_by_key(|(used, _)| std::cmp::Reverse(used.cpu_millis));
            Ok(())
        }
        Some("memory") => {
            rows.sort_by_key(|(used, _)| std::cmp::Reverse(used.memory_bytes));
            Ok(())
        }
        Some(_) => Err(Failure::usage("--sort-by accepts only cpu or memory")),
    }
}

fn table(rows: Vec<(Resources, Vec<String>)>, header: &[&str], is_bare: bool) -> Output {
    let head = (!is_bare).then(|| header.iter().map(|name| (*name).to_owned()).collect());
    let rows: Vec<Vec<String>> = head.into_iter().chain(rows.into_iter().map(|(_, row)| row)).collect();
    let mut output = Output { notes: vec![NOTE.to_owned()], ..Output::default() };
    output.print(print::table(&rows));
    output
}

flags! {
    pub struct Top<'a> {
        request: &'a Request,
        selection: Selection,
        sort_by: Option<&'a str>,
        no_headers: bool,
    }
}

/// Answers `kubectl top node`.
pub fn nodes(top: &Top<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let view = view(cloud, id)?;
    let selector = top.selection.selector.as_deref().map(labels).transpose().map_err(Failure::usage)?;
    let names = top.request.words.as_slice();
    if let Some(missing) = names.iter().find(|name| view.kubernetes.node_named(name).is_none()) {
        return Err(not_found("nodes", missing));
    }
    let is_chosen = |node: &&std::sync::Arc<NodeInfo>| {
        let is_named = names.is_empty() || names.iter().any(|name| **name == *node.name);
        let is_selected = selector.as_ref().is_none_or(|selector| selector.matches_by(&|key| node.label(key)));
        is_named && is_selected
    };
    let mut rows = Vec::new();
    for node in view.kubernetes.nodes().filter(is_chosen) {
        let used = used(view, node);
        let row = if node.is_ready {
            let [cpu, memory] = cells(used);
            let cpu_share = percent(used.cpu_millis, node.allocatable.cpu_millis);
            let memory_share = percent(used.memory_bytes, node.allocatable.memory_bytes);
            vec![node.name.to_string(), cpu, cpu_share, memory, memory_share]
        } else {
            let unknown = || "<unknown>".to_owned();
            vec![node.name.to_string(), unknown(), unknown(), unknown(), unknown()]
        };
        rows.push((used, row));
    }
    // Those that nothing is known of come last.
    rows.sort_by_key(|(_, row)| row.iter().any(|cell| cell == "<unknown>"));
    sort(&mut rows, top.sort_by)?;
    Ok(table(rows, &["NAME", "CPU(cores)", "CPU(%)", "MEMORY(bytes)", "MEMORY(%)"], top.no_headers))
}

/// Answers `kubectl top pod`.
pub fn pods(top: &Top<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let view = view(cloud, id)?;
    let Selection { namespace: own_namespace, all_namespaces: is_everywhere, selector, .. } = &top.selection;
    let is_everywhere = *is_everywhere;
    let selector = selector.as_deref().map(labels).transpose().map_err(Failure::usage)?;
    let names = top.request.words.as_slice();
    let is_here = |pod: &&Pod| is_everywhere || pod.spec.namespace == *own_namespace;
    let mut rows = Vec::new();
    let mut found = Vec::new();
    for pod in view.kubernetes.nodes().flat_map(|node| node.pods()).filter(is_here) {
        let name = pod.name();
        let is_named = names.is_empty() || names.contains(&name);
        let labels = |key: &str| pod.spec.labels.get(key).map(String::as_str);
        let is_selected = selector.as_ref().is_none_or(|selector| selector.matches_by(&labels));
        if !is_named || !is_selected || pod.phase != PodPhase::Running {
            continue;
        }
        let used = used_by(view, pod);
        let [cpu, memory] = cells(used);
        let namespace = is_everywhere.then(|| pod.spec.namespace.clone());
        rows.push((used, namespace.into_iter().chain([name.clone(), cpu, memory]).collect::<Vec<_>>()));
        found.push(name);
    }
    if let Some(missing) = names.iter().find(|name| !found.contains(name)) {
        return Err(not_found("pods", missing));
    }
    if rows.is_empty() {
        let place = if is_everywhere { String::new() } else { format!(" in {own_namespace} namespace") };
        let mut output = Output::default();
        output.warn(&format!("No resources found{place}.\n"));
        return Ok(output);
    }
    rows.sort_by(|(_, one), (_, other)| one.cmp(other));
    sort(&mut rows, top.sort_by)?;
    let header = ["NAMESPACE", "NAME", "CPU(cores)", "MEMORY(bytes)"];
    let header = header.get(usize::from(!is_everywhere)..).unwrap_or_default();
    Ok(table(rows, header, top.no_headers))
}
