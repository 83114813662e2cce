//! Files that were offered and declined, or cancelled. Our machine takes the place of the one who is
//! asked; in that of the one who asks, our transport says what the recorded program said.

use std::time::Duration;

use msnp_core::Now;
use msnp_p2p::meaning::Meaning;
use msnp_p2p::packet::{Carriage, PeerVersion};
use msnp_p2p::slp::{Method, SlpMessage, StatusCode};
use msnp_p2p::transport::{Transport, TransportEvent, TransportLimits};
use msnp_p2p::{DeclineReason, P2pEvent};

use crate::difference::{Difference, Differences};
use crate::mapping::Mapping;
use crate::packets::{meaning, v1, v2};
use crate::recording::{Link, Recording, What};
use crate::replay::Replay;

#[test]
fn pecan_offers_a_file_and_our_machine_declines() {
    let expected = [Difference::SpaceAfterSequence];
    declines("purple-53-pecan-file-declined", 1, 1, &expected);
}

#[test]
fn msnpsharp_offers_two_files_and_our_machine_declines() {
    let expected = [
        Difference::SpaceAfterSequence,
        Difference::AlphabeticalOrder,
        Difference::AsksEachTime,
        Difference::PackageNumber,
        Difference::FirstPieceAcknowledged,
        Difference::IntroducedBefore,
        Difference::DeclinedAtOnce,
        Difference::GoodbyeAfterDecline,
    ];
    declines("sharp-p18-ft-decline", 1, 2, &expected);
}

#[test]
fn pecan_declines_a_file() {
    is_declined("purple-53-pecan-file-declined", 0, &["603"]);
}

#[test]
fn msnpsharp_declines_a_file_and_says_goodbye() {
    is_declined("sharp-p18-ft-decline", 0, &["603", "BYE"]);
}

fn declines(name: &str, link: usize, files: usize, expected: &[Difference]) {
    let Some(recording) = Recording::open(name) else { return };
    let mut replay = Replay::new(&recording.links[link], &[]);
    replay.play();
    replay.finish();
    assert_eq!(replay.events.len(), files, "{:?}", replay.events);
    for event in &replay.events {
        assert!(
            matches!(
                event,
                P2pEvent::InvitationDeclined { reason: DeclineReason::UnknownApplication, .. }
            ),
            "{event:?}"
        );
    }
    let expected: Differences = expected.iter().copied().collect();
    assert_eq!(replay.differences, expected, "{name}");
}

/// Says the first invitation of a link, and hears what was said to it.
fn is_declined(name: &str, link: usize, expected: &[&str]) {
    let Some(recording) = Recording::open(name) else { return };
    let link = &recording.links[link];
    let version = link.peer.version();
    let invitation = invitation(link);
    let call = SlpMessage::parse(&invitation).unwrap().call_id;
    let now = Now { monotonic: Duration::from_secs(1), unix: Duration::from_secs(1) };
    let mut transport = Transport::new(version, TransportLimits::DEFAULT, [3; 32]);
    let id = transport.send_slp(invitation).unwrap();
    let mut own = Vec::new();
    let mut mapping = Mapping::default();
    let (mut acknowledged, mut heard) = (false, vec![]);
    for step in &link.moves {
        let mut packet = vec![];
        while transport.transmit(now, Carriage::Switchboard, &mut packet).is_some() {
            own.push(std::mem::take(&mut packet));
        }
        match &step.what {
            What::Own { packet, .. } => {
                let last = own.last().expect("a packet of ours");
                match version {
                    PeerVersion::V1 => mapping.map_v1(v1(packet).header, v1(last).header),
                    PeerVersion::V2 => mapping.map_v2(v2(packet).header, v2(last).header),
                }
            }
            What::Theirs(packet) => {
                let rewritten = match version {
                    PeerVersion::V1 => mapping.rewrite_v1(packet),
                    PeerVersion::V2 => mapping.rewrite_v2(packet),
                };
                transport.input(now, Carriage::Switchboard, &rewritten).unwrap();
            }
            What::Delivered(_) => {}
        }
        while let Some(event) = transport.poll() {
            match event {
                TransportEvent::Acknowledged(of) => acknowledged |= of == id,
                TransportEvent::Slp(text) => {
                    let message = SlpMessage::parse(&text).unwrap();
                    assert_eq!(message.call_id, call);
                    assert!(message.code().is_none_or(|code| code == StatusCode::DECLINE));
                    heard.push(match message.method() {
                        Some(method) if *method == Method::BYE => "BYE",
                        Some(other) => panic!("{other:?}"),
                        None => "603",
                    });
                }
                other => panic!("{other:?}"),
            }
        }
        if acknowledged && heard.len() == expected.len() {
            break;
        }
    }
    assert_eq!((acknowledged, &heard[..]), (true, expected));
}

/// The text of the first invitation of a link.
fn invitation(link: &Link) -> Vec<u8> {
    let mut text = vec![];
    for (own, packet) in link.packets() {
        if own && meaning(link, packet) == Meaning::Slp && !text.ends_with(b"\0") {
            text.extend_from_slice(match link.peer.version() {
                PeerVersion::V1 => v1(packet).data,
                PeerVersion::V2 => v2(packet).data,
            });
        }
    }
    text
}
