//! The suite about scale-up for pending pods.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::candidates::{set_count, set_flag};
use super::fake::like;
use super::health::{ObservedCluster, old_node, policy};
use super::input::{Input, Read, Stop};
use super::model::{NOW_MS, Nodes, pool, sorted};
use scale_down_engine::autoscaler::cluster_snapshot::ClusterSnapshot;
use scale_down_engine::autoscaler::expander::ExpansionOption;
use scale_down_engine::autoscaler::quota::Quota;
use scale_down_engine::autoscaler::scale_up::{EstimateLimit, ScaleUpInput, ScaleUpResult, scale_up, scale_up_to_min};
use scale_down_engine::autoscaler::template::Template;
use scale_down_engine::autoscaler::{AutoscalerEvent, NodeGroup, Setting, Settings};
use scale_down_engine::kubernetes::Pod;

/// Pool number of the nodes that are in no group.
const NO_GROUP: usize = 1_000_000;

/// Limit of the cluster's cores in upstream's tests.
const CORES_MAX: u64 = 320_000;

/// The scale-up calls that the provider refuses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Refuses {
    Never,
    Once,
    Always,
}

struct Case {
    nodes: Nodes,
    groups: Vec<NodeGroup>,
    templates: Vec<Template>,
    pending: Vec<Pod>,
    quotas: Vec<Quota>,
    settings: Settings,
    refuses: Refuses,
    choice: Option<String>,
    /// Groups are only brought up to their minimum size; pending pods are not considered.
    is_to_min: bool,
}

fn read(input: &Input<'_>) -> Read<Case> {
    let options = input.find("options");
    if options.as_ref().is_some_and(|options| options.find("all_or_nothing").is_some()) {
        let reason = "all or nothing is for provisioning requests, which AKS does not have";
        return Err(Stop::Skipped(reason.to_owned()));
    }
    let mut settings = Settings::default();
    // Upstream's tests allow no unready node.
    settings.set(Setting::OkTotalUnreadyCount, 0);
    settings.set(Setting::MaxTotalUnreadyPercentage, 0);
    let cores_max = options.as_ref().map_or(Ok(CORES_MAX), |options| options.count_or("max_cores_total", CORES_MAX))?;
    let memory_max = options.as_ref().map_or(Ok(u64::MAX), |found| found.count_or("max_memory_total_b", u64::MAX))?;
    if let Some(options) = &options {
        set_count(&mut settings, Setting::MaxNodesTotal, options, "max_nodes_total")?;
        set_flag(&mut settings, Setting::BalanceSimilarNodeGroups, options, "balance_similar_node_groups")?;
        set_flag(&mut settings, Setting::ParallelScaleUp, options, "parallel_scale_up")?;
    }
    let mut case = Case {
        nodes: Nodes::default(),
        groups: Vec::new(),
        templates: Vec::new(),
        pending: Vec::new(),
        quotas: vec![Quota {
            id: "cluster-wide".to_owned(),
            groups: Vec::new(),
            cores_max: Some(cores_max),
            memory_max_bytes: Some(memory_max),
        }],
        settings,
        refuses: match input.find("cloud_scale_up_fails").map(|fails| fails.as_text()).transpose()? {
            None => Refuses::Never,
            Some("once") => Refuses::Once,
            Some("always") => Refuses::Always,
            Some(other) => return Err(Stop::Unreadable(format!("'{other}' is not when the provider refuses"))),
        },
        choice: None,
        is_to_min: false,
    };
    case.read_nodes(input)?;
    for (name, group) in input.fields("groups")? {
        case.change(name, |found| {
            found.min = group.small_or("min", found.min)?;
            found.max = group.small_or("max", found.max)?;
            found.target = group.small_or("target", found.target)?;
            found.policy = policy(&group)?;
            Ok(())
        })?;
    }
    for (name, target) in input.fields("targets")? {
        let target = target.as_small()?;
        case.change(name, |group| {
            group.target = target;
            Ok(())
        })?;
    }
    if let Some(options) = &options {
        case.read_sizes(options)?;
    }
    case.read_quotas(input)?;
    for pod in input.list("pods")? {
        case.nodes.place(&pod)?;
    }
    for pod in input.list("pending")? {
        let pod = case.nodes.pod(&pod)?;
        case.pending.push(pod);
    }
    let asked = ["enforce_node_group_min_size", "enforce_min_size", "to_min_size"];
    let asked = options.as_ref().and_then(|options| options.find_any(&asked)).or_else(|| input.find_any(&asked));
    // Where no pod waits, there is nothing else that a group could grow for.
    case.is_to_min = asked.map_or(Ok(case.pending.is_empty()), |asked| asked.as_flag())?;
    if let Some(choice) = input.find("expander_chooses") {
        // How many nodes the option has is for the estimate to say.
        choice.small("delta")?;
        case.choice = Some(choice.text("group")?.to_owned());
    }
    Ok(case)
}

