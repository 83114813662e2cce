//! What bounds a client, and how much heap follows from that.

use core::time::Duration;

use msnp_codec::FrameLimits;
use msnp_codec::message::ReassemblyLimits;
use msnp_codec::msn_object::MsnObject;
use msnp_core::Account;
use msnp_p2p::P2pLimits;
use msnp_session::{NsClient, SbClient, SessionLimits};

use crate::conversation::{Call, Waiting};
use crate::links::Link;
use crate::sending::Sending;
use crate::{ConversationId, Event};

/// The bounds of a [`Client`](crate::Client).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Of each connection.
    pub session: SessionLimits,
    /// The most events that wait for the program before input is no longer taken.
    pub events: usize,
    /// The most bytes of commands and messages whose events wait for the program. When there are
    /// more, input is no longer taken until all these events are.
    pub heard: usize,
    /// The most contacts.
    pub contacts: usize,
    /// The most groups.
    pub groups: usize,
    /// The most bytes that contacts, groups and settings together may take, with names, pictures
    /// and all else that is known of them. It is an estimate, and may be passed by a quarter.
    pub roster: usize,
    /// The most conversations, and the most rooms.
    pub conversations: usize,
    /// The most messages of one conversation that wait for somebody to come.
    pub waiting: usize,
    /// The most bytes of the messages of all conversations together that wait for somebody to
    /// come, or for their turn.
    pub unsent: usize,
    /// How long such a message waits, and how long somebody who is rung may take to come.
    pub patience: Duration,
    /// Of messages that come in several parts.
    pub reassembly: ReassemblyLimits,
    /// Of objects between this client and others.
    pub p2p: P2pLimits,
    /// How often the server may send the client elsewhere, and a web page to another.
    pub redirects: u8,
}

impl Limits {
    /// The most heap that a [`Client`](crate::Client) holds, in bytes, whatever its servers and
    /// the other users do.
    ///
    /// It follows from the limits alone. What the program hands in with the
    /// [`Config`](crate::Config) is not counted; a [roster](crate::Config::roster) among it is, as
    /// part of that of the client. A program that acts again and again without taking an event
    /// may add one for each action.
    pub const fn heap_bound(&self) -> usize {
        let sessions = self.links().saturating_mul(self.session.heap_bound_without_events() + LINK);
        sessions
            .saturating_add(self.events_bound())
            .saturating_add(self.roster_bound())
            .saturating_add(self.talk_bound())
            .saturating_add(self.peers_bound())
            .saturating_add(SessionLimits::WORK + WEB)
    }

    /// The most connections at a time: those that are closing, because their last bytes are not
    /// sent, still count.
    pub(crate) const fn links(&self) -> usize {
        self.conversations.saturating_add(REDIRECTED)
    }

    const fn events_bound(&self) -> usize {
        // Of a line of nothing but short words each is an allocation of its own.
        let heard = self.heard.saturating_mul(WORDS);
        let whole = self.reassembly.message_len.saturating_mul(TEXT);
        // Everybody may go offline at once, and every message and request may end at once.
        let ends = self.contacts.saturating_add(self.messages()).saturating_add(self.links());
        let places = self.events.saturating_add(ends).saturating_mul(2 * size_of::<Event>());
        let accounts = self.contacts.saturating_mul(Account::MAX_LEN).saturating_add(self.roster);
        let boxes = self.events.saturating_mul(BOXED);
        let texts = heard.saturating_add(whole).saturating_add(boxes);
        texts.saturating_add(places).saturating_add(accounts)
    }

    const fn roster_bound(&self) -> usize {
        // It is an estimate that may be passed by a quarter, and trees may be half empty.
        let kept = self.roster.saturating_add(self.roster / 4).saturating_mul(2);
        kept.saturating_add(SessionLimits::WORK)
    }

    /// Conversations, and what is under way in them or with the notification server.
    const fn talk_bound(&self) -> usize {
        let line = FrameLimits::SIGNED_IN.line;
        let conversations = self.conversations.saturating_add(1).saturating_mul(CONVERSATION);
        let messages = self.messages().saturating_mul(MESSAGE);
        // The requests that an action has yet to make bear names.
        let steps = self.session.pending.saturating_mul(STEPS * (TEXT * line + 512));
        let reassembly = self.reassembly.heap_bound::<(ConversationId, Account)>();
        let senders = self.reassembly.messages.saturating_add(1).saturating_mul(Account::MAX_LEN);
        conversations
            .saturating_add(messages)
            .saturating_add(self.unsent)
            .saturating_add(steps)
            .saturating_add(reassembly)
            .saturating_add(senders)
    }

