//! `kubectl delete`.

use super::answer::Answer;
use super::failure::{Failure, not_found, not_simulated};
use super::flags::{Selection, flags};
use super::follow::{Follow, Subject};
use super::kind::Kind;
use super::manifest;
use super::object::view;
use super::output::Output;
use super::parse::Request;
use super::priorities;
use super::target::{ObjectReference, chosen};
use scale_down_engine::autoscaler::expander::Priorities;
use scale_down_engine::workloads::{SetKind, kind_name};
use scale_down_engine::{Cloud, ClusterId};

/// Returns the objects that a manifest names.
fn named_by(delete: &Delete<'_>) -> Result<Vec<ObjectReference>, Failure> {
    let documents = manifest::documents(delete.request, &delete.filename)?;
    let one = |document: &serde_json::Value| {
        let (title, name) = manifest::title(document)?;
        let kind = Kind::of_manifest(title)?;
        let own = document.pointer("/metadata/namespace").and_then(serde_json::Value::as_str);
        Some(ObjectReference {
            kind,
            namespace: own.unwrap_or(&delete.selection.namespace).to_owned(),
            name: name.to_owned(),
        })
    };
    Ok(documents.iter().filter_map(one).collect())
}

flags! {
    pub struct Delete<'a> {
        request: &'a Request,
        selection: Selection,
        filename: Vec<&'a str>,
        force: bool,
        ignore_not_found: bool,
        wait: bool,
    }
}

/// Answers `kubectl delete`.
pub fn delete(delete: &Delete<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Answer, Failure> {
    let is_from_manifest = !delete.filename.is_empty();
    if delete.request.words.is_empty() && !is_from_manifest {
        return Err(Failure::usage(
            "You must provide one or more resources by argument or filename.\nExample resource specifications include:\n   '-f rsrc.yaml'\n   '--filename=rsrc.json'\n   '<resource> <name>'\n   '<resource>'",
        ));
    }
    let (all, failures) = if is_from_manifest {
        (named_by(delete)?, Vec::new())
    } else {
        chosen(view(cloud, id)?, &delete.request.words, &delete.selection)?
    };
    let is_forced = delete.force;
    let mut output = Output::default();
    if !delete.ignore_not_found {
        output.failures = failures;
    }
    if is_forced && !all.is_empty() {
        output.warn("Warning: Immediate deletion does not wait for confirmation that the running resource has been terminated. The resource may continue to run on the cluster indefinitely.\n");
    }
    if all.is_empty() && output.failures.is_empty() {
        output.warn("No resources found\n");
    }
    let mut ending = Vec::new();
    for one in all {
        match remove(&one, id, cloud) {
            Ok(()) => {
                let how = if is_forced { "force deleted" } else { "deleted" };
                output.add(format!("{} \"{}\" {how}", one.kind.info().singular(), one.name));
                if one.kind == Kind::Pod {
                    ending.push((one.namespace, one.name));
                }
            }
            Err(failure) if delete.ignore_not_found && failure.text.contains("NotFound") => {}
            Err(failure) => output.failures.push(failure),
        }
    }
    let is_awaited = delete.wait && !is_forced && !ending.is_empty();
    let follow = is_awaited.then(|| Follow::new(id, Subject::Gone(ending)));
    Ok(Answer { output, follow })
}

fn remove(one: &ObjectReference, id: ClusterId, cloud: &mut Cloud) -> Result<(), Failure> {
    let ObjectReference { kind, namespace, name } = one;
    let missing = || not_found(&kind.info().plural(), name);
    let kubernetes = view(cloud, id)?.kubernetes;
    let set_kind = match kind {
        Kind::ConfigMap if name == priorities::NAME => {
            cloud.set_expander_priorities(id, Priorities::default());
            return Ok(());
        }
        Kind::Node | Kind::Event | Kind::ConfigMap | Kind::Namespace => {
            return Err(not_simulated(&format!("kubectl delete {}", one.title())));
        }
        Kind::Deployment => {
            let deployment = kubernetes.deployment(namespace, name).map(|one| one.id).ok_or_else(missing)?;
            cloud.on_kubernetes(id, |kubernetes, moment| {
                kubernetes.delete_deployment(deployment, moment);
                Ok(())
            })?;
            return Ok(());
        }
        Kind::Autoscaler => {
            let deployment = kubernetes.deployment(namespace, name).map(|one| one.id).ok_or_else(missing)?;
            let is_there =
                cloud.on_kubernetes(id, |kubernetes, moment| Ok(kubernetes.remove_horizontal(deployment, moment)))?;
            return if is_there { Ok(()) } else { Err(missing()) };
        }
        Kind::Budget => {
            return Ok(cloud.on_kubernetes(id, |kubernetes, _| kubernetes.delete_budget(namespace, name))?);
        }
        Kind::Pod => {
            let (pod, node) = kubernetes.pod_named(namespace, name).ok_or_else(missing)?;
            let set = pod.set;
            let is_waiting_alone = node.is_none() && pod.spec.owner.is_none();
            return Ok(cloud.on_kubernetes(id, |kubernetes, moment| {
                if is_waiting_alone {
                    kubernetes.delete_set(set, moment);
                    return Ok(());
                }
                kubernetes.delete_pod(namespace, name, moment)
            })?);
        }
        Kind::ReplicaSet => SetKind::ReplicaSet(None),
        Kind::DaemonSet => SetKind::DaemonSet,
        Kind::Job => SetKind::Job { completions: 0, parallelism: 0 },
    };
    let set = kubernetes.set_named(kind_name(set_kind), namespace, name).ok_or_else(missing)?;
    if matches!(set.kind, SetKind::ReplicaSet(Some(_))) {
        return Err(not_simulated("deleting the replica set of a deployment"));
    }
    let set = set.id;
    cloud.on_kubernetes(id, |kubernetes, moment| {
        kubernetes.delete_set(set, moment);
        Ok(())
    })?;
    Ok(())
}
