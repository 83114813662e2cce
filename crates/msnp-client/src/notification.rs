//! What the notification server says, and what becomes of it.

use alloc::boxed::Box;

use bytes::Bytes;

use msnp_codec::message::{Content, Message};
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, List, Lists, Now, Status, TransactionId};
use msnp_session::{ListedContact, NsEvent, NsRequest, RequestError, SessionError, Step};

use crate::client::{Client, Stage};
use crate::{ClientError, Event};

impl Client {
    pub(crate) fn notification_event(&mut self, now: Now, event: NsEvent) {
        match event {
            NsEvent::VersionChosen(version) => self.set_version(version),
            NsEvent::Redirected(to) => self.redirected(to),
            NsEvent::TicketWanted { challenge } => self.want_ticket(now, &challenge),
            NsEvent::SignedIn { name, .. } => {
                if let Some(name) = name {
                    self.own_name(name);
                }
                match self.request(now, NsRequest::Lists { known: None }) {
                    Ok(transaction) => self.stage = Stage::Lists(transaction),
                    Err(_) => self.failed_at(Step::Lists, RequestError::TimedOut),
                }
            }
            NsEvent::Ended { transaction, result } => self.request_ended(now, transaction, result),
            NsEvent::ListsBegin { stamps, unchanged } => {
                if !unchanged {
                    self.roster.clear();
                }
                self.roster.stamps = Some(stamps);
            }
            NsEvent::Contact { contact, lists } => self.listed(contact, lists),
            NsEvent::Group { id, name } => {
                self.roster.add_group(id, name, self.config.limits.groups);
            }
            NsEvent::ListsEnd => self.outputs.event(Event::ListsLoaded),
            NsEvent::Added { list, account, name, guid, group } => {
                match account.or_else(|| self.roster.find(guid.as_deref()?)) {
                    Some(account) => self.added(list, account, name, guid, group),
                    None => {
                        self.outputs.event(Event::UnknownContact(guid.unwrap_or_default()));
                    }
                }
            }
            NsEvent::Removed { list, contact, group } => self.removed(list, &contact, group),
            NsEvent::AllowedByDefault(allowed) => self.roster.allow_by_default = Some(allowed),
            NsEvent::AsksWhenAdded(asks) => self.roster.ask_when_added = Some(asks),
            NsEvent::Named(name) => self.own_name(name),
            NsEvent::ContactNamed { account, name } => {
                let status = self.roster.contact(&account).map_or(Status::OFFLINE, |c| c.status);
                if let Some(contact) = self.roster.known(&account) {
                    contact.name.clone_from(&name);
                }
                self.outputs.event(Event::Presence { account, status, name, already: true });
            }
            NsEvent::Setting { key, value } => {
                self.outputs.event(Event::Setting { account: None, key, value });
            }
            NsEvent::ContactSetting { account, key, value } => {
                self.outputs.event(Event::Setting { account: Some(account), key, value });
            }
            NsEvent::StatusSet(status) => {
                self.status = status;
                self.outputs.event(Event::OwnStatus(status));
            }
            NsEvent::Online { account, status, name, capabilities, object, already } => {
                if let Some(contact) = self.roster.known(&account) {
                    contact.status = status;
                    contact.name.clone_from(&name);
                    contact.capabilities = capabilities;
                    contact.object = object;
                }
                self.outputs.event(Event::Presence { account, status, name, already });
            }
            NsEvent::Offline(account) => self.offline(account),
            NsEvent::PersonalMessage { account, document } => {
                self.personal_message(account, &document);
            }
            NsEvent::Switchboard { transaction, address, cookie } => {
                self.room_granted(transaction, address, cookie);
            }
            NsEvent::Ringing(invitation) => self.ringing(invitation),
            NsEvent::ServerMessage(message) => self.server_message(message.0),
            NsEvent::Document { document, .. } | NsEvent::Notification(document) => {
                self.outputs.event(Event::Document(document));
            }
            NsEvent::ServerError { code, .. } => self.outputs.event(Event::ServerError(code)),
            NsEvent::Unknown(command) => self.outputs.event(Event::Unknown(command)),
            NsEvent::Malformed(error) => self.outputs.event(Event::Malformed(error)),
            _ => {}
        }
    }

    fn own_name(&mut self, name: alloc::string::String) {
        self.name = Some(name.clone());
        self.outputs.event(Event::OwnName(name));
    }

