//! Loads: what drives the number of pods of a deployment.
//!
//! Without a horizontal autoscaler the curve is the number of pods. With one it is work to be shared
//! by the pods there are, and the autoscaler decides how many that should be.

use super::curve::Curve;
use super::{Kubernetes, Moment};
use crate::event::Event;
use crate::ground::id::DeploymentId;
use crate::ground::queue::Ticket;

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
    pub(super) fn ticket(&self) -> Option<Ticket> {
        self.ticket
    }

    /// Returns the amount of work now, counted in pods.
    #[must_use]
    pub fn pods(&self, now_ms: u64) -> u32 {
        self.curve.pods_at(now_ms.saturating_sub(self.since_ms))
    }
}

impl Kubernetes {
    /// Returns the loads, with the deployments that they drive.
    #[must_use]
    pub fn loads(&self) -> impl DoubleEndedIterator<Item = (DeploymentId, &Load)> + Clone {
        self.loads.iter()
    }

    /// Drives a deployment by a curve from now on; replaces an earlier curve.
    pub fn set_load(&mut self, id: DeploymentId, curve: Curve, moment: &mut Moment<'_>) {
        self.remove_load(id, moment);
        self.loads.insert(id, Load { curve, since_ms: moment.now_ms, ticket: None });
        self.on_load(id, moment);
    }

    /// Removes the load of a deployment, which stays as it is; returns `false` if nothing drives it.
    pub fn remove_load(&mut self, id: DeploymentId, moment: &mut Moment<'_>) -> bool {
        let load = self.loads.remove(id);
        if let Some(ticket) = load.as_ref().and_then(|load| load.ticket) {
            moment.queue.cancel(ticket);
        }
        load.is_some()
    }

    /// Applies a load as of now and schedules its next change: sets the requests and the number of
    /// pods. With a horizontal autoscaler it wakes that instead of setting the number.
    pub fn on_load(&mut self, id: DeploymentId, moment: &mut Moment<'_>) {
        let Some(load) = self.loads.get_mut(id) else {
            return;
        };
        let elapsed_ms = moment.now_ms - load.since_ms;
        let (pods, requests) = (load.curve.pods_at(elapsed_ms), load.curve.requests_at(elapsed_ms));
        let next_ms = load.curve.next_change_ms(elapsed_ms).map(|next_ms| load.since_ms + next_ms);
        let event = Event::Load { cluster: moment.cluster, deployment: id };
        let is_endless = load.curve.is_endless();
        load.ticket = next_ms.map(|next_ms| {
            if is_endless {
                moment.queue.schedule_background(next_ms, event)
            } else {
                moment.queue.schedule(next_ms, event)
            }
        });
        if let Some(requests) = requests {
            self.change_template(id, |template| template.set_requests(requests), moment);
        }
        if self.horizontals.get(id).is_some() {
            self.wake_horizontal(id, moment);
        } else {
            self.scale_deployment(id, pods);
        }
    }
}
