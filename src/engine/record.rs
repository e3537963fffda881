//! The event log: everything that happened, in the words of `kubectl get events` and of the Azure
//! activity log.
//!
//! A record holds facts, not sentences; the words are made when it is shown. The log of machines and
//! operations is complete: what each node has cost can be recomputed from it. What happens to pods and
//! their controllers is far more, and is kept for a while, as Kubernetes itself keeps it.

use std::ops::Range;
use std::sync::Arc;

use crate::azure::lifecycle::NodeState;
use crate::azure::node::Milestone;
use crate::azure::node_name::node_name;
use crate::azure::operation::OperationKind;
use crate::ground::shared_queue::SharedQueue;
use crate::kubernetes::{PodId, PodSpec, pod};

/// Maximum number of records of machines and operations that are kept; the oldest go first.
pub const RECORDS_MAX: usize = 100_000;
/// Maximum number of records of pods and controllers that are kept; the oldest go first.
pub const DETAILS_MAX: usize = 20_000;

/// A step in the course of an operation.
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

/// An event of a pod. Indices are those of its containers.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum PodEvent {
    /// It was bound to this node.
    Scheduled(Arc<str>),
    /// No node fits it; the scheduler's message.
    FailedScheduling(Arc<str>),
    /// An image is being pulled.
    Pulling(usize),
    /// An image was pulled, which took this long in milliseconds.
    Pulled(usize, u64),
    /// An image was on the disk.
    Present(usize),
    /// A container runs.
    Started(usize),
    /// Its termination has begun.
    Killing,
    /// The cluster autoscaler evicts it, to remove its node.
    ScaleDown,
    /// It could not be evicted, and keeps its node.
    ScaleDownFailed,
    /// Its node has become unreachable.
    NodeNotReady,
    /// It is evicted, because its node has been unreachable for too long.
    TaintEviction,
    /// It was preempted by a pod of this name, which has a higher priority.
    Preempted(Arc<str>),
}

/// A Kubernetes event in words.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct KubernetesEvent {
    /// The namespace of the object; `None` for a node.
    pub namespace: Option<String>,
    /// The object that it is about, such as `deployment.apps/web`.
    pub object: String,
    /// `true` for a warning, `false` for a normal event.
    pub is_warning: bool,
    /// The component that reports it, such as `cluster-autoscaler`.
    pub source: &'static str,
    /// The reason, such as `ScalingReplicaSet`.
    pub reason: &'static str,
    /// The message, a sentence.
    pub message: String,
}

/// The content of a record: an event of a node, an operation, a pod or another Kubernetes object.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum RecordedEvent {
    /// A node entered a state.
    Entered(NodeState),
    /// A node's bring-up reached a milestone.
    Reached(Milestone),
    /// A node and its virtual machine were removed.
    Gone,
    /// An operation on a cluster or pool started or ended.
    Operation(OperationKind, OperationStatus),
    /// Something happened to a pod.
    Pod(Arc<PodSpec>, PodId, PodEvent),
    /// Something else happened in Kubernetes.
    Kubernetes(Arc<KubernetesEvent>),
}

/// One line of the log.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Record {
    /// Counts from 0 and is never reused.
    pub sequence: u64,
    /// Time of the event, in milliseconds.
    pub at_ms: u64,
    /// The scale set of the node, or the name of the cluster or pool.
    pub subject: Arc<str>,
    /// The instance id of the node; `None` for a cluster or pool.
    pub instance_id: Option<u32>,
    /// The event.
    pub event: RecordedEvent,
}

/// A record in words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordText {
    /// `Normal` or `Warning`.
    pub kind: &'static str,
    /// The reason, such as `NodeReady`, or the name of the activity.
    pub reason: &'static str,
    /// The object that it is about, such as `node/aks-nodepool1-12345678-vmss000000`.
    pub object: String,
    /// The message, a sentence.
    pub message: String,
    /// The component that reports it, such as `kubelet`.
    pub source: &'static str,
    /// The namespace of the object, if it has one.
    pub namespace: Option<String>,
}

impl Record {
    /// Returns the record in words.
    #[must_use]
    pub fn text(&self) -> RecordText {
        match &self.event {
            RecordedEvent::Pod(spec, id, event) => pod_text(spec, *id, event),
            RecordedEvent::Kubernetes(event) => kubernetes_event_text(event),
            _ => self.machine_text(),
        }
    }

