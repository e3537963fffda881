//! Suites that run whole loops of the autoscaler.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::candidates::{set_count, set_flag, set_fraction, set_time};
use super::fake::{FakeProvider, ProviderCall};
use super::input::{Input, Read, Stop};
use super::model::{self, Nodes, pool};
use scale_down_engine::autoscaler::{LastTimes, Setting, Settings};
use scale_down_engine::kubernetes::{NodeId, NodeInfo, Pod, PodId, PodPhase, PodSpec, Resources};

const HOUR_MS: u64 = 3_600_000;
const MEMORY: u64 = 1000;

/// Returns settings without a cooldown after scale-up and failures, and with one unready node tolerated.
fn without_delays() -> Settings {
    let mut settings = Settings::default();
    let delays = [Setting::ScaleDownDelayAfterAdd, Setting::ScaleDownDelayAfterFailure];
    for delay in delays {
        settings.set(delay, 0);
    }
    settings.set(Setting::OkTotalUnreadyCount, 1);
    settings.set(Setting::MaxTotalUnreadyPercentage, 0);
    settings
}

/// An instance of a group, which may have registered as a node.
struct Machine<'a> {
    name: &'a str,
    id: NodeId,
    is_registered: bool,
    is_ready: bool,
}

#[derive(Default)]
struct World<'a> {
    fake: FakeProvider,
    machines: Vec<Machine<'a>>,
    /// Processor capacity of machines, in millicores, by name.
    sizes: Vec<(&'a str, u64)>,
}

impl<'a> World<'a> {
    fn add_group(&mut self, name: &str, sizes: (u32, u32, u32)) {
        let id = NodeId { pool: pool(self.fake.groups.len()), instance_id: u32::MAX };
        let template = NodeInfo::new(id, "template", Resources { pods: 100, ..Resources::new(1000, MEMORY) });
        self.fake.add_group(name, sizes, template);
    }

    fn add_machine(&mut self, group: &str, name: &'a str, is_registered: bool) -> Read<()> {
        let place = self.fake.place(group);
        let place = place.ok_or_else(|| Stop::Unreadable(format!("there is no group '{group}'")))?;
        let instance_id = u32::try_from(self.machines.len()).unwrap_or(u32::MAX);
        let id = NodeId { pool: pool(place), instance_id };
        self.machines.push(Machine { name, id, is_registered, is_ready: is_registered });
        Ok(())
    }

    fn name(&self, id: NodeId) -> &'a str {
        self.machines.iter().find(|machine| machine.id == id).map_or("?", |machine| machine.name)
    }

    /// Returns the nodes that the autoscaler sees now, with these pods; updates unregistered instances and pending
    /// pods.
    fn observe(&mut self, pods: &[(Pod, Option<&str>)]) -> Nodes {
        let mut nodes = Nodes::default();
        for machine in self.machines.iter().filter(|machine| machine.is_registered) {
            let cpu = self.sizes.iter().find(|(name, _)| *name == machine.name).map_or(1000, |(_, cpu)| *cpu);
            let whole = Resources { pods: 100, ..Resources::new(cpu, MEMORY) };
            let mut node = NodeInfo::new(machine.id, machine.name, whole);
            node.is_ready = machine.is_ready;
            for (pod, _) in pods.iter().filter(|(_, node)| *node == Some(machine.name)) {
                node.add_pod(pod.clone());
            }
            nodes.all.push(node);
        }
        for (place, unregistered) in self.fake.unregistered.iter_mut().enumerate() {
            let waits = |machine: &&Machine<'_>| machine.id.pool == pool(place) && !machine.is_registered;
            *unregistered = self.machines.iter().filter(waits).map(|machine| machine.id.instance_id).collect();
        }
        let waiting = pods.iter().filter(|(_, node)| node.is_none());
        self.fake.pending = waiting.map(|(pod, _)| pod.clone()).collect();
        nodes
    }

    fn told(&self, calls: &[ProviderCall]) -> Value {
        let group = |place: usize| self.fake.groups.get(place).map_or("?", |group| &*group.name);
        let of_node = |id: &NodeId| {
            let place = self.fake.groups.iter().position(|group| group.id == id.pool);
            json!([place.map(group), self.name(*id)])
        };
        let mut told = Map::new();
        for act in calls {
            let (name, value) = match act {
                ProviderCall::IncreaseSize(place, by) => ("scale_up", json!([group(*place), by])),
                ProviderCall::DecreaseTargetSize(place, by) => ("fixed_target", json!([group(*place), by])),
                ProviderCall::DeleteMachines(place, machines) => {
                    let id =
                        machines.first().map(|instance_id| NodeId { pool: pool(*place), instance_id: *instance_id });
                    ("delete_unregistered", json!(id.as_ref().map(of_node)))
                }
                ProviderCall::StartDeletion(empty, drained) => {
                    ("scale_down", json!(empty.iter().chain(drained).next().map(of_node)))
                }
            };
            told.insert(name.to_owned(), value);
        }
        if told.is_empty() {
            told.insert("actions".to_owned(), json!([]));
        }
        Value::Object(told)
    }
}

