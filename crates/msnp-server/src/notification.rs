//! What a client that is signed in asks of the notification server.

use msnp_codec::command::{ClientGcf, ServerGcf};
use msnp_codec::{ClientCommand, OwnedCommand};
use msnp_core::{Account, ErrorCode, LinkId, TransactionId, Version};

use crate::edit::{Edit, Pace, Wish};
use crate::service::Service;

/// Who asks.
pub(crate) struct Asker {
    pub(crate) link: LinkId,
    pub(crate) account: Account,
    pub(crate) version: Version,
}

impl Service {
    /// The session has refused already what this version does not have.
    pub(crate) fn notification_command(&mut self, link: LinkId, command: &OwnedCommand) {
        let Some(notification) = self.links.notification(link) else { return };
        let Some(account) = notification.account.clone() else { return };
        let version = notification.server.version();
        let asker = Asker { link, account, version };
        let Ok(command) = ClientCommand::parse(command.as_raw(), version) else { return };
        match command {
            ClientCommand::Syn(syn) => self.synchronize(&asker, &syn),
            ClientCommand::Lst(lst) => self.list(&asker, &lst),
            ClientCommand::Lsg(lsg) => self.list_groups(&asker, &lsg),
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
            ClientCommand::Sbp(sbp) => self.set_about_contact(asker, &sbp),
            ClientCommand::Add(add) => self.add(asker, &add),
            ClientCommand::Adc(adc) => self.add_stamped(asker, &adc),
            ClientCommand::Rem(rem) => self.remove(asker, &rem),
            ClientCommand::Adg(adg) => self.add_group(asker, &adg),
            ClientCommand::Reg(reg) => self.rename_group(asker, &reg),
            ClientCommand::Rmg(rmg) => self.remove_group(asker, &rmg),
            ClientCommand::Gcf(gcf) => self.configuration(&asker, &gcf),
            ClientCommand::Url(url) => self.page_address(&asker, &url),
            ClientCommand::Ims(ims) => self.switch_invitations(&asker, &ims),
            ClientCommand::Snd(snd) => self.invite_by_mail(&asker, &snd),
            ClientCommand::Sdc(sdc) => self.invite_by_mail_with_text(&asker, &sdc),
            ClientCommand::Pag(pag) => self.telephone(&asker, pag.transaction, pag.account),
            ClientCommand::Pgd(pgd) => self.telephone(&asker, pgd.transaction, pgd.account),
            // The directory was closed while people still used these versions.
            ClientCommand::Fnd(fnd) => {
                self.refuse(link, ErrorCode::COMMAND_DISABLED, fnd.transaction);
            }
            ClientCommand::Raw(raw) => {
                let transaction = msnp_codec::command::transaction_of(raw);
                if let Some(notification) = self.links.notification(link) {
                    notification.server.error(ErrorCode::COMMAND_DISABLED, transaction);
                }
            }
            _ => {}
        }
    }

    /// Submits what the client asks for; none where it makes no sense.
    pub(crate) fn wish(&mut self, asker: Asker, transaction: TransactionId, wish: Option<Wish>) {
        let Asker { link, account, version } = asker;
        match wish {
            Some(wish) => {
                if !self.is_too_fast(link, transaction, wish.pace()) {
                    self.submit(Edit { link, owner: account, version, transaction, wish });
                }
            }
            None => self.refuse(link, ErrorCode::INVALID_PARAMETER, transaction),
        }
    }

    /// Refuses one more change of this kind than a session may make in a time.
    pub(crate) fn is_too_fast(
        &mut self,
        link: LinkId,
        transaction: TransactionId,
        pace: Pace,
    ) -> bool {
        let (limits, now) = (self.config.limits, self.now.monotonic);
        let Some(notification) = self.links.notification(link) else { return false };
        let (rate, most) = match pace {
            Pace::Changes => (&mut notification.changes, limits.changes),
            Pace::Edits => (&mut notification.edits, limits.edits),
        };
        let too_fast = !rate.allows(now, most, limits.changes_in);
        if too_fast {
            notification.server.error(ErrorCode::TOO_FAST, Some(transaction));
        }
        too_fast
    }

    fn configuration(&mut self, asker: &Asker, gcf: &ClientGcf<'_>) {
        let transaction = gcf.transaction;
        let Some(notification) = self.links.notification(asker.link) else { return };
        if !notification.synchronized {
            return self.refuse(asker.link, ErrorCode::NOT_EXPECTED, transaction);
        }
        if gcf.document != SHIELDS {
            return self.refuse(asker.link, ErrorCode::INVALID_PARAMETER, transaction);
        }
        let (document, body) = (Some(SHIELDS), SHIELDS_DOCUMENT);
        self.tell(asker.link, ServerGcf { transaction, document, body });
    }
}

/// The one configuration document that clients ask for.
const SHIELDS: &str = "Shields.xml";
const SHIELDS_DOCUMENT: &[u8] =
    b"<?xml version=\"1.0\" encoding=\"utf-8\"?><config><shield></shield><block></block></config>";
