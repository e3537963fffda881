//! `az account`, `az feature`, `az provider` and `az version`: what is around the clusters.

use serde_json::{Value, json};

use super::arguments::needed;
use super::resource::SUBSCRIPTION;
use super::{Action, Context, Reply, Result, not_simulated, refusal};
use crate::cli::account::FeatureState;
use crate::cli::outcome::Block;
use crate::cli::output::TableTransformer;
use crate::cli::parse::Invocation;

const SUBSCRIPTION_NAME: &str = "Pay-As-You-Go";
const CONTAINER_SERVICE: &str = "Microsoft.ContainerService";
/// The CLI whose grammar and texts the playground follows.
const CLI_VERSION: &str = "2.91.0";

pub(super) fn run(
    name: &str,
    invocation: &Invocation,
    context: &mut Context<'_>,
) -> Result<Action> {
    match name {
        "account show" => Ok(answer(account())),
        "account list" => Ok(answer(json!([account()]))),
        "account set" => set_account(invocation),
        "feature register" => feature(invocation, context, FeatureState::Registered),
        "feature unregister" => feature(invocation, context, FeatureState::Unregistered),
        "feature show" => {
            let key = feature_key(invocation)?;
            let state = context.account.features.get(&key).copied();
            let state = state.map_or("NotRegistered", FeatureState::name);
            Ok(answer(feature_value(&key, state)))
        }
        "feature list" => {
            let features = context.account.features.iter();
            let list = features.map(|(key, state)| feature_value(key, state.name()));
            Ok(answer(Value::Array(list.collect())))
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
            Ok(answer(provider(namespace)))
        }
        "provider list" => Ok(answer(json!([provider(CONTAINER_SERVICE)]))),
        "version" => Ok(answer(version(context))),
        _ => Err(not_simulated(name)),
    }
}

fn answer(value: Value) -> Action {
    Action::Answer(Reply::Value(value, TableTransformer::None))
}

fn account() -> Value {
    json!({
        "environmentName": "AzureCloud",
        "homeTenantId": "22222222-2222-2222-2222-222222222222",
        "id": SUBSCRIPTION,
        "isDefault": true,
        "managedByTenants": [],
        "name": SUBSCRIPTION_NAME,
        "state": "Enabled",
        "tenantId": "22222222-2222-2222-2222-222222222222",
        "user": { "name": "user@example.com", "type": "user" },
    })
}

fn set_account(invocation: &Invocation) -> Result<Action> {
    let wanted = invocation.subscription.as_deref().unwrap_or_default();
    let is_known =
        wanted.eq_ignore_ascii_case(SUBSCRIPTION) || wanted.eq_ignore_ascii_case(SUBSCRIPTION_NAME);
    if is_known {
        return Ok(Action::Answer(Reply::Nothing));
    }
    Err(refusal(format!(
        "The subscription of '{wanted}' doesn't exist in cloud 'AzureCloud'."
    )))
}

fn feature_key(invocation: &Invocation) -> Result<String> {
    let namespace = needed(invocation, "resource_provider_namespace")?;
    let name = needed(invocation, "feature_name")?;
    Ok(format!("{namespace}/{name}"))
}

fn feature(
    invocation: &Invocation,
    context: &mut Context<'_>,
    state: FeatureState,
) -> Result<Action> {
    let key = feature_key(invocation)?;
    let (namespace, name) = key.split_once('/').unwrap_or((&key, ""));
    // The service answers that it has begun; by the time of the next line it is done.
    let (under_way, done) = match state {
        FeatureState::Registered => ("Registering", "registered"),
        FeatureState::Unregistered => ("Unregistering", "unregistered"),
    };
    context.blocks.push(Block::Warning(format!(
        "Once the feature '{name}' is {done}, invoking 'az provider register -n {namespace}' is required to get the change propagated"
    )));
    let value = feature_value(&key, under_way);
    context.account.features.insert(key, state);
    Ok(answer(value))
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
