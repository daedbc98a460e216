//! The golden tables of size classes, made again by the rules that made them.
//!
//! The rules are those of Go's `runtime/_mkmalloc/mksizeclasses.go` and `runtime/mheap.go initSpan`,
//! written down here once more; the check sums are those of Go 1.27's own tables.

use conformance::spec::{Specs, Table};

const PAGE: u64 = 8192;

/// Size and pages by class.
fn classes() -> Vec<(u64, u64)> {
    let mut classes: Vec<(u64, u64)> = vec![(0, 0)];
    let (mut size, mut step) = (8u64, 8);
    while size <= 32768 {
        step = match size {
            _ if !size.is_power_of_two() => step,
            2048.. => 256,
            128.. => size / 8,
            32.. => 16,
            _ => step,
        };
        let pages = (1..=16).find(|pages| pages * PAGE % size <= pages * PAGE / 8).unwrap_or(1);
        let objects = pages * PAGE / size;
        match classes.last_mut() {
            Some(last) if last.1 == pages && pages * PAGE / last.0 == objects => last.0 = size,
            _ => classes.push((size, pages)),
        }
        size += step;
    }
    for (size, pages) in &mut classes[1..] {
        let bytes = *pages * PAGE;
        *size = (*size).max(bytes / (bytes / *size) / 128 * 128);
    }
    classes
}

fn table(name: &str) -> Table {
    let specs = Specs::embedded().expect("the specs of this build load");
    specs.tables.get(name).expect("the table is there").clone()
}

fn column<'t>(table: &'t Table, fact: &str) -> impl Iterator<Item = u64> + 't {
    let at = table.column(fact).expect("the table has the column");
    table.rows.iter().map(move |row| row[at])
}

/// CRC-32 as Ethernet has it.
fn crc(bytes: impl IntoIterator<Item = u8>) -> u32 {
    let step = |crc: u32, byte: u8| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| {
            crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 }
        })
    };
    !bytes.into_iter().fold(u32::MAX, step)
}

#[test]
fn the_golden_table_is_the_one_that_the_rules_make() {
    let (golden, made) = (table("alloc/table/size-classes.yaml"), classes());
    assert_eq!(made.len(), 68);
    assert!(column(&golden, "class.index").eq(0..68));
    assert!(column(&golden, "class.size").eq(made.iter().map(|c| c.0)));
    assert!(column(&golden, "class.pages").eq(made.iter().map(|c| c.1)));
    for (row, (size, pages)) in golden.rows.iter().zip(&made).skip(1) {
        let previous = made[row[0] as usize - 1].0;
        let lost = (size - previous - 1) * (pages * PAGE / size) + pages * PAGE % size;
        let at = |fact| golden.column(fact).expect("a column");
        assert_eq!(row[at("class.waste")], (lost * 10_000).div_ceil(pages * PAGE), "{row:?}");
        let sizes = previous + 1..=(*size).min(32760);
        let asked: u64 = sizes.clone().sum();
        let usable = size * sizes.count() as u64;
        assert_eq!(row[at("class.mean")], (usable * 1000).div_ceil(asked), "{row:?}");
        assert_eq!(row[at("class.magic")], u64::from(u32::MAX) / size + 1, "{row:?}");
    }
}

#[test]
fn the_golden_table_has_the_check_sums_of_go() {
    let golden = table("alloc/table/size-classes.yaml");
    let entries = |fact| {
        let counts = column(&golden, fact).enumerate();
        counts.flat_map(|(class, n)| vec![class as u8; n as usize]).collect::<Vec<u8>>()
    };
    let (t8, t128) = (entries("class.t8"), entries("class.t128"));
    assert_eq!((t8.len(), t128.len()), (129, 249));
    assert_eq!((crc(t8), crc(t128)), (0x092E_8492, 0xAD82_6808));
    assert_eq!(crc(column(&golden, "class.pages").map(|n| n as u8)), 0x6997_4B17);
    let sizes = column(&golden, "class.size").flat_map(|n| (n as u16).to_le_bytes());
    assert_eq!(crc(sizes), 0xFB7C_C01E);
    let magics = column(&golden, "class.magic").flat_map(|n| (n as u32).to_le_bytes());
    assert_eq!(crc(magics), 0xED3F_2585);
}

#[test]
fn the_golden_slots_leave_room_for_mark_and_pointer_bits() {
    let (golden, made) = (table("alloc/table/span-slots.yaml"), classes());
    let slots = |class: usize, greentea: bool, scan: bool| {
        let (size, pages) = made[class];
        let marks = if greentea && (16..=512).contains(&size) { 128 } else { 0 };
        let pointers = if scan && size <= 512 { 128 } else { 0 };
        (pages * PAGE).saturating_sub(marks + pointers).checked_div(size).unwrap_or(0)
    };
    assert_eq!(golden.rows.len(), 2 * 68);
    for row in &golden.rows {
        let &[class, greentea, noscan, scan] = row.as_slice() else { panic!("{row:?}") };
        let (class, greentea) = (class as usize, greentea == 1);
        assert_eq!((noscan, scan), (slots(class, greentea, false), slots(class, greentea, true)));
    }
}