fn sizes_of(input: &[Input<'_>]) -> Read<(u32, u32, u32)> {
    match input {
        [_, min, max, target] => Ok((min.as_small()?, max.as_small()?, target.as_small()?)),
        _ => Err(Stop::Unreadable("a group is a name and three sizes".to_owned())),
    }
}

/// Adapter of the suite `run-loop`.
pub fn run_loop(input: &Input<'_>) -> Read<Answer> {
    let mut settings = without_delays();
    let options = input.get("options")?;
    set_time(&mut settings, Setting::ScaleDownUnneededTime, &options, "unneeded_time_s")?;
    set_time(&mut settings, Setting::ScaleDownUnreadyTime, &options, "unready_time_s")?;
    set_time(&mut settings, Setting::MaxNodeProvisionTime, &options, "max_node_provision_s")?;
    set_fraction(&mut settings, Setting::ScaleDownUtilizationThreshold, &options, "threshold")?;
    set_flag(&mut settings, Setting::EnforceNodeGroupMinSize, &options, "enforce_min_size")?;
    set_count(&mut settings, Setting::CoresTotalMax, &options, "max_cores_total")?;
    let mut world = World::default();
    for (name, cpu) in input.fields("nodes")? {
        world.sizes.push((name, cpu.as_count()?));
    }
    for (name, group) in input.fields("groups")? {
        world.add_group(name, (group.small("min")?, group.small("max")?, group.small("target")?));
        for node in group.texts("nodes")? {
            world.add_machine(name, node, true)?;
        }
    }
    let mut pods = Vec::new();
    for ((name, pod), id) in input.fields("pods")?.into_iter().zip(1..) {
        let node = pod.find("node").map(|node| node.as_text()).transpose()?;
        // Without a node it is unschedulable, which the case says once more.
        pod.flag_or("unschedulable", false)?;
        let mut spec = PodSpec::new("default", name, model::resources(&pod)?);
        spec.annotations = pod.pairs("annotations")?;
        let mut pod = Pod::new(PodId(id), Arc::new(spec), 0);
        pod.phase = if node.is_some() { PodPhase::Running } else { PodPhase::Pending };
        pods.push((name, pod, node));
    }
    let mut told = Vec::new();
    for step in input.get("loops")?.as_list()? {
        let step = prepare(&mut world, &mut settings, &step)?;
        let present: Vec<(Pod, Option<&str>)> = pods
            .iter()
            .filter(|(name, ..)| step.pods.contains(name))
            .map(|(_, pod, node)| (pod.clone(), *node))
            .collect();
        let nodes = world.observe(&present);
        let (_, calls) = world.fake.run(&nodes, &settings, step.after_ms);
        told.push(world.told(&calls));
        obey(&mut world, &calls);
    }
    Ok(Answer::new().with("per_loop", told))
}

struct Step<'a> {
    after_ms: u64,
    pods: Vec<&'a str>,
}

/// Applies the changes that a case describes before a loop.
fn prepare<'a>(world: &mut World<'a>, settings: &mut Settings, step: &Input<'a>) -> Read<Step<'a>> {
    set_count(settings, Setting::MaxNodesTotal, step, "max_nodes_total")?;
    if let Some(group) = step.find("add_group") {
        let fields = group.as_list()?;
        let name = fields.first().map_or(Ok(""), Input::as_text)?;
        world.add_group(name, sizes_of(&fields)?);
        // Nodes that register in the same step are of this group.
        for node in step.texts("registered")? {
            for machine in &mut world.machines {
                machine.is_registered = false;
            }
            world.add_machine(name, node, true)?;
            if let Some(machine) = world.machines.last_mut() {
                machine.is_ready = false;
            }
        }
    }
    for (key, is_registered) in [("add_node", true), ("unregistered_instance", false)] {
        match step.texts(key)?.as_slice() {
            [] => {}
            [group, name] => world.add_machine(group, name, is_registered)?,
            _ => return Err(Stop::Unreadable(format!("'{key}' is a group and a node"))),
        }
    }
    for (name, target) in step.fields("target")? {
        let target = target.as_small()?;
        let place = world.fake.place(name);
        if let Some(group) = place.and_then(|place| world.fake.groups.get_mut(place)) {
            group.target = target;
        }
    }
    Ok(Step { after_ms: u64::from(step.small_or("t_h", 0)?) * HOUR_MS, pods: step.texts("pods")? })
}

