//! `kubectl describe` of nodes, pods and config maps.

use std::fmt::Write as _;

use serde_json::Value;

use super::columns::pod_status;
use super::failure::{Failure, not_simulated};
use super::flags::{Selection, flags};
use super::kind::Kind;
use super::object::{View, view};
use super::output::Output;
use super::parse::Request;
use super::print::{age, cpu, memory};
use super::target::{Target, find, name, no_type, none_found, targets};
use crate::az::arm::moment_ms;
use scale_down_engine::kubernetes::{NodeInfo, Pod, Resources};
use scale_down_engine::{Cloud, ClusterId};

/// Aligns tab-separated text as Go's `tabwriter` does.
///
/// In adjacent lines the cells of a column get the width of the widest, plus two blanks.
fn tabbed(text: &str) -> String {
    const GAP: usize = 2;
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split('\t').collect()).collect();
    let mut widths: Vec<Vec<usize>> = lines.iter().map(|cells| vec![0; cells.len() - 1]).collect();
    for first in 0..lines.len() {
        let columns = widths.get(first).map_or(0, Vec::len);
        for column in 0..columns {
            let has_column = |line: &&Vec<usize>| line.len() > column;
            let is_begun = first > 0 && widths.get(first - 1).is_some_and(|line| line.len() > column);
            if is_begun {
                continue;
            }
            let count = widths.iter().skip(first).take_while(has_column).count();
            let block = lines.iter().skip(first).take(count);
            let widest = block.filter_map(|cells| cells.get(column)).map(|cell| cell.chars().count()).max();
            for line in widths.iter_mut().skip(first).take(count) {
                if let Some(width) = line.get_mut(column) {
                    *width = widest.unwrap_or(0) + GAP;
                }
            }
        }
    }
    let mut out = String::new();
    for (cells, widths) in lines.iter().zip(&widths) {
        for (index, cell) in cells.iter().enumerate() {
            out.push_str(cell);
            if let Some(width) = widths.get(index) {
                out.extend(std::iter::repeat_n(' ', width - cell.chars().count()));
            }
        }
        out.push('\n');
    }
    out
}

fn at<'a>(object: &'a Value, pointer: &str) -> &'a str {
    object.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
}

/// Formats an RFC 3339 moment as kubectl does in a description; `<unset>` if it cannot be read.
fn date(text: &str) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Some(at_ms) = moment_ms(text) else { return "<unset>".to_owned() };
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
    // The simulation begins on a Thursday.
    let day = usize::try_from(at_ms / 86_400_000 % 7).ok().and_then(|day| DAYS.get(day)).copied().unwrap_or_default();
    let month = part(5, 7)
        .parse::<usize>()
        .ok()
        .and_then(|month| MONTHS.get(month.checked_sub(1)?))
        .copied()
        .unwrap_or_default();
    format!("{day}, {} {month} {} {} +0000", part(8, 10), part(0, 4), part(11, 19))
}

/// Writes a field with its values one below the other; `<none>` if there are none.
fn many(text: &mut String, title: &str, values: &[String]) {
    match values.split_first() {
        None => {
            let _ = writeln!(text, "{title}:\t<none>");
        }
        Some((first, rest)) => {
            let _ = writeln!(text, "{title}:\t{first}");
            for value in rest {
                let _ = writeln!(text, "\t{value}");
            }
        }
    }
}

fn pairs(object: &Value, pointer: &str, between: &str) -> Vec<String> {
    let fields = object.pointer(pointer).and_then(Value::as_object);
    let mut all: Vec<String> = fields
        .into_iter()
        .flatten()
        .map(|(key, value)| format!("{key}{between}{}", value.as_str().unwrap_or_default()))
        .collect();
    all.sort();
    all
}

flags! {
    pub struct Describe<'a> {
        request: &'a Request,
        selection: Selection,
    }
}

/// Answers `kubectl describe`.
pub fn describe(arguments: &Describe<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let view = view(cloud, id)?;
    let Describe { request, selection } = arguments;
    let targets = targets(&request.words)?;
    if targets.is_empty() {
        return Err(no_type(request.command));
    }
    let mut output = Output::default();
    let mut texts = Vec::new();
    for target in &targets {
        let (mut objects, missing) = find(view, target, selection)?;
        // A name that is no object's is the beginning of some.
        if objects.is_empty() && target.names.len() == 1 {
            let all = Target { kind: target.kind, names: Vec::new() };
            let begins = target.names.first().map(String::as_str).unwrap_or_default();
            objects = find(view, &all, selection)?.0;
            objects.retain(|object| name(object).starts_with(begins));
        }
        if objects.is_empty() {
            output.failures.extend(missing);
        }
        for object in &objects {
            texts.push(match target.kind {
                Kind::Node => node(view, object),
                Kind::Pod => pod(view, object),
                Kind::ConfigMap => config_map(view, object),
                kind => return Err(not_simulated(&format!("kubectl describe {}", kind.info().singular()))),
            });
        }
    }
    if texts.is_empty() && output.failures.is_empty() {
        output.warn(&none_found(&targets, selection));
    }
    output.print(texts.join("\n\n"));
    Ok(output)
}

