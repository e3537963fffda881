//! One kubectl line: parsed and carried out.

use super::answer::{Answer, Execution};
use super::cluster::cluster;
use super::failure::{Failure, not_simulated, refusal};
use super::object::view;
use super::output::end;
use super::parse::{Parsed, Request, parse};
use super::{
    config, cordon, delete, describe, drain, get, help, make, manifest, node_changes, rollout_status, scale, template,
    top,
};
use crate::az::exec::Context;
use crate::ground::error::Stage;
use crate::ground::outcome::Block;

/// Carries out a kubectl line, given the words after `kubectl`; `input` is the piped text.
#[must_use]
pub fn run(words: &[&str], input: Option<&str>, mut context: Context<'_>) -> Execution {
    let request = match parse(words) {
        Ok(Parsed::Request(request)) => request,
        Ok(Parsed::Help(command)) => return Execution::Done(help::show(command)),
        Err(message) => {
            let failure = Failure { stage: Stage::Parse, ..Failure::usage(message) };
            return Execution::Done(context.refused(refusal(failure)));
        }
    };
    let Answer { output, follow } = match carry_out(&request, input, &mut context) {
        Ok(answer) => answer,
        Err(failure) => return Execution::Done(context.refused(refusal(failure))),
    };
    let mut blocks = std::mem::take(&mut context.blocks);
    blocks.extend(output.parts);
    if !context.account.strict {
        blocks.extend(output.notes.into_iter().map(Block::Note));
    }
    match follow {
        Some(follow) => Execution::Following(Box::new(follow), blocks),
        None => Execution::Done(end(blocks, output.failures)),
    }
}

fn carry_out(request: &Request, input: Option<&str>, context: &mut Context<'_>) -> Result<Answer, Failure> {
    if let "config current-context" | "config get-contexts" | "config use-context" = request.command.name {
        return config::config(request, context).map(Answer::from);
    }
    let id = cluster(request, context);
    if request.command.name == "version" {
        return Ok(config::version(request, context.cloud, id.ok()).into());
    }
    let id = id?;
    let cloud = &mut *context.cloud;
    let output = match request.command.name {
        "get" => return get::get(id, request, cloud),
        "drain" => return drain::drain(request, id, cloud),
        "rollout status" => return rollout_status::status(request, id, cloud),
        "delete" => return delete::delete(request, input, id, cloud),
        "describe" => describe::describe(view(cloud, id)?, request),
        "top node" => top::nodes(view(cloud, id)?, request),
        "top pod" => top::pods(view(cloud, id)?, request),
        "create" if !request.words.is_empty() => {
            let what = request.words.first().map(String::as_str).unwrap_or_default();
            Err(not_simulated(&format!("kubectl create {what}")))
        }
        "apply" | "create" => manifest::apply(request, input, id, cloud),
        "cordon" => cordon::cordon(request, true, id, cloud),
        "uncordon" => cordon::cordon(request, false, id, cloud),
        "taint" => node_changes::taint(request, id, cloud),
        "label" | "annotate" => node_changes::pairs(request, id, cloud),
        "scale" => scale::scale(request, id, cloud),
        "set resources" => template::set_resources(request, id, cloud),
        "set image" => template::set_image(request, id, cloud),
        "rollout restart" => template::restart(request, id, cloud),
        "run" => make::run(request, id, cloud),
        "create deployment" => make::deployment(request, id, cloud),
        "autoscale" => scale::autoscale(request, id, cloud),
        name => Err(not_simulated(&format!("kubectl {name}"))),
    };
    output.map(Answer::from)
}
