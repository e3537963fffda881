//! `kubectl get`.

use serde_json::{Value, json};

use super::answer::Answer;
use super::columns::{Layout, header, node_row, row};
use super::failure::{Failure, not_simulated};
use super::flags::{Selection, flags};
use super::follow::{Follow, Subject};
use super::kind::Kind;
use super::object::{View, view};
use super::output::Output;
use super::parse::Request;
use super::target::{Target, find, name, no_type, none_found, targets};
use super::watch::Watch;
use super::{path, print};
use scale_down_engine::kubernetes::NodeInfo;
use scale_down_engine::{Cloud, ClusterId};

/// Output formats of the real command, for its error message.
const FORMATS: &str = "custom-columns,custom-columns-file,go-template,go-template-file,json,jsonpath,jsonpath-as-json,jsonpath-file,name,template,templatefile,wide,yaml";

/// Beginning of the refusal of a line that names no kind.
const NO_TYPE: &str = "You must specify the type of resource to get. Use \"kubectl api-resources\" for a complete list of supported resources.\n\n";

flags! {
    pub struct Get<'a> {
        request: &'a Request,
        selection: Selection,
        output: Option<&'a str>,
        watch: bool,
        no_headers: bool,
        sort_by: Option<&'a str>,
        show_labels: bool,
        label_columns: Vec<&'a str>,
        ignore_not_found: bool,
    }
}

/// Output format of objects.
enum Format {
    Table(Layout),
    Name,
    Json,
    Yaml,
    Template(path::Template),
    Columns(Vec<(String, path::Path)>),
}

fn format(get: &Get<'_>) -> Result<Format, Failure> {
    let layout = Layout {
        is_wide: get.output == Some("wide"),
        has_namespace: get.selection.all_namespaces,
        has_kind: false,
        has_labels: get.show_labels,
        labels: get.label_columns.iter().map(|label| (*label).to_owned()).collect(),
    };
    let Some(output) = get.output.filter(|output| *output != "wide") else {
        return Ok(Format::Table(layout));
    };
    let (kind, argument) = output.split_once('=').unwrap_or((output, ""));
    Ok(match kind {
        "json" => Format::Json,
        "yaml" => Format::Yaml,
        "name" => Format::Name,
        "jsonpath" if argument.is_empty() => {
            return Err(Failure::usage("template format specified but no template given"));
        }
        "jsonpath" => Format::Template(
            path::template(argument)
                .map_err(|problem| Failure::usage(format!("error parsing jsonpath {argument}, {problem}")))?,
        ),
        "custom-columns" => {
            let column = |text: &str| {
                let (title, own) = text.split_once(':').ok_or_else(|| {
                    Failure::usage(format!(
                        "unexpected custom-columns spec: {text}, expected <header>:<json-path-expr>"
                    ))
                })?;
                Ok((title.to_owned(), path::path(own).map_err(Failure::usage)?))
            };
            Format::Columns(argument.split(',').map(column).collect::<Result<_, Failure>>()?)
        }
        _ if FORMATS.split(',').any(|known| known == kind) => {
            return Err(not_simulated(&format!("the output format {kind}")));
        }
        _ => {
            return Err(Failure::usage(format!(
                "unable to match a printer suitable for the output format \"{kind}\", allowed formats are: {FORMATS}"
            )));
        }
    })
}

