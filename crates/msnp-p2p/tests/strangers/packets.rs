//! Every packet is read, said what it is, and printed as it was.

use std::collections::BTreeMap;
use std::io::{self, Write as _};

use msnp_p2p::meaning::{Meaning, of_v1, of_v2};
use msnp_p2p::packet::{Carriage, PacketV1, PacketV2, PeerVersion};

use crate::recording::{Link, Recording};

#[test]
fn every_packet_is_read_classified_and_printed_as_it_was() {
    let mut counts: BTreeMap<(String, String), u32> = BTreeMap::new();
    for recording in Recording::all() {
        for link in &recording.links {
            for (at, (_, packet)) in link.packets().enumerate() {
                let place = format!("{}, {}, packet {at}", recording.name, link.name);
                let meaning = meaning(link, packet);
                let printed = printed(link, packet);
                assert!(printed == packet, "{place}: {meaning:?}");
                *counts.entry((recording.name.clone(), format!("{meaning:?}"))).or_default() += 1;
            }
        }
    }
    for ((name, meaning), count) in &counts {
        writeln!(io::stdout(), "{count:5} {name} {meaning}").unwrap();
    }
    // What these programs never said cannot be what something of theirs is taken for.
    let seen = ["Slp", "Acknowledgement", "DataPreparation", "Data"];
    let other = counts.keys().find(|(_, meaning)| !seen.contains(&meaning.as_str()));
    assert_eq!(other, None);
}

#[test]
fn what_one_side_sends_is_what_the_other_gets() {
    for recording in Recording::all() {
        // Two links follow each other where they are the ends of one room.
        for pair in recording.links.chunks(2) {
            let [one, other] = pair else { continue };
            for (from, to) in [(one, other), (other, one)] {
                let sent: Vec<_> = from.packets().filter(|(own, _)| *own).collect();
                let came: Vec<_> = to.packets().filter(|(own, _)| !*own).collect();
                let alike = sent.len() == came.len()
                    && sent.iter().zip(&came).all(|((_, sent), (_, came))| sent == came);
                assert!(alike, "{}: {} to {}", recording.name, from.name, to.name);
            }
        }
    }
}

/// What a packet of this link is.
pub(crate) fn meaning(link: &Link, packet: &[u8]) -> Meaning {
    match link.peer.version() {
        PeerVersion::V1 => of_v1(&v1(packet)),
        PeerVersion::V2 => of_v2(&v2(packet)),
    }
}

pub(crate) fn v1(packet: &[u8]) -> PacketV1<'_> {
    PacketV1::parse(packet, Carriage::Switchboard).expect("a whole packet")
}

pub(crate) fn v2(packet: &[u8]) -> PacketV2<'_> {
    let (packet, rest) = PacketV2::parse(packet, Carriage::Switchboard).expect("a whole packet");
    assert!(rest.is_empty(), "one packet");
    packet
}

fn printed(link: &Link, packet: &[u8]) -> Vec<u8> {
    let mut printed = vec![];
    match link.peer.version() {
        PeerVersion::V1 => v1(packet).write(&mut printed),
        PeerVersion::V2 => v2(packet).write(&mut printed),
    }
    printed
}
