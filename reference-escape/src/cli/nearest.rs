//! The word that somebody may have meant.

/// Words that differ in more letters than this are not what was meant.
const MAX_DISTANCE: usize = 3;
/// Longer texts are no words.
const MAX_LETTERS: usize = 64;

/// The one of `words` that is most like `word`, if any is.
pub(super) fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.chars().count() > MAX_LETTERS {
        return None;
    }
    let limit = MAX_DISTANCE.min(word.chars().count() / 2);
    let near = words.into_iter().map(|known| (distance(word, known), known));
    near.filter(|(far, _)| *far <= limit).min_by_key(|(far, _)| *far).map(|(_, known)| known)
}

/// `; did you mean WORD?`, or nothing.
pub(super) fn meant<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, words).map_or_else(String::new, |known| format!("; did you mean {known}?"))
}

/// How many letters must be put in, left out or changed to make one of the other.
fn distance(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().take(MAX_LETTERS).collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (at, c) in one.chars().enumerate() {
        let mut corner = std::mem::replace(&mut row[0], at + 1);
        for (column, d) in other.iter().enumerate() {
            let changed = corner + usize::from(c != *d);
            corner = row[column + 1];
            row[column + 1] = changed.min(corner + 1).min(row[column] + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_is_the_one_that_was_meant() {
        let words = ["text", "json", "sarif"];
        assert_eq!(nearest("jsn", words), Some("json"));
        assert_eq!(nearest("sariff", words), Some("sarif"));
        assert_eq!(nearest("yaml", words), None);
        assert_eq!(nearest("", words), None);
        assert_eq!(nearest(&"j".repeat(100_000), words), None);
    }

    #[test]
    fn distances_count_letters() {
        assert_eq!(distance("kitten", "sitting"), 3);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(distance("äb", "ab"), 1);
    }
}
