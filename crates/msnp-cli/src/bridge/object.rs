//! Objects as JSON has them: pictures, emoticons and what becomes of their transfers.

use msnp::client::OwnObject;
use msnp::codec::message::{Emoticon, InkFormat};
use msnp::codec::msn_object::ObjectType;
use msnp::p2p::{DeclineReason, TransferError};
use serde::{Deserialize, Serialize};

use crate::bridge::value::{AccountText, Base64, ObjectText};

/// An object of one's own, with the thing itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct OwnThing {
    /// Who has it: one's own account.
    creator: AccountText,
    /// 3 is a display picture, 2 a custom emoticon, 8 a wink, 11 a voice clip.
    kind: u32,
    /// The thing itself. The line that it stands in has a bound of its own.
    content: Base64,
    /// What others see as the name of its file.
    #[serde(default)]
    location: String,
    /// What to call it, for people.
    #[serde(default)]
    friendly: String,
}

impl From<OwnThing> for OwnObject {
    fn from(thing: OwnThing) -> Self {
        let OwnThing { creator, kind, content, location, friendly } = thing;
        let content = content.into_bytes().into();
        Self::new(&creator.0, ObjectType(kind), &location, &friendly, content)
    }
}

/// Letters, and the picture that stands for them.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
pub(crate) struct EmoticonOf {
    /// The letters to look for in a text.
    shortcut: String,
    /// The picture.
    object: ObjectText,
}

impl From<EmoticonOf> for Emoticon<'static> {
    fn from(emoticon: EmoticonOf) -> Self {
        Self::new(emoticon.shortcut, emoticon.object.0)
    }
}

impl From<Emoticon<'static>> for EmoticonOf {
    fn from(emoticon: Emoticon<'static>) -> Self {
        let Emoticon { shortcut, object } = emoticon;
        Self { shortcut: shortcut.into(), object: ObjectText(object) }
    }
}

pub(super) fn ink(format: InkFormat) -> &'static str {
    match format {
        InkFormat::Gif => "gif",
        InkFormat::Isf => "isf",
    }
}

pub(super) fn failed(error: TransferError) -> &'static str {
    match error {
        TransferError::Refused(_) => "refused",
        TransferError::CancelledByPeer => "cancelled_by_peer",
        TransferError::Cancelled => "cancelled",
        TransferError::TimedOut => "timed_out",
        TransferError::Unreachable => "unreachable",
        TransferError::Reset => "reset",
        TransferError::WrongContent => "wrong_content",
        TransferError::TooLong { .. } => "too_long",
        _ => "other",
    }
}

pub(super) fn declined(reason: DeclineReason) -> &'static str {
    match reason {
        DeclineReason::UnknownApplication => "unknown_application",
        DeclineReason::NoContext => "no_context",
        DeclineReason::UnknownObject => "unknown_object",
        DeclineReason::WrongAddress => "wrong_address",
        DeclineReason::TooMany => "too_many",
        _ => "other",
    }
}
