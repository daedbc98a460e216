//! The table of classes, held to the rules that make it and to Go's own.

use reference_alloc::size_class::{
    CLASSES, COARSE, Class, FINE, MAX_SLOT, Reserve, Row, Scan, SpanClass, divides, generate,
    round_up,
};
use reference_alloc::units::PAGE_BYTES;
use std::fmt::Write as _;
use std::path::Path;

/// The CRC-32 that zip files use.
fn crc32(bytes: impl IntoIterator<Item = u8>) -> u32 {
    !bytes.into_iter().fold(!0u32, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            (crc >> 1) ^ (0xedb8_8320 & 0u32.wrapping_sub(crc & 1))
        })
    })
}

/// Per cent lost by the worst request of class `i`: rounding and tail, of the span's bytes.
fn worst_waste(rows: &[Row], i: usize) -> f64 {
    let span = rows[i].pages * PAGE_BYTES;
    let used = (rows[i - 1].size + 1) * (span / rows[i].size);
    100.0 * (span - used) as f64 / span as f64
}

/// The text of `size_table.rs`.
fn printed(rows: &[Row]) -> String {
    let mut text = String::from(
        "//! The size classes, as [`crate::size_class::generate`] makes them. A test holds the two together and,\n\
         //! with `HEAPLAW_BLESS=1`, writes this file.\n\
         //!\n\
         //! `tail` is what a span has behind its last slot, `waste` what the worst request of the class loses\n\
         //! to rounding and tail, `align` the alignment that every slot has.\n\
         //!\n\
         //! ```text\n\
         //! class   slot B   span B  slots  tail B  waste   align\n",
    );
    for (i, row) in rows.iter().enumerate().skip(1) {
        let span = row.pages * PAGE_BYTES;
        let align = 1 << row.size.trailing_zeros().min(13);
        writeln!(
            text,
            "//! {i:5} {:8} {span:8} {:6} {:7} {:5.2} % {align:6}",
            row.size,
            span / row.size,
            span % row.size,
            worst_waste(rows, i),
        )
        .unwrap();
    }
    write!(text, "//! ```\n\n/// Number of classes, class 0 included, which is none.\npub const CLASSES: usize = {};\n", rows.len()).unwrap();
    let mut array = |what: &str, name: &str, of: &str, column: &dyn Fn(&Row) -> usize| {
        write!(
            text,
            "\n/// {what}, by class.\n#[rustfmt::skip]\npub static {name}: [{of}; CLASSES] = ["
        )
        .unwrap();
        for (i, row) in rows.iter().enumerate() {
            text.push_str(if i % 12 == 0 { "\n    " } else { " " });
            write!(text, "{},", column(row)).unwrap();
        }
        text.push_str("\n];\n");
    };
    array("Bytes of a slot", "SIZES", "u16", &|row| row.size);
    array("Pages of a span", "PAGES", "u8", &|row| row.pages);
    text
}

#[test]
fn the_committed_table_is_what_the_rules_give() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/size_table.rs");
    let expected = printed(&generate());
    if std::env::var_os("HEAPLAW_BLESS").is_some() {
        std::fs::write(&file, &expected).unwrap();
    }
    let committed = std::fs::read_to_string(&file).unwrap();
    assert!(committed == expected, "HEAPLAW_BLESS=1 cargo test rewrites src/size_table.rs");
}

/// Check sums of the tables of Go 1.27.3, `internal/runtime/gc/sizeclasses.go`.
#[test]
fn every_table_equals_gos() {
    let rows = generate();
    assert_eq!(rows.len(), CLASSES);
    assert_eq!(rows.iter().map(|row| row.size).sum::<usize>(), 372_768);
    assert_eq!(crc32(rows.iter().flat_map(|row| (row.size as u16).to_le_bytes())), 0xfb7c_c01e);
    assert_eq!(crc32(rows.iter().map(|row| row.pages as u8)), 0x6997_4b17);
    assert_eq!(crc32(FINE), 0x092e_8492);
    assert_eq!(crc32(COARSE), 0xad82_6808);
    let magics = (0..CLASSES as u8).flat_map(|class| Class(class).magic().to_le_bytes());
    assert_eq!(crc32(magics), 0xed3f_2585);
}

