//! What `ADD`, `ADC` and `REM` ask for.

use alloc::string::ToString;

use msnp_codec::Encoded;
use msnp_codec::command::{ClientAdc, ClientAdd, ClientRem};
use msnp_core::{Account, ErrorCode, Guid, List, TransactionId};

use crate::edit::{NamedGroup, Wish};
use crate::membership::unknown;
use crate::notification::Asker;
use crate::service::Service;
use crate::settings::is_name;

impl Service {
    pub(crate) fn add(&mut self, asker: Asker, add: &ClientAdd<'_>) {
        let transaction = add.transaction;
        if add.list == List::Reverse {
            return self.wish(asker, transaction, None);
        }
        let id = add.group.filter(|_| asker.version.has_groups());
        self.put(asker, transaction, add.list, add.account, add.name.as_ref(), id);
    }

    pub(crate) fn add_stamped(&mut self, asker: Asker, adc: &ClientAdc<'_>) {
        let (list, transaction) = (adc.list, adc.transaction);
        if list == List::Reverse && !asker.version.accepts_by_reverse_list() {
            return self.wish(asker, transaction, None);
        }
        match (adc.account, adc.guid, adc.group) {
            (Some(account), _, group) => {
                self.put(asker, transaction, list, account, adc.name.as_ref(), group);
            }
            (None, Some(guid), Some(group)) if list == List::Forward => {
                self.put_in_group(asker, transaction, guid, group);
            }
            _ => self.wish(asker, transaction, None),
        }
    }

    fn put(
        &mut self,
        asker: Asker,
        transaction: TransactionId,
        list: List,
        account: &str,
        name: Option<&Encoded<'_>>,
        group: Option<&str>,
    ) {
        let name = name.map(|name| name.decode().into_owned());
        if name.as_ref().is_some_and(|name| !is_name(name)) {
            return self.refuse(asker.link, ErrorCode::INVALID_FRIENDLY_NAME, transaction);
        }
        let id = group.filter(|_| list == List::Forward);
        let Ok(group) = self.meant_group(&asker, id) else {
            return self.refuse(asker.link, ErrorCode::INVALID_GROUP, transaction);
        };
        let contact = Account::new(account).ok();
        let wish = contact.map(|contact| Wish::Put { list, contact, name, group, guid: None });
        self.wish(asker, transaction, wish);
    }

    fn put_in_group(&mut self, asker: Asker, transaction: TransactionId, guid: &str, group: &str) {
        let person = self.directory.get(&asker.account);
        let contact = guid.parse().ok().and_then(|guid: Guid| person?.contact(guid));
        let Some(contact) = contact.map(|(contact, _)| contact.clone()) else {
            return self.refuse(asker.link, ErrorCode::INVALID_ACCOUNT, transaction);
        };
        let Ok(group) = self.meant_group(&asker, Some(group)) else {
            return self.refuse(asker.link, ErrorCode::INVALID_GROUP, transaction);
        };
        let (list, guid) = (List::Forward, Some(guid.to_string()));
        let wish = Wish::Put { list, contact, name: None, group, guid };
        self.wish(asker, transaction, Some(wish));
    }

    pub(crate) fn remove(&mut self, asker: Asker, rem: &ClientRem<'_>) {
        let (list, transaction) = (rem.list, rem.transaction);
        if list == List::Pending && !asker.version.has_pending_list() {
            return self.wish(asker, transaction, None);
        }
        let id = rem.group.filter(|_| list == List::Forward && asker.version.has_groups());
        let Ok(group) = self.meant_group(&asker, id) else {
            return self.refuse(asker.link, ErrorCode::INVALID_GROUP, transaction);
        };
        if list != List::Forward || !asker.version.has_guids() {
            let contact = Account::new(rem.contact).ok();
            let wish = contact.map(|contact| {
                let named = contact.to_string();
                Wish::Take { list, contact, named, group }
            });
            return self.wish(asker, transaction, wish);
        }
        let Ok(guid) = rem.contact.parse::<Guid>() else {
            return self.refuse(asker.link, ErrorCode::ADDRESS_BOOK_ERROR, transaction);
        };
        let person = self.directory.get(&asker.account);
        match person.and_then(|person| person.contact(guid)) {
            Some((contact, _)) => {
                let (contact, named) = (contact.clone(), rem.contact.to_string());
                self.wish(asker, transaction, Some(Wish::Take { list, contact, named, group }));
            }
            None => {
                let code = match group {
                    Some(_) => unknown(asker.version),
                    None => ErrorCode::NOT_ON_LIST,
                };
                self.refuse(asker.link, code, transaction);
            }
        }
    }

    /// The group of this id, where one is named; an error where there is no such group.
    fn meant_group(&self, asker: &Asker, id: Option<&str>) -> Result<Option<NamedGroup>, ()> {
        match id {
            Some(id) => self.named_group(&asker.account, asker.version, id).map(Some).ok_or(()),
            None => Ok(None),
        }
    }
}
