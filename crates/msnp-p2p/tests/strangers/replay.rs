//! One client of a recording is our machine: it is told what the recorded one was told, and has to
//! say what that one said.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use bytes::Bytes;
use msnp_codec::msn_object::MsnObject;
use msnp_core::{Guid, Now};
use msnp_p2p::context::Context;
use msnp_p2p::meaning::{Meaning, of_v1, of_v2};
use msnp_p2p::packet::{Carriage, PeerVersion};
use msnp_p2p::slp::{Body, Method, SlpMessage};
use msnp_p2p::transport::{PacketId, Sent};
use msnp_p2p::{P2p, P2pConfig, P2pEvent, P2pLimits};

use crate::difference::{Difference, Differences};
use crate::mapping::Mapping;
use crate::objects::negotiation;
use crate::packets::{meaning, v1, v2};
use crate::recording::{Link, What};
use crate::same::Same;

/// Our machine in the place of the client of a link.
pub(crate) struct Replay<'a> {
    link: &'a Link,
    machine: P2p,
    now: Now,
    mapping: Mapping,
    /// What our machine has said and the recording has not asked for yet.
    said: Vec<Said>,
    /// What the recorded client has said and our machine not yet.
    owed: VecDeque<(u32, &'a [u8])>,
    /// What the recorded client has said, so that what it says twice is known.
    before: BTreeSet<String>,
    /// What our machine has said, for the same reason.
    matched: BTreeSet<String>,
    /// What became of the messages of the recorded client: delivered before ours was said, or not
    /// delivered yet.
    delivered: BTreeSet<u32>,
    under_way: BTreeMap<u32, PacketId>,
    /// The messages of the other side: what is acknowledged as what.
    theirs: BTreeMap<u32, Meaning>,
    pub(crate) events: Vec<P2pEvent>,
    pub(crate) differences: Differences,
}

/// A packet of our machine.
struct Said {
    key: String,
    packet: Vec<u8>,
    id: Option<PacketId>,
}

impl<'a> Replay<'a> {
    pub(crate) fn new(link: &'a Link, published: &[(MsnObject, Bytes)]) -> Self {
        let mut machine = P2p::new(P2pConfig {
            account: link.own.account.clone(),
            machine: link.own.machine.unwrap_or(Guid::NIL),
            seed: [7; 32],
            limits: P2pLimits::DEFAULT,
        });
        for (object, data) in published {
            assert!(machine.publish(object.clone(), data.clone()));
        }
        machine.carrier_opened(&link.peer, Carriage::Switchboard);
        Self {
            link,
            machine,
            now: at(Duration::ZERO),
            mapping: Mapping::default(),
            said: vec![],
            owed: VecDeque::new(),
            before: BTreeSet::new(),
            matched: BTreeSet::new(),
            delivered: BTreeSet::new(),
            under_way: BTreeMap::new(),
            theirs: BTreeMap::new(),
            events: vec![],
            differences: Differences::new(),
        }
    }

    /// Whoever asks for an object is taken to ask for this one, as the data of theirs is not known.
    pub(crate) fn stand_in(&mut self, object: &MsnObject) {
        let invitations = self.link.packets().filter(|(own, _)| !*own);
        for invitation in invitations.filter_map(|(_, packet)| negotiation(self.link, packet)) {
            if let Body::Session(body) = &invitation.body
                && let Some(context) = &body.context
            {
                self.mapping.map_text(context.as_str(), Context::of_object(object).as_str());
            }
        }
    }

    /// Plays what was recorded.
    pub(crate) fn play(&mut self) {
        for step in &self.link.moves {
            self.until(step.at);
            match &step.what {
                What::Own { message, packet } => self.own(*message, packet),
                What::Theirs(packet) => self.theirs(packet),
                What::Delivered(message) => match self.under_way.remove(message) {
                    Some(id) => self.machine.delivered(self.now, &self.link.peer, id),
                    None => drop(self.delivered.insert(*message)),
                },
            }
            self.pump();
        }
        let owed = std::mem::take(&mut self.owed);
        let (goodbyes, owed) =
            owed.into_iter().partition(|(_, packet)| self.key(packet).starts_with("BYE"));
        self.owed = owed;
        let goodbyes: VecDeque<_> = goodbyes;
        if !goodbyes.is_empty() {
            self.differences.insert(Difference::GoodbyeAfterDecline);
        }
        while !self.owed.is_empty() {
            self.hurry();
        }
    }

