//! The nearest known word, for the help of a fault.

/// Longer words are no typing mistakes, and measuring them would cost more than it tells.
const LONGEST: usize = 64;

/// The candidate that `word` was most likely meant to be, or none where all are too far off: more
/// than one edit in three characters.
pub(super) fn nearest<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
) -> Option<&'c str> {
    if word.len() > LONGEST {
        return None;
    }
    let allowed = (word.len() / 3).max(1);
    candidates
        .into_iter()
        .map(|candidate| (strsim::osa_distance(word, candidate), candidate))
        .filter(|&(distance, _)| distance <= allowed)
        .min()
        .map(|(_, candidate)| candidate)
}

/// `did you mean ...?` for the nearest candidate, else `otherwise`.
pub(super) fn did_you_mean<'c>(
    word: &str,
    candidates: impl IntoIterator<Item = &'c str>,
    otherwise: Option<String>,
) -> Option<String> {
    nearest(word, candidates).map(|near| format!("did you mean `{near}`?")).or(otherwise)
}

/// The first of `words` as a list for a sentence, all of them where there are few.
pub(super) fn some_of<'w>(words: impl IntoIterator<Item = &'w str>) -> String {
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
    fn a_swapped_letter_is_forgiven_and_a_different_word_is_not() {
        let known = ["address", "size", "usable"];
        assert_eq!(nearest("adderss", known), Some("address"));
        assert_eq!(nearest("sise", known), Some("size"));
        assert_eq!(nearest("thread", known), None);
        assert_eq!(nearest(&"a".repeat(65), known), None);
    }

    #[test]
    fn a_long_list_is_cut_and_says_how_much_is_missing() {
        assert_eq!(some_of(["a", "b"]), "`a`, `b`");
        assert!(some_of(["x"; 11]).ends_with("`x`, 3 more"));
    }
}
