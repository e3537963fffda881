//! `az account`, `az feature`, `az provider` and `az version`: subscriptions and registrations around the clusters.

use serde_json::{Value, json};

use super::arguments::needed;
use super::context::Context;
use super::execution::{Action, Reply};
use super::refusal::{Result, needs_network, no_subscription, not_simulated, refusal};
use crate::az::account::{FEATURES, SUBSCRIPTIONS, subscription};
use crate::az::arm::resource::SUBSCRIPTION;
use crate::az::parse::Invocation;
use crate::ground::error::{CliError, ErrorClass};
use crate::ground::outcome::Block;
use crate::output::TableTransformer;
use scale_down_engine::azure::vm_size::PRICED_REGIONS;

const CONTAINER_SERVICE: &str = "Microsoft.ContainerService";
/// The version of the Azure CLI whose grammar and texts the playground follows.
const CLI_VERSION: &str = "2.91.0";

pub(super) fn run(name: &str, invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    match name {
        "account show" => {
            let index = match invocation.text("subscription").filter(|name| !name.is_empty()) {
                None => context.account.subscription,
                Some(name) => subscription(name).ok_or_else(|| no_subscription(name))?,
            };
            Ok(Action::value(account(index, "environmentName", context)))
        }
        "account list" => {
            let list = (0..SUBSCRIPTIONS.len()).map(|index| account(index, "cloudName", context)).collect();
            Ok(Action::columns(list, TableTransformer::AccountList))
        }
        "account set" => set_account(invocation, context),
        "feature register" => feature(invocation, context, true),
        "feature unregister" => feature(invocation, context, false),
        "feature show" => {
            let key = feature_key(invocation)?;
            Ok(Action::columns(feature_value(&key, feature_state(&key, context)), TableTransformer::FeatureShow))
        }
        "feature list" => {
            let list = FEATURES.iter().map(|key| feature_value(key, feature_state(key, context)));
            Ok(Action::columns(Value::Array(list.collect()), TableTransformer::FeatureList))
        }
        "provider register" => {
            let namespace = needed(invocation, "resource_provider_namespace")?;
            context.blocks.push(Block::Warning(format!(
                "Registering is still on-going. You can monitor using 'az provider show -n {namespace}'"
            )));
            Ok(Action::Answer(Reply::Nothing))
        }
        "provider show" => {
            let namespace = needed(invocation, "resource_provider_namespace")?;
            Ok(Action::value(provider(namespace)))
        }
        "provider list" => Ok(Action::value(json!([provider(CONTAINER_SERVICE)]))),
        "account list-locations" => Ok(Action::value(locations())),
        "login" | "logout" => Err(needs_network(
            "The playground has no network and needs no login: its subscriptions are always signed in to.",
        )),
        "version" => Ok(Action::value(version(context))),
        _ => Err(not_simulated(name)),
    }
}

/// Returns a subscription; `cloud` names its cloud field, which differs between `az account list` and `show`.
fn account(index: usize, cloud: &str, context: &Context<'_>) -> Value {
    let (id, name) = SUBSCRIPTIONS.get(index).copied().unwrap_or_default();
    json!({
        cloud: "AzureCloud",
        "homeTenantId": "22222222-2222-2222-2222-222222222222",
        "id": id,
        "isDefault": index == context.account.subscription,
        "managedByTenants": [],
        "name": name,
        "state": "Enabled",
        "tenantId": "22222222-2222-2222-2222-222222222222",
        "user": { "name": "user@example.com", "type": "user" },
    })
}

/// Returns the regions that the playground has prices for.
fn locations() -> Value {
    let names = ["East US", "East US 2", "West US 2", "West Europe", "North Europe", "UK South"];
    let location = |(name, display): (&str, &str)| {
        json!({
            "displayName": display,
            "id": format!("/subscriptions/{SUBSCRIPTION}/locations/{name}"),
            "name": name,
            "regionalDisplayName": display,
            "type": "Region",
        })
    };
    PRICED_REGIONS.into_iter().zip(names).map(location).collect()
}

fn set_account(invocation: &Invocation, context: &mut Context<'_>) -> Result<Action> {
    let wanted = needed(invocation, "subscription")?;
    let Some(index) = subscription(wanted) else {
        let error = refusal(format!("The subscription of '{wanted}' doesn't exist in cloud 'AzureCloud'."));
        return Err(CliError { class: ErrorClass::ResourceNotFound, ..error });
    };
    context.account.subscription = index;
    Ok(Action::Answer(Reply::Nothing))
}

fn feature_key(invocation: &Invocation) -> Result<String> {
    let namespace = needed(invocation, "resource_provider_namespace")?;
    let name = needed(invocation, "feature_name")?;
    Ok(format!("{namespace}/{name}"))
}

fn feature_state(key: &str, context: &Context<'_>) -> &'static str {
    let is_unregistered = context.account.unregistered_features.iter().any(|known| known == key);
    if is_unregistered { "Unregistered" } else { "Registered" }
}

fn feature(invocation: &Invocation, context: &mut Context<'_>, register: bool) -> Result<Action> {
    let key = feature_key(invocation)?;
    let (namespace, name) = key.split_once('/').unwrap_or((&key, ""));
    let (done, state) = if register { ("registered", "Registering") } else { ("unregistered", "Unregistering") };
    context.blocks.push(Block::Warning(format!(
        "Once the feature '{name}' is {done}, invoking 'az provider register -n {namespace}' is required to get the change propagated"
    )));
    let value = feature_value(&key, state);
    let unregistered = &mut context.account.unregistered_features;
    unregistered.retain(|known| *known != key);
    if !register {
        unregistered.push(key);
    }
    Ok(Action::value(value))
}

fn feature_value(key: &str, state: &str) -> Value {
    let (namespace, name) = key.split_once('/').unwrap_or((key, ""));
    json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/providers/Microsoft.Features/providers/{namespace}/features/{name}"),
        "name": key,
        "properties": { "state": state },
        "type": "Microsoft.Features/providers/features",
    })
}

fn provider(namespace: &str) -> Value {
    json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/providers/{namespace}"),
        "namespace": namespace,
        "providerAuthorizationConsentState": null,
        "registrationPolicy": null,
        "registrationState": "Registered",
        "resourceTypes": [],
    })
}

fn version(context: &Context<'_>) -> Value {
    json!({
        "azure-cli": CLI_VERSION,
        "azure-cli-core": CLI_VERSION,
        "azure-cli-telemetry": "1.1.0",
        "extensions": context.account.extensions,
    })
}
