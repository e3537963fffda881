//! `kubectl get --watch`: rows printed again as they change.

use serde_json::Value;

use super::columns::{Layout, header, row};
use super::failure::Failure;
use super::flags::Selection;
use super::kind::Kind;
use super::object::View;
use super::print;
use super::target::{find, name, targets};

/// Rows of `kubectl get --watch`, printed again as they change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Watch {
    words: Vec<String>,
    selection: Selection,
    /// Rows shown so far: the key (kind, namespace and name) and the cells.
    shown: Vec<(String, Vec<String>)>,
    layout: (bool, bool),
    /// Width of each column so far, in characters; columns only grow.
    widths: Vec<usize>,
}

impl Watch {
    /// Starts from the existing objects, which `get` has shown.
    pub fn new(view: View<'_>, words: &[String], selection: &Selection, is_wide: bool) -> Result<Self, Failure> {
        let mut watch = Self {
            words: words.to_vec(),
            selection: selection.clone(),
            shown: Vec::new(),
            layout: (is_wide, selection.all_namespaces),
            widths: Vec::new(),
        };
        if let Some(target) = targets(&watch.words)?.first() {
            print::table_in(&[header(target.kind, &watch.layout())], &mut watch.widths);
        }
        watch.look(view);
        Ok(watch)
    }

    /// Returns the rows that are new or have changed, as a table.
    pub fn look(&mut self, view: View<'_>) -> String {
        let layout = self.layout();
        let mut rows = Vec::new();
        for target in targets(&self.words).unwrap_or_default() {
            let Ok((objects, _)) = find(view, &target, &self.selection) else { continue };
            let mut still_there = Vec::new();
            for object in &objects {
                let key = format!(
                    "{:?}/{}/{}",
                    target.kind,
                    object.pointer("/metadata/namespace").unwrap_or(&Value::Null),
                    name(object)
                );
                let cells = row(target.kind, object, &layout, view.cloud.now_ms());
                // An age alone is no change.
                let steady: Vec<String> = steady(target.kind, object, &layout);
                still_there.push(key.clone());
                match self.shown.iter_mut().find(|(known, _)| *known == key) {
                    Some((_, known)) if *known == steady => {}
                    Some((_, known)) => {
                        *known = steady;
                        rows.push(cells);
                    }
                    None => {
                        self.shown.push((key, steady));
                        rows.push(cells);
                    }
                }
            }
            let prefix = format!("{:?}/", target.kind);
            self.shown.retain(|(key, _)| !key.starts_with(&prefix) || still_there.contains(key));
        }
        print::table_in(&rows, &mut self.widths)
    }

    fn layout(&self) -> Layout {
        Layout { is_wide: self.layout.0, has_namespace: self.layout.1, ..Layout::default() }
    }
}

/// Returns the cells of an object for comparison: at a fixed time, so that ages do not count as a change.
fn steady(kind: Kind, object: &Value, layout: &Layout) -> Vec<String> {
    row(kind, object, layout, 0)
}