    fn machine_text(&self) -> RecordText {
        let name = match self.instance_id {
            Some(instance_id) => node_name(&self.subject, instance_id),
            None => self.subject.as_ref().to_owned(),
        };
        let (kind, reason, message) = match self.event {
            RecordedEvent::Entered(state) => entered(state, &name),
            RecordedEvent::Reached(milestone) => reached(milestone, &name),
            RecordedEvent::Gone => {
                ("Normal", "RemovingNode", format!("Node {name} event: Removing Node {name} from Controller"))
            }
            RecordedEvent::Operation(operation, status) => operated(operation, status),
            RecordedEvent::Pod(..) | RecordedEvent::Kubernetes(_) => ("Normal", "", String::new()),
        };
        let object = match self.instance_id {
            Some(_) => format!("node/{name}"),
            None => name,
        };
        let source = match self.event {
            RecordedEvent::Entered(NodeState::Ready | NodeState::Draining)
            | RecordedEvent::Reached(Milestone::Booted | Milestone::ImagesReady) => "kubelet",
            RecordedEvent::Entered(NodeState::Deallocated | NodeState::Stopped)
            | RecordedEvent::Reached(Milestone::Registered)
            | RecordedEvent::Gone => "node-controller",
            _ => "azure",
        };
        RecordText { kind, reason, object, message, source, namespace: None }
    }
}

fn kubernetes_event_text(event: &KubernetesEvent) -> RecordText {
    RecordText {
        kind: if event.is_warning { "Warning" } else { "Normal" },
        reason: event.reason,
        object: event.object.clone(),
        message: event.message.clone(),
        source: event.source,
        namespace: event.namespace.clone(),
    }
}

fn pod_text(spec: &PodSpec, id: PodId, event: &PodEvent) -> RecordText {
    let name = pod::name(spec, id);
    let container = |index: &usize| spec.containers.get(*index).map_or("", |container| container.name.as_str());
    let image = |index: &usize| spec.containers.get(*index).map_or("", |container| container.image.name.as_str());
    let (source, reason, message) = match event {
        PodEvent::Scheduled(node) => {
            let message = format!("Successfully assigned {}/{name} to {node}", spec.namespace);
            ("default-scheduler", "Scheduled", message)
        }
        PodEvent::FailedScheduling(message) => ("default-scheduler", "FailedScheduling", message.as_ref().to_owned()),
        PodEvent::Pulling(index) => ("kubelet", "Pulling", format!("Pulling image \"{}\"", image(index))),
        PodEvent::Pulled(index, took_ms) => {
            let (seconds, millis) = (took_ms / 1000, took_ms % 1000);
            let message = format!("Successfully pulled image \"{}\" in {seconds}.{millis:03}s", image(index));
            ("kubelet", "Pulled", message)
        }
        PodEvent::Present(index) => {
            let message = format!("Container image \"{}\" already present on machine", image(index));
            ("kubelet", "Pulled", message)
        }
        PodEvent::Started(index) => ("kubelet", "Started", format!("Started container {}", container(index))),
        PodEvent::Killing => ("kubelet", "Killing", format!("Stopping container {}", container(&0))),
        PodEvent::ScaleDown => ("cluster-autoscaler", "ScaleDown", "deleting pod for node scale down".to_owned()),
        PodEvent::ScaleDownFailed => {
            ("cluster-autoscaler", "ScaleDownFailed", "failed to delete pod for ScaleDown".to_owned())
        }
        PodEvent::NodeNotReady => ("node-controller", "NodeNotReady", "Node is not ready".to_owned()),
        PodEvent::TaintEviction => {
            let message = format!("Marking for deletion Pod {}/{name}", spec.namespace);
            ("taint-eviction-controller", "TaintManagerEviction", message)
        }
        PodEvent::Preempted(preemptor) => ("default-scheduler", "Preempted", format!("Preempted by pod {preemptor}")),
    };
    let is_warning =
        matches!(event, PodEvent::FailedScheduling(_) | PodEvent::NodeNotReady | PodEvent::ScaleDownFailed);
    RecordText {
        kind: if is_warning { "Warning" } else { "Normal" },
        reason,
        object: format!("pod/{name}"),
        message,
        source,
        namespace: Some(spec.namespace.clone()),
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
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RecordLog {
    /// Records of machines and operations.
    records: SharedQueue<Record>,
    /// Records of pods and controllers. Both queues share one sequence of numbers.
    details: SharedQueue<Record>,
    next_sequence: u64,
    /// The subject of a record that names none.
    nobody: Arc<str>,
}

impl Default for RecordLog {
    fn default() -> Self {
        Self {
            records: SharedQueue::default(),
            details: SharedQueue::default(),
            next_sequence: 0,
            nobody: Arc::from(""),
        }
    }
}

impl RecordLog {
    pub(crate) fn push(&mut self, at_ms: u64, subject: &Arc<str>, instance_id: Option<u32>, event: RecordedEvent) {
        if self.records.len() >= RECORDS_MAX {
            self.records.drop_front();
        }
        let sequence = self.count();
        let subject = Arc::clone(subject);
        self.records.push_back(Record { sequence, at_ms, subject, instance_id, event });
    }

    /// Records an event of a pod or a controller.
    pub(crate) fn push_detail(&mut self, at_ms: u64, event: RecordedEvent) {
        if self.details.len() >= DETAILS_MAX {
            self.details.drop_front();
        }
        let sequence = self.count();
        let subject = Arc::clone(&self.nobody);
        self.details.push_back(Record { sequence, at_ms, subject, instance_id: None, event });
    }

    fn count(&mut self) -> u64 {
        self.next_sequence += 1;
        self.next_sequence - 1
    }

    /// Returns the records from a sequence number on, oldest first.
    #[must_use]
    pub fn since(&self, sequence: u64) -> impl DoubleEndedIterator<Item = &Record> {
        let since =
            |records: &SharedQueue<Record>| records.partition_point(|record| record.sequence < sequence)..records.len();
        Merged { log: self, records: since(&self.records), details: since(&self.details) }
    }

    /// Returns the sequence number that the next record will have.
    #[must_use]
    pub fn next_sequence(&self) -> u64 {
        self.next_sequence
    }
}

/// An iterator that merges the two queues of a log by sequence numbers.
struct Merged<'a> {
    log: &'a RecordLog,
    /// Indices of the records that are left.
    records: Range<usize>,
    details: Range<usize>,
}

impl<'a> Iterator for Merged<'a> {
    type Item = &'a Record;

    fn next(&mut self) -> Option<&'a Record> {
        let front = |queue: &'a SharedQueue<Record>, left: &Range<usize>| queue.get(left.clone().next()?);
        match (front(&self.log.records, &self.records), front(&self.log.details, &self.details)) {
            (Some(record), detail) if detail.is_none_or(|detail| record.sequence < detail.sequence) => {
                self.records.next();
                Some(record)
            }
            (_, detail) => {
                self.details.next();
                detail
            }
        }
    }
}

