//! The target `sb_client`: one connection to a switchboard, the client's side.

use bytes::Bytes;
use msnp_codec::command::Acknowledge;
use msnp_codec::{OwnedCommand, Sender};
use msnp_core::{
    Answer, Effect, HttpRequest, LinkId, ListenerId, Now, Secret, TransactionId, Version,
};
use msnp_session::{Entrance, SbClient, SbClientConfig, SbEvent, SessionLimits};

use crate::driver::{self, Scene};
use crate::input::Input;
use crate::peer;
use crate::people::{LIMITS, VERSIONS, account, anybody};

/// Checks one input; its form is that of [`driver`].
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    driver::check::<Room>(input);
}

struct Room {
    version: Version,
}

impl Scene for Room {
    type Machine = SbClient;

    const PEER: Sender = Sender::Server;
    const OUTPUT: usize = LIMITS.output;
    const WAITS_FOR_A_LINK: bool = true;

    fn new(input: &mut Input<'_>) -> (Self, SbClient) {
        let choice = input.byte();
        let version = VERSIONS[usize::from(choice >> 1) % VERSIONS.len()];
        let cookie = Secret::from("17.42");
        let entrance = match choice & 1 {
            0 => Entrance::Own { cookie },
            _ => Entrance::Invited { cookie, session: "11".into() },
        };
        let client = SbClient::new(SbClientConfig {
            account: account("alice"),
            version,
            entrance,
            first_transaction: TransactionId::new(1),
            limits: LIMITS,
        });
        (Self { version }, client)
    }

    fn heap_bound(&self) -> usize {
        const { SessionLimits::heap_bound(&LIMITS) }
    }

    fn version(&self) -> Version {
        self.version
    }

    fn act(&mut self, client: &mut SbClient, now: Now, input: &mut Input<'_>) -> String {
        match input.below(16) {
            0 => {
                client.leave();
                String::new()
            }
            1..=4 => format!("{:?}", client.invite(now, anybody(input))),
            5 => {
                client.use_transactions_from(TransactionId::new(input.number()));
                let who = anybody(input);
                format!("{} {}", client.has_member(&who), client.members().count())
            }
            _ => {
                let acknowledge = *input.pick(&[
                    Acknowledge::Always,
                    Acknowledge::Failure,
                    Acknowledge::Nothing,
                    Acknowledge::Data,
                ]);
                let times = input.below(16);
                let message = Bytes::from(input.piece().repeat(times));
                format!("{:?}", client.send(now, acknowledge, message))
            }
        }
    }

    fn reply(&mut self, _: LinkId, command: &OwnedCommand, out: &mut Vec<u8>) {
        peer::answer(self.version, command, out);
    }

    fn answer(&mut self, _: &Effect) -> Option<Answer> {
        None
    }

    fn listener(&mut self, _: &mut Input<'_>) -> Option<ListenerId> {
        None
    }

    fn greet(&mut self, _: LinkId, _: ListenerId, _: &mut Vec<u8>) {}

    fn heard(&mut self, _: &mut SbClient, _: Now, _: &SbEvent) {}

    fn request(&mut self, _: &mut Input<'_>) -> Option<(ListenerId, HttpRequest)> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Run;

    #[test]
    fn a_kind_world_leads_into_the_session_whatever_the_version() {
        for (at, version) in (0_u8..).zip(VERSIONS) {
            let run = Run::<Room>::new(&[0, at << 1]).machine;
            assert!(run.is_inside(), "{version}");
        }
    }
}
