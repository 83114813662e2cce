//! Conversations: what the user sees as one talk, over as many rooms as it takes.
//!
//! Both sides may ring each other at once. Both then enter both rooms, which are one conversation;
//! each message goes to one of them, so it arrives once.

use alloc::collections::{BTreeMap, BTreeSet, VecDeque};
use alloc::vec::Vec;
use core::time::Duration;

use bytes::Bytes;

use msnp_codec::command::Acknowledge;
use msnp_core::{Account, LinkId, Now, TransactionId};
use msnp_session::SbClient;

use crate::{ConversationId, MessageId};

/// All conversations.
#[derive(Debug, Default)]
pub(crate) struct Conversations {
    all: BTreeMap<ConversationId, Conversation>,
    last: u64,
}

/// One conversation.
#[derive(Debug, Default)]
pub(crate) struct Conversation {
    /// Who should be here. Whoever leaves by themselves stays in it, to be called again.
    pub(crate) wanted: BTreeSet<Account>,
    /// The rooms, the oldest first.
    pub(crate) rooms: Vec<LinkId>,
    /// The request for a room that is under way.
    pub(crate) requested: Option<TransactionId>,
    /// Messages that wait for somebody to come, or for their turn.
    pub(crate) waiting: VecDeque<Waiting>,
    /// Who is rung.
    pub(crate) calling: BTreeMap<Account, Call>,
}

/// Somebody is rung. `RINGING` is not the end of it: they may come, or never say anything.
#[derive(Debug)]
pub(crate) struct Call {
    /// From which room.
    pub(crate) room: LinkId,
    /// How long one waits for them to come.
    pub(crate) until: Duration,
}

/// A message that waits for somebody to come, or for its turn.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) message: MessageId,
    pub(crate) acknowledge: Acknowledge,
    /// The parts that are not sent yet.
    pub(crate) parts: VecDeque<Bytes>,
    pub(crate) deadline: Duration,
}

impl Conversation {
    /// Whether somebody is rung at this time.
    pub(crate) fn is_calling(&self, now: Now, account: &Account) -> bool {
        self.calling.get(account).is_some_and(|call| now.monotonic < call.until)
    }

    /// Whether anybody is.
    pub(crate) fn is_calling_anybody(&self, now: Now) -> bool {
        self.calling.values().any(|call| now.monotonic < call.until)
    }

    /// Wants somebody here; says whether there is room for them.
    pub(crate) fn want(&mut self, account: Account) -> bool {
        let room = self.wanted.contains(&account) || self.wanted.len() < SbClient::MAX_MEMBERS;
        if room {
            self.wanted.insert(account);
        }
        room
    }
}

impl Conversations {
    pub(crate) fn get(&mut self, id: ConversationId) -> Option<&mut Conversation> {
        self.all.get_mut(&id)
    }

    /// Whether there can be one more. Where there are many, the oldest that nobody is in, and in
    /// which nothing is under way, is forgotten for it.
    pub(crate) fn make_room(&mut self, limit: usize) -> bool {
        let over =
            |c: &Conversation| c.rooms.is_empty() && c.waiting.is_empty() && c.requested.is_none();
        if self.all.len() >= limit
            && let Some(id) = self.all.iter().find(|(_, c)| over(c)).map(|(id, _)| *id)
        {
            self.all.remove(&id);
        }
        self.all.len() < limit
    }

    pub(crate) fn new_with(&mut self, wanted: Account) -> ConversationId {
        self.last += 1;
        let id = ConversationId::new(self.last);
        let conversation = Conversation { wanted: BTreeSet::from([wanted]), ..Default::default() };
        self.all.insert(id, conversation);
        id
    }

    pub(crate) fn remove(&mut self, id: ConversationId) -> Option<Conversation> {
        self.all.remove(&id)
    }

    /// The conversation with nobody but this account.
    pub(crate) fn with_only(&self, account: &Account) -> Option<ConversationId> {
        let alone = |c: &Conversation| c.wanted.len() == 1 && c.wanted.contains(account);
        self.all.iter().find(|(_, conversation)| alone(conversation)).map(|(id, _)| *id)
    }

    pub(crate) fn of_request(&self, transaction: TransactionId) -> Option<ConversationId> {
        let asked = |c: &Conversation| c.requested == Some(transaction);
        self.all.iter().find(|(_, conversation)| asked(conversation)).map(|(id, _)| *id)
    }

    pub(crate) fn ids(&self) -> Vec<ConversationId> {
        self.all.keys().copied().collect()
    }

    /// All messages that wait.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = &Waiting> {
        self.all.values().flat_map(|conversation| &conversation.waiting)
    }

    /// The earliest time at which a waiting message gives up.
    pub(crate) fn deadline(&self) -> Option<Duration> {
        self.all.values().filter_map(|c| c.waiting.front()).map(|waiting| waiting.deadline).min()
    }
}
