//! The command of each request, in the form of each version.

use msnp_codec::command::{
    ClientAdc, ClientAdd, ClientAdg, ClientBlp, ClientChg, ClientFnd, ClientGcf, ClientGtc,
    ClientIms, ClientPag, ClientPgd, ClientPrp, ClientRea, ClientReg, ClientRem, ClientRmg,
    ClientSbp, ClientSdc, ClientSnd, ClientSyn, ClientUrl, ClientUux, ClientXfr, DirectoryField,
};
use msnp_codec::{ClientCommand, Encoded};
use msnp_core::{Account, List, ListSync, TransactionId, Version};

use crate::{ClientProgram, NsRequest};

/// What a request needs to know to become a command.
pub(crate) struct Asking<'a> {
    pub(crate) transaction: TransactionId,
    /// The account that asks.
    pub(crate) own: &'a Account,
    pub(crate) program: &'a ClientProgram,
    pub(crate) version: Version,
}

impl NsRequest {
    /// Hands the command of this request to `print`.
    pub(crate) fn with_command<R>(
        &self,
        asking: &Asking<'_>,
        print: impl FnOnce(&ClientCommand<'_>) -> R,
    ) -> R {
        let &Asking { transaction, own, program, version } = asking;
        match self {
            Self::Lists { known } => {
                let stamped = version.list_sync() == ListSync::Stamped;
                // Stamps of the other kind mean nothing here.
                let known = known.as_ref().filter(|known| known.settings.is_some() == stamped);
                let lists = known.map_or("0", |known| &known.lists);
                let settings = known.and_then(|known| known.settings.as_deref());
                let settings = stamped.then(|| settings.unwrap_or("0"));
                print(&ClientSyn { transaction, lists, settings }.into())
            }
            Self::ClientVersion => print(&program.describe(transaction, own, version).into()),
            Self::Status { status, capabilities, object } => {
                let object = object.as_deref().filter(|_| version.has_msn_objects());
                let command = ClientChg {
                    transaction,
                    status: *status,
                    capabilities: version.has_capabilities().then_some(*capabilities),
                    object: object.map(Encoded::new_strict),
                };
                print(&command.into())
            }
            Self::Name(name) if version.says_name_at_sign_in() => {
                let account = own.as_str();
                print(&ClientRea { transaction, account, name: sendable(name, own) }.into())
            }
            Self::Name(name) => {
                let value = Some(sendable(name, own));
                print(&ClientPrp { transaction, key: "MFN", value }.into())
            }
            Self::PersonalMessage(document) => {
                print(&ClientUux { transaction, body: document }.into())
            }
            Self::Add { list, account, name } if version.has_guids() => {
                let command = ClientAdc {
                    transaction,
                    list: *list,
                    account: Some(account.as_str()),
                    name: (*list == List::Forward).then(|| sendable(name, account)),
                    guid: None,
                    group: None,
                };
                print(&command.into())
            }
            Self::Add { list, account, name } => {
                print(&add(transaction, *list, account, name, None).into())
            }
            Self::Remove { list, account, guid } => {
                let guid = guid.as_deref().filter(|_| *list == List::Forward);
                let contact = contact(account, guid, version);
                print(&ClientRem { transaction, list: *list, contact, group: None }.into())
            }
            Self::NameContact { account, guid, name } => {
                let name = sendable(name, account);
                if version.has_guids() {
                    let contact = contact(account, guid.as_deref(), version);
                    print(&ClientSbp { transaction, contact, key: "MFN", value: Some(name) }.into())
                } else {
                    print(&ClientRea { transaction, account: account.as_str(), name }.into())
                }
            }
            Self::AddGroup(name) => {
                print(&ClientAdg { transaction, name: Encoded::new(name) }.into())
            }
            Self::RenameGroup { id, name } => {
                print(&ClientReg { transaction, id, name: Encoded::new(name) }.into())
            }
            Self::RemoveGroup(id) => print(&ClientRmg { transaction, id }.into()),
            Self::AddToGroup { account, guid, group, .. } if version.has_guids() => {
                let command = ClientAdc {
                    transaction,
                    list: List::Forward,
                    account: None,
                    name: None,
                    guid: Some(contact(account, guid.as_deref(), version)),
                    group: Some(group),
                };
                print(&command.into())
            }
            Self::AddToGroup { account, name, group, .. } => {
                print(&add(transaction, List::Forward, account, name, Some(group)).into())
            }
            Self::RemoveFromGroup { account, guid, group } => {
                let contact = contact(account, guid.as_deref(), version);
                let (list, group) = (List::Forward, Some(&**group));
                print(&ClientRem { transaction, list, contact, group }.into())
            }
            Self::Setting { key, value } => {
                let value = value.as_deref().map(Encoded::new);
                print(&ClientPrp { transaction, key, value }.into())
            }
            Self::AllowByDefault(allow) => {
                let setting = if *allow { "AL" } else { "BL" };
                print(&ClientBlp { transaction, setting }.into())
            }
            Self::AskWhenAdded(ask) => {
                let setting = if *ask { "A" } else { "N" };
                print(&ClientGtc { transaction, setting }.into())
            }
            Self::AcceptInvitations(accept) => {
                let setting = if *accept { "ON" } else { "OFF" };
                print(&ClientIms { transaction, setting }.into())
            }
            Self::Switchboard => print(&ClientXfr { transaction, service: "SB" }.into()),
            Self::Document(document) => print(&ClientGcf { transaction, document }.into()),
            Self::Url { service, arguments } => {
                let arguments = arguments.as_deref();
                print(&ClientUrl { transaction, service, arguments }.into())
            }
            Self::Find(fields) => {
                let fields = fields
                    .iter()
                    .map(|(key, value)| DirectoryField { key, value: Encoded::new(value) })
                    .collect();
                print(&ClientFnd { transaction, fields }.into())
            }
            Self::InviteByMail(account) => {
                let named = version.snd_names_the_program();
                let command = ClientSnd {
                    transaction,
                    address: account.as_str(),
                    locale: named.then_some(&program.locale),
                    client: named.then_some(&program.client),
                    code_base: version.cvr_has_code_base().then_some(&program.code_base),
                };
                print(&command.into())
            }
            Self::InviteByMailWithText { account, name, text } => {
                let command = ClientSdc {
                    transaction,
                    address: account.as_str(),
                    locale: &program.locale,
                    client: &program.client,
                    code_base: &program.code_base,
                    name: sendable(name, own),
                    body: text.as_bytes(),
                };
                print(&command.into())
            }
            Self::Page { account, document } => {
                let (account, body) = (account.as_str(), &document[..]);
                if version.pages_name_the_device() {
                    let kind = Some(TELEPHONE);
                    print(&ClientPgd { transaction, account, kind, body }.into())
                } else {
                    print(&ClientPag { transaction, account, kind: None, body }.into())
                }
            }
        }
    }
}

/// The kind of device that `PGD` names.
const TELEPHONE: &str = "1";

fn add<'a>(
    transaction: TransactionId,
    list: List,
    account: &'a Account,
    name: &'a str,
    group: Option<&'a str>,
) -> ClientAdd<'a> {
    let name = Some(sendable(name, account));
    ClientAdd { transaction, list, account: account.as_str(), name, group }
}

/// What names a contact: the GUID, where there are any.
fn contact<'a>(account: &'a Account, guid: Option<&'a str>, version: Version) -> &'a str {
    guid.filter(|_| version.has_guids()).unwrap_or(account.as_str())
}

/// A name as it may be sent: a blank one becomes the account, since a parameter cannot be empty.
fn sendable<'n>(name: &'n str, account: &'n Account) -> Encoded<'n> {
    Encoded::new(if name.trim().is_empty() { account.as_str() } else { name })
}
