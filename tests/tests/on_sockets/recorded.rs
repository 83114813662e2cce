//! Recorded under a real driver, replayed without any.

use msnp_client::{Action, Client, Event};
use msnp_core::{Status, Version};
use msnp_server::Server;
use msnp_testkit::{ReplayError, replay};
use msnp_tests::ClientActions;

use crate::scene::{ALICE, BOB, Scene};
use crate::secrets::{everything_in, secrets};
use crate::service::{ServerActions, config};

#[test]
fn what_is_recorded_under_either_driver_replays_bit_for_bit() {
    for version in [Version::MSNP7, Version::MSNP8, Version::MSNP11] {
        let mut scene = Scene::new(version);
        let conversation = scene.conversation();
        let Event::Text { conversation: theirs, .. } =
            scene.say(ALICE, conversation, "recorded ☃\non one thread")
        else {
            panic!()
        };
        scene.say(BOB, theirs, "recorded ☃ on tokio");
        scene.act(ALICE, Action::SetName("Alice & Söhne".into()));
        scene.act(BOB, Action::SetStatus(Status::AWAY));
        scene.until(
            BOB,
            |event| matches!(event, Event::Presence { name, .. } if name == "Alice & Söhne"),
        );
        scene.until(ALICE, |event| matches!(event, Event::Presence { status: Status::AWAY, .. }));
        let recorded = scene.end_all();

        for (config, recording) in recorded.people {
            let recording = recording.whole;
            assert!(recording.lines().count() > 100, "{version}");
            let replayed = replay(Client::new(config.clone()), &recording, &ClientActions).unwrap();
            assert!(!replayed.is_signed_in(), "{version}");
            let mut other = config;
            other.password = "another".into();
            other.program.client_version = "1.0".into();
            let Err(ReplayError::Differs(_)) =
                replay(Client::new(other), &recording, &ClientActions)
            else {
                panic!("{version}: another client says the same")
            };
        }
        let server = || Server::new(config(), []).unwrap();
        replay(server(), &recorded.service.whole, &ServerActions).unwrap();
        let mut other = config();
        other.seed = [8; 32];
        let other = Server::new(other, []).unwrap();
        assert!(replay(other, &recorded.service.whole, &ServerActions).is_err());
    }
}

#[test]
fn a_masked_recording_shows_no_secret_and_cannot_be_replayed() {
    for version in [Version::MSNP7, Version::MSNP8, Version::MSNP11] {
        let mut scene = Scene::new(version);
        let conversation = scene.conversation();
        scene.say(ALICE, conversation, "nothing secret");
        let recorded = scene.end_all();
        let mut secret = secrets(&recorded.service.whole);
        assert!(secret.len() >= 4, "{version}: {secret:?}");
        secret.extend(["alice-secret".to_owned(), "bob-secret".to_owned()]);

        let [(config, alice), (_, bob)] = recorded.people;
        for recording in [&recorded.service, &alice, &bob] {
            let shown = everything_in(&recording.masked);
            assert!(shown.contains("***") && shown.contains("nothing secret"), "{version}");
            for secret in &secret {
                assert!(!shown.contains(secret.as_str()), "{version}: {secret} is shown");
            }
            let hidden =
                secret.iter().any(|secret| everything_in(&recording.whole).contains(secret));
            assert!(hidden, "{version}: the whole recording has none either");
        }
        let replayed = replay(Client::new(config), &alice.masked, &ClientActions);
        assert!(matches!(replayed, Err(ReplayError::Masked)));
    }
}
