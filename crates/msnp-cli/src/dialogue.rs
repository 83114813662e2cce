//! What a machine and its peers say, shown in the notation of the field.

use std::collections::{BTreeMap, VecDeque};
use std::fmt;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use msnp::codec::{FrameLimits, Framer, RawCommand, Sender};
use msnp::core::{
    Answer, Call, Effect, EffectId, Failure, HttpResponse, LinkId, ListenerId, Machine, Now,
    Opened, Output, RequestId, Version, Watcher,
};

use crate::mask;
use crate::screen::{Screen, cut};

/// Beyond any machine's own limits, so that what a machine takes is always shown.
const LIMITS: FrameLimits = FrameLimits { line: 64 * 1024, body: 1024 * 1024 };

/// How many links may be on their way out.
const CLOSING: usize = 64;

/// Where a dialogue is shown, and how much of it. Several machines may share one.
pub(crate) struct Stage {
    screen: Arc<Screen>,
    style: Style,
    /// On whose link the last line was: another one is introduced first.
    last: Mutex<Option<(Arc<str>, LinkId)>>,
    /// What was shown, unmasked.
    #[cfg(test)]
    unmasked: Mutex<Vec<String>>,
}

/// How a dialogue is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    /// Lines are cut to 80 columns.
    pub(crate) cut: bool,
    /// Bodies are shown; else only how long they are.
    pub(crate) bodies: bool,
    /// It goes where news goes, since the other stream is for programs.
    pub(crate) as_news: bool,
}

impl Stage {
    pub(crate) fn new(screen: Arc<Screen>, style: Style) -> Self {
        Self {
            screen,
            style,
            last: Mutex::new(None),
            #[cfg(test)]
            unmasked: Mutex::default(),
        }
    }

    /// Shows what begins now. Whoever speaks next is introduced.
    pub(crate) fn heading(&self, heading: &str) {
        let mut last = self.last();
        *last = None;
        self.show(&mut last, &[format!("<o> {heading}")]);
    }

    /// Shows a remark.
    pub(crate) fn remark(&self, remark: &str) {
        self.show(&mut self.last(), &[format!("<o> {remark}")]);
    }

    fn command(&self, who: &Arc<str>, link: LinkId, place: &str, command: RawCommand<'_>) {
        let mut last = self.last();
        let mut lines = Vec::new();
        let here = (who.clone(), link);
        if last.as_ref() != Some(&here) {
            lines.push(format!("<o> {who}, {place}"));
            *last = Some(here);
        }
        let prefix = match command.sender() {
            Sender::Client => ">>>",
            Sender::Server => "<<<",
        };
        lines.push(format!("{prefix} {}", mask::line(command)));
        match command.body() {
            Some(body) if self.style.bodies => lines.extend(mask::body(body)),
            Some(body) => lines.push(format!("<o> and a body of {} bytes", body.len())),
            None => {}
        }
        self.show(&mut last, &lines);
    }

    fn show(&self, _order: &mut MutexGuard<'_, Option<(Arc<str>, LinkId)>>, lines: &[String]) {
        let lines: Vec<String> = match self.style.cut {
            true => lines.iter().map(|line| cut(line)).collect(),
            false => lines.to_vec(),
        };
        // An empty line at the end of a body is a part of it.
        let text = lines.join("\n") + "\n";
        match self.style.as_news {
            true => self.screen.tell(&text),
            false => self.screen.say(&text),
        }
    }

    #[cfg(test)]
    pub(crate) fn unmasked(&self) -> Vec<String> {
        self.unmasked.lock().unwrap().clone()
    }

    #[cfg(test)]
    fn record(&self, wire: &[u8]) {
        self.unmasked.lock().unwrap().push(String::from_utf8_lossy(wire).into_owned());
    }

    #[cfg(test)]
    fn record_headers(&self, headers: &[(String, String)]) {
        for (name, value) in headers {
            self.record(format!("{name}: {value}").as_bytes());
        }
    }

    fn last(&self) -> MutexGuard<'_, Option<(Arc<str>, LinkId)>> {
        self.last.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Which side the watched machine is on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Client,
    Server,
}

/// Names the service at an address; `None` where it is not known.
pub(crate) type Places = Arc<dyn Fn(SocketAddr) -> Option<&'static str> + Send + Sync>;

