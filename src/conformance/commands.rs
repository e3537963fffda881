//! The suite about command lines that the Azure CLI refuses.

use super::answer::Answer;
use super::input::{Input, Read, Stop};
use scale_down_session::{Session, SessionOptions};

/// Names of the field with the present number of nodes.
const CURRENT: [&str; 3] = ["current", "current_count", "current_node_count"];

/// Names of the field with the requested number of nodes, other than the option's own name.
const WANTED: [&str; 4] = ["new", "new_count", "new_node_count", "requested"];

/// Names of the field with the number of pools.
const POOLS: [&str; 3] = ["pools", "node_pools", "nodepools"];

/// Returns the command lines of the set-up: a cluster and, unless it has a single pool, an autoscaled pool and a
/// manually scaled one.
fn setting_up(pools: u32, count: u32) -> Vec<String> {
    let mut lines = vec!["az group create -n rg -l eastus".to_owned()];
    let first = if pools > 1 { 1 } else { count };
    lines.push(format!("az aks create -g rg -n c --node-count {first} --generate-ssh-keys"));
    let more = ["-n auto --enable-cluster-autoscaler --min-count 1 --max-count 1000", "-n manual"];
    let more = more.iter().take(if pools > 1 { 2 } else { 0 });
    lines.extend(more.map(|pool| format!("az aks nodepool add -g rg --cluster-name c --node-count {count} {pool}")));
    lines
}

/// Adds the options of a case to a command line, with hyphens in place of underscores.
fn options(line: &mut String, input: &Input<'_>) -> Read<()> {
    for (name, value) in input.as_fields()? {
        let is_of_world = ["cmd", "autoscaler"].contains(&name) || CURRENT.contains(&name) || POOLS.contains(&name);
        if is_of_world || WANTED.contains(&name) || input.find(name).is_none() {
            continue;
        }
        let option = name.replace('_', "-");
        if let Ok(is_set) = value.as_flag() {
            if is_set {
                line.extend([" --", &option]);
            }
        } else if let Ok(text) = value.as_text() {
            line.extend([" --", &option, " '", text, "'"]);
        } else {
            line.extend([" --", &option, " ", &value.as_number()?.to_string()]);
        }
    }
    Ok(())
}

/// Adapter of the suite `cli-validation`.
pub fn validation(input: &Input<'_>) -> Read<Answer> {
    let command = input.find("cmd").map_or(Ok("create"), |command| command.as_text())?;
    let command = command.strip_prefix("az ").unwrap_or(command);
    let command = command.strip_prefix("aks ").unwrap_or(command);
    let is_autoscaled = input.flag_or("autoscaler", false)?;
    let pool = if is_autoscaled { "auto" } else { "manual" };
    let count = |keys: &[&str], default: u32| input.find_any(keys).map_or(Ok(default), |count| count.as_small());
    let (current, wanted, pools) = (count(&CURRENT, 3)?, count(&WANTED, 2)?, count(&POOLS, 3)?);
    let target = match command {
        "create" => "-g rg -n new --generate-ssh-keys".to_owned(),
        "update" | "scale" => "-g rg -n c".to_owned(),
        "nodepool add" => "-g rg --cluster-name c -n new".to_owned(),
        "nodepool scale" | "nodepool update" => format!("-g rg --cluster-name c -n {pool}"),
        other => return Err(Stop::Unreadable(format!("'{other}' is no command that refuses sizes"))),
    };
    let mut line = format!("az aks {command} {target}");
    options(&mut line, input)?;
    if command.ends_with("scale") && !input.has("node_count") {
        line.extend([" --node-count ", &wanted.to_string()]);
    }
    let mut session = Session::new(SessionOptions { strict: true, ..SessionOptions::default() });
    for line in setting_up(pools, current).into_iter().chain([line]) {
        session.submit(&line);
        session.advance_until_answered();
    }
    let entry = session.transcript().last();
    let stderr = entry.map(|entry| entry.stderr()).unwrap_or_default();
    let status = entry.and_then(|entry| entry.exit_code);
    let told = stderr.lines().find_map(|line| line.strip_prefix("ERROR: "));
    Ok(Answer::new().with("error", told).with("exit_code", status).with("accepted", status == Some(0)))
}
