//! The predeclared types without parts.

use super::TypeId;
use crate::constant::Target;

/// A basic type.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[expect(missing_docs, reason = "each is what Go calls it")]
pub enum Basic {
    /// What an error left; it is taken for anything.
    Invalid,
    Bool,
    Int,
    Int8,
    Int16,
    Int32,
    Int64,
    Uint,
    Uint8,
    Uint16,
    Uint32,
    Uint64,
    Uintptr,
    Float32,
    Float64,
    Complex64,
    Complex128,
    String,
    /// `unsafe.Pointer`
    UnsafePointer,
    UntypedBool,
    UntypedInt,
    UntypedRune,
    UntypedFloat,
    UntypedComplex,
    UntypedString,
    UntypedNil,
    /// `uint8`, printed `byte`.
    Byte,
    /// `int32`, printed `rune`.
    Rune,
}

impl Basic {
    /// All of them, in the order of their handles.
    pub const ALL: [Basic; 28] = [
        Basic::Invalid,
        Basic::Bool,
        Basic::Int,
        Basic::Int8,
        Basic::Int16,
        Basic::Int32,
        Basic::Int64,
        Basic::Uint,
        Basic::Uint8,
        Basic::Uint16,
        Basic::Uint32,
        Basic::Uint64,
        Basic::Uintptr,
        Basic::Float32,
        Basic::Float64,
        Basic::Complex64,
        Basic::Complex128,
        Basic::String,
        Basic::UnsafePointer,
        Basic::UntypedBool,
        Basic::UntypedInt,
        Basic::UntypedRune,
        Basic::UntypedFloat,
        Basic::UntypedComplex,
        Basic::UntypedString,
        Basic::UntypedNil,
        Basic::Byte,
        Basic::Rune,
    ];

    /// Its handle.
    pub const fn id(self) -> TypeId {
        TypeId(self as u32)
    }

    /// The type that it is, whatever it is called.
    #[must_use]
    pub fn proper(self) -> Basic {
        match self {
            Basic::Byte => Basic::Uint8,
            Basic::Rune => Basic::Int32,
            other => other,
        }
    }

