//! A queue whose copies share their elements.
//!
//! Elements stand in chunks with a reference count each. A copy costs a pointer for every chunk, and after it the
//! first push copies one chunk. So the many copies that a history keeps of a long log weigh little more than one.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// Number of elements of a full chunk.
const CHUNK: usize = 128;

/// A queue: elements come in at the back and leave at the front, and never change.
#[derive(Debug, Clone)]
pub struct SharedQueue<T> {
    /// All but the last are full.
    chunks: VecDeque<Arc<Vec<T>>>,
    /// Number of elements of the first chunk that have left.
    left: usize,
    len: usize,
}

impl<T> Default for SharedQueue<T> {
    fn default() -> Self {
        Self { chunks: VecDeque::new(), left: 0, len: 0 }
    }
}

impl<T: Clone> SharedQueue<T> {
    /// Returns the number of elements.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Returns the element at an index, counted from the front.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&T> {
        let place = self.left + index;
        self.chunks.get(place / CHUNK)?.get(place % CHUNK)
    }

    /// Adds an element at the back.
    pub fn push_back(&mut self, element: T) {
        if let Some(chunk) = self.chunks.back_mut().filter(|chunk| chunk.len() < CHUNK) {
            Arc::make_mut(chunk).push(element);
        } else {
            let mut chunk = Vec::with_capacity(CHUNK);
            chunk.push(element);
            self.chunks.push_back(Arc::new(chunk));
        }
        self.len += 1;
    }

    /// Removes the element at the front, if there is one. Its memory is freed with the rest of its chunk.
    pub fn drop_front(&mut self) {
        if self.len == 0 {
            return;
        }
        self.left += 1;
        self.len -= 1;
        if self.left == CHUNK {
            self.chunks.pop_front();
            self.left = 0;
        }
    }

    /// Returns the elements at a range of indices.
    pub fn range(&self, indices: Range<usize>) -> impl DoubleEndedIterator<Item = &T> + Clone {
        indices.filter_map(|index| self.get(index))
    }

    /// Returns the index of the first element for which `is_before` is `false`, if it is `true` for all in front of
    /// that one and for none behind it.
    pub fn partition_point(&self, is_before: impl Fn(&T) -> bool) -> usize {
        let (mut low, mut high) = (0, self.len);
        while low < high {
            let middle = low.midpoint(high);
            if self.get(middle).is_some_and(&is_before) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        low
    }
}

impl<T: Clone + PartialEq> PartialEq for SharedQueue<T> {
    fn eq(&self, other: &Self) -> bool {
        self.len == other.len && self.range(0..self.len).eq(other.range(0..other.len))
    }
}

impl<T: Clone + Eq> Eq for SharedQueue<T> {}

/// As `VecDeque` does it.
impl<T: Clone + Hash> Hash for SharedQueue<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_usize(self.len);
        self.range(0..self.len).for_each(|element| element.hash(state));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_queue() {
        let (mut queue, mut model) = (SharedQueue::default(), VecDeque::new());
        let mut copies = Vec::new();
        for number in 0..1000_usize {
            queue.push_back(number);
            model.push_back(number);
            if number % 3 == 0 {
                queue.drop_front();
                model.pop_front();
            }
            if number % 97 == 0 {
                copies.push((queue.clone(), model.clone()));
            }
        }
        copies.push((queue, model));
        for (queue, model) in copies {
            assert!(queue.range(0..queue.len()).eq(&model));
            assert!(queue.range(0..queue.len()).rev().eq(model.iter().rev()));
            for threshold in [0, 1, 350, 999, 2000] {
                assert_eq!(
                    queue.partition_point(|number| *number < threshold),
                    model.partition_point(|number| *number < threshold)
                );
            }
        }
    }

    #[test]
    fn copies_share_all_full_chunks() {
        let mut queue = SharedQueue::default();
        (0..1000).for_each(|number| queue.push_back(number));
        let copy = queue.clone();
        queue.push_back(1000);
        let shared = queue.chunks.iter().zip(&copy.chunks).filter(|(one, other)| Arc::ptr_eq(one, other)).count();
        assert_eq!(shared, 1000 / CHUNK);
        assert_ne!(queue, copy);
    }

    #[test]
    fn an_empty_queue_loses_nothing() {
        let mut queue = SharedQueue::<u8>::default();
        queue.drop_front();
        assert_eq!((queue.len(), queue.get(0)), (0, None));
    }
}
