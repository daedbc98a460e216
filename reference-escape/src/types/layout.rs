//! Sizes of types, and where pointers are in them.

use super::arena::MAX_DEPTH;
use super::{Basic, Declare, Field, Type, TypeId};

/// What sizes depend on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Sizes {
    /// Bytes of a pointer, and of `int`.
    pub word: u64,
    /// To how many bytes numbers of eight bytes are aligned.
    pub max_align: u64,
}

impl Sizes {
    /// Those of a `GOARCH`; `None` if it is not known.
    pub fn of(goarch: &str) -> Option<Sizes> {
        match goarch {
            "386" | "arm" | "mips" | "mipsle" => Some(Sizes { word: 4, max_align: 4 }),
            "amd64" | "arm64" | "loong64" | "mips64" | "mips64le" | "ppc64" | "ppc64le"
            | "riscv64" | "s390x" | "wasm" => Some(Sizes { word: 8, max_align: 8 }),
            _ => None,
        }
    }

    /// Bits of `int`.
    pub fn word_bits(self) -> u32 {
        self.word as u32 * 8
    }
}

/// How a type lies in memory, in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Layout {
    /// How much a value takes. Sizes that no machine has stop at `u64::MAX`.
    pub size: u64,
    /// Its address is a multiple of this.
    pub align: u64,
}

/// Asking for layouts.
///
/// Sizes may be asked for in the middle of declarations, by the length of an array; where pointers are is asked
/// only when all is declared. So the two are found apart: whether a pointer is one for a collector depends on
/// what it points to, whose declaration may just be the one that is read.
pub trait Layouts: Declare {
    /// How `ty` lies in memory.
    fn layout(&mut self, ty: TypeId) -> Layout {
        if let Some(known) = self.types().layouts.get(&ty) {
            return *known;
        }
        let under = self.under(ty);
        if under == TypeId::INVALID {
            return NOTHING;
        }
        // A type that contains itself is an error, and this the answer to whoever asks for it; likewise for
        // declared types that contain each other deeper than any program's do.
        self.types_mut().layouts.insert(ty, NOTHING);
        if self.types().layout_depth >= MAX_DEPTH {
            return NOTHING;
        }
        self.types_mut().layout_depth += 1;
        let layout = compute(self, ty, under);
        self.types_mut().layout_depth -= 1;
        self.types_mut().layouts.insert(ty, layout);
        layout
    }

    /// The size of `ty` in bytes.
    fn size_of(&mut self, ty: TypeId) -> u64 {
        self.layout(ty).size
    }

    /// The alignment of `ty` in bytes.
    fn align_of(&mut self, ty: TypeId) -> u64 {
        self.layout(ty).align
    }

    /// How much of the beginning of a `ty` a collector has to look at: 0 if there is no pointer in it.
    fn pointer_bytes(&mut self, ty: TypeId) -> u64 {
        if let Some(known) = self.types().pointer_bytes.get(&ty) {
            return *known;
        }
        self.types_mut().pointer_bytes.insert(ty, 0);
        if self.types().layout_depth >= MAX_DEPTH {
            return 0;
        }
        self.types_mut().layout_depth += 1;
        let bytes = find_pointers(self, ty);
        self.types_mut().layout_depth -= 1;
        self.types_mut().pointer_bytes.insert(ty, bytes);
        bytes
    }

    /// Whether there is a pointer in `ty`.
    fn has_pointers(&mut self, ty: TypeId) -> bool {
        self.pointer_bytes(ty) > 0
    }

    /// Whether a value of `ty` is one pointer and nothing else, so that an interface holds it as it is.
    fn is_pointer_shaped(&mut self, ty: TypeId) -> bool {
        let word = self.types().sizes().word;
        self.size_of(ty) == word && self.pointer_bytes(ty) == word
    }

    /// Whether values of `ty` must not be in the heap, so that pointers to them are none for a collector.
    fn is_not_in_heap(&mut self, ty: TypeId) -> bool {
        // Only types that packages of the runtime declare say so; all others are spared the look.
        let declared = self.types().as_named(ty).map(|named| self.types()[named.object].package);
        declared.is_some_and(|package| self.types().may_be_not_in_heap(package))
            && embeds_not_in_heap(self, ty, 0)
    }

