//! What the Azure CLI knows besides the cloud: extensions, features, defaults.

use std::collections::BTreeMap;

/// The local state of the command line and of the subscription's registrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Whether the verdict is the real CLI's, without the playground's help.
    pub strict: bool,
    /// Installed extensions, by name, with their versions.
    pub extensions: BTreeMap<String, &'static str>,
    /// Registered preview features, as `namespace/name`.
    pub features: BTreeMap<String, FeatureState>,
}

/// How far a preview feature is registered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FeatureState {
    /// It can be used.
    Registered,
    /// It was taken back.
    Unregistered,
}

impl FeatureState {
    /// The word in the API.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Registered => "Registered",
            Self::Unregistered => "Unregistered",
        }
    }
}

/// The extensions that the playground can install, and the version of each.
pub const EXTENSIONS: &[(&str, &str)] = &[("aks-preview", "18.0.0b44")];

impl Account {
    /// A fresh installation.
    #[must_use]
    pub fn new(strict: bool) -> Self {
        Self {
            strict,
            extensions: BTreeMap::new(),
            features: BTreeMap::new(),
        }
    }
}
