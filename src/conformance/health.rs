//! Suites about the cluster state that the autoscaler derives from nodes: readiness, health and target sizes.

use serde_json::{Map, Value, json};

use super::answer::Answer;
use super::candidates::{set_count, set_time};
use super::input::{Input, Read, Stop};
use super::model::{NOW_MS, aged_ms, at_ms, pool};
use scale_down_engine::ScaleDownMode;
use scale_down_engine::autoscaler::cluster_state::{ClusterState, GroupState, IncorrectSize, Observation};
use scale_down_engine::autoscaler::readiness::{NodeFacts, Readiness};
use scale_down_engine::autoscaler::scale_up_request::ScaleUpRequest;
use scale_down_engine::autoscaler::status::{self, health_name, scale_down_name};
use scale_down_engine::autoscaler::{AcceptableRange, NodeGroup, Setting, Settings};

/// A cluster as the autoscaler sees it, built up from a case.
#[derive(Debug, Default)]
pub struct ObservedCluster {
    /// Its node groups.
    pub groups: Vec<NodeGroup>,
    /// Its nodes.
    pub nodes: Vec<NodeFacts>,
    /// Instance ids of each group that have not registered as nodes.
    pub unregistered: Vec<Vec<u32>>,
    /// The autoscaler's cluster state.
    pub state: ClusterState,
}

/// Returns a node that was created long ago.
#[must_use]
pub fn old_node(group: Option<usize>, is_ready: bool) -> NodeFacts {
    NodeFacts { group, is_ready, is_shut_down: false, is_gone: false, created_ms: 0 }
}

/// Reads the scale-down policy of a group; Delete if the case names none.
pub fn policy(input: &Input<'_>) -> Read<ScaleDownMode> {
    match input.find("policy").map(|policy| policy.as_text()).transpose()? {
        Some("Deallocate") => Ok(ScaleDownMode::Deallocate),
        Some("Delete") | None => Ok(ScaleDownMode::Delete),
        Some(other) => Err(Stop::Unreadable(format!("'{other}' is no policy"))),
    }
}

impl ObservedCluster {
    /// Adds a group with its nodes, and returns its index.
    pub fn group(&mut self, name: &str, input: &Input<'_>) -> Read<usize> {
        let index = self.groups.len();
        self.groups.push(NodeGroup {
            id: pool(index),
            name: name.into(),
            min: input.small_or("min", 1)?,
            max: input.small_or("max", 10)?,
            target: input.small("target")?,
            policy: policy(input)?,
        });
        self.unregistered.push((0..input.small_or("unregistered", 0)?).collect());
        self.nodes_of(index, input)?;
        Ok(index)
    }

    /// Adds the nodes of a group: those that a case counts by kind, and those that it describes one by one.
    fn nodes_of(&mut self, index: usize, input: &Input<'_>) -> Read<()> {
        let new = NodeFacts { created_ms: at_ms(-60_000), ..old_node(Some(index), false) };
        let starting = ["starting", "just_starting", "just_started", "just_created", "not_started", "new_unready"];
        let counts: [(&[&str], NodeFacts); 6] = [
            (&["ready", "registered"], old_node(Some(index), true)),
            (&["unready"], old_node(Some(index), false)),
            (&["long_unready"], old_node(Some(index), false)),
            (&starting, new),
            (&["deallocated"], NodeFacts { is_shut_down: true, ..old_node(Some(index), false) }),
            (&["deleted"], NodeFacts { is_gone: true, ..old_node(Some(index), true) }),
        ];
        for (keys, node) in counts {
            let count = input.small_of(keys)? as usize;
            self.nodes.extend(std::iter::repeat_n(node, count));
        }
        for node in input.list("nodes")? {
            // Since when a node is unready says nothing here; when it was created does.
            node.ms("unready_age_s")?;
            self.nodes.push(NodeFacts {
                created_ms: aged_ms(&node, "created_age_s")?.unwrap_or_default(),
                ..old_node(Some(index), node.flag_or("ready", true)?)
            });
        }
        Ok(())
    }

    /// Updates the cluster state from the groups and nodes.
    pub fn observe(&mut self, settings: &Settings, now_ms: u64) {
        let failed = vec![Vec::new(); self.groups.len()];
        let seen =
            Observation { groups: &self.groups, nodes: &self.nodes, unregistered: &self.unregistered, failed: &failed };
        self.state.update(&seen, settings, now_ms, &mut Vec::new());
    }
}

