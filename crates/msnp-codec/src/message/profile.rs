use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::net::IpAddr;
use core::str::FromStr;

use msnp_core::Secret;

use super::header::{HeaderWriter, Headers};

/// What the service tells a user about the own account after signing in:
/// `text/x-msmsgsprofile`, sent once by `Hotmail`.
///
/// Every field may be missing or empty on the wire: a text is empty then, the rest is none. What
/// other fields a service adds is found in the headers of the message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Profile {
    /// `LoginTime`: when the user signed in, in seconds of Unix time.
    pub login_time: Option<u64>,
    /// `EmailEnabled`: has an inbox with the service.
    pub email_enabled: Option<bool>,
    /// `MemberIdHigh`: upper half of the permanent id, a signed decimal on the wire.
    pub member_id_high: Option<u32>,
    /// `MemberIdLow`: its lower half, likewise.
    pub member_id_low: Option<u32>,
    /// `lang_preference`: Windows locale, 1033 for English as in the United States.
    pub language: Option<u32>,
    /// `preferredEmail`
    pub preferred_email: String,
    /// `country`
    pub country: String,
    /// `PostalCode`
    pub postal_code: String,
    /// `Gender`
    pub gender: String,
    /// `Kid`: a child's account.
    pub kid: Option<bool>,
    /// `Age`
    pub age: String,
    /// `BDayPre`: how exact the birthday is.
    pub birthday_precision: String,
    /// `Birthday`
    pub birthday: String,
    /// `Wallet`
    pub wallet: String,
    /// `Flags`: of unknown meaning.
    pub flags: Option<u32>,
    /// `sid`: the site for signing in to the mail pages.
    pub site_id: Option<u32>,
    /// `kv`: version of the key for signing in to the mail pages.
    pub key_version: Option<u32>,
    /// `MSPAuth`: the ticket for signing in to the mail pages; may be empty.
    pub ticket: Secret,
    /// `ClientIP`: the address of the client as the service sees it.
    pub client_address: Option<IpAddr>,
    /// `ClientPort`: its port. The two bytes are swapped on the wire, not here.
    pub client_port: Option<u16>,
    /// `ABCHMigrated`: the address book is a web service, from MSNP11.
    pub address_book_migrated: Option<bool>,
    /// `MPOPEnabled`: may be signed in at several places, from MSNP16.
    pub many_places: Option<bool>,
    /// `Nickname`, of late versions.
    pub nickname: String,
}

impl Profile {
    pub(super) const MEDIA_TYPE: &'static str = "text/x-msmsgsprofile";

    /// An unreadable value counts as missing.
    pub(super) fn parse(headers: &Headers<'_>) -> Self {
        let text = |name| headers.text(name).unwrap_or_default().into_owned();
        Self {
            login_time: read(headers, "LoginTime"),
            email_enabled: flag(headers, "EmailEnabled"),
            member_id_high: half_id(headers, "MemberIdHigh"),
            member_id_low: half_id(headers, "MemberIdLow"),
            language: read(headers, "lang_preference"),
            preferred_email: text("preferredEmail"),
            country: text("country"),
            postal_code: text("PostalCode"),
            gender: text("Gender"),
            kid: flag(headers, "Kid"),
            age: text("Age"),
            birthday_precision: text("BDayPre"),
            birthday: text("Birthday"),
            wallet: text("Wallet"),
            flags: read(headers, "Flags"),
            site_id: read(headers, "sid"),
            key_version: read(headers, "kv"),
            ticket: Secret::new(text("MSPAuth")),
            client_address: read(headers, "ClientIP"),
            client_port: read(headers, "ClientPort").map(u16::swap_bytes),
            address_book_migrated: flag(headers, "ABCHMigrated"),
            many_places: flag(headers, "MPOPEnabled"),
            nickname: text("Nickname"),
        }
    }

    /// Appends the whole message; it has no body.
    ///
    /// The fields that every version has are always there, empty where nothing is known; the
    /// later ones (from `ABCHMigrated` on) only where they are set.
    pub fn print(&self, out: &mut Vec<u8>) {
        let mut writer = HeaderWriter::new(out)
            .header("Content-Type", "text/x-msmsgsprofile; charset=UTF-8")
            .header("LoginTime", &print(self.login_time))
            .header("EmailEnabled", &print_flag(self.email_enabled))
            .header("MemberIdHigh", &print(self.member_id_high.map(u32::cast_signed)))
            .header("MemberIdLow", &print(self.member_id_low.map(u32::cast_signed)))
            .header("lang_preference", &print(self.language))
            .header("preferredEmail", &self.preferred_email)
            .header("country", &self.country)
            .header("PostalCode", &self.postal_code)
            .header("Gender", &self.gender)
            .header("Kid", &print_flag(self.kid))
            .header("Age", &self.age)
            .header("BDayPre", &self.birthday_precision)
            .header("Birthday", &self.birthday)
            .header("Wallet", &self.wallet)
            .header("Flags", &print(self.flags))
            .header("sid", &print(self.site_id))
            .header("kv", &print(self.key_version))
            .header("MSPAuth", self.ticket.expose())
            .header("ClientIP", &print(self.client_address))
            .header("ClientPort", &print(self.client_port.map(u16::swap_bytes)));
        for (name, value) in
            [("ABCHMigrated", self.address_book_migrated), ("MPOPEnabled", self.many_places)]
        {
            if value.is_some() {
                writer = writer.header(name, &print_flag(value));
            }
        }
        if !self.nickname.is_empty() {
            writer = writer.header("Nickname", &self.nickname);
        }
        writer.end();
    }
}

