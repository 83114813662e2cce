//! Rooms: `USR`, `ANS`, `CAL`, `MSG`, and leaving.
//!
//! One slow member does not stop the others. What waits for each member is bounded
//! ([`Limits::switchboard`](crate::Limits)); whoever lets that fill up is cut off, the others see
//! it leave, and the sender of the message that did not fit is told `NAK` if it asked.

use alloc::collections::BTreeSet;
use alloc::string::ToString;
use alloc::vec::Vec;

use msnp_codec::command::{
    Acknowledge, Capabilities, ClientCal, ClientMsg, ClientXfr, ServerAck, ServerBye, ServerCal,
    ServerJoi, ServerMsg, ServerNak, ServerRng, ServerXfr,
};
use msnp_codec::message::Message;
use msnp_codec::{
    ClientCommand, Encoded, FrameError, FrameFault, Hidden, OwnedCommand, Sender, ServerCommand,
    Verb,
};
use msnp_core::{Account, ErrorCode, LinkId, Secret, Version};
use msnp_session::{Present, SessionError, Step};

use crate::edit::Pace;
use crate::event::{Refusal, ServerEvent};
use crate::links::Seat;
use crate::presence::shown_capabilities;
use crate::room::{Invitation, Member, OwnRoom, Room};
use crate::service::{Online, Presence, Service, Timer};

impl Service {
    /// `XFR SB`: a cookie for a room of one's own.
    pub(crate) fn transfer(&mut self, link: LinkId, account: &Account, xfr: &ClientXfr<'_>) {
        let transaction = xfr.transaction;
        if xfr.service != "SB" {
            return self.refuse(link, ErrorCode::INVALID_PARAMETER, transaction);
        }
        let Some(online) = self.online.get(account) else { return };
        let can_chat = online.presence.as_ref().is_some_and(Presence::can_chat);
        if !can_chat || !online.takes_invitations {
            return self.refuse(link, ErrorCode::NOT_ALLOWED_WHILE_HIDDEN, transaction);
        }
        let version = online.version;
        // Each room is a way to ring others once more.
        if self.is_too_fast(link, transaction, Pace::Edits) {
            return;
        }
        let room = OwnRoom { account: account.clone(), link, version };
        let deadline = self.now.after(self.config.limits.room_cookie);
        let now = self.now.monotonic;
        let (_, cookie) = self.own_rooms.issue(&mut self.random, now, deadline, account, room);
        let address = self.address(|all| &all.switchboard);
        let (address, cookie) = (address.as_str(), Hidden(cookie.as_str()));
        self.tell(link, ServerXfr::Switchboard { transaction, address, cookie });
    }

    /// Somebody shows a cookie.
    pub(crate) fn enter(
        &mut self,
        link: LinkId,
        account: Account,
        cookie: &Secret,
        session: Option<&str>,
    ) {
        match session {
            None => self.enter_own(link, account, cookie),
            Some(session) => self.enter_invited(link, account, cookie, session),
        }
    }

    fn enter_own(&mut self, link: LinkId, account: Account, cookie: &Secret) {
        let room = self.own_rooms.redeem(self.now.monotonic, cookie.expose());
        let Some(own) =
            room.filter(|room| room.account == account && self.is_signed_in(&account, room.link))
        else {
            return self.keep_out(link, account, Refusal::WrongCookie);
        };
        let seats = self.seats.get(&account).map_or(0, BTreeSet::len);
        let limits = &self.config.limits;
        if self.rooms.len() >= limits.rooms || seats >= limits.rooms_of_one {
            let full = Refusal::Full(ErrorCode::TOO_MANY_SESSIONS);
            return self.keep_out(link, account, full);
        }
        let id = self.fresh_session();
        let name = self.directory.name(&account);
        let Some(switchboard) = self.links.switchboard(link) else { return };
        switchboard.server.admit_own(own.version, name);
        if !switchboard.server.is_inside() {
            return;
        }
        self.sit(link, Seat { account: account.clone(), room: id, origin: own.link });
        let mut room = Room::default();
        room.members.push(Member { account: account.clone(), link });
        self.rooms.insert(id, room);
        self.timers.set(Timer::Room(id), self.now.after(self.config.limits.room_idle));
        self.active(id);
        self.event(ServerEvent::RoomOpened { session: id, by: account });
    }