#[test]
fn a_request_gets_the_smallest_class_that_holds_it() {
    for bytes in 1..=MAX_SLOT {
        let class = Class::of(bytes).unwrap();
        assert!(class.bytes() >= bytes && Class(class.0 - 1).bytes() < bytes, "{bytes}: {class:?}");
    }
    assert_eq!(Class::of(MAX_SLOT + 1), None);
    assert_eq!(Class::of(usize::MAX), None);
}

#[test]
fn an_aligned_request_gets_the_smallest_class_of_that_alignment() {
    for align in (0..=13).map(|shift| 1usize << shift) {
        for bytes in (1..=MAX_SLOT).step_by(7) {
            let expected =
                Class::all().find(|class| class.bytes() >= bytes && class.bytes() % align == 0);
            assert_eq!(Class::aligned(bytes, align), expected, "{bytes} at {align}");
            assert!(expected.is_some());
        }
    }
    assert_eq!(Class::aligned(1, 16384), None);
}

#[test]
fn multiplying_by_the_magic_divides_exactly() {
    for class in Class::all() {
        for offset in 0..=class.pages().bytes() {
            assert_eq!(class.slot_of(offset), offset / class.bytes());
            assert_eq!(
                divides(offset, class.magic()),
                offset % class.bytes() == 0,
                "{offset} {class:?}"
            );
        }
    }
}

/// Measured on Go 1.27.3 by looking at runs of addresses.
#[test]
fn spans_have_as_many_slots_as_gos() {
    let slots = |bytes, scan, reserve: Reserve| {
        reserve.slots(SpanClass::new(Class::of(bytes).unwrap(), scan))
    };
    assert_eq!(slots(16, Scan::No, Reserve::Classic), 512);
    assert_eq!(slots(16, Scan::No, Reserve::GreenTea), 504);
    assert_eq!(slots(16, Scan::Pointers, Reserve::GreenTea), 496);
    assert_eq!(slots(8, Scan::No, Reserve::GreenTea), 1024);
    assert_eq!(slots(8, Scan::Pointers, Reserve::GreenTea), 1008);
    assert_eq!(slots(48, Scan::Pointers, Reserve::GreenTea), 165);
    assert_eq!(slots(512, Scan::No, Reserve::GreenTea), 15);
    assert_eq!(slots(576, Scan::Pointers, Reserve::GreenTea), 14);
    assert_eq!(slots(32768, Scan::No, Reserve::GreenTea), 1);
}

/// Measured on Go 1.27.3 with `append`.
#[test]
fn requests_round_up_as_gos() {
    for (bytes, rounded) in [
        (1, 8),
        (9, 16),
        (17, 24),
        (1016, 1024),
        (1017, 1024),
        (1025, 1152),
        (4097, 4864),
        (28673, 32768),
        (32769, 40960),
        (usize::MAX, usize::MAX),
    ] {
        assert_eq!(round_up(bytes, Scan::No), rounded, "{bytes} without pointers");
    }
    for (bytes, rounded) in [(512, 512), (520, 568), (1016, 1016), (32760, 32760), (32761, 32768)] {
        assert_eq!(round_up(bytes, Scan::Pointers), rounded, "{bytes} with pointers");
    }
}

#[test]
fn rounding_up_is_idempotent_and_never_falls() {
    for scan in [Scan::No, Scan::Pointers] {
        let mut last = 0;
        for bytes in 1..=3 * MAX_SLOT {
            let rounded = round_up(bytes, scan);
            assert!(rounded >= bytes && rounded >= last, "{bytes}");
            assert_eq!(round_up(rounded, scan), rounded, "{bytes}");
            last = rounded;
        }
    }
}
