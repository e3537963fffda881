//! `kubectl drain`: cordons nodes and evicts their pods, and retries evictions that a `PodDisruptionBudget` forbids.

use super::answer::Answer;
use super::draining::{Drain, Permissions, report, select};
use super::dry_run::DryRun;
use super::failure::{Failure, bad_duration};
use super::flags::flags;
use super::follow::{Follow, Subject};
use super::output::Output;
use super::parse::Request;
use super::target::nodes;
use scale_down_engine::autoscaler::duration::parsed_ms;
use scale_down_engine::{Cloud, ClusterId};

flags! {
    pub struct DrainFlags<'a> {
        request: &'a Request,
        selector: Option<&'a str>,
        ignore_daemonsets: bool,
        delete_emptydir_data: bool,
        force: bool,
        disable_eviction: bool,
        timeout: Option<&'a str>,
        dry_run: Option<&'a str>,
    }
}

/// Answers `kubectl drain`.
pub fn drain(flags: &DrainFlags<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Answer, Failure> {
    let nodes = nodes(flags.request, flags.selector, id, cloud)?;
    let dry_run = DryRun::of(flags.dry_run)?;
    let mut output = Output::default();
    // Every node is cordoned before the first is emptied.
    for node in &nodes {
        let state = if node.is_unschedulable { "already cordoned" } else { "cordoned" };
        output.add(format!("node/{} {state}{}", node.name, dry_run.suffix()));
        if !dry_run.is_on() {
            cloud.on_kubernetes(id, |kubernetes, _| {
                kubernetes.set_cordon(node.id, true);
                Ok(())
            })?;
        }
    }
    let permissions = Permissions {
        ignore_daemons: flags.ignore_daemonsets,
        delete_local_data: flags.delete_emptydir_data,
        is_forced: flags.force,
        past_budgets: flags.disable_eviction,
    };
    if dry_run.is_on() {
        let mut failed = Vec::new();
        for node in &nodes {
            match select(node, permissions) {
                Ok(selection) => {
                    output.warn(&selection.warnings);
                    for (namespace, name, _) in &selection.pods {
                        output.add(format!("evicting pod {namespace}/{name}{}", dry_run.suffix()));
                    }
                    output.add(format!("node/{} drained{}", node.name, dry_run.suffix()));
                }
                Err(errors) => failed.push((node.name.to_string(), errors)),
            }
        }
        report(&failed, &mut output);
        return Ok(output.into());
    }
    let timeout = flags.timeout.unwrap_or("0s");
    let timeout_ms = parsed_ms(timeout).ok_or_else(|| bad_duration("timeout", timeout, flags.request.command))?;
    let names = nodes.iter().map(|node| node.name.to_string()).collect();
    let drain = Drain::new(names, permissions, timeout, timeout_ms, cloud.now_ms());
    Ok(Answer { output, follow: Some(Follow::new(id, Subject::Drain(drain))) })
}