    fn enter_invited(&mut self, link: LinkId, account: Account, cookie: &Secret, session: &str) {
        let invitation = self.invitations.redeem(self.now.monotonic, cookie.expose());
        let Some(invitation) = invitation.filter(|invitation| {
            invitation.account == account
                && session == invitation.room.to_string()
                && self.is_signed_in(&account, invitation.link)
                && self.rooms.contains_key(&invitation.room)
        }) else {
            return self.keep_out(link, account, Refusal::WrongCookie);
        };
        let (id, version) = (invitation.room, invitation.version);
        let Some(room) = self.rooms.get(&id) else { return };
        let others: Vec<(Account, Capabilities)> = room
            .members
            .iter()
            .map(|member| (member.account.clone(), self.capabilities(&member.account, version)))
            .collect();
        let present: Vec<Present<'_>> = others
            .iter()
            .map(|(account, capabilities)| Present {
                account,
                name: self.directory.name(account),
                capabilities: Some(*capabilities),
            })
            .collect();
        let Some(switchboard) = self.links.switchboard(link) else { return };
        switchboard.server.admit_guest(version, &present);
        if !switchboard.server.is_inside() {
            return;
        }
        let origin = invitation.link;
        self.sit(link, Seat { account: account.clone(), room: id, origin });
        let Some(room) = self.rooms.get_mut(&id) else { return };
        room.ringing.remove(&account);
        let others = room.others(link);
        room.members.push(Member { account: account.clone(), link });
        self.active(id);
        for other in others {
            self.tell_joined(other, &account);
        }
        self.event(ServerEvent::Entered { session: id, account });
    }

    fn sit(&mut self, link: LinkId, seat: Seat) {
        self.seats.entry(seat.account.clone()).or_default().insert(link);
        self.links.recognize(link);
        if let Some(switchboard) = self.links.switchboard(link) {
            switchboard.seat = Some(seat);
        }
    }

    /// A command of a member.
    pub(crate) fn room_command(&mut self, link: LinkId, command: &OwnedCommand) {
        let Some(switchboard) = self.links.switchboard(link) else { return };
        let Some(seat) = switchboard.seat.clone() else { return };
        let version = switchboard.server.version();
        self.active(seat.room);
        match ClientCommand::parse(command.as_raw(), version) {
            Ok(ClientCommand::Cal(cal)) => self.call(link, &seat, &cal),
            Ok(ClientCommand::Msg(msg)) => self.pass_on(link, &seat, &msg),
            _ => {}
        }
    }

    fn call(&mut self, link: LinkId, seat: &Seat, cal: &ClientCal<'_>) {
        let answer = self.ring(seat, cal.account);
        let Some(switchboard) = self.links.switchboard(link) else { return };
        let transaction = cal.transaction;
        match answer {
            Ok(()) => {
                let session = seat.room.to_string();
                let session = session.as_str();
                switchboard
                    .server
                    .send(&ServerCal { transaction, state: "RINGING", session }.into());
            }
            Err(code) => switchboard.server.error(code, Some(transaction)),
        }
    }

    fn ring(&mut self, seat: &Seat, callee: &str) -> Result<(), ErrorCode> {
        // From MSNP16 a machine may follow the account.
        let callee = callee.split(';').next().unwrap_or_default();
        let callee = Account::new(callee).map_err(|_| ErrorCode::INVALID_ACCOUNT)?;
        let now = self.now.monotonic;
        let room = self.rooms.get_mut(&seat.room).ok_or(ErrorCode::SWITCHBOARD_FAILED)?;
        // Who has signed out or in again meanwhile can no longer answer.
        room.ringing.retain(|guest, cookie| {
            let invitation = self.invitations.get(now, *cookie);
            let rung = self.online.get(guest).map(|online| online.link);
            invitation.is_some_and(|invitation| Some(invitation.link) == rung)
        });
        if room.has(&callee) {
            return Err(ErrorCode::ALREADY_THERE);
        }
        let is_rung = room.ringing.contains_key(&callee);
        let full = room.members.len() + room.ringing.len() >= self.config.limits.members;
        // Before anything about presence: who may not ring does not learn of it in this way either,
        // nor does anybody learn that one who was rung hides now.
        let known = self.directory.get(&callee).is_some();
        if known && !self.directory.permission(&seat.account, &callee).ring {
            return Err(ErrorCode::NOT_ON_LIST);
        }
        let online = self.online.get(&callee);
        let online = online.filter(|online| online.shown().is_some() && online.takes_invitations);
        let Some(Online { link, version, .. }) = online.cloned() else {
            return Err(ErrorCode::NOT_ONLINE);
        };
        if is_rung {
            return Err(ErrorCode::ALREADY_THERE);
        }
        if full {
            return Err(ErrorCode::TOO_ACTIVE);
        }
        let deadline = self.now.after(self.config.limits.invitation_cookie);
        let invitation = Invitation { account: callee.clone(), link, version, room: seat.room };
        let (number, cookie) =
            self.invitations.issue(&mut self.random, now, deadline, &seat.account, invitation);
        if let Some(room) = self.rooms.get_mut(&seat.room) {
            room.ringing.insert(callee, number);
        }
        let (session, address) = (seat.room.to_string(), self.address(|all| &all.switchboard));
        let name = self.directory.name(&seat.account).to_string();
        let ring = ServerRng {
            session: &session,
            address: &address,
            cookie: Hidden(&cookie),
            account: seat.account.as_str(),
            name: Encoded::new(&name),
        };
        self.tell(link, ring);
        Ok(())
    }

