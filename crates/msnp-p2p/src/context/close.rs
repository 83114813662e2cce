use super::encoded::{Context, ContextError};

/// Why a session ends: the context of a BYE. Open: a number without a name survives a round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloseCode(pub u32);

impl CloseCode {
    /// 0x81000374, `dAMAgQ==`: a webcam is closed.
    pub const WEBCAM: Self = Self(0x8100_0374);
    /// 0x8AC70100, `AAHHig==`: photos are not to be looked at together.
    pub const PHOTO_SHARING_DECLINED: Self = Self(0x8ac7_0100);

    /// Reads it. Bytes behind it are passed over.
    ///
    /// # Errors
    /// Where there are fewer than four bytes.
    pub fn parse(context: &Context) -> Result<Self, ContextError> {
        let bytes = context.decode()?;
        let (code, _) = bytes
            .split_first_chunk()
            .ok_or(ContextError::TooShort { len: bytes.len(), needed: size_of::<u32>() })?;
        Ok(Self(u32::from_le_bytes(*code)))
    }

    /// In base64.
    pub fn encode(self) -> Context {
        Context::encode(&self.0.to_le_bytes())
    }
}
