use alloc::format;
use alloc::string::{String, ToString};

use super::encoded::{Context, ContextError};
use super::utf16_text;

/// What the invitation to an activity says.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct ActivityContext {
    /// Which program, as the service numbered them.
    pub application: u32,
    /// What this number means is not known; 1 where it was seen.
    pub number: u32,
    /// What the program is called; it may hold semicolons.
    pub name: String,
}

impl ActivityContext {
    /// Reads it. The name may be missing.
    ///
    /// # Errors
    /// Where it does not begin with two numbers.
    pub fn parse(context: &Context) -> Result<Self, ContextError> {
        let text = utf16_text::decode(&context.decode()?);
        let mut parts = text.splitn(3, ';');
        let mut number = || parts.next()?.trim().parse().ok();
        match (number(), number()) {
            (Some(application), Some(number)) => {
                let name = parts.next().unwrap_or_default().to_string();
                Ok(Self { application, number, name })
            }
            _ => Err(ContextError::OtherForm { expected: "20521;1;Name" }),
        }
    }

    /// In base64.
    pub fn encode(&self) -> Context {
        let text = format!("{};{};{}", self.application, self.number, self.name);
        Context::encode(&utf16_text::encode(&text))
    }
}