    /// Objects between this client and others.
    const fn peers_bound(&self) -> usize {
        let peers = self.p2p.peers.saturating_mul(2).saturating_add(1).saturating_mul(PEER);
        let packets = self.links().saturating_mul(self.session.pending).saturating_mul(PACKET);
        // Each transfer may end at once, and each event may hold a descriptor.
        let transfers = self.p2p.peers.saturating_mul(self.p2p.transfers);
        let events = transfers.saturating_mul(2 * size_of::<Event>() + Account::MAX_LEN);
        let objects = self.events.saturating_add(1).saturating_mul(OBJECT);
        self.p2p
            .heap_bound()
            .saturating_add(peers)
            .saturating_add(packets)
            .saturating_add(events)
            .saturating_add(objects)
            .saturating_add(self.p2p.object)
    }

    /// How many messages have not ended: those that wait, and those that each room and request may
    /// have under way.
    const fn messages(&self) -> usize {
        let waiting = self.conversations.saturating_mul(self.waiting);
        waiting.saturating_add(self.links().saturating_mul(self.session.pending))
    }
}

/// The connections that there may be beside one for each conversation: to the notification server,
/// to those that one was sent away from, and a few that are closing.
const REDIRECTED: usize = 8;
/// What a link takes beside what its session allocates.
const LINK: usize = size_of::<Link>() * 3 + size_of::<NsClient>() + size_of::<SbClient>() + 1024;
/// How many times its bytes a text may take that is no UTF-8.
const TEXT: usize = 4;
/// How many times its bytes a line may take that is nothing but short words.
const WORDS: usize = 20;
/// The largest value in a box that an event holds, texts aside.
const BOXED: usize = 1024;
/// Those who are wanted and called, 256 each, in trees that may be half empty.
const CONVERSATION: usize =
    SbClient::MAX_MEMBERS * 2 * (Account::MAX_LEN + 3 * size_of::<Call>() + 48) + 1024;
/// A message that has not ended, in three trees that may be half empty, and the queue of its parts.
const MESSAGE: usize = 3 * (size_of::<Sending>() + 64) + 2 * size_of::<Waiting>() + 256;
/// A peer in four trees and lists that may be half empty, with the headers of its packets.
const PEER: usize = 8 * (Account::MAX_LEN + 64) + 1024;
/// A packet that waits for an answer, in a tree that may be half empty.
const PACKET: usize = 256;
/// A descriptor that an event holds.
const OBJECT: usize = 2 * MsnObject::MAX_LEN + 64 * MsnObject::MAX_ATTRIBUTES;
/// The requests of one action.
const STEPS: usize = 4;
/// Addresses, challenges and tickets of the sign-in page. Drivers bound the headers that bring them.
const WEB: usize = 256 * 1024;

impl Default for Limits {
    /// 256 events of 1 MiB, 20,000 contacts, 100 groups, 64 MiB of both, 64 conversations, 32 messages
    /// for 60 seconds, 4 MiB of them all, 16 peers with transfers, 5 redirections. The
    /// [heap](Self::heap_bound) is below 1 GiB with them, a third of it for objects of 1 MiB that
    /// all come at once; what is really held depends on the contact list above all.
    fn default() -> Self {
        let mut p2p = P2pLimits::DEFAULT;
        p2p.peers = 16;
        Self {
            session: SessionLimits::default(),
            events: 256,
            heard: 1024 * 1024,
            contacts: 20_000,
            groups: 100,
            roster: 64 * 1024 * 1024,
            conversations: 64,
            waiting: 32,
            unsent: 4 * 1024 * 1024,
            patience: Duration::from_secs(60),
            reassembly: ReassemblyLimits::default(),
            p2p,
            redirects: 5,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_limits_bound_the_heap_as_their_documentation_says() {
        let bound = Limits::default().heap_bound() / (1024 * 1024);
        assert!((512..1024).contains(&bound), "{bound} MiB");
    }
}
