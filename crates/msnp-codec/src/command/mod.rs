//! Typed commands: one type a verb and sender, one file a family.

use alloc::vec::Vec;

use msnp_core::{TransactionId, Version};

use crate::field::{Command, Line, Reader};
use crate::{CommandError, RawCommand, Sender, Verb};

mod challenge;
mod contact_fields;
mod contacts;
mod groups;
mod lists;
mod negotiation;
mod personal;
mod presence;
mod services;
mod settings;
mod sign_in;
mod switchboard;
mod upkeep;

pub use challenge::{ClientQry, ServerChl, ServerQry};
pub use contacts::{
    Adc, ClientAdc, ClientAdd, ClientRem, ClientSbp, Sbp, ServerAdc, ServerAdd, ServerRem,
    ServerSbp,
};
pub use groups::{ClientAdg, ClientReg, ClientRmg, ServerAdg, ServerReg, ServerRmg};
pub use lists::{
    ClientLsg, ClientLst, ClientSyn, Contact, Counts, Place, ServerLsg, ServerLst, ServerSyn,
};
pub use negotiation::{
    ClientCvq, ClientCvr, ClientInf, ClientVer, ServerCvq, ServerCvr, ServerInf, ServerVer,
};
pub use personal::{ClientUux, ServerUbx, ServerUux};
pub use presence::{
    Capabilities, ClientChg, ContactName, ServerChg, ServerFln, ServerIln, ServerNln,
};
pub use services::{
    ClientFnd, ClientIms, ClientPag, ClientPgd, ClientSdc, ClientSnd, ClientUrl, DirectoryField,
    ServerFnd, ServerIms, ServerIpg, ServerPgd, ServerSdc, ServerSnd, ServerUrl,
};
pub use settings::{
    ClientBlp, ClientGtc, ClientPrp, ClientRea, ServerBlp, ServerBpr, ServerGtc, ServerPrp,
    ServerRea,
};
pub use sign_in::{ClientUsr, ClientXfr, ServerUsr, ServerXfr, SignedIn};
pub use switchboard::{
    Acknowledge, ClientAns, ClientCal, ClientMsg, ServerAck, ServerAns, ServerBye, ServerCal,
    ServerIro, ServerJoi, ServerMsg, ServerNak, ServerRng,
};
pub use upkeep::{
    ClientGcf, ClientOut, ClientPng, ServerError, ServerGcf, ServerNot, ServerOut, ServerQng,
    ServerSbs,
};

