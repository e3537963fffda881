//! `kubectl cordon` and `kubectl uncordon`.

use super::dry_run::DryRun;
use super::failure::Failure;
use super::output::Output;
use super::parse::Request;
use super::target::nodes;
use scale_down_engine::{Cloud, ClusterId};

/// Answers `kubectl cordon` and, with `wanted` false, `kubectl uncordon`.
pub fn cordon(request: &Request, wanted: bool, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let dry_run = DryRun::of(request)?;
    let mut output = Output::default();
    let word = if wanted { "cordoned" } else { "uncordoned" };
    for node in nodes(request, id, cloud)? {
        let already = if node.is_unschedulable == wanted { "already " } else { "" };
        output.add(format!("node/{} {already}{word}{}", node.name, dry_run.suffix()));
        if !dry_run.is_on() {
            cloud.on_kubernetes(id, |kubernetes, _| {
                kubernetes.set_cordon(node.id, wanted);
                Ok(())
            })?;
        }
    }
    Ok(output)
}
