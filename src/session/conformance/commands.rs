//! The suite about what the command line refuses.

use super::super::{Session, SessionOptions};
use super::answer::Answer;
use super::input::{Input, Read, Stop};

/// A cluster with a pool that the autoscaler sizes, and one that it does not.
const SETTING_UP: [&str; 4] = [
    "az group create -n rg -l eastus",
    "az aks create -g rg -n c --node-count 1 --generate-ssh-keys",
    "az aks nodepool add -g rg --cluster-name c -n auto --node-count 3 --enable-cluster-autoscaler --min-count 1 --max-count 5",
    "az aks nodepool add -g rg --cluster-name c -n manual --node-count 3",
];

/// Adds the options that a case names; those of a command line have hyphens.
fn options(line: &mut String, input: &Input<'_>) -> Read<()> {
    for (name, value) in input.as_fields()? {
        if ["cmd", "autoscaler"].contains(&name) || input.find(name).is_none() {
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

/// `cli-validation`.
pub fn validation(input: &Input<'_>) -> Read<Answer> {
    let command = input.find("cmd").map_or(Ok("create"), |command| command.as_text())?;
    let command = command.strip_prefix("az ").unwrap_or(command);
    let command = command.strip_prefix("aks ").unwrap_or(command);
    let is_autoscaled = input.flag_or("autoscaler", false)?;
    let pool = if is_autoscaled { "auto" } else { "manual" };
    let target = match command {
        "create" => "-g rg -n new --generate-ssh-keys".to_owned(),
        "update" => "-g rg -n c".to_owned(),
        "nodepool add" => "-g rg --cluster-name c -n new".to_owned(),
        "nodepool scale" if !input.has("node_count") => format!("-g rg --cluster-name c -n {pool} --node-count 2"),
        "nodepool scale" | "nodepool update" => format!("-g rg --cluster-name c -n {pool}"),
        other => return Err(Stop::Unreadable(format!("'{other}' is no command that refuses sizes"))),
    };
    let mut line = format!("az aks {command} {target}");
    options(&mut line, input)?;
    let mut session = Session::new(SessionOptions { strict: true, ..SessionOptions::default() });
    for line in SETTING_UP.iter().copied().chain([line.as_str()]) {
        session.submit(line);
        session.advance_until_answered();
    }
    let entry = session.transcript().last();
    let stderr = entry.map(super::super::Entry::stderr).unwrap_or_default();
    let status = entry.and_then(|entry| entry.exit_code);
    let told = stderr.lines().find_map(|line| line.strip_prefix("ERROR: "));
    Ok(Answer::new().with("error", told).with("exit_code", status).with("accepted", status == Some(0)))
}