    /// Where the fields of a struct begin.
    fn field_offsets(&mut self, fields: &[Field]) -> Vec<u64> {
        let mut end: u64 = 0;
        fields
            .iter()
            .map(|field| {
                let layout = self.layout(field.ty);
                let offset = round_up(end, layout.align);
                end = offset.saturating_add(layout.size);
                offset
            })
            .collect()
    }
}

impl<D: Declare + ?Sized> Layouts for D {}

const NOTHING: Layout = Layout { size: 0, align: 1 };

fn round_up(offset: u64, align: u64) -> u64 {
    offset.checked_next_multiple_of(align).unwrap_or(u64::MAX)
}

fn compute<D: Declare + ?Sized>(d: &mut D, ty: TypeId, under: TypeId) -> Layout {
    let word = d.types().sizes().word;
    let words = |count: u64| Layout { size: count * word, align: word };
    match d.types()[under].clone() {
        Type::Basic(basic) => basic_layout(basic, d.types().sizes()),
        Type::Pointer(_) | Type::Map { .. } | Type::Chan { .. } | Type::Signature(_) => words(1),
        Type::Slice(_) => words(3),
        Type::Interface(_) | Type::Param(_) => words(2),
        Type::Array { elem, len } => {
            let elem = d.layout(elem);
            Layout { size: elem.size.saturating_mul(len), ..elem }
        }
        Type::Struct(fields) => struct_layout(d, ty, &fields),
        Type::Tuple(_) | Type::Union(_) | Type::Named(_) => NOTHING,
    }
}

fn basic_layout(basic: Basic, sizes: Sizes) -> Layout {
    let Sizes { word, max_align } = sizes;
    let (size, align) = match basic.proper() {
        Basic::Bool | Basic::UntypedBool | Basic::Int8 | Basic::Uint8 => (1, 1),
        Basic::Int16 | Basic::Uint16 => (2, 2),
        Basic::Int32 | Basic::Uint32 | Basic::Float32 | Basic::UntypedRune => (4, 4),
        Basic::Int64 | Basic::Uint64 | Basic::Float64 | Basic::UntypedFloat => (8, max_align),
        Basic::Complex64 => (8, 4),
        Basic::Complex128 | Basic::UntypedComplex => (16, max_align),
        Basic::String | Basic::UntypedString => (2 * word, word),
        Basic::Int
        | Basic::Uint
        | Basic::Uintptr
        | Basic::UnsafePointer
        | Basic::UntypedInt
        | Basic::UntypedNil => (word, word),
        Basic::Invalid | Basic::Byte | Basic::Rune => (0, 1),
    };
    Layout { size, align }
}

fn struct_layout<D: Declare + ?Sized>(d: &mut D, ty: TypeId, fields: &[Field]) -> Layout {
    let mut layout = NOTHING;
    if d.types().special_struct(ty) == Some(Special::Align64) {
        layout.align = 8;
    }
    for field in fields {
        let part = d.layout(field.ty);
        layout.size = round_up(layout.size, part.align).saturating_add(part.size);
        layout.align = layout.align.max(part.align);
    }
    // A last field without size gets a byte, so that its address is not that of whatever follows.
    if let Some(last) = fields.last()
        && layout.size > 0
        && d.layout(last.ty).size == 0
    {
        layout.size = layout.size.saturating_add(1);
    }
    layout.size = round_up(layout.size, layout.align);
    layout
}

