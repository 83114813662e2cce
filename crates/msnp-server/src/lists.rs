//! The answers to `SYN`, `LST` and `LSG`, in each form from MSNP2 to MSNP12.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use msnp_codec::command::{
    ClientLsg, ClientLst, ClientSyn, Contact as ListedContact, Counts, Place, ServerBlp, ServerBpr,
    ServerGtc, ServerLsg, ServerLst, ServerPrp, ServerSyn,
};
use msnp_codec::{Encoded, ServerCommand};
use msnp_core::{Account, ErrorCode, List, ListSync, Lists, NetworkId, TransactionId, Version};

use crate::edit::NAME;
use crate::notification::Asker;
use crate::roster::{Contact, Directory, NO_GROUP, Person, SHOWN_SETTINGS};
use crate::service::Service;
use crate::settings::{asks_setting, open_setting};
use crate::stamp;

impl Service {
    pub(crate) fn synchronize(&mut self, asker: &Asker, syn: &ClientSyn<'_>) {
        if let Some(notification) = self.links.notification(asker.link) {
            notification.synchronized = true;
        }
        let mut unchanged = false;
        self.send_lists(asker, syn.transaction, |report| unchanged = !report.all(syn));
        let Some(person) = self.directory.get(&asker.account).filter(|_| unchanged) else { return };
        // What contacts have set is theirs: it may have changed where the lists have not.
        let forward = |entry: &Contact| entry.lists.contains(List::Forward);
        let contacts = person.contacts.iter().filter(|(_, entry)| forward(entry));
        let contacts: Vec<Account> = contacts.map(|(contact, _)| contact.clone()).collect();
        contacts.iter().for_each(|contact| self.tell_settings_made(asker.link, contact));
    }

    /// One list by itself.
    pub(crate) fn list(&mut self, asker: &Asker, lst: &ClientLst) {
        if lst.list == List::Pending {
            return self.refuse(asker.link, ErrorCode::INVALID_PARAMETER, lst.transaction);
        }
        self.send_lists(asker, lst.transaction, |report| report.list(lst.list));
    }

    /// The groups by themselves.
    pub(crate) fn list_groups(&mut self, asker: &Asker, lsg: &ClientLsg) {
        self.send_lists(asker, lsg.transaction, |report| report.groups());
    }

    fn send_lists(
        &mut self,
        asker: &Asker,
        transaction: TransactionId,
        report: impl FnOnce(&mut Report<'_>),
    ) {
        let Asker { link, account, version } = asker;
        let (link, version) = (*link, *version);
        let Some(person) = self.directory.get(account) else {
            return self.refuse(link, ErrorCode::INTERNAL_ERROR, transaction);
        };
        let Some(notification) = self.links.notification(link) else { return };
        let serial = stamp::serial(&person.about, version);
        report(&mut Report {
            account,
            person,
            directory: &self.directory,
            version,
            transaction,
            serial: &serial,
            send: &mut |command| notification.server.send(&command),
        });
    }
}

/// The lists of one user on their way to the client.
struct Report<'a> {
    account: &'a Account,
    person: &'a Person,
    directory: &'a Directory,
    version: Version,
    transaction: TransactionId,
    serial: &'a str,
    send: &'a mut dyn FnMut(ServerCommand<'_>),
}

impl<'a> Report<'a> {
    /// Everything, unless the client has it; whether that was sent.
    fn all(&mut self, syn: &ClientSyn<'_>) -> bool {
        let (version, serial) = (self.version, self.serial);
        let settings = (version.list_sync() == ListSync::Stamped).then_some(serial);
        let unchanged = syn.lists == serial && syn.settings.is_none_or(|stamp| stamp == serial);
        let counts = (version.list_sync() != ListSync::Serial && !unchanged).then(|| Counts {
            contacts: count(self.contacts().len()),
            groups: count(self.group_lines().len()),
        });
        let transaction = self.transaction;
        (self.send)(ServerSyn { transaction, lists: serial, settings, counts }.into());
        if unchanged {
            return false;
        }
        self.settings();
        if version.has_groups() {
            self.groups();
        }
        if version.list_sync() == ListSync::Serial {
            for list in [List::Forward, List::Allow, List::Block, List::Reverse] {
                self.list(list);
            }
        } else {
            self.every_contact();
        }
        true
    }

    /// `GTC`, `BLP`, `PRP`: up to MSNP7 with the transaction and the serial number.
    fn settings(&mut self) {
        let placed = self.version.list_sync() == ListSync::Serial;
        let (transaction, serial) =
            (placed.then_some(self.transaction), placed.then_some(self.serial));
        let about = &self.person.about;
        let setting = asks_setting(about.asks);
        (self.send)(ServerGtc { transaction, serial, setting }.into());
        let setting = open_setting(about.open);
        (self.send)(ServerBlp { transaction, serial, setting }.into());
        if !self.version.has_settings() {
            return;
        }
        let transaction = None;
        if !self.version.says_name_at_sign_in() {
            let value = Some(Encoded::new(&about.name));
            (self.send)(ServerPrp { transaction, serial, key: NAME, value }.into());
        }
        for key in about.settings.keys() {
            let Some(value) = about.setting(key) else { continue };
            let value = Some(Encoded::new(value));
            (self.send)(ServerPrp { transaction, serial, key, value }.into());
        }
    }

