//! What the service itself says in messages: about mail, and about its own end.

use alloc::format;
use alloc::vec::Vec;
use core::time::Duration;

use msnp_codec::Encoded;
use msnp_codec::command::ServerMsg;
use msnp_codec::message::{MailData, MailNotification, Mailbox, SystemMessage};
use msnp_core::{Account, LinkId};

use crate::service::Service;

/// How much mail waits for somebody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MailCounts {
    /// In the inbox.
    pub inbox: u32,
    /// In the inbox, not read.
    pub inbox_unread: u32,
    /// In all other folders together.
    pub folders: u32,
    /// In all other folders together, not read.
    pub folders_unread: u32,
}

impl Service {
    /// A message from the service.
    pub(crate) fn say_as_service(&mut self, link: LinkId, body: &[u8]) {
        let name = Encoded::new(SERVICE);
        self.tell(link, ServerMsg { account: SERVICE, name, body });
    }

    /// What is told once after signing in, where the mailbox is told in numbers.
    pub(crate) fn tell_mailbox(&mut self, link: LinkId, account: &Account) {
        let Some(counts) = self.mail.get(account) else { return };
        let mailbox = Mailbox {
            inbox_unread: Some(counts.inbox_unread),
            folders_unread: Some(counts.folders_unread),
            ..Mailbox::default()
        };
        self.push_mail(link, &MailNotification::InitialEmail(mailbox));
    }

    /// What is told once after the first status, where the mailbox is told as a document.
    pub(crate) fn tell_mail_data(&mut self, link: LinkId, account: &Account) {
        let MailCounts { inbox, inbox_unread, folders, folders_unread } =
            self.mail.get(account).copied().unwrap_or_default();
        let document = format!(
            "<MD><E><I>{inbox}</I><IU>{inbox_unread}</IU>\
             <O>{folders}</O><OU>{folders_unread}</OU></E></MD>"
        );
        let data = MailData { mail_data: Some(document.into()), ..MailData::default() };
        self.push_mail(link, &MailNotification::InitialMailData(data));
    }

    pub(crate) fn push_mail(&mut self, link: LinkId, notification: &MailNotification<'_>) {
        let mut body = Vec::new();
        notification.print(&mut body);
        self.say_as_service(link, &body);
    }

    /// Tells everybody, and who comes later, in how many minutes the service goes down.
    pub(crate) fn announce_maintenance(&mut self, minutes: u32) {
        let time = Duration::from_secs(u64::from(minutes).saturating_mul(60));
        self.maintenance = Some(self.now.after(time));
        let links: Vec<LinkId> = self.online.values().map(|online| online.link).collect();
        links.into_iter().for_each(|link| self.tell_maintenance(link));
    }

    pub(crate) fn tell_maintenance(&mut self, link: LinkId) {
        let Some(at) = self.maintenance else { return };
        let seconds = at.saturating_sub(self.now.monotonic).as_secs();
        let minutes = u32::try_from(seconds.div_ceil(60)).unwrap_or(u32::MAX);
        let mut body = Vec::new();
        SystemMessage::maintenance(minutes).print(&mut body);
        self.say_as_service(link, &body);
    }
}

/// Who sends what the service itself has to say.
const SERVICE: &str = "Hotmail";
