//! What the sessions of a server have to say, and what becomes of it.

use alloc::boxed::Box;
use alloc::collections::VecDeque;
use alloc::string::String;
use core::net::{IpAddr, Ipv4Addr, SocketAddr};
use core::time::Duration;

use msnp_core::{Endpoint, Failure, LinkId, ListenerId, Machine, Output};
use msnp_session::{
    NsServer, NsServerConfig, NsServerEvent, SbServer, SbServerConfig, SbServerEvent, SessionError,
};

use crate::config::LAST_KNOWN;
use crate::event::{Addresses, Ending, ServerError, ServerEvent, ServiceKind};
use crate::links::{LISTENERS, Notification, Session, Switchboard};
use crate::rate::Rate;
use crate::server::Server;
use crate::service::Timer;

impl Server {
    /// Takes what each session that was touched has to say, until none has any more.
    pub(crate) fn settle(&mut self) {
        loop {
            while let Some(id) = self.service.links.next_touched() {
                self.drain(id);
                self.service.links.weigh(id);
            }
            if !self.relieve() {
                return;
            }
        }
    }

    pub(crate) fn drain(&mut self, id: LinkId) {
        loop {
            let Some(link) = self.service.links.get_mut(id) else { return };
            match &mut link.session {
                Session::Notification(known) => match known.server.poll() {
                    Output::Event(event) => self.notification_event(id, event),
                    other => {
                        if self.session_output(id, other) {
                            return;
                        }
                    }
                },
                Session::Switchboard(known) => match known.server.poll() {
                    Output::Event(event) => self.switchboard_event(id, event),
                    other => {
                        if self.session_output(id, other) {
                            return;
                        }
                    }
                },
            }
        }
    }

    /// Whether that was the last thing that the session has to say for now.
    fn session_output<E>(&mut self, id: LinkId, output: Output<E, SessionError>) -> bool {
        match output {
            Output::Event(_) => false,
            Output::Link { reads, .. } => {
                if let Some(link) = self.service.links.get_mut(id) {
                    link.reads = reads;
                }
                self.service.dirty(id);
                false
            }
            // Closing is the only effect that a session asks for.
            Output::Effect(_, effect) => {
                if let Some(link) = self.service.links.get_mut(id) {
                    link.closing = true;
                }
                self.service.outputs.effect(effect);
                false
            }
            Output::Wait { deadline } => {
                self.set_deadline(id, deadline);
                true
            }
            Output::Closed(end) => {
                self.ended(id, end);
                true
            }
        }
    }

    fn set_deadline(&mut self, id: LinkId, deadline: Option<Duration>) {
        let Some(link) = self.service.links.get_mut(id) else { return };
        if link.deadline == deadline {
            return;
        }
        link.deadline = deadline;
        match deadline {
            Some(at) => self.service.timers.set(Timer::Session(id), at),
            None => self.service.timers.clear(&Timer::Session(id)),
        }
    }

    /// The session is over. The link is kept while its last words go out.
    fn ended(&mut self, id: LinkId, end: Result<(), SessionError>) {
        let timers =
            [Timer::Session(id), Timer::Challenge(id), Timer::Unanswered(id), Timer::Paused(id)];
        for timer in timers {
            self.service.timers.clear(&timer);
        }
        let Some(link) = self.service.links.get_mut(id) else { return };
        link.deadline = None;
        let gone = !link.closing || link.output(id).is_empty();
        let over = core::mem::replace(&mut link.over, true);
        match &mut link.session {
            _ if over => {}
            Session::Notification(known) => match (known.account.take(), end) {
                (Some(account), Ok(())) => self.service.sign_off(id, &account, Ending::SignOut),
                (Some(account), Err(error)) => {
                    self.service.sign_off(id, &account, Ending::Failed(error));
                }
                (None, Err(error)) => self.link_failed(id, error),
                (None, Ok(())) => {}
            },
            Session::Switchboard(known) => match (known.seat.take(), end) {
                (Some(seat), _) => self.service.leave(id, &seat, false),
                (None, Err(error)) => self.link_failed(id, error),
                (None, Ok(())) => {}
            },
        }
        if gone {
            self.service.links.remove(id);
        }
    }