/// Reads the settings of the cases about health.
pub fn settings(input: &Input<'_>) -> Read<Settings> {
    let mut settings = Settings::default();
    set_count(&mut settings, Setting::MaxTotalUnreadyPercentage, input, "max_total_unready_percentage")?;
    set_count(&mut settings, Setting::OkTotalUnreadyCount, input, "ok_total_unready_count")?;
    set_time(&mut settings, Setting::MaxNodeProvisionTime, input, "max_node_provision_s")?;
    set_time(&mut settings, Setting::MaxNodeStartupTime, input, "max_node_startup_s")?;
    super::candidates::set_flag(&mut settings, Setting::DeallocatedCountAsUnready, input, "count_deallocated")?;
    Ok(settings)
}

fn counts(readiness: &Readiness) -> Answer {
    Answer::new()
        .with("registered", readiness.registered)
        .with("ready_total", readiness.ready)
        .with("ready", readiness.ready)
        .with("unready", readiness.unready)
        .with("not_started", readiness.not_started)
        .with("deleted", readiness.deleted)
        .with("unregistered", readiness.unregistered)
        .with("long_unregistered", readiness.long_unregistered)
}

/// Adapter of the suite `cluster-health`.
pub fn cluster(input: &Input<'_>) -> Read<Answer> {
    let settings = settings(input)?;
    if input.has("steps") {
        return not_started(input, &settings);
    }
    let mut cluster = ObservedCluster::default();
    let mut requests = Vec::new();
    let mut candidates = input.texts("scale_down_candidates")?;
    for (name, group) in input.fields("groups")? {
        let index = cluster.group(name, &group)?;
        candidates.extend(std::iter::repeat_n(name, group.small_or("scale_down_candidates", 0)? as usize));
        if let Some(request) = group.find("scale_up") {
            let age_ms = request.ms("age_s")?.unwrap_or_default();
            requests.push((index, request.small("delta")?, at_ms(-age_ms)));
        }
    }
    let others = input.small_or("extra_non_autoscaled_nodes", 0)? as usize;
    cluster.nodes.extend(std::iter::repeat_n(old_node(None, true), others));
    cluster.state.align(&cluster.groups);
    for (index, delta, now_ms) in requests {
        cluster.state.register_scale_up(index, delta.into(), &settings, now_ms);
    }
    cluster.observe(&settings, NOW_MS);
    let mut groups = Map::new();
    let mut texts = Map::new();
    let mut growing = Vec::new();
    let mut failures = Map::new();
    for (index, group) in cluster.groups.iter().enumerate() {
        let is_healthy = cluster.state.is_group_healthy(index, group.policy, &settings);
        let grows = status::scale_up_of_group(&cluster.state, index, group.policy, &settings, NOW_MS);
        let unneeded = candidates.iter().filter(|node| node.starts_with(&*group.name)).count();
        let is_growing = cluster.state.group(index).is_some_and(GroupState::is_scaling_up);
        let has_asked = cluster.state.group(index).is_some_and(|group| group.scale_up.is_some());
        let safety = cluster.state.scaling_safety(index, group.policy, &settings, NOW_MS);
        groups.insert(
            group.name.to_string(),
            json!({
                "healthy": is_healthy,
                "scaling_up": is_growing,
                "started_scale_up": has_asked,
                "safe_to_scale": safety.is_safe(),
                "backed_off": safety.backoff.is_some(),
            }),
        );
        growing.push(grows);
        if let Some(backoff) = safety.backoff {
            failures.insert(group.name.to_string(), json!([backoff.error.code]));
        }
        texts.insert(format!("{}_health", group.name), json!(health_name(is_healthy)));
        texts.insert(format!("{}_scale_up", group.name), json!(grows.name()));
        texts.insert(format!("{}_scale_down", group.name), json!(scale_down_name(unneeded)));
    }
    let is_healthy = cluster.state.is_cluster_healthy(&settings);
    texts.insert("cluster_health".to_owned(), json!(health_name(is_healthy)));
    texts.insert("cluster_scale_up".to_owned(), json!(status::scale_up(&growing).name()));
    texts.insert("cluster_scale_down".to_owned(), json!(scale_down_name(candidates.len())));
    let answer = counts(&cluster.state.total);
    let answer = answer.with("scale_up_failures", failures);
    Ok(answer.with("cluster_healthy", is_healthy).with_partial("groups", groups).with_partial("status", texts))
}

