//! One session with a peer, from its invitation to its end.
//!
//! ```text
//! fetching:  INVITE -> [200] -> preparation, data -> BYE
//! serving:   [INVITE] -> 200, preparation -> data -> [acknowledgement or BYE]
//! ```

use alloc::boxed::Box;
use core::time::Duration;

use bytes::Bytes;

use msnp_codec::msn_object::MsnObject;
use msnp_core::{Guid, Now};

use crate::application::ApplicationId;
use crate::transport::MessageId;
use crate::{P2pLimits, TransferId};

/// A session.
#[derive(Debug)]
pub(crate) struct Call {
    pub(crate) transfer: TransferId,
    pub(crate) call_id: Guid,
    pub(crate) session: u32,
    pub(crate) object: Box<MsnObject>,
    pub(crate) side: Side,
    /// When it has rested for too long, or the next thing is due.
    pub(crate) until: Duration,
}

/// Which side of a session this is, and how far it is.
#[derive(Debug)]
pub(crate) enum Side {
    /// It fetches. The invitation is there until it has been answered.
    Fetching { invitation: Option<MessageId> },
    /// It serves.
    Serving { content: Bytes, footer: ApplicationId, stage: Stage },
}

/// How far a serving session is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// The peer has been told that content follows.
    Preparing(MessageId),
    /// The content is on its way.
    Sending(MessageId),
}

impl Call {
    /// Whether it was this side that invited.
    pub(crate) const fn is_fetching(&self) -> bool {
        matches!(self.side, Side::Fetching { .. })
    }

    /// How far it is, where it serves.
    pub(crate) const fn stage(&self) -> Option<Stage> {
        match self.side {
            Side::Serving { stage, .. } => Some(stage),
            Side::Fetching { .. } => None,
        }
    }

    /// Something has happened: it may rest as long again.
    pub(crate) fn stir(&mut self, now: Now, limits: &P2pLimits) {
        self.until = now.after(limits.patience);
    }
}