    fn link_failed(&mut self, link: LinkId, error: SessionError) {
        // A refusal has been reported where it was decided.
        if !matches!(error, SessionError::Refused { .. }) {
            self.service.event(ServerEvent::LinkFailed { link, error });
        }
    }

    fn notification_event(&mut self, id: LinkId, event: NsServerEvent) {
        match event {
            NsServerEvent::Account { login, .. } => self.service.claimed(id, login),
            NsServerEvent::Proof { account, login, proof } => {
                self.service.proved(id, account, login, proof);
            }
            NsServerEvent::Command(command) => self.service.notification_command(id, &command),
            _ => {}
        }
    }

    fn switchboard_event(&mut self, id: LinkId, event: SbServerEvent) {
        match event {
            SbServerEvent::Enter { account, cookie, session } => {
                self.service.enter(id, account, &cookie, session.as_deref());
            }
            SbServerEvent::Command(command) => self.service.room_command(id, &command),
            _ => {}
        }
    }

    pub(crate) fn listening(&mut self, kind: ServiceKind, result: Result<SocketAddr, Failure>) {
        let service = &mut self.service;
        match result {
            Err(failure) => {
                service.outputs.close(Err(ServerError::CannotListen { service: kind, failure }));
            }
            Ok(at) => {
                let endpoint = public(service.config.public_host.as_deref(), at);
                service.listening.insert(kind, endpoint);
            }
        }
        let at = |kind| service.listening.get(&kind).cloned();
        if let (Some(dispatch), Some(notification), Some(switchboard), Some(http)) = (
            at(ServiceKind::Dispatch),
            at(ServiceKind::Notification),
            at(ServiceKind::Switchboard),
            at(ServiceKind::Http),
        ) {
            let addresses = Addresses { dispatch, notification, switchboard, http };
            service.addresses = Some(addresses.clone());
            service.event(ServerEvent::Listening(addresses));
        }
    }

    pub(crate) fn session(&self, listener: ListenerId) -> Option<Session> {
        let kind = LISTENERS.iter().find(|(_, number)| *number == listener.number())?.0;
        let limits = &self.service.config.limits;
        match kind {
            ServiceKind::Dispatch | ServiceKind::Notification => {
                let versions = &self.service.config.versions;
                let config = NsServerConfig {
                    versions: versions.iter().copied().filter(|v| *v <= LAST_KNOWN).collect(),
                    ping_seconds: limits.ping_seconds,
                    idle: limits.idle,
                    faults: limits.faults,
                    limits: limits.notification,
                };
                Some(Session::Notification(Box::new(Notification {
                    server: NsServer::new(config),
                    dispatches: kind == ServiceKind::Dispatch,
                    password_challenge: String::new(),
                    account: None,
                    synchronized: false,
                    challenges: VecDeque::new(),
                    changes: Rate::default(),
                    edits: Rate::default(),
                })))
            }
            ServiceKind::Switchboard => {
                let config = SbServerConfig {
                    ping_seconds: limits.ping_seconds,
                    faults: limits.faults,
                    limits: limits.switchboard,
                };
                let server = SbServer::new(config);
                Some(Session::Switchboard(Box::new(Switchboard { server, seat: None })))
            }
            ServiceKind::Http => None,
        }
    }
}

/// Where clients are sent that are to come to this address.
fn public(host: Option<&str>, at: SocketAddr) -> Endpoint {
    if let Some(endpoint) = host.and_then(|host| Endpoint::new(host, at.port()).ok()) {
        return endpoint;
    }
    let ip = match at.ip() {
        ip if ip.is_unspecified() => IpAddr::from(Ipv4Addr::LOCALHOST),
        ip => ip,
    };
    SocketAddr::new(ip, at.port()).into()
}
