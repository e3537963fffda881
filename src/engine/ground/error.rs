//! Errors of the service, with Azure's error codes.
//!
//! Codes and most messages are the ones that Azure Resource Manager and the AKS resource provider
//! return, as quoted in public issues. Where no public wording is known the sentence is the
//! playground's own; the code is then the nearest documented one.

/// A refusal by the service.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
#[error("({code}) {message}")]
pub struct ServiceError {
    /// The code, such as `OperationNotAllowed`.
    pub code: &'static str,
    /// The message, without the code.
    pub message: String,
}

impl ServiceError {
    pub(crate) fn new(code: &'static str, message: String) -> Self {
        Self { code, message }
    }

    pub(crate) fn invalid_parameter(parameter: &str, details: &str) -> Self {
        Self::new(
            "InvalidParameter",
            format!(
                "The value of parameter {parameter} is invalid. Error details: {details} Please see https://aka.ms/aks-naming-rules for more details."
            ),
        )
    }

    pub(crate) fn not_allowed(message: String) -> Self {
        Self::new("OperationNotAllowed", message)
    }

    /// Returns the error for a resource on which another operation is in progress.
    pub(crate) fn in_progress(resource: &str, state: &str) -> Self {
        Self::not_allowed(format!(
            "Operation is not allowed: Another operation ({resource} - {state}) is in progress, please wait for it to finish before starting a new operation. See https://aka.ms/aks-pending-operation for more details"
        ))
    }

    /// Returns the error for an instance that a scale set does not have; the instance id appears as it
    /// was written.
    #[must_use]
    pub fn no_instance(instance_id: impl std::fmt::Display) -> Self {
        let message =
            format!("The provided instanceId {instance_id} is not an active Virtual Machine Scale Set VM instanceId.");
        Self::new("InvalidParameter", message)
    }

    pub(crate) fn quota(limit: u32, usage: u32, additional: u32) -> Self {
        Self::new(
            "QuotaExceeded",
            format!(
                "Operation could not be completed as it results in exceeding approved Total Regional Cores quota. Additional details - Current Limit: {limit}, Current Usage: {usage}, Additional Required: {additional}, (Minimum) New Limit Required: {}.",
                usage.saturating_add(additional)
            ),
        )
    }

    /// Returns the error of an aborted operation.
    pub(crate) fn canceled() -> Self {
        Self::new("OperationCanceled", "The operation was canceled.".to_owned())
    }

    /// Returns the error for pods that did not leave a node; the words are those that users quote
    /// (Azure/AKS issue 2090).
    pub(crate) fn pod_drain_failure(node: &str, pods: &str) -> Self {
        let message = format!(
            "Node '{node}' failed to be drained with error: 'Drain did not complete pods [{pods}] within 10m0s'"
        );
        Self::new("PodDrainFailure", message)
    }

    /// Returns the error for a machine without a host, in the zone that it is bound to or, for zone 0,
    /// in the region.
    pub(crate) fn allocation_failed(zone: u8) -> Self {
        if zone > 0 {
            let message =
                "Allocation failed. We do not have sufficient capacity for the requested VM size in this zone.";
            return Self::new("ZonalAllocationFailed", message.to_owned());
        }
        Self::new(
            "AllocationFailed",
            "Allocation failed. We do not have sufficient capacity for the requested VM size in this region."
                .to_owned(),
        )
    }
}
