//! Identities: what names a resource for as long as the simulation runs.
//!
//! They are here and not beside their resources, which name one another: a cluster has pools, and an
//! operation tells which of them it changes.

/// Identifies a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(pub(crate) u32);

/// Identifies a node pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PoolId(pub(crate) u32);

impl PoolId {
    /// Creates an id from a number. Those of a `Cloud` are its own; this is for models of nodes outside
    /// one.
    #[must_use]
    pub const fn new(number: u32) -> Self {
        Self(number)
    }

    /// Returns the number of this id.
    #[must_use]
    pub const fn number(self) -> u32 {
        self.0
    }
}

/// Identifies a node: its pool, and its number in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeId {
    /// The pool that it belongs to.
    pub pool: PoolId,
    /// The instance id in the pool's scale set.
    pub instance_id: u32,
}

/// Identifies an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OperationId(pub(crate) u32);

/// Identifies a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DeploymentId(pub u32);
