//! The report as `JUnit` XML, which most build services read.
//!
//! A test suite is a target, a test case an invariant. A known deviation counts as passed, because
//! a build service can only say red or green; its reason stands in the case's output.

use super::tally::{Severity, Standing};
use super::{InvariantReport, Report, TargetReport, failure, text};
use quick_junit::{NonSuccessKind, Property, TestCase, TestCaseStatus, TestSuite, XmlString};
use std::time::Duration;

/// The report as XML.
///
/// # Panics
///
/// Never: the XML is written into memory.
pub fn print(report: &Report) -> String {
    let mut junit = quick_junit::Report::new("heaplaw");
    for target in &report.targets {
        junit.add_test_suite(suite(report, target));
    }
    junit.to_string().expect("writing into memory does not fail")
}

fn suite(report: &Report, target: &TargetReport) -> TestSuite {
    let mut suite = TestSuite::new(xml(&target.spec));
    let identity = &target.identity;
    let properties = [
        ("name", identity.name.as_deref()),
        ("version", identity.version.as_deref()),
        ("path", identity.path.as_deref()),
        ("build-id", identity.build_id.as_deref()),
        ("suite-hash", Some(&*report.suite_hash)),
    ];
    for (name, value) in properties {
        if let Some(value) = value {
            suite.add_property(Property::new(name, xml(value)));
        }
    }
    for run in &target.runs {
        suite.add_property(Property::new("seed", run.seed.to_string()));
    }
    for obstacle in failure::unjudgeable(target) {
        let mut status = TestCaseStatus::non_success(NonSuccessKind::Error);
        status.set_message(obstacle).set_type("could-not-judge");
        let mut case = TestCase::new("controls", status);
        case.set_classname(xml(&target.spec));
        suite.add_test_case(case);
    }
    suite.add_test_cases(target.invariants.iter().map(|one| case(target, one)));
    suite
}

fn case(target: &TargetReport, one: &InvariantReport) -> TestCase {
    let mut case = TestCase::new(xml(one.id.as_str()), status(target, one));
    let effort = one.effort();
    case.set_classname(xml(&target.spec));
    case.set_time(Duration::from_nanos(effort.nanos));
    case.set_assertions(usize::try_from(effort.fired).unwrap_or(usize::MAX));
    if one.standing() == Standing::Known {
        case.set_system_out(failure::headline(one));
    }
    if let Some(witness) = &one.witness {
        // The bar keeps foreign text from the start of a line, as in the other outputs.
        let lines = text::last_lines(&witness.stderr, 200);
        let lines: Vec<String> = lines.into_iter().map(|line| format!("| {line}")).collect();
        if !lines.is_empty() {
            case.set_system_err(lines.join("\n"));
        }
    }
    case
}

/// Red is what fails the gate; the rest of what is no plain `holds` is skipped, with the reason.
fn status(target: &TargetReport, one: &InvariantReport) -> TestCaseStatus {
    let kind = if one.severity() == Some(Severity::Error) {
        TestCaseStatus::non_success(NonSuccessKind::Failure)
    } else if matches!(one.standing(), Standing::Holds | Standing::Known) {
        return TestCaseStatus::success();
    } else {
        TestCaseStatus::skipped()
    };
    let mut status = kind;
    let ty = if one.outcome.is_stale() { one.outcome.to_string() } else { one.verdict.to_string() };
    status.set_type(ty).set_message(failure::headline(one));
    if one.witness.is_some() {
        status.set_description(format!("\n{}", failure::plain(&failure::account(target, one))));
    }
    status
}

/// `text` on one line and without characters that XML forbids, escaped rather than dropped.
fn xml(text: &str) -> XmlString {
    XmlString::new(text::line(text))
}
