//! What `ADD`, `ADC` and `REM` change.

use alloc::collections::BTreeSet;
use alloc::vec::Vec;

use msnp_core::{Account, ErrorCode, Guid, List, Lists, Version};

use crate::edit::NamedGroup;
use crate::roster::{Contact, NO_GROUP, Person, Row};
use crate::service::Service;

impl Service {
    pub(crate) fn prepare_put(
        &mut self,
        owner: &Account,
        version: Version,
        list: List,
        contact: &Account,
        name: Option<&str>,
        group: Option<&NamedGroup>,
    ) -> Result<Vec<Row>, ErrorCode> {
        let guids = [self.random.guid(), self.random.guid()];
        let [own_guid, other_guid] = guids;
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        let group = group.map(|group| group.number).filter(|number| *number != NO_GROUP);
        if group.is_some_and(|number| !person.groups.contains_key(&number)) {
            return Err(ErrorCode::INVALID_GROUP);
        }
        let lists = person.lists(contact);
        if lists.contains(List::Forward)
            && let Some(number) = group
        {
            return self.prepare_in_group(owner, contact, number);
        }
        let other = self.directory.get(contact).ok_or(unknown(version))?;
        if contact == owner {
            return Err(ErrorCode::INVALID_PARAMETER);
        }
        match list {
            // The server alone says who has added one; the client says that it has seen it. Here
            // who is pending is on the reverse list too; other services that left their lists to
            // this one waited with that until now.
            List::Reverse if lists.contains(List::Pending) => {
                if lists.contains(List::Reverse) {
                    return Ok(Vec::new());
                }
            }
            List::Pending => return Err(ErrorCode::INVALID_PARAMETER),
            _ if lists.contains(list) => return Err(ErrorCode::ALREADY_THERE),
            List::Reverse => return Err(ErrorCode::INVALID_PARAMETER),
            List::Forward => {}
            _ if version.allows_opposite_lists() => {}
            List::Allow if lists.contains(List::Block) => {
                return Err(ErrorCode::ALREADY_IN_OPPOSITE_LIST);
            }
            List::Block if lists.contains(List::Allow) => {
                return Err(ErrorCode::ALREADY_IN_OPPOSITE_LIST);
            }
            List::Allow | List::Block => {}
        }
        // Who keeps somebody away does not tell them a name either.
        let known = self.directory.permission(owner, contact).ring;
        let other_name = if known { other.about.name.as_str() } else { contact.as_str() };
        let mut entry = self.entry(person, contact, own_guid, other_name)?;
        entry.lists |= list;
        entry.groups.extend(group);
        if let Some(name) = name {
            entry.name = name.into();
        }
        if list != List::Forward && !version.has_pending_list() {
            // A client that knows no pending list decides in this way.
            entry.lists = entry.lists.without(List::Pending);
        }
        let mut rows = Vec::from([
            Row::Contact { owner: owner.clone(), contact: contact.clone(), entry: Some(entry) },
            self.changed(owner, person.about.clone()),
        ]);
        if list == List::Forward {
            let mut entry = self.entry(other, owner, other_guid, &person.about.name)?;
            entry.lists |= List::Reverse;
            if !entry.lists.contains(List::Allow) && !entry.lists.contains(List::Block) {
                entry.lists |= List::Pending;
            }
            let (owner, contact) = (contact.clone(), owner.clone());
            rows.push(self.changed(&owner, other.about.clone()));
            rows.push(Row::Contact { owner, contact, entry: Some(entry) });
        }
        Ok(rows)
    }

    fn prepare_in_group(
        &self,
        owner: &Account,
        contact: &Account,
        number: u32,
    ) -> Result<Vec<Row>, ErrorCode> {
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        let mut entry = person.contacts.get(contact).ok_or(ErrorCode::NOT_ON_LIST)?.clone();
        if !entry.groups.insert(number) {
            return Err(ErrorCode::ALREADY_THERE);
        }
        let (owner, contact) = (owner.clone(), contact.clone());
        let about = self.changed(&owner, person.about.clone());
        Ok([Row::Contact { owner, contact, entry: Some(entry) }, about].into())
    }

    pub(crate) fn prepare_take(
        &self,
        owner: &Account,
        version: Version,
        list: List,
        contact: &Account,
        group: Option<&NamedGroup>,
    ) -> Result<Vec<Row>, ErrorCode> {
        if list == List::Reverse {
            return Err(ErrorCode::INVALID_PARAMETER);
        }
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        let entry = person.contacts.get(contact).filter(|entry| entry.lists.contains(list));
        if let Some(group) = group {
            let entry = entry.ok_or(unknown(version))?.clone();
            return self.prepare_out_of_group(owner, person, contact, entry, group.number);
        }
        let entry = entry.ok_or(ErrorCode::NOT_ON_LIST)?.clone();
        let mut rows = Vec::from([
            without(owner, contact, entry, &[list]),
            self.changed(owner, person.about.clone()),
        ]);
        if list == List::Forward
            && let Some(other) = self.directory.get(contact)
            && let Some(entry) = other.contacts.get(owner)
        {
            rows.push(without(contact, owner, entry.clone(), &[List::Reverse, List::Pending]));
            rows.push(self.changed(contact, other.about.clone()));
        }
        Ok(rows)
    }

    fn prepare_out_of_group(
        &self,
        owner: &Account,
        person: &Person,
        contact: &Account,
        mut entry: Contact,
        number: u32,
    ) -> Result<Vec<Row>, ErrorCode> {
        if number == NO_GROUP {
            // Who is in another group has left this one already; nobody is in none at all.
            let left = !entry.groups.is_empty();
            return if left { Ok(Vec::new()) } else { Err(ErrorCode::GROUP_FIXED) };
        }
        if !person.groups.contains_key(&number) {
            return Err(ErrorCode::INVALID_GROUP);
        }
        if !entry.groups.remove(&number) {
            return Err(ErrorCode::NOT_IN_GROUP);
        }
        let (owner, contact) = (owner.clone(), contact.clone());
        let about = self.changed(&owner, person.about.clone());
        Ok([Row::Contact { owner, contact, entry: Some(entry) }, about].into())
    }

    /// The entry as it is, or a new one.
    fn entry(
        &self,
        person: &Person,
        contact: &Account,
        guid: Guid,
        name: &str,
    ) -> Result<Contact, ErrorCode> {
        match person.contacts.get(contact) {
            Some(entry) => Ok(entry.clone()),
            None if person.contacts.len() >= self.config.limits.contacts => {
                Err(ErrorCode::LIST_FULL)
            }
            None => {
                Ok(Contact { lists: Lists::NONE, guid, name: name.into(), groups: BTreeSet::new() })
            }
        }
    }
}

/// What a version is told of somebody who does not exist.
pub(crate) fn unknown(version: Version) -> ErrorCode {
    if version.has_guids() { ErrorCode::INVALID_ACCOUNT } else { ErrorCode::INVALID_USER }
}

fn without(owner: &Account, contact: &Account, mut entry: Contact, lists: &[List]) -> Row {
    entry.lists = lists.iter().fold(entry.lists, |left, list| left.without(*list));
    if !entry.lists.contains(List::Forward) {
        entry.groups.clear();
    }
    let entry = (!entry.lists.is_empty()).then_some(entry);
    Row::Contact { owner: owner.clone(), contact: contact.clone(), entry }
}
