//! Kinds of lines: each message of the compiler is one, whatever it is about.

use std::fmt;

/// Where what a line is about lives.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Placement {
    /// In the frame of its function, or in a register.
    Stack,
    /// On the heap.
    Heap,
}

impl fmt::Display for Placement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Placement::Stack => "stack",
            Placement::Heap => "heap",
        })
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $Kind:ident = $id:literal, $says:literal;)*) => {
        /// What a line says.
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
        pub enum Kind {
            $($(#[$doc])* $Kind,)*
        }

        impl Kind {
            /// All kinds.
            pub const ALL: &[Kind] = &[$(Kind::$Kind),*];

            /// Its name in reports.
            pub fn id(self) -> &'static str {
                match self {
                    $(Kind::$Kind => $id,)*
                }
            }

            /// What lines of the kind mean.
            pub fn says(self) -> &'static str {
                match self {
                    $(Kind::$Kind => $says,)*
                }
            }
        }
    };
}

kinds! {
    /// `moved to heap: x`
    Moved = "moved-to-heap", "A variable lives on the heap, because its address may outlive its function.";
    /// `E escapes to heap`
    Heap = "escapes-to-heap", "What an expression makes is allocated on the heap.";
    /// `E does not escape`
    Stack = "does-not-escape", "What an expression makes may live on the stack.";
    /// `leaking param: p`
    Leak = "leaking-param", "What a parameter points to must be on the heap.";
    /// `leaking param content: p`
    LeakContent = "leaking-param-content", "What is loaded through a parameter must be on the heap.";
    /// `leaking param: p to result r level=n`
    LeakResult = "leaking-param-to-result", "A result holds what a parameter points to, or what is loaded through it.";
    /// `p does not escape`
    Keeps = "param-does-not-escape", "What a parameter points to may live on the caller's stack.";
    /// `zero-copy string->[]byte conversion`
    ZeroCopy = "zero-copy-conversion", "Bytes of a string are not copied, as nothing is stored in them.";
    /// `f ignoring self-assignment in p.x = p.y`
    SelfAssignment = "self-assignment", "An assignment only moves something within one object.";
    /// `assuming p is unsafe uintptr`, `marking p as escaping uintptr`
    Uintptr = "uintptr-param", "A parameter may be a pointer that was made a number.";
    /// `f capturing by ref: x`; with `-m=2` only.
    Capture = "capture", "A function literal holds a variable or its address.";
    /// `index bounds check elided`: no matter of escape, but the compiler tells of it among the same lines.
    Bounds = "bounds-check-elided", "An index cannot be out of bounds, so that nothing is checked when it is used.";
    /// `devirtualizing x.M to T`, and what else was found out before escape analysis.
    Rewrite = "rewrite", "The compiler calls a method of a known type directly, or could not.";
}

impl Kind {
    /// Where what the line is about lives, if the line says so.
    pub fn placement(self) -> Option<Placement> {
        match self {
            Kind::Moved | Kind::Heap => Some(Placement::Heap),
            Kind::Stack => Some(Placement::Stack),
            _ => None,
        }
    }

    /// Whether an explanation of what the line is about does not explain the line.
    pub fn is_quiet(self) -> bool {
        matches!(self, Kind::Keeps | Kind::Stack | Kind::ZeroCopy)
    }

    /// Whether it tells that what a parameter points to gets out of its function.
    pub fn is_leak(self) -> bool {
        matches!(self, Kind::Leak | Kind::LeakContent | Kind::LeakResult)
    }
}
