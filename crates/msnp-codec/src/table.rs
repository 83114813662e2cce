use msnp_core::Version;

use crate::Verb;

/// Which side sends a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Sender {
    /// The client, `>>> ` in transcripts.
    Client,
    /// The server, `<<< ` in transcripts.
    Server,
}

impl Sender {
    /// The other side.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::Client => Self::Server,
            Self::Server => Self::Client,
        }
    }
}

/// On which kind of connection a command is used. A dispatch server speaks the dialect of the
/// notification server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Notification and dispatch server.
    Notification,
    /// Switchboard.
    Switchboard,
    /// Both.
    Both,
}

/// Whether the first parameter is a transaction id.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HasTransactionId {
    /// In every version.
    Always,
    /// In no version.
    Never,
    /// Only in versions before this one.
    Before(Version),
    /// In the reply to a command of the same verb; not inside the answer to a `SYN` from MSNP8.
    Sometimes,
}

/// How to know whether bytes follow the line, and how many.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Body {
    /// None follow.
    Never,
    /// The last parameter is their number; without one the command cannot be framed.
    Always,
    /// The last parameter is their number where it is a number and not the only parameter
    /// (`ADL 0 49`, but `ADL 5 OK`).
    IfNumber,
    /// The last parameter is their number where there are at least this many.
    FromParameter(u8),
}

/// One row of the [table](COMMANDS).
#[derive(Clone, Copy, Debug)]
pub struct CommandRow {
    /// The verb.
    pub verb: Verb,
    /// Who sends it.
    pub sender: Sender,
    /// Where.
    pub service: Service,
    /// The first version that has it.
    pub first: Version,
    /// The last version that has it.
    pub last: Version,
    /// Whether the first parameter is a transaction id.
    pub transaction_id: HasTransactionId,
    /// Whether bytes follow the line.
    pub body: Body,
    /// The most bytes of body that are accepted, where the state of the connection allows that
    /// many.
    pub largest_body: u32,
    /// What it says, [`NOT_KNOWN`](Self::NOT_KNOWN) where no source tells.
    pub meaning: &'static str,
    /// Where the facts of this row come from.
    pub source: &'static str,
}

impl CommandRow {
    /// The meaning of a command that no source explains. It is framed, and where its parameters
    /// are not known either, it stays a [`RawCommand`](crate::RawCommand).
    pub const NOT_KNOWN: &'static str = "not known";

    /// Whether any source tells what the command says.
    pub fn is_known(&self) -> bool {
        self.meaning != Self::NOT_KNOWN
    }

    /// Whether this version has the command.
    pub fn is_in(&self, version: Version) -> bool {
        self.first <= version && version <= self.last
    }

    /// The row of a verb for one sender.
    #[inline]
    pub fn find(sender: Sender, verb: Verb) -> Option<&'static Self> {
        let place = Place::of(Key::new(sender, verb))?;
        COMMANDS.get(usize::from(place.at))
    }
}

