//! What surrounds the messages: `URL`, `IMS`, `SND`, `SDC`, `PAG`, `PGD`.

use alloc::format;

use msnp_codec::command::{
    ClientIms, ClientSdc, ClientSnd, ClientUrl, ServerIms, ServerSdc, ServerSnd, ServerUrl,
};
use msnp_core::{Account, ErrorCode, TransactionId};

use crate::edit::Pace;
use crate::event::ServerEvent;
use crate::membership::unknown;
use crate::notification::Asker;
use crate::passport::LOGIN_PATH;
use crate::roster::MOBILE;
use crate::service::Service;

impl Service {
    pub(crate) fn page_address(&mut self, asker: &Asker, url: &ClientUrl<'_>) {
        let transaction = url.transaction;
        if !url.service.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return self.refuse(asker.link, ErrorCode::INVALID_PARAMETER, transaction);
        }
        let pages = self.config.pages.clone();
        let path = format!("{}{}", pages.path, url.service.to_ascii_lowercase());
        let login = pages
            .login
            .unwrap_or_else(|| format!("http://{}{LOGIN_PATH}", self.address(|all| &all.http)));
        let id = Some(pages.site.as_str());
        self.tell(asker.link, ServerUrl { transaction, path: &path, login: &login, id });
    }

    pub(crate) fn switch_invitations(&mut self, asker: &Asker, ims: &ClientIms<'_>) {
        let transaction = ims.transaction;
        let on = match ims.setting {
            "ON" => true,
            "OFF" => false,
            _ => return self.refuse(asker.link, ErrorCode::NOT_EXPECTED, transaction),
        };
        if let Some(online) = self.online.get_mut(&asker.account) {
            online.takes_invitations = on;
        }
        let (serial, setting) = ("0", if on { "ON" } else { "OFF" });
        self.tell(asker.link, ServerIms { transaction, serial, setting });
    }

    /// Whether a mail goes out is for the program to decide; a client that is told that none does
    /// has nothing to do about it.
    pub(crate) fn invite_by_mail(&mut self, asker: &Asker, snd: &ClientSnd<'_>) {
        let transaction = snd.transaction;
        if self.may_invite(asker, transaction, snd.address) {
            self.tell(asker.link, ServerSnd { transaction, result: "OK" });
        }
    }

    pub(crate) fn invite_by_mail_with_text(&mut self, asker: &Asker, sdc: &ClientSdc<'_>) {
        let transaction = sdc.transaction;
        if self.may_invite(asker, transaction, sdc.address) {
            self.tell(asker.link, ServerSdc { transaction, result: "OK" });
        }
    }

    fn may_invite(&mut self, asker: &Asker, transaction: TransactionId, address: &str) -> bool {
        let Ok(to) = Account::new(address) else {
            self.refuse(asker.link, ErrorCode::INVALID_PARAMETER, transaction);
            return false;
        };
        if self.is_too_fast(asker.link, transaction, Pace::Changes) {
            return false;
        }
        self.event(ServerEvent::InvitedByMail { by: asker.account.clone(), to });
        true
    }

    /// A page to a telephone, which nothing here can deliver. Somebody who does not want to hear
    /// from the sender has no telephone that the sender could know of.
    pub(crate) fn telephone(&mut self, asker: &Asker, transaction: TransactionId, to: &str) {
        let code = match Account::new(to) {
            Err(_) => ErrorCode::INVALID_ACCOUNT,
            Ok(account) => match self.directory.get(&account) {
                None => unknown(asker.version),
                Some(person) => {
                    let may = self.directory.permission(&asker.account, &account).ring;
                    let mobile = person.about.settings.get(MOBILE);
                    let reachable = may && mobile.is_some_and(|set| set == "Y");
                    if reachable { ErrorCode::COMMAND_DISABLED } else { ErrorCode::NOT_ONLINE }
                }
            },
        };
        self.refuse(asker.link, code, transaction);
    }
}
