//! The report as JSON.
//!
//! It says what it is: its first fields are the name of the format and its version. Fields may be added within a version; what a
//! field means only changes with the version.

use super::{Json, Report, func};
use crate::analyze::{Parameter, Told};
use crate::explain::{Explanation, Flow};
use crate::kind::Kind;
use crate::leaks::{Leaks, MAX_RESULTS};
use crate::source::Pos;
use crate::trace::Finding;

/// The name of the format.
const SCHEMA: &str = "goescape-report";
/// The version of the format.
const VERSION: i64 = 1;

/// The report as JSON: sites, then the variables that stay, then what functions leak of their parameters.
pub fn machine(report: &Report<'_>) -> String {
    Json::text(|json| {
        json.object(|json| {
            json.key("schema").string(SCHEMA);
            json.key("version").number(VERSION);
            json.key("flags").string("-m -l");
            json.key("package").string(report.package);
            let lines = report.verdicts.lines.iter().filter(|told| told.kind != Kind::Capture);
            json.key("sites").array(lines, |json, told| site(json, report, told));
            json.key("stackVariables").array(&report.verdicts.variables, |json, variable| {
                json.object(|json| {
                    place(json, report, variable.pos);
                    json.key("function").string(&variable.func);
                    json.key("name").string(&variable.name);
                });
            });
            json.key("parameters").array(&report.verdicts.parameters, |json, parameter| {
                json.object(|json| self::parameter(json, report, parameter));
            });
        });
    })
}

fn place(json: &mut Json, report: &Report<'_>, pos: Pos) {
    let Some(place) = report.place(pos) else {
        json.key("file").null();
        return;
    };
    json.key("file").string(&place.file);
    json.key("line").number(place.line);
    json.key("column").number(place.column);
}

fn site(json: &mut Json, report: &Report<'_>, told: &Told) {
    json.object(|json| {
        place(json, report, told.pos);
        json.key("function").string(func(told));
        json.key("kind").string(told.kind.id());
        json.key("text").string(&told.text);
        match told.kind.placement() {
            Some(placement) => json.key("placement").string(&placement.to_string()),
            None => json.key("placement").null(),
        }
        let reasons = told.detail.iter().flat_map(|detail| &detail.reasons);
        json.key("reasons").array(reasons, |json, told| reason(json, report, told));
    });
}

fn reason(json: &mut Json, report: &Report<'_>, told: &Explanation) {
    json.object(|json| {
        json.key("goal").string(&told.goal);
        match told.finding {
            Finding::Escapes => json.key("derefs").number(-1),
            Finding::Leaks { loads } => json.key("derefs").number(loads),
        }
        json.key("path").array(&told.flows, |json, flow| self::flow(json, report, flow));
        json.key("truncated").bool(told.is_cut);
    });
}

fn flow(json: &mut Json, report: &Report<'_>, flow: &Flow) {
    json.object(|json| {
        json.key("from").string(&flow.src);
        json.key("to").string(&flow.dst);
        json.key("derefs").number(flow.derefs);
        json.key("through").array(&flow.reasons, |json, reason| {
            json.object(|json| {
                place(json, report, reason.pos);
                json.key("text").string(&reason.text);
                json.key("reason").string(reason.why);
            });
        });
    });
}

fn parameter(json: &mut Json, report: &Report<'_>, parameter: &Parameter) {
    place(json, report, parameter.pos);
    json.key("function").string(&parameter.func);
    json.key("name").string(&parameter.name);
    json.key("leaks").array(goals(parameter.leaks), |json, (goal, derefs)| {
        json.object(|json| {
            json.key("goal").string(&goal);
            json.key("derefs").number(derefs);
        });
    });
}

/// Where a parameter gets to, and after how many loads.
pub(super) fn goals(leaks: Leaks) -> Vec<(String, u32)> {
    let named = [("heap", leaks.heap()), ("mutator", leaks.mutator()), ("callee", leaks.callee())];
    let named = named.into_iter().map(|(goal, loads)| (goal.to_owned(), loads));
    let results = (0..MAX_RESULTS).map(|at| (format!("result {at}"), leaks.result(at)));
    named.chain(results).filter_map(|(goal, loads)| Some((goal, loads?))).collect()
}
