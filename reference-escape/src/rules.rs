//! What the analysis decides, as a socket: places where a value flows, questions, limits, leaks.
//!
//! Every method has the right answer at hand and gives it back. A judge that wants to know whether it would notice a wrong
//! analysis fits a part that answers one of them otherwise; nothing here is switched on by a flag. A part only ever sees what
//! is decided, never the program.

use crate::graph::Hole;
use crate::leaks::Leaks;
use std::fmt;

/// A place where the hole of a value is decided.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Flow {
    /// The key of a map element that is stored to.
    MapKey,
    /// A value that is sent on a channel.
    Sent,
    /// The argument of `panic`.
    Panicked,
    /// A key or value of a map literal.
    MapLiteral,
    /// A value that is appended.
    Appended,
    /// What was in a slice before something is appended.
    Regrown,
    /// What is stored through the element of a slice.
    Element,
    /// What is stored through a pointer.
    Through,
    /// A pointer that is followed to a field.
    Field,
    /// An array that is sliced.
    Sliced,
    /// The receiver that a method value holds.
    Receiver,
    /// The function of a `go` statement and all that it holds.
    Spawned,
    /// The function of a `defer` statement and all that it holds.
    Deferred,
    /// The argument of a function that nobody knows.
    Unknown,
    /// A value that an interface holds in a box.
    Boxed,
    /// A pointer that is computed with.
    Computed,
    /// A variable that a function literal holds.
    Captured,
}

/// A question that is answered by yes or no.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Question {
    /// Does a label that is jumped back to begin a loop?
    LabelLoops,
    /// Does a label that is only jumped forward to begin a loop? No.
    LabelLoopsForward,
    /// Is a `for` a loop?
    ForLoops,
    /// Does a loop make its variables anew in each round?
    FreshVariables,
    /// Does this assignment move something within one object?
    MovesWithin,
    /// Does a literal hold this variable by its value?
    CopiesCapture,
    /// Is a constant put in the place of an operand that always has its value?
    FixedOperand,
    /// Are functions analysed after those that they mention?
    CalleesFirst,
    /// Do package variables with values known before the program runs need no code?
    StaticValues,
    /// Is a function that may be called through a variable counted, apart from the last one?
    EveryCallee,
    /// Is a method called directly where an interface can hold one type only?
    KnownTypes,
    /// Is this pointer, which is passed as a number among others, looked at?
    EachNumber,
    /// Is this function, whose body is elsewhere, known to keep nothing?
    KeepsNothing,
    /// Does this result outlive what it may hold the address of?
    ResultOutlives,
    /// Does a function that is called without anybody knowing give its results to nobody knows whom?
    LosesResults,
}

/// A size up to which something may be on a stack, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Limit {
    /// Of a declared variable.
    Declared,
    /// Of what an expression makes.
    Implicit,
}

/// The decisions of an analysis. The methods as they stand are the right ones.
pub trait Rules: Sync {
    /// The hole of what flows at such a place.
    fn hole(&self, _: Flow, right: Hole) -> Hole {
        right
    }

    /// The answer.
    fn answer(&self, _: Question, right: bool) -> bool {
        right
    }

    /// The limit.
    fn limit(&self, _: Limit, right: u64) -> u64 {
        right
    }

    /// Notes that a parameter gets to the result `at` after so many loads.
    fn add_result(&self, leaks: &mut Leaks, at: usize, loads: u32) {
        leaks.add_result(at, loads);
    }

    /// What is told of a parameter, of all that was noted.
    fn told(&self, leaks: Leaks) -> Leaks {
        leaks.optimized()
    }
}

impl fmt::Debug for dyn Rules + '_ {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Rules")
    }
}

/// The right decisions.
#[derive(Clone, Copy, Debug)]
pub struct Right;

impl Rules for Right {}
