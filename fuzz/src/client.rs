//! The target `client`: a whole messenger.

use bytes::Bytes;
use msnp_client::{Action, Client, Config, ConversationId, Event, Limits};
use msnp_codec::message::{Datacast, DatacastId, ReassemblyLimits, Text};
use msnp_codec::personal_message::PersonalMessage;
use msnp_codec::{OwnedCommand, Sender};
use msnp_core::{
    Act, Answer, Effect, Endpoint, HttpRequest, HttpResponse, LinkId, ListenerId, Now, Secret,
    Version,
};

use crate::driver::{self, Scene};
use crate::input::Input;
use crate::peer;
use crate::people::{LIMITS, VERSIONS, account, any_list, any_status, any_text, anybody};

/// Checks one input; its form is that of [`driver`].
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    driver::check::<Messenger>(input);
}

struct Messenger {
    version: Version,
    heap: usize,
    /// How many messages were accepted.
    #[cfg(test)]
    accepted: usize,
}

impl Scene for Messenger {
    type Machine = Client;

    const PEER: Sender = Sender::Server;
    const OUTPUT: usize = LIMITS.output;
    const WAITS_FOR_A_LINK: bool = false;

    fn new(input: &mut Input<'_>) -> (Self, Client) {
        let version = *input.pick(&VERSIONS);
        let server = Endpoint::new("127.0.0.1", 1863).expect("it is an address");
        let mut config = Config::new(account("alice"), Secret::from("secret"), server);
        config.versions = vec![version];
        config.limits = Limits {
            session: LIMITS,
            events: 16,
            heard: 32 * 1024,
            contacts: 8,
            groups: 4,
            conversations: 4,
            roster: 64 * 1024,
            waiting: 4,
            unsent: 16 * 1024,
            reassembly: ReassemblyLimits {
                message_len: 16 * 1024,
                messages: 4,
                total_len: 32 * 1024,
                ..ReassemblyLimits::default()
            },
            ..Limits::default()
        };
        let scene = Self {
            version,
            heap: config.limits.heap_bound(),
            #[cfg(test)]
            accepted: 0,
        };
        (scene, Client::new(config))
    }

    fn heap_bound(&self) -> usize {
        self.heap
    }

    fn version(&self) -> Version {
        self.version
    }

    fn act(&mut self, client: &mut Client, now: Now, input: &mut Input<'_>) -> String {
        let outcome = client.act(now, action(input));
        format!("{outcome:?} {} {:?}", client.is_signed_in(), client.status())
    }

    fn reply(&mut self, _: LinkId, command: &OwnedCommand, out: &mut Vec<u8>) {
        peer::answer(self.version, command, out);
    }

    fn answer(&mut self, effect: &Effect) -> Option<Answer> {
        let Effect::Http(request) = effect else { return None };
        let response = match request.find_header("Authorization") {
            None => HttpResponse::new(200).header(
                "PassportURLs",
                "DARealm=Passport.Net,DALogin=login.example.com/login2.srf",
            ),
            Some(_) => HttpResponse::new(200).header(
                "Authentication-Info",
                "Passport1.4 da-status=success,from-PP='t=1&p=',ru=http://messenger.msn.com",
            ),
        };
        Some(Answer::Http(Ok(response)))
    }

    fn listener(&mut self, _: &mut Input<'_>) -> Option<ListenerId> {
        None
    }

    fn greet(&mut self, _: LinkId, _: ListenerId, _: &mut Vec<u8>) {}

    #[cfg(not(test))]
    fn heard(&mut self, _: &mut Client, _: Now, _: &Event) {}

    #[cfg(test)]
    fn heard(&mut self, _: &mut Client, _: Now, event: &Event) {
        let delivery = msnp_session::Delivery::Accepted;
        if matches!(event, Event::MessageEnded { delivery: how, .. } if *how == delivery) {
            self.accepted += 1;
        }
    }

    fn request(&mut self, _: &mut Input<'_>) -> Option<(ListenerId, HttpRequest)> {
        None
    }
}

/// Any action.
fn action(input: &mut Input<'_>) -> Action {
    let option = |input: &mut Input<'_>| input.flag().then(|| any_text(input));
    match input.below(48) {
        0 => Action::SignOut,
        1 => Action::SetStatus(any_status(input)),
        2 => Action::SetName(any_text(input)),
        3 => Action::SetPersonalMessage(PersonalMessage {
            text: input.text(),
            ..PersonalMessage::default()
        }),
        4 => Action::AddContact(anybody(input)),
        5 => Action::RemoveContact(anybody(input)),
        6 => Action::Block(anybody(input)),
        7 => Action::Unblock(anybody(input)),
        8 => Action::AddToList(any_list(input), anybody(input)),
        9 => Action::RemoveFromList(any_list(input), anybody(input)),
        10 => Action::AllowByDefault(input.flag()),
        11 => Action::AskWhenAdded(input.flag()),
        12 => Action::NameContact(anybody(input), any_text(input)),
        13 => Action::AddGroup(any_text(input)),
        14 => Action::RenameGroup(any_text(input), any_text(input)),
        15 => Action::RemoveGroup(any_text(input)),
        16 => Action::AddToGroup(anybody(input), any_text(input)),
        17 => Action::RemoveFromGroup(anybody(input), any_text(input)),
        18 => Action::SetSetting(any_text(input), option(input)),
        19 => Action::SetObject(option(input)),
        20 => Action::AskUrl(any_text(input), option(input)),
        21 => {
            Action::Find((0..input.below(4)).map(|_| (any_text(input), any_text(input))).collect())
        }
        22 => Action::InviteByMail(anybody(input)),
        23 => Action::Page(anybody(input), any_text(input)),
        24 => Action::AcceptInvitations(input.flag()),
        25 => Action::AskDocument(any_text(input)),
        26..=29 => Action::Open(anybody(input)),
        30..=31 => Action::Invite(conversation(input), anybody(input)),
        32..=37 => {
            let (times, text) = (1 + input.below(64), input.text());
            Action::SendText(conversation(input), Text::new(text.repeat(times)))
        }
        38 => Action::SendTyping(conversation(input)),
        39..=40 => Action::SendNudge(conversation(input)),
        41 => {
            let (id, data) = (DatacastId(input.number()), Some(input.text().into()));
            let datacast = Datacast::Other { id, data };
            Action::SendDatacast(conversation(input), datacast)
        }
        42..=43 => {
            let message = Bytes::copy_from_slice(input.piece());
            Action::SendMessage(conversation(input), message)
        }
        _ => Action::Leave(conversation(input)),
    }
}

fn conversation(input: &mut Input<'_>) -> ConversationId {
    ConversationId::new(1 + u64::from(input.byte() % 6))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Run;

    #[test]
    fn a_kind_world_signs_the_client_in_whatever_the_version() {
        for (at, version) in (0_u8..).zip(VERSIONS) {
            let run = Run::<Messenger>::new(&[0, at]).machine;
            assert!(run.is_signed_in(), "{version}");
        }
    }

    #[test]
    fn a_kind_world_lets_the_client_talk() {
        // Opens a conversation with bob, says something, and is answered.
        let input = [0, 0, 13, 26, 1, 7, 13, 32, 0, 2, b'h', b'i', 0, 7];
        let mut run = Run::<Messenger>::new(&input);
        run.go_on();
        assert_eq!(run.scene.accepted, 1);
    }
}
