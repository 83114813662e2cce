//! A peer whose every word is given by a test, and our machine that hears it.

use std::time::Duration;

use bytes::Bytes;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::{Account, Guid, Now};
use msnp_p2p::application::ApplicationId;
use msnp_p2p::header_v1::{Flags, HeaderV1};
use msnp_p2p::meaning::{Meaning, of_v1};
use msnp_p2p::packet::{Carriage, PacketV1};
use msnp_p2p::slp::{Body, SessionBody, SlpMessage, StatusCode};
use msnp_p2p::transport::Sent;
use msnp_p2p::{P2p, P2pConfig, P2pEvent, P2pLimits, Peer};

/// Our machine, and the stranger it talks with.
pub(crate) struct Stranger {
    pub(crate) machine: P2p,
    pub(crate) peer: Peer,
    pub(crate) now: Now,
    /// The identifier of the stranger's next message.
    pub(crate) next: u32,
}

/// What our machine said in the first version.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Said {
    pub(crate) meaning: Meaning,
    pub(crate) header: HeaderV1,
    pub(crate) data: Vec<u8>,
    pub(crate) footer: ApplicationId,
}

impl Stranger {
    pub(crate) fn new(peer: Peer) -> Self {
        let mut machine = P2p::new(P2pConfig {
            account: account("alice@example.com"),
            machine: Guid::from_bytes([1; 16]),
            seed: [1; 32],
            limits: P2pLimits::DEFAULT,
        });
        machine.carrier_opened(&peer, Carriage::Switchboard);
        Self { machine, peer, now: at(Duration::from_secs(1)), next: 5000 }
    }

    pub(crate) fn v1() -> Self {
        Self::new(Peer::v1(account("bob@example.com")))
    }

    pub(crate) fn v2() -> Self {
        Self::new(Peer::v2(account("bob@example.com"), Guid::from_bytes([2; 16])))
    }

    pub(crate) fn identifier(&mut self) -> u32 {
        self.next += 1;
        self.next
    }

    pub(crate) fn input(&mut self, packet: &[u8]) {
        self.machine.input(self.now, &self.peer, Carriage::Switchboard, packet);
    }

    pub(crate) fn says(&mut self, header: HeaderV1, data: &[u8]) {
        self.says_with_footer(header, data, 0);
    }

    pub(crate) fn says_with_footer(&mut self, header: HeaderV1, data: &[u8], footer: u32) {
        let mut packet = vec![];
        PacketV1 { header, data, footer: Some(ApplicationId(footer)) }.write(&mut packet);
        self.input(&packet);
    }

    /// A message of MSNSLP in one packet.
    pub(crate) fn negotiates(&mut self, text: &[u8]) -> HeaderV1 {
        let total = u64::try_from(text.len()).unwrap();
        let header = HeaderV1 {
            identifier: self.identifier(),
            total,
            length: u32::try_from(total).unwrap(),
            acknowledged_identifier: 77,
            ..HeaderV1::default()
        };
        self.says(header, text);
        header
    }

    pub(crate) fn sends(&mut self, message: &SlpMessage) -> HeaderV1 {
        let mut text = vec![];
        message.print(&mut text);
        self.negotiates(&text)
    }

    pub(crate) fn acknowledges(&mut self, said: &Said) {
        let identifier = self.identifier();
        self.says(said.header.acknowledgement(identifier), &[]);
    }

    /// A piece of data. Its message has the identifier 9 and the session's number in it.
    pub(crate) fn data(&mut self, session: u32, offset: usize, total: usize, data: &[u8]) {
        self.says(header(session, offset, total, data.len()), data);
    }

    /// Everything that our machine has to say; all of it is delivered.
    pub(crate) fn packets(&mut self) -> Vec<Vec<u8>> {
        let mut all = vec![];
        let mut packet = vec![];
        while let Some(sent) =
            self.machine.transmit(self.now, &self.peer, Carriage::Switchboard, &mut packet)
        {
            all.push(std::mem::take(&mut packet));
            if let Sent::Packet(id) = sent {
                self.machine.delivered(self.now, &self.peer, id);
            }
        }
        all
    }

    pub(crate) fn said(&mut self) -> Vec<Said> {
        let said = |packet: &Vec<u8>| {
            let packet = PacketV1::parse(packet, Carriage::Switchboard).unwrap();
            let (meaning, header) = (of_v1(&packet), packet.header);
            Said { meaning, header, data: packet.data.to_vec(), footer: packet.footer.unwrap() }
        };
        self.packets().iter().map(said).collect()
    }

    pub(crate) fn meanings(&mut self) -> Vec<Meaning> {
        self.said().into_iter().map(|said| said.meaning).collect()
    }

    pub(crate) fn events(&mut self) -> Vec<P2pEvent> {
        std::iter::from_fn(|| self.machine.poll())
            .filter(|event| !matches!(event, P2pEvent::Progress { .. }))
            .collect()
    }

    pub(crate) fn wait(&mut self) {
        self.now = at(self.machine.deadline().expect("something is due"));
        self.machine.timeout(self.now);
    }

    /// Our machine asks for an object: its invitation, which the stranger has acknowledged.
    pub(crate) fn is_asked_for(&mut self, object: &MsnObject) -> SlpMessage {
        self.machine.fetch(self.now, &self.peer, object).unwrap();
        let said = self.said();
        assert_eq!(said.len(), 1, "{said:?}");
        self.acknowledges(&said[0]);
        SlpMessage::parse(&said[0].data).unwrap()
    }

    /// The same, and the stranger agrees: the session.
    pub(crate) fn agrees_to(&mut self, object: &MsnObject) -> (SlpMessage, u32) {
        let invitation = self.is_asked_for(object);
        let session = session_of(&invitation);
        let accepted = Body::Session(SessionBody::accepted(session));
        self.sends(&invitation.answer(StatusCode::OK, accepted));
        assert_eq!(self.meanings(), [Meaning::Acknowledgement]);
        (invitation, session)
    }

    /// Whether exactly this has come.
    #[track_caller]
    pub(crate) fn has_received(&mut self, content: &Bytes) {
        let events = self.events();
        assert!(
            matches!(&events[..], [P2pEvent::ObjectReceived { content: came, .. }] if came == content),
            "{events:?}"
        );
    }
}

pub(crate) fn header(session: u32, offset: usize, total: usize, length: usize) -> HeaderV1 {
    HeaderV1 {
        session,
        identifier: session ^ 9,
        offset: u64::try_from(offset).unwrap(),
        total: u64::try_from(total).unwrap(),
        length: u32::try_from(length).unwrap(),
        flags: Flags::DATA,
        acknowledged_identifier: 88,
        ..HeaderV1::default()
    }
}

pub(crate) fn session_of(invitation: &SlpMessage) -> u32 {
    match &invitation.body {
        Body::Session(body) => body.session_id.unwrap(),
        other => panic!("{other:?}"),
    }
}

/// A picture of the stranger's, of so many bytes.
pub(crate) fn picture(len: usize) -> (MsnObject, Bytes) {
    object("bob@example.com", ObjectType::DISPLAY_PICTURE, len)
}

pub(crate) fn object(creator: &str, kind: ObjectType, len: usize) -> (MsnObject, Bytes) {
    let content: Bytes =
        (0..len).map(|at| u8::try_from(at % 247).unwrap()).collect::<Vec<u8>>().into();
    (MsnObject::new(creator, kind, "TFR2C.dat", "", &content), content)
}

pub(crate) fn account(name: &str) -> Account {
    Account::new(name).unwrap()
}

pub(crate) fn at(monotonic: Duration) -> Now {
    Now { monotonic, unix: monotonic }
}