/// Answers a case in steps: beside a ready node another one comes up, whose ready condition and taint change.
fn not_started(input: &Input<'_>, settings: &Settings) -> Read<Answer> {
    let mut cluster = ObservedCluster::default();
    let mut steps = Vec::new();
    for step in input.get("steps")?.as_list()? {
        let (is_ready, is_tainted) = (step.flag_or("ready", false)?, step.flag_or("taint", false)?);
        let is_ready = is_ready && !is_tainted;
        cluster.nodes =
            vec![old_node(None, true), NodeFacts { created_ms: at_ms(-600_000), ..old_node(None, is_ready) }];
        cluster.observe(settings, NOW_MS);
        steps.push(counts(&cluster.state.total).into_value());
    }
    Ok(Answer::new().with_partial("per_step", steps))
}

/// Adapter of the suite `upcoming-nodes`.
pub fn upcoming(input: &Input<'_>) -> Read<Answer> {
    // Whether the machine of a node that is on its way out is still there, which Azure's provider knows.
    let is_there = match input.find("provider_has_instance") {
        Some(field) if field.is_text() && field.as_text()? == "not implemented" => {
            let reason = "the Azure provider always knows whether a machine is there";
            return Err(Stop::Skipped(reason.to_owned()));
        }
        Some(field) => field.as_flag()?,
        None => true,
    };
    let settings = settings(input)?;
    if input.has("steps") {
        return upcoming_in_steps(input, &settings);
    }
    let mut cluster = ObservedCluster::default();
    cluster.group("ng", input)?;
    // A node that is on its way out counts as what it is for as long as its machine is there.
    let going = input.small_or("to_be_deleted", 0)? as usize;
    if cluster.nodes.len() < going {
        cluster.nodes.extend(std::iter::repeat_n(old_node(Some(0), true), going));
    }
    cluster.nodes.iter_mut().take(going).for_each(|node| node.is_gone = !is_there);
    cluster.observe(&settings, NOW_MS);
    let registered = cluster.state.group(0).map_or(0, |group| group.readiness.not_started);
    let upcoming = cluster.state.upcoming(0, ScaleDownMode::Delete);
    Ok(Answer::new().with("upcoming", upcoming).with("upcoming_registered", registered.min(upcoming)))
}

/// Answers a case in steps: instances are first seen, waited for, and register at last.
fn upcoming_in_steps(input: &Input<'_>, settings: &Settings) -> Read<Answer> {
    let mut cluster = ObservedCluster::default();
    cluster.group("ng", input)?;
    let missing = input.small("instances")?.saturating_sub(input.small("registered")?);
    let mut upcoming = Vec::new();
    let mut unregistered = Vec::new();
    let mut now_ms = NOW_MS;
    for step in input.texts("steps")? {
        match step {
            "first seen" => cluster.unregistered = vec![(0..missing).collect()],
            "2 min later" => now_ms += 120_000,
            "registered" => {
                cluster.unregistered = vec![Vec::new()];
                cluster.nodes.extend(std::iter::repeat_n(old_node(Some(0), true), missing as usize));
            }
            other => return Err(Stop::Unreadable(format!("'{other}' is no step"))),
        }
        cluster.observe(settings, now_ms);
        let left = cluster.unregistered.first().map_or(0, Vec::len);
        unregistered.push(json!(left));
        upcoming.push(if left == 0 { Value::Null } else { json!(cluster.state.upcoming(0, ScaleDownMode::Delete)) });
    }
    Ok(Answer::new().with("upcoming", upcoming).with("unregistered", unregistered))
}

/// Adapter of the suite `cluster-size`.
pub fn size(input: &Input<'_>) -> Read<Answer> {
    let settings = settings(input)?;
    let mut cluster = ObservedCluster::default();
    let others = input.small_or("extra_non_autoscaled_nodes", 0)? as usize;
    let mut steps = Vec::new();
    for step in input.get("steps")?.as_list()? {
        cluster.groups.clear();
        for (index, target) in step.get("targets")?.as_list()?.iter().enumerate() {
            let target = target.as_small()?;
            let (min, max, policy) = (1, 10, ScaleDownMode::Delete);
            cluster.groups.push(NodeGroup { id: pool(index), name: "ng".into(), min, max, target, policy });
        }
        cluster.unregistered = vec![Vec::new(); cluster.groups.len()];
        let nodes = step.small("nodes")? as usize;
        cluster.nodes = std::iter::repeat_n(old_node(Some(0), true), nodes).collect();
        cluster.nodes.extend(std::iter::repeat_n(old_node(None, true), others));
        cluster.observe(&settings, NOW_MS);
        steps.push(json!(cluster.state.size()));
    }
    Ok(Answer::new().with("per_step", steps))
}

