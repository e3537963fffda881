//! The event queue: scheduled events, in an order that never depends on chance.
//!
//! Entries with the same time come out in the order in which they went in.

use std::collections::BTreeMap;

/// The handle of an entry of the queue: its time in milliseconds and its sequence number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(u64, u64);

/// Events by time, then by age.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventQueue<E> {
    entries: BTreeMap<(u64, u64), Entry<E>>,
    next_sequence: u64,
    /// Number of background entries, for which nobody waits.
    background: usize,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Entry<E> {
    event: E,
    is_background: bool,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), next_sequence: 0, background: 0 }
    }
}

impl<E> EventQueue<E> {
    /// Schedules an event at a time in milliseconds; returns a ticket with which it can be cancelled.
    pub fn schedule(&mut self, at_ms: u64, event: E) -> Ticket {
        self.insert(at_ms, event, false)
    }

    /// Schedules a background event, which comes again and again. Nobody waits for it: to wait until
    /// nothing is left would have no end.
    pub fn schedule_background(&mut self, at_ms: u64, event: E) -> Ticket {
        self.insert(at_ms, event, true)
    }

    fn insert(&mut self, at_ms: u64, event: E, is_background: bool) -> Ticket {
        let ticket = Ticket(at_ms, self.next_sequence);
        self.entries.insert((at_ms, self.next_sequence), Entry { event, is_background });
        self.next_sequence += 1;
        self.background += usize::from(is_background);
        ticket
    }

    /// Removes an event that is not to happen any more.
    pub fn cancel(&mut self, ticket: Ticket) {
        let entry = self.entries.remove(&(ticket.0, ticket.1));
        self.background -= usize::from(entry.is_some_and(|entry| entry.is_background));
    }

    /// Returns the time at which the next event is due, in milliseconds.
    #[must_use]
    pub fn next_ms(&self) -> Option<u64> {
        self.entries.first_key_value().map(|((at_ms, _), _)| *at_ms)
    }

    /// Returns `true` if there are no events other than background ones.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.entries.len() == self.background
    }

    /// Removes and returns the next event that is due at `until_ms` or before, with its time.
    pub fn pop_until(&mut self, until_ms: u64) -> Option<(u64, E)> {
        let entry = self.entries.first_entry()?;
        let (at_ms, _) = *entry.key();
        if at_ms > until_ms {
            return None;
        }
        let entry = entry.remove();
        self.background -= usize::from(entry.is_background);
        Some((at_ms, entry.event))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ties_come_out_in_the_order_they_went_in() {
        let mut queue = EventQueue::default();
        for (at_ms, name) in [(20, "c"), (10, "a"), (10, "b"), (30, "d")] {
            queue.schedule(at_ms, name);
        }
        let mut order = Vec::new();
        while let Some((at_ms, name)) = queue.pop_until(20) {
            order.push((at_ms, name));
        }
        assert_eq!(order, [(10, "a"), (10, "b"), (20, "c")]);
        assert_eq!(queue.next_ms(), Some(30));
        let ticket = queue.schedule(25, "e");
        assert_eq!(queue.next_ms(), Some(25));
        queue.cancel(ticket);
        assert_eq!(queue.next_ms(), Some(30));
    }

    #[test]
    fn nobody_waits_for_what_comes_again_and_again() {
        let mut queue = EventQueue::default();
        let ticket = queue.schedule_background(10, "tick");
        assert!(queue.is_idle());
        queue.schedule(5, "once");
        assert!(!queue.is_idle());
        assert_eq!(queue.pop_until(7), Some((5, "once")));
        assert!(queue.is_idle() && queue.next_ms() == Some(10));
        queue.cancel(ticket);
        queue.schedule_background(20, "tick");
        assert_eq!(queue.pop_until(20), Some((20, "tick")));
        assert!(queue.is_idle() && queue.next_ms().is_none());
    }
}
