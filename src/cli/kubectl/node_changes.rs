//! `kubectl taint`, `kubectl label` and `kubectl annotate`.

use super::dry_run::DryRun;
use super::failure::{Failure, not_simulated, usage};
use super::flags::flags;
use super::kind::Kind;
use super::object::view;
use super::output::Output;
use super::parse::Request;
use super::target::{chosen_nodes, targets};
use scale_down_engine::kubernetes::{Taint, TaintEffect};
use scale_down_engine::{Cloud, ClusterId, Pairs};

/// A taint to remove, by key, and by effect if the line gives one.
struct Removal {
    key: String,
    effect: Option<TaintEffect>,
}

impl Removal {
    fn text(&self) -> String {
        match self.effect {
            Some(effect) => format!("{}:{}", self.key, effect.name()),
            None => self.key.clone(),
        }
    }

    fn matches(&self, taint: &Taint) -> bool {
        taint.key == self.key && self.effect.is_none_or(|effect| effect == taint.effect)
    }
}

fn effect(text: &str) -> Result<TaintEffect, String> {
    let found = TaintEffect::ALL.into_iter().find(|effect| effect.name() == text);
    found.ok_or_else(|| format!("invalid taint effect: {text}, unsupported taint effect"))
}

/// Reads taint changes: `key=value:Effect` and `key:Effect` add one, `key-` and `key:Effect-` remove one.
fn changes(words: &[String]) -> Result<(Vec<Taint>, Vec<Removal>), String> {
    let (mut added, mut removed): (Vec<Taint>, Vec<Removal>) = (Vec::new(), Vec::new());
    for word in words {
        if let Some(spec) = word.strip_suffix('-') {
            let (pair, effect_text) = spec.split_once(':').map_or((spec, None), |(pair, effect)| (pair, Some(effect)));
            let key = pair.split('=').next().unwrap_or_default().to_owned();
            removed.push(Removal { key, effect: effect_text.map(effect).transpose()? });
        } else {
            let invalid = || format!("invalid taint spec: {word}");
            let (pair, effect_text) = word.split_once(':').ok_or_else(invalid)?;
            let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
            if key.is_empty() || value.contains('=') || effect_text.contains(':') {
                return Err(invalid());
            }
            let taint = Taint::new(key, value, effect(effect_text)?);
            if added.iter().any(|known| known.key == taint.key && known.effect == taint.effect) {
                return Err(format!("duplicated taints with the same key and effect: {taint}"));
            }
            added.push(taint);
        }
    }
    Ok((added, removed))
}

flags! {
    pub struct TaintFlags<'a> {
        request: &'a Request,
        selector: Option<&'a str>,
        all: bool,
        overwrite: bool,
        dry_run: Option<&'a str>,
    }
}

/// Answers `kubectl taint`.
pub fn taint(arguments: &TaintFlags<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let dry_run = DryRun::of(arguments.dry_run)?;
    let Request { command, words, .. } = arguments.request;
    let is_change = |word: &&String| word.contains([':', '=']) || word.ends_with('-');
    let begins = words.iter().position(|word| is_change(&word)).unwrap_or(words.len());
    let (resources, specs) = words.split_at(begins);
    let Some((kind, names)) = resources.split_first() else {
        return Err(usage(command, "one or more resources must be specified as <resource> <name>"));
    };
    if specs.is_empty() {
        return Err(usage(command, "at least one taint update is required"));
    }
    if let Some(late) = specs.iter().find(|word| !is_change(word)) {
        return Err(usage(command, &format!("all resources must be specified before taint changes: {late}")));
    }
    let (added, removed) = changes(specs).map_err(|message| usage(command, &message))?;
    // `node/NAME` stands for both words.
    let (kind, own_name) = kind.split_once('/').map_or((kind.as_str(), None), |(kind, name)| (kind, Some(name)));
    if Kind::named(kind) != Some(Kind::Node) {
        let message = format!("invalid resource type {kind}, only [\"node\" \"nodes\"] are supported");
        return Err(Failure::usage(message));
    }
    let names: Vec<String> = own_name.map(str::to_owned).into_iter().chain(names.iter().cloned()).collect();
    let mut output = Output::default();
    for node in chosen_nodes(view(cloud, id)?, &names, arguments.selector, arguments.all)? {
        let is_same = |one: &Taint, other: &Taint| one.key == other.key && one.effect == other.effect;
        let taken: Vec<&str> = added
            .iter()
            .filter(|taint| node.taints.iter().any(|known| is_same(known, taint)))
            .map(|taint| taint.key.as_str())
            .collect();
        if !taken.is_empty() && !arguments.overwrite {
            output.failures.push(Failure::usage(format!(
                "node {} already has {} taint(s) with same effect(s) and --overwrite is false",
                node.name,
                taken.join(",")
            )));
            continue;
        }
        let before = node.taints.len();
        let mut taints = added.clone();
        taints.extend(node.taints.iter().filter(|known| !added.iter().any(|taint| is_same(taint, known))).cloned());
        let is_added = taints.len() != before;
        let mut is_deleted = false;
        for removal in &removed {
            let count = taints.len();
            taints.retain(|taint| !removal.matches(taint));
            if taints.len() == count {
                output.failures.push(Failure::usage(format!("taint \"{}\" not found", removal.text())));
            }
            is_deleted |= taints.len() != count;
        }
        if !output.failures.is_empty() {
            continue;
        }
        let word = match (is_added, is_deleted) {
            (true, true) => "modified",
            _ if arguments.overwrite => "modified",
            (true, false) => "tainted",
            (false, _) => "untainted",
        };
        output.add(format!("node/{} {word}{}", node.name, dry_run.suffix()));
        if !dry_run.is_on() {
            cloud.on_kubernetes(id, |kubernetes, _| {
                kubernetes.change_taints(node.id, |own| *own = taints);
                Ok(())
            })?;
        }
    }
    Ok(output)
}

