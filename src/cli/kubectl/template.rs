//! `kubectl set` and `kubectl rollout restart`: changes of pod templates.

use super::failure::{Failure, not_simulated};
use super::flags::{Given, Selection, flags};
use super::kind::Kind;
use super::object::view;
use super::output::Output;
use super::parse::Request;
use super::pod_manifest::{IMAGE_BYTES, quantities};
use super::registry::Command;
use super::target::chosen;
use crate::az::arm::moment;
use scale_down_engine::kubernetes::PodSpec;
use scale_down_engine::workloads::DeploymentId;
use scale_down_engine::{Cloud, ClusterId};

/// Changes the templates of deployments, with a result line for each that has changed.
fn change_templates(
    command: &Command,
    words: &[String],
    selection: &Selection,
    word: &str,
    id: ClusterId,
    cloud: &mut Cloud,
    edit: &dyn Fn(&mut PodSpec) -> Result<(), Failure>,
) -> Result<Output, Failure> {
    let (all, failures) = chosen(view(cloud, id)?, words, selection)?;
    let mut output = Output { failures, ..Output::default() };
    for one in all {
        if one.kind != Kind::Deployment {
            output.failures.push(not_simulated(&format!("kubectl {} of {}", command.name, one.title())));
            continue;
        }
        let kubernetes = view(cloud, id)?.kubernetes;
        let Some(deployment) = kubernetes.deployment(&one.namespace, &one.name) else { continue };
        let own: DeploymentId = deployment.id;
        let mut template = deployment.spec.template.clone();
        if let Err(failure) = edit(&mut template) {
            output.failures.push(failure);
            continue;
        }
        if template == deployment.spec.template {
            continue;
        }
        cloud.on_kubernetes(id, |kubernetes, moment| {
            kubernetes.change_template(own, |spec| *spec = template, moment);
            Ok(())
        })?;
        output.add(format!("{} {word}", one.title()));
    }
    Ok(output)
}

flags! {
    pub struct SetResources<'a> {
        request: &'a Request,
        selection: Selection,
        requests: Given<'a>,
        limits: Given<'a>,
        containers: Option<&'a str>,
    }
}

/// Answers `kubectl set resources`.
pub fn set_resources(arguments: &SetResources<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    // What is to be used at most is asked for where nothing else is.
    let texts = arguments.requests.0.or(arguments.limits.0);
    let text = texts.ok_or_else(|| {
        Failure::usage("you must specify an update to requests or limits (in the form of --requests/--limits)")
    })?;
    let pairs: Vec<(&str, &str)> = text
        .split(',')
        .map(|pair| {
            let error = || Failure::usage(format!("invalid argument syntax {pair}, expected <resource>=<value>"));
            pair.split_once('=').ok_or_else(error)
        })
        .collect::<Result<_, _>>()?;
    let amounts = quantities(pairs.iter().copied()).map_err(Failure::usage)?;
    let wanted = arguments.containers.unwrap_or("*");
    let Request { command, words, .. } = arguments.request;
    change_templates(command, words, &arguments.selection, "resource requirements updated", id, cloud, &|spec| {
        let mut is_any = false;
        for container in spec.containers.iter_mut().filter(|one| wanted == "*" || one.name == wanted) {
            amounts.apply(&mut container.requests);
            is_any = true;
        }
        if is_any { Ok(()) } else { Err(Failure::usage(format!("unable to find container named \"{wanted}\""))) }
    })
}

flags! {
    pub struct Templates<'a> {
        request: &'a Request,
        selection: Selection,
    }
}

/// Answers `kubectl set image`.
pub fn set_image(arguments: &Templates<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let Templates { request, selection } = arguments;
    let (pairs, words): (Vec<String>, Vec<String>) = request.words.iter().cloned().partition(|word| word.contains('='));
    if pairs.is_empty() {
        return Err(Failure::usage("at least one image update is required"));
    }
    change_templates(request.command, &words, selection, "image updated", id, cloud, &|spec| {
        for (container, image) in pairs.iter().filter_map(|pair| pair.split_once('=')) {
            let mut is_any = false;
            for one in spec.containers.iter_mut().filter(|one| container == "*" || one.name == container) {
                image.clone_into(&mut one.image.name);
                one.image.size_bytes = IMAGE_BYTES;
                is_any = true;
            }
            if !is_any {
                return Err(Failure::usage(format!("unable to find container named \"{container}\"")));
            }
        }
        Ok(())
    })
}

/// Answers `kubectl rollout restart`.
pub fn restart(arguments: &Templates<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let request = arguments.request;
    if request.words.is_empty() {
        return Err(Failure::usage("required resource not specified"));
    }
    let now = moment(cloud.now_ms());
    let is_typed_alone = request.words.len() == 1 && !request.words.iter().any(|word| word.contains('/'));
    let selection = Selection { all: is_typed_alone, ..arguments.selection.clone() };
    change_templates(request.command, &request.words, &selection, "restarted", id, cloud, &|spec| {
        spec.annotations.insert("kubectl.kubernetes.io/restartedAt".to_owned(), now.clone());
        Ok(())
    })
}
