//! The function of every command.

use std::sync::LazyLock;

use super::context::Context;
use super::execution::Action;
use super::refusal::Result;
use super::{
    abort, await_resource, cluster, configure, credentials, extension, group, machine, nodepool, profile, registration,
    upgrade, vmss,
};
use crate::az::arguments::FromInvocation;
use crate::az::parse::Invocation;
use crate::az::registry::{Command, registry};

/// What a command does once its arguments are checked.
pub(super) struct Handler {
    /// Name of the command, without `az`.
    name: &'static str,
    /// Carries the command out.
    pub execute: fn(&Invocation, &mut Context<'_>) -> Result<Action>,
    /// Never waits for operations on its pool, whatever its line is spelled like.
    pub is_at_once: bool,
    /// Works without a subscription.
    pub is_local: bool,
}

/// The result of a function, which may be one that cannot fail.
trait IntoResult {
    fn into_result(self) -> Result<Action>;
}

impl IntoResult for Action {
    fn into_result(self) -> Result<Action> {
        Ok(self)
    }
}

impl IntoResult for Result<Action> {
    fn into_result(self) -> Self {
        self
    }
}

/// A handler whose function is given the arguments of its type; or none of them, if it is `without arguments`.
macro_rules! handler {
    ($name:literal, $execute:path) => {
        Handler {
            name: $name,
            execute: |invocation, context| {
                $execute(&FromInvocation::from_invocation(invocation, "")?, context).into_result()
            },
            is_at_once: false,
            is_local: false,
        }
    };
    ($name:literal, $execute:path, at once) => {
        Handler { is_at_once: true, ..handler!($name, $execute) }
    };
    ($name:literal, $execute:path, without arguments) => {
        Handler { name: $name, execute: |_, context| $execute(context).into_result(), is_at_once: false, is_local: false }
    };
    ($name:literal, $execute:path, local) => {
        Handler { is_local: true, ..handler!($name, $execute, without arguments) }
    };
}

const HANDLERS: &[Handler] = &[
    handler!("aks create", cluster::create),
    handler!("aks list", cluster::list),
    handler!("aks show", cluster::show),
    handler!("aks scale", cluster::scale),
    handler!("aks update", cluster::update),
    handler!("aks delete", cluster::delete),
    handler!("aks start", cluster::start),
    handler!("aks stop", cluster::stop),
    handler!("aks upgrade", upgrade::upgrade_cluster),
    handler!("aks wait", await_resource::cluster),
    handler!("aks operation-abort", abort::on_cluster, at once),
    handler!("aks get-credentials", credentials::credentials),
    handler!("aks get-versions", upgrade::versions, without arguments),
    handler!("aks get-upgrades", upgrade::of_cluster),
    handler!("aks nodepool add", nodepool::add),
    handler!("aks nodepool list", nodepool::list),
    handler!("aks nodepool show", nodepool::show),
    handler!("aks nodepool scale", nodepool::scale),
    handler!("aks nodepool update", nodepool::update),
    handler!("aks nodepool delete", nodepool::delete),
    handler!("aks nodepool start", nodepool::start),
    handler!("aks nodepool stop", nodepool::stop),
    handler!("aks nodepool upgrade", upgrade::upgrade_pool),
    handler!("aks nodepool wait", await_resource::pool),
    handler!("aks nodepool operation-abort", abort::on_pool, at once),
    handler!("aks nodepool delete-machines", nodepool::delete_machines),
    handler!("aks nodepool get-upgrades", upgrade::of_pool),
    handler!("aks nodepool get-rollback-versions", upgrade::rollback_versions),
    handler!("aks nodepool rollback", upgrade::rollback),
    handler!("aks nodepool manual-scale add", profile::manual_add),
    handler!("aks nodepool manual-scale update", profile::manual_update),
    handler!("aks nodepool manual-scale delete", profile::manual_delete),
    handler!("aks nodepool auto-scale add", profile::auto_add),
    handler!("aks nodepool auto-scale update", profile::auto_update),
    handler!("aks nodepool auto-scale delete", profile::auto_delete),
    handler!("aks machine list", machine::list),
    handler!("aks machine show", machine::show),
    handler!("group create", group::create),
    handler!("group list", group::list, without arguments),
    handler!("group show", group::show),
    handler!("group delete", group::delete),
    handler!("group exists", group::exists),
    handler!("group update", group::update),
    handler!("group wait", await_resource::group),
    handler!("extension add", extension::add),
    handler!("extension update", extension::update),
    handler!("extension list", extension::list, without arguments),
    handler!("extension remove", extension::remove),
    handler!("extension show", extension::show),
    handler!("extension list-available", extension::list_index, without arguments),
    handler!("extension list-versions", extension::list_index, without arguments),
    handler!("account show", registration::show_account),
    handler!("account set", registration::set_account),
    handler!("account list", registration::list_accounts, without arguments),
    handler!("account list-locations", registration::list_locations, without arguments),
    handler!("feature register", registration::register_feature),
    handler!("feature unregister", registration::unregister_feature),
    handler!("feature show", registration::show_feature),
    handler!("feature list", registration::list_features, without arguments),
    handler!("provider register", registration::register_provider),
    handler!("provider show", registration::show_provider),
    handler!("provider list", registration::list_providers, without arguments),
    handler!("vmss list", vmss::list),
    handler!("vmss show", vmss::show),
    handler!("vmss list-instances", vmss::list_instances),
    handler!("vmss start", vmss::start),
    handler!("vmss deallocate", vmss::deallocate),
    handler!("vmss scale", vmss::scale),
    handler!("vmss delete-instances", vmss::delete_instances),
    handler!("version", registration::version, local),
    handler!("configure", configure::configure),
    handler!("config set", configure::set),
    handler!("login", registration::log_in, without arguments),
    handler!("logout", registration::log_in, without arguments),
];

/// Returns the handler of a command; `None` for one whose arguments are only checked.
pub(super) fn handler(command: &Command) -> Option<&'static Handler> {
    /// The handlers in the order of the registry.
    static RESOLVED: LazyLock<Vec<Option<&Handler>>> = LazyLock::new(|| {
        let of = |command: &Command| HANDLERS.iter().find(|handler| handler.name == command.name);
        registry().commands.iter().map(of).collect()
    });
    RESOLVED.get(command.number).copied().flatten()
}

#[cfg(test)]
mod tests {
    use scale_down_engine::Cloud;

    use super::*;
    use crate::az::account::Account;
    use crate::az::exec::Terminal;
    use crate::az::parse::tests::minimal;

    #[test]
    fn every_command_has_a_function_and_every_function_a_command() {
        for command in &registry().commands {
            assert!(handler(command).is_some_and(|handler| handler.name == command.name), "{}", command.name);
        }
        for (index, Handler { name, .. }) in HANDLERS.iter().enumerate() {
            assert!(registry().command(name).is_some(), "{name}");
            assert!(HANDLERS.iter().skip(index + 1).all(|other| other.name != *name), "{name}");
        }
    }

    /// Reading an argument that a command does not have fails an assertion.
    #[test]
    fn commands_read_only_arguments_that_they_have() {
        for command in &registry().commands {
            let invocation = minimal(command.name);
            let (mut cloud, mut account) = (Cloud::new(1), Account::new(false));
            let mut context = Context::new(&mut cloud, &mut account, Terminal::default());
            if let Some(handler) = handler(command) {
                let _ = (handler.execute)(&invocation, &mut context);
            }
        }
    }
}
