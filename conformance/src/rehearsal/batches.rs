//! Batches and their replies: numbers, counts, order, and what a line may be like.

use super::talk::Talk;
use super::{Adapter, Case, Fault};
use crate::op::gc::{Local, Map, Op, Step};
use crate::target::stdio::line::{BATCH_MAX, LINE_MAX, batch};
use serde_json::{Value, json};

pub(super) fn cases() -> Vec<Case> {
    vec![
        Case::new("batch/empty", "A batch of no ops is answered with no answers.", |adapter| {
            let mut talk = adapter.greeted()?;
            talk.ask(&[], false)?;
            talk.perform(&new_and_check(1), &mut adapter.prompter()).map(drop)
        }),
        Case::new("batch/numbers", "A reply has the number of its batch.", numbers),
        Case::new("batch/order", "Answers stand in the order of their ops.", order),
        Case::new("batch/largest", "A batch may have 4096 ops.", |adapter| {
            let steps = new_and_check(BATCH_MAX / 2);
            let mut talk = adapter.greeted()?;
            let number = talk.send(&steps);
            talk.replied(number, &steps, &mut adapter.prompter()).map(drop)
        }),
        Case::new("batch/two-at-once", "A second batch may come before the first reply.", |a| {
            let (first, second) = (new_and_check(2), new_and_check(1));
            let (mut talk, mut prompter) = (a.greeted()?, a.prompter());
            let both = batch(talk.next_batch(), &first) + &batch(talk.next_batch(), &second);
            talk.say(&both);
            for (number, steps) in [(1, first), (2, second)] {
                talk.replied(number, &steps, &mut prompter)?;
            }
            Ok(())
        }),
        Case::new("batch/flushed", "A reply comes before anything more is said.", |adapter| {
            let (mut talk, mut prompter) = (adapter.greeted()?, adapter.prompter());
            for _ in 0..12 {
                talk.perform(&new_and_check(1), &mut prompter)?;
            }
            Ok(())
        }),
        Case::new("batch/long-line", "A line may have 1 MiB, its line feed included.", |adapter| {
            let around = r#"{"batch":1,"ops":[["check",0,0]]}"#.len() + 1;
            let space = " ".repeat(LINE_MAX - around);
            spelled(adapter, |_| format!(r#"{{"batch":1,{space}"ops":[["check",0,0]]}}"#))
        }),
        Case::new("batch/unknown-keys", "Keys that are not known are ignored.", |adapter| {
            let more = r#"{"a":[[{"b":null}],"é",-1.5e-7,true,false]}"#;
            spelled(adapter, |number| {
                format!(
                    r#"{{"x":{more},"batch":{number},"y":{more},"ops":[["check",0,0]],"z":{more}}}"#
                )
            })
        }),
        Case::new("batch/spelling", "JSON may be spelled in all of its ways.", |adapter| {
            spelled(adapter, |number| {
                format!(
                    " {{ \"o\\u0070s\" :\t[ [ \"ch\\u0065ck\" , 0 , 0 ] ] ,\r \"batch\" : {number} }} "
                )
            })
        }),
    ]
}

fn new_and_check(pairs: usize) -> Vec<Step> {
    let to = Local(0);
    let pair = [Op::New { to, words: 2, map: Map::Last }, Op::Check { of: to }];
    pair.into_iter().cycle().take(2 * pairs).map(Step::main).collect()
}

fn numbers(adapter: &Adapter) -> Result<(), Fault> {
    let mut talk = adapter.greeted()?;
    for _ in 0..6 {
        talk.ask(&[json!(["check", 0, 0])], false)?;
    }
    Ok(())
}

fn order(adapter: &Adapter) -> Result<(), Fault> {
    let news = (0..8).map(|to| Op::New { to: Local(to), words: 1, map: Map::None });
    let checks = [5, 0, 7, 9, 2, 6, 15, 1].map(|of| Op::Check { of: Local(of) });
    let steps: Vec<Step> = news.chain(checks).map(Step::main).collect();
    adapter.perform(&steps).map(drop)
}

/// A batch with the one op `["check",0,0]`, spelled in some way, is understood: the op is skipped, as
/// local 0 is nil, and so is the same in a line as usual.
fn spelled(adapter: &Adapter, line: impl Fn(u64) -> String) -> Result<(), Fault> {
    let mut talk = adapter.greeted()?;
    let number = talk.next_batch();
    talk.say(&(line(number) + "\n"));
    skipped(&mut talk, number)?;
    let step = Step::main(Op::Check { of: Local(0) });
    let number = talk.send(&[step]);
    skipped(&mut talk, number)
}

fn skipped(talk: &mut Talk<'_>, number: u64) -> Result<(), Fault> {
    let answers = talk.answers(number, 1)?;
    if answers == [Value::from("skip")] {
        return Ok(());
    }
    let seen = format!("`[\"check\",0,0]` was answered {}", answers[0]);
    Err(Fault::new("\"skip\", as local 0 is nil", seen))
}
