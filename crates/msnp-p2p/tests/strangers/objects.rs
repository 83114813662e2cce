//! The objects in the recordings come whole, with the hash that was asked for; and how the programs
//! that sent them differ from the book.

use std::collections::BTreeMap;
use std::time::Duration;

use bytes::Bytes;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::Now;
use msnp_p2p::header_v1::Flags;
use msnp_p2p::meaning::Meaning;
use msnp_p2p::packet::{Carriage, PeerVersion};
use msnp_p2p::slp::{Body, Method, SlpMessage};
use msnp_p2p::transport::{Transport, TransportEvent, TransportLimits};

use crate::packets::{meaning, v1};
use crate::recording::{Link, Recording};

#[test]
fn every_object_comes_whole_with_its_hash() {
    let expected = [
        (
            "purple-04-retro-dp-sb",
            vec![(ObjectType::DISPLAY_PICTURE, 25_927), (ObjectType::DISPLAY_PICTURE, 25_951)],
        ),
        (
            "purple-13-pecan-dp-sb",
            vec![(ObjectType::DISPLAY_PICTURE, 25_927), (ObjectType::DISPLAY_PICTURE, 25_951)],
        ),
        ("purple-14-pecan-emoticon", vec![(ObjectType::CUSTOM_EMOTICON, 982)]),
        (
            "purple-21-msnp9-dp-sb",
            vec![(ObjectType::DISPLAY_PICTURE, 25_927), (ObjectType::DISPLAY_PICTURE, 25_951)],
        ),
        ("purple-63-msnp9-block", vec![(ObjectType::DISPLAY_PICTURE, 25_927)]),
    ];
    for (name, expected) in expected {
        let Some(recording) = Recording::open(name) else { return };
        let objects = recovered(&recording);
        let mut found: Vec<_> =
            objects.iter().map(|(object, data)| (object.kind().unwrap(), data.len())).collect();
        found.sort_unstable();
        assert_eq!(found, expected, "{name}");
        for (object, data) in objects {
            assert!(object.describes(&data), "{name}: {object}");
            assert!(data.starts_with(b"\x89PNG"), "{name}: {object}");
        }
    }
}

#[test]
fn one_family_says_the_length_of_the_packet_before() {
    let Some(recording) = Recording::open("purple-04-retro-dp-sb") else { return };
    for link in &recording.links {
        let own = link.packets().filter(|(own, _)| *own).map(|(_, packet)| v1(packet));
        let with_data: Vec<_> = own.filter(|packet| !packet.data.is_empty()).collect();
        let mut times: BTreeMap<(u32, u64), Vec<(usize, usize)>> = BTreeMap::new();
        for packet in &with_data {
            let key = (packet.header.identifier, packet.header.offset);
            let said = usize::try_from(packet.header.length).unwrap();
            times.entry(key).or_default().push((said, packet.data.len()));
        }
        for ((_, offset), said) in times {
            match (offset, &said[..]) {
                // Each message goes twice: first with the length 0.
                (0, [(0, one), (said, two)]) => assert!(one == two && said == two),
                (1.., [(said, _)]) => assert_eq!(*said, 1202),
                other => panic!("{}: {other:?}", link.name),
            }
        }
    }
}

#[test]
fn footers_of_the_same_program_are_0_or_1() {
    for recording in Recording::all() {
        for link in recording.links.iter().filter(|link| link.peer.version() == PeerVersion::V1) {
            for (_, packet) in link.packets() {
                let footer = v1(packet).footer.expect("a footer").0;
                let is_data = meaning(link, packet) == Meaning::Data;
                assert_eq!(footer, u32::from(is_data), "{}", recording.name);
            }
        }
    }
}

#[test]
fn nobody_says_goodbye_and_one_family_acknowledges_no_data() {
    for (name, acknowledges) in [
        ("purple-04-retro-dp-sb", false),
        ("purple-13-pecan-dp-sb", true),
        ("purple-14-pecan-emoticon", true),
        ("purple-21-msnp9-dp-sb", true),
        ("purple-63-msnp9-block", true),
    ] {
        let Some(recording) = Recording::open(name) else { return };
        for link in &recording.links {
            let mut of_sessions = 0;
            for (_, packet) in link.packets() {
                let packet = v1(packet);
                of_sessions += usize::from(
                    packet.header.flags == Flags::ACKNOWLEDGEMENT && packet.header.session != 0,
                );
                assert!(!packet.data.starts_with(b"BYE"), "{name}");
            }
            // Of each preparation, and of the data.
            let dialogues = invitations(link).len();
            assert_eq!(of_sessions, if acknowledges { 2 * dialogues } else { 0 }, "{name}");
        }
    }
}

/// The objects that the clients of a recording got, put together by our transport, which is fed
/// what the serving side said.
pub(crate) fn recovered(recording: &Recording) -> Vec<(MsnObject, Bytes)> {
    let mut found = vec![];
    for link in &recording.links {
        let wanted = invitations(link);
        let mut transport = Transport::new(link.peer.version(), TransportLimits::DEFAULT, [1; 32]);
        for (session, _) in wanted.iter().filter(|(_, (own, _))| *own) {
            transport.expect(*session, 1 << 20);
        }
        for packet in link.packets().filter(|(own, _)| !*own).map(|(_, packet)| packet) {
            let now = Now { monotonic: Duration::ZERO, unix: Duration::ZERO };
            transport.input(now, Carriage::Switchboard, packet).unwrap();
            while let Some(event) = transport.poll() {
                if let TransportEvent::Data { session, bytes } = event {
                    found.push((wanted[&session].1.clone(), bytes.into()));
                }
            }
        }
    }
    found
}

/// What is asked for in each session of a link, and whether by this client.
pub(crate) fn invitations(link: &Link) -> BTreeMap<u32, (bool, MsnObject)> {
    let mut found = BTreeMap::new();
    for (own, packet) in link.packets() {
        let Some(message) = negotiation(link, packet) else { continue };
        if message.method() == Some(&Method::INVITE)
            && let Body::Session(body) = &message.body
            && let Some(Ok(object)) = body.context.as_ref().map(|context| context.object())
        {
            found.insert(body.session_id.unwrap(), (own, object));
        }
    }
    found
}

/// The message of MSNSLP that a packet holds whole.
pub(crate) fn negotiation(link: &Link, packet: &[u8]) -> Option<SlpMessage> {
    if meaning(link, packet) != Meaning::Slp {
        return None;
    }
    SlpMessage::parse(match link.peer.version() {
        PeerVersion::V1 => v1(packet).data,
        PeerVersion::V2 => crate::packets::v2(packet).data,
    })
    .ok()
}