    fn pass_on(&mut self, link: LinkId, seat: &Seat, msg: &ClientMsg<'_>) {
        let transaction = msg.transaction;
        let Some(switchboard) = self.links.switchboard(link) else { return };
        match fault_of(msg, switchboard.server.version(), self.config.limits.message) {
            None => {}
            Some(Fault::TooLong) => {
                switchboard.server.error(ErrorCode::INVALID_PARAMETER, Some(transaction));
                let (verb, sender) = (Some(Verb::new(*b"MSG")), Sender::Client);
                let fault = FrameFault::BodyTooLong;
                let error = FrameError { fault, verb, sender, offset: 0 };
                return switchboard.server.close(Err(error.into()));
            }
            Some(Fault::WrongLetter) => {
                let step = Step::Room;
                return switchboard.server.close(Err(SessionError::Unexpected { step }));
            }
            Some(Fault::NoPacket) => {
                return switchboard.server.error(INVALID_MESSAGE, Some(transaction));
            }
        }
        let Some(room) = self.rooms.get(&seat.room) else { return };
        let others = room.others(link);
        let name = self.directory.name(&seat.account);
        let message =
            ServerMsg { account: seat.account.as_str(), name: Encoded::new(name), body: msg.body };
        let message = ServerCommand::from(message);
        let mut reached_all = !others.is_empty();
        for other in others {
            let sent = self.links.switchboard(other).is_some_and(|to| to.server.send(&message));
            reached_all &= sent;
        }
        let Some(switchboard) = self.links.switchboard(link) else { return };
        if reached_all && msg.acknowledge.confirms() {
            switchboard.server.send(&ServerAck { transaction }.into());
        } else if !reached_all && msg.acknowledge.reports_failure() {
            switchboard.server.send(&ServerNak { transaction }.into());
        }
    }

    /// The connection of a member has ended.
    pub(crate) fn leave(&mut self, link: LinkId, seat: &Seat, idle: bool) {
        if let Some(seats) = self.seats.get_mut(&seat.account) {
            seats.remove(&link);
            if seats.is_empty() {
                self.seats.remove(&seat.account);
            }
        }
        let Some(room) = self.rooms.get_mut(&seat.room) else { return };
        room.members.retain(|member| member.link != link);
        let (others, ringing) = (room.others(link), core::mem::take(&mut room.ringing));
        if others.is_empty() {
            self.rooms.remove(&seat.room);
            self.timers.clear(&Timer::Room(seat.room));
            ringing.into_values().for_each(|cookie| self.invitations.revoke(cookie));
        } else {
            room.ringing = ringing;
        }
        self.event(ServerEvent::Left { session: seat.room, account: seat.account.clone() });
        if others.is_empty() {
            self.event(ServerEvent::RoomClosed { session: seat.room });
        }
        let idle = idle.then_some("1");
        for other in others {
            if let Some(switchboard) = self.links.switchboard(other) {
                let account = seat.account.as_str();
                switchboard.server.send(&ServerBye { account, idle }.into());
            }
        }
    }

