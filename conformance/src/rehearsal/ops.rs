//! Ops: each that is offered is done and answered in its shape, and the others are not.

use super::operands::usual;
use super::scripts::steps;
use super::{Adapter, Case, Fault};
use crate::capability::Capability;
use crate::observe::gc::Outcome;
use crate::op::gc::{Kind, Op, Step};
use crate::target::collector::needs;
use crate::trace::form::gc::FORMS;
use crate::trace::form::{Form, Values};
use serde_json::{Value, json};

/// For each op a script in which it is done, with ops that show what it did.
const SCENES: &[(&str, &str)] = &[
    ("new", "l0 = new 3 odd; check l0; l1 = new 1 none; check l1; l2 = new 4 even; check l2"),
    (
        "load",
        "l0 = new 3 all; l1 = new 2 last; store l0 1 l1; l2 = load l0 1; check l2; l2 = load l0 0",
    ),
    (
        "store",
        "l0 = new 3 all; l1 = new 1 none; store l0 1 l1; store l0 0 l0; l2 = load l0 1; check l2",
    ),
    ("clear", "l0 = new 2 first; store l0 0 l0; clear l0 0; clear l0 0; l1 = load l0 0"),
    ("swap", "l0 = new 2 all; l1 = new 1 none; swap l0 0 l1; check l1; swap l0 0 l1; check l1"),
    (
        "cas",
        "l0 = new 2 all; l1 = new 1 none; cas l0 0 l2 l1; cas l0 0 l2 l0; cas l0 0 l1 l2; l3 = load l0 0",
    ),
    (
        "copy",
        "l0 = new 4 all; l1 = new 4 all; store l1 1 l0; copy l0 0 l1 1 2; l2 = load l0 0; copy l0 1 l0 0 2; l2 = load l0 1",
    ),
    (
        "wipe",
        "l0 = new 4 all; store l0 1 l0; store l0 2 l0; wipe l0 0 2; l1 = load l0 1; l1 = load l0 2",
    ),
    ("move", "l0 = new 2 last; l1 = move l0; drop l0; check l1"),
    ("drop", "l0 = new 2 last; drop l0; drop l0; check l0"),
    ("inside", "l0 = new 5 first; l1 = inside l0 3; drop l0; check l1; l2 = move l1; check l2"),
    ("past", "l0 = new 2 last; l1 = past l0; l2 = move l1; check l2; drop l1; drop l2; check l0"),
    ("hide", "l0 = new 4 first; l1 = new 1 none; hide l0 2 l1; check l0; check l1"),
    ("check", "l0 = new 6 even; check l0; l1 = new 1 none; check l1"),
    ("chain", "l0 = chain 5; check l0; l1 = load l0 0; check l1; l2 = new 1 none; check l2"),
    (
        "walk",
        "l0 = chain 4; walk l0 2; walk l0 9; l1 = new 2 last; walk l1 3; store l1 0 l0; walk l1 9; walk l0 0",
    ),
    ("set", "l0 = new 2 last; set g63 l0; drop l0; l1 = get g63; check l1"),
    ("get", "l0 = get g0; l1 = new 2 last; set g0 l1; l0 = get g0; check l0"),
    ("unset", "unset g5; l0 = new 2 last; set g5 l0; unset g5; l1 = get g5"),
    (
        "push",
        "l0 = new 2 last; push; check l0; l0 = new 1 none; push; push; check l0; pop; pop; check l0; pop; check l0",
    ),
    ("pop", "l0 = new 2 last; push; l1 = new 1 none; pop; check l1; check l0; pop"),
    ("grow", "l0 = new 2 last; push; grow 65536; pop; grow 1; check l0"),
    (
        "start",
        "l3 = new 2 last; start t1 l3; @t1 check l0; @t1 l1 = new 1 none; start t7 l9; @t7 check l0; @t1 check l1; end t7",
    ),
    (
        "end",
        "start t2 l0; @t2 l0 = new 2 last; end t2; @t2 check l0; start t2 l0; @t2 check l0; end t2",
    ),
    (
        "hand",
        "start t3 l0; l0 = new 2 last; hand t3 l5 l0; check l0; @t3 check l5; @t3 l1 = new 1 none; @t3 hand t0 l4 l1; check l4",
    ),
    (
        "reset",
        "l0 = new 2 last; set g1 l0; start t1 l0; push; l0 = new 1 none; reset; check l0; pop; @t1 check l0; l0 = get g1",
    ),
    (
        "collect",
        "l0 = new 3 all; l1 = new 2 last; store l0 0 l1; drop l1; collect; l1 = load l0 0; check l1; collect",
    ),
    (
        "begin",
        "l0 = new 2 last; begin; begin; l1 = new 2 last; store l0 0 l1; finish; check l0; check l1",
    ),
    ("step", "l0 = new 2 last; begin; step 1; step 1; step 1000000; finish; check l0"),
    ("finish", "finish; l0 = new 2 last; begin; finish; finish; check l0"),
    ("poll", "poll; l0 = new 2 last; poll; check l0"),
    ("weak", "l0 = new 2 last; w63 = weak l0; l1 = strong w63; check l1; w63 = weak l0"),
    (
        "strong",
        "l0 = new 2 last; w0 = weak l0; l1 = strong w0; drop l0; collect; l2 = strong w0; check l2",
    ),
    (
        "same",
        "l0 = new 2 last; l1 = new 2 last; w0 = weak l0; w1 = weak l0; w2 = weak l1; same w0 w1; same w0 w2; same w2 w2",
    ),
    ("forget", "l0 = new 2 last; w0 = weak l0; forget w0; l1 = strong w0; forget w0"),
    ("finalizer", "l0 = new 2 last; finalizer l0; finalizer l0; collect; check l0"),
    ("reviver", "l0 = new 2 last; reviver l0 g3; reviver l0 g4; finalizer l0; collect; check l0"),
    (
        "unfinalizer",
        "l0 = new 2 last; unfinalizer l0; finalizer l0; unfinalizer l0; unfinalizer l0; drop l0; collect",
    ),
    ("cleanup", "l0 = new 2 last; cleanup l0; cleanup l0; collect; check l0"),
    (
        "uncleanup",
        "l0 = new 2 last; uncleanup 0; cleanup l0; cleanup l0; uncleanup 1; uncleanup 0; uncleanup 2; drop l0; collect",
    ),
    ("self-cleanup", "l0 = new 2 last; self-cleanup l0; check l0"),
    ("percent", "percent 50; percent 2147483648; percent 4294967296"),
    ("limit", "limit 1099511627776; limit 0"),
    ("stats", "stats; l0 = new 2 last; stats"),
    ("rest", "l0 = new 2 last; rest; check l0"),
    ("capacity", "capacity 1 none 5 1; capacity 3 all 0 7"),
    ("storm", "storm 2 300 7; l0 = new 1 none"),
];