/// Answers `kubectl get`, and with `--watch` goes on to print what changes.
pub fn get(get: &Get<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Answer, Failure> {
    let view = view(cloud, id)?;
    let output = print_objects(view, get)?;
    let mut follow = None;
    if get.watch && output.failures.is_empty() {
        let watch = Watch::new(view, &get.request.words, &get.selection, get.output == Some("wide"))?;
        follow = Some(Follow::new(id, Subject::Watch(watch)));
    }
    Ok(Answer { output, follow })
}

fn print_objects(view: View<'_>, get: &Get<'_>) -> Result<Output, Failure> {
    let targets = targets(&get.request.words)?;
    if targets.is_empty() {
        let mut failure = no_type(get.request.command);
        failure.text.insert_str(0, NO_TYPE);
        return Err(failure);
    }
    let format = format(get)?;
    let sort = get.sort_by.map(path::path).transpose().map_err(Failure::usage)?;
    let now_ms = view.cloud.now_ms();
    let mut output = Output::default();
    if let (Format::Table(layout), [Target { kind: Kind::Node, names }]) = (&format, targets.as_slice())
        && names.is_empty()
        && sort.is_none()
        && *layout == Layout::default()
        && !get.selection.is_selective()
        && view.kubernetes.nodes().next().is_some()
    {
        output.print(node_table(view, get.no_headers));
        return Ok(output);
    }
    let mut all: Vec<(Kind, Value)> = Vec::new();
    for target in &targets {
        let (mut objects, missing) = find(view, target, &get.selection)?;
        if let Some(sort) = &sort {
            objects.sort_by(|one, other| compare(sort.first(one), sort.first(other)));
        }
        if !get.ignore_not_found {
            output.failures.extend(missing);
        }
        all.extend(objects.into_iter().map(|object| (target.kind, object)));
    }
    let text = match format {
        Format::Table(layout) => {
            if all.is_empty() && output.failures.is_empty() && !get.ignore_not_found {
                output.warn(&none_found(&targets, &get.selection));
            }
            tables(&all, &Layout { has_kind: targets.len() > 1, ..layout }, get.no_headers, now_ms)
        }
        Format::Name => {
            let line = |(kind, object): &(Kind, Value)| format!("{}/{}\n", kind.info().singular(), name(object));
            all.iter().map(line).collect()
        }
        Format::Json | Format::Yaml | Format::Template(_) => {
            let is_one = targets.len() == 1 && targets.iter().all(|target| target.names.len() == 1);
            let mut objects: Vec<Value> = all.into_iter().map(|(_, object)| object).collect();
            let value = match objects.pop().filter(|_| is_one) {
                Some(object) => Some(object),
                None if is_one => None,
                None => Some(json!({
                    "apiVersion": "v1",
                    "items": list_again(&targets, view, &get.selection, sort.as_ref())?,
                    "kind": "List",
                    "metadata": { "resourceVersion": "" },
                })),
            };
            value.map_or_else(String::new, |value| match &format {
                Format::Json => print::json(&value),
                Format::Yaml => print::yaml(&value),
                Format::Template(template) => template.fill(&value),
                _ => String::new(),
            })
        }
        Format::Columns(columns) => {
            let mut rows: Vec<Vec<String>> = Vec::new();
            if !get.no_headers {
                rows.push(columns.iter().map(|(title, _)| title.clone()).collect());
            }
            rows.extend(all.iter().map(|(_, object)| columns.iter().map(|(_, path)| path.text(object)).collect()));
            print::table(&rows)
        }
    };
    output.print(text);
    Ok(output)
}

/// Returns the table of all nodes, with the columns that need no flag.
fn node_table(view: View<'_>, is_bare: bool) -> String {
    let mut nodes: Vec<&NodeInfo> = view.kubernetes.nodes().map(AsRef::as_ref).collect();
    nodes.sort_by(|one, other| one.name.cmp(&other.name));
    let head = (!is_bare).then(|| header(Kind::Node, &Layout::default()));
    let rows = nodes.into_iter().map(|node| node_row(node, view.cluster.pool_by_id(node.id.pool), view.cloud.now_ms()));
    print::table(&head.into_iter().chain(rows).collect::<Vec<_>>())
}

fn list_again(
    targets: &[Target],
    view: View<'_>,
    selection: &Selection,
    sort: Option<&path::Path>,
) -> Result<Vec<Value>, Failure> {
    let mut items = Vec::new();
    for target in targets {
        items.extend(find(view, target, selection)?.0);
    }
    if let Some(sort) = sort {
        items.sort_by(|one, other| compare(sort.first(one), sort.first(other)));
    }
    Ok(items)
}

fn compare(one: Option<&Value>, other: Option<&Value>) -> std::cmp::Ordering {
    match (one, other) {
        (Some(Value::Number(one)), Some(Value::Number(other))) => one.as_f64().partial_cmp(&other.as_f64()),
        (Some(Value::String(one)), Some(Value::String(other))) => Some(one.cmp(other)),
        (one, other) => Some(one.map(Value::to_string).cmp(&other.map(Value::to_string))),
    }
    .unwrap_or(std::cmp::Ordering::Equal)
}

/// Returns one table for each kind, with an empty line between them.
fn tables(objects: &[(Kind, Value)], layout: &Layout, is_bare: bool, now_ms: u64) -> String {
    let mut tables: Vec<String> = Vec::new();
    for group in objects.chunk_by(|(one, _), (other, _)| one == other) {
        let Some((kind, _)) = group.first() else { continue };
        let layout = Layout { has_namespace: layout.has_namespace && kind.info().is_namespaced, ..layout.clone() };
        let head = (!is_bare).then(|| header(*kind, &layout));
        let rows: Vec<Vec<String>> =
            head.into_iter().chain(group.iter().map(|(_, object)| row(*kind, object, &layout, now_ms))).collect();
        tables.push(print::table(&rows));
    }
    tables.join("\n")
}
