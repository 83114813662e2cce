//! `USR`, `XFR`: proving who one is, and being sent elsewhere.

use msnp_core::{Login, TransactionId, Version};

use crate::field::{Command, Line, Reader};
use crate::{CommandError, Encoded, Hidden};

/// Signs in, on the notification server or on a switchboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClientUsr<'a> {
    /// `USR 3 MD5 I alice@example.com`, `TWN I`, `SSO I`: claims to be the account.
    Initiate {
        /// The transaction.
        transaction: TransactionId,
        /// How it wants to prove it.
        login: Login,
        /// Who it claims to be.
        account: &'a str,
    },
    /// `USR 4 MD5 S <hash>`, `TWN S <ticket>`, `SSO S <ticket> <blob> {<machine>}`: proves it.
    Prove {
        /// The transaction.
        transaction: TransactionId,
        /// How.
        login: Login,
        /// The hash or the ticket.
        proof: Hidden<'a>,
        /// The encrypted nonce (SSO).
        blob: Option<Hidden<'a>>,
        /// The machine (MSNP16 and later).
        machine: Option<&'a str>,
    },
    /// `USR 5 SHA A <ticket>`: shows the ticket of a circle (MSNP18 and later).
    Circle {
        /// The transaction.
        transaction: TransactionId,
        /// The ticket, in base64.
        ticket: Hidden<'a>,
    },
    /// `USR 6 alice@example.com <cookie>`: enters a switchboard as the one who asked for it.
    Switchboard {
        /// The transaction.
        transaction: TransactionId,
        /// The account; from MSNP16 `account;{machine}`.
        account: &'a str,
        /// The cookie of the `XFR`.
        cookie: Hidden<'a>,
    },
}

/// The answer to [`ClientUsr`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerUsr<'a> {
    /// `USR 3 MD5 S <challenge>`, `TWN S <parameters>`, `SSO S <policy> <nonce>`.
    Challenge {
        /// The transaction.
        transaction: TransactionId,
        /// How to prove it.
        login: Login,
        /// The challenge, the Passport parameters, or the policy.
        challenge: &'a str,
        /// The nonce (SSO).
        nonce: Option<&'a str>,
    },
    /// `USR 4 OK alice@example.com …`
    Ok {
        /// The transaction.
        transaction: TransactionId,
        /// Who has signed in, and as what.
        who: SignedIn<'a>,
    },
}

/// What follows `USR OK`.
///
/// Always the account. Then on a switchboard and up to MSNP5 the name; at MSNP6 and 7 name and
/// verified; at MSNP8 and 9 name, verified and restricted; from MSNP10 verified and restricted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn<'a> {
    /// The account.
    pub account: &'a str,
    /// The friendly name.
    pub name: Option<Encoded<'a>>,
    /// Whether the account is verified: `1` or `0`.
    pub verified: Option<&'a str>,
    /// Whether the account is restricted: `0` as far as known.
    pub restricted: Option<&'a str>,
}

/// Asks to be sent to a switchboard: `XFR 9 SB`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClientXfr<'a> {
    /// The transaction.
    pub transaction: TransactionId,
    /// The kind of server; only `SB` is known.
    pub service: &'a str,
}

/// Sends the client to another server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServerXfr<'a> {
    /// `XFR 3 NS 10.0.0.1:1863 0 10.0.0.2:1863`: to another notification server.
    Notification {
        /// The transaction, or 0.
        transaction: TransactionId,
        /// Where to; the port may be left out.
        address: &'a str,
        /// `0` from MSNP3, `U` from MSNP13.
        marker: Option<&'a str>,
        /// The server that sends it there (MSNP7 to 12), or `D` (MSNP13 and later).
        from: Option<&'a str>,
    },
    /// `XFR 9 SB 10.0.0.1:1863 CKI <cookie>`: to a switchboard. From MSNP13 more follows, which is
    /// not read.
    Switchboard {
        /// The transaction.
        transaction: TransactionId,
        /// Where to.
        address: &'a str,
        /// What to show there.
        cookie: Hidden<'a>,
    },
}

