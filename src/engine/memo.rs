//! What is kept only because making it anew takes time.
//!
//! It is not part of what a simulation is: two of them are equal whatever is in them, and a copy
//! begins with nothing.

use std::hash::{Hash, Hasher};

/// See the module.
#[derive(Debug, Default)]
pub(super) struct Memo<T>(pub T);

impl<T: Default> Clone for Memo<T> {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl<T> PartialEq for Memo<T> {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl<T> Eq for Memo<T> {}

impl<T> Hash for Memo<T> {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}
