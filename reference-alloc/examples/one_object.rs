//! One object, from the request to the page bits and back.
//!
//! `cargo run -p reference-alloc --example one_object`
//!
//! The heap here lies on pretended memory ([`Sim`]), so that nothing else allocates from it, and every
//! number below is the same on every machine.

use reference_alloc::alloc::{Heap, class_of_layout};
use reference_alloc::os::sim::Sim;
use reference_alloc::size_class::{Class, Reserve};
use reference_alloc::units::Addr;
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    // A heap owns no memory yet. A thread attaches to it, and gets a cache: for each class of sizes a
    // magazine, which is a stack of addresses of free blocks. They are empty.
    let heap = Box::new(Heap::new(Sim::new(), Reserve::Classic));
    let cache = heap.attach().map_err(|_| "no memory for a cache")?;

    // 100 bytes go into slots of 112: that is the smallest class which is no smaller.
    let class = class_of_layout(100, 8).ok_or("100 bytes are small")?;
    println!("100 bytes are of class {class}: slots of {} bytes", Class(class).bytes());

    // The magazine has nothing, so it is filled by half. There is no span of the class either, so one is
    // made: the heap grows by a chunk of 4 MiB, and a page of it is cut into slots.
    // SAFETY: this thread is the only one that has the cache.
    let block = unsafe { heap.alloc_small(cache, class) }.map_err(|_| "no memory")?;
    let address = Addr(block.addr().get());
    let span = heap.central.heap.pages.arenas.span_at(address.0).ok_or("every block has a span")?;
    println!(
        "the block is slot {} of {} in a span of {} page(s); {} slots are taken, {} of them wait in \
         the magazine",
        span.slot_at(address),
        span.slots(),
        span.pages().0,
        span.alloc_count(),
        cache.magazine(class).len(),
    );

    // What a program asks for next is a pop from the magazine, and the neighbour in memory.
    // SAFETY: as above.
    let next = unsafe { heap.alloc_small(cache, class) }.map_err(|_| "no memory")?;
    println!("the next block lies {} bytes further", next.addr().get() - address.0);

    // A free looks up the class of the page, and pushes the address. The span knows nothing of it.
    // SAFETY: both are live, and freed once.
    unsafe {
        heap.free(cache, Addr(next.addr().get())).map_err(|misuse| misuse.to_string())?;
        heap.free(cache, address).map_err(|misuse| misuse.to_string())?;
    }
    println!("freed: {} slots are still taken, as the span sees it", span.alloc_count());

    // The thread ends. Its magazines go back to the spans, a span without a live block goes back to the
    // pages, and the pages are free.
    let in_use = heap.stats().heap_inuse;
    // SAFETY: the cache is not used any more.
    unsafe { heap.detach(cache) }.map_err(|misuse| misuse.to_string())?;
    println!(
        "heap in use: {in_use} bytes before the thread ended, {} after",
        heap.stats().heap_inuse
    );

    // Their memory is still there. It goes back to the system when more is free than was lately
    // needed, or now, because we say so.
    let released = heap.release_all_but(0);
    println!("{released} bytes go back to the system");
    Ok(())
}
