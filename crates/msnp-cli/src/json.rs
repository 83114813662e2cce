use std::fmt::{self, Write};

/// One JSON object on one line, its members in the order in which they were added.
#[derive(Debug, Default)]
pub(crate) struct Object(String);

impl Object {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    /// With one more member, a text.
    pub(crate) fn text(self, name: &str, value: &str) -> Self {
        self.member(name, format_args!("{}", Quoted(value)))
    }

    /// With one more member, a number.
    pub(crate) fn number(self, name: &str, value: usize) -> Self {
        self.member(name, format_args!("{value}"))
    }

    /// With one more member, true or false.
    pub(crate) fn flag(self, name: &str, value: bool) -> Self {
        self.member(name, format_args!("{value}"))
    }

    fn member(mut self, name: &str, value: fmt::Arguments<'_>) -> Self {
        let comma = if self.0.is_empty() { "" } else { "," };
        // A String takes whatever is written to it.
        let _ = write!(self.0, "{comma}{}:{value}", Quoted(name));
        self
    }
}

impl fmt::Display for Object {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{{{}}}", self.0)
    }
}

struct Quoted<'t>(&'t str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_char('"')?;
        for c in self.0.chars() {
            match c {
                '"' => f.write_str("\\\"")?,
                '\\' => f.write_str("\\\\")?,
                '\n' => f.write_str("\\n")?,
                c if c.is_control() => write!(f, "\\u{:04x}", u32::from(c))?,
                c => f.write_char(c)?,
            }
        }
        f.write_char('"')
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
        let read: serde_json::Value = serde_json::from_str(&line).unwrap();
        assert_eq!(read["t"], text);
        assert_eq!(read["n"], 7);
        assert_eq!(read["f"], true);
    }
}
