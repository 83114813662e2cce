//! What the notification server says, and what becomes of it.

use alloc::boxed::Box;
use alloc::string::String;

use bytes::Bytes;

use msnp_codec::message::{Content, Message, SystemMessageType};
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{Account, Now, Status, TransactionId};
use msnp_session::{NsEvent, NsRequest, RequestError, SessionError, Step};

use crate::client::{Client, Stage};
use crate::roster::{ENTRY, SETTINGS};
use crate::{ClientError, Contact, Event};

impl Client {
    /// What the server says, as far as there is room for it.
    pub(crate) fn notification_event(&mut self, now: Now, event: NsEvent) {
        let bytes = kept_of(&event);
        self.hear(now, event);
        if !self.roster.grew(bytes, self.config.limits.roster) {
            self.end(Err(ClientError::RosterTooLarge));
        }
    }

    fn hear(&mut self, now: Now, event: NsEvent) {
        match event {
            NsEvent::VersionChosen(version) => self.set_version(version),
            NsEvent::Redirected(to) => self.redirected(now, to),
            NsEvent::TicketWanted { challenge } => self.want_ticket(now, &challenge),
            NsEvent::SignedIn { name, .. } => {
                if let Some(name) = name {
                    self.own_name(name);
                }
                let known = self.version().and_then(|version| self.roster.stamps_for(version));
                match self.request(now, NsRequest::Lists { known }) {
                    Ok(transaction) => self.stage = Stage::Lists(transaction),
                    Err(_) => self.failed_at(Step::Lists, RequestError::TimedOut),
                }
            }
            NsEvent::Ended { transaction, result } => self.request_ended(now, transaction, result),
            NsEvent::ListsBegin { .. }
            | NsEvent::Contact { .. }
            | NsEvent::Group { .. }
            | NsEvent::ListsEnd
            | NsEvent::ListsChanged { .. }
            | NsEvent::GroupAdded { .. }
            | NsEvent::GroupRenamed { .. }
            | NsEvent::GroupRemoved(_)
            | NsEvent::Added { .. }
            | NsEvent::Removed { .. }
            | NsEvent::ContactNamed { .. }
            | NsEvent::ContactDetail { .. }
            | NsEvent::Setting { .. }
            | NsEvent::ContactSetting { .. } => self.list_event(event),
            NsEvent::AllowedByDefault(allowed) => self.roster.allow_by_default = Some(allowed),
            NsEvent::AsksWhenAdded(asks) => self.roster.ask_when_added = Some(asks),
            NsEvent::Named(name) => self.own_name(name),
            NsEvent::StatusSet(status) => {
                self.status = status;
                self.outputs.event(Event::OwnStatus(status));
            }
            NsEvent::Online { account, status, name, capabilities, object, already } => {
                if let Some(contact) = self.roster.known(&account) {
                    contact.status = status;
                    if contact.name != name {
                        contact.rename(name.clone());
                    }
                    contact.capabilities = capabilities;
                    contact.show(object);
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
            NsEvent::Url { path, login, id } => {
                self.outputs.event(Event::Url { path, login, id });
            }
            NsEvent::Found { fields } => self.outputs.event(Event::Found { fields }),
            NsEvent::Page(document) => self.outputs.event(Event::Page(document)),
            NsEvent::ServerError { code, .. } => self.outputs.event(Event::ServerError(code)),
            NsEvent::Unknown(command) => self.outputs.event(Event::Unknown(command)),
            NsEvent::Malformed(error) => {
                // It may have been about the lists.
                self.roster.passed_over();
                self.outputs.event(Event::Malformed(error));
            }
            _ => {}
        }
    }

    pub(crate) fn own_name(&mut self, name: String) {
        self.roster.set_name(name.clone());
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
                Ok(()) => self.signed_in(now),
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
        let Some(status) = self.chosen else { return self.signed_in(now) };
        match self.request(now, self.status_request(status)) {
            Ok(transaction) => self.stage = Stage::FirstStatus(transaction),
            Err(_) => self.failed_at(Step::FirstStatus, RequestError::TimedOut),
        }
    }

    /// The status with what goes with it: every `CHG` says all of it anew.
    pub(crate) fn status_request(&self, status: Status) -> NsRequest {
        let capabilities = self.config.capabilities;
        NsRequest::Status { status, capabilities, object: self.object.clone() }
    }

    fn signed_in(&mut self, now: Now) {
        self.stage = Stage::Ready;
        self.signed_in_at = Some(now.monotonic);
        if self.version().is_some_and(|version| !version.requires_cvr()) {
            // Nothing depends on it.
            let _ = self.request(now, NsRequest::ClientVersion);
        }
        if let Some(document) = self.document.clone() {
            // What an earlier server was told, the one that one was sent to does not know.
            let _ = self.request(now, NsRequest::PersonalMessage(document));
        }
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

    pub(crate) fn offline(&mut self, account: Account) {
        let mut name = String::from(account.as_str());
        if let Some(contact) = self.roster.known(&account) {
            contact.reset_presence();
            name.clone_from(&contact.name);
        }
        let status = Status::OFFLINE;
        self.outputs.event(Event::Presence { account, status, name, already: false });
    }

    fn personal_message(&mut self, account: Account, document: &[u8]) {
        match PersonalMessage::parse(document) {
            Ok(message) => {
                if let Some(contact) = self.roster.known(&account) {
                    contact.say(message.clone());
                }
                self.outputs.event(Event::PersonalMessage { account, message });
            }
            Err(_) => self.outputs.event(Event::MalformedPersonalMessage(account)),
        }
    }

    fn server_message(&mut self, body: Bytes) {
        let event = match Message::parse(&body).content() {
            Content::Profile(profile) => Event::Profile(profile),
            Content::Mail(mail) => Event::Mail(Box::new(mail.into_owned())),
            Content::System(notice) if notice.kind == Some(SystemMessageType::MAINTENANCE) => {
                Event::Maintenance { minutes: notice.minutes() }
            }
            _ => Event::ServerMessage(body),
        };
        self.outputs.event(event);
    }
}

/// How much of an event, in bytes, may stay in the roster.
fn kept_of(event: &NsEvent) -> usize {
    let len = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
    match event {
        NsEvent::Contact { contact, .. } => {
            let groups = contact.groups.iter().map(|id| ENTRY + id.len()).sum::<usize>();
            let name = contact.name.as_ref().map_or(0, String::len);
            size_of::<Contact>() + ENTRY + name + groups + len(&contact.guid)
        }
        NsEvent::Added { name, guid, group, .. } => {
            let name = name.as_ref().map_or(0, String::len);
            size_of::<Contact>() + 2 * ENTRY + name + len(guid) + len(group)
        }
        NsEvent::Group { id, name }
        | NsEvent::GroupAdded { id, name }
        | NsEvent::GroupRenamed { id, name } => ENTRY + id.len() + name.len(),
        NsEvent::Setting { key, value } => ENTRY + key.len() + value.len(),
        NsEvent::ContactSetting { key, value, .. } | NsEvent::ContactDetail { key, value, .. } => {
            SETTINGS + key.len() + value.len()
        }
        NsEvent::ContactNamed { name, .. } => name.len(),
        NsEvent::Online { name, object, .. } => name.len() + object.as_ref().map_or(0, String::len),
        NsEvent::PersonalMessage { document, .. } => {
            // Each argument of the current media stands behind one.
            let arguments = document.iter().filter(|byte| **byte == b'\\').count();
            document.len() + ENTRY * arguments
        }
        _ => 0,
    }
}
