//! Many rooms at once.

use msnp::client::ConversationId;
use msnp11_sdk::MsnpStatus;

use crate::ours::Ours;
use crate::scene::play;
use crate::sdk::{Room, Sdk};
use crate::service::{OTHERS, OURS, Places, SDK, SDKS};

/// How many texts go each way in each room: the SDK drops a line that is cut by a read.
const TEXTS: usize = 5;

#[test]
fn what_is_said_in_ten_rooms_at_once_never_crosses() {
    play(async |places| {
        let mut sam = Sdk::sign_in(&places).await;
        sam.take(MsnpStatus::Online).await;
        let mut rooms = with_our_clients(&mut sam, &places).await;
        rooms.extend(with_other_sdks(&mut sam, &places).await);
        assert_eq!(rooms.len(), 10);
        let mut sessions = Vec::new();
        for room in &rooms {
            sessions.push(room.here.session().await);
        }
        sessions.sort();
        sessions.dedup();
        assert_eq!(sessions.len(), 10, "{sessions:?}");

        for number in 0..TEXTS {
            for (at, room) in rooms.iter_mut().enumerate() {
                room.here.say(&format!("sam, room {at}, {number}")).await.expect("delivered");
                room.there.say(format!("{}, room {at}, {number}", room.with)).await;
            }
        }
        for (at, room) in rooms.iter_mut().enumerate() {
            for number in 0..TEXTS {
                let (who, text) = room.here.hears_somebody().await;
                assert_eq!(who, room.with);
                assert_eq!(text, format!("{}, room {at}, {number}", room.with));
                assert_eq!(room.there.hears().await, format!("sam, room {at}, {number}"));
            }
        }
        // What came too often would come before this.
        for room in &mut rooms {
            room.here.say("the end").await.expect("delivered");
            assert_eq!(room.there.hears().await, "the end");
            room.there.say("the end".into()).await;
            assert_eq!(room.here.hears_somebody().await, (room.with.into(), "the end".into()));
        }
    });
}

#[test]
fn a_room_of_four_hears_everybody_and_sees_everybody_leave() {
    play(async |places| {
        let sam = Sdk::sign_in(&places).await;
        sam.take(MsnpStatus::Online).await;
        let mut sue = Sdk::sign_in_as(SDKS[0], &places).await;
        sue.take(MsnpStatus::Online).await;
        let mut olive = Ours::sign_in(&places).await;
        let mut otto = Ours::sign_in_as(OTHERS[0], &places).await;

        // The SDK opens it and invites; our client, which is a guest, invites one more.
        let mut sams = sam.open_room_with(OURS).await;
        let olives = olive.invited().await;
        sams.invite(SDKS[0]).await;
        sams.sees_joined(SDKS[0]).await;
        let mut sues = sue.answered_to(SDK).await;
        sues.sees_joined(OURS).await;
        olive.sees_joined(olives, SDKS[0]).await;
        olive.invite(olives, OTHERS[0]).await;
        let ottos = otto.invited_by(OURS).await;
        for who in [SDK, OURS, SDKS[0]] {
            otto.sees_joined(ottos, who).await;
        }
        sams.sees_joined(OTHERS[0]).await;
        sues.sees_joined(OTHERS[0]).await;
        olive.sees_joined(olives, OTHERS[0]).await;

        sams.say("sam").await.expect("delivered");
        sues.say("sue").await.expect("delivered");
        olive.say(olives, "olive").await;
        otto.say(ottos, "otto").await;
        let all = [(SDK, "sam"), (SDKS[0], "sue"), (OURS, "olive"), (OTHERS[0], "otto")];
        for (who, text) in all {
            let said = || (who.to_owned(), text.to_owned());
            if who != SDK {
                assert_eq!(sams.hears_somebody().await, said());
            }
            if who != SDKS[0] {
                assert_eq!(sues.hears_somebody().await, said());
            }
            if who != OURS {
                assert_eq!(olive.hears_somebody().await, (olives, said().0, said().1));
            }
            if who != OTHERS[0] {
                assert_eq!(otto.hears_somebody().await, (ottos, said().0, said().1));
            }
        }

        olive.leave(olives).await;
        sams.sees_left(OURS).await;
        sues.sees_left(OURS).await;
        sues.say("three of us").await.expect("delivered");
        assert_eq!(otto.hears_somebody().await.2, "three of us");
        assert_eq!(sams.hears_somebody().await.1, "three of us");
    });
}

/// One room of sam, and its other end.
struct Pair {
    here: Room,
    with: &'static str,
    there: Other,
}

enum Other {
    Ours(Ours, ConversationId),
    Sdk(Room),
}

impl Other {
    async fn say(&mut self, text: String) {
        match self {
            Self::Ours(ours, conversation) => ours.say(*conversation, text).await,
            Self::Sdk(room) => room.say(&text).await.expect("delivered"),
        }
    }

    /// The next text, which must be one of sam's.
    async fn hears(&mut self) -> String {
        let (who, text) = match self {
            Self::Ours(ours, here) => {
                let (conversation, who, text) = ours.hears_somebody().await;
                assert_eq!(conversation, *here);
                (who, text)
            }
            Self::Sdk(room) => room.hears_somebody().await,
        };
        assert_eq!(who, SDK);
        text
    }
}

/// Four rooms, two of which sam opens.
async fn with_our_clients(sam: &mut Sdk, places: &Places) -> Vec<Pair> {
    let mut rooms = Vec::new();
    for (number, with) in [OURS].into_iter().chain(OTHERS).enumerate() {
        let mut ours = Ours::sign_in_as(with, places).await;
        let (here, conversation) = if number % 2 == 0 {
            let here = sam.open_room_with(with).await;
            (here, ours.invited().await)
        } else {
            let conversation = ours.open(SDK).await;
            let here = sam.answered_to(with).await;
            ours.sees_joined(conversation, SDK).await;
            (here, conversation)
        };
        rooms.push(Pair { here, with, there: Other::Ours(ours, conversation) });
    }
    rooms
}

/// Six rooms, two with each: sam opens one, and the other one the second.
async fn with_other_sdks(sam: &mut Sdk, places: &Places) -> Vec<Pair> {
    let mut rooms = Vec::new();
    for with in SDKS {
        let mut other = Sdk::sign_in_as(with, places).await;
        other.take(MsnpStatus::Online).await;
        let here = sam.open_room_with(with).await;
        let there = Other::Sdk(other.answered_to(SDK).await);
        rooms.push(Pair { here, with, there });
        let there = other.open_room_with(SDK).await;
        let here = sam.answered_to(with).await;
        rooms.push(Pair { here, with, there: Other::Sdk(there) });
    }
    rooms
}
