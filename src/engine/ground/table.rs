//! A map in a sorted vector: small, quick to look up in, and in one order everywhere.
//!
//! Keys mostly grow with time, so that an insertion is mostly a push. Where many entries come and go
//! in the middle, a tree is the better choice.

/// Values by ascending key.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Table<K, V> {
    entries: Vec<(K, V)>,
}

impl<K, V> Default for Table<K, V> {
    fn default() -> Self {
        Self { entries: Vec::new() }
    }
}

impl<K: Ord + Copy, V> Table<K, V> {
    fn find(&self, key: K) -> Result<usize, usize> {
        match self.entries.last() {
            Some((last, _)) if *last < key => Err(self.entries.len()),
            _ => self.entries.binary_search_by_key(&key, |(key, _)| *key),
        }
    }

    /// Returns the value of a key.
    #[must_use]
    pub fn get(&self, key: K) -> Option<&V> {
        let index = self.find(key).ok()?;
        self.entries.get(index).map(|(_, value)| value)
    }

    /// Returns the value of a key, to be changed.
    pub fn get_mut(&mut self, key: K) -> Option<&mut V> {
        let index = self.find(key).ok()?;
        self.entries.get_mut(index).map(|(_, value)| value)
    }

    /// Sets the value of a key.
    pub fn insert(&mut self, key: K, value: V) {
        match self.find(key) {
            Ok(index) => {
                if let Some((_, slot)) = self.entries.get_mut(index) {
                    *slot = value;
                }
            }
            Err(index) => self.entries.insert(index, (key, value)),
        }
    }

    /// Returns the value of a key, to be changed; inserts a default value if there is none.
    pub fn entry(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        let index = match self.find(key) {
            Ok(index) => index,
            Err(index) => {
                self.entries.insert(index, (key, V::default()));
                index
            }
        };
        #[expect(clippy::indexing_slicing, reason = "found or inserted just above")]
        &mut self.entries[index].1
    }

    /// Removes a key and returns its value.
    pub fn remove(&mut self, key: K) -> Option<V> {
        let index = self.find(key).ok()?;
        Some(self.entries.remove(index).1)
    }

    /// Returns the number of entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Returns `true` if there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Iterates over keys and values, by ascending key.
    #[must_use]
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (K, &V)> + Clone {
        self.entries.iter().map(|(key, value)| (*key, value))
    }

    /// Iterates over the values, by ascending key.
    #[must_use]
    pub fn values(&self) -> impl DoubleEndedIterator<Item = &V> + Clone {
        self.entries.iter().map(|(_, value)| value)
    }

    /// Iterates over the values from a key on, by ascending key.
    #[must_use]
    pub fn values_from(&self, key: K) -> impl DoubleEndedIterator<Item = &V> + Clone {
        let (Ok(start) | Err(start)) = self.find(key);
        self.entries.iter().skip(start).map(|(_, value)| value)
    }

    /// Iterates over the values, by ascending key, to be changed.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.entries.iter_mut().map(|(_, value)| value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_kept_in_order() {
        let mut table = Table::default();
        for key in [3, 1, 2, 9, 1] {
            table.insert(key, key * 10);
        }
        assert_eq!(table.iter().collect::<Vec<_>>(), [(1, &10), (2, &20), (3, &30), (9, &90)]);
        assert_eq!((table.get(2), table.get(4)), (Some(&20), None));
        assert_eq!(table.values_from(3).collect::<Vec<_>>(), [&30, &90]);
        assert_eq!(table.values_from(4).collect::<Vec<_>>(), [&90]);
        assert_eq!(table.values_from(10).count(), 0);
        assert_eq!((table.remove(2), table.remove(2)), (Some(20), None));
        *table.entry(5) += 1;
        assert_eq!((table.get(5), table.len()), (Some(&1), 4));
    }
}
