//! Spreading a scale-up over similar node groups, the smallest first.

/// A group that may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct GroupSize {
    /// Its target size.
    pub size: u32,
    /// The largest size it may have.
    pub max: u32,
}

/// Returns the new sizes after `added` nodes, each given to the smallest group that has room; the first of
/// equals. Nodes for which there is no room are dropped.
#[must_use]
pub fn balance(groups: &[GroupSize], added: u32) -> Vec<u32> {
    let mut sizes: Vec<u32> = groups.iter().map(|group| group.size).collect();
    for _ in 0..added {
        let growing = sizes.iter_mut().zip(groups).filter(|(size, group)| **size < group.max);
        let Some((smallest, _)) = growing.min_by_key(|(size, _)| **size) else {
            break;
        };
        *smallest += 1;
    }
    sizes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_smallest_grows_first_and_nothing_past_its_maximum() {
        let check = |groups: &[(u32, u32)], added, expected: &[u32]| {
            let groups: Vec<GroupSize> = groups.iter().map(|&(size, max)| GroupSize { size, max }).collect();
            assert_eq!(balance(&groups, added), expected);
        };
        check(&[(1, 10)], 4, &[5]);
        check(&[(1, 1), (1, 3)], 5, &[1, 3]);
        check(&[(1, 3), (3, 10)], 4, &[3, 5]);
        check(&[(1, 3), (3, 10), (5, 7)], 900, &[3, 10, 7]);
        check(&[(1, 3), (6, 3)], 1, &[2, 6]);
        check(&[], 3, &[]);
    }
}
