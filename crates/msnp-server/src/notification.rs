//! What a client that is signed in asks of the notification server.

use alloc::format;
use alloc::string::{String, ToString};

use msnp_codec::command::transaction_of;
use msnp_codec::command::{ClientAdc, ClientAdd, ClientPrp, ClientRea, ClientRem, ServerGcf};
use msnp_codec::{
    ClientCommand, Encoded, FrameLimits, Framer, OwnedCommand, RawCommand, Sender, ServerCommand,
};
use msnp_core::{Account, ErrorCode, Guid, LinkId, List, TransactionId, Version};

use crate::edit::{Edit, NAME, Wish};
use crate::lists::NO_GROUP;
use crate::service::Service;

/// Who asks.
struct Asker {
    link: LinkId,
    account: Account,
    version: Version,
}

impl Service {
    pub(crate) fn notification_command(&mut self, link: LinkId, command: &OwnedCommand) {
        let Some(notification) = self.links.notification(link) else { return };
        let Some(account) = notification.account.clone() else { return };
        let version = notification.server.version();
        let asker = Asker { link, account, version };
        let Ok(command) = ClientCommand::parse(command.as_raw(), version) else { return };
        match command {
            ClientCommand::Syn(syn) => self.synchronize(link, &asker.account, version, &syn),
            ClientCommand::Chg(chg) => self.change_status(link, &asker.account, &chg),
            ClientCommand::Uux(uux) => self.set_personal(link, &asker.account, &uux),
            ClientCommand::Xfr(xfr) => self.transfer(link, &asker.account, &xfr),
            ClientCommand::Qry(qry) => self.check_challenge(link, &qry),
            ClientCommand::Gtc(gtc) => {
                let wish =
                    [("A", true), ("N", false)].iter().find(|(word, _)| *word == gtc.setting);
                self.wish(asker, gtc.transaction, wish.map(|(_, asks)| Wish::Asks(*asks)));
            }
            ClientCommand::Blp(blp) => {
                let wish =
                    [("AL", true), ("BL", false)].iter().find(|(word, _)| *word == blp.setting);
                self.wish(asker, blp.transaction, wish.map(|(_, open)| Wish::Open(*open)));
            }
            ClientCommand::Prp(prp) => self.set(asker, &prp),
            ClientCommand::Rea(rea) => self.rename(asker, &rea),
            ClientCommand::Add(add) => self.add(asker, &add),
            ClientCommand::Adc(adc) => self.add_stamped(asker, &adc),
            ClientCommand::Rem(rem) => self.remove(asker, &rem),
            ClientCommand::Gcf(gcf) if gcf.document == SHIELDS => {
                let (transaction, document) = (gcf.transaction, Some(SHIELDS));
                self.tell(link, ServerGcf { transaction, document, body: SHIELDS_DOCUMENT });
            }
            ClientCommand::Gcf(gcf) => {
                self.refuse(link, ErrorCode::INVALID_PARAMETER, gcf.transaction);
            }
            ClientCommand::Raw(raw) => self.answer_raw(link, version, raw),
            _ => {}
        }
    }

    fn wish(&mut self, asker: Asker, transaction: TransactionId, wish: Option<Wish>) {
        let Asker { link, account, version } = asker;
        match wish {
            Some(wish) => {
                self.submit(Edit { link, owner: account, version, transaction, wish });
            }
            None => self.refuse(link, ErrorCode::INVALID_PARAMETER, transaction),
        }
    }

    fn set(&mut self, asker: Asker, prp: &ClientPrp<'_>) {
        let transaction = prp.transaction;
        if prp.key == NAME {
            if asker.version.says_name_at_sign_in() {
                return self.refuse(asker.link, ErrorCode::NOT_EXPECTED, transaction);
            }
            let Some(said) = &prp.value else { return self.wish(asker, transaction, None) };
            return self.wish_name(asker, transaction, said, true);
        }
        let value = prp.value.as_ref().map(|value| value.decode().into_owned());
        let known = SETTINGS.contains(&prp.key);
        let short = value.as_ref().is_none_or(|value| value.chars().count() <= SETTING_LEN);
        let wish = (known && short).then(|| Wish::Setting { key: prp.key.into(), value });
        self.wish(asker, transaction, wish);
    }

