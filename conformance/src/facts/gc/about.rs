//! What an event says of which objects, as a sentence for a picture.

use super::Clerk;
use crate::op::gc::{Local, Op};
use crate::picture::graph::Cycle;
use crate::rule::{EventId, FactId};

/// What broke, in words, and the objects that it is about.
pub(super) struct About {
    /// A sentence; empty where the facts of the rule say all there is.
    pub(super) says: String,
    /// Numbers of objects; those that there are not are left out later.
    pub(super) guilty: Vec<u64>,
}

impl Clerk {
    /// What was told last, by `event`.
    pub(super) fn about(&self, event: EventId) -> About {
        let names = &self.names;
        let object = self.frame.get(names.object_number);
        let wanted = self.frame.get(names.wanted_object);
        let (says, guilty) = if event == names.made {
            (self.says_made(object), object)
        } else if event == names.followed || event == names.looked || event == names.read_weak {
            (self.says_read(event), wanted)
        } else if event == names.told_dead {
            (self.says_dead(object), object)
        } else if event == names.told_finalized {
            (self.says_finalized(object), object)
        } else if event == names.told_cleaned {
            (self.says_cleaned(object), object)
        } else if event == names.held {
            (self.says_held(object), object)
        } else if event == names.touched {
            let touch = did(self.word(names.touch_kind));
            let dead = if self.is(names.object_told_dead) { ", and was reported dead" } else { "" };
            let while_on = match self.cycle() {
                Cycle::None => "since the collection before",
                _ => "while the collection went on",
            };
            (format!("#{object} was {touch} {while_on}{dead}"), object)
        } else if event == names.due {
            (self.says_due(object, "was not reported dead", names.object_told_dead), object)
        } else if event == names.due_finalizer {
            (self.says_due(object, "its finalizer did not run", names.object_finalizations), object)
        } else if event == names.due_cleanup {
            (format!("a cleanup of #{object} was due"), object)
        } else {
            return About { says: String::new(), guilty: self.operand().into_iter().collect() };
        };
        About { says, guilty: vec![guilty] }
    }

    fn is(&self, fact: FactId) -> bool {
        self.frame.get(fact) != 0
    }

    fn word(&self, fact: FactId) -> &str {
        self.vocabulary.word_text(fact, self.frame.get(fact)).unwrap_or("?")
    }

    fn says_made(&self, object: u64) -> String {
        let names = &self.names;
        let mut says = format!("#{object} is new");
        if self.is(names.place_dirty) {
            says += ", and not all of its words were nil";
        }
        if self.is(names.place_overlapping) {
            says += ", and shares memory with reachable objects";
        }
        if self.is(names.place_awaited) {
            says += ", and shares memory with objects whose finalizers have not run";
        }
        says
    }

    /// What a reference leads to, and what was read there.
    fn says_read(&self, event: EventId) -> String {
        let names = &self.names;
        let at = |object: FactId, word: FactId| {
            let (object, word) = (self.frame.get(object), self.frame.get(word));
            match (object, word) {
                (0, _) => "nil".to_owned(),
                (object, _) if object > self.shadow.made() => "the stamp of no object".to_owned(),
                (object, 0) => format!("#{object}"),
                (object, word) => format!("word {word} of #{object}"),
            }
        };
        let wanted = at(names.wanted_object, names.wanted_word);
        let found = at(names.found_object, names.found_word);
        let handle = if event == names.read_weak { "a weak handle of " } else { "" };
        let mut says = if wanted != found {
            format!("{handle}{wanted} was followed, and {found} was found")
        } else if event == names.read_weak {
            format!("a weak handle led to {found}")
        } else {
            format!("{found} was read")
        };
        if event == names.looked && self.is(names.content_wrong) {
            says += ", and words of it are not what the program wrote";
        }
        if event == names.looked && self.is(names.content_moved) {
            says += ", and it is not where it was made";
        }
        if event == names.read_weak && self.is(names.handle_told_dead) {
            says += ", which had been reported dead";
        }
        says
    }

