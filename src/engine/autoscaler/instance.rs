//! States of the virtual machines of a scale set as the autoscaler's Azure provider reports them.
//!
//! A machine has a provisioning state, which says how the last operation on it went, and a power state. The
//! provider makes one state of the two, and an error where a machine could not be brought up: that is how a
//! failed start of a deallocated machine becomes visible. After the provider of AKS's branch of the cluster
//! autoscaler (kubernetes/autoscaler pull request 9932).

use std::borrow::Cow;

use crate::azure::pool_spec::ScaleDownMode;

/// State of a machine as the autoscaler sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum InstanceState {
    /// It runs, or is believed to.
    Running,
    /// It is being brought up.
    Creating,
    /// It is being deleted.
    Deleting,
    /// It is kept without a host.
    Deallocated,
    /// It is being deallocated: it gives its host back.
    Deallocating,
}

impl InstanceState {
    /// Returns the provider's word for the state.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Running => "Running",
            Self::Creating => "Creating",
            Self::Deleting => "Deleting",
            Self::Deallocated => "Deallocated",
            Self::Deallocating => "Deallocating",
        }
    }

    /// Returns `true` for a transitional state: neither running nor deallocated. A machine that could not be
    /// brought up is in one (`Creating`).
    #[must_use]
    pub const fn is_transitional(self) -> bool {
        matches!(self, Self::Creating | Self::Deleting | Self::Deallocating)
    }
}

/// Class of a creation error: about capacity or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ErrorClass {
    /// There is no quota or no host.
    OutOfResources,
    /// Something else.
    Other,
}

impl ErrorClass {
    /// Returns the provider's word for the class.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::OutOfResources => "OutOfResources",
            Self::Other => "Other",
        }
    }
}

/// Error of a machine that did not come up.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct CreationError {
    /// Class: about capacity or not.
    pub class: ErrorClass,
    /// A code such as `start-deallocated-failed`.
    pub code: Cow<'static, str>,
    /// A sentence.
    pub message: Cow<'static, str>,
}

impl CreationError {
    /// Creates an error from fixed texts.
    #[must_use]
    pub const fn new(class: ErrorClass, code: &'static str, message: &'static str) -> Self {
        Self { class, code: Cow::Borrowed(code), message: Cow::Borrowed(message) }
    }
}

/// Error: a deallocated machine could not be started again.
pub static START_FAILED: CreationError =
    CreationError::new(ErrorClass::OutOfResources, "start-deallocated-failed", "Failed to start deallocated VM");

/// Error: a new machine could not be provisioned.
pub static PROVISIONING_FAILED: CreationError = CreationError::new(
    ErrorClass::OutOfResources,
    "provisioning-state-failed",
    "Azure failed to provision a node for this node group",
);

/// Error: a machine came up, and the extension that makes it a node failed.
pub static EXTENSION_FAILED: CreationError =
    CreationError::new(ErrorClass::Other, "VMExtensionProvisioningFailed", "the extension vmssCSE failed");

/// State and error of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct InstanceStatus {
    /// The state that the provider makes of provisioning and power state.
    pub state: InstanceState,
    /// The error, if it did not come up.
    pub error: Option<&'static CreationError>,
}

impl From<InstanceState> for InstanceStatus {
    fn from(state: InstanceState) -> Self {
        Self { state, error: None }
    }
}

/// Provisioning state of a machine: progress or result of the last operation on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VmProvisioningState {
    /// It is being created.
    Creating,
    /// An operation on it goes on.
    Updating,
    /// The last operation worked.
    Succeeded,
    /// The last operation did not work.
    Failed,
    /// It is being deleted.
    Deleting,
}

/// Power state of a machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VmPowerState {
    /// It is being started.
    Starting,
    /// It runs.
    Running,
    /// It is being shut down.
    Stopping,
    /// It is shut down and keeps its host.
    Stopped,
    /// It is being deallocated: it gives its host back.
    Deallocating,
    /// It has no host.
    Deallocated,
    /// Azure does not say.
    Unknown,
}

impl VmPowerState {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Starting,
        Self::Running,
        Self::Stopping,
        Self::Stopped,
        Self::Deallocating,
        Self::Deallocated,
        Self::Unknown,
    ];

    /// Returns the word in an instance view, behind `PowerState/`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
            Self::Deallocating => "deallocating",
            Self::Deallocated => "deallocated",
            Self::Unknown => "unknown",
        }
    }

    /// Returns `true` if the cloud node controller taints the node of such a machine as
    /// shut down: its host is given back or no longer used, unless the machine is only
    /// being created (cloud-provider-azure, `InstanceShutdownByProviderID`).
    #[must_use]
    pub const fn is_shutdown(self, provisioning: Option<VmProvisioningState>) -> bool {
        let is_off = matches!(self, Self::Stopped | Self::Deallocating | Self::Deallocated);
        is_off && !matches!(provisioning, Some(VmProvisioningState::Creating))
    }
}

/// A machine as Azure Compute describes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct VmInstanceView {
    /// Its provisioning state.
    pub provisioning: VmProvisioningState,
    /// Its power state.
    pub power: VmPowerState,
    /// The extension that makes it a node failed.
    pub has_extension_error: bool,
}

/// The provider's settings for deriving the status of machines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProviderSettings {
    /// The pool's scale-down mode.
    pub policy: ScaleDownMode,
    /// A new machine that failed counts as a failed creation at once. On in AKS.
    pub is_fast_delete: bool,
}

impl ProviderSettings {
    /// Returns the status of a machine. While an operation goes on the provider keeps the status that it knew: `known`.
    #[must_use]
    pub fn status(self, machine: VmInstanceView, known: Option<InstanceStatus>) -> Option<InstanceStatus> {
        use InstanceState as S;
        let running: InstanceStatus = S::Running.into();
        let failed = |error| InstanceStatus { state: S::Creating, error: Some(error) };
        let is_up = matches!(machine.power, VmPowerState::Starting | VmPowerState::Running);
        let status = match (machine.provisioning, machine.power) {
            (VmProvisioningState::Updating, _) => return known,
            (VmProvisioningState::Deleting, _) => S::Deleting.into(),
            (VmProvisioningState::Creating, _) => S::Creating.into(),
            (VmProvisioningState::Succeeded, VmPowerState::Deallocated) => S::Deallocated.into(),
            (VmProvisioningState::Succeeded, VmPowerState::Deallocating) => S::Deallocating.into(),
            (VmProvisioningState::Succeeded, _) => running,
            (VmProvisioningState::Failed, _) if is_up => running,
            (VmProvisioningState::Failed, _) => match self.policy {
                ScaleDownMode::Deallocate => failed(&START_FAILED),
                ScaleDownMode::Delete if self.is_fast_delete => failed(&PROVISIONING_FAILED),
                ScaleDownMode::Delete => running,
            },
        };
        Some(if machine.has_extension_error { failed(&EXTENSION_FAILED) } else { status })
    }
}
