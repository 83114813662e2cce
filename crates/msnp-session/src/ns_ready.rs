//! What each command of a notification server says to a client that is signed in.

use bytes::Bytes;

use msnp_codec::command::{ServerNln, ServerXfr};
use msnp_codec::{CommandError, Problem, RawCommand, ServerCommand, Verb};
use msnp_core::Account;

use crate::connection::Connection;
use crate::{Invitation, NsEvent, ServerMessage};

/// Tells of a contact that is online. `already` before one saw it.
pub(crate) fn report_online(
    connection: &mut Connection<NsEvent>,
    presence: &ServerNln<'_>,
    already: bool,
) {
    let verb = if already { b"ILN" } else { b"NLN" };
    connection.event(online(verb, presence, already).unwrap_or_else(NsEvent::Malformed));
}

/// Turns a command into its event. `own` is the account that is signed in; where `moves_on`, the
/// serial number of the lists is told too. Says whether it could be read.
pub(crate) fn report(
    connection: &mut Connection<NsEvent>,
    own: &Account,
    moves_on: bool,
    raw: RawCommand<'_>,
    command: ServerCommand<'_>,
) -> bool {
    let serial = serial_of(&command).filter(|_| moves_on).map(Into::into);
    match event(own, raw, command) {
        Ok(Some(event)) => {
            if let Some(serial) = serial {
                connection.event(NsEvent::ListsChanged { serial });
            }
            connection.event(event);
            true
        }
        Ok(None) => true,
        Err(error) => {
            connection.event(NsEvent::Malformed(error));
            false
        }
    }
}

fn event(
    own: &Account,
    raw: RawCommand<'_>,
    command: ServerCommand<'_>,
) -> Result<Option<NsEvent>, CommandError> {
    Ok(Some(match command {
        ServerCommand::Chg(chg) => NsEvent::StatusSet(chg.status),
        ServerCommand::Fln(fln) => NsEvent::Offline(account(b"FLN", fln.contact.account)?),
        ServerCommand::Ubx(ubx) => NsEvent::PersonalMessage {
            account: account(b"UBX", ubx.contact.account)?,
            document: Bytes::copy_from_slice(ubx.body),
        },
        // What these confirm, the end of the request says.
        ServerCommand::Uux(_)
        | ServerCommand::Sbs(_)
        | ServerCommand::Cvr(_)
        | ServerCommand::Cvq(_)
        | ServerCommand::Snd(_)
        | ServerCommand::Sdc(_)
        | ServerCommand::Ims(_)
        | ServerCommand::Pgd(_) => return Ok(None),
        ServerCommand::Gtc(gtc) => NsEvent::AsksWhenAdded(gtc.setting == "A"),
        ServerCommand::Blp(blp) => NsEvent::AllowedByDefault(blp.setting == "AL"),
        ServerCommand::Prp(prp) => {
            let value = prp.value.map(|value| value.decode().into_owned()).unwrap_or_default();
            match prp.key {
                "MFN" => NsEvent::Named(value),
                key => NsEvent::Setting { key: key.into(), value },
            }
        }
        ServerCommand::Bpr(bpr) => match bpr.account {
            None => NsEvent::Unknown(raw.to_owned()), // It follows no contact.
            Some(name) => NsEvent::ContactSetting {
                account: account(b"BPR", name)?,
                key: bpr.key.into(),
                value: bpr.value.map(|value| value.decode().into_owned()).unwrap_or_default(),
            },
        },
        ServerCommand::Rea(rea) => {
            let name = rea.name.decode().into_owned();
            if own.is(rea.account) {
                NsEvent::Named(name)
            } else {
                NsEvent::ContactNamed { account: account(b"REA", rea.account)?, name }
            }
        }
        ServerCommand::Sbp(sbp) => NsEvent::ContactDetail {
            guid: sbp.contact.into(),
            key: sbp.key.into(),
            value: sbp.value.map(|value| value.decode().into_owned()).unwrap_or_default(),
        },
        ServerCommand::Adg(adg) => {
            NsEvent::GroupAdded { id: adg.id.into(), name: adg.name.decode().into_owned() }
        }
        ServerCommand::Reg(reg) => {
            NsEvent::GroupRenamed { id: reg.id.into(), name: reg.name.decode().into_owned() }
        }
        ServerCommand::Rmg(rmg) => NsEvent::GroupRemoved(rmg.id.into()),
        ServerCommand::Url(url) => NsEvent::Url {
            path: url.path.into(),
            login: url.login.into(),
            id: url.id.map(Into::into),
        },
        // Nobody was found.
        ServerCommand::Fnd(found) if found.position == 0 => return Ok(None),
        ServerCommand::Fnd(found) => NsEvent::Found {
            fields: found
                .fields
                .iter()
                .map(|field| (field.key.into(), field.value.decode().into_owned()))
                .collect(),
        },
        ServerCommand::Ipg(page) => NsEvent::Page(Bytes::copy_from_slice(page.body)),
        ServerCommand::Add(add) => NsEvent::Added {
            list: add.list,
            account: Some(account(b"ADD", add.account)?),
            name: add.name.map(|name| name.decode().into_owned()),
            guid: None,
            group: add.group.map(Into::into),
        },
        ServerCommand::Adc(adc) => NsEvent::Added {
            list: adc.list,
            account: adc.account.map(|name| account(b"ADC", name)).transpose()?,
            name: adc.name.map(|name| name.decode().into_owned()),
            guid: adc.guid.map(Into::into),
            group: adc.group.map(Into::into),
        },
        ServerCommand::Rem(rem) => NsEvent::Removed {
            list: rem.list,
            contact: rem.contact.into(),
            group: rem.group.map(Into::into),
        },
        ServerCommand::Xfr(ServerXfr::Switchboard { transaction, address, cookie }) => {
            NsEvent::Switchboard {
                transaction,
                address: address.parse().map_err(|_| invalid(b"XFR", "address"))?,
                cookie: cookie.0.into(),
            }
        }
        ServerCommand::Rng(rng) => NsEvent::Ringing(Invitation {
            session: rng.session.into(),
            address: rng.address.parse().map_err(|_| invalid(b"RNG", "address"))?,
            cookie: rng.cookie.0.into(),
            account: account(b"RNG", rng.account)?,
            name: rng.name.decode().into_owned(),
        }),
        ServerCommand::Msg(msg) => {
            NsEvent::ServerMessage(ServerMessage(Bytes::copy_from_slice(msg.body)))
        }
        ServerCommand::Gcf(gcf) => NsEvent::Document {
            name: gcf.document.map(Into::into),
            document: Bytes::copy_from_slice(gcf.body),
        },
        ServerCommand::Not(not) => NsEvent::Notification(Bytes::copy_from_slice(not.body)),
        // Known commands that have no place on this connection, too.
        _ => NsEvent::Unknown(raw.to_owned()),
    }))
}