    /// What a root holds, or what it holds from inside holds.
    fn says_held(&self, object: u64) -> String {
        let names = &self.names;
        let kind = match self.word(names.root_kind) {
            "frame" => "a local of a lower frame".to_owned(),
            "mutator" => "a local of another mutator".to_owned(),
            kind @ ("local" | "global") => format!("a {kind}"),
            kind => format!("the runtime's place `{kind}`"),
        };
        let holds = match self.word(names.root_form) {
            "inside" => format!("holds #{object} from inside"),
            "below-inside" => format!("holds from inside what holds #{object}"),
            _ => format!("holds #{object}"),
        };
        let dead = if self.is(names.object_told_dead) { ", which was reported dead" } else { "" };
        format!("{kind} {holds}{dead}")
    }

    fn says_dead(&self, object: u64) -> String {
        let names = &self.names;
        let mut says = format!("#{object} was reported dead");
        if !self.is(names.object_known) {
            return says + ", and there is no such object";
        }
        if self.is(names.object_told_dead) {
            says += ", and had been before";
        }
        if self.is(names.object_reachable) {
            says += ", and is reachable";
        } else if self.is(names.object_awaits_finalizer) {
            says += ", and its finalizer has not run";
        }
        says
    }

    fn says_finalized(&self, object: u64) -> String {
        let names = &self.names;
        let mut says = format!("the finalizer of #{object} ran");
        if !self.is(names.object_known) {
            return says + ", and there is no such object";
        }
        let reasons = [
            (!self.is(names.object_awaits_finalizer), ", and it had none"),
            (self.is(names.object_by_program), ", and the program reaches it"),
            (
                self.is(names.object_by_finalizer),
                ", and an object leads to it whose own finalizer has not run",
            ),
            (self.is(names.object_by_itself), ", and it leads to itself"),
            (self.is(names.object_told_dead), ", and it had been reported dead"),
            (self.is(names.object_found_strong), ", and a weak handle still led to it"),
            (self.is(names.object_found_broken), ", and what it holds could not be read"),
        ];
        reasons.into_iter().filter(|(so, _)| *so).for_each(|(_, reason)| says += reason);
        says
    }

    fn says_cleaned(&self, object: u64) -> String {
        let names = &self.names;
        let mut says = match self.word(names.cleanup_state) {
            "unknown" => return "a cleanup ran that was never attached".to_owned(),
            "ran" => format!("a cleanup of #{object} ran again"),
            "stopped" => format!("a cleanup of #{object} ran that was stopped"),
            _ => format!("a cleanup of #{object} ran"),
        };
        if self.is(names.cleanup_of_reachable) {
            says += ", and it is reachable";
        }
        if self.is(names.cleanup_of_awaits_finalizer) {
            says += ", and its finalizer has not run";
        }
        says
    }

    /// What was unreachable when the collection began, and `missing` unless `done` is set.
    fn says_due(&self, object: u64, missing: &str, done: FactId) -> String {
        let missing = if self.is(done) { String::new() } else { format!(", and {missing}") };
        format!("#{object} was unreachable when the collection began{missing}")
    }

    /// The object that the step looks at.
    fn operand(&self) -> Option<u64> {
        let step = self.scene.step?;
        let of: Local = match step.op {
            Op::Load { of, .. }
            | Op::Store { of, .. }
            | Op::Clear { of, .. }
            | Op::Swap { of, .. }
            | Op::Cas { of, .. }
            | Op::Copy { of, .. }
            | Op::Wipe { of, .. }
            | Op::Inside { of, .. }
            | Op::Past { of, .. }
            | Op::Hide { of, .. }
            | Op::Check { of }
            | Op::Walk { of, .. }
            | Op::Finalizer { of }
            | Op::Reviver { of, .. }
            | Op::Cleanup { of }
            | Op::SelfCleanup { of } => of,
            _ => return None,
        };
        let node = self.shadow.places().local(step.thread, of).node()?;
        Some(crate::model::gc::number(node))
    }
}

/// What a mutator did to an object, as a participle; `word` is that of the glossary.
pub(super) fn did(word: &str) -> &str {
    match word {
        "copied-over" => "copied over",
        "exchanged" => "compared and exchanged",
        "set" => "set into a global",
        "unset" => "taken out of a global",
        "started" => "given to a new mutator",
        "unstashed" => "taken back from the runtime",
        "strengthened" => "found by a weak handle",
        "strengthened-late" => "found by a weak handle after marking",
        "finalizer" => "given a finalizer",
        "below-finalizer" => "kept for a finalizer",
        "cleanup" => "given a cleanup",
        "left" => "left by a mutator that ended",
        other => other,
    }
}