fn config_map(view: View<'_>, object: &Value) -> String {
    let mut text = format!("Name:\t{}\nNamespace:\t{}\n", name(object), at(object, "/metadata/namespace"));
    many(&mut text, "Labels", &pairs(object, "/metadata/labels", "="));
    many(&mut text, "Annotations", &pairs(object, "/metadata/annotations", ": "));
    text.push_str("\nData\n====\n");
    for (key, value) in object.get("data").and_then(Value::as_object).into_iter().flatten() {
        let _ = writeln!(text, "{key}:\n----\n{}\n", value.as_str().unwrap_or_default());
    }
    text.push_str("\nBinaryData\n====\n\n");
    events(view, &mut text, "ConfigMap", object);
    tabbed(&text)
}

fn events(view: View<'_>, text: &mut String, kind: &str, own: &Value) {
    let now_ms = view.cloud.now_ms();
    let mut rows: Vec<(Vec<String>, u64, u64, u32)> = Vec::new();
    for event in view.objects(Kind::Event) {
        let is_it = at(&event, "/involvedObject/kind") == kind && at(&event, "/involvedObject/name") == name(own);
        if !is_it {
            continue;
        }
        let row = ["/type", "/reason", "/source/component", "/message"].map(|field| at(&event, field).to_owned());
        let at_ms = moment_ms(at(&event, "/lastTimestamp")).unwrap_or(now_ms);
        match rows.iter_mut().find(|(known, ..)| *known == row) {
            Some((_, _, last_ms, count)) => {
                *last_ms = at_ms;
                *count += 1;
            }
            None => rows.push((row.to_vec(), at_ms, at_ms, 1)),
        }
    }
    if rows.is_empty() {
        text.push_str("Events:\t<none>\n");
        return;
    }
    text.push_str("Events:\n  Type\tReason\tAge\tFrom\tMessage\n  ----\t------\t----\t----\t-------\n");
    for (row, first_ms, last_ms, count) in rows {
        let [kind, reason, from, message] = row.as_slice() else { continue };
        let since = |at_ms: u64| age(now_ms.saturating_sub(at_ms));
        let when =
            if count > 1 { format!("{} (x{count} over {})", since(last_ms), since(first_ms)) } else { since(last_ms) };
        let _ = writeln!(text, "  {kind}\t{reason}\t{when}\t{from}\t{message}");
    }
}

fn taints(node: &Value) -> Vec<String> {
    let taints = node.pointer("/spec/taints").and_then(Value::as_array);
    let one = |taint: &Value| {
        let value = at(taint, "/value");
        let equals = if value.is_empty() { "" } else { "=" };
        format!("{}{equals}{value}:{}", at(taint, "/key"), at(taint, "/effect"))
    };
    taints.into_iter().flatten().map(one).collect()
}

fn share(part: u64, whole: u64) -> String {
    format!("({}%)", (part * 100).checked_div(whole).unwrap_or(0))
}

fn amounts(text: &mut String, title: &str, node: &Value, pointer: &str) {
    let _ = writeln!(text, "{title}:");
    for pair in pairs(node, pointer, ":\t") {
        let _ = writeln!(text, "  {pair}");
    }
}

