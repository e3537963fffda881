//! `az account`, `az feature`, `az provider` and `az version`: subscriptions and registrations around the clusters.

use serde_json::{Value, json};

use super::context::Context;
use super::execution::{Action, Reply};
use super::refusal::{Result, needs_network, no_subscription, refusal};
use crate::az::account::{FEATURES, SUBSCRIPTIONS, subscription};
use crate::az::arguments::arguments;
use crate::az::arm::resource::SUBSCRIPTION;
use crate::ground::error::{CliError, ErrorClass};
use crate::ground::outcome::Block;
use crate::output::TableTransformer;
use scale_down_engine::azure::vm_size::PRICED_REGIONS;

const CONTAINER_SERVICE: &str = "Microsoft.ContainerService";
/// The version of the Azure CLI whose grammar and texts the playground follows.
const CLI_VERSION: &str = "2.91.0";

arguments! {
    pub(super) struct AccountShow<'a> {
        subscription: Option<&'a str>,
    }
}

pub(super) fn show_account(arguments: &AccountShow<'_>, context: &mut Context<'_>) -> Result<Action> {
    let index = match arguments.subscription.filter(|name| !name.is_empty()) {
        None => context.account.subscription,
        Some(name) => subscription(name).ok_or_else(|| no_subscription(name))?,
    };
    Ok(Action::value(account(index, "environmentName", context)))
}

pub(super) fn list_accounts(context: &mut Context<'_>) -> Action {
    let list = (0..SUBSCRIPTIONS.len()).map(|index| account(index, "cloudName", context)).collect();
    Action::columns(list, TableTransformer::AccountList)
}

arguments! {
    pub(super) struct AccountSet<'a> {
        subscription: &'a str,
    }
}

pub(super) fn set_account(arguments: &AccountSet<'_>, context: &mut Context<'_>) -> Result<Action> {
    let wanted = arguments.subscription;
    let Some(index) = subscription(wanted) else {
        let error = refusal(format!("The subscription of '{wanted}' doesn't exist in cloud 'AzureCloud'."));
        return Err(CliError { class: ErrorClass::ResourceNotFound, ..error });
    };
    context.account.subscription = index;
    Ok(Action::Answer(Reply::Nothing))
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

pub(super) fn list_locations(_: &mut Context<'_>) -> Action {
    Action::value(locations())
}

/// Answers `az login` and `az logout`.
pub(super) fn log_in(_: &mut Context<'_>) -> Result<Action> {
    Err(needs_network("The playground has no network and needs no login: its subscriptions are always signed in to."))
}

arguments! {
    /// A preview feature of a resource provider.
    pub(super) struct Feature<'a> {
        resource_provider_namespace: &'a str,
        feature_name: &'a str,
    }
}

impl Feature<'_> {
    fn key(&self) -> String {
        format!("{}/{}", self.resource_provider_namespace, self.feature_name)
    }
}

pub(super) fn register_feature(feature: &Feature<'_>, context: &mut Context<'_>) -> Action {
    let value = feature_value(&feature.key(), "Registering");
    propagate(feature, "registered", context);
    Action::value(value)
}

pub(super) fn unregister_feature(feature: &Feature<'_>, context: &mut Context<'_>) -> Action {
    let value = feature_value(&feature.key(), "Unregistering");
    propagate(feature, "unregistered", context);
    context.account.unregistered_features.push(feature.key());
    Action::value(value)
}

/// Warns that a change takes effect later, and takes the feature off the list of those that are not registered.
fn propagate(feature: &Feature<'_>, done: &str, context: &mut Context<'_>) {
    let Feature { resource_provider_namespace: namespace, feature_name: name } = feature;
    context.blocks.push(Block::Warning(format!(
        "Once the feature '{name}' is {done}, invoking 'az provider register -n {namespace}' is required to get the change propagated"
    )));
    let key = feature.key();
    context.account.unregistered_features.retain(|known| *known != key);
}

pub(super) fn show_feature(feature: &Feature<'_>, context: &mut Context<'_>) -> Action {
    let key = feature.key();
    Action::columns(feature_value(&key, feature_state(&key, context)), TableTransformer::FeatureShow)
}

pub(super) fn list_features(context: &mut Context<'_>) -> Action {
    let list = FEATURES.iter().map(|key| feature_value(key, feature_state(key, context)));
    Action::columns(Value::Array(list.collect()), TableTransformer::FeatureList)
}

fn feature_state(key: &str, context: &Context<'_>) -> &'static str {
    let is_unregistered = context.account.unregistered_features.iter().any(|known| known == key);
    if is_unregistered { "Unregistered" } else { "Registered" }
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

arguments! {
    /// A resource provider.
    pub(super) struct Provider<'a> {
        resource_provider_namespace: &'a str,
    }
}

pub(super) fn register_provider(provider: &Provider<'_>, context: &mut Context<'_>) -> Action {
    let namespace = provider.resource_provider_namespace;
    context.blocks.push(Block::Warning(format!(
        "Registering is still on-going. You can monitor using 'az provider show -n {namespace}'"
    )));
    Action::Answer(Reply::Nothing)
}

pub(super) fn show_provider(provider: &Provider<'_>, _: &mut Context<'_>) -> Action {
    Action::value(provider_value(provider.resource_provider_namespace))
}

pub(super) fn list_providers(_: &mut Context<'_>) -> Action {
    Action::value(json!([provider_value(CONTAINER_SERVICE)]))
}

fn provider_value(namespace: &str) -> Value {
    json!({
        "id": format!("/subscriptions/{SUBSCRIPTION}/providers/{namespace}"),
        "namespace": namespace,
        "providerAuthorizationConsentState": null,
        "registrationPolicy": null,
        "registrationState": "Registered",
        "resourceTypes": [],
    })
}

pub(super) fn version(context: &mut Context<'_>) -> Action {
    Action::value(json!({
        "azure-cli": CLI_VERSION,
        "azure-cli-core": CLI_VERSION,
        "azure-cli-telemetry": "1.1.0",
        "extensions": context.account.extensions,
    }))
}
