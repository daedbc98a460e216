//! The words of the glossary that the clerk sets, each looked up once.

use crate::choice::Choices;
use crate::facts::MissingName;
use crate::observe::reading::Fact;
use crate::op::alloc::Op;
use crate::rule::{EventId, FactId, Frame, FunctionId, ListId, Vocabulary};
use crate::trace::form::Written as _;
use crate::trace::form::alloc::FORMS;

/// Declares [`Names`]: each field with the name that the glossary has for it.
macro_rules! names {
    (facts { $($fact:ident = $fact_name:literal,)* } events { $($event:ident,)* }) => {
        /// Ids of facts and events.
        #[derive(Clone, Debug)]
        pub struct Names {
            $(pub(super) $fact: FactId,)*
            $(pub(super) $event: EventId,)*
            pub(super) run_resident: ListId,
            pub(super) overlapping: FunctionId,
            /// Facts of the inside, in the order of a reading.
            pub(super) inside: Vec<FactId>,
            /// By row of the table of forms: the number of the op's word in `op.kind`.
            kinds: Vec<u64>,
        }

        impl Names {
            /// Looks every name up.
            pub(super) fn find(vocabulary: &Vocabulary) -> Result<Names, MissingName> {
                let missing = |name: &str| MissingName { name: name.to_owned() };
                let op_kind = vocabulary.fact("op.kind").ok_or_else(|| missing("op.kind"))?;
                let function = |name| vocabulary.function(name).ok_or_else(|| missing(name));
                function("live.sharing")?;
                let resident = "run.resident";
                Ok(Names {
                    $($fact: vocabulary.fact($fact_name).ok_or_else(|| missing($fact_name))?,)*
                    $($event: vocabulary
                        .event(stringify!($event))
                        .ok_or_else(|| missing(stringify!($event)))?,)*
                    run_resident: vocabulary.list(resident).ok_or_else(|| missing(resident))?,
                    overlapping: function("live.overlapping")?,
                    inside: Fact::NAMES
                        .iter()
                        .map(|name| vocabulary.fact(name).ok_or_else(|| missing(name)))
                        .collect::<Result<_, _>>()?,
                    kinds: FORMS
                        .iter()
                        .map(|form| {
                            let number = vocabulary.word(op_kind, form.word);
                            number.ok_or_else(|| missing(form.word))
                        })
                        .collect::<Result<_, _>>()?,
                })
            }

            /// Every fact that a run sets, for the test that the glossary has no other.
            pub const FACTS: &'static [&'static str] = &[$($fact_name,)*];
        }
    };
}

names! {
    facts {
        op_kind = "op.kind",
        op_thread = "op.thread",
        op_late = "op.late",
        op_ok = "op.ok",
        op_returned = "op.returned",
        op_accessible = "op.accessible",
        op_errno = "op.errno",
        op_errno_before = "op.errno_before",
        op_result = "op.result",
        op_place_written = "op.place_written",
        op_stats_moved = "op.stats_moved",
        op_stopped = "op.stopped",
        op_in_decoy = "op.in_decoy",
        request_size = "request.size",
        request_align = "request.align",
        request_natural_align = "request.natural_align",
        request_align_ok = "request.align_ok",
        request_zeroed = "request.zeroed",
        request_overflows = "request.overflows",
        request_beyond_max = "request.beyond_max",
        request_resizes = "request.resizes",
        request_modest = "request.modest",
        block_address = "block.address",
        block_size = "block.size",
        block_usable = "block.usable",
        block_usable_before = "block.usable_before",
        block_recycled_remotely = "block.recycled_remotely",
        old_address = "old.address",
        old_size = "old.size",
        old_align = "old.align",
        old_reissued = "old.reissued",
        old_foreign_family = "old.foreign_family",
        content_zero_prefix = "content.zero_prefix",
        content_same_prefix = "content.same_prefix",
        content_damaged = "content.damaged",
        heap_damaged = "heap.damaged",
        heap_usable_changed = "heap.usable_changed",
        live_count = "live.count",
        live_bytes = "live.bytes",
        choice_zero = "choice.zero",
        choice_realloc0 = "choice.realloc0",
        choice_align = "choice.align",
        choice_oom = "choice.oom",
        choice_harden = "choice.harden",
        stats_known = "stats.known",
        stats_mallocs = "stats.mallocs",
        stats_frees = "stats.frees",
        stats_total_bytes = "stats.total_bytes",
        stats_in_use = "stats.in_use",
        prev_mallocs = "prev.mallocs",
        prev_frees = "prev.frees",
        prev_total_bytes = "prev.total_bytes",
        signals_changed = "process.signals_changed",
        fd_lost = "process.fd_lost",
        child_status = "child.status",
        child_signal = "child.signal",
        child_stuck = "child.stuck",
        run_completed = "run.completed",
        run_peak_live = "run.peak_live",
        run_refusals = "run.refusals",
        run_overlaps = "run.overlaps",
        run_damaged = "run.damaged",
        run_late_calls = "run.late_calls",
        run_remote_frees = "run.remote_frees",
        run_zero_resizes = "run.zero_resizes",
        run_zero_resizes_off = "run.zero_resizes_off",
        run_moves = "run.moves",
        run_threads_ended = "run.threads_ended",
    }
    events {
        called, allocated, resized, refused, freed, verified, queried, checked, forked, misused,
        placed, vacated, looked_up, class_read, refilled, flushed, swept, stacked, run_taken,
        scavenged, paced, released, surveyed, ended,
    }
}

impl Names {
    /// The number of the op's word.
    pub(super) fn kind_of(&self, op: &Op) -> u64 {
        self.kinds[op.row()]
    }

    /// Sets the facts of the record `choice`.
    pub(super) fn set_choices(&self, frame: &mut Frame, choices: Choices, words: &Vocabulary) {
        let facts = [
            (self.choice_zero, choices.zero.word()),
            (self.choice_realloc0, choices.realloc0.word()),
            (self.choice_align, choices.align.word()),
            (self.choice_oom, choices.oom.word()),
            (self.choice_harden, choices.harden.word()),
        ];
        for (fact, word) in facts {
            frame.set(fact, words.word(fact, word).unwrap_or(u64::MAX));
        }
    }
}