fn range(range: AcceptableRange) -> Value {
    json!([range.min, range.max, range.target])
}

/// Reads the state of a group that a case gives.
fn remembered(input: &Input<'_>) -> Read<GroupState> {
    let readiness = Readiness {
        registered: input.small_or("registered", input.small_or("ready", 0)?)?,
        ready: input.small_or("ready", 0)?,
        unregistered: input.small_or("unregistered", 0)?,
        long_unregistered: input.small_or("long_unregistered", 0)?,
        ..Readiness::default()
    };
    let increase = match input.small_or("increase", 0)? {
        0 => input.small_or("scale_up_increase", 0)?,
        increase => increase,
    };
    let request = ScaleUpRequest { increase, at_ms: NOW_MS, expected_ms: NOW_MS };
    let going = input.small_or("scale_downs", 0)? as usize;
    Ok(GroupState {
        readiness,
        scale_up: (increase > 0).then_some(request),
        scale_downs: vec![NOW_MS; going],
        ..GroupState::default()
    })
}

/// Adapter of the suite `acceptable-range`.
pub fn acceptable_range(input: &Input<'_>) -> Read<Answer> {
    let mut ranges = Map::new();
    for (name, group) in input.get("groups")?.as_fields()? {
        let mut state = remembered(&group)?;
        state.recalculate(group.small("target")?);
        ranges.insert(name.to_owned(), range(state.range));
    }
    Ok(Answer::new().with("range", ranges))
}

/// Adapter of the suite `recalculate`.
pub fn recalculate(input: &Input<'_>) -> Read<Answer> {
    let group = NodeGroup {
        id: pool(0),
        name: "ng".into(),
        min: 0,
        max: 1000,
        target: input.small("new_target")?,
        policy: ScaleDownMode::Delete,
    };
    let mut known = remembered(input)?;
    let before = input.get("range")?.as_list()?;
    let before = before.iter().map(Input::as_count).collect::<Read<Vec<_>>>()?;
    if let [min, max, target] = before.as_slice() {
        let integer = |count: &u64| i64::try_from(*count).unwrap_or(i64::MAX);
        known.range = AcceptableRange { min: integer(min), max: integer(max), target: integer(target) };
    }
    let mut state = ClusterState::default();
    let groups = [group];
    state.align(&groups);
    if let Some(slot) = state.group_mut(0) {
        *slot = known;
    }
    state.recalculate(&groups);
    let found = state.group(0).map(|group| group.range).unwrap_or_default();
    Ok(Answer::new().with("range", range(found)).with("upcoming", state.upcoming(0, ScaleDownMode::Delete)))
}

/// Adapter of the suite `incorrect-size`.
pub fn incorrect_size(input: &Input<'_>) -> Read<Answer> {
    let previous = input.fields("previous")?;
    let mut incorrect = Map::new();
    for (name, group) in input.get("groups")?.as_fields()? {
        let mut state = remembered(&group)?;
        state.recalculate(group.small("target")?);
        if let Some((_, known)) = previous.iter().find(|(known, _)| *known == name) {
            let numbers = known.as_list()?.iter().map(Input::as_ms).collect::<Read<Vec<_>>>()?;
            if let [current, expected, since_ms] = *numbers.as_slice() {
                let (current, expected) = (current / 1000, expected / 1000);
                state.incorrect = Some(IncorrectSize { current, expected, since_ms: at_ms(since_ms) });
            }
        }
        state.find_incorrect_size(NOW_MS);
        if let Some(found) = state.incorrect {
            #[expect(clippy::cast_precision_loss, reason = "seconds of a test")]
            let since_s = (found.since_ms as f64 - NOW_MS as f64) / 1000.0;
            incorrect.insert(name.to_owned(), json!([found.current, found.expected, since_s]));
        }
    }
    Ok(Answer::new().with("incorrect", incorrect))
}