/// The serial number that the lists have with this change.
fn serial_of<'a>(command: &ServerCommand<'a>) -> Option<&'a str> {
    match command {
        ServerCommand::Add(add) => Some(add.serial),
        ServerCommand::Rem(rem) => rem.serial,
        ServerCommand::Adg(adg) => adg.serial,
        ServerCommand::Reg(reg) => reg.serial,
        ServerCommand::Rmg(rmg) => rmg.serial,
        ServerCommand::Rea(rea) => Some(rea.serial),
        ServerCommand::Prp(prp) => prp.serial,
        ServerCommand::Gtc(gtc) => gtc.serial,
        ServerCommand::Blp(blp) => blp.serial,
        ServerCommand::Bpr(bpr) => bpr.serial,
        _ => None,
    }
}

fn online(
    verb: &'static [u8; 3],
    presence: &ServerNln<'_>,
    already: bool,
) -> Result<NsEvent, CommandError> {
    let object = presence.object.as_ref().map(|object| object.decode().into_owned());
    Ok(NsEvent::Online {
        account: account(verb, presence.contact.account)?,
        status: presence.status,
        name: presence.name.decode().into_owned(),
        capabilities: presence.capabilities,
        object: object.filter(|object| object != "0"),
        already,
    })
}

fn account(verb: &'static [u8; 3], text: &str) -> Result<Account, CommandError> {
    Account::new(text).map_err(|_| invalid(verb, "account"))
}

fn invalid(verb: &'static [u8; 3], parameter: &'static str) -> CommandError {
    let verb = Verb::new(*verb);
    CommandError { verb, transaction: None, parameter, problem: Problem::Invalid }
}
