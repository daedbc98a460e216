//! Writing JSON: values are written in order, commas and indentation come by themselves.

use std::fmt::Write;

/// A JSON text that is being written.
#[derive(Default, Debug)]
pub struct Json {
    text: String,
    /// For each open bracket whether something is in it already.
    open: Vec<bool>,
    /// Whether a key has just been written, so that its value stands behind it.
    keyed: bool,
}

impl Json {
    /// What `write` writes, with a line feed at the end.
    pub fn text(write: impl FnOnce(&mut Json)) -> String {
        let mut json = Json::default();
        write(&mut json);
        json.text.push('\n');
        json.text
    }

    /// `{...}`
    pub fn object(&mut self, write: impl FnOnce(&mut Json)) {
        self.brackets('{', '}', write);
    }

    /// `[...]` with one value for each of `items`.
    pub fn array<T>(
        &mut self,
        items: impl IntoIterator<Item = T>,
        mut write: impl FnMut(&mut Json, T),
    ) {
        self.brackets('[', ']', |json| items.into_iter().for_each(|item| write(json, item)));
    }

    /// `"key":`; the value comes next.
    pub fn key(&mut self, key: &str) -> &mut Json {
        self.string(key);
        self.text.push_str(": ");
        self.keyed = true;
        self
    }

    /// A string.
    pub fn string(&mut self, value: &str) {
        self.next();
        self.text.push('"');
        for c in value.chars() {
            self.char(c);
        }
        self.text.push('"');
    }

    /// A number.
    pub fn number(&mut self, value: impl Into<i64>) {
        self.next();
        let _ = write!(self.text, "{}", value.into());
    }

    /// `true` or `false`
    pub fn bool(&mut self, value: bool) {
        self.next();
        self.text.push_str(if value { "true" } else { "false" });
    }

    /// `null`
    pub fn null(&mut self) {
        self.next();
        self.text.push_str("null");
    }

    /// Control characters must be escaped. So are two separators that are line ends to JavaScript, and DEL.
    fn char(&mut self, c: char) {
        match c {
            '"' => self.text.push_str("\\\""),
            '\\' => self.text.push_str("\\\\"),
            '\n' => self.text.push_str("\\n"),
            '\r' => self.text.push_str("\\r"),
            '\t' => self.text.push_str("\\t"),
            '\0'..='\x1f' | '\x7f' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(self.text, "\\u{:04x}", u32::from(c));
            }
            c => self.text.push(c),
        }
    }

    fn brackets(&mut self, open: char, close: char, write: impl FnOnce(&mut Json)) {
        self.next();
        self.text.push(open);
        self.open.push(false);
        write(self);
        if self.open.pop() == Some(true) {
            self.line();
        }
        self.text.push(close);
    }

    /// Goes to where the next value stands.
    fn next(&mut self) {
        if std::mem::take(&mut self.keyed) {
            return;
        }
        let Some(filled) = self.open.last_mut() else { return };
        if std::mem::replace(filled, true) {
            self.text.push(',');
        }
        self.line();
    }

    fn line(&mut self) {
        self.text.push('\n');
        self.text.push_str(&"  ".repeat(self.open.len()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_separated_and_indented() {
        let text = Json::text(|json| {
            json.object(|json| {
                json.key("a").array([1, -2], Json::number);
                json.key("b").object(|_| {});
                json.key("c").bool(true);
                json.key("d").null();
            });
        });
        let lines = [
            "{",
            "  \"a\": [",
            "    1,",
            "    -2",
            "  ],",
            "  \"b\": {},",
            "  \"c\": true,",
            "  \"d\": null",
            "}",
            "",
        ];
        assert_eq!(text, lines.join("\n"));
    }

    #[test]
    fn whatever_a_string_has_in_it_stays_in_it() {
        let text =
            Json::text(|json| json.string("\"\\\n\r\t\0\x1b\x7f\u{2028}é\u{1f600}</script>"));
        assert_eq!(text, "\"\\\"\\\\\\n\\r\\t\\u0000\\u001b\\u007f\\u2028é\u{1f600}</script>\"\n");
    }
}
