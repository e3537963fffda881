//! Local state of the command line, apart from the cloud: extensions, features, defaults, kubectl's contexts.

use std::collections::BTreeMap;

/// The local state of the command line and of the subscription's registrations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Strict mode: every line is judged as the real CLI judges it, without the playground's help.
    pub strict: bool,
    /// Installed extensions, by name, with their versions.
    pub extensions: BTreeMap<String, &'static str>,
    /// Preview features that were unregistered, as `namespace/name`. The simulated subscription
    /// begins with every preview feature registered, so that none stands in the way.
    pub unregistered_features: Vec<String>,
    /// Index in [`SUBSCRIPTIONS`] of the default subscription.
    pub subscription: usize,
    /// The section `defaults` of the configuration, in the order in which its keys were first set.
    pub defaults: Vec<(String, String)>,
    /// The clusters that kubectl has credentials for.
    pub contexts: Vec<KubeContext>,
    /// Name of the context in use.
    pub context: Option<String>,
}

/// A cluster that kubectl has credentials for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KubeContext {
    /// The name of the context.
    pub name: String,
    /// The resource group.
    pub group: String,
    /// The cluster.
    pub cluster: String,
}

/// The preview features that `az feature list` names: those of the documents that the playground
/// is about.
pub const FEATURES: &[&str] =
    &["Microsoft.ContainerService/AKS-ScaleDownModePreview", "Microsoft.ContainerService/VMsAgentPoolAutoscalePreview"];

/// The extensions that the playground can install, and the version of each.
pub const EXTENSIONS: &[(&str, &str)] = &[("aks-preview", "18.0.0b44")];

/// The subscriptions that are signed in to, by identity and name. All of them show the one simulated cloud.
pub const SUBSCRIPTIONS: [(&str, &str); 2] =
    [("00000000-0000-0000-0000-000000000000", "Pay-As-You-Go"), ("33333333-3333-3333-3333-333333333333", "Dev")];

/// Returns the index in [`SUBSCRIPTIONS`] of the subscription with this identity or name, in any letter case.
#[must_use]
pub fn subscription(text: &str) -> Option<usize> {
    SUBSCRIPTIONS.iter().position(|(id, name)| text.eq_ignore_ascii_case(id) || text.eq_ignore_ascii_case(name))
}

impl Account {
    /// A fresh installation.
    #[must_use]
    pub fn new(strict: bool) -> Self {
        Self {
            strict,
            extensions: BTreeMap::new(),
            unregistered_features: Vec::new(),
            subscription: 0,
            defaults: Vec::new(),
            contexts: Vec::new(),
            context: None,
        }
    }

    /// Adds credentials in place of earlier ones of the same name, and uses them.
    pub fn use_context(&mut self, context: KubeContext) {
        self.context = Some(context.name.clone());
        self.contexts.retain(|known| known.name != context.name);
        self.contexts.push(context);
        self.contexts.sort_by(|one, other| one.name.cmp(&other.name));
    }

    /// Sets a default, in place of an earlier one. Keys have no letter case, as in an INI file.
    pub fn set_default(&mut self, key: &str, value: &str) {
        let key = key.to_lowercase();
        match self.defaults.iter_mut().find(|(known, _)| *known == key) {
            Some(default) => value.clone_into(&mut default.1),
            None => self.defaults.push((key, value.to_owned())),
        }
    }
}
