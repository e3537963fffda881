//! Loads: what drives the number of pods of a deployment.
//!
//! Without a horizontal autoscaler the curve is the number of pods. With one it is work to be shared
//! by the pods there are, and the autoscaler decides how many that should be.

use super::change_context::ChangeContext;
use super::curve::{Curve, DAY_MS};
use crate::event::Event;
use crate::ground::id::DeploymentId;
use crate::ground::invariant::known;
use crate::ground::queue::Ticket;
use crate::ground::table::Table;
use crate::kubernetes::Resources;

/// The load of a deployment: the curve that drives it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Load {
    /// Amount of work over time.
    pub curve: Curve,
    /// Time at which the curve began, in milliseconds.
    pub since_ms: u64,
    /// Entry of its next change in the cloud's queue.
    ticket: Option<Ticket>,
}

impl Load {
    /// Returns the amount of work now, counted in pods.
    #[must_use]
    pub fn pods(&self, now_ms: u64) -> u32 {
        self.curve.pods_at(now_ms.saturating_sub(self.since_ms))
    }

    /// Returns the time of day at the beginning of the run, in milliseconds after midnight, if the curve knows hours.
    #[must_use]
    pub fn time_of_day_ms(&self) -> Option<u64> {
        let begins_ms = self.curve.begins_ms()?;
        Some((begins_ms + DAY_MS - self.since_ms % DAY_MS) % DAY_MS)
    }
}

/// The demand of a load at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Demand {
    /// Amount of work, counted in pods.
    pub pods: u32,
    /// Requests of each pod, if the curve sets them.
    pub requests: Option<Resources>,
}

/// The loads of a cluster, by the deployments that they drive.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Loads {
    by_deployment: Table<DeploymentId, Load>,
}

impl Loads {
    /// Returns the loads, with the deployments that they drive.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (DeploymentId, &Load)> + Clone {
        self.by_deployment.iter()
    }

    /// Returns the load of a deployment, if it has one.
    pub fn get(&self, id: DeploymentId) -> Option<&Load> {
        self.by_deployment.get(id)
    }

    /// Drives a deployment by a curve from now on; replaces an earlier curve.
    pub fn set(&mut self, id: DeploymentId, curve: Curve, context: &mut ChangeContext<'_>) {
        self.remove(id, context);
        self.by_deployment.insert(id, Load { curve, since_ms: context.now_ms, ticket: None });
    }

    /// Removes the load of a deployment; returns `false` if nothing drives it.
    pub fn remove(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) -> bool {
        let load = self.by_deployment.remove(id);
        if let Some(ticket) = load.as_ref().and_then(|load| load.ticket) {
            context.queue.cancel(ticket);
        }
        load.is_some()
    }

    /// Returns the demand of a load as of now and schedules its next change.
    pub fn follow(&mut self, id: DeploymentId, context: &mut ChangeContext<'_>) -> Option<Demand> {
        let load = known(self.by_deployment.get_mut(id), "a load that changes")?;
        let elapsed_ms = context.now_ms - load.since_ms;
        let next_ms = load.curve.next_change_ms(elapsed_ms).map(|next_ms| load.since_ms + next_ms);
        let event = Event::Load { cluster: context.cluster, deployment: id };
        load.ticket = next_ms.map(|next_ms| {
            if load.curve.is_endless() {
                context.queue.schedule_background(next_ms, event)
            } else {
                context.queue.schedule(next_ms, event)
            }
        });
        Some(Demand { pods: load.curve.pods_at(elapsed_ms), requests: load.curve.requests_at(elapsed_ms) })
    }

    /// Returns its entries in the cloud's queue.
    pub fn tickets(&self) -> impl Iterator<Item = Ticket> + '_ {
        self.by_deployment.values().filter_map(|load| load.ticket)
    }
}