    fn request_ended(
        &mut self,
        now: Now,
        transaction: TransactionId,
        result: Result<(), RequestError>,
    ) {
        match (self.stage, result) {
            (Stage::Lists(asked), result) if asked == transaction => match result {
                Ok(()) => self.lists_loaded(now),
                Err(error) => self.failed_at(Step::Lists, error),
            },
            (Stage::FirstStatus(asked), result) if asked == transaction => match result {
                Ok(()) => self.signed_in(),
                Err(error) => self.failed_at(Step::FirstStatus, error),
            },
            (_, result) => {
                if !self.action_step_ended(now, transaction, result)
                    && let Err(error) = result
                {
                    self.room_refused(transaction, error);
                }
            }
        }
    }

    fn lists_loaded(&mut self, now: Now) {
        let Some(status) = self.config.initial_status else { return self.signed_in() };
        let capabilities = self.config.capabilities;
        match self.request(now, NsRequest::Status { status, capabilities, object: None }) {
            Ok(transaction) => self.stage = Stage::FirstStatus(transaction),
            Err(_) => self.failed_at(Step::FirstStatus, RequestError::TimedOut),
        }
    }

    fn signed_in(&mut self) {
        self.stage = Stage::Ready;
        self.outputs.event(Event::SignedIn);
    }

    fn failed_at(&mut self, step: Step, error: RequestError) {
        let cause = match error {
            RequestError::Refused(code) => SessionError::Refused { step, code },
            RequestError::TimedOut => SessionError::TimedOut { step },
            // The end of the session says more.
            _ => return,
        };
        self.end(Err(ClientError::SignIn { step, cause }));
    }

    fn listed(&mut self, listed: ListedContact, lists: Lists) {
        let limit = self.config.limits.contacts;
        let Some(contact) = self.roster.entry(&listed.account, limit) else {
            return self.outputs.event(Event::ListFull(listed.account));
        };
        lists.iter().for_each(|list| contact.lists |= list);
        if let Some(name) = listed.name {
            contact.name = name;
        }
        if listed.guid.is_some() {
            contact.guid = listed.guid;
        }
        if !listed.groups.is_empty() {
            contact.groups = listed.groups;
        }
    }

    fn added(
        &mut self,
        list: List,
        account: Account,
        name: Option<alloc::string::String>,
        guid: Option<Box<str>>,
        group: Option<Box<str>>,
    ) {
        let limit = self.config.limits.contacts;
        let Some(contact) = self.roster.entry(&account, limit) else {
            return self.outputs.event(Event::ListFull(account));
        };
        contact.lists |= list;
        if let Some(name) = name {
            contact.name = name;
        }
        if guid.is_some() {
            contact.guid = guid;
        }
        if let Some(group) = group
            && contact.groups.len() < self.config.limits.groups
            && !contact.groups.contains(&group)
        {
            contact.groups.push(group);
        }
        self.outputs.event(Event::ListChanged { list, account, added: true });
    }

    fn removed(&mut self, list: List, contact: &str, group: Option<Box<str>>) {
        let Some(account) = self.roster.find(contact).or_else(|| Account::new(contact).ok()) else {
            return self.outputs.event(Event::UnknownContact(contact.into()));
        };
        match group {
            Some(group) => {
                if let Some(contact) = self.roster.known(&account) {
                    contact.groups.retain(|id| *id != group);
                }
            }
            None => {
                self.roster.take_off(&account, list);
                self.outputs.event(Event::ListChanged { list, account, added: false });
            }
        }
    }

    fn offline(&mut self, account: Account) {
        let mut name = alloc::string::String::from(account.as_str());
        if let Some(contact) = self.roster.known(&account) {
            contact.status = Status::OFFLINE;
            contact.capabilities = None;
            contact.object = None;
            contact.personal_message = PersonalMessage::default();
            name.clone_from(&contact.name);
        }
        let status = Status::OFFLINE;
        self.outputs.event(Event::Presence { account, status, name, already: false });
    }

    fn personal_message(&mut self, account: Account, document: &[u8]) {
        match PersonalMessage::parse(document) {
            Ok(message) => {
                if let Some(contact) = self.roster.known(&account) {
                    contact.personal_message = message.clone();
                }
                self.outputs.event(Event::PersonalMessage { account, message });
            }
            Err(_) => self.outputs.event(Event::MalformedPersonalMessage(account)),
        }
    }

    fn server_message(&mut self, body: Bytes) {
        let event = match Message::parse(&body).content() {
            Content::Profile(profile) => Event::Profile(profile),
            _ => Event::ServerMessage(body),
        };
        self.outputs.event(event);
    }
}
