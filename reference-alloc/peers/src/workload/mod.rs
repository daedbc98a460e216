//! What is done to an allocator. One workload a file; each says what it stresses and why.

pub mod pairs;
pub mod random;
pub mod larson;
pub mod cross_thread;
pub mod batch;
pub mod large;
pub mod growth;
pub mod append;

use crate::allocator::Peer;
use crate::heap::Heap;
use cross_thread::Mailbox;
use std::sync::Arc;

/// Where one thread of a workload stands.
pub struct Place<P: 'static> {
    /// Its number, from 0.
    pub thread: usize,
    /// The way between the threads, for the workload that has one.
    pub mail: Arc<Mailbox<P>>,
}

/// One thread's part of a workload: its tables and how far it is.
pub trait Workload<P: Peer>: Sized {
    /// Makes the tables. No block is allocated yet.
    fn start(place: Place<P>) -> Self;

    /// Does at least `ops` operations, in whole rounds, and says how many they were. A thread whose
    /// work another one counts says 0.
    fn run(&mut self, heap: &mut Heap<P>, ops: u64) -> u64;

    /// Gives back all blocks that are left.
    fn finish(&mut self, heap: &mut Heap<P>);
}

/// A workload whose footprint can be compared with what it asked for.
pub trait Footprint<P: Peer>: Workload<P> {
    /// Goes on by the `part`-th of `parts` parts, towards the most that is ever live at once.
    fn climb(&mut self, heap: &mut Heap<P>, part: u64, parts: u64);

    /// Requested bytes that are live now.
    fn live(&self) -> u64;
}

/// The rows of the table.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Row {
    /// [`pairs`]
    Pairs,
    /// [`random`]
    Random,
    /// [`larson`]
    Larson,
    /// [`cross_thread`]
    CrossThread,
    /// [`batch`]
    Batch,
    /// [`large`]
    Large,
    /// [`growth`]
    Growth,
    /// [`append`]
    Append,
}

impl Row {
    /// All, in the order in which they are printed.
    pub const ALL: [Row; 8] = [
        Row::Pairs,
        Row::Random,
        Row::Larson,
        Row::CrossThread,
        Row::Batch,
        Row::Large,
        Row::Growth,
        Row::Append,
    ];

    /// The word for it on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Row::Pairs => "pairs",
            Row::Random => "random",
            Row::Larson => "larson",
            Row::CrossThread => "cross-thread",
            Row::Batch => "batch",
            Row::Large => "large",
            Row::Growth => "growth",
            Row::Append => "append",
        }
    }

    /// What one operation is, for the table.
    pub fn says(self) -> &'static str {
        match self {
            Row::Pairs => "64 B pairs",
            Row::Random => "random 8-1024 B over 10k live",
            Row::Larson => "larson 8-1000 B",
            Row::CrossThread => "cross-thread free, 16-512 B",
            Row::Batch => "100k of 16-512 B, freed at random",
            Row::Large => "32 KiB-1 MiB",
            Row::Growth => "realloc growth to 2 MiB",
            Row::Append => "append-like growth to 4 KiB",
        }
    }

    /// The numbers of threads that it is measured with.
    pub fn threads(self) -> &'static [usize] {
        match self {
            Row::CrossThread => &[2],
            _ => &[1, 2],
        }
    }

    /// Operations that are enough to guess how many make a measurement.
    pub fn probe(self) -> u64 {
        match self {
            Row::Large | Row::Growth => 5_000,
            _ => 200_000,
        }
    }

    /// Whether its footprint is measured.
    pub fn has_footprint(self) -> bool {
        matches!(self, Row::Random | Row::Batch | Row::Large)
    }

    /// The row of that name.
    pub fn named(name: &str) -> Option<Row> {
        Row::ALL.into_iter().find(|row| row.name() == name)
    }
}