/// Carries out the deletions of a loop. Instances go at once, but Kubernetes keeps the node of a deleted instance
/// for a while.
fn obey(world: &mut World<'_>, calls: &[ProviderCall]) {
    for act in calls {
        match act {
            ProviderCall::DeleteMachines(place, machines) => {
                let is_gone = |machine: &Machine<'_>| {
                    machine.id.pool == pool(*place) && machines.contains(&machine.id.instance_id)
                };
                world.machines.retain(|machine| !is_gone(machine));
            }
            ProviderCall::StartDeletion(empty, drained) => world.fake.gone.extend(empty.iter().chain(drained)),
            ProviderCall::IncreaseSize(..) | ProviderCall::DecreaseTargetSize(..) => {}
        }
    }
}

/// Reads an earlier action on a group: `ng1 scaled up 3 min ago`.
fn history(text: &str, loop_ms: u64) -> Option<(&str, LastTimes)> {
    let (group, what) = text.split_once(' ')?;
    let words: Vec<&str> = what.split(' ').collect();
    let minutes = words.iter().position(|word| *word == "min")?.checked_sub(1)?;
    let age_ms = words.get(minutes)?.parse::<u64>().ok()? * 60_000;
    let then_ms = Some(loop_ms.checked_sub(age_ms)?);
    let mut last = LastTimes::default();
    if what.contains("failure") {
        last.failure_ms = then_ms;
    } else if what.contains("scaled up") {
        last.scale_up_ms = then_ms;
    } else if what.contains("scaled down") {
        last.scale_down_ms = then_ms;
    } else {
        return None;
    }
    Some((group, last))
}

/// Adapter of the suite `cooldown`: two groups, each with a node that could be removed, and an earlier action.
pub fn cooldown(input: &Input<'_>) -> Read<Answer> {
    let mut settings = without_delays();
    set_flag(&mut settings, Setting::ScaleDownDelayTypeLocal, input, "scale_down_delay_type_local")?;
    set_time(&mut settings, Setting::ScaleDownDelayAfterAdd, input, "delay_after_add_s")?;
    set_time(&mut settings, Setting::ScaleDownDelayAfterDelete, input, "delay_after_delete_s")?;
    set_time(&mut settings, Setting::ScaleDownDelayAfterFailure, input, "delay_after_failure_s")?;
    set_count(&mut settings, Setting::MaxNodesTotal, input, "max_nodes_total")?;
    let mut world = World::default();
    for (group, node) in [("ng1", "n1"), ("ng2", "n2")] {
        world.add_group(group, (0, 10, 1));
        world.add_machine(group, node, true)?;
    }
    // A pod that may be moved leaves the first node little used and the second one empty.
    let cpu = if input.flag_or("both_groups_underutilised", true)? { 400 } else { 900 };
    let mut spec = PodSpec::new("default", "p1", Resources::new(cpu, 100));
    spec.annotations.insert("cluster-autoscaler.kubernetes.io/safe-to-evict".to_owned(), "true".to_owned());
    let mut pod = Pod::new(PodId(1), Arc::new(spec), 0);
    pod.phase = PodPhase::Running;
    let pods = [(pod, Some("n1"))];
    let text = input.text("history")?;
    let second_ms = settings.number(Setting::ScaleDownUnneededTime) + 1000;
    let mut removed = Vec::new();
    for after_ms in [0, second_ms] {
        // In upstream's test the clock of the cooldowns stands still between the loops, so that what
        // happened is as long ago in the second one.
        let (group, last) = history(text, model::NOW_MS + after_ms)
            .ok_or_else(|| Stop::Unreadable(format!("'{text}' is not something that happened")))?;
        if let Some(id) = world.fake.place(group).map(pool) {
            *world.fake.autoscaler.last_of(id) = last;
            world.fake.autoscaler.last = last;
        }
        let nodes = world.observe(&pods);
        let (_, calls) = world.fake.run(&nodes, &settings, after_ms);
        for act in calls {
            if let ProviderCall::StartDeletion(empty, drained) = act {
                removed.extend(empty.into_iter().chain(drained));
            }
        }
    }
    let of_node = |id: &NodeId| {
        let group = world.fake.groups.iter().find(|group| group.id == id.pool).map(|group| group.name.to_string());
        json!([group, world.name(*id)])
    };
    let told = match removed.as_slice() {
        [] => Value::Null,
        [one] => of_node(one),
        several => json!(several.iter().map(of_node).collect::<Vec<_>>()),
    };
    Ok(Answer::new().with("scales_down", told))
}