pub(super) fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> = SCENES.iter().map(|&(word, scene)| of_op(word, scene)).collect();
    cases.extend(["stash", "unstash"].map(|word| of_op(word, "")));
    cases.push(Case::new(
        "op/addresses",
        "`new` and `check` answer with addresses if `addresses` is offered, and only then.",
        addresses,
    ));
    cases.push(Case::new(
        "op/not-offered",
        "What needs more than is offered is answered \"unsupported\".",
        not_offered,
    ));
    cases.push(Case::new(
        "op/unknown",
        "An op that nobody knows is answered \"unsupported\", and those after it are performed.",
        unknown,
    ));
    cases
}

/// The case of one op.
fn of_op(word: &'static str, scene: &'static str) -> Case {
    let form = Form::<Op>::named(word);
    let need = form.and_then(|form| needs(&(form.build)(&Values::default())));
    let says = format!("`{word}` does what it says, and its answer has its shape.");
    let case = Case::new(format!("op/{word}"), says, move |adapter| {
        let mut steps = if scene.is_empty() { stashes() } else { steps(scene) };
        steps.retain(|step| adapter.offers(step));
        let answers = adapter.perform(&steps)?;
        let of_word = |(step, _): &(&Step, _)| step.op.word() == word;
        let mut answered = steps.iter().zip(&answers).filter(of_word);
        if answered.any(|(_, answer)| answer.outcome == Outcome::Done) {
            return Ok(());
        }
        Err(Fault::new(format!("`{word}` is done at least once"), "it was always skipped"))
    });
    match need {
        Some(need) => case.needing(need),
        None => case,
    }
}