    fn rename(&mut self, asker: Asker, rea: &ClientRea<'_>) {
        let transaction = rea.transaction;
        if asker.account.is(rea.account) {
            return self.wish_name(asker, transaction, &rea.name, false);
        }
        let name = rea.name.decode().into_owned();
        if !is_name(&name) {
            return self.refuse(asker.link, ErrorCode::INVALID_FRIENDLY_NAME, transaction);
        }
        let contact = Account::new(rea.account).ok();
        let said = rea.name.clone().into_owned();
        let wish = contact.map(|contact| Wish::NameContact { contact, name, said });
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

    fn add(&mut self, asker: Asker, add: &ClientAdd<'_>) {
        let transaction = add.transaction;
        if add.list == List::Reverse {
            return self.wish(asker, transaction, None);
        }
        if add.group.is_some_and(|group| group != NO_GROUP) {
            return self.refuse(asker.link, ErrorCode::INVALID_GROUP, transaction);
        }
        let group = add.group.map(String::from);
        self.put(asker, transaction, add.list, add.account, add.name.as_ref(), group);
    }

    fn add_stamped(&mut self, asker: Asker, adc: &ClientAdc<'_>) {
        let transaction = adc.transaction;
        // There are no groups here.
        if adc.group.is_some() {
            return self.refuse(asker.link, ErrorCode::INVALID_GROUP, transaction);
        }
        match adc.account {
            Some(account) => {
                self.put(asker, transaction, adc.list, account, adc.name.as_ref(), None);
            }
            None => self.wish(asker, transaction, None),
        }
    }

    fn put(
        &mut self,
        asker: Asker,
        transaction: TransactionId,
        list: List,
        account: &str,
        name: Option<&Encoded<'_>>,
        group: Option<String>,
    ) {
        let name = name.map(|name| name.decode().into_owned());
        if name.as_ref().is_some_and(|name| !is_name(name)) {
            return self.refuse(asker.link, ErrorCode::INVALID_FRIENDLY_NAME, transaction);
        }
        let contact = Account::new(account).ok();
        let wish = contact.map(|contact| Wish::Put { list, contact, name, group });
        self.wish(asker, transaction, wish);
    }

    fn remove(&mut self, asker: Asker, rem: &ClientRem<'_>) {
        let (list, transaction) = (rem.list, rem.transaction);
        if let Some(group) = rem.group {
            let code = match group {
                NO_GROUP => ErrorCode::GROUP_FIXED,
                _ => ErrorCode::INVALID_GROUP,
            };
            return self.refuse(asker.link, code, transaction);
        }
        if list == List::Pending && !asker.version.has_pending_list() {
            return self.wish(asker, transaction, None);
        }
        let named = rem.contact.to_string();
        if list != List::Forward || !asker.version.has_guids() {
            let contact = Account::new(rem.contact).ok();
            let wish = contact.map(|contact| {
                let named = contact.to_string();
                Wish::Take { list, contact, named }
            });
            return self.wish(asker, transaction, wish);
        }
        let Ok(guid) = rem.contact.parse::<Guid>() else {
            return self.refuse(asker.link, ErrorCode::ADDRESS_BOOK_ERROR, transaction);
        };
        let person = self.directory.get(&asker.account);
        let mut contacts = person.into_iter().flat_map(|person| &person.contacts);
        match contacts.find(|(_, entry)| entry.guid == guid) {
            Some((contact, _)) => {
                let wish = Wish::Take { list, contact: contact.clone(), named };
                self.wish(asker, transaction, Some(wish));
            }
            None => self.refuse(asker.link, ErrorCode::NOT_ON_LIST, transaction),
        }
    }

    /// Commands without a type of their own: a page address that leads nowhere, and what is
    /// switched off here.
    fn answer_raw(&mut self, link: LinkId, version: Version, raw: RawCommand<'_>) {
        let transaction = transaction_of(raw);
        match (raw.verb().as_bytes(), transaction) {
            (b"URL", Some(transaction)) => {
                let line = format!("URL {transaction} /unused /unused 1\r\n");
                let mut framer = Framer::new(Sender::Server, version, FrameLimits::SIGNED_IN);
                if let Ok(Some(answer)) = framer.next(line.as_bytes()) {
                    self.tell(link, ServerCommand::Raw(answer));
                }
            }
            (_, transaction) => {
                if let Some(notification) = self.links.notification(link) {
                    notification.server.error(ErrorCode::COMMAND_DISABLED, transaction);
                }
            }
        }
    }
}

/// The one configuration document that clients ask for.
const SHIELDS: &str = "Shields.xml";
const SHIELDS_DOCUMENT: &[u8] =
    b"<?xml version=\"1.0\" encoding=\"utf-8\"?><config><shield></shield><block></block></config>";

/// What `PRP` can set beside the name: three telephone numbers, two facts about a mobile device,
/// one about a blog and one about a watch.
const SETTINGS: [&str; 7] = ["PHH", "PHW", "PHM", "MOB", "MBE", "HSB", "WWE"];
/// The most characters of such a value.
const SETTING_LEN: usize = 95;
/// The most bytes of an encoded friendly name.
const NAME_LEN: usize = 387;

fn is_name(name: &str) -> bool {
    !name.is_empty() && Encoded::new(name).as_bytes().len() <= NAME_LEN
}