    /// A room may have been idle for too long: then all are told that all have left, and go.
    pub(crate) fn check_room(&mut self, id: u32) {
        let Some(room) = self.rooms.get(&id) else { return };
        let deadline = room.active.saturating_add(self.config.limits.room_idle);
        if deadline > self.now.monotonic {
            return self.timers.set(Timer::Room(id), deadline);
        }
        for member in room.members.clone() {
            self.leave_idle(&member, id);
        }
    }

    fn leave_idle(&mut self, member: &Member, id: u32) {
        let Some(room) = self.rooms.get(&id) else { return };
        let others: Vec<Account> = room.members.iter().map(|other| other.account.clone()).collect();
        let Some(switchboard) = self.links.switchboard(member.link) else { return };
        let seat = switchboard.seat.take();
        for other in others.iter().filter(|other| **other != member.account) {
            let bye = ServerBye { account: other.as_str(), idle: Some("1") };
            switchboard.server.send(&bye.into());
        }
        switchboard.server.close(Ok(()));
        if let Some(seat) = seat {
            self.leave(member.link, &seat, true);
        }
    }

    fn tell_joined(&mut self, to: LinkId, account: &Account) {
        let name = self.directory.name(account).to_string();
        let Some(switchboard) = self.links.switchboard(to) else { return };
        let version = switchboard.server.version();
        let capabilities =
            version.members_have_capabilities().then(|| self.capabilities(account, version));
        let joined =
            ServerJoi { account: account.as_str(), name: Encoded::new(&name), capabilities };
        if let Some(switchboard) = self.links.switchboard(to) {
            switchboard.server.send(&joined.into());
        }
    }

    fn capabilities(&self, account: &Account, version: Version) -> Capabilities {
        let online = self.online.get(account);
        let presence = online.and_then(|online| online.presence.as_ref());
        shown_capabilities(presence.and_then(|presence| presence.capabilities), version)
    }

    fn keep_out(&mut self, link: LinkId, account: Account, why: Refusal) {
        let code = match why {
            Refusal::Full(code) => code,
            _ => ErrorCode::AUTHENTICATION_FAILED,
        };
        if let Some(switchboard) = self.links.switchboard(link) {
            switchboard.server.refuse(code);
        }
        self.report_refusal(account, why);
    }

    fn is_signed_in(&self, account: &Account, link: LinkId) -> bool {
        self.online.get(account).is_some_and(|online| online.link == link)
    }

    fn active(&mut self, room: u32) {
        let now = self.now.monotonic;
        if let Some(room) = self.rooms.get_mut(&room) {
            room.active = now;
        }
    }

    /// A number of at most 31 bits, as some clients read it, that no room has.
    fn fresh_session(&mut self) -> u32 {
        loop {
            let id = self.random.below(0x7fff_ffff).saturating_add(1);
            if !self.rooms.contains_key(&id) {
                return id;
            }
        }
    }
}

/// Why a message is not passed on.
enum Fault {
    TooLong,
    /// `D` where there is none yet, or peer-to-peer data without it.
    WrongLetter,
    /// Peer-to-peer data that is too short to be any.
    NoPacket,
}

fn fault_of(msg: &ClientMsg<'_>, version: Version, limit: usize) -> Option<Fault> {
    if msg.body.len() > limit {
        return Some(Fault::TooLong);
    }
    let as_data = msg.acknowledge == Acknowledge::Data;
    if !version.has_data_messages() {
        return as_data.then_some(Fault::WrongLetter);
    }
    let message = Message::parse(msg.body);
    let kind = message.content_type();
    if !kind.is_some_and(|kind| kind.is(PEER_TO_PEER)) {
        return None;
    }
    match as_data {
        false => Some(Fault::WrongLetter),
        true => (message.body().len() < shortest_packet(&message)).then_some(Fault::NoPacket),
    }
}

/// The shortest header of a packet: only the second version of the layer says who it is from.
fn shortest_packet(message: &Message<'_>) -> usize {
    match message.headers().get("P2P-Src") {
        None => PACKET_HEADER,
        Some(_) => PACKET_HEADER_V2,
    }
}

const PEER_TO_PEER: &str = "application/x-msnmsgrp2p";
/// The bytes before the data of a packet between clients.
const PACKET_HEADER: usize = 48;
/// The same in the second version of their layer, at least.
const PACKET_HEADER_V2: usize = 8;
/// 282: data between clients that is none.
const INVALID_MESSAGE: ErrorCode = match ErrorCode::from_number(282) {
    Some(code) => code,
    None => ErrorCode::INVALID_PARAMETER,
};
