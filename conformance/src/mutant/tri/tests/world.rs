//! The rest of the model: roots, handles, settings, statistics.

use super::model::{Finalizer, Held, Judge};
use crate::observe::gc::{Answer, Outcome};
use crate::op::gc::{Local, Op};
use std::collections::BTreeMap;

type Expected = Result<Option<Vec<u64>>, String>;

const DONE: Expected = Ok(Some(Vec::new()));

impl Judge {
    /// Ops on roots and on what hangs on objects.
    pub(super) fn act_on_roots(&mut self, m: usize, op: Op, answer: &Answer) -> Expected {
        match op {
            Op::Set { global, from } => {
                let Some(held) = self.readable(m, from) else { return Ok(None) };
                self.globals[usize::from(global.0)] = held;
            }
            Op::Get { to, global } => return self.take(m, to, self.globals[usize::from(global.0)]),
            Op::Unset { global } => self.globals[usize::from(global.0)] = Held::Nil,
            Op::Push if self.mutators[m].len() < 10_000 => {
                self.mutators[m].push(Default::default());
            }
            Op::Pop if self.mutators[m].len() > 1 => drop(self.mutators[m].pop()),
            Op::Grow { .. } => {}
            Op::Start { mutator, from } => {
                let other = usize::from(mutator.0);
                let held = self.mutators[m].last().unwrap()[usize::from(from.0)];
                if !self.mutators[other].is_empty() || matches!(held, Held::Past(_)) {
                    return Ok(None);
                }
                self.mutators[other].push(Default::default());
                self.set(other, Local(0), held);
            }
            Op::End { mutator } => {
                let other = usize::from(mutator.0);
                if other == 0 || other == m || self.mutators[other].is_empty() {
                    return Ok(None);
                }
                self.mutators[other].clear();
            }
            Op::Hand { mutator, to, from } => {
                let other = usize::from(mutator.0);
                let Some(held) = self.readable(m, from) else { return Ok(None) };
                if other == m || self.mutators[other].is_empty() {
                    return Ok(None);
                }
                self.set(other, to, held);
            }
            Op::Stash { kind, from } => {
                let Some(held) = self.readable(m, from) else { return Ok(None) };
                let place = &mut self.places[kind as usize];
                if *place != Held::Nil {
                    return Ok(None);
                }
                *place = held;
            }
            Op::Unstash { to, kind } => {
                let held = std::mem::take(&mut self.places[kind as usize]);
                return if held == Held::Nil { Ok(None) } else { self.take(m, to, held) };
            }
            Op::Reset => self.reset(),
            _ => return self.act_on_specials(m, op, answer),
        }
        DONE
    }

    fn reset(&mut self) {
        self.globals = [Held::Nil; 64];
        self.places = [Held::Nil; 10];
        self.weaks = [None; 64];
        self.mutators[1..].iter_mut().for_each(Vec::clear);
        self.mutators[0] = vec![Default::default()];
    }

    fn act_on_specials(&mut self, m: usize, op: Op, answer: &Answer) -> Expected {
        match op {
            Op::Weaken { weak, from } => {
                let Some(Held::At(number, word)) = self.readable(m, from) else { return Ok(None) };
                let next = self.cells.len() as u64;
                let cell = *self.object(number).cell.get_or_insert(next);
                if cell == next {
                    self.cells.push(number);
                }
                self.weaks[usize::from(weak.0)] = Some((cell, word));
            }
            Op::Strengthen { to, weak } => {
                let Some((cell, word)) = self.weaks[usize::from(weak.0)] else { return Ok(None) };
                let held = self.led_to(cell, word, answer);
                return self.take(m, to, held);
            }
            Op::Same { weak, other } => {
                let both = [weak, other].map(|weak| self.weaks[usize::from(weak.0)]);
                let [Some(one), Some(other)] = both else { return Ok(None) };
                return Ok(Some(vec![u64::from(one == other)]));
            }
            Op::Forget { weak } => self.weaks[usize::from(weak.0)] = None,
            Op::Finalizer { of } => return self.finalizer(m, of, Some(Finalizer(None))),
            Op::Reviver { of, global } => {
                return self.finalizer(m, of, Some(Finalizer(Some(global.0))));
            }
            Op::Unfinalizer { of } => return self.finalizer(m, of, None),
            Op::Cleanup { of } => {
                let Some(Held::At(number, _)) = self.readable(m, of) else { return Ok(None) };
                self.cleanups.push(number);
                let count = self.cleanups.len() as u64;
                self.object(number).cleanups.push(count);
            }
            Op::Uncleanup { back } => {
                let Some(number) = (self.cleanups.len() as u64).checked_sub(back) else {
                    return Ok(None);
                };
                if number == 0 {
                    return Ok(None);
                }
                let of = self.cleanups[number as usize - 1];
                if self.may_have_died(of) {
                    self.stopped_late.insert(number);
                }
                self.object(of).cleanups.retain(|&other| other != number);
            }
            Op::SelfCleanup { of } => {
                return Ok(self.start(m, of).map(|_| vec![0]));
            }
            Op::Capacity { words, map, count, times } => {
                let known = super::scripts::CAPACITIES
                    .iter()
                    .find(|known| known.0 == (words, map, count, times));
                return known.map(|known| Some(vec![known.1, 0, 0])).ok_or("not known".to_owned());
            }
            Op::Limit { .. } => {
                return Ok(Some(answer.values[..usize::from(answer.count)].to_vec()));
            }
            Op::Storm { .. } => {
                let [made, wrong, cycles] = answer.values;
                return if wrong == 0 {
                    Ok(Some(vec![made, 0, cycles]))
                } else {
                    Err("storm".into())
                };
            }
            _ => return Ok(None),
        }
        DONE
    }

