//! What one side of the peer-to-peer layer has been told of its transfers, and what it must be told.

use std::collections::BTreeMap;

use bytes::Bytes;
use msnp_client::Event;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_p2p::{P2pEvent, TransferId};

/// A picture of this length, by somebody.
pub(crate) fn picture(creator: &str, len: usize) -> (MsnObject, Bytes) {
    let content: Bytes = (0..len).map(|at| at.to_le_bytes()[0]).collect::<Vec<u8>>().into();
    (MsnObject::new(creator, ObjectType::DISPLAY_PICTURE, "0", "", &content), content)
}

/// All transfers of one side.
#[derive(Debug, Default)]
pub(crate) struct Transfers {
    asked: BTreeMap<TransferId, Asked>,
    /// Whether each has ended.
    served: BTreeMap<TransferId, bool>,
}

#[derive(Debug)]
struct Asked {
    content: Bytes,
    /// Whether it came.
    end: Option<bool>,
}

impl Transfers {
    /// The side asks for this, and the transfer got this name.
    pub(crate) fn ask(&mut self, transfer: TransferId, content: &Bytes) {
        let new = || Asked { content: content.clone(), end: None };
        let asked = self.asked.entry(transfer).or_insert_with(new);
        assert_eq!((&asked.content, asked.end), (content, None), "a transfer is one object");
        assert!(!self.served.contains_key(&transfer), "no two have one name");
    }

    /// What the machine of the peer-to-peer layer tells.
    pub(crate) fn hear(&mut self, event: &P2pEvent) {
        match event {
            P2pEvent::ObjectReceived { transfer, object, content, .. } => {
                self.received(*transfer, object, content);
            }
            P2pEvent::Progress { transfer, received, total } => {
                self.progress(*transfer, *received, *total);
            }
            P2pEvent::Serving { transfer, object, .. } => self.serving(*transfer, object),
            P2pEvent::Served { transfer, .. } => self.served(*transfer),
            P2pEvent::TransferFailed { transfer, .. } => self.end(*transfer, false),
            _ => {}
        }
    }

    /// What a whole client tells.
    pub(crate) fn hear_of_client(&mut self, event: &Event) {
        match event {
            Event::ObjectReceived { transfer, object, content, .. } => {
                self.received(*transfer, object, content);
            }
            Event::ObjectProgress { transfer, received, total } => {
                self.progress(*transfer, *received, *total);
            }
            Event::ObjectServing { transfer, object, .. } => self.serving(*transfer, object),
            Event::ObjectServed { transfer, .. } => self.served(*transfer),
            Event::TransferFailed { transfer, .. } => self.end(*transfer, false),
            _ => {}
        }
    }

    fn received(&mut self, transfer: TransferId, object: &MsnObject, content: &Bytes) {
        let asked = self.asked.get(&transfer).expect("it was asked for");
        assert!(object.describes(content), "its hash is right");
        assert_eq!(asked.content, content, "it is what was asked for");
        self.end(transfer, true);
    }

    fn progress(&mut self, transfer: TransferId, received: u64, total: u64) {
        let asked = self.asked.get(&transfer).expect("it was asked for");
        assert_eq!(asked.end, None, "nothing comes after the end");
        assert!(received <= total, "{received} of {total} bytes");
    }

    fn serving(&mut self, transfer: TransferId, object: &MsnObject) {
        assert!(object.kind().is_some() && object.data_hash().is_some());
        let is_new = self.served.insert(transfer, false).is_none();
        assert!(is_new && !self.asked.contains_key(&transfer), "no two have one name");
    }

    fn served(&mut self, transfer: TransferId) {
        assert!(self.served.contains_key(&transfer), "it was begun");
        self.end(transfer, true);
    }

    fn end(&mut self, transfer: TransferId, well: bool) {
        if let Some(asked) = self.asked.get_mut(&transfer) {
            assert_eq!(asked.end.replace(well), None, "{transfer:?} ends once");
        } else {
            let ended = self.served.insert(transfer, true);
            assert_eq!(ended, Some(false), "{transfer:?} was begun, and ends once");
        }
    }

    /// Something that was asked for, the last first.
    pub(crate) fn asked(&self, back: usize) -> Option<TransferId> {
        self.asked.keys().chain(self.served.keys()).rev().nth(back).copied()
    }

    /// Whether each has ended.
    pub(crate) fn are_over(&self) -> bool {
        self.asked.values().all(|asked| asked.end.is_some())
            && self.served.values().all(|over| *over)
    }

    /// Whether all that was asked for came.
    pub(crate) fn all_came(&self) -> bool {
        self.asked.values().all(|asked| asked.end == Some(true))
    }
}