    /// Its name, as the compiler prints it.
    pub fn name(self) -> &'static str {
        match self {
            Basic::Invalid => "invalid type",
            Basic::Bool => "bool",
            Basic::Int => "int",
            Basic::Int8 => "int8",
            Basic::Int16 => "int16",
            Basic::Int32 => "int32",
            Basic::Int64 => "int64",
            Basic::Uint => "uint",
            Basic::Uint8 => "uint8",
            Basic::Uint16 => "uint16",
            Basic::Uint32 => "uint32",
            Basic::Uint64 => "uint64",
            Basic::Uintptr => "uintptr",
            Basic::Float32 => "float32",
            Basic::Float64 => "float64",
            Basic::Complex64 => "complex64",
            Basic::Complex128 => "complex128",
            Basic::String => "string",
            Basic::UnsafePointer => "unsafe.Pointer",
            Basic::UntypedBool => "untyped bool",
            Basic::UntypedInt => "untyped int",
            Basic::UntypedRune => "untyped rune",
            Basic::UntypedFloat => "untyped float",
            Basic::UntypedComplex => "untyped complex",
            Basic::UntypedString => "untyped string",
            Basic::UntypedNil => "untyped nil",
            Basic::Byte => "byte",
            Basic::Rune => "rune",
        }
    }

    /// Whether it is the type of untyped values.
    pub fn is_untyped(self) -> bool {
        (Basic::UntypedBool..=Basic::UntypedNil).contains(&self)
    }

    /// Whether its values are `true` and `false`.
    pub fn is_boolean(self) -> bool {
        matches!(self, Basic::Bool | Basic::UntypedBool)
    }

    /// Whether its values are integers.
    pub fn is_integer(self) -> bool {
        (Basic::Int..=Basic::Uintptr).contains(&self)
            || matches!(self, Basic::UntypedInt | Basic::UntypedRune | Basic::Byte | Basic::Rune)
    }

    /// Whether its values are integers from zero on.
    pub fn is_unsigned(self) -> bool {
        (Basic::Uint..=Basic::Uintptr).contains(&self) || self == Basic::Byte
    }

    /// Whether its values are floats.
    pub fn is_float(self) -> bool {
        matches!(self, Basic::Float32 | Basic::Float64 | Basic::UntypedFloat)
    }

    /// Whether its values are complex.
    pub fn is_complex(self) -> bool {
        matches!(self, Basic::Complex64 | Basic::Complex128 | Basic::UntypedComplex)
    }

    /// Whether its values are numbers.
    pub fn is_numeric(self) -> bool {
        self.is_integer() || self.is_float() || self.is_complex()
    }

    /// Whether its values are texts.
    pub fn is_string(self) -> bool {
        matches!(self, Basic::String | Basic::UntypedString)
    }

    /// Whether its values are ordered by `<`.
    pub fn is_ordered(self) -> bool {
        self.is_integer() || self.is_float() || self.is_string()
    }

    /// Whether constants can be of it.
    pub fn is_constant(self) -> bool {
        self.is_boolean() || self.is_numeric() || self.is_string()
    }

    /// The type that an untyped value takes where none is asked for.
    #[must_use]
    pub fn default_type(self) -> Basic {
        match self {
            Basic::UntypedBool => Basic::Bool,
            Basic::UntypedInt => Basic::Int,
            Basic::UntypedRune => Basic::Rune,
            Basic::UntypedFloat => Basic::Float64,
            Basic::UntypedComplex => Basic::Complex128,
            Basic::UntypedString => Basic::String,
            other => other,
        }
    }

    /// What constants of it hold, on a machine whose words have `word` bits.
    pub fn target(self, word: u32) -> Option<Target> {
        let int = |bits, signed| Some(Target::Int { bits, signed });
        match self {
            Basic::Bool | Basic::UntypedBool => Some(Target::Bool),
            Basic::String | Basic::UntypedString => Some(Target::String),
            Basic::Int => int(word, true),
            Basic::Int8 => int(8, true),
            Basic::Int16 => int(16, true),
            Basic::Int32 | Basic::Rune => int(32, true),
            Basic::Int64 => int(64, true),
            Basic::Uint | Basic::Uintptr => int(word, false),
            Basic::Uint8 | Basic::Byte => int(8, false),
            Basic::Uint16 => int(16, false),
            Basic::Uint32 => int(32, false),
            Basic::Uint64 => int(64, false),
            Basic::UntypedInt | Basic::UntypedRune => Some(Target::UntypedInt),
            Basic::Float32 => Some(Target::Float32),
            Basic::Float64 => Some(Target::Float64),
            Basic::UntypedFloat => Some(Target::UntypedFloat),
            Basic::Complex64 => Some(Target::Complex64),
            Basic::Complex128 => Some(Target::Complex128),
            Basic::UntypedComplex => Some(Target::UntypedComplex),
            Basic::Invalid | Basic::UnsafePointer | Basic::UntypedNil => None,
        }
    }
}

macro_rules! handles {
    ($($(#[$doc:meta])* $NAME:ident: $basic:ident;)*) => {
        impl TypeId {
            $($(#[$doc])* pub const $NAME: TypeId = Basic::$basic.id();)*
        }
    };
}

handles! {
    /// What an error left.
    INVALID: Invalid;
    /// `bool`
    BOOL: Bool;
    /// `int`
    INT: Int;
    /// `int32`
    INT32: Int32;
    /// `uint`
    UINT: Uint;
    /// `uint8`
    UINT8: Uint8;
    /// `uintptr`
    UINTPTR: Uintptr;
    /// `float32`
    FLOAT32: Float32;
    /// `float64`
    FLOAT64: Float64;
    /// `complex64`
    COMPLEX64: Complex64;
    /// `complex128`
    COMPLEX128: Complex128;
    /// `string`
    STRING: String;
    /// `unsafe.Pointer`
    UNSAFE_POINTER: UnsafePointer;
    /// Of comparisons.
    UNTYPED_BOOL: UntypedBool;
    /// Of integer constants.
    UNTYPED_INT: UntypedInt;
    /// Of rune constants.
    UNTYPED_RUNE: UntypedRune;
    /// Of constants with a fraction.
    UNTYPED_FLOAT: UntypedFloat;
    /// Of constants with an imaginary part.
    UNTYPED_COMPLEX: UntypedComplex;
    /// Of string constants.
    UNTYPED_STRING: UntypedString;
    /// Of `nil`.
    UNTYPED_NIL: UntypedNil;
    /// `byte`
    BYTE: Byte;
    /// `rune`
    RUNE: Rune;
}

/// Handles that follow those of the basic types; the universe makes them in this order.
impl TypeId {
    /// What `any` stands for.
    pub const ANY: TypeId = TypeId(28);
    /// `interface {}` as a text writes it.
    pub const EMPTY_INTERFACE: TypeId = TypeId(29);
    /// `error`
    pub const ERROR: TypeId = TypeId(30);
    /// `comparable`
    pub const COMPARABLE: TypeId = TypeId(31);
}
