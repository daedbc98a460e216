//! The end: a program whose input ends says nothing more, and exits with status 0.

use super::scripts::steps;
use super::talk::{Talk, shown};
use super::{Case, Fault};
use crate::capability::Capability;
use crate::target::How;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("end/at-once", "It exits with status 0 if nothing is said to it.", |adapter| {
            ends(&mut adapter.start()?)
        }),
        Case::new("end/after-hello", "It exits with status 0 if the hello was all.", |adapter| {
            ends(&mut adapter.greeted()?)
        }),
        Case::new("end/after-batches", "It exits with status 0 after batches.", |adapter| {
            let mut talk = adapter.greeted()?;
            let made = steps("l0 = new 2 last; l1 = new 2 last; store l0 0 l1; collect; check l0");
            talk.perform(&made, &mut adapter.prompter())?;
            ends(&mut talk)
        }),
        Case::new(
            "end/with-mutators",
            "It exits with status 0 while mutators run, deep in frames.",
            |adapter| {
                let mut talk = adapter.greeted()?;
                let mut busy =
                    steps("l0 = new 2 last; start t1 l0; start t7 l0; push; push; @t1 push");
                busy.retain(|step| adapter.offers(step));
                talk.perform(&busy, &mut adapter.prompter())?;
                ends(&mut talk)
            },
        )
        .needing(Capability::Mutators),
        Case::new("end/nothing-more", "Nothing but replies goes to its output.", |adapter| {
            let mut talk = adapter.greeted()?;
            for _ in 0..3 {
                talk.perform(&steps("drop l0"), &mut adapter.prompter())?;
            }
            talk.close();
            match talk.hear() {
                Ok(more) => Err(Fault::new("no line after the last reply", shown(&more))),
                Err(_) => Ok(()),
            }
        }),
    ]
}

/// Its input ends.
fn ends(talk: &mut Talk<'_>) -> Result<(), Fault> {
    talk.close();
    match talk.end() {
        How::Exit(0) => Ok(()),
        how => Err(Fault::new("an exit with status 0", talk.departure(how))),
    }
}
