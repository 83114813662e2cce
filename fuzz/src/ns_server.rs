//! The target `ns_server`: one connection to a notification server, the server's side.

use core::time::Duration;

use msnp_codec::command::{ServerChl, ServerMsg};
use msnp_codec::{Encoded, OwnedCommand, Sender};
use msnp_core::{
    Answer, Effect, Endpoint, ErrorCode, HttpRequest, LinkId, ListenerId, Now, TransactionId,
    Version,
};
use msnp_session::{NsServer, NsServerConfig, NsServerEvent, SessionLimits, SignOut};

use crate::caller::Callers;
use crate::driver::{self, Scene};
use crate::input::Input;
use crate::people::{LIMITS, VERSIONS, any_text};

/// Checks one input; its form is that of [`driver`].
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    driver::check::<Notification>(input);
}

struct Notification {
    callers: Callers,
    willing: bool,
}

impl Scene for Notification {
    type Machine = NsServer;

    const PEER: Sender = Sender::Client;
    const OUTPUT: usize = LIMITS.output;
    const WAITS_FOR_A_LINK: bool = true;

    fn new(input: &mut Input<'_>) -> (Self, NsServer) {
        let choice = input.byte();
        let version = VERSIONS[usize::from(choice >> 1) % VERSIONS.len()];
        let server = NsServer::new(NsServerConfig {
            limits: LIMITS,
            faults: 4,
            idle: Some(Duration::from_secs(600)),
            ..NsServerConfig::default()
        });
        (Self { callers: Callers::new(version), willing: choice & 1 == 0 }, server)
    }

    fn heap_bound(&self) -> usize {
        const { SessionLimits::heap_bound(&LIMITS) }
    }

    fn version(&self) -> Version {
        self.callers.version()
    }

    fn act(&mut self, server: &mut NsServer, now: Now, input: &mut Input<'_>) -> String {
        let transaction = TransactionId::new(u32::from(input.byte()));
        match input.below(12) {
            0 => server.close(Ok(())),
            1 => server.sign_out(input.pick(&[
                SignOut::Plain,
                SignOut::Elsewhere,
                SignOut::ServerDown,
                SignOut::ReconnectAfter(5),
                SignOut::Other("XYZ".into()),
            ])),
            2 => {
                let at = |port| Endpoint::new("127.0.0.1", port).expect("it is an address");
                server.redirect(&at(1863), &at(1864));
            }
            3 => server.challenge(if self.version().requires_cvr() { "ct=1" } else { "1.2" }),
            4 => server.refuse(ErrorCode::AUTHENTICATION_FAILED),
            5 => server.error(ErrorCode::SYNTAX_ERROR, Some(transaction)),
            6 => server.accept(now, &any_text(input), input.flag()),
            7 => server.send(&ServerChl { transaction, challenge: "123" }.into()),
            _ => {
                let (times, body) = (input.below(32), input.piece());
                let body = body.repeat(times);
                let name = Encoded::new("Service");
                server.send(&ServerMsg { account: "Hotmail", name, body: &body }.into());
            }
        }
        format!("{} {}", server.is_signed_in(), server.version())
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
        self.callers.sign_in(link, out);
    }

    fn heard(&mut self, server: &mut NsServer, now: Now, event: &NsServerEvent) {
        match event {
            _ if !self.willing => {}
            NsServerEvent::Account { .. } => server.challenge("1.2"),
            NsServerEvent::Proof { .. } => server.accept(now, "Alice", true),
            _ => {}
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
            let run = Run::<Notification>::new(&[0, at << 1]).machine;
            assert!(run.is_signed_in(), "{version}");
        }
    }
}
