//! The reaction to changes: tasks that are due are carried out, then controllers and scheduler run
//! until nothing is left to do.

use super::agenda::Task;
use super::change_context::ChangeContext;
use super::kubernetes::Kubernetes;

impl Kubernetes {
    /// Runs the controllers, then the scheduler, until nothing is left to do.
    pub(crate) fn settle(&mut self, context: &mut ChangeContext<'_>) {
        while !self.work_queue.is_empty() {
            self.generation += 1;
            while let Some(deployment) = self.work_queue.deployments.pop() {
                self.reconcile_deployment(deployment, context);
            }
            while let Some(set) = self.work_queue.sets.pop() {
                self.reconcile_set(set, context);
            }
            if self.work_queue.deployments.is_empty() {
                self.schedule(context);
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
    pub(super) fn plan_to_settle(&mut self, context: &mut ChangeContext<'_>) {
        let is_needed = !self.work_queue.deployments.is_empty()
            || !self.work_queue.sets.is_empty()
            || self.work_queue.is_untried
            || self.pending().next().is_some();
        if is_needed {
            self.agenda.plan(0, Task::Settle, context);
        } else {
            self.work_queue.nodes_with_more_room.clear();
        }
    }

    /// Carries out the tasks that are due now, then lets controllers and scheduler react.
    pub(crate) fn on_due(&mut self, context: &mut ChangeContext<'_>) {
        while let Some(tasks) = self.agenda.take(context.now_ms) {
            for task in tasks {
                self.carry_out(task, context);
            }
            self.settle(context);
        }
    }

    fn carry_out(&mut self, task: Task, context: &mut ChangeContext<'_>) {
        match task {
            Task::Start(node, pod) => self.start(node, pod, context),
            Task::Pulled(node, image) => self.on_pulled(node, image, context),
            Task::Stopped(node, pod) => self.on_stopped(node, pod, context),
            Task::Finish(node, pod) => self.finish(node, pod, context),
            Task::Evict(node) => self.evict(node, context),
            Task::GiveUp(node) => self.give_up(node, context),
            Task::Settle => {}
        }
    }
}