/// Every verb of notification server, dispatch server and switchboard, MSNP2 to MSNP21, by sender.
///
/// Framing, the documentation, the fuzzing dictionary and the tests come from these rows. Framing
/// never depends on the first version of a verb: a body must not be read as commands because its
/// verb came early.
#[rustfmt::skip]
pub const COMMANDS: &[CommandRow] = &[
    row(*b"VER", Sender::Client, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "offers protocol versions, the preferred first", "draft 7.1"),
    row(*b"VER", Sender::Server, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "the version chosen; 0 for none", "draft 7.1"),
    row(*b"INF", Sender::Client, Service::Notification, (2, 7), HasTransactionId::Always, Body::Never, 0, "asks for the ways to sign in", "draft 7.2"),
    row(*b"INF", Sender::Server, Service::Notification, (2, 7), HasTransactionId::Always, Body::Never, 0, "the ways to sign in", "draft 7.2"),
    row(*b"CVR", Sender::Client, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "the system and the client program", "captures"),
    row(*b"CVR", Sender::Server, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "recommended and minimum client version", "captures"),
    row(*b"CVQ", Sender::Client, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "as CVR", "Escargot grid"),
    row(*b"CVQ", Sender::Server, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "as CVR", "hypothetic.org"),
    row(*b"USR", Sender::Client, Service::Both, (2, 21), HasTransactionId::Always, Body::Never, 0, "signs in", "draft 7.3, 8.2"),
    row(*b"USR", Sender::Server, Service::Both, (2, 21), HasTransactionId::Always, Body::Never, 0, "a challenge, or the sign-in succeeded", "draft 7.3, 8.2"),
    row(*b"XFR", Sender::Client, Service::Notification, (2, 20), HasTransactionId::Always, Body::Never, 0, "asks for a switchboard", "draft 8.1"),
    row(*b"XFR", Sender::Server, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "go to another server", "draft 7.4, 8.1"),
    row(*b"SYN", Sender::Client, Service::Notification, (2, 12), HasTransactionId::Always, Body::Never, 0, "asks for the lists", "draft 7.5"),
    row(*b"SYN", Sender::Server, Service::Notification, (2, 12), HasTransactionId::Always, Body::Never, 0, "the lists follow, or are unchanged", "draft 7.5"),
    row(*b"LST", Sender::Client, Service::Notification, (2, 7), HasTransactionId::Always, Body::Never, 0, "asks for one list", "draft 7.6"),
    row(*b"LST", Sender::Server, Service::Notification, (2, 12), HasTransactionId::Before(Version::MSNP8), Body::Never, 0, "one contact of a list", "draft 7.6"),
    row(*b"LSG", Sender::Client, Service::Notification, (7, 7), HasTransactionId::Always, Body::Never, 0, "asks for the groups", "yellows111 wiki"),
    row(*b"LSG", Sender::Server, Service::Notification, (7, 12), HasTransactionId::Before(Version::MSNP8), Body::Never, 0, "one group", "captures"),
    row(*b"GTC", Sender::Client, Service::Notification, (2, 12), HasTransactionId::Always, Body::Never, 0, "sets what happens when somebody adds one", "draft 7.6"),
    row(*b"GTC", Sender::Server, Service::Notification, (2, 12), HasTransactionId::Sometimes, Body::Never, 0, "the setting", "draft 7.6"),
    row(*b"BLP", Sender::Client, Service::Notification, (2, 18), HasTransactionId::Always, Body::Never, 0, "sets who may reach one by default", "draft 7.6"),
    row(*b"BLP", Sender::Server, Service::Notification, (2, 18), HasTransactionId::Sometimes, Body::Never, 0, "the setting", "draft 7.6"),
    row(*b"PRP", Sender::Client, Service::Notification, (5, 18), HasTransactionId::Always, Body::Never, 0, "sets a telephone number, the name or another setting", "Escargot"),
    row(*b"PRP", Sender::Server, Service::Notification, (5, 18), HasTransactionId::Sometimes, Body::Never, 0, "the setting", "Escargot"),
    row(*b"BPR", Sender::Server, Service::Notification, (5, 12), HasTransactionId::Never, Body::Never, 0, "a setting of a contact", "yellows111 wiki"),
    row(*b"SBP", Sender::Client, Service::Notification, (10, 12), HasTransactionId::Always, Body::Never, 0, "sets something about a contact, mostly its name", "Escargot"),
    row(*b"SBP", Sender::Server, Service::Notification, (10, 12), HasTransactionId::Always, Body::Never, 0, "it is set", "Escargot"),
    row(*b"REA", Sender::Client, Service::Notification, (2, 9), HasTransactionId::Always, Body::Never, 0, "renames oneself or a contact", "captures"),
    row(*b"REA", Sender::Server, Service::Notification, (2, 9), HasTransactionId::Always, Body::Never, 0, "the name is set", "captures"),
    row(*b"ADD", Sender::Client, Service::Notification, (2, 9), HasTransactionId::Always, Body::Never, 0, "puts a contact on a list", "draft 7.8"),
    row(*b"ADD", Sender::Server, Service::Notification, (2, 9), HasTransactionId::Always, Body::Never, 0, "the contact is on the list", "draft 7.8"),
    row(*b"ADC", Sender::Client, Service::Notification, (10, 12), HasTransactionId::Always, Body::Never, 0, "puts a contact on a list or into a group", "yellows111 wiki"),
    row(*b"ADC", Sender::Server, Service::Notification, (10, 12), HasTransactionId::Always, Body::Never, 0, "the contact is on the list", "yellows111 wiki"),
    row(*b"REM", Sender::Client, Service::Notification, (2, 12), HasTransactionId::Always, Body::Never, 0, "takes a contact off a list or out of a group", "draft 7.8"),
    row(*b"REM", Sender::Server, Service::Notification, (2, 12), HasTransactionId::Always, Body::Never, 0, "the contact is off the list", "draft 7.8"),
    row(*b"ADG", Sender::Client, Service::Notification, (7, 12), HasTransactionId::Always, Body::Never, 0, "adds a group", "Twisted"),
    row(*b"ADG", Sender::Server, Service::Notification, (7, 12), HasTransactionId::Always, Body::Never, 0, "the group is added", "Twisted"),
    row(*b"REG", Sender::Client, Service::Notification, (7, 12), HasTransactionId::Always, Body::Never, 0, "renames a group", "Twisted"),
    row(*b"REG", Sender::Server, Service::Notification, (7, 12), HasTransactionId::Always, Body::Never, 0, "the group is renamed", "Twisted"),
    row(*b"RMG", Sender::Client, Service::Notification, (7, 12), HasTransactionId::Always, Body::Never, 0, "removes a group", "Twisted"),
    row(*b"RMG", Sender::Server, Service::Notification, (7, 12), HasTransactionId::Always, Body::Never, 0, "the group is removed", "Twisted"),
    row(*b"ADL", Sender::Client, Service::Notification, (13, 21), HasTransactionId::Always, Body::Always, 16384, "puts contacts on lists", "NINA wiki"),
    row(*b"ADL", Sender::Server, Service::Notification, (13, 21), HasTransactionId::Always, Body::IfNumber, 65536, "OK, or contacts that were put on lists", "NINA wiki, aMSN"),
    row(*b"RML", Sender::Client, Service::Notification, (13, 21), HasTransactionId::Always, Body::Always, 16384, "takes contacts off lists", "NINA wiki"),
    row(*b"RML", Sender::Server, Service::Notification, (13, 21), HasTransactionId::Always, Body::IfNumber, 65536, "OK, or contacts that were taken off lists", "NINA wiki, aMSN"),
    row(*b"RFS", Sender::Client, Service::Notification, (13, 21), HasTransactionId::Always, Body::Never, 0, CommandRow::NOT_KNOWN, "Escargot grid; unsure"),
    row(*b"RFS", Sender::Server, Service::Notification, (13, 21), HasTransactionId::Always, Body::Never, 0, "send the lists again", "yellows111 wiki; unsure"),
    row(*b"FQY", Sender::Client, Service::Notification, (14, 21), HasTransactionId::Always, Body::Always, 16384, "asks for the network of a contact", "Escargot"),
    row(*b"FQY", Sender::Server, Service::Notification, (14, 21), HasTransactionId::Always, Body::IfNumber, 65536, "the network of a contact", "Escargot"),
    row(*b"CHG", Sender::Client, Service::Notification, (2, 20), HasTransactionId::Always, Body::Never, 0, "sets the status", "draft 7.7"),
    row(*b"CHG", Sender::Server, Service::Notification, (2, 20), HasTransactionId::Always, Body::Never, 0, "the status is set", "draft 7.7"),
    row(*b"ILN", Sender::Server, Service::Notification, (2, 17), HasTransactionId::Always, Body::Never, 0, "a contact is online, told at first", "draft 7.9"),
    row(*b"NLN", Sender::Server, Service::Notification, (2, 20), HasTransactionId::Never, Body::Never, 0, "a contact is online or has changed", "draft 7.9"),
    row(*b"FLN", Sender::Server, Service::Notification, (2, 20), HasTransactionId::Never, Body::Never, 0, "a contact is offline", "draft 7.9"),
    row(*b"UUX", Sender::Client, Service::Notification, (11, 20), HasTransactionId::Always, Body::Always, 8192, "sets the personal message and media", "Escargot; NINA wiki"),
    row(*b"UUX", Sender::Server, Service::Notification, (11, 20), HasTransactionId::Always, Body::Never, 0, "the personal message is set", "Escargot"),
    row(*b"UBX", Sender::Server, Service::Notification, (11, 20), HasTransactionId::Never, Body::Always, 65536, "the personal message and media of a contact", "captures"),
    row(*b"UUN", Sender::Client, Service::Notification, (13, 20), HasTransactionId::Always, Body::Always, 16384, "notifies a user", "Escargot"),
    row(*b"UUN", Sender::Server, Service::Notification, (13, 20), HasTransactionId::Always, Body::IfNumber, 16384, "the notification is sent", "Escargot"),
    row(*b"UBN", Sender::Server, Service::Notification, (13, 20), HasTransactionId::Never, Body::Always, 65536, "a notification of a user", "Escargot"),
    row(*b"UUM", Sender::Client, Service::Notification, (14, 20), HasTransactionId::Always, Body::Always, 16384, "a message to another network, or for later", "papyon, Escargot"),
    row(*b"UUM", Sender::Server, Service::Notification, (14, 20), HasTransactionId::Always, Body::IfNumber, 16384, "the message is sent", "Escargot; unsure"),
    row(*b"UBM", Sender::Server, Service::Notification, (14, 20), HasTransactionId::Never, Body::Always, 65536, "a message of another network", "papyon"),
    row(*b"PUT", Sender::Client, Service::Notification, (18, 21), HasTransactionId::Always, Body::Always, 65536, "publishes presence, or creates a group", "MSNPSharp"),
    row(*b"PUT", Sender::Server, Service::Notification, (18, 21), HasTransactionId::Always, Body::IfNumber, 65536, "published", "MSNPSharp"),
    row(*b"DEL", Sender::Client, Service::Notification, (18, 21), HasTransactionId::Always, Body::Always, 65536, "withdraws presence, or leaves a group", "MSNPSharp"),
    row(*b"DEL", Sender::Server, Service::Notification, (18, 21), HasTransactionId::Always, Body::IfNumber, 65536, "withdrawn", "MSNPSharp"),
    row(*b"NFY", Sender::Server, Service::Notification, (18, 21), HasTransactionId::Never, Body::Always, 65536, "presence or members of a group have changed", "MSNPSharp"),
    row(*b"SDG", Sender::Client, Service::Notification, (18, 21), HasTransactionId::Always, Body::Always, 65536, "a message", "MSNPSharp"),
    row(*b"SDG", Sender::Server, Service::Notification, (18, 21), HasTransactionId::Always, Body::IfNumber, 65536, "a message", "MSNPSharp"),
    row(*b"GET", Sender::Client, Service::Notification, (21, 21), HasTransactionId::Always, Body::IfNumber, 65536, CommandRow::NOT_KNOWN, "MSNPSharp; unsure"),
    row(*b"GET", Sender::Server, Service::Notification, (21, 21), HasTransactionId::Always, Body::IfNumber, 65536, CommandRow::NOT_KNOWN, "MSNPSharp; unsure"),
    row(*b"FSL", Sender::Client, Service::Notification, (21, 21), HasTransactionId::Always, Body::IfNumber, 65536, CommandRow::NOT_KNOWN, "MSNPSharp; unsure"),
    row(*b"FSL", Sender::Server, Service::Notification, (21, 21), HasTransactionId::Always, Body::IfNumber, 65536, CommandRow::NOT_KNOWN, "MSNPSharp; unsure"),
    row(*b"CHL", Sender::Server, Service::Notification, (6, 21), HasTransactionId::Always, Body::Never, 0, "a challenge to the client program", "Twisted, Escargot"),
    row(*b"QRY", Sender::Client, Service::Notification, (6, 21), HasTransactionId::Always, Body::Always, 256, "the answer to a challenge", "Twisted, yellows111 wiki"),
    row(*b"QRY", Sender::Server, Service::Notification, (6, 21), HasTransactionId::Always, Body::Never, 0, "the answer is right", "NINA wiki"),
    row(*b"PNG", Sender::Client, Service::Both, (2, 21), HasTransactionId::Never, Body::Never, 0, "is the connection alive?", "all"),
    row(*b"QNG", Sender::Server, Service::Both, (2, 21), HasTransactionId::Never, Body::Never, 0, "it is; from MSNP9, the seconds until the next question", "NINA wiki"),
    row(*b"OUT", Sender::Client, Service::Both, (2, 21), HasTransactionId::Never, Body::Never, 0, "ends the session", "draft 7.10"),
    row(*b"OUT", Sender::Server, Service::Both, (2, 21), HasTransactionId::Never, Body::Never, 0, "the session has ended, and why", "draft 7.10"),
    row(*b"SBS", Sender::Server, Service::Notification, (11, 20), HasTransactionId::Always, Body::Never, 0, CommandRow::NOT_KNOWN, "captures; unsure"),
    row(*b"GSB", Sender::Server, Service::Notification, (11, 20), HasTransactionId::Always, Body::Never, 0, CommandRow::NOT_KNOWN, "Escargot grid; unsure"),
    row(*b"GCF", Sender::Client, Service::Notification, (11, 21), HasTransactionId::Always, Body::Never, 0, "asks for a configuration document", "Escargot"),
    row(*b"GCF", Sender::Server, Service::Notification, (11, 21), HasTransactionId::Always, Body::Always, 1_048_576, "a configuration document", "Escargot"),
    row(*b"NOT", Sender::Server, Service::Notification, (5, 21), HasTransactionId::Never, Body::Always, 1_048_576, "a notification document", "captures"),
    row(*b"IPG", Sender::Server, Service::Notification, (5, 21), HasTransactionId::Never, Body::Always, 16384, "a page from a telephone", "Escargot grid, papyon"),
    row(*b"PAG", Sender::Client, Service::Notification, (5, 8), HasTransactionId::Always, Body::Always, 4096, "a page to a telephone", "Escargot grid, Pidgin"),
    row(*b"PGD", Sender::Client, Service::Notification, (9, 21), HasTransactionId::Always, Body::Always, 4096, "a page to a telephone", "NINA wiki, Pidgin"),
    row(*b"PGD", Sender::Server, Service::Notification, (9, 21), HasTransactionId::Always, Body::Never, 0, "the page is sent", "NINA wiki; unsure"),
    row(*b"URL", Sender::Client, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "asks for the address of a web page", "papyon"),
    row(*b"URL", Sender::Server, Service::Notification, (2, 21), HasTransactionId::Always, Body::Never, 0, "the address of a web page", "papyon"),
    row(*b"FND", Sender::Client, Service::Notification, (2, 7), HasTransactionId::Always, Body::Never, 0, "searches the directory", "yellows111 wiki, NINA wiki"),
    row(*b"FND", Sender::Server, Service::Notification, (2, 7), HasTransactionId::Always, Body::Never, 0, "one result of the search, or none", "yellows111 wiki, NINA wiki"),
    row(*b"SND", Sender::Client, Service::Notification, (2, 12), HasTransactionId::Always, Body::Never, 0, "invites somebody by mail", "Escargot"),
    row(*b"SND", Sender::Server, Service::Notification, (2, 12), HasTransactionId::Always, Body::Never, 0, "the mail is sent", "Escargot"),
    row(*b"SDC", Sender::Client, Service::Notification, (5, 12), HasTransactionId::Always, Body::FromParameter(9), 4096, "invites somebody by mail, with a text", "Escargot, yellows111 wiki"),
    row(*b"SDC", Sender::Server, Service::Notification, (5, 12), HasTransactionId::Always, Body::Never, 0, "the mail is sent", "Escargot"),
    row(*b"IMS", Sender::Client, Service::Notification, (3, 18), HasTransactionId::Always, Body::Never, 0, "switches invitations to switchboards on or off", "Escargot, NINA wiki"),
    row(*b"IMS", Sender::Server, Service::Notification, (3, 18), HasTransactionId::Always, Body::Never, 0, "invitations to switchboards are on or off", "Escargot, NINA wiki"),
    row(*b"LKP", Sender::Client, Service::Notification, (12, 21), HasTransactionId::Always, Body::IfNumber, 16384, CommandRow::NOT_KNOWN, "Escargot grid; unsure"),
    row(*b"LKP", Sender::Server, Service::Notification, (12, 21), HasTransactionId::Always, Body::IfNumber, 16384, CommandRow::NOT_KNOWN, "Escargot grid; unsure"),
    row(*b"VAS", Sender::Client, Service::Notification, (18, 21), HasTransactionId::Always, Body::Always, 16384, "reports abuse", "Escargot; unsure"),
    row(*b"VAS", Sender::Server, Service::Notification, (18, 21), HasTransactionId::Always, Body::IfNumber, 16384, CommandRow::NOT_KNOWN, "Escargot; unsure"),
    row(*b"RNG", Sender::Server, Service::Notification, (2, 20), HasTransactionId::Never, Body::Never, 0, "somebody invites to a switchboard", "draft 8.4"),
    row(*b"CAL", Sender::Client, Service::Switchboard, (2, 20), HasTransactionId::Always, Body::Never, 0, "invites somebody", "draft 8.3"),
    row(*b"CAL", Sender::Server, Service::Switchboard, (2, 20), HasTransactionId::Always, Body::Never, 0, "the invitation is under way", "draft 8.3"),
    row(*b"ANS", Sender::Client, Service::Switchboard, (2, 20), HasTransactionId::Always, Body::Never, 0, "joins a session", "draft 8.4"),
    row(*b"ANS", Sender::Server, Service::Switchboard, (2, 20), HasTransactionId::Always, Body::Never, 0, "joined", "draft 8.4"),
    row(*b"IRO", Sender::Server, Service::Switchboard, (2, 20), HasTransactionId::Always, Body::Never, 0, "who is here already", "draft 8.4"),
    row(*b"JOI", Sender::Server, Service::Switchboard, (2, 20), HasTransactionId::Never, Body::Never, 0, "somebody joined", "draft 8.5"),
    row(*b"BYE", Sender::Server, Service::Switchboard, (2, 20), HasTransactionId::Never, Body::Never, 0, "somebody left", "draft 8.6"),
    row(*b"MSG", Sender::Client, Service::Switchboard, (2, 20), HasTransactionId::Always, Body::Always, 8192, "a message to all who are here", "draft 8.7"),
    row(*b"MSG", Sender::Server, Service::Both, (2, 21), HasTransactionId::Never, Body::Always, 65536, "a message", "draft 8.8"),
    row(*b"ACK", Sender::Server, Service::Switchboard, (2, 20), HasTransactionId::Always, Body::Never, 0, "the message is delivered", "draft 8.7"),
    row(*b"NAK", Sender::Server, Service::Switchboard, (2, 20), HasTransactionId::Always, Body::Never, 0, "the message is not delivered", "draft 8.7"),
];

