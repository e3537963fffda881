//! `kubectl scale` and `kubectl autoscale`.

use super::failure::{Failure, not_simulated, server};
use super::flags::{Given, Selection, flags};
use super::kind::Kind;
use super::object::view;
use super::output::Output;
use super::parse::Request;
use super::target::chosen;
use scale_down_engine::workloads::{HorizontalSpec, SetKind, kind_name};
use scale_down_engine::{Cloud, ClusterId};

/// Returns the API server's refusal of a change that a kind does not have, such as scaling a pod.
fn no_subresource() -> Failure {
    server("NotFound", "the server could not find the requested resource")
}

flags! {
    pub struct Scale<'a> {
        request: &'a Request,
        selection: Selection,
        replicas: Given<'a>,
        current_replicas: Option<i64>,
    }
}

/// Answers `kubectl scale`.
pub fn scale(arguments: &Scale<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let replicas = arguments.replicas.0.and_then(|text| text.parse::<u32>().ok());
    let replicas = replicas.ok_or_else(|| {
        Failure::usage("The --replicas=COUNT flag is required, and COUNT must be greater than or equal to 0")
    })?;
    let (all, failures) = chosen(view(cloud, id)?, &arguments.request.words, &arguments.selection)?;
    let mut output = Output { failures, ..Output::default() };
    for one in all {
        let before = match one.kind {
            Kind::Deployment => {
                view(cloud, id)?.kubernetes.deployment(&one.namespace, &one.name).map(|it| it.spec.replicas)
            }
            Kind::ReplicaSet => {
                let set = view(cloud, id)?.kubernetes.set_named(
                    kind_name(SetKind::ReplicaSet(None)),
                    &one.namespace,
                    &one.name,
                );
                set.map(|set| set.desired)
            }
            _ => None,
        };
        let Some(before) = before else {
            output.failures.push(no_subresource());
            continue;
        };
        let current = arguments.current_replicas.filter(|current| *current >= 0);
        if current.is_some_and(|current| current != i64::from(before)) {
            let current = current.unwrap_or_default();
            output.failures.push(Failure::usage(format!("Expected replicas to be {current}, was {before}")));
            continue;
        }
        cloud.on_kubernetes(id, |kubernetes, _| {
            if one.kind == Kind::Deployment {
                let deployment = kubernetes.deployment(&one.namespace, &one.name).map(|deployment| deployment.id);
                if let Some(deployment) = deployment {
                    kubernetes.scale_deployment(deployment, replicas);
                }
            } else {
                let set = kubernetes.set_named(kind_name(SetKind::ReplicaSet(None)), &one.namespace, &one.name);
                // A deployment sets the number of its replica sets again at once.
                let own = set.filter(|set| set.kind == SetKind::ReplicaSet(None)).map(|set| set.id);
                if let Some(set) = own {
                    kubernetes.scale_set(set, replicas);
                }
            }
            Ok(())
        })?;
        output.add(format!("{} scaled", one.title()));
    }
    Ok(output)
}

flags! {
    pub struct Autoscale<'a> {
        request: &'a Request,
        selection: Selection,
        min: Option<i64>,
        max: Option<i64>,
        cpu_percent: Option<i64>,
        name: Option<&'a str>,
    }
}

/// Answers `kubectl autoscale`.
pub fn autoscale(arguments: &Autoscale<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let (max, min) = (arguments.max.unwrap_or(-1), arguments.min.unwrap_or(-1));
    if max < 1 {
        return Err(Failure::usage(format!("--max=MAXPODS is required and must be at least 1, max: {max}")));
    }
    if max < min {
        return Err(Failure::usage(format!(
            "--max=MAXPODS must be larger or equal to --min=MINPODS, max: {max}, min: {min}"
        )));
    }
    let (all, failures) = chosen(view(cloud, id)?, &arguments.request.words, &arguments.selection)?;
    let mut output = Output { failures, ..Output::default() };
    let share = arguments.cpu_percent.filter(|percent| *percent > 0).unwrap_or(80);
    for one in all {
        let kubernetes = view(cloud, id)?.kubernetes;
        let found = kubernetes.deployment(&one.namespace, &one.name).filter(|_| one.kind == Kind::Deployment);
        let Some(deployment) = found.map(|deployment| deployment.id) else {
            output.failures.push(not_simulated(&format!("kubectl autoscale of {}", one.title())));
            continue;
        };
        if arguments.name.is_some_and(|name| name != one.name) {
            output.failures.push(not_simulated("an autoscaler with another name than its deployment's"));
            continue;
        }
        if kubernetes.horizontals().any(|(scaled, _)| scaled == deployment) {
            let message = format!("horizontalpodautoscalers.autoscaling \"{}\" already exists", one.name);
            output.failures.push(server("AlreadyExists", &message));
            continue;
        }
        let number = |value: i64| u32::try_from(value).unwrap_or(u32::MAX);
        let spec = HorizontalSpec { min: number(min.max(1)), max: number(max), target_percent: number(share) };
        cloud.on_kubernetes(id, |kubernetes, moment| {
            kubernetes.set_horizontal(deployment, spec, moment);
            Ok(())
        })?;
        output.add(format!("horizontalpodautoscaler.autoscaling/{} autoscaled", one.name));
    }
    Ok(output)
}