    /// Whether the sweeper may have come to the object already.
    fn may_have_died(&self, number: u64) -> bool {
        (self.swept || self.phase == 2) && !self.kept().contains(&number)
    }

    fn finalizer(&mut self, m: usize, of: Local, finalizer: Option<Finalizer>) -> Expected {
        let Some(number) = self.start(m, of) else { return Ok(None) };
        let object = self.object(number);
        if object.finalizer.is_some() == finalizer.is_some() {
            return Ok(None);
        }
        object.finalizer = finalizer;
        DONE
    }

    /// What a handle leads to. It may be gone if its object is not reached, and a collection sweeps; one
    /// whose death is not reported may have been gone since an earlier one.
    fn led_to(&mut self, cell: u64, word: u64, answer: &Answer) -> Held {
        let number = self.cells[cell as usize];
        if number == 0 {
            return Held::Nil;
        }
        let nil = answer.outcome == Outcome::Done && answer.values[0] == 0;
        let unwatched = !self.object(number).watched && !self.kept().contains(&number);
        if nil && (unwatched || self.may_have_died(number)) {
            self.clear_cell(number);
            return Held::Nil;
        }
        Held::At(number, word)
    }

    /// Laws of the statistics, and of what changed since they were read last.
    pub(super) fn look_at_stats(&mut self, stats: BTreeMap<String, u64>) -> Result<(), String> {
        let now = |name: &str| stats.get(name).copied().ok_or(format!("no {name}"));
        let law = |holds: bool, text: &str| holds.then_some(()).ok_or(format!("{text}: {stats:?}"));
        for name in
            ["TotalAlloc", "Mallocs", "Frees", "PauseTotalNs", "NumGC", "NumForcedGC", "pauses"]
        {
            let before = self.stats.get(name).copied().unwrap_or(0);
            law(now(name)? >= before, &format!("{name} falls"))?;
        }
        law(now("Mallocs")? - now("Frees")? == now("HeapObjects")?, "objects")?;
        law(now("Mallocs")? == self.objects.len() as u64, "mallocs")?;
        law(now("HeapSys")? == now("HeapIdle")? + now("HeapInuse")?, "heap")?;
        law(now("HeapAlloc")? <= now("HeapInuse")?, "in use")?;
        let sys =
            ["HeapSys", "StackSys", "MSpanSys", "MCacheSys", "BuckHashSys", "GCSys", "OtherSys"];
        let sum = sys.iter().map(|name| now(name)).sum::<Result<u64, String>>()?;
        law(now("Sys")? == sum, "Sys")?;
        law(now("NumForcedGC")? == self.forced, "forced")?;
        let paused = now("PauseTotalNs")? - self.stats.get("PauseTotalNs").unwrap_or(&0);
        let cycles = now("NumGC")? - self.stats.get("NumGC").unwrap_or(&0);
        law(cycles != 1 || paused == now("LastPauseNs")?, "pause")?;
        law(now("NumGC")? <= self.forced + self.begun, "cycles")?;
        law(now("cycles")? == now("cycles-forced")? + now("cycles-automatic")?, "cycles")?;
        law(self.phase != 0 || now("NumGC")? == self.forced + self.begun, "cycles")?;
        law(self.phase != 0 || now("pauses")? == 2 * now("NumGC")?, "stops")?;
        let known =
            self.phase == 0 && !self.swept && self.objects.iter().all(|object| object.watched);
        let left = self.objects.iter().filter(|object| !object.dead).count() as u64;
        law(!known || now("HeapObjects")? == left, "objects left")?;
        let scannable = self.objects.iter().any(|object| !object.dead && !object.slots.is_empty());
        law(scannable || now("heap-scan")? == 0, "scanned")?;
        let (live, percent) = (now("live")?, now("percent")?);
        law(percent == self.percent, "percent")?;
        let work = live + now("stack-scan")? + now("globals-scan")?;
        let least = (live + work * percent / 100).max((4 << 20) * percent / 100);
        let goal = least.max(live + (1 << 20));
        // After a change of settings there is no distance for sweeping in it.
        let goal = if self.resized { least } else { goal };
        law(now("goal")? == goal, &format!("goal {goal}"))?;
        law(now("goal")? >= live, "goal not below live")?;
        self.stats = stats;
        Ok(())
    }
}
