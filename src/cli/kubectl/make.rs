//! `kubectl run` and `kubectl create deployment`: objects from flags.

use serde_json::{Value, json};

use super::dry_run::DryRun;
use super::failure::{Failure, server, usage};
use super::flags::{Selection, flags};
use super::object::view;
use super::output::Output;
use super::parse::Request;
use super::pod_manifest::{IMAGE_BYTES, quantities, sleep_ms};
use super::print;
use super::select::line_labels;
use scale_down_engine::kubernetes::{Container, Image, PodSpec, Resources, RestartPolicy};
use scale_down_engine::workloads::{DeploymentSpec, SetKind};
use scale_down_engine::{Cloud, ClusterId, Pairs};

fn image(name: &str) -> Image {
    Image { name: name.to_owned(), size_bytes: IMAGE_BYTES }
}

/// Returns the container name of `create deployment`: the last part of the image's name, without its tag.
fn container_name(image: &str) -> String {
    let last = image.rsplit('/').next().unwrap_or(image);
    let name = last.split([':', '@']).next().unwrap_or(last);
    name.replace('_', "-")
}

fn check_name(name: &str) -> Result<(), Failure> {
    let is_good =
        |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-' || letter == '.';
    let edge = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    if name.chars().all(is_good) && edge(name.chars().next()) && edge(name.chars().next_back()) && name.len() < 254 {
        return Ok(());
    }
    Err(Failure::bare(format!(
        "The object \"{name}\" is invalid: metadata.name: Invalid value: \"{name}\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character"
    )))
}

/// Prints the created object, or with a dry run the one that would be created.
fn say(output: Option<&str>, title: &str, object: &Value, dry_run: DryRun) -> Result<Output, Failure> {
    let text = match output {
        None => format!("{title} created{}\n", dry_run.suffix()),
        Some("name") => format!("{title}\n"),
        Some("json") => print::json(object),
        Some("yaml") => print::yaml(object),
        Some(other) => {
            return Err(Failure::usage(format!(
                "unable to match a printer suitable for the output format \"{other}\", allowed formats are: go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,yaml"
            )));
        }
    };
    let mut output = Output::default();
    output.print(text);
    Ok(output)
}

flags! {
    pub struct RunFlags<'a> {
        request: &'a Request,
        selection: Selection,
        image: Option<&'a str>,
        restart: Option<&'a str>,
        labels: Option<&'a str>,
        requests: Option<&'a str>,
        command: bool,
        dry_run: Option<&'a str>,
        output: Option<&'a str>,
    }
}

/// Answers `kubectl run`.
pub fn run(arguments: &RunFlags<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let dry_run = DryRun::of(arguments.dry_run)?;
    let request = arguments.request;
    let namespace = &arguments.selection.namespace;
    let Some(name) = request.words.first() else {
        return Err(usage(request.command, "NAME is required for run"));
    };
    let Some(image_name) = arguments.image else {
        return Err(Failure::usage("required flag(s) \"image\" not set"));
    };
    check_name(name)?;
    let restart_policy = match arguments.restart {
        None | Some("Always") => RestartPolicy::Always,
        Some("OnFailure") => RestartPolicy::OnFailure,
        Some("Never") => RestartPolicy::Never,
        Some(other) => return Err(Failure::usage(format!("invalid restart policy: {other}"))),
    };
    let mut spec = PodSpec::new(namespace, name, Resources::default());
    spec.labels = match arguments.labels {
        Some(text) => line_labels(text)?,
        None => Pairs::from([("run".to_owned(), name.clone())]),
    };
    let mut requests = Resources::default();
    if let Some(text) = arguments.requests {
        let pairs = text.split(',').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
        quantities(pairs).map_err(Failure::usage)?.apply(&mut requests);
    }
    spec.containers =
        vec![Container { name: name.clone(), image: image(image_name), requests, ..Container::default() }];
    spec.restart_policy = restart_policy;
    let words = || request.words.iter().skip(1).chain(&request.after_dashes).map(String::as_str);
    if restart_policy != RestartPolicy::Always {
        spec.runs_for_ms = sleep_ms(words());
    }
    let words: Vec<&str> = words().collect();
    let mut container = json!({ "image": image_name, "name": name, "resources": {} });
    if let Some(fields) = container.as_object_mut().filter(|_| !words.is_empty()) {
        fields.insert(if arguments.command { "command" } else { "args" }.to_owned(), json!(words));
    }
    let policy = arguments.restart.unwrap_or("Always");
    let object = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": { "creationTimestamp": null, "labels": spec.labels, "name": name },
        "spec": { "containers": [container], "dnsPolicy": "ClusterFirst", "restartPolicy": policy },
        "status": {},
    });
    let title = format!("pod/{name}");
    if dry_run != DryRun::Client {
        let is_there = view(cloud, id)?.kubernetes.pod_named(namespace, name).is_some();
        if is_there {
            return Err(server("AlreadyExists", &format!("pods \"{name}\" already exists")));
        }
    }
    let output = say(arguments.output, &title, &object, dry_run)?;
    if !dry_run.is_on() {
        cloud.on_kubernetes(id, |kubernetes, moment| kubernetes.create_set(SetKind::Bare, spec, 1, moment))?;
    }
    Ok(output)
}

