//! A map of the heap around one address, in text.

use crate::model::alloc::{Live, Shadow};
use crate::op::alloc::Script;
use std::fmt::Write as _;

/// Columns of the bars.
const WIDTH: u64 = 48;

/// Blocks shown on each side.
const SIDE: usize = 2;

/// The block in question.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Where it starts.
    pub address: u64,
    /// Its length in bytes, with all that it may use.
    pub size: u64,
    /// The step that is about it.
    pub step: usize,
}

/// Draws live blocks around `subject` as bars over one scale: `#` bytes that it shares with
/// another block, `=` bytes of its own, `-` bytes of others. Empty where there is nothing to see.
pub fn heap_map(shadow: &Shadow, subject: Subject, script: &Script) -> String {
    let others = shadow.neighbours(subject.address, SIDE);
    let others: Vec<Live> = others.into_iter().filter(|b| b.made_by != subject.step).collect();
    if subject.address == 0 {
        return String::new();
    }
    let near =
        |b: &&Live| b.address.abs_diff(subject.address) < subject.size.max(4096).saturating_mul(64);
    let others: Vec<&Live> = others.iter().filter(near).collect();
    let ends = others.iter().map(|b| end_of(b.address, b.size.max(b.usable)));
    let starts = others.iter().map(|b| b.address);
    let subject_end = end_of(subject.address, subject.size);
    let low = starts.fold(subject.address, u64::min);
    let high = ends.fold(subject_end, u64::max);
    let scale = Scale { low, span: (high - low).max(1) };
    let mut rows: Vec<(u64, String)> = Vec::new();
    for block in others {
        let end = end_of(block.address, block.size.max(block.usable));
        let meets = block.address < subject_end && subject.address < end;
        let shared = meets.then(|| (block.address.max(subject.address), end.min(subject_end)));
        let bar = scale.bar(block.address, end, '-', shared);
        rows.push((
            block.address,
            row(block.address, end - block.address, &bar, block.made_by, script),
        ));
    }
    let bar = scale.bar(subject.address, subject_end, '=', None);
    let own = row(subject.address, subject.size, &bar, subject.step, script);
    rows.push((subject.address, own));
    rows.sort_by_key(|(address, _)| *address);
    rows.into_iter().fold(String::new(), |picture, (_, row)| picture + &row)
}

fn end_of(address: u64, size: u64) -> u64 {
    address.saturating_add(size.max(1))
}

fn row(address: u64, size: u64, bar: &str, step: usize, script: &Script) -> String {
    let mut text = String::new();
    let made = script.steps.get(step).map_or_else(String::new, ToString::to_string);
    let _ = writeln!(text, "{address:#014x} +{size:<8} |{bar}|  {made}");
    text
}

struct Scale {
    low: u64,
    span: u64,
}

impl Scale {
    fn column(&self, address: u64) -> u64 {
        let offset = u128::from(address - self.low);
        (offset * u128::from(WIDTH) / u128::from(self.span)) as u64
    }

    /// A bar from `start` to `end`, at least one column wide, with `shared` marked.
    fn bar(&self, start: u64, end: u64, with: char, shared: Option<(u64, u64)>) -> String {
        let columns = |from, to| {
            let first = self.column(from).min(WIDTH - 1);
            (first, self.column(to).clamp(first + 1, WIDTH))
        };
        let (first, last) = columns(start, end);
        let marked = shared.map(|(from, to)| columns(from, to));
        let cell = |i| match marked {
            Some((from, to)) if (from..to).contains(&i) => '#',
            _ if (first..last).contains(&i) => with,
            _ => ' ',
        };
        (0..WIDTH).map(cell).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::op::alloc::{Op, Slot, Step};

    fn live(address: u64, size: u64, made_by: usize) -> Live {
        Live { made_by, ..Live::plain(address, size) }
    }

    #[test]
    fn an_overlap_shows_as_a_marked_stretch_of_the_other_block() {
        let malloc = |i| Step::main(Op::Malloc { slot: Slot(i), size: 48 });
        let script = Script { steps: vec![malloc(0), malloc(1)] };
        let mut shadow = Shadow::default();
        shadow.insert(live(0x1000, 48, 0));
        let subject = Subject { address: 0x1018, size: 48, step: 1 };
        let picture = heap_map(&shadow, subject, &script);
        let rows: Vec<&str> = picture.lines().collect();
        assert_eq!(
            rows,
            [
                "0x000000001000 +48       |----------------################                |  s0 = malloc 48",
                "0x000000001018 +48       |                ================================|  s1 = malloc 48",
            ]
        );
    }

    #[test]
    fn blocks_at_the_ends_of_the_address_space_do_not_overflow() {
        let mut shadow = Shadow::default();
        shadow.insert(live(1, u64::MAX, 0));
        let subject = Subject { address: u64::MAX, size: u64::MAX, step: 1 };
        assert!(!heap_map(&shadow, subject, &Script::default()).is_empty());
    }
}
