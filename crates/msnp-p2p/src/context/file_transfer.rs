use alloc::vec::Vec;

use bytes::BufMut;
use nom::bytes::complete::take;
use nom::number::complete::{le_u32, le_u64};
use nom::{IResult, Parser};

use super::encoded::{Context, ContextError};
use super::file_name::OfferedName;

/// What the offer of a file says.
///
/// | offset | size | field |
/// |---|---|---|
/// | 0 | 4 | length of all but the preview: 574 in version 2, 638 in version 3 |
/// | 4 | 4 | version |
/// | 8 | 8 | size of the file |
/// | 16 | 4 | [kind](FileContextKind) |
/// | 20 | 520 | name in UTF-16, zeros behind it |
/// | 540 | 30 | zeros |
/// | 570 | 4 | 0xFFFFFFFF; 0xFFFFFFFE for a background |
/// | 574 | 64 | zeros, in version 3 alone |
/// | 574 or 638 | | preview: a PNG of at most 96 by 96 pixels |
///
/// The length is not to be relied on. In version 2 it is not read at all: some programs write
/// anything. In version 3 one program demands 637, and another counts the preview in. The fields
/// from the name on may be cut.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileTransferContext {
    /// 2 or 3; another number is read and written like 3.
    pub version: u32,
    /// How long the file is, in bytes. It may lie.
    pub size: u64,
    /// What else is there.
    pub kind: FileContextKind,
    /// What the file is called; it may be anything.
    pub name: OfferedName,
    /// A small picture of it, where its kind says so and there are bytes. Nobody checked what they
    /// are.
    pub preview: Option<Vec<u8>>,
}

/// What the offer of a file has beside the file. Open: another number survives a round trip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileContextKind(pub u32);

impl FileContextKind {
    /// 0: a preview. Some programs say so without one.
    pub const PREVIEW: Self = Self(0);
    /// 1: nothing.
    pub const NO_PREVIEW: Self = Self(1);
    /// 4: nothing; the file is a background.
    pub const BACKGROUND: Self = Self(4);
}

impl FileTransferContext {
    /// The shortest context that is read, in bytes: it ends before the name.
    pub const MIN_LEN: usize = 20;

    /// The offer of a file as every client understands it, in version 2.
    pub fn new(name: &str, size: u64) -> Self {
        Self {
            version: 2,
            size,
            kind: FileContextKind::NO_PREVIEW,
            name: OfferedName::new(name),
            preview: None,
        }
    }

    /// The same with a preview, a PNG of at most 96 by 96 pixels.
    #[must_use]
    pub fn with_preview(self, png: Vec<u8>) -> Self {
        Self { kind: FileContextKind::PREVIEW, preview: Some(png), ..self }
    }

    /// Reads it.
    ///
    /// # Errors
    /// Where it is no base64 or ends before the name.
    pub fn parse(context: &Context) -> Result<Self, ContextError> {
        Self::from_bytes(&context.decode()?)
    }

    /// The same before base64.
    ///
    /// # Errors
    /// Where it ends before the name.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ContextError> {
        let (rest, (length, version, size, kind)) = fixed(bytes)
            .map_err(|_| ContextError::TooShort { len: bytes.len(), needed: Self::MIN_LEN })?;
        let kind = FileContextKind(kind);
        let (_, name) = take::<_, _, ()>(NAME_LEN.min(rest.len())).parse(rest).unwrap_or_default();
        let preview = bytes
            .get(preview_offset(version, length)..)
            .filter(|preview| kind == FileContextKind::PREVIEW && !preview.is_empty());
        Ok(Self {
            version,
            size,
            kind,
            name: OfferedName::read(name),
            preview: preview.map(<[u8]>::to_vec),
        })
    }

    /// In base64.
    pub fn encode(&self) -> Context {
        Context::encode(&self.to_bytes())
    }

    /// The same before base64.
    pub fn to_bytes(&self) -> Vec<u8> {
        let len = if self.version == 2 { LEN_2 } else { LEN_3 };
        let preview = self.preview.as_deref().unwrap_or_default();
        let mut out = Vec::with_capacity(LEN_3 + preview.len());
        out.put_u32_le(u32::try_from(len).unwrap_or_default());
        out.put_u32_le(self.version);
        out.put_u64_le(self.size);
        out.put_u32_le(self.kind.0);
        out.extend(self.name.bytes());
        out.resize(END, 0);
        out.put_u32_le(if self.kind == FileContextKind::BACKGROUND {
            0xffff_fffe
        } else {
            u32::MAX
        });
        out.resize(len, 0);
        out.extend_from_slice(preview);
        out
    }
}

const NAME_LEN: usize = 2 * OfferedName::MAX_UNITS;
const END: usize = 570;
const LEN_2: usize = 574;
const LEN_3: usize = 638;

/// Where a preview begins in a context of that version and length field.
fn preview_offset(version: u32, length: u32) -> usize {
    match usize::try_from(length) {
        _ if version == 2 => LEN_2,
        Ok(length @ LEN_2..=LEN_3) => length,
        _ => LEN_3,
    }
}

fn fixed(bytes: &[u8]) -> IResult<&[u8], (u32, u32, u64, u32)> {
    (le_u32, le_u32, le_u64, le_u32).parse(bytes)
}