fn read<T: FromStr>(headers: &Headers<'_>, name: &str) -> Option<T> {
    headers.text(name)?.parse().ok()
}

fn flag(headers: &Headers<'_>, name: &str) -> Option<bool> {
    read::<u32>(headers, name).map(|number| number != 0)
}

/// The official service wrote the halves with a sign, a third-party one writes them without.
fn half_id(headers: &Headers<'_>, name: &str) -> Option<u32> {
    let number = read::<i64>(headers, name)?;
    u32::try_from(number).or_else(|_| i32::try_from(number).map(i32::cast_unsigned)).ok()
}

fn print<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn print_flag(value: Option<bool>) -> String {
    value.map(|value| format!("{}", u8::from(value))).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Content, Message};
    use super::*;

    fn read_back(payload: &[u8]) -> Profile {
        match Message::parse(payload).content() {
            Content::Profile(profile) => *profile,
            other => panic!("{other:?}"),
        }
    }

    fn usual() -> Profile {
        Profile {
            login_time: Some(1_000_000_000),
            email_enabled: Some(false),
            member_id_high: Some(0x0006_7ffe),
            member_id_low: Some(0xa14a_3ad2),
            language: Some(1033),
            preferred_email: "alice@example.com".into(),
            kid: Some(false),
            flags: Some(1027),
            site_id: Some(507),
            key_version: Some(11),
            ticket: Secret::new("A".repeat(160)),
            client_address: Some(IpAddr::from([192, 168, 100, 200])),
            client_port: Some(0x1234),
            address_book_migrated: Some(true),
            ..Profile::default()
        }
    }

    #[test]
    fn a_usual_profile_is_short_and_is_read_back() {
        let mut printed = Vec::new();
        usual().print(&mut printed);
        assert!(printed.len() < 700, "{}", printed.len());
        assert_eq!(read_back(&printed), usual());
    }

    #[test]
    fn member_ids_are_signed_and_ports_swapped_on_the_wire() {
        let mut printed = Vec::new();
        usual().print(&mut printed);
        let message = Message::parse(&printed);
        for (name, value) in [
            ("MemberIdHigh", "425982"),
            ("MemberIdLow", "-1588970798"),
            ("ClientPort", "13330"),
            ("country", ""),
        ] {
            assert_eq!(message.headers().text(name).unwrap(), value);
        }
        assert!(printed.windows(11).any(|bytes| bytes == b"\r\ncountry: "));
    }

    #[test]
    fn an_unsigned_member_id_is_understood_too() {
        let payload = b"Content-Type: text/x-msmsgsprofile\r\n\
            MemberIdHigh: 4294967296\r\nMemberIdLow: 2705996498\r\n\r\n";
        let profile = read_back(payload);
        assert_eq!(profile.member_id_low, Some(0xa14a_3ad2));
        assert_eq!(profile.member_id_high, None);
    }

    #[test]
    fn an_unknown_field_stays_in_reach() {
        let payload = b"Content-Type: text/x-msmsgsprofile; charset=UTF-8\r\n\
            RouteInfo: x:y\r\nAge:\r\nClientIP: nowhere\r\n\r\n";
        assert_eq!(read_back(payload), Profile::default());
        assert_eq!(Message::parse(payload).headers().text("RouteInfo").unwrap(), "x:y");
    }

    proptest! {
        #[test]
        fn a_printed_profile_is_read_back(
            numbers in any::<[Option<u32>; 6]>(),
            flags in any::<[Option<bool>; 4]>(),
            texts in proptest::collection::vec("([!-~é]([ -~é]{0,9}[!-~é])?)?", 10),
            address in any::<Option<IpAddr>>(),
            client_port in any::<Option<u16>>(),
            login_time in any::<Option<u64>>(),
        ) {
            let profile = Profile {
                login_time,
                email_enabled: flags[0],
                member_id_high: numbers[0],
                member_id_low: numbers[1],
                language: numbers[2],
                preferred_email: texts[0].clone(),
                country: texts[1].clone(),
                postal_code: texts[2].clone(),
                gender: texts[3].clone(),
                kid: flags[1],
                age: texts[4].clone(),
                birthday_precision: texts[5].clone(),
                birthday: texts[6].clone(),
                wallet: texts[7].clone(),
                flags: numbers[3],
                site_id: numbers[4],
                key_version: numbers[5],
                ticket: Secret::new(texts[8].clone()),
                client_address: address,
                client_port,
                address_book_migrated: flags[2],
                many_places: flags[3],
                nickname: texts[9].clone(),
            };
            let mut printed = Vec::new();
            profile.print(&mut printed);
            prop_assert_eq!(read_back(&printed), profile);
        }
    }
}
