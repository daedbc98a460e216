//! What the environment asks of the tests: `cargo test` hands options of ours to no test binary.

use crate::check::CASES;
use crate::spec::Profile;
use std::path::PathBuf;
use std::str::FromStr;

/// The settings of a run of tests.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) struct Settings {
    /// `HEAPLAW_SEED`: seed of all random scripts.
    pub(super) seed: u64,
    /// `HEAPLAW_CASES`: random scripts; the other judges are scaled with it.
    pub(super) cases: u64,
    /// `HEAPLAW_PROFILE`: whose promises.
    pub(super) profile: Profile,
    /// `HEAPLAW_WITNESSES`: the folder where witnesses are saved.
    pub(super) witnesses: Option<PathBuf>,
    /// `HEAPLAW_REPLAY`: a trace to perform in place of the tests.
    pub(super) replay: Option<PathBuf>,
    /// `HEAPLAW_TRIES`: how often to perform it, if not as often as it says itself.
    pub(super) tries: Option<u32>,
    /// `HEAPLAW_EVERY_TARGET`: a target on which nothing was judged is an error.
    pub(super) every_target: bool,
}

impl Settings {
    /// The settings of this process's environment.
    ///
    /// # Errors
    /// A sentence about the first variable that is not understood.
    pub(super) fn from_env() -> Result<Settings, String> {
        Settings::from_variables(|name| match std::env::var(name) {
            Ok(word) => Ok(Some(word)),
            Err(std::env::VarError::NotPresent) => Ok(None),
            Err(std::env::VarError::NotUnicode(_)) => Err(format!("{name} is not UTF-8")),
        })
    }

    fn from_variables(
        get: impl Fn(&str) -> Result<Option<String>, String>,
    ) -> Result<Settings, String> {
        let profile = match get("HEAPLAW_PROFILE")? {
            Some(word) => word.parse::<Profile>().map_err(|e| format!("HEAPLAW_PROFILE: {e}"))?,
            None => Profile::Any,
        };
        let every_target = match get("HEAPLAW_EVERY_TARGET")?.as_deref() {
            None | Some("0") => false,
            Some("1") => true,
            Some(word) => return Err(format!("HEAPLAW_EVERY_TARGET=`{word}` is neither 0 nor 1")),
        };
        Ok(Settings {
            seed: number("HEAPLAW_SEED", get("HEAPLAW_SEED")?.as_deref(), 0, 1)?,
            cases: number("HEAPLAW_CASES", get("HEAPLAW_CASES")?.as_deref(), 1, CASES)?,
            profile,
            witnesses: get("HEAPLAW_WITNESSES")?.map(PathBuf::from),
            replay: get("HEAPLAW_REPLAY")?.map(PathBuf::from),
            tries: match get("HEAPLAW_TRIES")? {
                Some(word) => Some(number("HEAPLAW_TRIES", Some(&word), 1, 1)?),
                None => None,
            },
            every_target,
        })
    }
}

/// The number that `word` gives for `name`, or `usual` where there is no word.
fn number<N>(name: &str, word: Option<&str>, least: N, usual: N) -> Result<N, String>
where
    N: FromStr + PartialOrd + std::fmt::Display + Copy,
{
    let Some(word) = word else { return Ok(usual) };
    let number = word.parse().ok().filter(|n| *n >= least);
    number.ok_or_else(|| format!("{name}=`{word}` is no whole number from {least} on"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> Result<Settings, String> {
        Settings::from_variables(|name| {
            Ok(pairs.iter().find(|(n, _)| *n == name).map(|(_, word)| (*word).to_owned()))
        })
    }

    #[test]
    fn an_empty_environment_asks_for_what_the_command_line_does_by_default() {
        let usual = with(&[]).expect("reads");
        assert_eq!((usual.seed, usual.cases, usual.tries), (1, CASES, None));
        assert_eq!(usual.profile, Profile::Any);
        assert!(!usual.every_target && usual.replay.is_none());
    }

    #[test]
    fn a_word_that_is_not_understood_is_told_by_the_name_of_its_variable() {
        let says = |name: &str, word: &str| with(&[(name, word)]).unwrap_err();
        assert_eq!(says("HEAPLAW_CASES", "0"), "HEAPLAW_CASES=`0` is no whole number from 1 on");
        assert!(says("HEAPLAW_SEED", "-1").contains("HEAPLAW_SEED=`-1`"));
        assert!(says("HEAPLAW_TRIES", "99999999999").contains("HEAPLAW_TRIES"));
        assert!(says("HEAPLAW_PROFILE", "rust").starts_with("HEAPLAW_PROFILE: "));
        assert!(says("HEAPLAW_EVERY_TARGET", "yes").contains("neither 0 nor 1"));
    }

    #[test]
    fn seed_zero_is_a_seed() {
        assert_eq!(with(&[("HEAPLAW_SEED", "0")]).map(|s| s.seed), Ok(0));
    }
}
