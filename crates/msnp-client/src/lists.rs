//! What the notification server says about lists, groups and settings, and what becomes of it.

use alloc::boxed::Box;
use alloc::string::String;

use msnp_core::{Account, List, Lists};
use msnp_session::{ListStamps, ListedContact, NsEvent};

use crate::Event;
use crate::client::Client;

impl Client {
    pub(crate) fn list_event(&mut self, event: NsEvent) {
        match event {
            NsEvent::ListsBegin { stamps, unchanged } => self.lists_begin(stamps, unchanged),
            NsEvent::Contact { contact, lists } => self.listed(contact, lists),
            NsEvent::Group { id, name } => {
                self.group_named(id, name);
            }
            NsEvent::ListsEnd => self.lists_end(),
            NsEvent::ListsChanged { serial } => self.roster.move_on(serial),
            NsEvent::GroupAdded { id, name } | NsEvent::GroupRenamed { id, name } => {
                self.group_changed(id, name);
            }
            NsEvent::GroupRemoved(id) => {
                self.roster.remove_group(&id);
                self.outputs.event(Event::GroupChanged { id, name: None });
            }
            NsEvent::Added { list, account, name, guid, group } => {
                match account.or_else(|| self.roster.with_guid(guid.as_deref()?)) {
                    Some(account) => self.added(list, account, name, guid, group),
                    None => {
                        self.outputs.event(Event::UnknownContact(guid.unwrap_or_default()));
                    }
                }
            }
            NsEvent::Removed { list, contact, group } => self.removed(list, &contact, group),
            NsEvent::ContactNamed { account, name } => self.contact_named(account, name),
            NsEvent::ContactDetail { guid, key, value } => match self.roster.with_guid(&guid) {
                Some(account) if &*key == "MFN" => self.contact_named(account, value),
                Some(account) => self.setting(Some(account), key, value),
                None => self.outputs.event(Event::UnknownContact(guid)),
            },
            NsEvent::Setting { key, value } => self.setting(None, key, value),
            NsEvent::ContactSetting { account, key, value } => {
                self.setting(Some(account), key, value);
            }
            _ => {}
        }
    }

    fn lists_begin(&mut self, stamps: ListStamps, unchanged: bool) {
        if !unchanged {
            self.roster.clear();
        }
        self.stamps = Some(stamps);
        // Otherwise the lists bring it, or the sign-in has brought it.
        if unchanged
            && self.version().is_some_and(|version| !version.says_name_at_sign_in())
            && let Some(name) = self.roster.name().map(String::from)
        {
            self.outputs.event(Event::OwnName(name));
        }
    }

    /// Only now the stamps hold: a roster that was cut off in the middle must not pass for whole.
    fn lists_end(&mut self) {
        if let (Some(stamps), Some(version)) = (self.stamps.take(), self.version()) {
            self.roster.complete(version, stamps);
        }
        self.outputs.event(Event::ListsLoaded);
    }

    fn listed(&mut self, listed: ListedContact, lists: Lists) {
        let limit = self.config.limits.contacts;
        let Some(contact) = self.roster.entry(&listed.account, limit) else {
            return self.list_full(listed.account);
        };
        lists.iter().for_each(|list| contact.lists |= list);
        if let Some(name) = listed.name {
            contact.rename(name);
        }
        if listed.guid.is_some() {
            contact.guid = listed.guid;
        }
        let groups = self.config.limits.groups;
        let too_many = listed.groups.len() > groups;
        if !listed.groups.is_empty() {
            contact.groups = listed.groups;
            contact.groups.truncate(groups);
            contact.groups.shrink_to_fit();
        }
        if too_many {
            self.list_full(listed.account);
        }
    }

    fn list_full(&mut self, account: Account) {
        self.roster.passed_over();
        self.outputs.event(Event::ListFull(account));
    }

    fn group_changed(&mut self, id: Box<str>, name: String) {
        if self.group_named(id.clone(), name.clone()) {
            self.outputs.event(Event::GroupChanged { id, name: Some(name) });
        }
    }

    /// Says whether there was room for the group.
    fn group_named(&mut self, id: Box<str>, name: String) -> bool {
        let known = self.roster.set_group(id.clone(), name.clone(), self.config.limits.groups);
        if !known {
            self.roster.passed_over();
            self.outputs.event(Event::GroupsFull { id, name });
        }
        known
    }

    fn added(
        &mut self,
        list: List,
        account: Account,
        name: Option<String>,
        guid: Option<Box<str>>,
        group: Option<Box<str>>,
    ) {
        let limit = self.config.limits.contacts;
        let Some(contact) = self.roster.entry(&account, limit) else {
            return self.list_full(account);
        };
        let was_there = contact.lists.contains(list);
        contact.lists |= list;
        if let Some(name) = name {
            contact.rename(name);
        }
        if guid.is_some() {
            contact.guid = guid;
        }
        let new_group = group.clone().filter(|group| !contact.groups.contains(group));
        let too_many = new_group.is_some() && contact.groups.len() >= self.config.limits.groups;
        let new_group = new_group.filter(|_| !too_many);
        contact.groups.extend(new_group.clone());
        if !was_there || group.is_none() {
            self.outputs.event(Event::ListChanged { list, account: account.clone(), added: true });
        }
        if let Some(group) = new_group {
            let account = account.clone();
            self.outputs.event(Event::GroupMember { group, account, added: true });
        }
        if too_many {
            self.list_full(account.clone());
        }
        if list == List::Reverse && !was_there {
            self.waits_for_a_decision(account);
        }
    }

    /// Somebody has added one. The server does not say that they wait for a decision: that follows
    /// from its not having been made.
    fn waits_for_a_decision(&mut self, account: Account) {
        let has_list = self.version().is_some_and(|version| version.has_pending_list());
        let list = List::Pending;
        if let Some(contact) = self.roster.known(&account).filter(|_| has_list)
            && ![List::Allow, List::Block, list].iter().any(|list| contact.lists.contains(*list))
        {
            contact.lists |= list;
            self.outputs.event(Event::ListChanged { list, account, added: true });
        }
    }

    fn removed(&mut self, list: List, contact: &str, group: Option<Box<str>>) {
        let Some(account) = self.roster.find(contact).or_else(|| Account::new(contact).ok()) else {
            return self.outputs.event(Event::UnknownContact(contact.into()));
        };
        match group {
            Some(group) => {
                if let Some(contact) = self.roster.known(&account) {
                    contact.groups.retain(|id| *id != group);
                    contact.groups.shrink_to_fit();
                }
                self.outputs.event(Event::GroupMember { group, account, added: false });
            }
            None => {
                // Who has not added one any more waits for nothing.
                let pending =
                    list == List::Reverse && self.roster.lists(&account).contains(List::Pending);
                for list in [Some(list), pending.then_some(List::Pending)].into_iter().flatten() {
                    let account = account.clone();
                    self.roster.take_off(&account, list);
                    self.outputs.event(Event::ListChanged { list, account, added: false });
                }
            }
        }
    }

    fn contact_named(&mut self, account: Account, name: String) {
        if let Some(contact) = self.roster.known(&account) {
            contact.rename(name.clone());
        }
        self.outputs.event(Event::ContactNamed { account, name });
    }

    fn setting(&mut self, account: Option<Account>, key: Box<str>, value: String) {
        self.roster.set(account.as_ref(), &key, &value);
        self.outputs.event(Event::Setting { account, key, value });
    }
}
