//! Operands that are none: such an op is answered with an error, and makes nothing.

use super::scripts::steps;
use super::{Adapter, Case, Fault};
use crate::op::THREADS;
use crate::op::gc::{Kind, Map, Op};
use crate::target::collector::needs;
use crate::target::stdio::line::{BATCH_MAX, NUMBER_MAX};
use crate::trace::form::gc::FORMS;
use crate::trace::form::{Form, Operand, Values};
use serde_json::{Value, json};

/// More than a number of the protocol is, and the same number wherever numbers are doubles.
const TOO_LARGE: u64 = NUMBER_MAX << 1;

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new(
            "operand/out-of-range",
            "An op with an operand out of its range is answered with an error.",
            |adapter| wrong(adapter, &with_each_operand(adapter, out_of_range)),
        ),
        Case::new(
            "operand/wrong-type",
            "An op with an operand of another type is answered with an error.",
            |adapter| wrong(adapter, &with_each_operand(adapter, wrong_type)),
        ),
        Case::new(
            "operand/wrong-count",
            "An op with too few or too many operands is answered with an error.",
            |adapter| wrong(adapter, &wrong_counts(adapter)),
        ),
        Case::new(
            "operand/mutator",
            "An op of a mutator that cannot be is answered with an error.",
            |adapter| wrong(adapter, &wrong_mutators()),
        ),
        Case::new(
            "operand/no-list",
            "An op that is no list with a word in front is answered with an error.",
            |adapter| {
                let lists = [json!([]), json!([7, 0]), json!([null]), json!([["drop"], 0, 0])];
                let others = [json!(7), json!("drop"), json!(null), json!({ "op": "drop" })];
                wrong(adapter, &[&lists[..], &others].concat())
            },
        ),
        Case::new("operand/unknown-kind", "A place that is not known is skipped.", |adapter| {
            let ops = [json!(["stash", 0, "pocket", 0]), json!(["unstash", 0, 0, "pocket"])];
            answered(adapter, &ops, "\"skip\"", &|answer| answer == "skip")
        })
        .needing(crate::capability::Capability::Stash),
        Case::new("operand/largest", "Numbers reach to 2^53, where an op has no range.", largest),
    ]
}

/// An op of `form` as it is usual, for mutator 0.
pub(super) fn usual(form: &Form<Op>) -> Value {
    let operands = form.operands.iter().map(|&operand| match operand {
        Operand::Map => json!(Map::All.word()),
        Operand::Kind => json!(Kind::Interface.word()),
        _ => json!(*operand.range().start()),
    });
    [json!(form.word), json!(0)].into_iter().chain(operands).collect()
}

/// The forms that `adapter` is asked for by a judge.
fn offered(adapter: &Adapter) -> impl Iterator<Item = &'static Form<Op>> {
    use crate::op::{Action as _, Section};
    let offers = adapter.met().offers;
    FORMS.iter().filter(move |form| {
        let op = (form.build)(&Values::default());
        op.section() == Section::Inner && needs(&op).is_none_or(|need| offers.has(need))
    })
}

/// Every op that is offered, with each operand in turn as `bad` says.
fn with_each_operand(adapter: &Adapter, bad: fn(Operand) -> Vec<Value>) -> Vec<Value> {
    let mut ops = Vec::new();
    for form in offered(adapter) {
        for (at, &operand) in form.operands.iter().enumerate() {
            for value in bad(operand) {
                let mut op = usual(form);
                op[at + 2] = value;
                ops.push(op);
            }
        }
    }
    ops
}

fn out_of_range(operand: Operand) -> Vec<Value> {
    let range = operand.range();
    let beyond = range.end().checked_add(1).unwrap_or(TOO_LARGE);
    match operand {
        // A kind is skipped if a target does not know it.
        Operand::Kind => vec![],
        Operand::Map => vec![json!("some"), json!(""), json!("ALL")],
        _ => range.start().checked_sub(1).into_iter().chain([beyond]).map(Value::from).collect(),
    }
}

fn wrong_type(operand: Operand) -> Vec<Value> {
    let common = [json!(null), json!(true), json!([1]), json!({}), json!(-1), json!(0.5)];
    let other = match operand {
        Operand::Map | Operand::Kind => json!(1),
        _ => json!("1"),
    };
    common.into_iter().chain([other]).collect()
}

fn wrong_counts(adapter: &Adapter) -> Vec<Value> {
    let each = |form| {
        let op = usual(form).as_array().cloned().unwrap_or_default();
        let fewer = op[..op.len() - 1].to_vec();
        let more = [&op[..], &[json!(0)]].concat();
        let many = [&op[..], &vec![json!(0); 40]].concat();
        [fewer, more, many].map(Value::from)
    };
    offered(adapter).flat_map(each).collect()
}

fn wrong_mutators() -> Vec<Value> {
    let nobody = [json!(THREADS), json!(TOO_LARGE), json!(-1), json!("0"), json!(null), json!([])];
    nobody.map(|mutator| json!(["new", mutator, 0, 2, "last"])).into()
}

/// All of `ops` are answered with an error; and what follows is performed, as if they had not been.
fn wrong(adapter: &Adapter, ops: &[Value]) -> Result<(), Fault> {
    let is_error = |answer: &Value| answer["error"].is_string();
    answered(adapter, ops, "{\"error\":\"...\"}", &is_error)
}

fn answered(
    adapter: &Adapter,
    ops: &[Value],
    due: &str,
    fine: &dyn Fn(&Value) -> bool,
) -> Result<(), Fault> {
    let mut talk = adapter.greeted()?;
    for ops in ops.chunks(BATCH_MAX) {
        let answers = talk.ask(ops, true)?;
        for (op, answer) in ops.iter().zip(&answers) {
            if !fine(answer) {
                let seen = format!("it was answered {answer}");
                return Err(Fault::new(format!("`{op}`: {due}"), seen));
            }
        }
    }
    let after = steps("check l0; l0 = new 2 last; check l0");
    talk.perform(&after, &mut adapter.prompter()).map(drop)
}

/// What names something that is not there is skipped, however far away it is not.
fn largest(adapter: &Adapter) -> Result<(), Fault> {
    let most = NUMBER_MAX;
    let text = format!(
        "l0 = new 3 all; l1 = load l0 {most}; store l0 {most} l0; clear l0 {most}; swap l0 {most} l0; \
         cas l0 {most} l0 l0; copy l0 1 l0 1 {most}; copy l0 {most} l0 0 1; copy l0 0 l0 {most} 1; \
         wipe l0 0 {most}; wipe l0 {most} {most}; l1 = inside l0 {most}; hide l0 {most} l0; \
         uncleanup {most}; check l0; l1 = chain 3; walk l1 {most}"
    );
    super::scripts::perform(adapter, &text)
}
