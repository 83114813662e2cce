//! One peer: its transport, and the sessions with it.

use alloc::boxed::Box;
use alloc::collections::{BTreeMap, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::{Now, Random};

use crate::application::{ApplicationId, EufGuid};
use crate::call::{Call, Side, Stage};
use crate::context::Context;
use crate::object_cache::{ObjectCache, ObjectKey, key};
use crate::packet::{Carriage, PeerVersion};
use crate::slp::{Body, Method, SessionBody, SessionEnd, SlpAddress, SlpMessage, StatusCode};
use crate::transport::{MessageId, Transport, TransportEvent};
use crate::{DeclineReason, FetchError, P2pConfig, P2pEvent, Peer, TransferError, TransferId};

/// A peer, and everything with it.
#[derive(Debug)]
pub(crate) struct PeerLink {
    pub(crate) peer: Peer,
    pub(crate) transport: Transport,
    calls: Vec<Call>,
    /// Which carriers to it there are.
    carriers: Vec<Carriage>,
    /// Until when a carrier is waited for, once one was asked for.
    wanted: Option<Duration>,
}

/// What all peers share.
#[derive(Debug)]
pub(crate) struct Desk {
    pub(crate) config: P2pConfig,
    pub(crate) random: Random,
    pub(crate) published: BTreeMap<ObjectKey, Published>,
    pub(crate) cache: ObjectCache,
    pub(crate) events: VecDeque<P2pEvent>,
    pub(crate) last_transfer: u64,
}

/// An object of one's own.
#[derive(Debug)]
pub(crate) struct Published {
    pub(crate) object: Box<MsnObject>,
    pub(crate) content: Bytes,
}

impl Desk {
    pub(crate) fn event(&mut self, event: P2pEvent) {
        self.events.push_back(event);
    }

    pub(crate) fn transfer(&mut self) -> TransferId {
        self.last_transfer += 1;
        TransferId::new(self.last_transfer)
    }

    fn own_address(&self, version: PeerVersion) -> SlpAddress {
        let account = self.config.account.clone();
        match version {
            PeerVersion::V1 => SlpAddress::new(account),
            PeerVersion::V2 => SlpAddress::on_machine(account, self.config.machine),
        }
    }
}

impl PeerLink {
    pub(crate) fn new(peer: Peer, desk: &mut Desk) -> Self {
        let limits = desk.config.limits.transport;
        let transport = Transport::new(peer.version(), limits, desk.random.seed());
        Self { peer, transport, calls: Vec::new(), carriers: Vec::new(), wanted: None }
    }

    /// Whether nothing is under way with it.
    pub(crate) fn is_idle(&self) -> bool {
        self.calls.is_empty() && self.transport.is_idle()
    }

    pub(crate) fn has_transfer(&self, transfer: TransferId) -> bool {
        self.calls.iter().any(|call| call.transfer == transfer)
    }

    pub(crate) fn carrier_opened(&mut self, carriage: Carriage) {
        if !self.carriers.contains(&carriage) {
            self.carriers.push(carriage);
        }
        self.wanted = None;
    }

    pub(crate) fn carrier_closed(&mut self, now: Now, carriage: Carriage, desk: &mut Desk) {
        self.carriers.retain(|open| *open != carriage);
        self.transport.carrier_lost();
        self.want_carrier(now, desk);
    }

    /// No carrier will come.
    pub(crate) fn unreachable(&mut self, desk: &mut Desk) {
        self.wanted = None;
        for call in core::mem::take(&mut self.calls) {
            self.fail(&call, TransferError::Unreachable, desk);
        }
    }

    /// Asks for an object.
    pub(crate) fn fetch(
        &mut self,
        now: Now,
        object: &MsnObject,
        desk: &mut Desk,
    ) -> Result<TransferId, FetchError> {
        let same = |call: &&Call| call.is_fetching() && call.object.is_same_thing(object);
        if let Some(call) = self.calls.iter().find(same) {
            return Ok(call.transfer);
        }
        if self.calls.len() >= desk.config.limits.transfers {
            return Err(FetchError::TooMany);
        }
        let session = self.new_session(&mut desk.random);
        let call_id = desk.random.guid();
        let version = self.peer.version();
        let body = SessionBody::invitation(
            EufGuid::OBJECT,
            application_id(version, object.kind()),
            session,
            Some(Context::of_object(object)),
        );
        let invitation = SlpMessage::request(
            Method::INVITE,
            self.address(),
            desk.own_address(version),
            desk.random.guid(),
            call_id,
            Body::Session(body),
        );
        let message = self.send_slp(&invitation).ok_or(FetchError::TooMany)?;
        self.transport.expect(session, desk.config.limits.object);
        let transfer = desk.transfer();
        self.calls.push(Call {
            transfer,
            call_id,
            session,
            object: Box::new(object.clone()),
            side: Side::Fetching { invitation: Some(message) },
            until: now.after(desk.config.limits.patience),
        });
        self.want_carrier(now, desk);
        Ok(transfer)
    }

    /// Ends a transfer from this side.
    pub(crate) fn cancel(&mut self, now: Now, transfer: TransferId, desk: &mut Desk) {
        if let Some(call) = self.take_call(|call| call.transfer == transfer) {
            self.say_bye(&call, desk);
            self.fail(&call, TransferError::Cancelled, desk);
            self.want_carrier(now, desk);
        }
    }

    /// What the transport has told, and what follows from it.
    pub(crate) fn pump(&mut self, now: Now, desk: &mut Desk) {
        while let Some(event) = self.transport.poll() {
            self.transport_event(now, event, desk);
        }
        self.want_carrier(now, desk);
    }

    pub(crate) fn deadline(&self) -> Option<Duration> {
        let calls = self.calls.iter().map(|call| call.until);
        // Without a carrier nothing can be late.
        let transport = self.transport.deadline().filter(|_| !self.carriers.is_empty());
        calls.chain(self.wanted).chain(transport).min()
    }

    pub(crate) fn timeout(&mut self, now: Now, desk: &mut Desk) {
        if self.wanted.is_some_and(|until| until <= now.monotonic) {
            self.unreachable(desk);
        }
        if !self.carriers.is_empty() {
            self.transport.timeout(now);
        }
        let is_due = |call: &Call| call.until <= now.monotonic;
        while let Some(call) = self.take_call(is_due) {
            match call.stage() {
                Some(Stage::Preparing(_)) => self.send_content(now, call, desk),
                Some(Stage::Sending(_)) | None => {
                    self.say_bye(&call, desk);
                    self.fail(&call, TransferError::TimedOut, desk);
                }
            }
        }
        self.pump(now, desk);
    }

    fn transport_event(&mut self, now: Now, event: TransportEvent, desk: &mut Desk) {
        match event {
            TransportEvent::Slp(bytes) => match SlpMessage::parse(&bytes) {
                Ok(message) => self.slp(now, &message, desk),
                Err(error) => {
                    desk.event(P2pEvent::MalformedSlp { peer: self.peer.clone(), error });
                }
            },
            TransportEvent::Prepared { session } => {
                if let Some(call) = self.fetching(session) {
                    call.stir(now, &desk.config.limits);
                }
            }
            TransportEvent::Progress { session, received, total } => {
                if let Some(call) = self.fetching(session) {
                    call.stir(now, &desk.config.limits);
                    let transfer = call.transfer;
                    desk.event(P2pEvent::Progress { transfer, received, total });
                }
            }
            TransportEvent::Data { session, bytes } => self.content(session, bytes, desk),
            TransportEvent::Ink(bytes) => {
                desk.event(P2pEvent::Ink { peer: self.peer.clone(), bytes });
            }
            TransportEvent::Acknowledged(id) => self.acknowledged(now, id, desk),
            TransportEvent::Unanswered(id) => self.unanswered(id, desk),
            TransportEvent::Undeliverable(id) => self.undeliverable(id, desk),
            TransportEvent::Reset { session } => {
                self.end_session(session, TransferError::Reset, desk);
            }
            TransportEvent::Closing { session } => {
                self.end_session(session, TransferError::CancelledByPeer, desk);
            }
            TransportEvent::Stalled { session } => {
                self.end_fetching(session, TransferError::TimedOut, desk);
            }
            TransportEvent::TooLong { session, total } => {
                self.end_fetching(session, TransferError::TooLong { len: total }, desk);
            }
            TransportEvent::Stranger { .. } => {
                desk.event(P2pEvent::Unexpected { peer: self.peer.clone() });
            }
        }
    }

    fn slp(&mut self, now: Now, message: &SlpMessage, desk: &mut Desk) {
        match (message.method(), message.code()) {
            (Some(method), _) if *method == Method::INVITE => self.invited(now, message, desk),
            (Some(method), _) if *method == Method::BYE => self.bye(message, desk),
            (_, Some(code)) => self.answered(now, message, code, desk),
            // It tells about an address, or nothing that is known.
            _ => {}
        }
    }

    fn invited(&mut self, now: Now, message: &SlpMessage, desk: &mut Desk) {
        let body = match &message.body {
            Body::Session(body) => body,
            // A connection is offered or asked for: the session stays where it is.
            _ => {
                self.send_slp(&message.answer(StatusCode::DECLINE, Body::Null));
                return;
            }
        };
        if self.calls.iter().any(|call| call.call_id == message.call_id) {
            return; // It came twice; its answer is on its way.
        }
        match self.wanted_object(message, body, desk) {
            Ok(published) => self.serve(now, message, body, published, desk),
            Err(reason) => {
                let answer = message.answer(
                    reason.code(),
                    Body::Session(SessionBody::refused(body.session_id.unwrap_or_default())),
                );
                self.send_slp(&answer);
                desk.event(P2pEvent::InvitationDeclined {
                    peer: self.peer.clone(),
                    application: body.application,
                    application_id: body.application_id,
                    reason,
                });
            }
        }
    }

    /// The object that an invitation asks for.
    fn wanted_object(
        &self,
        message: &SlpMessage,
        body: &SessionBody,
        desk: &Desk,
    ) -> Result<(Box<MsnObject>, Bytes), DeclineReason> {
        if message.to.account != desk.config.account {
            return Err(DeclineReason::WrongAddress);
        }
        if body.application != Some(EufGuid::OBJECT) {
            return Err(DeclineReason::UnknownApplication);
        }
        let context = body.context.as_ref().ok_or(DeclineReason::NoContext)?;
        let object = context.object().map_err(|_| DeclineReason::NoContext)?;
        let published = key(&object).and_then(|key| desk.published.get(&key));
        let published = published.ok_or(DeclineReason::UnknownObject)?;
        // Each transfer needs room for its preparation and its content.
        if self.calls.len() >= desk.config.limits.transfers || self.is_serving(body.session_id) {
            return Err(DeclineReason::TooMany);
        }
        Ok((published.object.clone(), published.content.clone()))
    }

    fn serve(
        &mut self,
        now: Now,
        invitation: &SlpMessage,
        body: &SessionBody,
        (object, content): (Box<MsnObject>, Bytes),
        desk: &mut Desk,
    ) {
        let session = body.session_id.unwrap_or_default();
        let accepted = Body::Session(SessionBody::accepted(session));
        self.send_slp(&invitation.answer(StatusCode::OK, accepted));
        let footer = match (self.peer.version(), body.application_id) {
            (PeerVersion::V1, None | Some(ApplicationId::NEGOTIATION)) => ApplicationId::OBJECT,
            (PeerVersion::V1, Some(id)) => id,
            // Seen on the wire: late clients leave it 0.
            (PeerVersion::V2, _) => ApplicationId::NEGOTIATION,
        };
        let Ok(message) = self.transport.send_preparation(session, footer) else { return };
        let transfer = desk.transfer();
        desk.event(P2pEvent::Serving { transfer, peer: self.peer.clone(), object: object.clone() });
        self.calls.push(Call {
            transfer,
            call_id: invitation.call_id,
            session,
            object,
            side: Side::Serving { content, footer, stage: Stage::Preparing(message) },
            until: now.after(desk.config.limits.preparation),
        });
    }

    /// The peer is ready for the content, or has had time to be.
    fn send_content(&mut self, now: Now, mut call: Call, desk: &mut Desk) {
        let Side::Serving { content, footer, stage } = &mut call.side else { return };
        match self.transport.send_object(call.session, *footer, content.clone()) {
            Ok(message) => {
                *stage = Stage::Sending(message);
                call.stir(now, &desk.config.limits);
                self.calls.push(call);
            }
            Err(_) => self.fail(&call, TransferError::TimedOut, desk),
        }
    }

    fn answered(&mut self, now: Now, message: &SlpMessage, code: StatusCode, desk: &mut Desk) {
        let is = |call: &Call| call.call_id == message.call_id;
        if message.body.is_about_a_connection() {
            return; // Its call is that of the session, which goes on without one.
        }
        if code == StatusCode::OK {
            if let Some(call) = self.calls.iter_mut().find(|call| call.is_fetching() && is(call)) {
                call.side = Side::Fetching { invitation: None };
                call.stir(now, &desk.config.limits);
            }
        } else if let Some(call) = self.take_call(is) {
            let error = match call.is_fetching() {
                true => TransferError::Refused(code),
                // Some say no in the midst of what they fetch (libpurple 2.7.5 on the wire).
                false => TransferError::CancelledByPeer,
            };
            self.fail(&call, error, desk);
        }
    }

    fn bye(&mut self, message: &SlpMessage, desk: &mut Desk) {
        let session = match &message.body {
            Body::SessionClose(end) => end.session_id,
            _ => None,
        };
        let of_call = |call: &Call| call.call_id == message.call_id;
        // Some programs draw another call for their goodbye; the session says which it is then.
        let of_session = |call: &Call| session == Some(call.session);
        let call = self.take_call(of_call).or_else(|| self.take_call(of_session));
        if let Some(call) = call {
            self.closed_by_peer(&call, TransferError::CancelledByPeer, desk);
        }
    }

    /// The content of an object has come.
    fn content(&mut self, session: u32, bytes: Vec<u8>, desk: &mut Desk) {
        let is = |call: &Call| call.is_fetching() && call.session == session;
        let Some(call) = self.take_call(is) else { return };
        self.say_bye(&call, desk);
        if !call.object.describes(&bytes) {
            return self.fail(&call, TransferError::WrongContent, desk);
        }
        self.transport.forget_incoming(session);
        let content = Bytes::from(bytes);
        desk.cache.keep(&call.object, content.clone());
        desk.event(P2pEvent::ObjectReceived {
            transfer: call.transfer,
            peer: self.peer.clone(),
            object: call.object,
            content,
        });
    }

    fn acknowledged(&mut self, now: Now, id: MessageId, desk: &mut Desk) {
        let prepared = |call: &Call| call.stage() == Some(Stage::Preparing(id));
        let sent = |call: &Call| call.stage() == Some(Stage::Sending(id));
        if let Some(call) = self.take_call(prepared) {
            self.send_content(now, call, desk);
        } else if let Some(call) = self.take_call(sent) {
            self.served(&call, true, desk);
        }
    }

    fn unanswered(&mut self, id: MessageId, desk: &mut Desk) {
        let sent = |call: &Call| call.stage() == Some(Stage::Sending(id));
        let invited = |call: &Call| matches!(call.side, Side::Fetching { invitation: Some(message) } if message == id);
        if let Some(call) = self.take_call(sent) {
            // Several programs never say that they have got it.
            self.say_bye(&call, desk);
            self.served(&call, false, desk);
        } else if let Some(call) = self.take_call(invited) {
            self.fail(&call, TransferError::TimedOut, desk);
        }
    }

    fn undeliverable(&mut self, id: MessageId, desk: &mut Desk) {
        let needs = |call: &Call| match call.side {
            Side::Fetching { invitation } => invitation == Some(id),
            Side::Serving {
                stage: Stage::Preparing(message) | Stage::Sending(message), ..
            } => message == id,
        };
        if let Some(call) = self.take_call(needs) {
            self.fail(&call, TransferError::Unreachable, desk);
        }
    }

    fn end_session(&mut self, session: u32, error: TransferError, desk: &mut Desk) {
        if let Some(call) = self.take_call(|call| call.session == session) {
            self.closed_by_peer(&call, error, desk);
        }
    }

    fn end_fetching(&mut self, session: u32, error: TransferError, desk: &mut Desk) {
        let is = |call: &Call| call.is_fetching() && call.session == session;
        if let Some(call) = self.take_call(is) {
            self.say_bye(&call, desk);
            self.fail(&call, error, desk);
        }
    }

    /// The peer wants no more of it: because it has all, or because it gave up. Whoever has got it
    /// says so before; a goodbye alone may mean either.
    fn closed_by_peer(&mut self, call: &Call, error: TransferError, desk: &mut Desk) {
        let all_sent = matches!(call.stage(), Some(Stage::Sending(message))
            if self.transport.progress(message).is_none_or(|(sent, total)| sent >= total));
        match all_sent && error == TransferError::CancelledByPeer {
            true => self.served(call, false, desk),
            false => self.fail(call, error, desk),
        }
    }

    fn served(&mut self, call: &Call, confirmed: bool, desk: &mut Desk) {
        self.transport.forget_outgoing(call.session);
        let peer = self.peer.clone();
        desk.event(P2pEvent::Served { transfer: call.transfer, peer, confirmed });
    }

    fn fail(&mut self, call: &Call, error: TransferError, desk: &mut Desk) {
        match call.is_fetching() {
            true => self.transport.forget_incoming(call.session),
            false => self.transport.forget_outgoing(call.session),
        }
        let peer = self.peer.clone();
        desk.event(P2pEvent::TransferFailed { transfer: call.transfer, peer, error });
    }

    fn say_bye(&mut self, call: &Call, desk: &mut Desk) {
        let bye = SlpMessage::request(
            Method::BYE,
            self.address(),
            desk.own_address(self.peer.version()),
            desk.random.guid(),
            call.call_id,
            Body::SessionClose(SessionEnd {
                session_id: Some(call.session),
                ..SessionEnd::default()
            }),
        );
        self.send_slp(&bye);
    }

    fn send_slp(&mut self, message: &SlpMessage) -> Option<MessageId> {
        let mut bytes = Vec::new();
        message.print(&mut bytes);
        // Where too many are under way, the peer does not answer; it need not be told more.
        self.transport.send_slp(bytes).ok()
    }

    /// Asks for a carrier where one is needed.
    fn want_carrier(&mut self, now: Now, desk: &mut Desk) {
        let is_needed = self.carriers.is_empty() && !self.calls.is_empty();
        if is_needed && self.wanted.is_none() {
            self.wanted = Some(now.after(desk.config.limits.reach));
            desk.event(P2pEvent::CarrierWanted(self.peer.clone()));
        }
    }

    /// A session number that no session of this peer has.
    fn new_session(&self, random: &mut Random) -> u32 {
        loop {
            let session = random.below(u32::MAX >> 1).saturating_add(MOST_RESERVED_SESSION);
            if self.calls.iter().all(|call| call.session != session) {
                return session;
            }
        }
    }

    fn is_serving(&self, session: Option<u32>) -> bool {
        self.calls.iter().any(|call| !call.is_fetching() && Some(call.session) == session)
    }

    fn fetching(&mut self, session: u32) -> Option<&mut Call> {
        self.calls.iter_mut().find(|call| call.is_fetching() && call.session == session)
    }

    fn take_call(&mut self, is: impl Fn(&Call) -> bool) -> Option<Call> {
        let at = self.calls.iter().position(is)?;
        Some(self.calls.swap_remove(at))
    }

    fn address(&self) -> SlpAddress {
        match self.peer.machine {
            None => SlpAddress::new(self.peer.account.clone()),
            Some(machine) => SlpAddress::on_machine(self.peer.account.clone(), machine),
        }
    }
}

impl DeclineReason {
    const fn code(self) -> StatusCode {
        match self {
            Self::NoContext => StatusCode::INTERNAL_ERROR,
            Self::WrongAddress => StatusCode::NOT_FOUND,
            Self::UnknownApplication | Self::UnknownObject | Self::TooMany => StatusCode::DECLINE,
        }
    }
}

/// The `AppID` of an object. Clients before MSNP13 know but one; late ones tell two kinds apart.
const fn application_id(version: PeerVersion, kind: Option<ObjectType>) -> ApplicationId {
    match (version, kind) {
        (PeerVersion::V2, Some(ObjectType::CUSTOM_EMOTICON)) => ApplicationId::CUSTOM_EMOTICON,
        (PeerVersion::V2, Some(ObjectType::DISPLAY_PICTURE)) => ApplicationId::DISPLAY_PICTURE,
        _ => ApplicationId::OBJECT,
    }
}

/// The sessions up to here mean something else: 0 is negotiation, 64 ink.
const MOST_RESERVED_SESSION: u32 = 65;
