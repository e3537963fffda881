//! The agenda of a cluster: the tasks that are due, by simulated time in milliseconds.
//!
//! The cloud's event queue holds one entry for each moment, however many pods start then.

use super::{Horizontal, Kubernetes, Load, Moment};
use crate::event::Event;
use crate::ground::id::NodeId;
use crate::ground::queue::Ticket;
use crate::kubernetes::PodId;

/// A task that is due in a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Task {
    /// The containers of a pod run.
    Start(NodeId, PodId),
    /// A node has pulled an image.
    Pulled(NodeId, u32),
    /// The containers of a pod have been told to end, and have ended.
    Stopped(NodeId, PodId),
    /// The containers of a pod have ended by themselves.
    Finish(NodeId, PodId),
    /// Pods that could not be evicted before are tried again.
    Evict(NodeId),
    /// Pods on a node that cannot be reached are given up.
    GiveUp(NodeId),
    /// Something has changed: controllers and scheduler have to run.
    Settle,
}

/// The tasks that are due at one moment.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Due {
    tasks: Vec<Task>,
    /// The entry of the cloud's queue for it.
    ticket: Option<Ticket>,
}

impl Kubernetes {
    /// Schedules a task in `delay_ms` milliseconds, or for now if the moment is instant.
    pub(super) fn plan(&mut self, delay_ms: u64, task: Task, moment: &mut Moment<'_>) {
        let at_ms = moment.now_ms + if moment.is_instant { 0 } else { delay_ms };
        let due = self.agenda.entry(at_ms);
        if due.ticket.is_none() && !moment.is_instant {
            due.ticket = Some(moment.queue.schedule(at_ms, Event::Kubernetes(moment.cluster)));
        }
        due.tasks.push(task);
    }

    /// Removes a planned task that is of no use any more; cancels the queue entry if nothing else is
    /// due then.
    pub(super) fn unplan(&mut self, at_ms: u64, task: Task, moment: &mut Moment<'_>) {
        let Some(due) = self.agenda.get_mut(at_ms) else {
            return;
        };
        due.tasks.retain(|planned| *planned != task);
        if due.tasks.is_empty()
            && let Some(ticket) = self.agenda.remove(at_ms).and_then(|due| due.ticket)
        {
            moment.queue.cancel(ticket);
        }
    }

    /// Returns every entry that this cluster has in the cloud's queue: of the agenda, loads and
    /// horizontal autoscalers.
    pub fn tickets(&self) -> impl Iterator<Item = Ticket> + '_ {
        let due = self.agenda.values().filter_map(|due| due.ticket);
        due.chain(self.loads.values().filter_map(Load::ticket))
            .chain(self.horizontals.values().filter_map(Horizontal::ticket))
    }

    /// Schedules a `Settle` task for now if deployments or sets have changed, or if pods are untried or
    /// pending. Otherwise forgets which nodes have more room: no pod waits for it.
    pub(super) fn plan_to_settle(&mut self, moment: &mut Moment<'_>) {
        let is_needed = !self.todo.deployments.is_empty()
            || !self.todo.sets.is_empty()
            || self.todo.is_untried
            || self.pending().next().is_some();
        if is_needed {
            self.plan(0, Task::Settle, moment);
        } else {
            self.todo.roomier.clear();
        }
    }

    /// Carries out the tasks that are due now, then lets controllers and scheduler react.
    pub fn on_due(&mut self, moment: &mut Moment<'_>) {
        while let Some(due) = self.agenda.remove(moment.now_ms) {
            for task in due.tasks {
                self.carry_out(task, moment);
            }
            self.settle(moment);
        }
    }

    fn carry_out(&mut self, task: Task, moment: &mut Moment<'_>) {
        match task {
            Task::Start(node, pod) => self.start(node, pod, moment),
            Task::Pulled(node, image) => self.on_pulled(node, image, moment),
            Task::Stopped(node, pod) => self.on_stopped(node, pod, moment),
            Task::Finish(node, pod) => self.finish(node, pod, moment),
            Task::Evict(node) => self.evict(node, moment),
            Task::GiveUp(node) => self.give_up(node, moment),
            Task::Settle => {}
        }
    }
}
