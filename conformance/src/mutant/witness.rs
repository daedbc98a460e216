//! What the last kill matrix kept of each mutant: the smallest script that breaks it.

/// Names of files without their endings, in order, and their texts.
const TEXTS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/witnesses.rs"));

/// The trace by which the mutant with this id breaks its invariant, as text, if one is kept.
pub fn witness(id: &str) -> Option<&'static str> {
    let name = id.rsplit('/').next().unwrap_or(id);
    let at = TEXTS.binary_search_by_key(&name, |(name, _)| name).ok()?;
    Some(TEXTS[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mutant_has_its_witness_compiled_in() {
        for mutant in crate::mutant::all() {
            let text = witness(mutant.id).unwrap_or_else(|| panic!("{} has none", mutant.id));
            assert!(text.contains(&format!("# invariant: {}\n", mutant.breaks)), "{}", mutant.id);
        }
    }
}