/// Every place in turn: a target need not have all.
fn stashes() -> Vec<Step> {
    let turn = |kind: Kind| {
        let kind = kind.word();
        steps(&format!(
            "l0 = new 2 last; stash {kind} l0; stash {kind} l0; drop l0; collect; \
             l1 = unstash {kind}; check l1; l1 = unstash {kind}"
        ))
    };
    Kind::ALL.into_iter().flat_map(turn).collect()
}

/// What is read from inside has no address of its object.
fn addresses(adapter: &Adapter) -> Result<(), Fault> {
    let mut steps = steps(
        "l0 = new 4 first; check l0; l1 = new 1 none; check l1; l2 = inside l0 2; check l2; \
         l3 = chain 2; check l3",
    );
    steps.retain(|step| adapter.offers(step));
    let answers = adapter.perform(&steps)?;
    let more = u8::from(adapter.met().offers.has(Capability::Addresses));
    for (step, answer) in steps.iter().zip(answers) {
        let count = match step.op {
            Op::New { .. } => 1 + more,
            Op::Check { of } if of.0 == 2 => 2,
            Op::Check { .. } => 2 + more,
            _ => continue,
        };
        if answer.outcome == Outcome::Done && answer.count != count {
            let seen = format!("it was answered {:?}", &answer.values[..answer.count.into()]);
            return Err(Fault::new(format!("`{step}`: {count} in all, the address last"), seen));
        }
    }
    Ok(())
}

fn not_offered(adapter: &Adapter) -> Result<(), Fault> {
    let forms = FORMS.iter().filter(|form| {
        needs(&(form.build)(&Values::default())).is_some_and(|n| !adapter.met().offers.has(n))
    });
    unsupported(adapter, &forms.map(usual).collect::<Vec<_>>())
}

fn unknown(adapter: &Adapter) -> Result<(), Fault> {
    let long = "x".repeat(1000);
    let words = ["fly", "", "NEW", "n\u{e9}w", "repeat", "end-repeat", &long];
    unsupported(adapter, &words.map(|word| json!([word, 0, 0, 2, "last"])))
}

/// All of `ops` are unsupported, and the script goes on.
fn unsupported(adapter: &Adapter, ops: &[Value]) -> Result<(), Fault> {
    let mut talk = adapter.greeted()?;
    if !ops.is_empty() {
        let answers = talk.ask(ops, true)?;
        for (op, answer) in ops.iter().zip(answers) {
            if answer != "unsupported" {
                let op: String = op.to_string().chars().take(60).collect();
                return Err(Fault::new(
                    format!("`{op}`: \"unsupported\""),
                    format!("it was answered {answer}"),
                ));
            }
        }
    }
    let after = steps("l0 = new 2 last; check l0");
    talk.perform(&after, &mut adapter.prompter()).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::gc::{Applies, Setting, Shadow};
    use crate::op::{Action as _, Section};
    use std::collections::BTreeSet;

    #[test]
    fn every_op_has_a_scene_in_which_it_applies() {
        let told: BTreeSet<&str> =
            SCENES.iter().map(|&(word, _)| word).chain(["stash", "unstash"]).collect();
        let inner = |form: &&Form<Op>| (form.build)(&Values::default()).section() == Section::Inner;
        let known: BTreeSet<&str> = FORMS.iter().filter(inner).map(|form| form.word).collect();
        assert_eq!(told, known);
        for &(word, scene) in SCENES {
            let mut world = Shadow::new(Setting::default());
            let mut done = false;
            for step in steps(scene) {
                let applies = world.applies(&step) == Applies::Yes;
                done |= applies && step.op.word() == word;
                if applies {
                    world.perform(&step, &crate::observe::gc::Answer::with(&[1]));
                }
            }
            assert!(done, "`{word}` never applies in its scene");
        }
    }
}
