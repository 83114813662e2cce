//! The answer to `SYN`, in the three forms of MSNP7, MSNP8 and MSNP11.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use msnp_codec::command::{
    ClientSyn, Contact as ListedContact, Counts, Place, ServerBlp, ServerGtc, ServerLsg, ServerLst,
    ServerPrp, ServerSyn,
};
use msnp_codec::{Encoded, ServerCommand};
use msnp_core::{
    Account, ErrorCode, LinkId, List, ListSync, Lists, NetworkId, TransactionId, Version,
};

use crate::edit::{NAME, asks_setting, open_setting};
use crate::roster::{About, Contact, Person};
use crate::service::Service;
use crate::stamp;

impl Service {
    pub(crate) fn synchronize(
        &mut self,
        link: LinkId,
        account: &Account,
        version: Version,
        syn: &ClientSyn<'_>,
    ) {
        let Some(person) = self.directory.get(account) else {
            return self.refuse(link, ErrorCode::INTERNAL_ERROR, syn.transaction);
        };
        let Some(notification) = self.links.notification(link) else { return };
        let send = &mut |command: ServerCommand<'_>| notification.server.send(&command);
        send_lists(person, version, syn, send);
    }
}

type Send<'s> = dyn FnMut(ServerCommand<'_>) + 's;

fn send_lists(person: &Person, version: Version, syn: &ClientSyn<'_>, send: &mut Send<'_>) {
    let transaction = syn.transaction;
    let serial = stamp::serial(&person.about, version);
    let settings = (version.list_sync() == ListSync::Stamped).then_some(serial.as_str());
    let unchanged = syn.lists == serial && syn.settings.is_none_or(|stamp| stamp == serial);
    let contacts = contacts(person, version);
    let groups = u32::from(!version.has_guids());
    let counts = (version.list_sync() != ListSync::Serial && !unchanged)
        .then(|| Counts { contacts: count(contacts.len()), groups });
    send(ServerSyn { transaction, lists: &serial, settings, counts }.into());
    if unchanged {
        return;
    }
    if version.list_sync() == ListSync::Serial {
        send_by_list(&person.about, &contacts, transaction, &serial, send);
    } else {
        send_by_contact(&person.about, &contacts, version, send);
    }
}

/// MSNP7 and earlier: each list by itself, every line with its place.
fn send_by_list(
    about: &About,
    contacts: &[(&Account, &Contact, Lists)],
    transaction: TransactionId,
    serial: &str,
    send: &mut Send<'_>,
) {
    let (answers, numbered) = (Some(transaction), Some(serial));
    let setting = asks_setting(about.asks);
    send(ServerGtc { transaction: answers, serial: numbered, setting }.into());
    let setting = open_setting(about.open);
    send(ServerBlp { transaction: answers, serial: numbered, setting }.into());
    for (key, value) in &about.settings {
        let value = Some(Encoded::new(value));
        send(ServerPrp { transaction: None, serial: numbered, key, value }.into());
    }
    let place = Some(Place { transaction, serial, position: 1, total: 1 });
    send(ServerLsg { place, id: NO_GROUP, name: Encoded::new(NO_GROUP_NAME) }.into());
    for list in [List::Forward, List::Allow, List::Block, List::Reverse] {
        let on_list: Vec<_> =
            contacts.iter().filter(|(_, _, lists)| lists.contains(list)).collect();
        let total = count(on_list.len());
        let place = |position| Place { transaction, serial, position, total };
        if on_list.is_empty() {
            send(ServerLst::Listed { list, place: place(0), contact: None }.into());
        }
        for (position, (account, entry, _)) in (1..).zip(on_list) {
            let contact = ListedContact {
                account: account.as_str(),
                name: Some(shown_name(account, entry)),
                guid: None,
                network: None,
                groups: (list == List::Forward).then_some(NO_GROUP),
            };
            let contact = Some(contact);
            send(ServerLst::Listed { list, place: place(position), contact }.into());
        }
    }
}

/// MSNP8 and later: one line for each contact.
fn send_by_contact(
    about: &About,
    contacts: &[(&Account, &Contact, Lists)],
    version: Version,
    send: &mut Send<'_>,
) {
    let (transaction, serial) = (None, None);
    send(ServerGtc { transaction, serial, setting: asks_setting(about.asks) }.into());
    send(ServerBlp { transaction, serial, setting: open_setting(about.open) }.into());
    if !version.says_name_at_sign_in() {
        let value = Some(Encoded::new(&about.name));
        send(ServerPrp { transaction, serial, key: NAME, value }.into());
    }
    for (key, value) in &about.settings {
        let value = Some(Encoded::new(value));
        send(ServerPrp { transaction, serial, key, value }.into());
    }
    if !version.has_guids() {
        let name = Encoded::new(NO_GROUP_NAME);
        send(ServerLsg { place: None, id: NO_GROUP, name }.into());
    }
    for (account, entry, lists) in contacts {
        let forward = lists.contains(List::Forward);
        let guid: Option<String> = (forward && version.has_guids()).then(|| entry.guid.to_string());
        let contact = ListedContact {
            account: account.as_str(),
            name: Some(shown_name(account, entry)),
            guid: guid.as_deref(),
            network: version.has_network_ids().then_some(NetworkId::MSN),
            groups: (forward && !version.has_guids()).then_some(NO_GROUP),
        };
        send(ServerLst::Everywhere { contact, lists: *lists }.into());
    }
}

/// Everybody whom this version lists, with the lists that it knows.
fn contacts(person: &Person, version: Version) -> Vec<(&Account, &Contact, Lists)> {
    let known = |lists: Lists| match version.has_pending_list() {
        true => lists,
        false => lists.without(List::Pending),
    };
    let contacts = person.contacts.iter();
    let contacts = contacts.map(|(account, entry)| (account, entry, known(entry.lists)));
    contacts.filter(|(_, _, lists)| !lists.is_empty()).collect()
}

/// A name must not be missing from its line.
fn shown_name<'c>(account: &'c Account, entry: &'c Contact) -> Encoded<'c> {
    Encoded::new(if entry.name.is_empty() { account.as_str() } else { &entry.name })
}

fn count(len: usize) -> u32 {
    u32::try_from(len).unwrap_or(u32::MAX)
}

/// The group of contacts that are in none, up to MSNP9.
pub(crate) const NO_GROUP: &str = "0";
const NO_GROUP_NAME: &str = "Other Contacts";
