//! The event log: everything that happened, in the words of `kubectl get events` and of the Azure
//! activity log.
//!
//! A record holds facts, not sentences; the words are made when it is shown. The log is complete:
//! what each node has cost can be recomputed from it.

use std::collections::VecDeque;
use std::sync::Arc;

use super::lifecycle::NodeState;
use super::node::Milestone;
use super::operation::OperationKind;
use super::pool::node_name;

/// The most records that are kept; the oldest go first.
pub const RECORDS_MAX: usize = 100_000;

/// How an operation went on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum OperationStatus {
    /// It was accepted.
    Started,
    /// It is over and worked.
    Succeeded,
    /// It is over and did not work.
    Failed,
    /// It was aborted and is over.
    Canceled,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Happening {
    /// A node entered a state.
    Entered(NodeState),
    /// A node's bring-up reached a milestone.
    Reached(Milestone),
    /// A node and its virtual machine are gone.
    Gone,
    /// An operation on a cluster or pool went on.
    Operation(OperationKind, OperationStatus),
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Record {
    /// Counts from 0 and is never reused.
    pub sequence: u64,
    /// When it happened.
    pub at_ms: u64,
    /// The scale set of the node, or the name of the cluster or pool.
    pub subject: Arc<str>,
    /// The instance id, where it is about a node.
    pub instance_id: Option<u32>,
    /// What happened.
    pub happening: Happening,
}

/// A record in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordText {
    /// `Normal` or `Warning`.
    pub kind: &'static str,
    /// The reason, such as `NodeReady`, or the name of the activity.
    pub reason: &'static str,
    /// What it is about, such as `node/aks-nodepool1-12345678-vmss000000`.
    pub object: String,
    /// A sentence.
    pub message: String,
}

impl Record {
    /// The record in words.
    #[must_use]
    pub fn text(&self) -> RecordText {
        let name = match self.instance_id {
            Some(instance_id) => node_name(&self.subject, instance_id),
            None => self.subject.as_ref().to_owned(),
        };
        let (kind, reason, message) = match self.happening {
            Happening::Entered(state) => entered(state, &name),
            Happening::Reached(milestone) => reached(milestone, &name),
            Happening::Gone => {
                ("Normal", "RemovingNode", format!("Node {name} event: Removing Node {name} from Controller"))
            }
            Happening::Operation(operation, status) => operated(operation, status),
        };
        let object = match self.instance_id {
            Some(_) => format!("node/{name}"),
            None => name,
        };
        RecordText { kind, reason, object, message }
    }
}

fn entered(state: NodeState, name: &str) -> (&'static str, &'static str, String) {
    let status = |reason: &str| format!("Node {name} status is now: {reason}");
    match state {
        NodeState::Creating => {
            ("Normal", "Create or Update Virtual Machine Scale Set", "virtual machine requested".to_owned())
        }
        NodeState::Ready => ("Normal", "NodeReady", status("NodeReady")),
        NodeState::Draining => ("Normal", "NodeNotSchedulable", status("NodeNotSchedulable")),
        NodeState::Deallocating => {
            ("Normal", "Deallocate Virtual Machine in a Virtual Machine Scale Set", "deallocation requested".to_owned())
        }
        NodeState::Deallocated | NodeState::Stopped => ("Normal", "NodeNotReady", status("NodeNotReady")),
        NodeState::Starting => {
            ("Normal", "Start Virtual Machine in a Virtual Machine Scale Set", "start requested".to_owned())
        }
        NodeState::Deleting => {
            ("Normal", "Delete Virtual Machines in a Virtual Machine Scale Set", "deletion requested".to_owned())
        }
        NodeState::Failed => ("Warning", "AllocationFailed", "no capacity for the virtual machine".to_owned()),
    }
}

fn reached(milestone: Milestone, name: &str) -> (&'static str, &'static str, String) {
    match milestone {
        Milestone::Requested => ("Normal", "Requested", "requested".to_owned()),
        Milestone::Allocated => ("Normal", "Allocated", "a host was found for the virtual machine".to_owned()),
        Milestone::Booted => ("Normal", "Starting", "Starting kubelet.".to_owned()),
        Milestone::Registered => {
            ("Normal", "RegisteredNode", format!("Node {name} event: Registered Node {name} in Controller"))
        }
        Milestone::ImagesReady => ("Normal", "Pulled", "container images are present".to_owned()),
        Milestone::Ready => ("Normal", "Ready", "ready".to_owned()),
    }
}

fn operated(operation: OperationKind, status: OperationStatus) -> (&'static str, &'static str, String) {
    let (kind, status) = match status {
        OperationStatus::Started => ("Normal", "Started"),
        OperationStatus::Succeeded => ("Normal", "Succeeded"),
        OperationStatus::Failed => ("Warning", "Failed"),
        OperationStatus::Canceled => ("Warning", "Canceled"),
    };
    (kind, operation.activity(), status.to_owned())
}

/// The log itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct RecordLog {
    records: VecDeque<Record>,
    next_sequence: u64,
}

impl RecordLog {
    pub(super) fn push(&mut self, at_ms: u64, subject: &Arc<str>, instance_id: Option<u32>, happening: Happening) {
        if self.records.len() >= RECORDS_MAX {
            self.records.pop_front();
        }
        self.records.push_back(Record {
            sequence: self.next_sequence,
            at_ms,
            subject: Arc::clone(subject),
            instance_id,
            happening,
        });
        self.next_sequence += 1;
    }

    /// The records from a sequence number on, oldest first.
    #[must_use]
    pub fn since(&self, sequence: u64) -> impl DoubleEndedIterator<Item = &Record> {
        let first = self.records.front().map_or(0, |record| record.sequence);
        let skip = usize::try_from(sequence.saturating_sub(first)).unwrap_or(usize::MAX);
        self.records.iter().skip(skip)
    }

    /// The sequence number that the next record will have.
    #[must_use]
    pub fn next_sequence(&self) -> u64 {
        self.next_sequence
    }
}
