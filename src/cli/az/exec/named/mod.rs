//! Resources that a line names.

pub(super) mod cluster;
pub(super) mod group;
pub(super) mod pool;