macro_rules! commands {
    ($(#[$doc:meta])* $name:ident from $sender:expr, {
        $($(#[$variant_doc:meta])* $variant:ident($type:ident $(<$life:lifetime>)?) = $verb:literal,)*
    }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        #[non_exhaustive]
        pub enum $name<'a> {
            $($(#[$variant_doc])* $variant($type $(<$life>)?),)*
            /// A command without a type of its own, or that nobody knows.
            Raw(RawCommand<'a>),
        }

        impl<'a> $name<'a> {
            /// Reads a command of this version. What has no type of its own is
            /// [`Raw`](Self::Raw).
            ///
            /// # Errors
            /// [`CommandError`] when a parameter is missing or not valid. The command was whole
            /// all the same: the connection goes on.
            pub fn parse(raw: RawCommand<'a>, version: Version) -> Result<Self, CommandError> {
                debug_assert_eq!(raw.sender(), $sender);
                let reader = &mut Reader::new(raw);
                match raw.verb().as_bytes() {
                    $($verb => Command::read(reader, version).map(Self::$variant),)*
                    _ => Self::parse_other(raw, version),
                }
            }

            /// Appends the one canonical form of this version: the form that real peers expect.
            pub fn print(&self, version: Version, out: &mut Vec<u8>) {
                match self {
                    $(Self::$variant(command) => {
                        let verb = command.verb().unwrap_or(Verb::new(*$verb));
                        command.print(Line::new(out, verb), version);
                    })*
                    other => other.print_other(version, out),
                }
            }
        }

        $(impl<'a> From<$type $(<$life>)?> for $name<'a> {
            fn from(command: $type $(<$life>)?) -> Self {
                Self::$variant(command)
            }
        })*
    };
}

commands! {
    /// What a client sends.
    ClientCommand from Sender::Client, {
        /// `VER`
        Ver(ClientVer<'a>) = b"VER",
        /// `INF`
        Inf(ClientInf) = b"INF",
        /// `CVR`
        Cvr(ClientCvr<'a>) = b"CVR",
        /// `CVQ`
        Cvq(ClientCvq<'a>) = b"CVQ",
        /// `USR`
        Usr(ClientUsr<'a>) = b"USR",
        /// `XFR`
        Xfr(ClientXfr<'a>) = b"XFR",
        /// `SYN`
        Syn(ClientSyn<'a>) = b"SYN",
        /// `LST`
        Lst(ClientLst) = b"LST",
        /// `LSG`
        Lsg(ClientLsg) = b"LSG",
        /// `GTC`
        Gtc(ClientGtc<'a>) = b"GTC",
        /// `BLP`
        Blp(ClientBlp<'a>) = b"BLP",
        /// `PRP`
        Prp(ClientPrp<'a>) = b"PRP",
        /// `SBP`
        Sbp(ClientSbp<'a>) = b"SBP",
        /// `REA`
        Rea(ClientRea<'a>) = b"REA",
        /// `ADD`
        Add(ClientAdd<'a>) = b"ADD",
        /// `ADC`
        Adc(ClientAdc<'a>) = b"ADC",
        /// `REM`
        Rem(ClientRem<'a>) = b"REM",
        /// `ADG`
        Adg(ClientAdg<'a>) = b"ADG",
        /// `REG`
        Reg(ClientReg<'a>) = b"REG",
        /// `RMG`
        Rmg(ClientRmg<'a>) = b"RMG",
        /// `CHG`
        Chg(ClientChg<'a>) = b"CHG",
        /// `UUX`
        Uux(ClientUux<'a>) = b"UUX",
        /// `QRY`
        Qry(ClientQry<'a>) = b"QRY",
        /// `PNG`
        Png(ClientPng) = b"PNG",
        /// `OUT`
        Out(ClientOut) = b"OUT",
        /// `GCF`
        Gcf(ClientGcf<'a>) = b"GCF",
        /// `PAG`
        Pag(ClientPag<'a>) = b"PAG",
        /// `PGD`
        Pgd(ClientPgd<'a>) = b"PGD",
        /// `URL`
        Url(ClientUrl<'a>) = b"URL",
        /// `FND`
        Fnd(ClientFnd<'a>) = b"FND",
        /// `SND`
        Snd(ClientSnd<'a>) = b"SND",
        /// `SDC`
        Sdc(ClientSdc<'a>) = b"SDC",
        /// `IMS`
        Ims(ClientIms<'a>) = b"IMS",
        /// `CAL`
        Cal(ClientCal<'a>) = b"CAL",
        /// `ANS`
        Ans(ClientAns<'a>) = b"ANS",
        /// `MSG`
        Msg(ClientMsg<'a>) = b"MSG",
    }
}

commands! {
    /// What a server sends.
    ServerCommand from Sender::Server, {
        /// `VER`
        Ver(ServerVer<'a>) = b"VER",
        /// `INF`
        Inf(ServerInf<'a>) = b"INF",
        /// `CVR`
        Cvr(ServerCvr<'a>) = b"CVR",
        /// `CVQ`
        Cvq(ServerCvq<'a>) = b"CVQ",
        /// `USR`
        Usr(ServerUsr<'a>) = b"USR",
        /// `XFR`
        Xfr(ServerXfr<'a>) = b"XFR",
        /// `SYN`
        Syn(ServerSyn<'a>) = b"SYN",
        /// `LSG`
        Lsg(ServerLsg<'a>) = b"LSG",
        /// `LST`
        Lst(ServerLst<'a>) = b"LST",
        /// `GTC`
        Gtc(ServerGtc<'a>) = b"GTC",
        /// `BLP`
        Blp(ServerBlp<'a>) = b"BLP",
        /// `PRP`
        Prp(ServerPrp<'a>) = b"PRP",
        /// `BPR`
        Bpr(ServerBpr<'a>) = b"BPR",
        /// `SBP`
        Sbp(ServerSbp<'a>) = b"SBP",
        /// `REA`
        Rea(ServerRea<'a>) = b"REA",
        /// `ADD`
        Add(ServerAdd<'a>) = b"ADD",
        /// `ADC`
        Adc(ServerAdc<'a>) = b"ADC",
        /// `REM`
        Rem(ServerRem<'a>) = b"REM",
        /// `ADG`
        Adg(ServerAdg<'a>) = b"ADG",
        /// `REG`
        Reg(ServerReg<'a>) = b"REG",
        /// `RMG`
        Rmg(ServerRmg<'a>) = b"RMG",
        /// `CHG`
        Chg(ServerChg<'a>) = b"CHG",
        /// `ILN`
        Iln(ServerIln<'a>) = b"ILN",
        /// `NLN`
        Nln(ServerNln<'a>) = b"NLN",
        /// `FLN`
        Fln(ServerFln<'a>) = b"FLN",
        /// `UUX`
        Uux(ServerUux) = b"UUX",
        /// `UBX`
        Ubx(ServerUbx<'a>) = b"UBX",
        /// `CHL`
        Chl(ServerChl<'a>) = b"CHL",
        /// `QRY`
        Qry(ServerQry) = b"QRY",
        /// `QNG`
        Qng(ServerQng) = b"QNG",
        /// `OUT`
        Out(ServerOut<'a>) = b"OUT",
        /// `SBS`
        Sbs(ServerSbs<'a>) = b"SBS",
        /// `GCF`
        Gcf(ServerGcf<'a>) = b"GCF",
        /// `NOT`
        Not(ServerNot<'a>) = b"NOT",
        /// `IPG`
        Ipg(ServerIpg<'a>) = b"IPG",
        /// `PGD`
        Pgd(ServerPgd<'a>) = b"PGD",
        /// `URL`
        Url(ServerUrl<'a>) = b"URL",
        /// `FND`
        Fnd(ServerFnd<'a>) = b"FND",
        /// `SND`
        Snd(ServerSnd<'a>) = b"SND",
        /// `SDC`
        Sdc(ServerSdc<'a>) = b"SDC",
        /// `IMS`
        Ims(ServerIms<'a>) = b"IMS",
        /// `RNG`
        Rng(ServerRng<'a>) = b"RNG",
        /// `CAL`
        Cal(ServerCal<'a>) = b"CAL",
        /// `ANS`
        Ans(ServerAns<'a>) = b"ANS",
        /// `IRO`
        Iro(ServerIro<'a>) = b"IRO",
        /// `JOI`
        Joi(ServerJoi<'a>) = b"JOI",
        /// `BYE`
        Bye(ServerBye<'a>) = b"BYE",
        /// `MSG`
        Msg(ServerMsg<'a>) = b"MSG",
        /// `ACK`
        Ack(ServerAck) = b"ACK",
        /// `NAK`
        Nak(ServerNak) = b"NAK",
        /// Three digits: a refusal.
        Error(ServerError<'a>) = b"\0\0\0",
    }
}

impl<'a> ClientCommand<'a> {
    fn parse_other(raw: RawCommand<'a>, _: Version) -> Result<Self, CommandError> {
        Ok(Self::Raw(raw))
    }

    fn print_other(&self, _: Version, out: &mut Vec<u8>) {
        if let Self::Raw(raw) = self {
            out.extend_from_slice(raw.wire());
        }
    }
}

impl<'a> ServerCommand<'a> {
    fn parse_other(raw: RawCommand<'a>, _: Version) -> Result<Self, CommandError> {
        match raw.verb().error_code() {
            Some(code) => ServerError::read(code, &mut Reader::new(raw)).map(Self::Error),
            None => Ok(Self::Raw(raw)),
        }
    }

    fn print_other(&self, _: Version, out: &mut Vec<u8>) {
        if let Self::Raw(raw) = self {
            out.extend_from_slice(raw.wire());
        }
    }
}

/// The transaction of a raw command, where its first parameter is a number that can be one.
pub fn transaction_of(raw: RawCommand<'_>) -> Option<TransactionId> {
    Reader::new(raw).read("transaction id").ok()
}
