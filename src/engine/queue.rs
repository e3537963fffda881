//! The event queue: what happens next, in an order that never depends on chance.
//!
//! Entries with the same time come out in the order in which they went in.

use std::collections::BTreeMap;

/// Names an entry of the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(u64, u64);

/// Events by time, then by age.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventQueue<E> {
    entries: BTreeMap<(u64, u64), E>,
    next_sequence: u64,
}

impl<E> Default for EventQueue<E> {
    fn default() -> Self {
        Self { entries: BTreeMap::new(), next_sequence: 0 }
    }
}

impl<E> EventQueue<E> {
    /// Puts an event at a time in milliseconds; gives what it can be cancelled by.
    pub fn schedule(&mut self, at_ms: u64, event: E) -> Ticket {
        let ticket = Ticket(at_ms, self.next_sequence);
        self.entries.insert((at_ms, self.next_sequence), event);
        self.next_sequence += 1;
        ticket
    }

    /// Takes an event out that is not to happen any more.
    pub fn cancel(&mut self, ticket: Ticket) {
        self.entries.remove(&(ticket.0, ticket.1));
    }

    /// When the next event is due.
    #[must_use]
    pub fn next_ms(&self) -> Option<u64> {
        self.entries.first_key_value().map(|((at_ms, _), _)| *at_ms)
    }

    /// Takes the next event that is due at `until_ms` or before.
    pub fn pop_until(&mut self, until_ms: u64) -> Option<(u64, E)> {
        let entry = self.entries.first_entry()?;
        let (at_ms, _) = *entry.key();
        (at_ms <= until_ms).then(|| (at_ms, entry.remove()))
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
}