impl Case {
    fn read_nodes(&mut self, input: &Input<'_>) -> Read<()> {
        for node in input.get("nodes")?.as_list()? {
            let Some(name) = node.find("group") else {
                self.nodes.add(&node, pool(NO_GROUP))?;
                continue;
            };
            let name = name.as_text()?;
            let known = self.groups.iter().position(|group| &*group.name == name);
            let id = pool(known.unwrap_or(self.groups.len()));
            let added = self.nodes.add(&node, id)?;
            if let Some(group) = known.and_then(|index| self.groups.get_mut(index)) {
                group.target += 1;
                continue;
            }
            let (min, max, target) = (1, 10, 1);
            let policy = scale_down_engine::ScaleDownMode::Delete;
            self.groups.push(NodeGroup { id, name: name.into(), min, max, target, policy });
            if let Some(node) = self.nodes.all.iter().find(|node| node.id == added) {
                self.templates.push(Template { node: like(node), capacity: node.allocatable });
            }
        }
        Ok(())
    }

    fn change(&mut self, name: &str, change: impl FnOnce(&mut NodeGroup) -> Read<()>) -> Read<()> {
        let found = self.groups.iter_mut().find(|group| &*group.name == name);
        change(found.ok_or_else(|| Stop::Unreadable(format!("there is no group '{name}'")))?)
    }

    /// Reads minimum and maximum sizes, given once for all groups or by group.
    fn read_sizes(&mut self, options: &Input<'_>) -> Read<()> {
        for key in ["min", "max", "max_size", "min_size"] {
            let Some(sizes) = options.find(key) else { continue };
            let set = |group: &mut NodeGroup, size| {
                *(if key.starts_with("min") { &mut group.min } else { &mut group.max }) = size;
            };
            match sizes.as_count() {
                Ok(_) => {
                    let size = sizes.as_small()?;
                    self.groups.iter_mut().for_each(|group| set(group, size));
                }
                Err(_) => {
                    for (name, size) in sizes.as_fields()? {
                        let size = size.as_small()?;
                        self.change(name, |group| {
                            set(group, size);
                            Ok(())
                        })?;
                    }
                }
            }
        }
        Ok(())
    }

    fn read_quotas(&mut self, input: &Input<'_>) -> Read<()> {
        for quota in input.list("quotas")? {
            let groups = quota.get("groups")?;
            let ids = if groups.is_text() {
                groups.as_text()?;
                Vec::new()
            } else {
                let names = groups.as_list()?.iter().map(Input::as_text).collect::<Read<Vec<_>>>()?;
                let limited = self.groups.iter().filter(|group| names.contains(&&*group.name));
                limited.map(|group| group.id).collect()
            };
            let memory = ["memory", "mem_b", "memory_b"].iter().find_map(|key| quota.find(key));
            self.quotas.push(Quota {
                id: quota.text("name")?.to_owned(),
                groups: ids,
                cores_max: quota.find("cpu").map(|cpu| cpu.as_count()).transpose()?,
                memory_max_bytes: memory.map(|memory| memory.as_count()).transpose()?,
            });
        }
        Ok(())
    }
}

