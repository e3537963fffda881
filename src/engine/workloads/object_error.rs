//! Refusals by the API server of a cluster.

/// The reason of a refusal by the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// There is no such object.
    NotFound,
    /// There is such an object already.
    AlreadyExists,
    /// The cluster is not there, or stopped.
    Unreachable,
}

/// A refusal by the API server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct ObjectError {
    /// The reason.
    pub refusal: Refusal,
    /// The kind of object, such as `deployments.apps`.
    pub kind: &'static str,
    /// Its name.
    pub name: String,
}

impl ObjectError {
    /// Returns the error for an object that does not exist.
    #[must_use]
    pub fn missing(kind: &'static str, name: &str) -> Self {
        Self { refusal: Refusal::NotFound, kind, name: name.to_owned() }
    }

    pub(super) fn exists(kind: &'static str, name: &str) -> Self {
        Self { refusal: Refusal::AlreadyExists, kind, name: name.to_owned() }
    }

    fn message(&self) -> String {
        let Self { refusal, kind, name } = self;
        match refusal {
            Refusal::NotFound => format!("{kind} \"{name}\" not found"),
            Refusal::AlreadyExists => format!("{kind} \"{name}\" already exists"),
            Refusal::Unreachable => "the API server of the cluster cannot be reached".to_owned(),
        }
    }
}
