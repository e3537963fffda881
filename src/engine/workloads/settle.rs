//! The reaction to changes: tasks that are due are carried out, then controllers and scheduler run
//! until nothing is left to do.

use super::agenda::Task;
use super::kubernetes::Kubernetes;
use super::moment::Moment;

impl Kubernetes {
    /// Runs the controllers, then the scheduler, until nothing is left to do.
    pub(crate) fn settle(&mut self, moment: &mut Moment<'_>) {
        while !self.todo.is_empty() {
            self.generation += 1;
            while let Some(deployment) = self.todo.deployments.pop() {
                self.reconcile_deployment(deployment, moment);
            }
            while let Some(set) = self.todo.sets.pop() {
                self.reconcile_set(set, moment);
            }
            if self.todo.deployments.is_empty() {
                self.schedule(moment);
            }
        }
        self.assert_settled();
    }

    /// Asserts what holds where nothing is left to do.
    fn assert_settled(&self) {
        debug_assert!(self.sets.values().all(|set| set.untried() == 0), "the scheduler has left a pod untried");
        self.nodes.assert_counted();
    }

    /// Schedules a `Settle` task for now if deployments or sets have changed, or if pods are untried or
    /// pending. Otherwise forgets which nodes have more room: no pod waits for it.
    pub(super) fn plan_to_settle(&mut self, moment: &mut Moment<'_>) {
        let is_needed = !self.todo.deployments.is_empty()
            || !self.todo.sets.is_empty()
            || self.todo.is_untried
            || self.pending().next().is_some();
        if is_needed {
            self.agenda.plan(0, Task::Settle, moment);
        } else {
            self.todo.roomier.clear();
        }
    }

    /// Carries out the tasks that are due now, then lets controllers and scheduler react.
    pub(crate) fn on_due(&mut self, moment: &mut Moment<'_>) {
        while let Some(tasks) = self.agenda.take(moment.now_ms) {
            for task in tasks {
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