/// Hears each command on any link, unmasked.
type Listener = Box<dyn FnMut(RawCommand<'_>) + Send>;

/// A watcher that shows what its machine sends and receives, with all secrets masked.
///
/// It shows what has crossed the edge of the machine: what was taken, and what was written.
pub(crate) struct Dialogue {
    stage: Option<Arc<Stage>>,
    who: Arc<str>,
    side: Side,
    places: Places,
    listener: Option<Listener>,
    links: BTreeMap<LinkId, Link>,
    closing: VecDeque<LinkId>,
    listens: BTreeMap<EffectId, ListenerId>,
    listeners: BTreeMap<ListenerId, SocketAddr>,
    asked: BTreeMap<EffectId, String>,
    requested: BTreeMap<RequestId, String>,
}

struct Link {
    place: String,
    client: Stream,
    server: Stream,
}

/// What one side has said on one link.
struct Stream {
    framer: Framer,
    /// Less than one command.
    rest: Vec<u8>,
    broken: bool,
}

impl Dialogue {
    /// Shows, on this stage, what the machine of `who` says and hears; without a stage, nothing.
    pub(crate) fn new(stage: Option<Arc<Stage>>, who: &str, side: Side, places: Places) -> Self {
        Self {
            stage,
            who: who.into(),
            side,
            places,
            listener: None,
            links: BTreeMap::new(),
            closing: VecDeque::new(),
            listens: BTreeMap::new(),
            listeners: BTreeMap::new(),
            asked: BTreeMap::new(),
            requested: BTreeMap::new(),
        }
    }

    /// The same, and this hears it too, unmasked.
    pub(crate) fn heard_by(
        mut self,
        listener: impl FnMut(RawCommand<'_>) + Send + 'static,
    ) -> Self {
        self.listener = Some(Box::new(listener));
        self
    }

    fn open(&mut self, link: LinkId, place: String) {
        let stream = |sender| Stream {
            framer: Framer::new(sender, Version::FIRST, LIMITS),
            rest: Vec::new(),
            broken: false,
        };
        let (client, server) = (stream(Sender::Client), stream(Sender::Server));
        self.links.insert(link, Link { place, client, server });
    }

    /// Nobody says when the last bytes of this link have been written, so the last few that are
    /// being closed are kept.
    fn closing(&mut self, link: LinkId) {
        self.closing.push_back(link);
        if self.closing.len() > CLOSING
            && let Some(oldest) = self.closing.pop_front()
        {
            self.links.remove(&oldest);
        }
    }

    fn said(&mut self, id: LinkId, incoming: bool, bytes: &[u8]) {
        let Self { stage, listener, who, links, .. } = self;
        if stage.is_none() && listener.is_none() {
            return;
        }
        let Some(link) = links.get_mut(&id) else { return };
        let Link { place, client, server } = link;
        let by_client = incoming == (self.side == Side::Server);
        let stream = if by_client { &mut *client } else { &mut *server };
        let mut version = None;
        stream.read(bytes, |said| match said {
            Ok(command) => {
                version = version.or_else(|| chosen(command));
                if let Some(listener) = listener {
                    listener(command);
                }
                if let Some(stage) = stage {
                    #[cfg(test)]
                    stage.record(command.wire());
                    stage.command(who, id, place, command);
                }
            }
            // Bytes that are no command may hold anything, so they are not shown.
            Err(()) => {
                if let Some(stage) = stage {
                    stage.remark(&format!("{who}, {place}: unreadable from here on"));
                }
            }
        });
        if let Some(version) = version {
            client.framer.set_version(version);
            server.framer.set_version(version);
        }
    }

    fn remark(&self, remark: &str) {
        if let Some(stage) = &self.stage {
            stage.remark(&format!("{}: {remark}", self.who));
        }
    }

    fn answered(&mut self, effect: EffectId, answer: &Answer) {
        match answer {
            Answer::Http(result) => {
                #[cfg(test)]
                if let (Some(stage), Ok(response)) = (&self.stage, result) {
                    stage.record_headers(&response.headers);
                }
                if let Some(request) = self.asked.remove(&effect) {
                    self.remark(&format!("{request}, {}", outcome(result)));
                }
            }
            Answer::Listening(Ok(address)) => {
                if let Some(listener) = self.listens.remove(&effect) {
                    self.listeners.insert(listener, *address);
                }
            }
            _ => {}
        }
    }

    fn place(&self, address: Option<SocketAddr>) -> &'static str {
        address.and_then(|address| (self.places)(address)).unwrap_or("server")
    }
}

impl Stream {
    fn read(&mut self, bytes: &[u8], mut said: impl FnMut(Result<RawCommand<'_>, ()>)) {
        if self.broken {
            return;
        }
        self.rest.extend_from_slice(bytes);
        let mut taken = 0;
        loop {
            let unread = self.rest.get(taken..).unwrap_or_default();
            match self.framer.next(unread) {
                Ok(Some(command)) => {
                    taken += command.wire().len();
                    said(Ok(command));
                }
                Ok(None) => break,
                Err(_) => {
                    self.broken = true;
                    said(Err(()));
                    taken = self.rest.len();
                    break;
                }
            }
        }
        self.rest.drain(..taken);
    }
}

impl<M: Machine> Watcher<M> for Dialogue {
    fn called(&mut self, _: Now, call: Call<'_>) {
        if let Some(moved) = call.moved() {
            return self.said(moved.link, moved.incoming, moved.bytes);
        }
        match call {
            Call::LinkOpened { link, how: Opened::Accepted { listener, peer } } => {
                let place = self.place(self.listeners.get(&listener).copied());
                self.open(link, format!("{place}, {peer}"));
            }
            Call::LinkClosed { link, .. } => drop(self.links.remove(&link)),
            Call::Answer { effect, answer } => self.answered(effect, answer),
            Call::Request { id, request, .. } => {
                self.requested.insert(id, mask::request(request));
            }
            _ => {}
        }
    }

    fn polled(&mut self, said: &Output<M::Event, M::Error>) {
        let Output::Effect(id, effect) = said else { return };
        match effect {
            Effect::Connect { link, to, .. } => {
                let place = self.place(to.to_string().parse().ok());
                self.open(*link, format!("{place} {to}"));
            }
            Effect::Listen { listener, .. } => drop(self.listens.insert(*id, *listener)),
            Effect::Http(request) => {
                #[cfg(test)]
                if let Some(stage) = &self.stage {
                    stage.record_headers(&request.headers);
                }
                self.asked.insert(*id, mask::request(request));
            }
            Effect::Respond { request, response } => {
                if let Some(request) = self.requested.remove(request) {
                    self.remark(&format!("{request}, {}", status(response)));
                }
            }
            Effect::Close { link } => self.closing(*link),
            _ => {}
        }
    }
}

impl fmt::Debug for Dialogue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dialogue").field("who", &self.who).finish_non_exhaustive()
    }
}

