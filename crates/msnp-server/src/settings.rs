//! What users set about themselves and call others: `PRP`, `REA`, `SBP`, and `BPR` about a contact.

use alloc::string::String;
use alloc::vec::Vec;

use msnp_codec::Encoded;
use msnp_codec::command::{ClientPrp, ClientRea, ClientSbp, ServerBpr};
use msnp_core::{Account, ErrorCode, Guid, LinkId, TransactionId};

use crate::edit::{NAME, Wish};
use crate::notification::Asker;
use crate::roster::MOBILE;
use crate::service::Service;

impl Service {
    pub(crate) fn set(&mut self, asker: Asker, prp: &ClientPrp<'_>) {
        let transaction = prp.transaction;
        if prp.key == NAME {
            if asker.version.says_name_at_sign_in() {
                return self.refuse(asker.link, ErrorCode::NOT_EXPECTED, transaction);
            }
            let Some(said) = &prp.value else { return self.wish(asker, transaction, None) };
            return self.wish_name(asker, transaction, said, true);
        }
        let known = SETTINGS.contains(&prp.key);
        if !known && prp.key.starts_with(TELEPHONES) {
            return self.refuse(asker.link, ErrorCode::NOT_EXPECTED, transaction);
        }
        let value = prp.value.as_ref().map(|value| value.decode().into_owned());
        let fits = |value: &String| Encoded::new(value).as_bytes().len() <= SETTING_LEN;
        let short = value.as_ref().is_none_or(fits);
        let wish = (known && short).then(|| Wish::Setting { key: prp.key.into(), value });
        self.wish(asker, transaction, wish);
    }

    pub(crate) fn rename(&mut self, asker: Asker, rea: &ClientRea<'_>) {
        let transaction = rea.transaction;
        if asker.account.is(rea.account) {
            return self.wish_name(asker, transaction, &rea.name, false);
        }
        let contact = Account::new(rea.account).ok();
        self.name_contact(asker, transaction, contact, &rea.name, None);
    }

    /// `SBP <guid> MFN <name>`
    pub(crate) fn set_about_contact(&mut self, asker: Asker, sbp: &ClientSbp<'_>) {
        let transaction = sbp.transaction;
        let Ok(guid) = sbp.contact.parse::<Guid>() else {
            return self.refuse(asker.link, ErrorCode::ADDRESS_BOOK_ERROR, transaction);
        };
        let person = self.directory.get(&asker.account);
        let contact = person.and_then(|person| person.contact(guid));
        let Some(contact) = contact.map(|(contact, _)| contact.clone()) else {
            return self.refuse(asker.link, ErrorCode::INVALID_ACCOUNT, transaction);
        };
        match &sbp.value {
            Some(name) if sbp.key == NAME => {
                let guid = Some(sbp.contact);
                self.name_contact(asker, transaction, Some(contact), name, guid);
            }
            _ => self.wish(asker, transaction, None),
        }
    }

    fn name_contact(
        &mut self,
        asker: Asker,
        transaction: TransactionId,
        contact: Option<Account>,
        said: &Encoded<'_>,
        guid: Option<&str>,
    ) {
        let name = said.decode().into_owned();
        if !is_name(&name) {
            return self.refuse(asker.link, ErrorCode::INVALID_FRIENDLY_NAME, transaction);
        }
        let (said, guid) = (said.clone().into_owned(), guid.map(Into::into));
        let wish = contact.map(|contact| Wish::NameContact { contact, name, said, guid });
        self.wish(asker, transaction, wish);
    }

    fn wish_name(
        &mut self,
        asker: Asker,
        transaction: TransactionId,
        said: &Encoded<'_>,
        by_setting: bool,
    ) {
        let name = said.decode().into_owned();
        if !is_name(&name) {
            return self.refuse(asker.link, ErrorCode::INVALID_FRIENDLY_NAME, transaction);
        }
        let said = said.clone().into_owned();
        self.wish(asker, transaction, Some(Wish::Name { name, said, by_setting }));
    }

    /// Tells of the settings that somebody has ever made, to one who may have older ones.
    pub(crate) fn tell_settings_made(&mut self, to: LinkId, subject: &Account) {
        let Some(person) = self.directory.get(subject) else { return };
        let keys: Vec<&str> = person.about.settings_made().collect();
        self.tell_settings(to, subject, &keys);
    }

    /// Tells of these settings of somebody, where the one who is told may see them and is of a
    /// version that knows settings.
    pub(crate) fn tell_settings(&mut self, to: LinkId, subject: &Account, keys: &[&str]) {
        let Some(notification) = self.links.notification(to) else { return };
        let version = notification.server.version();
        let Some(viewer) = notification.account.clone() else { return };
        if !version.has_settings() || !self.directory.permission(&viewer, subject).see {
            return;
        }
        let serial = self.serial(&viewer, version);
        let serial = version.has_list_serials().then_some(serial.as_str());
        let Some(person) = self.directory.get(subject) else { return };
        let Some(notification) = self.links.notification(to) else { return };
        for key in keys {
            let value = person.about.setting(key);
            let value = value.or((*key == MOBILE).then_some("N")).map(Encoded::new);
            let account = Some(subject.as_str());
            notification.server.send(&ServerBpr { serial, account, key, value }.into());
        }
    }
}

pub(crate) fn asks_setting(asks: bool) -> &'static str {
    if asks { "A" } else { "N" }
}

pub(crate) fn open_setting(open: bool) -> &'static str {
    if open { "AL" } else { "BL" }
}

/// Whether somebody may be called so.
pub(crate) fn is_name(name: &str) -> bool {
    !name.is_empty() && Encoded::new(name).as_bytes().len() <= NAME_LEN
}

/// What `PRP` can set beside the name: three telephone numbers, two facts about a mobile device,
/// one about a blog and one about a watch.
pub(crate) const SETTINGS: [&str; 7] = ["PHH", "PHW", "PHM", MOBILE, "MBE", "HSB", "WWE"];
/// How the keys of telephone numbers begin.
const TELEPHONES: &str = "PH";
/// The most bytes of such a value, percent-encoded: many of them stand in each list of contacts.
pub(crate) const SETTING_LEN: usize = 95;
/// The most bytes of an encoded friendly name.
pub(crate) const NAME_LEN: usize = 387;