/// Adapter of the suite `scale-up`.
pub fn scale_up_case(input: &Input<'_>) -> Read<Answer> {
    let case = read(input)?;
    let mut cluster = ObservedCluster { groups: case.groups.clone(), ..ObservedCluster::default() };
    let place = |id| case.groups.iter().position(|group| group.id == id);
    cluster.nodes = case.nodes.all.iter().map(|node| old_node(place(node.id.pool), node.is_ready)).collect();
    cluster.unregistered = vec![Vec::new(); case.groups.len()];
    cluster.observe(&case.settings, NOW_MS);
    let request = ScaleUpInput {
        groups: &case.groups,
        templates: &case.templates,
        pods: &case.pending,
        quotas: case.quotas.clone(),
        limit: EstimateLimit::None,
        settings: &case.settings,
        now_ms: NOW_MS,
    };
    let mut snapshot = ClusterSnapshot::new(case.nodes.sorted().into_iter());
    let mut choose = |options: &[ExpansionOption]| match &case.choice {
        Some(name) => options.iter().position(|option| *option.group == **name),
        None => (!options.is_empty()).then_some(0),
    };
    let mut targets: Vec<u32> = case.groups.iter().map(|group| group.target).collect();
    let mut refusals = 0;
    // The provider of upstream's tests counts the nodes even where it then refuses.
    let mut grow = |group: usize, by: u32| {
        if let Some(target) = targets.get_mut(group) {
            *target += by;
        }
        refusals += 1;
        let is_refused = case.refuses == Refuses::Always || (case.refuses == Refuses::Once && refusals == 1);
        if is_refused { Err("refused".to_owned()) } else { Ok(()) }
    };
    let mut events = Vec::new();
    let found = if case.is_to_min {
        let resizes = scale_up_to_min(&request, &snapshot, &mut cluster.state, &mut grow, &mut events);
        ScaleUpResult { resizes, ..ScaleUpResult::default() }
    } else {
        scale_up(&request, &mut snapshot, &mut cluster.state, &mut choose, &mut grow, &mut events)
    };
    found.report(&mut events);
    Ok(answer(&case, &found, &events, &targets))
}

fn names<'a>(pods: impl Iterator<Item = &'a Pod>) -> Vec<String> {
    sorted(pods.map(|pod| pod.spec.name.clone()))
}

fn answer(case: &Case, found: &ScaleUpResult<'_>, events: &[AutoscalerEvent], targets: &[u32]) -> Answer {
    let mut event = Value::Null;
    let mut reason = Value::Null;
    for emitted in events {
        let text = emitted.text();
        if matches!(emitted, AutoscalerEvent::TriggeredScaleUp { .. } | AutoscalerEvent::NotTriggerScaleUp { .. }) {
            event = json!(text.reason);
            reason = json!(text.message);
        }
    }
    let sizes: Map<String, Value> =
        case.groups.iter().zip(targets).map(|(group, target)| (group.name.to_string(), json!(target))).collect();
    let first = found.resizes.first();
    let scale_up = first.map(|resize| json!({ "group": &*resize.group, "delta": resize.to - resize.from }));
    let error = found.error.as_ref();
    Answer::new()
        .with("ok", found.is_successful())
        .with("scale_up", scale_up)
        .with_set("triggered", names(found.triggered.iter().copied()))
        .with_set("remain_unschedulable", names(found.remaining.iter().map(|one| one.pod)))
        .with_set("await_evaluation", names(found.awaiting.iter().copied()))
        .with("event", event)
        .with("reason", reason)
        .with_set(
            "options",
            found.options.iter().map(|option| json!([&*option.group, option.nodes])).collect::<Vec<_>>(),
        )
        .with_partial("target_sizes", sizes)
        .with("sum_of_target_sizes", targets.iter().sum::<u32>())
        .with("error_type", error.map(|error| error.kind))
        .with("mentions_other_errors", error.is_some_and(|error| error.message.contains("...and other errors")))
}
