//! The target `ns_client`: one connection to a notification server, the client's side.

use core::time::Duration;

use bytes::Bytes;
use msnp_codec::command::Capabilities;
use msnp_codec::{OwnedCommand, Sender};
use msnp_core::{
    Answer, Effect, HttpRequest, LinkId, ListenerId, Now, Secret, TransactionId, Version,
};
use msnp_session::{
    ClientProgram, ListStamps, NsClient, NsClientConfig, NsEvent, NsRequest, SessionLimits,
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
    driver::check::<Notification>(input);
}

struct Notification {
    version: Version,
    willing: bool,
}

impl Scene for Notification {
    type Machine = NsClient;

    const PEER: Sender = Sender::Server;
    const OUTPUT: usize = LIMITS.output;
    const WAITS_FOR_A_LINK: bool = true;

    fn new(input: &mut Input<'_>) -> (Self, NsClient) {
        let choice = input.byte();
        let version = VERSIONS[usize::from(choice >> 1) % VERSIONS.len()];
        let client = NsClient::new(NsClientConfig {
            account: account("alice"),
            password: Secret::from("secret"),
            versions: vec![version],
            program: ClientProgram::default(),
            first_transaction: TransactionId::new(1),
            keepalive: Duration::from_secs(45),
            limits: LIMITS,
        });
        (Self { version, willing: choice & 1 == 0 }, client)
    }

    fn heap_bound(&self) -> usize {
        const { SessionLimits::heap_bound(&LIMITS) }
    }

    fn version(&self) -> Version {
        self.version
    }

    fn act(&mut self, client: &mut NsClient, now: Now, input: &mut Input<'_>) -> String {
        match input.below(32) {
            31 => {
                client.sign_out();
                String::new()
            }
            30 => {
                format!("{:?}", client.provide_ticket(now, Secret::from(any_text(input).as_ref())))
            }
            29 => {
                client.use_transactions_from(TransactionId::new(input.number()));
                format!("{:?}", client.next_transaction())
            }
            _ => format!("{:?}", client.request(now, request(input))),
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

    fn heard(&mut self, client: &mut NsClient, now: Now, event: &NsEvent) {
        if self.willing && matches!(event, NsEvent::TicketWanted { .. }) {
            drop(client.provide_ticket(now, Secret::from("t=1&p=")));
        }
    }

    fn request(&mut self, _: &mut Input<'_>) -> Option<(ListenerId, HttpRequest)> {
        None
    }
}

/// Any request.
fn request(input: &mut Input<'_>) -> NsRequest {
    let guid = |input: &mut Input<'_>| input.flag().then(|| any_text(input));
    match input.below(23) {
        0 => NsRequest::Lists { known: None },
        1 => NsRequest::Lists {
            known: Some(ListStamps { lists: any_text(input), settings: guid(input) }),
        },
        2 => NsRequest::ClientVersion,
        3 => NsRequest::Status {
            status: any_status(input),
            capabilities: Capabilities::new(input.number()),
            object: guid(input),
        },
        4 => NsRequest::Name(any_text(input)),
        5 => NsRequest::PersonalMessage(Bytes::copy_from_slice(input.piece())),
        6 => {
            NsRequest::Add { list: any_list(input), account: anybody(input), name: any_text(input) }
        }
        7 => {
            NsRequest::Remove { list: any_list(input), account: anybody(input), guid: guid(input) }
        }
        8 => NsRequest::NameContact {
            account: anybody(input),
            guid: guid(input),
            name: any_text(input),
        },
        9 => NsRequest::AddGroup(any_text(input)),
        10 => NsRequest::RenameGroup { id: any_text(input), name: any_text(input) },
        11 => NsRequest::RemoveGroup(any_text(input)),
        12 => NsRequest::AddToGroup {
            account: anybody(input),
            guid: guid(input),
            name: any_text(input),
            group: any_text(input),
        },
        13 => NsRequest::RemoveFromGroup {
            account: anybody(input),
            guid: guid(input),
            group: any_text(input),
        },
        14 => NsRequest::Setting { key: any_text(input), value: guid(input) },
        15 => NsRequest::AllowByDefault(input.flag()),
        16 => NsRequest::AskWhenAdded(input.flag()),
        17 => NsRequest::AcceptInvitations(input.flag()),
        18 => NsRequest::Switchboard,
        19 => NsRequest::Document(any_text(input)),
        20 => NsRequest::Url { service: any_text(input), arguments: guid(input) },
        21 => NsRequest::Find(
            (0..input.below(4)).map(|_| (any_text(input), any_text(input))).collect(),
        ),
        _ => NsRequest::Page {
            account: anybody(input),
            document: Bytes::copy_from_slice(input.piece()),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::driver::Run;

    #[test]
    fn a_kind_world_leads_into_the_session_whatever_the_version() {
        for (at, version) in (0_u8..).zip(VERSIONS) {
            let run = Run::<Notification>::new(&[0, at << 1]).machine;
            assert!(run.is_ready(), "{version}");
        }
    }
}