impl<'a> DoubleEndedIterator for Merged<'a> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let back = |queue: &'a SharedQueue<Record>, left: &Range<usize>| queue.get(left.clone().next_back()?);
        match (back(&self.log.records, &self.records), back(&self.log.details, &self.details)) {
            (Some(record), detail) if detail.is_none_or(|detail| record.sequence > detail.sequence) => {
                self.records.next_back();
                Some(record)
            }
            (_, detail) => {
                self.details.next_back();
                detail
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kubernetes::Resources;

    fn log() -> RecordLog {
        let mut log = RecordLog::default();
        let subject: Arc<str> = "subject".into();
        let spec = Arc::new(PodSpec::new("default", "pod", Resources::default()));
        for number in 0..9 {
            if number % 3 == 0 {
                log.push(number, &subject, Some(0), RecordedEvent::Gone);
            } else {
                log.push_detail(number, RecordedEvent::Pod(Arc::clone(&spec), PodId(1), PodEvent::Killing));
            }
        }
        log
    }

    #[test]
    fn machines_and_pods_are_one_sequence_from_either_end() {
        let log = log();
        let check = |since: u64| {
            let expected: Vec<u64> = (since..9).collect();
            let forward: Vec<u64> = log.since(since).map(|record| record.sequence).collect();
            let mut backward: Vec<u64> = log.since(since).rev().map(|record| record.sequence).collect();
            backward.reverse();
            assert_eq!((forward, backward), (expected.clone(), expected), "since {since}");
        };
        for since in 0..=9 {
            check(since);
        }
    }

    #[test]
    fn both_ends_meet_once() {
        let log = log();
        let mut records = log.since(0);
        let mut seen = Vec::new();
        while let Some(record) = records.next() {
            seen.push(record.sequence);
            seen.extend(records.next_back().map(|record| record.sequence));
        }
        seen.sort_unstable();
        assert_eq!(seen, (0..9).collect::<Vec<u64>>());
    }
}
