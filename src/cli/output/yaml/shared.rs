//! Lists and mappings that occur more than once in a document, which YAML marks.

use std::rc::Rc;

use crate::output::datum::Datum;

/// The address of a list or mapping, which is its identity.
type Identity = *const ();

/// The lists and mappings that occur more than once.
#[derive(Default)]
pub(super) struct Shared {
    seen: Vec<Identity>,
    /// In the order in which their second occurrence was met: the first is `id001`.
    repeated: Vec<Identity>,
    written: Vec<Identity>,
}

impl Shared {
    /// Finds what occurs more than once in a value.
    pub(super) fn visit(&mut self, value: &Datum) {
        let Some(identity) = identity(value) else { return };
        if self.seen.contains(&identity) {
            if !self.repeated.contains(&identity) {
                self.repeated.push(identity);
            }
            return;
        }
        self.seen.push(identity);
        match value {
            Datum::List(items) => items.iter().for_each(|item| self.visit(item)),
            Datum::Mapping(mapping) => {
                mapping.sorted().into_iter().for_each(|(_, value)| self.visit(value));
            }
            _ => {}
        }
    }

    /// Returns the sign and name to write for a repeated value, and `true` if it is an alias, which
    /// replaces the value.
    pub(super) fn mark(&mut self, value: &Datum) -> Option<(String, bool)> {
        let identity = identity(value)?;
        let index = self.repeated.iter().position(|repeated| *repeated == identity)?;
        let is_alias = self.written.contains(&identity);
        if !is_alias {
            self.written.push(identity);
        }
        let sign = if is_alias { '*' } else { '&' };
        Some((format!("{sign}id{:03}", index + 1), is_alias))
    }
}

fn identity(value: &Datum) -> Option<Identity> {
    match value {
        Datum::List(items) => Some(Rc::as_ptr(items).cast()),
        Datum::Mapping(mapping) => Some(Rc::as_ptr(mapping).cast()),
        _ => None,
    }
}
