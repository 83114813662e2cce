//! The target `server`: a whole service.

use core::net::{Ipv4Addr, SocketAddr};
use core::time::Duration;

use msnp_auth::passport::Authorization;
use msnp_codec::message::{MailNotification, NewEmail};
use msnp_codec::{OwnedCommand, Sender};
use msnp_core::{
    Act, Answer, Effect, HttpRequest, LinkId, ListenerId, Method, Now, Secret, Version,
};
use msnp_server::{
    Action, Config, LOGIN_PATH, Limits, MailCounts, NEXUS_PATH, Server, ServerEvent,
};

use crate::caller::{Callers, TICKETS, ticket};
use crate::driver::{self, Scene};
use crate::input::Input;
use crate::people::{LIMITS, PEOPLE, VERSIONS, account, anybody};

/// Checks one input; its form is that of [`driver`].
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    driver::check::<Service>(input);
}

struct Service {
    heap: usize,
    callers: Callers,
}

const DISPATCH: u64 = 1;
const NOTIFICATION: u64 = 2;
const SWITCHBOARD: u64 = 3;
const HTTP: u64 = 4;

impl Scene for Service {
    type Machine = Server;

    const PEER: Sender = Sender::Client;
    const OUTPUT: usize = 64 * 1024;
    const WAITS_FOR_A_LINK: bool = false;

    fn new(input: &mut Input<'_>) -> (Self, Server) {
        let version = *input.pick(&VERSIONS);
        let mut config = Config::new([input.byte(); 32]);
        for (who, name) in PEOPLE.iter().enumerate() {
            config = config.account(account(name), *name);
            let good = (0..TICKETS).map(|number| (account(name), ticket(who, number).into()));
            config.scripted.tickets.extend(good);
        }
        config.limits = Limits {
            links: 12,
            rooms: 3,
            members: 3,
            contacts: 4,
            groups: 3,
            changes: 8,
            events: 24,
            tickets: 6,
            requests: 3,
            notification: msnp_session::SessionLimits { output: Self::OUTPUT, ..LIMITS },
            switchboard: LIMITS,
            idle: Some(Duration::from_secs(15 * 60)),
            faults: 6,
            ..Limits::default()
        };
        let heap = config.limits.heap_bound(PEOPLE.len());
        let server = Server::new(config, []).expect("there are no records");
        (Self { heap, callers: Callers::new(version) }, server)
    }

    fn heap_bound(&self) -> usize {
        self.heap
    }

    fn version(&self) -> Version {
        self.callers.version()
    }

    fn act(&mut self, server: &mut Server, now: Now, input: &mut Input<'_>) -> String {
        let action = match input.below(16) {
            0 => Action::ShutDown,
            1..=4 => Action::Challenge(anybody(input)),
            5..=8 => Action::SetMail(
                account(PEOPLE[input.below(PEOPLE.len())]),
                MailCounts { inbox: input.number(), ..MailCounts::default() },
            ),
            9..=12 => {
                let new = NewEmail { subject: Some(input.text().into()), ..NewEmail::default() };
                Action::NotifyMail(anybody(input), Box::new(MailNotification::Email(new)))
            }
            _ => Action::AnnounceMaintenance { minutes: input.number() },
        };
        server.act(now, action);
        String::new()
    }

    fn reply(&mut self, link: LinkId, command: &OwnedCommand, out: &mut Vec<u8>) {
        self.callers.reply(link, command, out);
    }

    fn answer(&mut self, effect: &Effect) -> Option<Answer> {
        match effect {
            Effect::Listen { listener, .. } => {
                let port = 1800 + u16::try_from(listener.number()).unwrap_or_default();
                Some(Answer::Listening(Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, port)))))
            }
            Effect::Store(_) => Some(Answer::Stored(Ok(()))),
            Effect::Verify { account, .. } => {
                Some(Answer::Verified(Ok(!account.as_str().starts_with("nobody"))))
            }
            _ => None,
        }
    }

    fn listener(&mut self, input: &mut Input<'_>) -> Option<ListenerId> {
        let listeners =
            [NOTIFICATION, NOTIFICATION, NOTIFICATION, SWITCHBOARD, SWITCHBOARD, DISPATCH];
        Some(ListenerId::new(*input.pick(&listeners)))
    }

    fn greet(&mut self, link: LinkId, listener: ListenerId, out: &mut Vec<u8>) {
        match listener.number() {
            SWITCHBOARD => self.callers.enter(link, out),
            _ => self.callers.sign_in(link, out),
        }
    }

    fn heard(&mut self, _: &mut Server, _: Now, _: &ServerEvent) {}

    fn request(&mut self, input: &mut Input<'_>) -> Option<(ListenerId, HttpRequest)> {
        let mut request = match input.below(4) {
            0 => HttpRequest::get(NEXUS_PATH),
            1 => HttpRequest::get(input.text()),
            2 => HttpRequest::get(LOGIN_PATH).header("Authorization", input.text()),
            _ => {
                let who = anybody(input);
                let shown = Authorization::print(who.as_str(), &Secret::from("x"), "ct=1");
                let value = shown.expect("the challenge is plain").expose().to_owned();
                HttpRequest::get(LOGIN_PATH).header("Authorization", value)
            }
        };
        if input.below(8) == 7 {
            request.method = Method::Post;
        }
        Some((ListenerId::new(HTTP), request))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Run;

    #[test]
    fn willing_clients_meet_in_a_room_whatever_the_version() {
        for (at, version) in (0_u8..).zip(VERSIONS) {
            let sign_in = [10, 0, 1, 7];
            let enter = [10, 3, 1, 7];
            let calls = [sign_in, sign_in, sign_in, enter, enter, enter].concat();
            let input = [&[0, at, 7][..], &calls].concat();
            let mut run = Run::<Service>::new(&input);
            run.go_on();
            for verb in ["USR", "CHG", "XFR", "RNG", "JOI", "ANS", "MSG", "ACK"] {
                let told = &run.scene.callers.told;
                assert!(told.contains(verb), "{version}: no {verb} in {told:?}");
            }
        }
    }
}
