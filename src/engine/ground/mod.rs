//! Building blocks that know nothing of Azure or Kubernetes: identities, errors, money, chance, queues, tables.

pub(crate) mod error;
pub(crate) mod id;
pub(crate) mod invariant;
pub(crate) mod memo;
pub mod money;
pub mod pattern;
pub(crate) mod queue;
pub mod random;
pub(crate) mod shared_queue;
pub(crate) mod sorted;
pub(crate) mod table;