#[allow(clippy::too_many_arguments, reason = "one argument for each column")]
#[allow(clippy::panic, reason = "runs in the compiler alone")]
const fn row(
    verb: [u8; 3],
    sender: Sender,
    service: Service,
    versions: (u8, u8),
    transaction_id: HasTransactionId,
    body: Body,
    largest_body: u32,
    meaning: &'static str,
    source: &'static str,
) -> CommandRow {
    let (Some(first), Some(last)) =
        (Version::from_number(versions.0), Version::from_number(versions.1))
    else {
        panic!("a row names a version that does not exist")
    };
    CommandRow {
        verb: Verb::new(verb),
        sender,
        service,
        first,
        last,
        transaction_id,
        body,
        largest_body,
        meaning,
        source,
    }
}

const SLOTS: usize = 1 << (32 - SHIFT);
const SHIFT: u32 = 22;

/// What framing must know of each row, by a hash of its key in which no two rows meet. An empty
/// place has the key 0.
#[allow(clippy::as_conversions, clippy::indexing_slicing, reason = "runs in the compiler alone")]
static INDEX: [Place; SLOTS] = {
    assert!(COMMANDS.len() <= u8::MAX as usize);
    let mut index = [Place { key: Key(0), at: 0, body: Body::Never, largest_body: 0 }; SLOTS];
    let mut at = 0;
    while at < COMMANDS.len() {
        let CommandRow { sender, verb, body, largest_body, .. } = COMMANDS[at];
        let key = Key::new(sender, verb);
        let slot = slot_of(key);
        assert!(index[slot].key.0 == 0, "two rows meet: take another multiplier");
        index[slot] = Place { key, at: at as u8, body, largest_body };
        at += 1;
    }
    index
};

