//! Breaches that were seen as they happened, and that no replay repeats.

/// A law is looked for until it was seen so often: the next script that breaks it may do so every
/// time, and is a better witness.
const ENOUGH: u8 = 3;

/// How often each law was seen, by its index.
#[derive(Clone, Debug, Default)]
pub struct Sightings {
    counts: Vec<u8>,
}

impl Sightings {
    /// Nothing was seen yet.
    pub fn none() -> Sightings {
        Sightings::default()
    }

    /// One more of `law`.
    pub fn add(&mut self, law: usize) {
        if self.counts.len() <= law {
            self.counts.resize(law + 1, 0);
        }
        self.counts[law] = self.counts[law].saturating_add(1);
    }

    /// Whether the witness of `law` is as good as it gets: it repeats, or it must repeat to count
    /// (it is not `firm`), or it was looked for often enough.
    pub fn are_final(&self, law: usize, repeats: bool, firm: bool) -> bool {
        repeats || !firm || self.are_enough(law)
    }

    fn are_enough(&self, law: usize) -> bool {
        self.counts.get(law).is_some_and(|&n| n >= ENOUGH)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_sighting_of_a_law_is_enough_for_it_and_for_no_other() {
        let mut sightings = Sightings::none();
        (0..2).for_each(|_| sightings.add(5));
        assert!(!sightings.are_enough(5));
        sightings.add(5);
        assert!(sightings.are_enough(5) && !sightings.are_enough(4) && !sightings.are_enough(6));
        assert!(sightings.are_final(5, false, true) && !sightings.are_final(4, false, true));
        assert!(sightings.are_final(4, true, true) && sightings.are_final(4, false, false));
    }
}
