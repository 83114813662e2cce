//! `CHG`, `UUX` and what others are told of them: `ILN`, `NLN`, `FLN`, `UBX`.

use alloc::vec::Vec;

use bytes::Bytes;
use msnp_codec::command::{
    Capabilities, ClientChg, ClientUux, ContactName, ServerChg, ServerFln, ServerIln, ServerNln,
    ServerUbx, ServerUux,
};
use msnp_codec::personal_message::PersonalMessage;
use msnp_codec::{Encoded, ServerCommand};
use msnp_core::{
    Account, ErrorCode, LinkId, List, NetworkId, NetworkPlace, Status, TransactionId, Version,
};

use crate::edit::Pace;
use crate::event::Ending;
use crate::service::{Online, Presence, Service};

impl Service {
    pub(crate) fn change_status(&mut self, link: LinkId, account: &Account, chg: &ClientChg<'_>) {
        if !chg.status.can_be_chosen() {
            return self.refuse(link, ErrorCode::INVALID_PARAMETER, chg.transaction);
        }
        if self.is_too_fast(link, chg.transaction, Pace::Changes) {
            return;
        }
        let Some(online) = self.online.get_mut(account) else { return };
        let before = online.shown().cloned();
        let first = online.presence.is_none();
        // A status must be echoed; a picture that is too long to pass on is none for others.
        let limit = self.config.limits.personal;
        let is_shown =
            |object: &Encoded<'_>| object.as_bytes() != b"0" && object.as_bytes().len() <= limit;
        let object = chg.object.clone().filter(is_shown);
        online.presence = Some(Presence {
            status: chg.status,
            capabilities: chg.capabilities,
            object: object.map(Encoded::into_owned),
        });
        let after = online.shown().cloned();
        self.tell(
            link,
            ServerChg {
                transaction: chg.transaction,
                status: chg.status,
                capabilities: chg.capabilities,
                object: chg.object.clone(),
            },
        );
        if first {
            self.tell_who_is_online(link, account, chg.transaction);
        }
        match (before, after) {
            (Some(_), None) => self.announce_gone(account),
            (None, Some(_)) => self.announce(account, true),
            (before, after) if before != after => self.announce(account, false),
            _ => {}
        }
        if first {
            self.welcome(link, account);
        }
    }

    /// What follows the first status.
    fn welcome(&mut self, link: LinkId, account: &Account) {
        self.challenge(link);
        let Some(notification) = self.links.notification(link) else { return };
        if notification.server.version().mailbox_is_a_document() {
            self.tell_mail_data(link, account);
        }
        self.tell_maintenance(link);
    }

    pub(crate) fn set_personal(&mut self, link: LinkId, account: &Account, uux: &ClientUux<'_>) {
        let transaction = uux.transaction;
        if self.is_too_fast(link, transaction, Pace::Changes) {
            return;
        }
        let limit = self.config.limits.personal;
        let personal = Some(uux.body).filter(|body| body.len() <= limit);
        let personal = personal.and_then(|body| PersonalMessage::parse(body).ok());
        let Some(mut personal) = personal else {
            return self.refuse(link, ErrorCode::INVALID_PARAMETER, transaction);
        };
        // Which machine it is, is not for others to know before they can meet it there.
        personal.machine_guid = None;
        let mut document = Vec::new();
        if personal != PersonalMessage::default() {
            personal.print(&mut document);
        }
        // What is passed on may be longer than what came, as more is escaped in it.
        if document.len() > limit {
            return self.refuse(link, ErrorCode::INVALID_PARAMETER, transaction);
        }
        self.tell(link, ServerUux { transaction });
        let Some(online) = self.online.get_mut(account) else { return };
        let document = Bytes::from(document);
        let changed = online.personal != document;
        online.personal = document;
        if changed && online.shown().is_some() {
            for viewer in self.viewers(account) {
                self.tell_personal(viewer, account, true);
            }
        }
    }

    /// Tells everybody who may know that somebody is there, or has changed. With `anew` they did
    /// not know before.
    pub(crate) fn announce(&mut self, account: &Account, anew: bool) {
        for viewer in self.viewers(account) {
            self.tell_presence(viewer, account, None);
            if anew {
                self.tell_personal(viewer, account, false);
            }
        }
    }

