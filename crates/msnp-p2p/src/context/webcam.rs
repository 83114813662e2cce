use alloc::format;
use core::str::FromStr as _;

use msnp_core::Guid;

use super::encoded::{Context, ContextError};
use super::utf16_text;

/// What the invitation to a webcam says. Open: another GUID survives a round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct WebcamContext(pub Guid);

impl WebcamContext {
    /// The pictures of a webcam alone. Another GUID means a conference with pictures.
    pub const WEBCAM: Self = Self(Guid::from_bytes([
        0xb8, 0xbe, 0x70, 0xde, 0xe2, 0xca, 0x44, 0x00, 0xae, 0x03, 0x88, 0xff, 0x85, 0xb9, 0xf4,
        0xe8,
    ]));

    /// Reads it.
    ///
    /// # Errors
    /// Where it is no GUID.
    pub fn parse(context: &Context) -> Result<Self, ContextError> {
        let text = utf16_text::decode(&context.decode()?);
        Guid::from_str(text.trim()).map(Self).map_err(|_| ContextError::OtherForm {
            expected: "{B8BE70DE-E2CA-4400-AE03-88FF85B9F4E8}",
        })
    }

    /// In base64.
    pub fn encode(self) -> Context {
        let text = format!("{{{}}}", self.0).to_ascii_uppercase();
        Context::encode(&utf16_text::encode(&text))
    }
}