    /// Lets time pass until nothing is due any more.
    pub(crate) fn outlast(&mut self) {
        for _ in 0..1000 {
            for said in &mut self.said {
                if let Some(id) = said.id.take() {
                    self.machine.delivered(self.now, &self.link.peer, id);
                }
            }
            self.pump();
            let Some(deadline) = self.machine.deadline() else { return };
            self.until(deadline);
        }
        panic!("{}: it never ends", self.link.name);
    }

    /// What our machine said and nobody asked for, by name.
    pub(crate) fn finish(&mut self) {
        for said in std::mem::take(&mut self.said) {
            let difference = self.unasked(&said);
            self.matched.insert(said.key);
            self.differences.insert(difference);
        }
    }

    fn own(&mut self, message: u32, packet: &'a [u8]) {
        let recorded = key(self.link.peer.version(), packet, &Mapping::default());
        if !self.before.insert(recorded) {
            self.differences.insert(Difference::TwiceFirstWithoutLength);
            return;
        }
        if let Some(invitation) = negotiation(self.link, packet)
            && invitation.method() == Some(&Method::INVITE)
        {
            self.invite(&invitation);
        }
        self.owed.push_back((message, packet));
        self.pump();
    }

    /// The recorded client asks for an object: ours does.
    fn invite(&mut self, recorded: &SlpMessage) {
        let object = session_body(recorded).context.as_ref().unwrap().object().unwrap();
        self.machine.fetch(self.now, &self.link.peer, &object).unwrap();
        self.pump();
        let said = self
            .said
            .iter()
            .find(|said| said.key.starts_with("INVITE") && !self.matched.contains(&said.key));
        let ours = negotiation(self.link, &said.expect("an invitation").packet).unwrap();
        self.mapping.map_guid(recorded.call_id, ours.call_id);
        self.mapping.map_guid(recorded.branch, ours.branch);
        let session = |message: &SlpMessage| session_body(message).session_id.unwrap();
        self.mapping.map_session(session(recorded), session(&ours));
    }

    fn theirs(&mut self, packet: &[u8]) {
        let version = self.link.peer.version();
        let knows = |mapping: &Mapping| match version {
            PeerVersion::V1 => mapping.knows_v1(packet),
            PeerVersion::V2 => mapping.knows_v2(packet),
        };
        while !knows(&self.mapping) {
            self.hurry();
        }
        let rewritten = match version {
            PeerVersion::V1 => self.mapping.rewrite_v1(packet),
            PeerVersion::V2 => self.mapping.rewrite_v2(packet),
        };
        let name = match version {
            PeerVersion::V1 => v1(packet).header.identifier,
            PeerVersion::V2 => v2(&rewritten).header.next_sequence(),
        };
        self.theirs.insert(name, meaning(self.link, packet));
        self.machine.input(self.now, &self.link.peer, Carriage::Switchboard, &rewritten);
    }

    /// The other side has answered what our machine has not said yet: it is waiting.
    fn hurry(&mut self) {
        let deadline = self.machine.deadline();
        let deadline = deadline.unwrap_or_else(|| {
            panic!("{}: our machine does not say {:?}", self.link.name, self.owed_keys())
        });
        assert!(
            deadline < self.link.moves[0].at + Duration::from_secs(600),
            "{}: our machine does not say {:?}",
            self.link.name,
            self.owed_keys()
        );
        self.until(deadline);
        self.pump();
    }

    fn owed_keys(&self) -> Vec<String> {
        self.owed.iter().map(|(_, packet)| self.key(packet)).collect()
    }

    fn until(&mut self, moment: Duration) {
        while let Some(deadline) = self.machine.deadline().filter(|deadline| *deadline <= moment) {
            self.now = at(deadline.max(self.now.monotonic));
            self.machine.timeout(self.now);
            self.pump();
        }
        self.now = at(moment.max(self.now.monotonic));
    }

    /// Takes all that our machine has to say and to tell, and settles what is owed with it.
    fn pump(&mut self) {
        loop {
            let mut packet = vec![];
            let peer = &self.link.peer;
            while let Some(sent) =
                self.machine.transmit(self.now, peer, Carriage::Switchboard, &mut packet)
            {
                let packet = std::mem::take(&mut packet);
                let id = match sent {
                    Sent::Packet(id) => Some(id),
                    Sent::Answer => None,
                };
                let key = key(peer.version(), &packet, &Mapping::default());
                self.said.push(Said { key, packet, id });
            }
            self.events.extend(std::iter::from_fn(|| self.machine.poll()));
            if !self.settle() {
                return;
            }
        }
    }

