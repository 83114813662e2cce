//! What our server has said on one link, held against what the recorded one said.
//!
//! What is compared:
//!
//! | recorded | ours must have said, before the client reads on |
//! |---|---|
//! | `ILN` `NLN` `FLN` | the same about that contact: status, name, capabilities, object. What is told twice counts once, and which of `ILN` and `NLN` it is depends on who was quicker |
//! | `UBX` | the same personal message and music; not to say an empty one is right |
//! | `MSG` of the service | the profile by its type; news of the mailbox may be missing |
//! | `VER` | the same version; `CVR0` may be repeated where the recorded server did not |
//! | a refusal of `CAL` | 216 or 217: the recorded server did not tell blocked from offline |
//! | all others | the next command of that verb, with the same words, names compared without their escapes; see [`same`] for the words that are mapped or differ by nature |
//!
//! Answers (commands that name a transaction, and the lists behind a `SYN`) must also come in the
//! recorded order. Cookies, session ids and addresses are mapped: [`Mapping`].

use std::collections::{BTreeMap, VecDeque};

use msnp_core::Version;

use crate::recording::{Command, decoded};

/// A recorded cookie or session id, and ours.
#[derive(Default)]
pub(crate) struct Mapping(BTreeMap<String, String>);

/// All that our server has said on one link.
#[derive(Default)]
pub(crate) struct Heard {
    /// Each with whether the recording has it too.
    commands: Vec<(Command, bool)>,
    /// Up to which command answers were compared.
    answered: usize,
    /// The transactions of `ILN`.
    pub(crate) initial: Vec<String>,
    presence: BTreeMap<String, Told<Presence>>,
    personal: BTreeMap<String, Told<Personal>>,
}

/// What a link is told about a contact, one thing after the other.
struct Told<T> {
    now: T,
    next: VecDeque<T>,
}

/// Status, name, capabilities, object; no words for offline.
type Presence = Vec<String>;
/// Message and music.
type Personal = [String; 2];

impl Mapping {
    /// Remembers what ours is for a recorded word, or compares it with what it was before.
    fn learn(&mut self, recorded: &str, ours: &str) -> bool {
        let known = self.0.entry(recorded.to_owned()).or_insert_with(|| ours.to_owned());
        known == ours
    }

    pub(crate) fn ours(&self, recorded: &str) -> Option<&str> {
        self.0.get(recorded).map(String::as_str)
    }
}

impl Heard {
    pub(crate) fn add(&mut self, command: Command) {
        match command.verb() {
            "ILN" | "NLN" | "FLN" => {
                if command.verb() == "ILN" {
                    self.initial.push(command.word(1).to_owned());
                }
                let (account, presence) = presence(&command);
                self.presence.entry(account).or_default().add(presence);
            }
            "UBX" => {
                let (account, personal) = personal(&command);
                self.personal.entry(account).or_default().add(personal);
            }
            _ => self.commands.push((command, false)),
        }
    }

    /// Finds what a recorded command stands for.
    ///
    /// # Errors
    /// What ours has said instead.
    pub(crate) fn claim(
        &mut self,
        recorded: &Command,
        version: Version,
        mapping: &mut Mapping,
    ) -> Result<(), String> {
        match recorded.verb() {
            "ILN" | "NLN" | "FLN" => {
                let (account, presence) = presence(recorded);
                self.presence.entry(account).or_default().claim(presence)
            }
            "UBX" => {
                let (account, personal) = personal(recorded);
                self.personal.entry(account).or_default().claim(personal)
            }
            _ => self.claim_command(recorded, version, mapping),
        }
    }

    fn claim_command(
        &mut self,
        recorded: &Command,
        version: Version,
        mapping: &mut Mapping,
    ) -> Result<(), String> {
        let of_service = is_of_service(recorded);
        let alike = |(ours, claimed): &(Command, bool)| {
            !claimed
                && kind(ours) == kind(recorded)
                && is_of_service(ours) == of_service
                && (!of_service || ours.media_type() == recorded.media_type())
        };
        let Some(at) = self.commands.iter().position(alike) else {
            return match of_service && recorded.media_type() == MAILBOX {
                true => Ok(()),
                false => Err(self.said("nothing of the kind")),
            };
        };
        self.commands[at].1 = true;
        let ours = &self.commands[at].0;
        if !of_service && !same(recorded, ours, version, mapping) {
            return Err(ours.to_string());
        }
        if is_answer(recorded) {
            if at < self.answered {
                return Err(self.said(&format!("{ours}, out of order")));
            }
            self.answered = at;
        }
        Ok(())
    }

    /// What ours has said and the recording has not.
    pub(crate) fn left_over(&self) -> Vec<String> {
        let commands = self.commands.iter().filter(|(_, claimed)| !claimed);
        let mut left: Vec<String> = commands.map(|(command, _)| command.to_string()).collect();
        for (account, told) in &self.presence {
            left.extend(told.next.iter().map(|presence| match presence.as_slice() {
                [] => format!("FLN {account}"),
                words => format!("NLN {account} {}", words.join(" ")),
            }));
        }
        for (account, told) in &self.personal {
            left.extend(told.next.iter().map(|personal| format!("UBX {account} {personal:?}")));
        }
        left
    }

    /// Takes what is left over and may be: the first of this verb.
    pub(crate) fn forgive(&mut self, verb: &str) -> bool {
        let found =
            self.commands.iter_mut().find(|(command, claimed)| !claimed && command.verb() == verb);
        found.is_some_and(|(_, claimed)| !std::mem::replace(claimed, true))
    }

