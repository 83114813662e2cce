//! Either side of each dialogue about an object, played against our machine in the other's place.

use std::iter;

use bytes::Bytes;
use msnp_codec::msn_object::MsnObject;
use msnp_p2p::P2pEvent;

use crate::difference::Difference;
use crate::difference::Differences;
use crate::objects::{invitations, recovered};
use crate::recording::Recording;
use crate::replay::Replay;

#[test]
fn retro_and_retro_fetch_each_others_pictures() {
    let of_retro = [
        Difference::TwiceFirstWithoutLength,
        Difference::LengthOfThePacketBefore,
        Difference::AcknowledgedTwice,
        Difference::PreparationAcknowledged,
        Difference::DataAcknowledged,
    ];
    delivers("purple-04-retro-dp-sb", false, &[&ALWAYS[..], &of_retro].concat());
}

#[test]
fn pecan_and_pecan_fetch_each_others_pictures() {
    delivers("purple-13-pecan-dp-sb", true, &ALWAYS);
}

#[test]
fn pecan_fetches_an_emoticon() {
    delivers("purple-14-pecan-emoticon", true, &ALWAYS);
}

#[test]
fn pidgin_and_pidgin_fetch_each_others_pictures() {
    delivers("purple-21-msnp9-dp-sb", true, &ALWAYS);
}

#[test]
fn pidgin_fetches_a_picture() {
    delivers("purple-63-msnp9-block", true, &ALWAYS);
}

#[test]
fn msnpsharp_fetches_an_emoticon_up_to_the_preparation() {
    let Some(recording) = Recording::open("sharp-p18-emoticon") else { return };
    let data = Bytes::from_static(b"not the emoticon that was recorded");
    let mut differences = Differences::new();
    for link in &recording.links {
        let (_, (own, wanted)) = invitations(link).into_iter().next().unwrap();
        let kind = wanted.kind().unwrap();
        let stand_in = MsnObject::new(wanted.creator(), kind, "0", "", &data);
        let mut replay = Replay::new(link, &[(stand_in.clone(), data.clone())]);
        if !own {
            replay.stand_in(&stand_in);
        }
        replay.play();
        replay.finish();
        let serving = replay.events.iter().any(|event| matches!(event, P2pEvent::Serving { .. }));
        assert_eq!(serving, !own);
        let over =
            replay.events.iter().any(|event| matches!(event, P2pEvent::TransferFailed { .. }));
        assert!(!over, "{:?}", replay.events);
        differences.append(&mut replay.differences);
    }
    let expected = [
        Difference::NulAfterObject,
        Difference::TwoFieldsMore,
        Difference::RequestFlags,
        Difference::SpaceAfterSequence,
        Difference::AlphabeticalOrder,
        Difference::AsksEachTime,
        Difference::PackageNumber,
    ];
    assert_eq!(differences, expected.into());
}

/// How all programs of libpurple's family differ from ours.
const ALWAYS: [Difference; 7] = [
    Difference::Goodbye,
    Difference::GoodbyeAgain,
    Difference::WaitsForThePreparation,
    Difference::FooterOfThePreparation,
    Difference::NulAfterObject,
    Difference::TwoFieldsMore,
    Difference::SpaceAfterSequence,
];

/// Plays all links of a recording. Every object that was asked for has to come, and everyone who
/// asked to be served; `confirmed`: whether they said that they have it.
fn delivers(name: &str, confirmed: bool, expected: &[Difference]) {
    let Some(recording) = Recording::open(name) else { return };
    let objects = recovered(&recording);
    let mut differences = Differences::new();
    for link in &recording.links {
        let mut replay = Replay::new(link, &objects);
        replay.play();
        replay.outlast();
        replay.finish();
        let mut came = vec![];
        let mut served = vec![];
        for event in &replay.events {
            match event {
                P2pEvent::ObjectReceived { object, content, .. } => {
                    assert!(object.describes(content));
                    came.push((&**object, content));
                }
                P2pEvent::Served { confirmed, .. } => served.push(*confirmed),
                P2pEvent::Progress { .. } | P2pEvent::Serving { .. } => {}
                other => panic!("{name}, {}: {other:?}", link.name),
            }
        }
        let invitations = invitations(link);
        let (own, theirs): (Vec<_>, Vec<_>) = invitations.values().partition(|(own, _)| *own);
        let asked: Vec<_> = own.iter().map(|(_, object)| content_of(&objects, object)).collect();
        assert_eq!(came, asked, "{name}, {}", link.name);
        assert_eq!(served, iter::repeat_n(confirmed, theirs.len()).collect::<Vec<_>>(), "{name}");
        differences.append(&mut replay.differences);
    }
    assert_eq!(differences, expected.iter().copied().collect(), "{name}");
}

fn content_of<'a>(
    objects: &'a [(MsnObject, Bytes)],
    object: &MsnObject,
) -> (&'a MsnObject, &'a Bytes) {
    let (object, content) = objects.iter().find(|(found, _)| found == object).expect("recovered");
    (object, content)
}