/// A place in the index.
#[derive(Clone, Copy)]
pub(crate) struct Place {
    key: Key,
    at: u8,
    pub(crate) body: Body,
    pub(crate) largest_body: u32,
}

impl Place {
    #[inline]
    pub(crate) fn of(key: Key) -> Option<&'static Self> {
        INDEX.get(slot_of(key)).filter(|place| place.key == key)
    }
}

/// Sender and verb as one number, never 0.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Key(u32);

impl Key {
    #[inline]
    pub(crate) const fn new(sender: Sender, verb: Verb) -> Self {
        let [a, b, c] = *verb.as_bytes();
        let sender = match sender {
            Sender::Client => 1,
            Sender::Server => 2,
        };
        Self(u32::from_le_bytes([a, b, c, sender]))
    }

    #[inline]
    pub(crate) const fn verb(self) -> Verb {
        let [a, b, c, _] = self.0.to_le_bytes();
        Verb::new([a, b, c])
    }

    #[inline]
    pub(crate) const fn sender(self) -> Sender {
        match self.0.to_le_bytes() {
            [.., 1] => Sender::Client,
            _ => Sender::Server,
        }
    }
}

#[allow(clippy::as_conversions, reason = "ten bits of a u32 fit every usize")]
#[inline]
const fn slot_of(key: Key) -> usize {
    (key.0.wrapping_mul(MULTIPLIER) >> SHIFT) as usize
}

/// Found by trying odd numbers until no two rows met.
const MULTIPLIER: u32 = 0x3802_08A9;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_found_by_its_sender_and_verb() {
        for row in COMMANDS {
            let same = |other: &&CommandRow| (other.verb, other.sender) == (row.verb, row.sender);
            let times = COMMANDS.iter().filter(same).count();
            assert_eq!(times, 1, "{} of {:?} stands twice", row.verb, row.sender);
            let found = CommandRow::find(row.sender, row.verb).unwrap();
            assert_eq!((found.verb, found.sender), (row.verb, row.sender));
            assert!(row.first <= row.last, "{}", row.verb);
        }
        assert!(CommandRow::find(Sender::Client, Verb::new(*b"XYZ")).is_none());
        assert!(CommandRow::find(Sender::Client, Verb::new(*b"NLN")).is_none());
    }

    #[test]
    fn a_row_has_a_largest_body_if_and_only_if_it_can_have_a_body() {
        for row in COMMANDS {
            assert_eq!(row.body == Body::Never, row.largest_body == 0, "{}", row.verb);
        }
    }
}
