//! Arguments of commands, typed: a struct for each command or family, read once from an invocation.
//!
//! A field is named as the argument's destination, or says which destinations it is read from. Its type decides how:
//! `&str` must have a value, `Option` need not, `bool` is a flag, and a struct is read as a whole.

mod cluster;
mod names;
mod pool;
mod read;
mod wait;

pub(crate) use cluster::{ChangedCluster, NewCluster};
pub(crate) use names::{ClusterName, GroupName, PoolName};
pub(crate) use pool::{AutoscalerChange, AutoscalerOptions, ChangedPool, NewPool, PoolUpgrade};
pub(crate) use read::{FromInvocation, Specified, Spelled, arguments};
pub(crate) use wait::WaitConditions;
