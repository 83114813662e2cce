//! A recording: what passed on each link of a switchboard, as the client on it saw it.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use msnp_codec::message::{Content, Message};
use msnp_codec::{FrameLimits, Framer, Sender};
use msnp_core::{Account, Guid, Version};
use msnp_p2p::Peer;

/// All links of a recording that carry packets.
pub(crate) struct Recording {
    pub(crate) name: String,
    pub(crate) links: Vec<Link>,
}

/// One client in one room.
pub(crate) struct Link {
    pub(crate) name: String,
    /// Who this client is.
    pub(crate) own: Peer,
    /// Whom it talks with.
    pub(crate) peer: Peer,
    pub(crate) moves: Vec<Move>,
}

/// What happened on a link, and when.
pub(crate) struct Move {
    pub(crate) at: Duration,
    pub(crate) what: What,
}

#[derive(Clone, Debug)]
pub(crate) enum What {
    /// This client sent a packet, in the message of this number.
    Own { message: u32, packet: Vec<u8> },
    /// A packet of the other one came.
    Theirs(Vec<u8>),
    /// The switchboard has delivered the message of this number.
    Delivered(u32),
}

impl Recording {
    /// Reads one; none, and a word about it, where there are no recordings.
    pub(crate) fn open(name: &str) -> Option<Self> {
        let folder = folder()?;
        Some(Self::read(name, &folder.join(format!("{name}.jsonl"))))
    }

    /// All that have packets in them.
    pub(crate) fn all() -> Vec<Self> {
        let Some(folder) = folder() else { return vec![] };
        let mut files: Vec<PathBuf> =
            fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
        files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
        files.sort();
        let read = |path: &PathBuf| Self::read(&path.file_stem().unwrap().to_string_lossy(), path);
        let all: Vec<Self> = files.iter().map(read).filter(|one| !one.links.is_empty()).collect();
        assert!(all.len() >= 8, "{} recordings with packets are few", all.len());
        all
    }

    fn read(name: &str, path: &Path) -> Self {
        let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{name}: {error}"));
        let mut links: BTreeMap<String, Growing> = BTreeMap::new();
        let mut at = Duration::from_secs(1);
        for line in text.lines().skip(1) {
            let link = member(line, "link").unwrap();
            if !link.contains("-sb") {
                continue;
            }
            let since = number(line, "t").map_or(Duration::ZERO, Duration::from_secs_f64);
            at = at.max(Duration::from_secs(1) + since);
            let by = match member(line, "from") {
                Some("client") => Sender::Client,
                _ => Sender::Server,
            };
            let bytes = from_hex(member(line, "hex").unwrap());
            links.entry(link.into()).or_default().add(at, by, &bytes);
        }
        let links = links.into_iter().filter_map(|(name, link)| link.finish(name)).collect();
        Self { name: name.into(), links }
    }
}

impl Link {
    /// The packets in order, each with whether this client sent it.
    pub(crate) fn packets(&self) -> impl Iterator<Item = (bool, &[u8])> {
        self.moves.iter().filter_map(|step| match &step.what {
            What::Own { packet, .. } => Some((true, &packet[..])),
            What::Theirs(packet) => Some((false, &packet[..])),
            What::Delivered(_) => None,
        })
    }
}

/// A link that is being read.
#[derive(Default)]
struct Growing {
    own: Option<Peer>,
    peer: Option<Peer>,
    moves: Vec<Move>,
    arrived: [Vec<u8>; 2],
}

impl Growing {
    fn add(&mut self, at: Duration, by: Sender, bytes: &[u8]) {
        let side = usize::from(by == Sender::Server);
        let mut arrived = std::mem::take(&mut self.arrived[side]);
        arrived.extend_from_slice(bytes);
        let mut from = 0;
        let mut framer = Framer::new(by, Version::MSNP18, FrameLimits::SIGNED_IN);
        while let Some(command) = framer.next(&arrived[from..]).unwrap() {
            from += command.wire().len();
            let line = String::from_utf8_lossy(command.line()).into_owned();
            self.command(at, by, &line, command.body());
        }
        self.arrived[side] = arrived.split_off(from);
    }

    fn command(&mut self, at: Duration, by: Sender, line: &str, body: Option<&[u8]>) {
        let mut words = line.split(' ');
        let (verb, first) = (words.next(), words.next());
        let what = match (by, verb, body) {
            (_, Some("MSG"), Some(body)) => {
                let Content::PeerToPeer(message) = Message::parse(body).content() else { return };
                let destination = Some(peer(&message.destination));
                let packet = message.packet.to_vec();
                if by == Sender::Client {
                    self.peer = destination;
                    What::Own { message: first.unwrap().parse().unwrap(), packet }
                } else {
                    self.own = destination;
                    What::Theirs(packet)
                }
            }
            (Sender::Server, Some("ACK"), _) => What::Delivered(first.unwrap().parse().unwrap()),
            _ => return,
        };
        self.moves.push(Move { at, what });
    }

    fn finish(self, name: String) -> Option<Link> {
        assert!(self.arrived.iter().all(Vec::is_empty), "{name}: bytes are left over");
        Some(Link { name, own: self.own?, peer: self.peer?, moves: self.moves })
    }
}

/// `alice@example.com`, or the same with `;{GUID}`.
fn peer(text: &str) -> Peer {
    let (account, machine) = text.split_once(';').unwrap_or((text, ""));
    let account = Account::new(account).unwrap();
    match machine.trim_matches(['{', '}']) {
        "" => Peer::v1(account),
        guid => Peer::v2(account, guid.parse::<Guid>().unwrap()),
    }
}

fn folder() -> Option<PathBuf> {
    let named = env::var_os("MSNP_CAPTURES").map(PathBuf::from);
    let folder = named.clone().unwrap_or_else(|| {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared/captures/real-clients")
    });
    if folder.is_dir() {
        return Some(folder);
    }
    assert!(named.is_none(), "MSNP_CAPTURES names no folder");
    // Not `eprintln!`, which the test harness hides where a test passes.
    writeln!(io::stderr(), "SKIPPED: no recordings in {}", folder.display()).unwrap();
    None
}

/// The text of one member of a line of JSON that has no nesting and no escapes in it.
fn member<'a>(line: &'a str, name: &str) -> Option<&'a str> {
    let (_, after) = line.split_once(&format!("\"{name}\": \""))?;
    Some(after.split_once('"')?.0)
}

fn number(line: &str, name: &str) -> Option<f64> {
    let (_, after) = line.split_once(&format!("\"{name}\": "))?;
    after.split([',', '}']).next()?.trim().parse().ok()
}

fn from_hex(hex: &str) -> Vec<u8> {
    let pair = |pair: &[u8]| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap();
    hex.as_bytes().chunks(2).map(pair).collect()
}
