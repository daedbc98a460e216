//! Help for a word that is not known: what it was most likely meant to be, and what there is.
//!
//! One measure for every text that people write: suites, rules, traces, baselines, command lines.

/// Words longer than this are nobody's misspelling, and comparing them costs quadratic time.
const LONGEST: usize = 80; // bytes

/// How many edits turn `word` into `known`, where that is few enough to call it a misspelling: one in
/// three characters, and one in shorter words. A swap of neighbours is one edit.
fn edits(word: &str, known: &str) -> Option<usize> {
    if word.is_empty() || word.len() > LONGEST || known.len() > LONGEST {
        return None;
    }
    let edits = strsim::osa_distance(word, known);
    (edits <= (word.chars().count() / 3).max(1)).then_some(edits)
}

/// The known word that `word` most likely misspells; of equally near ones the first.
pub fn nearest<'k>(word: &str, known: impl IntoIterator<Item = &'k str>) -> Option<&'k str> {
    known
        .into_iter()
        .filter_map(|known| edits(word, known).map(|edits| (edits, known)))
        .min_by_key(|&(edits, _)| edits)
        .map(|(_, known)| known)
}

/// `did you mean ...?` for the nearest known word, else `otherwise`.
pub fn did_you_mean<'k>(
    word: &str,
    known: impl IntoIterator<Item = &'k str>,
    otherwise: Option<String>,
) -> Option<String> {
    nearest(word, known).map(|near| format!("did you mean `{near}`?")).or(otherwise)
}

/// Up to three of `known` that are most like `id`, the likest first.
///
/// Ids share long beginnings, so likeness counts, not edits: a whole word may be missing.
pub fn nearest_ids<'k>(id: &str, known: impl IntoIterator<Item = &'k str>) -> Vec<&'k str> {
    const LIKE: f64 = 0.5; // share of letter pairs in common
    const NEARLY_AS_LIKE: f64 = 0.8; // of the best one's share
    let id: String = id.chars().take(LONGEST).collect();
    let mut near: Vec<(f64, &str)> = known
        .into_iter()
        .map(|known| (strsim::sorensen_dice(&id, known), known))
        .filter(|&(likeness, _)| likeness >= LIKE)
        .collect();
    near.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(b.1)));
    let best = near.first().map_or(0.0, |&(likeness, _)| likeness);
    near.retain(|&(likeness, _)| likeness > best * NEARLY_AS_LIKE);
    near.into_iter().take(3).map(|(_, known)| known).collect()
}

/// The first of `words` as a list for a sentence, all of them where there are few.
pub fn some_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
    const FEW: usize = 8;
    let mut words = words.into_iter().map(|word| format!("`{word}`"));
    let mut shown: Vec<String> = words.by_ref().take(FEW).collect();
    let more = words.count();
    if more > 0 {
        shown.push(format!("{more} more"));
    }
    shown.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_word_finds_its_neighbour_and_a_strange_one_finds_none() {
        let known = ["malloc", "calloc", "free", "must", "should", "may"];
        assert_eq!(nearest("mallco", known), Some("malloc"));
        assert_eq!(nearest("fre", known), Some("free"));
        assert_eq!(nearest("musst", known), Some("must"));
        assert_eq!(nearest("shuold", known), Some("should"));
        assert_eq!(nearest("banana", known), None);
        assert_eq!(nearest("size", ["live"]), None);
        assert_eq!(nearest("", known), None);
        assert_eq!(nearest(&"m".repeat(1 << 20), known), None);
    }

    #[test]
    fn an_id_that_lacks_a_word_is_found_by_what_it_has() {
        let known = ["alloc/zero/calloc-zeroed", "alloc/align/align-request"];
        assert_eq!(nearest_ids("zero/calloc", known), [known[0]]);
        assert!(nearest_ids("gc/pacer", known).is_empty());
    }

    #[test]
    fn a_long_list_is_cut_and_says_how_much_is_missing() {
        assert_eq!(some_of(["a", "b"]), "`a`, `b`");
        assert!(some_of(["x"; 11]).ends_with("`x`, 3 more"));
    }
}