flags! {
    pub struct PairFlags<'a> {
        request: &'a Request,
        selector: Option<&'a str>,
        all: bool,
        overwrite: bool,
        list: bool,
        dry_run: Option<&'a str>,
    }
}

/// Answers `kubectl label`.
pub fn label(arguments: &PairFlags<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    pairs(arguments, true, id, cloud)
}

/// Answers `kubectl annotate`.
pub fn annotate(arguments: &PairFlags<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    pairs(arguments, false, id, cloud)
}

fn pairs(arguments: &PairFlags<'_>, is_label: bool, id: ClusterId, cloud: &mut Cloud) -> Result<Output, Failure> {
    let what = if is_label { "label" } else { "annotation" };
    let dry_run = DryRun::of(arguments.dry_run)?;
    let Request { command, words, .. } = arguments.request;
    let is_change = |word: &&String| word.contains('=') || word.ends_with('-');
    let begins = words.iter().position(|word| is_change(&word)).unwrap_or(words.len());
    let (resources, specs) = words.split_at(begins);
    if resources.is_empty() {
        return Err(usage(
            command,
            "one or more resources must be specified as <resource> <name> or <resource>/<name>",
        ));
    }
    let is_list = arguments.list;
    if specs.is_empty() && !is_list {
        return Err(usage(command, &format!("at least one {what} update is required")));
    }
    if let Some(late) = specs.iter().find(|word| !is_change(word)) {
        return Err(usage(command, &format!("all resources must be specified before {what} changes: {late}")));
    }
    let targets = targets(resources)?;
    if let Some(other) = targets.iter().find(|target| target.kind != Kind::Node) {
        let plural = other.kind.info().plural();
        return Err(not_simulated(&format!("kubectl {} of {plural}", command.name)));
    }
    let names: Vec<String> = targets.into_iter().flat_map(|target| target.names).collect();
    let mut output = Output::default();
    for node in chosen_nodes(view(cloud, id)?, &names, arguments.selector, arguments.all)? {
        let before: &Pairs = if is_label { &node.labels } else { &node.annotations };
        let mut after = before.clone();
        let (mut taken, mut missing) = (Vec::new(), Vec::new());
        let mut is_set = false;
        for spec in specs {
            if let Some((key, value)) = spec.split_once('=') {
                is_set = true;
                match before.get(key).filter(|known| *known != value && !arguments.overwrite) {
                    Some(known) => taken.push(format!("'{key}' already has a value ({known})")),
                    None => drop(after.insert(key.to_owned(), value.to_owned())),
                }
            } else if let Some(key) = spec.strip_suffix('-')
                && after.remove(key).is_none()
            {
                missing.push(key.to_owned());
            }
        }
        if !taken.is_empty() {
            let taken = taken.join(", ");
            output.failures.push(Failure::usage(if is_label {
                format!("{taken}, and --overwrite is false")
            } else {
                format!("--overwrite is false but found the following declared annotation(s): {taken}")
            }));
            continue;
        }
        if is_list {
            for (key, value) in &after {
                output.add(format!("{key}={value}"));
            }
            continue;
        }
        for key in missing.iter().filter(|_| is_label) {
            output.add(format!("label \"{key}\" not found."));
        }
        let word = match (is_label, after != *before, is_set) {
            (true, false, _) => "not labeled",
            (true, true, true) => "labeled",
            (true, true, false) => "unlabeled",
            (false, ..) => "annotated",
        };
        output.add(format!("node/{} {word}{}", node.name, dry_run.suffix()));
        if !dry_run.is_on() {
            cloud.on_kubernetes(id, |kubernetes, _| {
                if is_label {
                    kubernetes.change_labels(node.id, |own| *own = after);
                } else {
                    kubernetes.change_annotations(node.id, |own| *own = after);
                }
                Ok(())
            })?;
        }
    }
    Ok(output)
}
