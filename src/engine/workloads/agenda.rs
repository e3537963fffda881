//! The agenda of a cluster: the tasks that are due, by simulated time in milliseconds.
//!
//! The cloud's event queue holds one entry for each moment, however many pods start then.

use super::change_context::ChangeContext;
use crate::event::Event;
use crate::ground::id::NodeId;
use crate::ground::queue::Ticket;
use crate::ground::table::Table;
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
struct DueTasks {
    tasks: Vec<Task>,
    /// The entry of the cloud's queue for it.
    ticket: Option<Ticket>,
}

/// The tasks of a cluster by the time at which they are due, in milliseconds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Agenda {
    due: Table<u64, DueTasks>,
}

impl Agenda {
    /// Schedules a task in `delay_ms` milliseconds, or for now if the change is instant.
    pub fn plan(&mut self, delay_ms: u64, task: Task, context: &mut ChangeContext<'_>) {
        let at_ms = context.now_ms + if context.is_instant { 0 } else { delay_ms };
        let due = self.due.entry(at_ms);
        if due.ticket.is_none() && !context.is_instant {
            due.ticket = Some(context.queue.schedule(at_ms, Event::Kubernetes(context.cluster)));
        }
        due.tasks.push(task);
    }

    /// Removes a planned task that is of no use any more, if it is still there; cancels the queue entry
    /// if nothing else is due then.
    pub fn unplan(&mut self, at_ms: u64, task: Task, context: &mut ChangeContext<'_>) {
        let Some(due) = self.due.get_mut(at_ms) else {
            return;
        };
        due.tasks.retain(|planned| *planned != task);
        if due.tasks.is_empty()
            && let Some(ticket) = self.due.remove(at_ms).and_then(|due| due.ticket)
        {
            context.queue.cancel(ticket);
        }
    }

    /// Removes and returns the tasks that are due now; `None` if there are none.
    pub fn take(&mut self, now_ms: u64) -> Option<Vec<Task>> {
        self.due.remove(now_ms).map(|due| due.tasks)
    }

    /// Returns its entries in the cloud's queue.
    pub fn tickets(&self) -> impl Iterator<Item = Ticket> + '_ {
        self.due.values().filter_map(|due| due.ticket)
    }
}
