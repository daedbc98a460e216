//! Lines of the protocol of collectors from any bytes: what a target may say to the judge, and a judge to a
//! target.

use conformance::mutant::correct_collector;
use conformance::op::gc::{Local, Map, Op, Step};
use conformance::target::stdio::line::{Hello, batch, reply};
use conformance::target::stdio::serve;

/// Reads `data` as a hello and as the reply to a batch of one op of each shape of answer; and has the serving
/// side listen to it, behind a right greeting and as it is.
///
/// # Panics
/// If a fault says nothing, a reply has not one answer for each op, or what the serving side says
/// is no line of the protocol.
pub fn protocol_lines(data: &[u8]) {
    if let Err(says) = Hello::read(data) {
        assert!(!says.is_empty());
    }
    let steps = steps();
    match reply(data, 1, &steps) {
        Ok((answers, readings)) => {
            assert_eq!(answers.len(), steps.len());
            assert!(readings.iter().all(|(at, _)| *at < steps.len()));
        }
        Err(says) => assert!(!says.is_empty()),
    }
    listened_to(data);
    listened_to(&[GREETING, data].concat());
    listened_to(&[GREETING, batch(1, &steps).as_bytes(), data].concat());
}

const GREETING: &[u8] = b"{\"heaplaw\":[1],\"subject\":\"gc\",\"seed\":0}\n";

/// One op of each shape of answer.
fn steps() -> Vec<Step> {
    let (to, of) = (Local(0), Local(0));
    let ops = [
        Op::New { to, words: 3, map: Map::All },
        Op::Check { of },
        Op::Load { to: Local(1), of, slot: 0 },
        Op::Walk { of, count: 2 },
        Op::Collect,
        Op::Stats,
        Op::Drop { to },
    ];
    ops.map(Step::main).to_vec()
}

/// The serving side hears `data`. An input may ask for many objects of a gigabyte each; memory of that size is
/// refused by the collector.
fn listened_to(data: &[u8]) {
    let mut said = Vec::new();
    let heard = serve(&mut *correct_collector(), data, &mut said);
    for line in said.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        let value: serde_json::Value = serde_json::from_slice(line).expect("a line of JSON");
        assert!(value.is_object(), "{value}");
    }
    if let Err(fault) = heard {
        assert_eq!(fault.kind(), std::io::ErrorKind::InvalidData, "{fault}");
    }
}
