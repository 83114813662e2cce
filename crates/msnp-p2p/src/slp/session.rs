use alloc::vec::Vec;

use msnp_codec::message::BodyField;

use super::fields::{FieldReader, FieldWriter};
use crate::application::{ApplicationId, EufGuid};
use crate::context::Context;

/// About a session: what an `INVITE` offers or asks for, and what its answer repeats.
///
/// Fields in the order in which they are written; official clients leave out what is `None`.
///
/// | field | invitation | 200 | 500, 603 |
/// |---|---|---|---|
/// | `EUF-GUID` | always | | |
/// | `SessionID` | always | always | always |
/// | `SChannelState: 0` | late clients | late clients | |
/// | `Capabilities-Flags: 1` | late clients | late clients | |
/// | `AppID` | always | | |
/// | `RequestFlags` | some | | |
/// | `Context` | most | | |
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionBody {
    /// What the session is for.
    pub application: Option<EufGuid>,
    /// Which session; the inviter draws the number.
    pub session_id: Option<u32>,
    /// Always 0 where it was seen.
    pub channel_state: Option<u32>,
    /// Always 1 where it was seen.
    pub capabilities_flags: Option<u32>,
    /// What the session carries.
    pub application_id: Option<ApplicationId>,
    /// 16 for a file and 18 for an object where it was seen.
    pub request_flags: Option<u32>,
    /// More about it, in a form of the application's own.
    pub context: Option<Context>,
    /// What is not in the table, and what in it was not understood.
    pub others: Vec<BodyField<'static>>,
}

impl SessionBody {
    /// An invitation as clients from MSNP9 on write it and every client understands it.
    pub fn invitation(
        application: EufGuid,
        application_id: ApplicationId,
        session_id: u32,
        context: Option<Context>,
    ) -> Self {
        Self {
            application: Some(application),
            session_id: Some(session_id),
            channel_state: Some(0),
            capabilities_flags: Some(1),
            application_id: Some(application_id),
            context,
            ..Self::default()
        }
    }

    /// The body of a 200.
    pub fn accepted(session_id: u32) -> Self {
        Self { channel_state: Some(0), capabilities_flags: Some(1), ..Self::refused(session_id) }
    }

    /// The body of any other answer.
    pub fn refused(session_id: u32) -> Self {
        Self { session_id: Some(session_id), ..Self::default() }
    }

    pub(super) fn read(mut fields: FieldReader<'_>) -> Self {
        Self {
            application: fields.guid("EUF-GUID").map(EufGuid),
            session_id: fields.session_id(),
            channel_state: fields.number("SChannelState"),
            capabilities_flags: fields.number("Capabilities-Flags"),
            application_id: fields.number("AppID").map(ApplicationId),
            request_flags: fields.number("RequestFlags"),
            context: fields.text("Context", Context::from_text),
            others: fields.others(),
        }
    }

    pub(super) fn write(&self, mut fields: FieldWriter<'_>) {
        fields.guid("EUF-GUID", self.application.map(|application| application.0));
        fields.session_id(self.session_id);
        fields.field("SChannelState", self.channel_state);
        fields.field("Capabilities-Flags", self.capabilities_flags);
        fields.field("AppID", self.application_id);
        fields.field("RequestFlags", self.request_flags);
        fields.field("Context", self.context.as_ref());
        fields.end(&self.others);
    }
}

/// The end of a session, or that it failed. All of it may be missing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionEnd {
    /// Which session. Often missing; the call says it.
    pub session_id: Option<u32>,
    /// Why; see [`CloseCode`](crate::context::CloseCode).
    pub context: Option<Context>,
    /// What else there is.
    pub others: Vec<BodyField<'static>>,
}

impl SessionEnd {
    pub(super) fn read(mut fields: FieldReader<'_>) -> Self {
        Self {
            session_id: fields.session_id(),
            context: fields.text("Context", Context::from_text),
            others: fields.others(),
        }
    }

    pub(super) fn write(&self, mut fields: FieldWriter<'_>) {
        fields.session_id(self.session_id);
        fields.field("Context", self.context.as_ref());
        fields.end(&self.others);
    }
}
