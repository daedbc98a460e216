//! What some wrong parts look at beyond their step: all objects, all references.

use crate::mutant::tri::Tri;
use crate::mutant::tri::reference::Ref;
use std::collections::BTreeSet;

/// The slots of all spans that are in use, by span and slot.
pub(super) fn objects(tri: &Tri) -> Vec<(usize, u32)> {
    let spans = tri.heap.spans.iter().enumerate().filter(|(_, span)| span.pages > 0);
    spans
        .flat_map(|(index, span)| {
            let slots = (0..u32::from(span.slots)).filter(|&slot| span.is_allocated(slot));
            slots.map(move |slot| (index, slot))
        })
        .collect()
}

/// The words of an object that hold references; none for what holds none.
pub(super) fn slots(tri: &Tri, (index, slot): (usize, u32)) -> Vec<u32> {
    let span = &tri.heap.spans[index];
    let at = span.word_of(slot);
    let shape = tri.heap.head(at).shape();
    let slots = (0..shape.slots()).map(|slot| at + shape.word_of_slot(slot) as u32);
    if span.noscan { Vec::new() } else { slots.collect() }
}

/// The objects that an object refers to.
pub(super) fn children(tri: &Tri, object: (usize, u32)) -> Vec<(usize, u32)> {
    let held = slots(tri, object).into_iter().map(|word| Ref::from_bits(tri.heap.read(word)));
    held.filter_map(|held| tri.heap.find(held.word())).collect()
}

/// All that roots reach, finalizers apart.
pub(super) fn reached(tri: &Tri) -> BTreeSet<(usize, u32)> {
    let running = tri.mutators.iter().filter(|mutator| mutator.running);
    let frames = running.flat_map(|mutator| &mutator.frames[..mutator.depth]);
    let locals = frames.flat_map(|frame| {
        let live = frame.locals.iter().enumerate().filter(|(at, _)| frame.live >> at & 1 == 1);
        live.map(|(_, local)| *local)
    });
    let places = tri.places.iter().map(|place| place.held);
    let due = tri.specials.queue.iter().map(|queued| queued.object);
    let roots = locals.chain(tri.globals).chain(places).chain(due);
    closure(tri, roots.filter_map(|held| tri.heap.find(held.word())))
}

/// All that `from` reaches, `from` among them.
pub(super) fn closure(
    tri: &Tri,
    from: impl Iterator<Item = (usize, u32)>,
) -> BTreeSet<(usize, u32)> {
    let mut left: Vec<(usize, u32)> = from.collect();
    let mut reached = BTreeSet::new();
    while let Some(object) = left.pop() {
        if reached.insert(object) {
            left.extend(children(tri, object));
        }
    }
    reached
}

/// Changes every reference to an object.
pub(super) fn forward(tri: &mut Tri, change: impl Fn(Ref) -> Ref) {
    let locals = tri.mutators.iter_mut().flat_map(|mutator| &mut mutator.frames);
    locals.flat_map(|frame| &mut frame.locals).for_each(|local| *local = change(*local));
    tri.globals.iter_mut().for_each(|global| *global = change(*global));
    tri.places.iter_mut().for_each(|place| place.held = change(place.held));
    tri.specials.queue.iter_mut().for_each(|queued| queued.object = change(queued.object));
    for at in tri.specials.cells.iter_mut().chain(&mut tri.specials.cleanups) {
        *at = change(Ref::start(*at)).word();
    }
    for object in objects(tri) {
        for word in slots(tri, object) {
            let held = Ref::from_bits(tri.heap.read(word));
            tri.heap.write(word, change(held).bits());
        }
    }
}
