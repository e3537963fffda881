//! `kubectl cordon` and `kubectl uncordon`.

use super::dry_run::DryRun;
use super::failure::Failure;
use super::flags::flags;
use super::output::Output;
use super::parse::Request;
use super::target::nodes;
use scale_down_engine::{Cloud, ClusterId};

flags! {
    pub struct Cordon<'a> {
        request: &'a Request,
        selector: Option<&'a str>,
        dry_run: Option<&'a str>,
    }
}

/// Answers `kubectl cordon`.
pub fn cordon(arguments: &Cordon<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    mark(arguments, true, id, cloud)
}

/// Answers `kubectl uncordon`.
pub fn uncordon(arguments: &Cordon<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    mark(arguments, false, id, cloud)
}

fn mark(arguments: &Cordon<'_>, wanted: bool, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let dry_run = DryRun::of(arguments.dry_run)?;
    let mut output = Output::default();
    let word = if wanted { "cordoned" } else { "uncordoned" };
    for node in nodes(arguments.request, arguments.selector, id, cloud)? {
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