fn pods(text: &mut String, node: &NodeInfo, now_ms: u64) {
    let mut all: Vec<&Pod> = node.pods().iter().filter(|pod| pod.takes_room()).collect();
    all.sort_by_key(|pod| (pod.spec.namespace.clone(), pod.name()));
    let _ = writeln!(text, "Non-terminated Pods:\t({} in total)", all.len());
    text.push_str("  Namespace\tName\t\tCPU Requests\tCPU Limits\tMemory Requests\tMemory Limits\tAge\n");
    text.push_str("  ---------\t----\t\t------------\t----------\t---------------\t-------------\t---\n");
    let whole = node.allocatable;
    let mut sum = Resources::default();
    for pod in all {
        let asked = pod.spec.requests();
        sum += asked;
        let _ = writeln!(
            text,
            "  {}\t{}\t\t{} {}\t0 (0%)\t{} {}\t0 (0%)\t{}",
            pod.spec.namespace,
            pod.name(),
            cpu(asked.cpu_millis),
            share(asked.cpu_millis, whole.cpu_millis),
            memory(asked.memory_bytes),
            share(asked.memory_bytes, whole.memory_bytes),
            age(now_ms.saturating_sub(pod.created_ms)),
        );
    }
    text.push_str("Allocated resources:\n  (Total limits may be over 100 percent, i.e., overcommitted.)\n");
    text.push_str("  Resource\tRequests\tLimits\n  --------\t--------\t------\n");
    let _ = writeln!(text, "  cpu\t{} {}\t0 (0%)", cpu(sum.cpu_millis), share(sum.cpu_millis, whole.cpu_millis));
    let _ = writeln!(
        text,
        "  memory\t{} {}\t0 (0%)",
        memory(sum.memory_bytes),
        share(sum.memory_bytes, whole.memory_bytes)
    );
    text.push_str("  ephemeral-storage\t0 (0%)\t0 (0%)\n");
}

fn node(view: View<'_>, node: &Value) -> String {
    let mut text = String::new();
    let own_name = name(node);
    let created = date(at(node, "/metadata/creationTimestamp"));
    let _ = writeln!(text, "Name:\t{own_name}\nRoles:\t<none>");
    many(&mut text, "Labels", &pairs(node, "/metadata/labels", "="));
    many(&mut text, "Annotations", &pairs(node, "/metadata/annotations", ": "));
    let _ = writeln!(text, "CreationTimestamp:\t{created}");
    many(&mut text, "Taints", &taints(node));
    let is_cordoned = node.pointer("/spec/unschedulable") == Some(&Value::Bool(true));
    let _ = writeln!(text, "Unschedulable:\t{is_cordoned}");
    text.push_str("Conditions:\n  Type\tStatus\tReason\tMessage\n  ----\t------\t------\t-------\n");
    for condition in node.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten() {
        let cells = ["/type", "/status", "/reason", "/message"].map(|field| at(condition, field));
        let _ = writeln!(text, "  {}", cells.join("\t"));
    }
    text.push_str("Addresses:\n");
    for address in node.pointer("/status/addresses").and_then(Value::as_array).into_iter().flatten() {
        let _ = writeln!(text, "  {}:\t{}", at(address, "/type"), at(address, "/address"));
    }
    amounts(&mut text, "Capacity", node, "/status/capacity");
    amounts(&mut text, "Allocatable", node, "/status/allocatable");
    let info = |field: &str| at(node, &format!("/status/nodeInfo/{field}")).to_owned();
    text.push_str("System Info:\n");
    for (title, field) in [
        ("Kernel Version", "kernelVersion"),
        ("OS Image", "osImage"),
        ("Operating System", "operatingSystem"),
        ("Architecture", "architecture"),
        ("Container Runtime Version", "containerRuntimeVersion"),
        ("Kubelet Version", "kubeletVersion"),
        ("Kube-Proxy Version", "kubeProxyVersion"),
    ] {
        let _ = writeln!(text, "  {title}:\t{}", info(field));
    }
    let _ = writeln!(text, "ProviderID:\t{}", at(node, "/spec/providerID"));
    if let Some(info) = view.kubernetes.node_named(own_name) {
        pods(&mut text, info, view.cloud.now_ms());
    }
    events(view, &mut text, "Node", node);
    tabbed(&text)
}