flags! {
    pub struct CreateDeployment<'a> {
        request: &'a Request,
        selection: Selection,
        image: Vec<&'a str>,
        replicas: Option<i64>,
        dry_run: Option<&'a str>,
        output: Option<&'a str>,
    }
}

/// Answers `kubectl create deployment`.
pub fn deployment(arguments: &CreateDeployment<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let dry_run = DryRun::of(arguments.dry_run)?;
    let request = arguments.request;
    let images = arguments.image.as_slice();
    if images.is_empty() {
        return Err(Failure::usage("required flag(s) \"image\" not set"));
    }
    let [name] = request.words.as_slice() else {
        return Err(usage(request.command, &format!("exactly one NAME is required, got {}", request.words.len())));
    };
    check_name(name)?;
    let replicas = arguments.replicas.unwrap_or(1);
    let replicas = u32::try_from(replicas).map_err(|_| {
        Failure::bare(format!(
            "The Deployment \"{name}\" is invalid: spec.replicas: Invalid value: {replicas}: must be greater than or equal to 0"
        ))
    })?;
    let labels = Pairs::from([("app".to_owned(), name.clone())]);
    let mut template = PodSpec::new(&arguments.selection.namespace, name, Resources::default());
    template.labels.clone_from(&labels);
    let one = |name: &&str| Container { name: container_name(name), image: image(name), ..Container::default() };
    template.containers = images.iter().map(one).collect();
    let words = &request.after_dashes;
    let container = |image: &&str| {
        let mut value = json!({ "image": image, "name": container_name(image), "resources": {} });
        if let Some(fields) = value.as_object_mut().filter(|_| !words.is_empty()) {
            fields.insert("command".to_owned(), json!(words));
        }
        value
    };
    let object = json!({
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": { "creationTimestamp": null, "labels": labels, "name": name },
        "spec": {
            "replicas": replicas,
            "selector": { "matchLabels": labels },
            "strategy": {},
            "template": {
                "metadata": { "creationTimestamp": null, "labels": labels },
                "spec": { "containers": images.iter().map(container).collect::<Vec<_>>() },
            },
        },
        "status": {},
    });
    let title = format!("deployment.apps/{name}");
    let namespace = arguments.selection.namespace.clone();
    if dry_run != DryRun::Client && view(cloud, id)?.kubernetes.deployment(&namespace, name).is_some() {
        return Err(Failure::usage(format!("failed to create deployment: deployments.apps \"{name}\" already exists")));
    }
    let spec = DeploymentSpec { name: name.clone(), namespace, labels, replicas, template };
    let output = say(arguments.output, &title, &object, dry_run)?;
    if !dry_run.is_on() {
        cloud.on_kubernetes(id, |kubernetes, moment| kubernetes.create_deployment(spec, moment))?;
    }
    Ok(output)
}
