//! A packet of the recorded program and ours in its place say the same.

use msnp_p2p::header_v2::Operation;
use msnp_p2p::meaning::{Meaning, of_v1, of_v2};
use msnp_p2p::packet::PeerVersion;
use msnp_p2p::slp::{Body, Method, SlpMessage};

use crate::difference::{Difference, Differences};
use crate::mapping::Mapping;
use crate::packets::{v1, v2};
use crate::recording::Link;

/// Compares two packets, and notes what each calls things and how they differ.
pub(crate) struct Same<'a> {
    pub(crate) link: &'a Link,
    pub(crate) mapping: &'a mut Mapping,
    pub(crate) found: &'a mut Differences,
}

impl Same<'_> {
    /// Two packets are the same: remembers how each names it, and how they differ.
    pub(crate) fn packets(&mut self, recorded: &[u8], ours: &[u8]) {
        match self.link.peer.version() {
            PeerVersion::V1 => self.first_version(recorded, ours),
            PeerVersion::V2 => self.second_version(recorded, ours),
        }
        let [recorded, ours] = [recorded, ours].map(|packet| match self.link.peer.version() {
            PeerVersion::V1 => (of_v1(&v1(packet)), v1(packet).data.to_vec()),
            PeerVersion::V2 => (of_v2(&v2(packet)), v2(packet).data.to_vec()),
        });
        assert_eq!(recorded.0, ours.0);
        if recorded.0 == Meaning::Slp {
            self.negotiation(&recorded.1, &ours.1);
        } else {
            assert!(recorded.1 == ours.1, "{}: other data", self.link.name);
        }
    }

    fn first_version(&mut self, recorded: &[u8], ours: &[u8]) {
        let (recorded, ours) = (v1(recorded), v1(ours));
        self.mapping.map_v1(recorded.header, ours.header);
        let meaning = of_v1(&ours);
        let (theirs, own) = (recorded.header, ours.header);
        assert_eq!((theirs.flags, theirs.offset), (own.flags, own.offset));
        assert_eq!(theirs.acknowledged_identifier == 0, own.acknowledged_identifier == 0);
        if meaning == Meaning::Acknowledgement {
            assert_eq!(theirs.acknowledged_unique, own.acknowledged_unique);
            assert_eq!((own.total, own.length), (own.acknowledged_size, 0));
            assert_eq!((theirs.total, theirs.length), (theirs.acknowledged_size, 0));
        } else {
            assert_eq!((own.acknowledged_unique, own.acknowledged_size), (0, 0));
            assert_eq!(usize::try_from(own.length), Ok(ours.data.len()));
            if usize::try_from(theirs.length) != Ok(recorded.data.len()) {
                self.found.insert(Difference::LengthOfThePacketBefore);
            }
        }
        if recorded.footer != ours.footer {
            assert_eq!(meaning, Meaning::DataPreparation);
            self.found.insert(Difference::FooterOfThePreparation);
        }
    }

    fn second_version(&mut self, recorded: &[u8], ours: &[u8]) {
        let (recorded, ours) = (v2(recorded), v2(ours));
        self.mapping.map_v2(recorded.header, ours.header);
        let asks = |operation: Operation| operation.contains(Operation::ACKNOWLEDGEMENT_WANTED);
        let [theirs, own] = [recorded.header, ours.header].map(|header| header.operation);
        if theirs.contains(Operation::INTRODUCTION) && !own.contains(Operation::INTRODUCTION) {
            self.found.insert(Difference::IntroducedBefore);
        } else {
            assert_eq!(recorded.header.peer_info(), ours.header.peer_info());
            if theirs != own {
                assert!(asks(own) && !asks(theirs), "{theirs:?} {own:?}");
                self.found.insert(Difference::AsksEachTime);
            }
        }
        assert_eq!(recorded.footer, ours.footer);
        if let (Some(theirs), Some(own)) = (recorded.data_header, ours.data_header) {
            assert_eq!((theirs.kind, theirs.remaining()), (own.kind, own.remaining()));
            if theirs.package != own.package {
                self.found.insert(Difference::PackageNumber);
            }
        }
    }

    /// Two messages of MSNSLP say the same.
    fn negotiation(&mut self, recorded: &[u8], ours: &[u8]) {
        let [mut theirs, own] = [recorded, ours].map(|text| SlpMessage::parse(text).unwrap());
        let at_end = |message: &SlpMessage| message.method() == Some(&Method::BYE);
        theirs.call_id = self.mapping.guid(theirs.call_id);
        // A goodbye has a branch of its own.
        theirs.branch = if at_end(&theirs) { own.branch } else { self.mapping.guid(theirs.branch) };
        if let (Body::Session(theirs), Body::Session(own)) = (&mut theirs.body, &own.body) {
            theirs.session_id = theirs.session_id.map(|session| self.mapping.session(session));
            if theirs.channel_state.is_none() && own.channel_state.is_some() {
                self.found.insert(Difference::TwoFieldsMore);
                theirs.channel_state = own.channel_state;
                theirs.capabilities_flags = own.capabilities_flags;
            }
            if theirs.request_flags.take().is_some() {
                self.found.insert(Difference::RequestFlags);
            }
            if let (Some(context), Some(longer)) = (&theirs.context, &own.context)
                && context != longer
            {
                self.found.insert(Difference::NulAfterObject);
                assert_eq!([context.decode().unwrap(), vec![0]].concat(), longer.decode().unwrap());
                theirs.context = own.context.clone();
            }
        }
        assert_eq!(theirs, own, "{}", self.link.name);
        if recorded.windows(8).any(|text| text == b"CSeq: 0\r" || text == b"CSeq: 1\r") {
            self.found.insert(Difference::SpaceAfterSequence);
        }
        if recorded.windows(11).any(|text| text == b"TLP;branch=") {
            self.found.insert(Difference::AlphabeticalOrder);
        }
    }
}