    fn groups(&mut self) {
        let lines = self.group_lines();
        let total = count(lines.len());
        for (position, (id, name)) in (1..).zip(&lines) {
            let place = self.place(position, total);
            (self.send)(ServerLsg { place, id, name: Encoded::new(name) }.into());
        }
    }

    /// One list with places, up to MSNP7.
    fn list(&mut self, list: List) {
        let on_list: Vec<_> =
            self.contacts().into_iter().filter(|(.., lists)| lists.contains(list)).collect();
        let total = count(on_list.len());
        let (transaction, serial) = (self.transaction, self.serial);
        let place = |position| Place { transaction, serial, position, total };
        if on_list.is_empty() {
            (self.send)(ServerLst::Listed { list, place: place(0), contact: None }.into());
        }
        for (position, (account, entry, _)) in (1..).zip(on_list) {
            let grouped = list == List::Forward && self.version.has_groups();
            let groups = grouped.then(|| self.groups_of(entry)).flatten();
            let contact = ListedContact {
                account: account.as_str(),
                name: Some(shown_name(account, entry)),
                guid: None,
                network: None,
                groups: groups.as_deref(),
            };
            let contact = Some(contact);
            (self.send)(ServerLst::Listed { list, place: place(position), contact }.into());
            if list == List::Forward {
                self.settings_of(account);
            }
        }
    }

    /// MSNP8 and later: one line for each contact, with all its lists.
    fn every_contact(&mut self) {
        let version = self.version;
        for (account, entry, lists) in self.contacts() {
            let forward = lists.contains(List::Forward);
            let guid: Option<String> =
                (forward && version.has_guids()).then(|| entry.guid.to_string());
            let groups = forward.then(|| self.groups_of(entry)).flatten();
            let contact = ListedContact {
                account: account.as_str(),
                name: Some(shown_name(account, entry)),
                guid: guid.as_deref(),
                network: version.has_network_ids().then_some(NetworkId::MSN),
                groups: groups.as_deref(),
            };
            (self.send)(ServerLst::Everywhere { contact, lists }.into());
            if forward {
                self.settings_of(account);
            }
        }
    }

    /// `BPR` for what a contact has set, where one may know it.
    fn settings_of(&mut self, contact: &Account) {
        let Some(other) = self.directory.get(contact) else { return };
        let may_see = self.directory.permission(self.account, contact).see;
        if !self.version.has_settings() || !may_see {
            return;
        }
        let placed = self.version.list_sync() == ListSync::Serial;
        let (serial, account) = (placed.then_some(self.serial), placed.then_some(contact.as_str()));
        for key in SHOWN_SETTINGS {
            let Some(value) = other.about.setting(key) else { continue };
            let value = Some(Encoded::new(value));
            (self.send)(ServerBpr { serial, account, key, value }.into());
        }
    }

    /// Everybody whom this version lists, with the lists that it knows.
    fn contacts(&self) -> Vec<(&'a Account, &'a Contact, Lists)> {
        let known = |lists: Lists| match self.version.has_pending_list() {
            true => lists,
            false => lists.without(List::Pending),
        };
        let contacts = self.person.contacts.iter();
        let contacts = contacts.map(|(account, entry)| (account, entry, known(entry.lists)));
        contacts.filter(|(.., lists)| !lists.is_empty()).collect()
    }

    /// Every group, by the id and the name that this version knows.
    fn group_lines(&self) -> Vec<(String, &'a str)> {
        let fixed = (!self.version.has_guids()).then(|| (NO_GROUP.to_string(), NO_GROUP_NAME));
        let groups = self.person.groups.iter();
        let groups = groups.map(|(n, group)| (group.id(*n, self.version), group.name.as_str()));
        fixed.into_iter().chain(groups).collect()
    }

    /// The groups that a contact is in, with commas between.
    fn groups_of(&self, entry: &Contact) -> Option<String> {
        let id = |number: &u32| Some(self.person.groups.get(number)?.id(*number, self.version));
        let ids: Vec<String> = entry.groups.iter().filter_map(id).collect();
        match ids.is_empty() {
            true => (!self.version.has_guids()).then(|| NO_GROUP.to_string()),
            false => Some(ids.join(",")),
        }
    }

    fn place(&self, position: u32, total: u32) -> Option<Place<'a>> {
        let (transaction, serial) = (self.transaction, self.serial);
        let placed = self.version.list_sync() == ListSync::Serial;
        placed.then_some(Place { transaction, serial, position, total })
    }
}

/// A name must not be missing from its line.
fn shown_name<'c>(account: &'c Account, entry: &'c Contact) -> Encoded<'c> {
    Encoded::new(if entry.name.is_empty() { account.as_str() } else { &entry.name })
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

const NO_GROUP_NAME: &str = "Other Contacts";
