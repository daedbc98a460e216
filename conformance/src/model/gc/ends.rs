//! What ends: finalizers, cleanups, objects.

use super::touch::Touch;
use super::{Cleanup, CleanupState, Local, Node, Reference, Shadow, Step, Thread};
use crate::op::gc::Global;

impl Shadow {
    pub(super) fn give_finalizer(&mut self, by: Thread, of: Local, reviver: Option<u8>) {
        let Some((node, _)) = self.base(by, of) else { return };
        self.touches.note(Touch::Finalizer, Some(node));
        self.finalizers.insert(node, reviver);
        let object = &mut self.objects[node.0 as usize];
        object.finalizers = object.finalizers.saturating_add(1);
        if self.setting.ordered {
            for to in self.others_of(node) {
                self.touches.note(Touch::BelowFinalizer, Some(to));
                self.graph.hold(to);
            }
        }
    }

    /// What the slots of the object hold but for the object itself: that it leads to itself at once
    /// does not keep it from its finalizer.
    fn others_of(&self, node: Node) -> Vec<Node> {
        self.slots(node).map(|(_, to)| to).filter(|to| *to != node).collect()
    }

    /// The object has no finalizer any more: the global that it was to be revived into.
    pub(super) fn drop_finalizer(&mut self, node: Node) -> Option<Global> {
        let reviver = self.finalizers.remove(&node)?;
        if self.setting.ordered {
            for to in self.others_of(node) {
                self.graph.release(to);
            }
        }
        reviver.map(Global)
    }

    /// The finalizer of the object ran: whether it had one that had not.
    pub fn finalized(&mut self, step: &Step, node: Node) -> bool {
        let had = self.finalizers.contains_key(&node);
        let object = &mut self.objects[node.0 as usize];
        object.finalized = object.finalized.saturating_add(1);
        object.lives = object.lives.saturating_add(1);
        if let Some(global) = self.drop_finalizer(node) {
            self.objects[node.0 as usize].revived = true;
            self.set_global(step, global, Reference::Start(node));
        }
        had
    }

    /// The object was reported dead. What is dead holds nothing any more.
    pub fn died(&mut self, node: Node) {
        let object = &mut self.objects[node.0 as usize];
        object.deaths = object.deaths.saturating_add(1);
        if !self.graph.is_reachable(node) && !self.graph.is_buried(node) {
            self.drop_finalizer(node);
            self.graph.bury(node);
            if !self.hidden.is_empty() {
                self.hidden.retain(|&(owner, _), _| owner != node);
            }
        }
    }

    /// The cleanup of `number` ran: what was known of it before.
    pub fn cleaned(&mut self, number: u64) -> Option<Cleanup> {
        let cleanup = self.cleanups.get_mut(usize::try_from(number.checked_sub(1)?).ok()?)?;
        let before = *cleanup;
        cleanup.state = CleanupState::Ran;
        Some(before)
    }

    /// What mutators have done while the collection that goes on went on.
    pub fn touches(&self) -> &[(Touch, Node)] {
        self.touches.list()
    }

    /// What mutators did while the collection that ends went on.
    pub fn take_touches(&mut self) -> Vec<(Touch, Node)> {
        self.touches.take()
    }
}