/// The version that a `VER` of the server chooses.
fn chosen(command: RawCommand<'_>) -> Option<Version> {
    let ver = command.sender() == Sender::Server && command.verb().as_bytes() == b"VER";
    let name = ver.then(|| command.parameters().nth(1))??;
    str::from_utf8(name).ok()?.parse().ok()
}

fn outcome(result: &Result<HttpResponse, Failure>) -> String {
    match result {
        Ok(response) => status(response),
        Err(failure) => format!("no answer ({failure})"),
    }
}

fn status(response: &HttpResponse) -> String {
    format!("status {}", response.status)
}

#[cfg(test)]
mod tests {
    use std::io::{self, Write};

    use msnp::core::example::Echo;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl Write for Written {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.lock().unwrap().extend_from_slice(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    /// What is shown when a server receives this, in these pieces.
    fn shown<'p>(pieces: impl IntoIterator<Item = &'p [u8]>, bodies: bool) -> String {
        let written = Written::default();
        let screen = Screen::new(Box::new(written.clone()), Box::new(io::sink()));
        let style = Style { cut: false, bodies, as_news: false };
        let stage = Stage::new(Arc::new(screen), style);
        let places: Places = Arc::new(|_| None);
        let mut dialogue = Dialogue::new(Some(Arc::new(stage)), "server", Side::Server, places);
        let watcher: &mut dyn Watcher<Echo> = &mut dialogue;
        let link = LinkId::new(1);
        let peer = SocketAddr::from(([127, 0, 0, 1], 9));
        let how = Opened::Accepted { listener: ListenerId::new(1), peer };
        watcher.called(Now::default(), Call::LinkOpened { link, how });
        for piece in pieces {
            let call = Call::Input { link, offered: piece, taken: piece.len() };
            watcher.called(Now::default(), call);
        }
        String::from_utf8(written.0.lock().unwrap().clone()).unwrap()
    }

    const SAID: &[u8] = b"VER 1 MSNP8 CVR0\r\nUUX 2 5\r\nhelloPNG\r\n";

    #[test]
    fn a_command_is_shown_once_it_is_whole_wherever_it_was_cut() {
        let whole = shown([SAID], true);
        assert_eq!(
            whole,
            "<o> server, server, 127.0.0.1:9\n>>> VER 1 MSNP8 CVR0\n>>> UUX 2 5\nhello\n>>> PNG\n"
        );
        assert_eq!(shown(SAID.chunks(1), true), whole);
        assert_eq!(shown(SAID.chunks(7), true), whole);
    }

    #[test]
    fn of_a_body_only_the_length_is_shown_where_that_is_asked_for() {
        let shown = shown([SAID], false);
        assert!(shown.contains("\n>>> UUX 2 5\n<o> and a body of 5 bytes\n>>> PNG\n"), "{shown}");
    }

    #[test]
    fn what_is_no_command_is_not_shown_and_neither_is_what_follows() {
        let shown = shown([&b"PNG\r\nthe password\r\n"[..], b"USR 3 MD5 S proof\r\n"], true);
        assert!(
            shown.ends_with(">>> PNG\n<o> server, server, 127.0.0.1:9: unreadable from here on\n")
        );
    }
}
