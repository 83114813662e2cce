use std::fmt::{self, Write};

use serde_json::Value;

/// One JSON object on one line, its members in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With one more member, a text.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.member(name, value.into())
    }

    /// With one more member, a number.
    pub(crate) fn number(self, name: &str, value: usize) -> Self {
        self.member(name, value.into())
    }

    /// With one more member, true or false.
    pub(crate) fn flag(self, name: &str, value: bool) -> Self {
        self.member(name, value.into())
    }

    fn member(mut self, name: &str, value: Value) -> Self {
        let comma = if self.0.is_empty() { "" } else { "," };
        // A String takes whatever is written to it.
        let _ = write!(self.0, "{comma}{}:{value}", Value::from(name));
        self
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_text_reads_back_as_it_was() {
        let text = "a \"quoted\" \\ line\r\n\u{1}\u{7f}\u{85} ♥ 😀";
        let line = Object::new().text("t", text).number("n", 7).flag("f", true).to_string();
        assert!(!line.contains('\n'));
        let read: Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["t"], text);
        assert_eq!(read["n"], 7);
        assert_eq!(read["f"], true);
    }
}
