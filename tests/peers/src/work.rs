use std::fmt;
use std::str::FromStr;

/// What a row does. Each number is how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Work {
    /// Signs in, and has so many contacts, all offline.
    SignIn(u32),
    /// Signs in, and sees so many contacts who are online already.
    Online(u32),
    /// Sees so many changes of status of ten contacts.
    Changes(u32),
    /// Is called to a room, and hears so many texts.
    Received(u32),
    /// Opens a room, and says so many texts, each after the last one was accepted.
    Sent(u32),
}

/// How many people change their status.
const FICKLE: u32 = 10;

/// Who is measured.
pub(crate) const MEASURED: &str = "measured@example.com";
/// Of everybody.
pub(crate) const PASSWORD: &str = "swordfish";
/// What is said, after the number of the text.
const SAID: &str = " The quick brown fox jumps over the lazy dog, as it did before.";

impl Work {
    /// How many contacts the one who is measured has.
    pub(crate) fn contacts(self) -> u32 {
        match self {
            Self::SignIn(count) | Self::Online(count) => count,
            Self::Changes(_) => FICKLE,
            Self::Received(_) | Self::Sent(_) => 1,
        }
    }

    /// How many of them are online, from the first one on.
    pub(crate) fn online(self) -> u32 {
        match self {
            Self::SignIn(_) => 0,
            _ => self.contacts(),
        }
    }

    /// How often something happens once everybody is there.
    pub(crate) fn then(self) -> u32 {
        match self {
            Self::SignIn(_) | Self::Online(_) => 0,
            Self::Changes(count) | Self::Received(count) | Self::Sent(count) => count,
        }
    }

    /// Whether it takes a few milliseconds, most of them to start.
    pub(crate) fn is_short(self) -> bool {
        matches!(self, Self::SignIn(..=100))
    }

    /// What it is, for people.
    pub(crate) fn title(self) -> String {
        match self {
            Self::SignIn(count) => format!("sign in, {} contacts", grouped(count)),
            Self::Online(count) => format!("sign in, {} contacts online", grouped(count)),
            Self::Changes(count) => format!("see {} changes of status", grouped(count)),
            Self::Received(count) => format!("hear {} texts", grouped(count)),
            Self::Sent(count) => format!("say {} texts, one by one", grouped(count)),
        }
    }
}

impl fmt::Display for Work {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, count) = match self {
            Self::SignIn(count) => ("sign-in", count),
            Self::Online(count) => ("online", count),
            Self::Changes(count) => ("changes", count),
            Self::Received(count) => ("received", count),
            Self::Sent(count) => ("sent", count),
        };
        write!(f, "{name}:{count}")
    }
}

impl FromStr for Work {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let fault = || format!("{text:?} is no row, such as sign-in:1000");
        let (name, count) = text.split_once(':').ok_or_else(fault)?;
        let count = count.parse().map_err(|_| fault())?;
        match name {
            "sign-in" => Ok(Self::SignIn(count)),
            "online" => Ok(Self::Online(count)),
            "changes" => Ok(Self::Changes(count)),
            "received" => Ok(Self::Received(count)),
            "sent" => Ok(Self::Sent(count)),
            _ => Err(fault()),
        }
    }
}

/// The account of a contact.
pub(crate) fn account(number: u32) -> String {
    format!("contact{number:05}@example.com")
}

/// The friendly name of a contact.
pub(crate) fn name(number: u32) -> String {
    format!("Contact {number:05} \u{2665} née <50%>")
}

/// Whether this account and this name are of one contact.
pub(crate) fn belong_together(account: &str, name: &str) -> bool {
    name.ends_with(" \u{2665} née <50%>")
        && account.get(7..12).is_some_and(|number| name.get(8..13) == Some(number))
}

/// One text.
pub(crate) fn text(number: u32) -> String {
    format!("{number:06}{SAID}")
}

/// Whether it is that text.
pub(crate) fn is_text(said: &str, number: u32) -> bool {
    said.split_at_checked(6)
        .is_some_and(|(digits, rest)| digits.parse() == Ok(number) && rest == SAID)
}

/// With a comma between thousands.
pub(crate) fn grouped(number: u32) -> String {
    match number.checked_div(1000) {
        Some(thousands @ 1..) => format!("{},{:03}", grouped(thousands), number % 1000),
        _ => number.to_string(),
    }
}