impl<'a> Command<'a> for ClientUsr<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let first: &str = reader.read("scheme")?;
        let second: &str = reader.read("step")?;
        Ok(match (login(first), first, second) {
            (Some(login), _, "I") => {
                Self::Initiate { transaction, login, account: reader.read("account")? }
            }
            (Some(login), _, "S") => Self::Prove {
                transaction,
                login,
                proof: reader.read("proof")?,
                blob: reader.read("blob")?,
                machine: reader.read("machine")?,
            },
            (None, "SHA", "A") => Self::Circle { transaction, ticket: reader.read("ticket")? },
            (None, account, cookie) if account.contains('@') => {
                Self::Switchboard { transaction, account, cookie: Hidden(cookie) }
            }
            (None, ..) => return Err(reader.invalid("scheme")),
            (Some(_), ..) => return Err(reader.invalid("step")),
        })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        match self {
            Self::Initiate { transaction, login, account } => {
                line.put(transaction);
                line.word(scheme(*login));
                line.word(b"I");
                line.put(account);
            }
            Self::Prove { transaction, login, proof, blob, machine } => {
                line.put(transaction);
                line.word(scheme(*login));
                line.word(b"S");
                line.put(proof);
                line.put(blob);
                line.put(machine);
            }
            Self::Circle { transaction, ticket } => {
                line.put(transaction);
                line.word(b"SHA");
                line.word(b"A");
                line.put(ticket);
            }
            Self::Switchboard { transaction, account, cookie } => {
                line.put(transaction);
                line.put(account);
                line.put(cookie);
            }
        }
        line.end();
    }
}

impl<'a> Command<'a> for ServerUsr<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let first: &str = reader.read("scheme")?;
        if first == "OK" {
            return Ok(Self::Ok { transaction, who: SignedIn::read(reader, version)? });
        }
        let login = login(first).ok_or_else(|| reader.invalid("scheme"))?;
        if reader.read::<&str>("step")? != "S" {
            return Err(reader.invalid("step"));
        }
        let challenge = reader.read("challenge")?;
        Ok(Self::Challenge { transaction, login, challenge, nonce: reader.read("nonce")? })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        match self {
            Self::Challenge { transaction, login, challenge, nonce } => {
                line.put(transaction);
                line.word(scheme(*login));
                line.word(b"S");
                line.put(challenge);
                line.put(nonce);
            }
            Self::Ok { transaction, who } => {
                line.put(transaction);
                line.word(b"OK");
                line.put(&who.account);
                line.put(&who.name);
                line.put(&who.verified);
                line.put(&who.restricted);
            }
        }
        line.end();
    }
}

impl<'a> SignedIn<'a> {
    fn read(reader: &mut Reader<'a>, version: Version) -> Result<Self, CommandError> {
        let account = reader.read("account")?;
        let has_name = reader.left() != 2 || version.says_name_at_sign_in();
        let name = if has_name { reader.read("name")? } else { None };
        let verified = reader.read("verified")?;
        Ok(Self { account, name, verified, restricted: reader.read("restricted")? })
    }
}

impl<'a> Command<'a> for ClientXfr<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self { transaction: reader.read("transaction id")?, service: reader.read("service")? })
    }

    fn print(&self, mut line: Line<'_>, _: Version) {
        line.put(&self.transaction);
        line.put(&self.service);
        line.end();
    }
}

impl<'a> Command<'a> for ServerXfr<'a> {
    fn read(reader: &mut Reader<'a>, _: Version) -> Result<Self, CommandError> {
        let transaction = reader.read("transaction id")?;
        let service: &str = reader.read("service")?;
        let address = reader.read("address")?;
        match service {
            "NS" => {
                let marker = reader.read("marker")?;
                Ok(Self::Notification { transaction, address, marker, from: reader.read("from")? })
            }
            "SB" => match reader.read("cookie marker")? {
                "CKI" => {
                    Ok(Self::Switchboard { transaction, address, cookie: reader.read("cookie")? })
                }
                _ => Err(reader.invalid("cookie marker")),
            },
            _ => Err(reader.invalid("service")),
        }
    }

    fn print(&self, mut line: Line<'_>, version: Version) {
        match self {
            Self::Notification { transaction, address, marker, from } => {
                line.put(transaction);
                line.word(b"NS");
                line.put(address);
                line.put(&marker.or(from.map(|_| "0")));
                line.put(from);
            }
            Self::Switchboard { transaction, address, cookie } => {
                line.put(transaction);
                line.word(b"SB");
                line.put(address);
                line.word(b"CKI");
                line.put(cookie);
                switchboard_tail(&mut line, version);
            }
        }
        line.end();
    }
}

/// What follows the cookie in `XFR SB`, and all else in `RNG`, from MSNP13.
pub(super) fn switchboard_tail(line: &mut Line<'_>, version: Version) {
    if version.redirects_name_the_domain() {
        line.word(b"U");
        line.word(b"messenger.msn.com");
    }
    if version.says_direct_connections() {
        line.word(b"1");
    }
}

const SCHEMES: [(Login, &str); 3] =
    [(Login::Md5, "MD5"), (Login::Passport, "TWN"), (Login::Sso, "SSO")];

fn login(name: &str) -> Option<Login> {
    SCHEMES.iter().find(|(_, known)| *known == name).map(|(login, _)| *login)
}

fn scheme(login: Login) -> &'static [u8] {
    SCHEMES.iter().find(|(known, _)| *known == login).map_or(b"", |(_, name)| name.as_bytes())
}
