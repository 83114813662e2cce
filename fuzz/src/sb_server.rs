//! The target `sb_server`: one connection to a switchboard, the server's side.

use msnp_codec::command::{Capabilities, ServerAck, ServerMsg};
use msnp_codec::{Encoded, OwnedCommand, Sender};
use msnp_core::{
    Answer, Effect, ErrorCode, HttpRequest, LinkId, ListenerId, Now, TransactionId, Version,
};
use msnp_session::{Present, SbServer, SbServerConfig, SbServerEvent, SessionLimits};

use crate::caller::Callers;
use crate::driver::{self, Scene};
use crate::input::Input;
use crate::people::{LIMITS, VERSIONS, account, any_text};

/// Checks one input; its form is that of [`driver`].
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    driver::check::<Room>(input);
}

struct Room {
    callers: Callers,
    willing: bool,
}

impl Room {
    fn admit(&self, server: &mut SbServer, invited: bool) {
        let (version, bob) = (self.callers.version(), account("bob"));
        if invited {
            let capabilities = Some(Capabilities::new(32));
            server.admit_guest(version, &[Present { account: &bob, name: "Bob", capabilities }]);
        } else {
            server.admit_own(version, "Alice");
        }
    }
}

impl Scene for Room {
    type Machine = SbServer;

    const PEER: Sender = Sender::Client;
    const OUTPUT: usize = LIMITS.output;
    const WAITS_FOR_A_LINK: bool = true;

    fn new(input: &mut Input<'_>) -> (Self, SbServer) {
        let choice = input.byte();
        let version = VERSIONS[usize::from(choice >> 1) % VERSIONS.len()];
        let server = SbServer::new(SbServerConfig { ping_seconds: 50, faults: 4, limits: LIMITS });
        (Self { callers: Callers::new(version), willing: choice & 1 == 0 }, server)
    }

    fn heap_bound(&self) -> usize {
        const { SessionLimits::heap_bound(&LIMITS) }
    }

    fn version(&self) -> Version {
        self.callers.version()
    }

    fn act(&mut self, server: &mut SbServer, _: Now, input: &mut Input<'_>) -> String {
        let transaction = TransactionId::new(u32::from(input.byte()));
        match input.below(10) {
            0 => server.close(Ok(())),
            1 => self.admit(server, input.flag()),
            2 => server.refuse(ErrorCode::AUTHENTICATION_FAILED),
            3 => server.error(ErrorCode::SYNTAX_ERROR, Some(transaction)),
            4 => drop(server.send(&ServerAck { transaction }.into())),
            _ => {
                let name = any_text(input);
                let (times, body) = (input.below(32), input.piece());
                let body = body.repeat(times);
                let name = Encoded::new(&name);
                server.send(&ServerMsg { account: "bob@example.com", name, body: &body }.into());
            }
        }
        format!("{} {}", server.is_inside(), server.version())
    }

    fn reply(&mut self, link: LinkId, command: &OwnedCommand, out: &mut Vec<u8>) {
        self.callers.reply(link, command, out);
    }

    fn answer(&mut self, _: &Effect) -> Option<Answer> {
        None
    }

    fn listener(&mut self, _: &mut Input<'_>) -> Option<ListenerId> {
        None
    }

    fn greet(&mut self, link: LinkId, _: ListenerId, out: &mut Vec<u8>) {
        self.callers.enter(link, out);
    }

    fn heard(&mut self, server: &mut SbServer, _: Now, event: &SbServerEvent) {
        if let (true, SbServerEvent::Enter { session, .. }) = (self.willing, event) {
            self.admit(server, session.is_some());
        }
    }

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
