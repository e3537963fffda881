//! `sim autoscaler` and `sim why`: the cluster autoscaler's settings and the reasons for its decisions.

use std::fmt::Write as _;

use super::verb::{Call, Result};
use crate::az::exec::refusal;
use scale_down_engine::autoscaler::expander::Priorities;
use scale_down_engine::autoscaler::profile;
use scale_down_engine::autoscaler::settings::SETTINGS;
use scale_down_engine::ground::pattern::Pattern;
use scale_down_engine::scaler::TimeFormats;
use scale_down_engine::{Cloud, Cluster};

const USAGE: &str =
    "sim autoscaler: usage: sim autoscaler [NAME [VALUE|default]] | priorities 'NUMBER=PATTERN; …' | status";

/// Carries out `sim autoscaler`: sets values for every cluster, and shows those of the first.
pub(super) fn run(call: &mut Call<'_, '_>) -> Result<String> {
    let (words, cloud) = (call.words, &mut *call.context.cloud);
    let Some(first) = cloud.clusters().first() else {
        return Err(refusal("sim autoscaler: there is no cluster yet"));
    };
    match words {
        [] => Ok(list(cloud, first)),
        ["status"] => status(cloud),
        ["priorities", rules] => set_priorities(rules, cloud),
        [name] => {
            let info = setting(name)?;
            let value = cloud.scaler(first.id).map(|scaler| scaler.settings(first).get(info.setting));
            Ok(format!("{name}: {}", profile::text(info.kind, value.unwrap_or(info.default))))
        }
        [name, value] => set(name, value, cloud),
        _ => Err(refusal(USAGE)),
    }
}

fn setting(name: &str) -> Result<&'static scale_down_engine::autoscaler::settings::SettingInfo> {
    profile::find(name)
        .ok_or_else(|| refusal(format!("sim autoscaler: '{name}' is no setting; sim autoscaler lists them")))
}

/// Lists every setting with its value; a star marks those that differ from the default.
fn list(cloud: &Cloud, cluster: &Cluster) -> String {
    let Some(scaler) = cloud.scaler(cluster.id) else {
        return String::new();
    };
    let settings = scaler.settings(cluster);
    let mut text = format!("Cluster autoscaler of {} (* set; the first 20 are in AKS's profile)\n", cluster.spec.name);
    for info in &SETTINGS {
        let value = settings.get(info.setting);
        let mark = if value == info.default { ' ' } else { '*' };
        let _ = writeln!(text, "{mark} {:<42}{}", info.name, profile::text(info.kind, value));
    }
    text.pop();
    text
}

fn set(name: &str, value: &str, cloud: &mut Cloud) -> Result<String> {
    let info = setting(name)?;
    let is_default = value == "default";
    if !is_default && profile::parsed(info.kind, value).is_none() {
        let expected = profile::expected(info.kind);
        return Err(refusal(format!("sim autoscaler: '{value}' is not {expected}")));
    }
    let clusters: Vec<_> = cloud.clusters().iter().map(|cluster| cluster.id).collect();
    for cluster in clusters {
        cloud.set_autoscaler_flag(cluster, name, (!is_default).then_some(value));
    }
    let note =
        if profile::is_simulated(info.setting) { "" } else { " (without effect: such pods end with their node)" };
    Ok(format!("{name}: {}{note}", if is_default { "as in the profile" } else { value }))
}

/// Sets the rules of the `priority` expander: `NUMBER=PATTERN`, the pattern matched against scale set names.
fn set_priorities(rules: &str, cloud: &mut Cloud) -> Result<String> {
    let mut priorities = Priorities::default();
    let mut texts: Vec<(&str, &str)> = Vec::new();
    for rule in rules.split([';', '\n']).map(str::trim).filter(|rule| !rule.is_empty()) {
        let parts = rule.split_once('=').map(|(number, pattern)| (number.trim(), pattern.trim()));
        let read = parts.and_then(|(number, pattern)| {
            let rule = (number.parse().ok()?, Pattern::new(pattern, true, false).ok()?);
            Some((rule, (number, pattern)))
        });
        let (read, text) = read
            .ok_or_else(|| refusal(format!("sim autoscaler: '{rule}' is not NUMBER=PATTERN, such as 10=.*spot.*")))?;
        priorities.rules.push(read);
        texts.push(text);
    }
    priorities.text = Some(config_map(&texts)).filter(|text| !text.is_empty());
    let text = format!("the expander 'priority' has {} rules", priorities.rules.len());
    let clusters: Vec<_> = cloud.clusters().iter().map(|cluster| cluster.id).collect();
    for cluster in clusters {
        cloud.set_expander_priorities(cluster, priorities.clone());
    }
    Ok(text)
}

/// Returns the same rules as a config map's YAML: every number once, with its patterns.
fn config_map(rules: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (index, (number, _)) in rules.iter().enumerate() {
        if rules.iter().position(|(known, _)| known == number) == Some(index) {
            let _ = writeln!(text, "{number}:");
            for (_, pattern) in rules.iter().filter(|(known, _)| known == number) {
                let _ = writeln!(text, "  - {pattern}");
            }
        }
    }
    text
}

fn status(cloud: &Cloud) -> Result<String> {
    let time = &|at_ms| crate::ground::duration::clock(at_ms);
    let clock = TimeFormats { time, moment: time };
    let status = |cluster: &Cluster| Some(cloud.autoscaler_status(cluster.id, &clock)?.text);
    let texts: Vec<String> = cloud.clusters().iter().filter_map(status).collect();
    if texts.is_empty() {
        return Err(refusal("sim autoscaler: no pool has the autoscaler on"));
    }
    Ok(texts.join("\n").trim_end().to_owned())
}

/// Carries out `sim why`.
pub(super) fn why(call: &mut Call<'_, '_>) -> Result<String> {
    let (words, cloud) = (call.words, &*call.context.cloud);
    let found = match words {
        ["node", name] => cloud.why_node(name),
        ["pod", name] => cloud.why_pod(name),
        ["pool", name] => cloud.why_pool(name),
        _ => return Err(refusal("sim why: usage: sim why node NAME | pod NAME | pool NAME")),
    };
    match (found, words) {
        (Some(text), _) => Ok(text),
        (None, [kind, name]) => Err(refusal(format!("sim why: there is no {kind} '{name}'"))),
        (None, _) => Err(refusal("sim why: there is no such thing")),
    }
}
