//! A willing client for the servers: it signs in, sets a status, answers challenges, and goes to
//! the rooms that it asked for or is invited to.

use std::collections::BTreeMap;

use msnp_auth::{Product, challenge};
use msnp_codec::OwnedCommand;
use msnp_core::{LinkId, Login, Version};

use crate::people::PEOPLE;

/// All clients of one server. They speak one version.
pub(crate) struct Callers {
    version: Version,
    /// Who is at the other end, an index into [`PEOPLE`].
    who: BTreeMap<LinkId, usize>,
    next: usize,
    /// What opens a room, newest last: who, and the line that says so.
    invitations: Vec<(usize, String)>,
    tickets: usize,
    /// What they were told, by verb.
    #[cfg(test)]
    pub(crate) told: std::collections::BTreeSet<String>,
}

impl Callers {
    pub(crate) fn new(version: Version) -> Self {
        Self {
            version,
            who: BTreeMap::new(),
            next: 0,
            invitations: Vec::new(),
            tickets: 0,
            #[cfg(test)]
            told: std::collections::BTreeSet::new(),
        }
    }

    pub(crate) fn version(&self) -> Version {
        self.version
    }

    /// The next of them begins to sign in.
    pub(crate) fn sign_in(&mut self, link: LinkId, out: &mut Vec<u8>) {
        self.who.insert(link, self.next % PEOPLE.len());
        self.next += 1;
        out.extend(format!("VER 1 {} CVR0\r\n", self.version).bytes());
    }

    /// Whoever knows of a room goes there; else somebody tries without a cookie.
    pub(crate) fn enter(&mut self, link: LinkId, out: &mut Vec<u8>) {
        let (who, line) =
            self.invitations.pop().unwrap_or((0, "USR 1 alice@example.com 17.42\r\n".to_owned()));
        self.who.insert(link, who);
        out.extend(line.bytes());
    }

    /// What the client there says to a command of the server.
    pub(crate) fn reply(&mut self, link: LinkId, command: &OwnedCommand, out: &mut Vec<u8>) {
        let raw = command.as_raw();
        #[cfg(test)]
        self.told.insert(raw.verb().to_string());
        let words: Vec<_> = raw.parameters().map(String::from_utf8_lossy).collect();
        let word = |at: usize| words.get(at).map_or("", |word| word.as_ref());
        let who = self.who.get(&link).copied().unwrap_or_default();
        let me = PEOPLE[who];
        let login = self.version.login();
        let scheme = if login == Login::Md5 { "MD5" } else { "TWN" };
        let said = match (raw.verb().as_str(), word(1)) {
            ("VER", _) => format!(
                "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 7.0.0816 MSMSGS {me}@example.com\r\n\
                 USR 3 {scheme} I {me}@example.com\r\n"
            ),
            ("USR", "MD5") => format!("USR 4 MD5 S {}\r\n", "0".repeat(32)),
            ("USR", "TWN") => {
                self.tickets += 1;
                format!("USR 4 TWN S {}\r\n", ticket(who, self.tickets))
            }
            ("USR", "OK") if word(0) == "4" => {
                let stamps = if self.version.has_guids() { "0 0" } else { "0" };
                let capabilities = if self.version.has_capabilities() { " 32" } else { "" };
                format!("SYN 5 {stamps}\r\nCHG 6 NLN{capabilities}\r\n")
            }
            // The room is open: the next of them is called there.
            ("USR", "OK") => format!("CAL 2 {}@example.com\r\n", PEOPLE[(who + 1) % PEOPLE.len()]),
            ("CHG", _) => "XFR 7 SB\r\n".to_owned(),
            ("XFR", "SB") => {
                self.invitations.push((who, format!("USR 1 {me}@example.com {}\r\n", word(4))));
                String::new()
            }
            ("RNG", _) => {
                let line = format!("ANS 1 {me}@example.com {} {}\r\n", word(3), word(0));
                self.invitations.push((who, line));
                String::new()
            }
            ("JOI" | "ANS", _) => {
                let body = "Content-Type: text/plain\r\n\r\nhello";
                format!("MSG 3 A {}\r\n{body}", body.len())
            }
            ("CHL", sent) => self.answer_to(sent),
            _ => String::new(),
        };
        out.extend(said.into_bytes());
    }

    fn answer_to(&self, sent: &str) -> String {
        let Some(scheme) = self.version.challenge() else { return String::new() };
        let product =
            if self.version.number() <= 10 { &Product::MSMSGS } else { &Product::MSN_7_0 };
        let answer = challenge::answer(scheme, sent, product);
        format!("QRY 8 {} 32\r\n{}", product.id, answer.as_str())
    }
}

/// The tickets that are good, each for one of [`PEOPLE`].
pub(crate) fn ticket(who: usize, number: usize) -> String {
    format!("t=good{who}x{}&p=", number % TICKETS)
}

/// How many tickets each has.
pub(crate) const TICKETS: usize = 6;