fn pod(view: View<'_>, pod: &Value) -> String {
    let mut text = String::new();
    let field = |pointer: &str, otherwise: &str| {
        let found = at(pod, pointer);
        if found.is_empty() { otherwise.to_owned() } else { found.to_owned() }
    };
    let priority = pod.pointer("/spec/priority").and_then(Value::as_i64).unwrap_or(0);
    let _ = writeln!(text, "Name:\t{}\nNamespace:\t{}", name(pod), at(pod, "/metadata/namespace"));
    let _ = writeln!(text, "Priority:\t{priority}\nService Account:\tdefault");
    let host = at(pod, "/status/hostIP");
    if host.is_empty() {
        text.push_str("Node:\t<none>\n");
    } else {
        let _ = writeln!(text, "Node:\t{}/{host}", at(pod, "/spec/nodeName"));
        let _ = writeln!(text, "Start Time:\t{}", date(at(pod, "/metadata/creationTimestamp")));
    }
    many(&mut text, "Labels", &pairs(pod, "/metadata/labels", "="));
    many(&mut text, "Annotations", &pairs(pod, "/metadata/annotations", ": "));
    let status = pod_status(pod);
    let phase = if status == "Terminating" { "Terminating" } else { at(pod, "/status/phase") };
    let _ = writeln!(text, "Status:\t{phase}\nIP:\t{}", at(pod, "/status/podIP"));
    let owner = at(pod, "/metadata/ownerReferences/0/kind");
    match at(pod, "/status/podIP") {
        "" => text.push_str("IPs:\t<none>\n"),
        address => {
            let _ = writeln!(text, "IPs:\n  IP:\t{address}");
        }
    }
    if !owner.is_empty() {
        let _ = writeln!(text, "Controlled By:\t{owner}/{}", at(pod, "/metadata/ownerReferences/0/name"));
    }
    text.push_str("Containers:\n");
    let containers = pod.pointer("/spec/containers").and_then(Value::as_array);
    for (index, container) in containers.into_iter().flatten().enumerate() {
        let _ = writeln!(text, "  {}:\n    Image:\t{}", at(container, "/name"), at(container, "/image"));
        text.push_str("    Port:\t<none>\n    Host Port:\t<none>\n");
        let own = pod.pointer(&format!("/status/containerStatuses/{index}"));
        let state = own.and_then(|own| own.get("state")?.as_object()?.iter().next());
        if let Some((state, detail)) = state {
            let capital = state.get(..1).unwrap_or_default().to_uppercase() + state.get(1..).unwrap_or_default();
            let _ = writeln!(text, "    State:\t{capital}");
            if let Some(reason) = detail.get("reason").and_then(Value::as_str) {
                let _ = writeln!(text, "      Reason:\t{reason}");
            }
        }
        let is_ready = own.and_then(|own| own.get("ready")?.as_bool()).unwrap_or(false);
        let _ = writeln!(text, "    Ready:\t{}\n    Restart Count:\t0", if is_ready { "True" } else { "False" });
        let requests = pairs(container, "/resources/requests", ":\t");
        if !requests.is_empty() {
            text.push_str("    Requests:\n");
            for request in requests {
                let _ = writeln!(text, "      {request}");
            }
        }
        text.push_str("    Environment:\t<none>\n    Mounts:\t<none>\n");
    }
    text.push_str("Conditions:\n  Type\tStatus\n");
    for condition in pod.pointer("/status/conditions").and_then(Value::as_array).into_iter().flatten() {
        let _ = writeln!(text, "  {} \t{} ", at(condition, "/type"), at(condition, "/status"));
    }
    text.push_str("Volumes:\t<none>\n");
    let _ = writeln!(text, "QoS Class:\t{}", field("/status/qosClass", "BestEffort"));
    many(&mut text, "Node-Selectors", &pairs(pod, "/spec/nodeSelector", "="));
    let tolerations = pod.pointer("/spec/tolerations").and_then(Value::as_array);
    let mut tolerations: Vec<&Value> = tolerations.into_iter().flatten().collect();
    tolerations.sort_by_key(|one| at(one, "/key"));
    let lines: Vec<String> = tolerations.into_iter().map(toleration).collect();
    many(&mut text, "Tolerations", &lines);
    events(view, &mut text, "Pod", pod);
    tabbed(&text)
}

fn toleration(one: &Value) -> String {
    let (key, value, effect) = (at(one, "/key"), at(one, "/value"), at(one, "/effect"));
    let mut text = key.to_owned();
    if !value.is_empty() {
        let _ = write!(text, "={value}");
    }
    if !effect.is_empty() {
        let _ = write!(text, ":{effect}");
    }
    if at(one, "/operator") == "Exists" {
        let blank = if text.is_empty() { "" } else { " " };
        let _ = write!(text, "{blank}op=Exists");
    }
    if let Some(seconds) = one.get("tolerationSeconds").and_then(Value::as_u64) {
        let _ = write!(text, " for {seconds}s");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_set_block_by_block() {
        let text = "Name:\tx\nTaints:\ta\n\tb\nList:\n  Key\t\tValue\n  longer\t\t1\n";
        let expected = "Name:    x\nTaints:  a\n         b\nList:\n  Key       Value\n  longer    1\n";
        assert_eq!(tabbed(text), expected);
    }

    #[test]
    fn dates() {
        assert_eq!(date("2026-01-01T00:00:00Z"), "Thu, 01 Jan 2026 00:00:00 +0000");
        assert_eq!(date("2026-02-03T04:05:06Z"), "Tue, 03 Feb 2026 04:05:06 +0000");
    }
}
