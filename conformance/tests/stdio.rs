//! The protocol of collectors: what a program may do wrong, and that both sides say the same.

use conformance::capability::Capability;
use conformance::mutant::correct_collector;
use conformance::observe::gc::{Answer, Outcome, Reading};
use conformance::op::gc::{Local, Map, Op, Step};
use conformance::target::patience::Patience;
use conformance::target::stdio::{Stdio, line, serve};
use conformance::target::{How, Target};

const HASTY: Patience = Patience { still_ms: 600, busy_ms: 2000, memory: 1 << 30 };

/// A shell script that reads the greeting, and goes on with `rest`.
fn script(rest: &str) -> String {
    format!("sh -c 'read greeting; {rest}'")
}

/// A hello, and then `rest`.
fn greeted(rest: &str) -> String {
    script(&format!(
        "echo {{\\\"version\\\":1,\\\"name\\\":\\\"fake\\\",\\\"offers\\\":[\\\"exact\\\",\\\"wings\\\"]}}; {rest}"
    ))
}

/// What is said of a command that is no target.
fn refused(command: &str) -> String {
    match Stdio::start(command, 0, HASTY) {
        Ok(_) => panic!("`{command}` was taken for a target"),
        Err(error) => error.says,
    }
}

/// How a fake ends when it is asked to do something, and what is said of it.
fn asked(rest: &str) -> (How, String) {
    let mut target = Stdio::start(&greeted(rest), 0, HASTY).unwrap_or_else(|e| panic!("{e}"));
    target.submit(&[Step::main(Op::Collect)]);
    let batch = target.collect();
    assert_eq!(batch.answers, [Answer::default()], "nothing was answered");
    let death = batch.death.expect("it is the end of the target");
    (death.how, death.stderr)
}

