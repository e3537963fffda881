//! The function of every command.

use std::sync::LazyLock;

use super::answer::Answer;
use super::cluster::cluster;
use super::failure::Failure;
use super::flags::FromRequest;
use super::output::Output;
use super::parse::Request;
use super::registry::{Command, registry};
use super::{
    config, cordon, delete, describe, drain, get, make, manifest, node_changes, rollout_status, scale, template, top,
};
use crate::az::exec::Context;

/// What carries a command out.
struct Handler {
    /// Name of the command.
    name: &'static str,
    execute: Execute,
}

type Execute = fn(&Request, &mut Context<'_>) -> Result<Answer, Failure>;

/// The result of a function, which may be one that cannot fail.
trait IntoAnswer {
    fn into_answer(self) -> Result<Answer, Failure>;
}

impl IntoAnswer for Output {
    fn into_answer(self) -> Result<Answer, Failure> {
        Ok(self.into())
    }
}

impl<T: Into<Answer>> IntoAnswer for Result<T, Failure> {
    fn into_answer(self) -> Result<Answer, Failure> {
        self.map(Into::into)
    }
}

/// A handler whose function is given the flags of its type, and the cluster that the line talks to; or, if it is
/// `local`, the state of the command line.
macro_rules! handler {
    ($name:literal, $execute:path) => {
        Handler {
            name: $name,
            execute: |request, context| {
                let id = cluster(request, context)?;
                $execute(&FromRequest::from_request(request, ""), id, context.cloud).into_answer()
            },
        }
    };
    ($name:literal, $execute:path, local) => {
        Handler {
            name: $name,
            execute: |request, context| $execute(&FromRequest::from_request(request, ""), context).into_answer(),
        }
    };
}

const HANDLERS: &[Handler] = &[
    handler!("get", get::get),
    handler!("describe", describe::describe),
    handler!("create", manifest::create),
    handler!("create deployment", make::deployment),
    handler!("run", make::run),
    handler!("apply", manifest::apply),
    handler!("delete", delete::delete),
    handler!("scale", scale::scale),
    handler!("autoscale", scale::autoscale),
    handler!("set resources", template::set_resources),
    handler!("set image", template::set_image),
    handler!("rollout restart", template::restart),
    handler!("rollout status", rollout_status::status),
    handler!("cordon", cordon::cordon),
    handler!("uncordon", cordon::uncordon),
    handler!("drain", drain::drain),
    handler!("taint", node_changes::taint),
    handler!("label", node_changes::label),
    handler!("annotate", node_changes::annotate),
    handler!("top node", top::nodes),
    handler!("top pod", top::pods),
    handler!("config current-context", config::current_context, local),
    handler!("config get-contexts", config::get_contexts, local),
    handler!("config use-context", config::use_context, local),
    handler!("version", config::version, local),
];

/// Returns the function of a command; `None` for a group of commands.
pub(super) fn execute(command: &Command) -> Option<Execute> {
    /// The functions in the order of the registry.
    static RESOLVED: LazyLock<Vec<Option<Execute>>> = LazyLock::new(|| {
        let of = |command: &Command| HANDLERS.iter().find(|handler| handler.name == command.name);
        registry().commands.iter().map(|command| of(command).map(|handler| handler.execute)).collect()
    });
    RESOLVED.get(command.number).copied().flatten()
}

#[cfg(test)]
mod tests {
    use scale_down_engine::Cloud;

    use super::*;
    use crate::az::account::Account;
    use crate::az::exec::{Terminal, place};
    use crate::kubectl::parse::{Parsed, parse};

    #[test]
    fn every_command_has_a_function_and_every_function_a_command() {
        for command in &registry().commands {
            assert_eq!(execute(command).is_some(), !command.is_group(), "{}", command.name);
        }
        for Handler { name, .. } in HANDLERS {
            assert!(registry().commands.iter().any(|command| command.name == *name), "{name}");
        }
    }

    /// Reading a flag that a command does not have fails an assertion.
    #[test]
    fn commands_read_only_flags_that_they_have() {
        let (mut cloud, mut account) = (Cloud::new(1), Account::new(false));
        let mut context = Context::new(&mut cloud, &mut account, Terminal::default());
        place("group", "cluster", &mut context).expect("a cluster");
        for Handler { name, execute } in HANDLERS {
            let words: Vec<&str> = name.split(' ').collect();
            match parse(&words) {
                Ok(Parsed::Request(request)) => drop(execute(&request, &mut context)),
                other => panic!("{name}: {other:?}"),
            }
        }
    }
}