    fn said(&self, what: &str) -> String {
        format!("{what}; not claimed: {:#?}", self.left_over())
    }
}

impl<T: Default> Default for Told<T> {
    fn default() -> Self {
        Self { now: T::default(), next: VecDeque::new() }
    }
}

impl<T: PartialEq + std::fmt::Debug> Told<T> {
    fn add(&mut self, told: T) {
        if *self.next.back().unwrap_or(&self.now) != told {
            self.next.push_back(told);
        }
    }

    fn claim(&mut self, told: T) -> Result<(), String> {
        if self.now == told {
            return Ok(());
        }
        match self.next.pop_front() {
            Some(next) if next == told => {
                self.now = next;
                Ok(())
            }
            Some(next) => Err(format!("{next:?}")),
            None => Err(format!("nothing new since {:?}", self.now)),
        }
    }
}

/// The news of the mailbox at sign-in, which no client of the recordings needs.
const MAILBOX: &str = "text/x-msmsgsinitialmdatanotification";

fn is_of_service(command: &Command) -> bool {
    command.verb() == "MSG" && command.word(1) == "Hotmail"
}

/// The verb; one for both refusals of a blocked caller.
fn kind(command: &Command) -> &str {
    match command.verb() {
        "216" => "217",
        verb => verb,
    }
}

fn is_answer(command: &Command) -> bool {
    match command.verb() {
        "LSG" | "LST" | "GTC" | "BLP" | "PRP" => true,
        "MSG" | "RNG" | "BYE" | "JOI" | "CHL" | "SBS" => false,
        _ => command.word(1).parse::<u32>().is_ok_and(|transaction| transaction > 0),
    }
}

/// Whether two commands say the same, word by word.
fn same(recorded: &Command, ours: &Command, version: Version, mapping: &mut Mapping) -> bool {
    // Words that differ by nature: addresses, and the serials and stamps of lists.
    let free: &[usize] = match recorded.verb() {
        // The versions that the service would rather see, and where to find them.
        "CVR" => &[2, 3, 4, 5, 6],
        // The parameters of a challenge of Passport; one of MD5 is injected.
        "USR" if recorded.word(2) == "TWN" => &[4],
        "XFR" if recorded.word(2) == "NS" => &[3, 5],
        "XFR" => &[3],
        "RNG" => &[2],
        "SYN" if version.has_guids() => &[2, 3],
        "SYN" => &[2],
        "ADD" | "REM" if version.has_list_serials() => &[3],
        "GTC" | "BLP" if version.has_list_serials() && recorded.words.len() > 3 => &[2],
        "LSG" if version < Version::MSNP8 => &[2],
        "LST" if version < Version::MSNP8 => &[3],
        _ => &[],
    };
    // Words that stand for something of the same session.
    let mapped: &[usize] = match recorded.verb() {
        "XFR" if recorded.word(2) == "SB" => &[5],
        "RNG" => &[1, 4],
        "CAL" => &[3],
        _ => &[],
    };
    let mut said: Vec<String> = ours.words.clone();
    // The form in which this server adds something that the recorded one left out.
    match recorded.verb() {
        // What is on offer beside the versions may be repeated everywhere.
        "VER" if said.len() > recorded.words.len() && said[said.len() - 1] == "CVR0" => {
            drop(said.pop());
        }
        // Answers name the serial of the lists up to MSNP9.
        "GTC" | "BLP" | "PRP"
            if version.has_list_serials() && said.len() > recorded.words.len() =>
        {
            drop(said.remove(2));
        }
        _ => {}
    }
    recorded.words.len() == said.len()
        && recorded.body == ours.body
        && (1..recorded.words.len()).all(|index| match () {
            () if free.contains(&index) => is_like(recorded.word(index), &said[index]),
            () if mapped.contains(&index) => mapping.learn(recorded.word(index), &said[index]),
            () => recorded.text(index) == decoded(&said[index]),
        })
}

/// Whether a word has at least the form of the recorded one: an address, a number, a moment.
fn is_like(recorded: &str, ours: &str) -> bool {
    let address = |word: &str| {
        word.rsplit_once(':')
            .is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok())
    };
    match recorded {
        // The old form of the second address of `XFR`, and a list that is not empty.
        _ if recorded.parse::<u32>().is_ok() => ours.parse::<u32>().is_ok_and(|number| number > 0),
        _ if recorded.contains('T') && recorded.ends_with("00:00") => ours.contains('T'),
        _ if address(recorded) => address(ours),
        _ => !ours.is_empty(),
    }
}

fn presence(command: &Command) -> (String, Presence) {
    // A transaction stands first in `ILN`.
    let words = match command.verb() {
        "FLN" => return (command.word(1).to_owned(), Vec::new()),
        "ILN" => &command.words[2..],
        _ => &command.words[1..],
    };
    let (status, account, rest) = (&words[0], &words[1], &words[2..]);
    let mut presence = vec![status.clone()];
    presence.extend(rest.iter().map(|word| decoded(word)));
    (account.clone(), presence)
}

fn personal(command: &Command) -> (String, Personal) {
    let body = String::from_utf8_lossy(command.body.as_deref().unwrap_or_default()).into_owned();
    let element = |name: &str| {
        let rest = body.split_once(&format!("<{name}>"));
        let text = rest.and_then(|(_, rest)| rest.split_once(&format!("</{name}>")));
        text.map(|(text, _)| text.to_owned()).unwrap_or_default()
    };
    (command.word(1).to_owned(), [element("PSM"), element("CurrentMedia")])
}