#[test]
fn what_is_no_target_is_told_why() {
    let cases = [
        ("/no/such/program", "exited with status 127 before its hello"),
        ("sh -c 'echo oops >&2; exit 3'", "exited with status 3 before its hello: oops"),
        ("sh -c 'kill -9 $$'", "was ended by SIGKILL before its hello"),
        ("cat", "it speaks version 0 of the protocol, not 1"),
        ("sleep 60", "blocked for ever before its hello"),
    ];
    for (command, says) in cases {
        let said = refused(command);
        assert!(said.contains(says), "{command}: {said}");
    }
    let hello = |json: &str| refused(&script(&format!("echo {json}")));
    assert!(hello("no json").contains("its hello is not one"));
    assert!(hello(r#"{\"error\":\"too old\"}"#).contains("it said: too old"));
    assert!(
        hello(r#"{\"version\":7,\"name\":\"x\"}"#).contains("version 7 of the protocol, not 1")
    );
}

#[test]
fn a_hello_says_who_it_is_and_what_it_offers() {
    let target = Stdio::start(&greeted("cat > /dev/null"), 0, HASTY).expect("a target");
    assert_eq!(target.hello().name, "fake");
    assert!(target.offers().has(Capability::Exact));
    assert_eq!(target.unknown(), ["wings"]);
    assert_eq!(target.end(), How::Exit(0), "it ends when its input does");
}

#[test]
fn whatever_is_no_reply_is_the_end_of_the_target() {
    let says = |rest: &str| asked(&format!("read batch; {rest}"));
    let garbled = [
        ("echo nonsense", "a reply that is not one"),
        (r#"echo {\"batch\":9,\"answers\":[{}]}"#, "a reply to batch 9 where 1 was due"),
        (r#"echo {\"batch\":1,\"answers\":[]}"#, "0 answers to 1 ops"),
        (r#"echo {\"batch\":1,\"answers\":[{\"dead\":7}]}"#, "a list of numbers and of pairs"),
        (r#"echo {\"error\":\"lost\"}"#, "it said: lost"),
    ];
    for (rest, text) in garbled {
        let (how, said) = says(rest);
        assert_eq!(how, How::Protocol, "{rest}");
        assert!(said.contains(text), "{rest}: {said}");
    }
    assert_eq!(says("echo help >&2; exit 4"), (How::Exit(4), "help\n".into()));
    assert_eq!(says("sleep 60").0, How::Blocked);
    assert_eq!(says("while :; do :; done").0, How::Spinning);
    assert!(matches!(says("kill -SEGV $$").0, How::Signal { number: libc::SIGSEGV, .. }));
}

#[test]
fn a_line_without_end_is_no_reply_and_is_not_kept() {
    // 64 MiB and more, of which none is a line feed; and a reply of a batch that is long, and none.
    let (how, _) = asked("read batch; head -c 70000000 /dev/zero; sleep 60");
    assert_eq!(how, How::Protocol);
    let (how, said) = asked("read batch; head -c 30000000 /dev/zero; echo; sleep 60");
    assert_eq!(how, How::Protocol);
    assert!(said.contains("a reply that is not one"), "{said}");
}

#[test]
fn replies_that_come_out_of_order_are_the_end_of_the_target() {
    let late = r#"read a; read b; echo {\"batch\":2,\"answers\":[{}]}; echo {\"batch\":1,\"answers\":[{}]}; sleep 60"#;
    let mut target = Stdio::start(&greeted(late), 0, HASTY).unwrap_or_else(|e| panic!("{e}"));
    for _ in 0..2 {
        target.submit(&[Step::main(Op::Collect)]);
    }
    for _ in 0..2 {
        let batch = target.collect();
        assert_eq!(batch.answers, [Answer::default()], "nothing is taken from a reply to another");
        let death = batch.death.expect("it is the end of the target");
        assert_eq!(death.how, How::Protocol);
        assert!(death.stderr.contains("a reply to batch 2 where 1 was due"), "{}", death.stderr);
    }
}

#[test]
fn a_program_that_ends_between_batches_has_answered_what_it_answered() {
    let early = r#"read a; echo {\"batch\":1,\"answers\":[{}]}; echo enough >&2; exit 0"#;
    let mut target = Stdio::start(&greeted(early), 0, HASTY).unwrap_or_else(|e| panic!("{e}"));
    target.submit(&[Step::main(Op::Collect)]);
    assert!(target.collect().death.is_none());
    target.submit(&[Step::main(Op::Collect)]);
    let death = target.collect().death.expect("it is gone");
    assert_eq!((death.how, death.stderr.as_str()), (How::Exit(0), "enough\n"));
}

#[test]
fn the_served_side_refuses_what_is_no_line_of_the_protocol() {
    let hello = line::greeting(0);
    let long = format!("{{\"batch\":1,\"ops\":[],\"x\":\"{}\"}}\n", "x".repeat(line::LINE_MAX));
    let lines = [
        "{\"heaplaw\":[99],\"subject\":\"gc\",\"seed\":0}\n".to_owned(),
        "{\"heaplaw\":[1],\"subject\":\"tea\",\"seed\":0}\n".to_owned(),
        hello.clone() + &long,
        hello.clone() + "{\"batch\":1}\n",
        hello + "{\"batch\":1,\"ops\"",
    ];
    for line in lines {
        let mut heard = Vec::new();
        let ended = serve(&mut *correct_collector(), line.as_bytes(), &mut heard);
        assert_eq!(ended.map_err(|e| e.kind()), Err(std::io::ErrorKind::InvalidData));
        let text = String::from_utf8(heard).expect("text");
        let last = text.lines().next_back().expect("something is said");
        assert!(last.starts_with("{\"error\":"), "{last}");
    }
}

#[test]
fn an_answer_of_the_wrong_shape_fails_its_op_alone() {
    let steps = [Step::main(Op::Collect), Step::main(Op::Push), Step::main(Op::Stats)];
    let text = br#"{"batch":3,"answers":[7,null,{"NumGC":2,"odd":1.5,"late":[1]}],"more":{}}"#;
    let (answers, readings) = line::reply(text, 3, &steps).expect("a reply");
    let outcomes: Vec<Outcome> = answers.iter().map(|answer| answer.outcome).collect();
    assert_eq!(outcomes, [Outcome::Failed, Outcome::Done, Outcome::Done]);
    let said = Reading::Said("`collect` was answered with 1 values".into());
    assert_eq!(readings[0], (0, said));
    let Reading::Stats(stats) = &readings[1].1 else { panic!("{:?}", readings[1]) };
    assert_eq!(stats.iter().collect::<Vec<_>>(), [(&"NumGC".to_owned(), &2)]);
}

#[test]
fn hostile_replies_end_soon_and_take_little_memory() {
    let steps = [Step::main(Op::Collect)];
    let deep = format!("{{\"batch\":1,\"answers\":{}", "[".repeat(1 << 20));
    assert!(line::reply(deep.as_bytes(), 1, &steps).is_err());
    // A run that stands for all numbers is kept as a run.
    let text = br#"{"batch":1,"answers":[{"dead":[[0,18446744073709551615],[9,3]]}]}"#;
    let (_, readings) = line::reply(text, 1, &steps).expect("a reply");
    let Reading::Gathered(gathered) = &readings[0].1 else { panic!("{readings:?}") };
    assert_eq!(gathered.dead.runs(), [(0, u64::MAX)]);
}

#[test]
fn a_served_collector_says_over_lines_what_it_says_directly() {
    let (a, b) = (Local(0), Local(1));
    let ops = [
        Op::New { to: a, words: 3, map: Map::Last },
        Op::New { to: b, words: 2, map: Map::None },
        Op::Store { of: a, slot: 0, from: b },
        Op::Drop { to: b },
        Op::Load { to: b, of: a, slot: 0 },
        Op::Load { to: b, of: a, slot: 9 },
        Op::Clear { of: a, slot: 0 },
        Op::Drop { to: b },
        Op::Collect,
        Op::Capacity { words: 1, map: Map::None, count: 5, times: 1 },
        Op::Stats,
    ];
    let steps = ops.map(Step::main);
    let mut direct = correct_collector();
    let said: Vec<_> = steps.iter().map(|step| direct.perform(step.thread, &step.op)).collect();

    let asked = line::greeting(0) + &line::batch(1, &steps);
    let mut heard = Vec::new();
    serve(&mut *correct_collector(), asked.as_bytes(), &mut heard).expect("memory");
    let mut lines = heard.split(|&byte| byte == b'\n');
    let hello = line::Hello::read(lines.next().expect("a hello")).expect("it is one");
    assert_eq!(hello.name, "small");
    let reply = lines.next().expect("a reply");
    let (answers, readings) = line::reply(reply, 1, &steps).expect("it is one");
    for (at, (answer, reading)) in said.into_iter().enumerate() {
        assert_eq!(answers[at].outcome, answer.outcome, "{}", steps[at].op);
        let heard = readings.iter().find(|(index, _)| *index == at).map(|(_, reading)| reading);
        assert_eq!(heard, reading.as_ref(), "{}", steps[at].op);
        if reading.is_none() {
            assert_eq!(answers[at], answer, "{}", steps[at].op);
        }
    }
}

#[test]
fn the_served_side_calls_what_is_no_op_an_error_and_goes_on() {
    let lines = [
        r#"{"heaplaw":[1],"subject":"gc","seed":0}"#,
        r#"{"batch":1,"ops":[["fly",0],["new",0,99,2,"all"],["new",9,0,2,"all"],[],["new",0,0,2,"all"]]}"#,
    ];
    let mut heard = Vec::new();
    let asked = lines.join("\n") + "\n";
    serve(&mut *correct_collector(), asked.as_bytes(), &mut heard).expect("memory");
    let text = String::from_utf8(heard).expect("text");
    let reply = text.lines().nth(1).expect("a reply");
    assert!(
        reply.starts_with(r#"{"batch":1,"answers":["unsupported",{"error":"99 is no L of `new`"}"#)
    );
    assert!(reply.contains("no such mutator") && reply.contains("begins with its word"), "{reply}");
    assert!(reply.contains("[0,"), "the last op is performed: {reply}");
}