    /// Finds what is owed in what was said; says whether something was.
    fn settle(&mut self) -> bool {
        let mut settled = false;
        let mut waiting = VecDeque::new();
        while let Some((message, packet)) = self.owed.pop_front() {
            let key = self.key(packet);
            let Some(at) = self.said.iter().position(|said| said.key == key) else {
                waiting.push_back((message, packet));
                continue;
            };
            settled = true;
            let said = self.said.remove(at);
            Same { link: self.link, mapping: &mut self.mapping, found: &mut self.differences }
                .packets(packet, &said.packet);
            self.matched.insert(said.key);
            match said.id {
                Some(id) if self.delivered.remove(&message) => {
                    self.machine.delivered(self.now, &self.link.peer, id);
                }
                Some(id) => drop(self.under_way.insert(message, id)),
                None => {}
            }
        }
        if waiting.iter().any(|(_, packet)| meaning(self.link, packet) == Meaning::Data) {
            self.differences.insert(Difference::WaitsForThePreparation);
        }
        self.owed = waiting;
        settled
    }

    /// What our machine said and the recorded client did not.
    fn unasked(&self, said: &Said) -> Difference {
        if self.matched.contains(&said.key) {
            return match said.key.split(' ').next().unwrap() {
                "acknowledgement" => Difference::AcknowledgedTwice,
                "BYE" => Difference::GoodbyeAgain,
                _ => panic!("{}: nobody asked again for {}", self.link.name, said.key),
            };
        }
        let words: Vec<&str> = said.key.split(' ').collect();
        let of = words.get(1).and_then(|word| word.parse().ok());
        match (words[0], of.and_then(|of: u32| self.theirs.get(&of))) {
            ("BYE", _) => Difference::Goodbye,
            ("answer", _) => Difference::DeclinedAtOnce,
            ("acknowledgement", Some(Meaning::DataPreparation)) => {
                Difference::PreparationAcknowledged
            }
            ("acknowledgement", Some(Meaning::Data)) => Difference::DataAcknowledged,
            ("acknowledgement", Some(Meaning::Slp)) => Difference::FirstPieceAcknowledged,
            _ => panic!("{}: nobody asked for {}", self.link.name, said.key),
        }
    }

    /// What a recorded packet is, in the names of our machine.
    fn key(&self, packet: &[u8]) -> String {
        key(self.link.peer.version(), packet, &self.mapping)
    }
}

/// What a packet is, so that two with the same key say the same.
fn key(version: PeerVersion, packet: &[u8], mapping: &Mapping) -> String {
    let (meaning, session, place, of, data) = match version {
        PeerVersion::V1 => {
            let packet = v1(packet);
            let header = packet.header;
            let of = header.acknowledged_identifier;
            (of_v1(&packet), header.session, header.offset, of, packet.data.to_vec())
        }
        PeerVersion::V2 => {
            let packet = v2(packet);
            let header = packet.data_header.unwrap_or_default();
            let of = mapping.their_end(packet.header.acknowledged().unwrap_or_default());
            (of_v2(&packet), header.session, header.remaining(), of, packet.data.to_vec())
        }
    };
    let session = mapping.session(session);
    match meaning {
        Meaning::Slp => {
            let message = SlpMessage::parse(&data).expect("one packet");
            let first = String::from_utf8_lossy(&data).into_owned();
            let first = first.split(' ').next().unwrap().replace("MSNSLP/1.0", "answer");
            format!("{first} {} {:?}", mapping.guid(message.call_id), message.code())
        }
        Meaning::Acknowledgement => format!("acknowledgement {of}"),
        Meaning::DataPreparation => format!("preparation {session}"),
        Meaning::Data => format!("data {session} {place}"),
        other => format!("{other:?} {session} {place} {of}"),
    }
}

fn session_body(message: &SlpMessage) -> &msnp_p2p::slp::SessionBody {
    match &message.body {
        Body::Session(body) => body,
        other => panic!("{other:?}"),
    }
}

fn at(monotonic: Duration) -> Now {
    Now { monotonic, unix: monotonic }
}