    /// Tells everybody who could know that somebody is gone.
    pub(crate) fn announce_gone(&mut self, account: &Account) {
        for viewer in self.viewers(account) {
            self.tell_gone(viewer, account);
        }
    }

    /// The links of those who are told the presence of somebody: they have said a status
    /// themselves, and may see it.
    pub(crate) fn viewers(&self, subject: &Account) -> Vec<LinkId> {
        let Some(person) = self.directory.get(subject) else { return Vec::new() };
        let viewer = |account: &Account| {
            let online = self.online.get(account).filter(|online| online.presence.is_some())?;
            self.directory.permission(account, subject).see.then_some(online.link)
        };
        person.reverse().filter_map(viewer).collect()
    }

    /// `ILN` with this transaction, or `NLN`, and nothing about somebody who is not shown.
    pub(crate) fn tell_presence(
        &mut self,
        to: LinkId,
        subject: &Account,
        initial: Option<TransactionId>,
    ) {
        let Some(presence) = self.online.get(subject).and_then(Online::shown) else { return };
        let name = self.directory.name(subject);
        let Some(notification) = self.links.notification(to) else { return };
        let version = notification.server.version();
        let presence = ServerNln {
            status: presence.status,
            contact: contact_name(subject, version),
            name: Encoded::new(name),
            capabilities: version
                .has_capabilities()
                .then(|| shown_capabilities(presence.capabilities, version)),
            object: presence.object.clone().filter(|_| version.has_msn_objects()),
        };
        let command = match initial {
            Some(transaction) => ServerIln { transaction, presence }.into(),
            None => ServerCommand::from(presence),
        };
        notification.server.send(&command);
    }

    /// `UBX`, and nothing about somebody who is not shown; one that is empty only where it was not
    /// before.
    pub(crate) fn tell_personal(&mut self, to: LinkId, subject: &Account, even_empty: bool) {
        let shown = self.online.get(subject).filter(|online| online.shown().is_some());
        let Some(online) = shown else { return };
        if online.personal.is_empty() && !even_empty {
            return;
        }
        let Some(notification) = self.links.notification(to) else { return };
        let version = notification.server.version();
        if version.has_personal_messages() {
            let contact = contact_name(subject, version);
            notification.server.send(&ServerUbx { contact, body: &online.personal }.into());
        }
    }

    pub(crate) fn tell_gone(&mut self, to: LinkId, subject: &Account) {
        let Some(notification) = self.links.notification(to) else { return };
        let contact = contact_name(subject, notification.server.version());
        notification.server.send(&ServerFln { contact, capabilities: None }.into());
    }

    /// Somebody is no longer signed in on this link.
    pub(crate) fn sign_off(&mut self, link: LinkId, account: &Account, why: Ending) {
        let Some(online) = self.online.get(account).filter(|online| online.link == link) else {
            return;
        };
        let was_shown = online.shown().is_some();
        self.online.remove(account);
        if was_shown {
            self.announce_gone(account);
        }
        self.signed_out(account.clone(), why);
    }

    fn tell_who_is_online(&mut self, link: LinkId, account: &Account, transaction: TransactionId) {
        let Some(person) = self.directory.get(account) else { return };
        let seen = |subject: &&Account| {
            person.lists(subject).contains(List::Forward)
                && self.online.get(*subject).is_some_and(|online| online.shown().is_some())
                && self.directory.permission(account, subject).see
        };
        let subjects: Vec<Account> = person.contacts.keys().filter(seen).cloned().collect();
        for subject in subjects {
            self.tell_presence(link, &subject, Some(transaction));
            self.tell_personal(link, &subject, false);
        }
    }
}

fn contact_name(account: &Account, version: Version) -> ContactName<'_> {
    let network =
        (version.network_in_presence() != NetworkPlace::Nowhere).then_some(NetworkId::MSN);
    ContactName { account: account.as_str(), network }
}

/// What a client of this version can read: two numbers only from MSNP16.
pub(crate) fn shown_capabilities(own: Option<Capabilities>, version: Version) -> Capabilities {
    let own = own.unwrap_or_default();
    if version.has_extended_capabilities() { own } else { Capabilities::new(own.basic) }
}

impl Presence {
    /// Whether a room may be asked for in this state.
    pub(crate) fn can_chat(&self) -> bool {
        self.status != Status::HIDDEN
    }
}
