//! The engine's only source of randomness: PCG-XSH-RR 64/32, seeded through `SplitMix64`.
//!
//! It is frozen and held to the published known answers, because share links and golden scripts
//! replay a seed: another generator, or another order of draws, would change what they show.

/// A small generator that lives inside the simulated state and is copied with it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Random {
    state: u64,
    increment: u64,
}

const MULTIPLIER: u64 = 6_364_136_223_846_793_005;

impl Random {
    /// Creates a generator whose whole stream is decided by `seed`.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut mixer = seed;
        let state = split_mix(&mut mixer);
        let stream = split_mix(&mut mixer);
        Self::with_stream(state, stream)
    }

    fn with_stream(state: u64, stream: u64) -> Self {
        let mut random = Self { state: 0, increment: (stream << 1) | 1 };
        random.next_u32();
        random.state = random.state.wrapping_add(state);
        random.next_u32();
        random
    }

    /// Returns the next 32 random bits.
    pub fn next_u32(&mut self) -> u32 {
        let old = self.state;
        self.state = old.wrapping_mul(MULTIPLIER).wrapping_add(self.increment);
        let [_, _, _, _, low @ ..] = (((old >> 18) ^ old) >> 27).to_be_bytes();
        let rotation = u32::try_from(old >> 59).unwrap_or_default();
        u32::from_be_bytes(low).rotate_right(rotation)
    }

    /// Returns a number in `0..bound`; 0 if `bound` is 0. Widening multiplication: the bias is below
    /// one in four thousand million, and every draw takes exactly one step of the stream.
    pub fn below(&mut self, bound: u32) -> u32 {
        let wide = u64::from(self.next_u32()) * u64::from(bound);
        u32::try_from(wide >> 32).unwrap_or_default()
    }
}

fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
    let mut mixed = *state;
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn split_mix_gives_the_published_answers() {
        let mut state = 1_234_567;
        let drawn: Vec<u64> = (0..3).map(|_| split_mix(&mut state)).collect();
        assert_eq!(drawn, [6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423]);
    }

    #[test]
    fn pcg_gives_the_published_answers() {
        // The demo program of the PCG library, seeded with 42 on stream 54.
        let mut random = Random::with_stream(42, 54);
        let drawn: Vec<u32> = (0..6).map(|_| random.next_u32()).collect();
        assert_eq!(drawn, [0xa15c_02b7, 0x7b47_f409, 0xba1d_3330, 0x83d2_f293, 0xbfa4_784b, 0xcbed_606e]);
    }

    #[test]
    fn below_stays_below() {
        let mut random = Random::new(7);
        for bound in [0, 1, 2, 1000] {
            for _ in 0..100 {
                assert!(random.below(bound) < bound.max(1));
            }
        }
    }
}
