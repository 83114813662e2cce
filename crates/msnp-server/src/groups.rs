//! Groups of contacts: `ADG`, `REG`, `RMG`.

use alloc::vec::Vec;

use msnp_codec::Encoded;
use msnp_codec::command::{ClientAdg, ClientReg, ClientRmg};
use msnp_core::{Account, ErrorCode, TransactionId, Version};

use crate::edit::{NamedGroup, Wish};
use crate::notification::Asker;
use crate::roster::{Contact, Group, NO_GROUP, Row};
use crate::service::Service;

impl Service {
    pub(crate) fn add_group(&mut self, asker: Asker, adg: &ClientAdg<'_>) {
        let name = adg.name.decode().into_owned();
        // What waits must be short.
        if self.check_group_name(&name) == Err(ErrorCode::GROUP_NAME_TOO_LONG) {
            return self.refuse(asker.link, ErrorCode::GROUP_NAME_TOO_LONG, adg.transaction);
        }
        let said = adg.name.clone().into_owned();
        self.wish(asker, adg.transaction, Some(Wish::AddGroup { name, said }));
    }

    pub(crate) fn rename_group(&mut self, asker: Asker, reg: &ClientReg<'_>) {
        let group = self.named_group(&asker.account, asker.version, reg.id);
        let name = reg.name.decode().into_owned();
        let real = group.as_ref().is_some_and(|group| group.number != NO_GROUP);
        if real && self.check_group_name(&name) == Err(ErrorCode::GROUP_NAME_TOO_LONG) {
            return self.refuse(asker.link, ErrorCode::GROUP_NAME_TOO_LONG, reg.transaction);
        }
        let said = reg.name.clone().into_owned();
        let wish = group.map(|group| Wish::RenameGroup { group, name, said });
        self.change_group(asker, reg.transaction, wish);
    }

    pub(crate) fn remove_group(&mut self, asker: Asker, rmg: &ClientRmg<'_>) {
        let (version, id) = (asker.version, rmg.id);
        let group = self.named_group(&asker.account, version, id).or_else(|| {
            // MSN 7.0 sends the name of the group.
            let groups = &self.directory.get(&asker.account)?.groups;
            let (number, _) = groups.iter().find(|(_, group)| is_encoded(&group.name, id))?;
            Some(NamedGroup { number: *number, id: id.into() })
        });
        let wish = group.map(|group| Wish::RemoveGroup { group });
        self.change_group(asker, rmg.transaction, wish);
    }

    fn change_group(&mut self, asker: Asker, transaction: TransactionId, wish: Option<Wish>) {
        match wish {
            Some(wish) => self.wish(asker, transaction, Some(wish)),
            None => self.refuse(asker.link, ErrorCode::INVALID_GROUP, transaction),
        }
    }

    /// The group that the client means.
    pub(crate) fn named_group(
        &self,
        account: &Account,
        version: Version,
        id: &str,
    ) -> Option<NamedGroup> {
        let number = self.directory.get(account)?.group(id, version)?;
        Some(NamedGroup { number, id: id.into() })
    }

    pub(crate) fn prepare_group(
        &mut self,
        owner: &Account,
        name: &str,
    ) -> Result<Vec<Row>, ErrorCode> {
        let guid = self.random.guid();
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        self.check_group_name(name)?;
        if person.group_named(name).is_some() {
            return Err(ErrorCode::GROUP_EXISTS);
        }
        if person.groups.len() >= self.config.limits.groups {
            return Err(ErrorCode::TOO_MANY_GROUPS);
        }
        let last = person.groups.keys().next_back().copied().unwrap_or(NO_GROUP);
        let number = last.checked_add(1).ok_or(ErrorCode::TOO_MANY_GROUPS)?;
        let group = Some(Group { guid, name: name.into() });
        let about = self.changed(owner, person.about.clone());
        Ok([Row::Group { owner: owner.clone(), number, group }, about].into())
    }

    pub(crate) fn prepare_group_name(
        &self,
        owner: &Account,
        number: u32,
        name: &str,
    ) -> Result<Vec<Row>, ErrorCode> {
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        let group = existing(person.groups.get(&number), number)?;
        self.check_group_name(name)?;
        match person.group_named(name) {
            Some(other) if other == number => return Ok(Vec::new()),
            Some(_) => return Err(ErrorCode::GROUP_EXISTS),
            None => {}
        }
        let group = Some(Group { name: name.into(), ..group.clone() });
        let about = self.changed(owner, person.about.clone());
        Ok([Row::Group { owner: owner.clone(), number, group }, about].into())
    }

    pub(crate) fn prepare_no_group(
        &self,
        owner: &Account,
        number: u32,
    ) -> Result<Vec<Row>, ErrorCode> {
        let person = self.directory.get(owner).ok_or(ErrorCode::INTERNAL_ERROR)?;
        existing(person.groups.get(&number), number)?;
        let mut rows = Vec::from([
            Row::Group { owner: owner.clone(), number, group: None },
            self.changed(owner, person.about.clone()),
        ]);
        let inside = person.contacts.iter().filter(|(_, entry)| entry.groups.contains(&number));
        rows.extend(inside.map(|(contact, entry)| {
            let mut entry: Contact = entry.clone();
            entry.groups.remove(&number);
            let (owner, contact) = (owner.clone(), contact.clone());
            Row::Contact { owner, contact, entry: Some(entry) }
        }));
        Ok(rows)
    }

    fn check_group_name(&self, name: &str) -> Result<(), ErrorCode> {
        match Encoded::new(name).as_bytes().len() {
            0 => Err(ErrorCode::INVALID_PARAMETER),
            len if len > self.config.limits.group_name => Err(ErrorCode::GROUP_NAME_TOO_LONG),
            _ => Ok(()),
        }
    }
}

/// Whether this is the name, percent-encoded as little or as much as programs do.
fn is_encoded(name: &str, text: &str) -> bool {
    [Encoded::new(name), Encoded::new_strict(name)]
        .iter()
        .any(|it| it.as_bytes() == text.as_bytes())
}

fn existing(group: Option<&Group>, number: u32) -> Result<&Group, ErrorCode> {
    match group {
        Some(group) => Ok(group),
        None if number == NO_GROUP => Err(ErrorCode::GROUP_FIXED),
        None => Err(ErrorCode::INVALID_GROUP),
    }
}