fn find_pointers<D: Declare + ?Sized>(d: &mut D, ty: TypeId) -> u64 {
    let word = d.types().sizes().word;
    match d.under_type(ty) {
        Type::Basic(basic) => match basic {
            Basic::String | Basic::UntypedString | Basic::UnsafePointer | Basic::UntypedNil => word,
            _ => 0,
        },
        Type::Pointer(elem) | Type::Slice(elem) if d.is_not_in_heap(elem) => 0,
        Type::Pointer(_)
        | Type::Slice(_)
        | Type::Map { .. }
        | Type::Chan { .. }
        | Type::Signature(_) => word,
        Type::Interface(_) | Type::Param(_) => 2 * word,
        Type::Array { elem, len } => match d.pointer_bytes(elem) {
            0 => 0,
            _ if len == 0 => 0,
            bytes => d.size_of(elem).saturating_mul(len - 1).saturating_add(bytes),
        },
        Type::Struct(fields) => {
            let offsets = d.field_offsets(&fields);
            let mut found = 0;
            for (field, offset) in fields.iter().zip(offsets).rev() {
                let bytes = d.pointer_bytes(field.ty);
                if bytes > 0 {
                    found = offset.saturating_add(bytes);
                    break;
                }
            }
            found
        }
        Type::Tuple(_) | Type::Union(_) | Type::Named(_) => 0,
    }
}

/// Whether `ty` is the type that marks others, or has a part that is marked.
fn embeds_not_in_heap<D: Declare + ?Sized>(d: &mut D, ty: TypeId, depth: u32) -> bool {
    /// The runtime's own types are as flat as this.
    const FLAT: u32 = 20;
    if depth > FLAT {
        return false;
    }
    if d.types().special_struct(ty) == Some(Special::NotInHeap) {
        return true;
    }
    match d.under_type(ty) {
        Type::Struct(fields) => {
            fields.iter().any(|field| embeds_not_in_heap(d, field.ty, depth + 1))
        }
        Type::Array { elem, .. } => embeds_not_in_heap(d, elem, depth + 1),
        _ => false,
    }
}

/// Structs whose name means something to the compiler.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Special {
    /// `align64` of the atomic packages: aligned to eight bytes everywhere.
    Align64,
    /// `nih` of `internal/runtime/sys`.
    NotInHeap,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::names::{Name, Names};
    use crate::types::{PackageId, Symbol, Types};

    fn structure(types: &mut Types, parts: &[TypeId]) -> TypeId {
        let symbol = Symbol { name: Name::BLANK, package: PackageId::NONE };
        let field = |ty: &TypeId| Field { symbol, ty: *ty, embedded: false, tag: Name::EMPTY };
        types.intern(Type::Struct(parts.iter().map(field).collect()))
    }

    fn on(goarch: &str) -> Types {
        Types::new(&mut Names::default(), Sizes::of(goarch).expect("known"))
    }

    #[test]
    fn fields_are_aligned_and_a_last_one_without_size_gets_a_byte() {
        let mut types = on("amd64");
        let empty = structure(&mut types, &[]);
        let int64 = Basic::Int64.id();
        let padded = structure(&mut types, &[TypeId::BOOL, int64, empty]);
        assert_eq!(types.layout(padded), Layout { size: 24, align: 8 });
        let mut types = on("386");
        let padded = structure(&mut types, &[TypeId::BOOL, int64]);
        assert_eq!((types.size_of(padded), types.align_of(padded)), (12, 4));
    }

    #[test]
    fn pointers_end_with_the_last_one() {
        let mut types = on("amd64");
        let holds = structure(&mut types, &[TypeId::STRING, TypeId::INT]);
        assert_eq!((types.size_of(holds), types.pointer_bytes(holds)), (24, 8));
        let array = types.intern(Type::Array { elem: holds, len: 3 });
        assert_eq!(types.pointer_bytes(array), 2 * 24 + 8);
        let huge = types.intern(Type::Array { elem: holds, len: u64::MAX });
        assert_eq!(types.size_of(huge), u64::MAX);
    }

    #[test]
    fn one_pointer_in_a_struct_or_array_is_shaped_like_a_pointer() {
        let mut types = on("amd64");
        let pointer = types.pointer(TypeId::INT);
        let wrapped = structure(&mut types, &[pointer]);
        let array = types.intern(Type::Array { elem: wrapped, len: 1 });
        let two = types.intern(Type::Array { elem: wrapped, len: 2 });
        assert!(types.is_pointer_shaped(array) && types.is_pointer_shaped(TypeId::UNSAFE_POINTER));
        assert!(!types.is_pointer_shaped(two) && !types.is_pointer_shaped(TypeId::UINTPTR));
        assert!(!types.is_pointer_shaped(TypeId::STRING));
    }
}
