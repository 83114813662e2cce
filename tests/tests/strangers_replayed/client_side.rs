//! The server halves of the recordings, played against our client machine.
//!
//! The client does what its user did: the [`Script`] of each recording says what that was and what
//! our client must have told its program. Each command of the recorded client must find one of the
//! same verb from ours, in the same order on the same connection; where ours has said nothing, the
//! user does the next thing. What is compared beside the verb is written in
//! [`asked`](crate::asked). Transactions of what the server answers are mapped to ours.

use std::collections::{BTreeMap, VecDeque};

use msnp_auth::Product;
use msnp_auth::passport::{Outcome, PASSPORT_URLS, PassportUrls};
use msnp_client::{
    Action, Client, Config, ConversationId, Event, NotDone, NotDoneReason, Roster, Started,
};
use msnp_codec::Sender;
use msnp_codec::message::{Content, Message};
use msnp_codec::personal_message::PersonalMessage;
use msnp_core::{
    Account, Answer, Effect, Endpoint, HttpRequest, HttpResponse, LinkId, Opened, Secret, Status,
};

use crate::accounts::{Person, contact_line, group_line, password};
use crate::asked;
use crate::driven::Driven;
use crate::recording::{Command, Commands, Read, Recording};
use crate::script::{self, Does, Script};
use crate::told;

/// Plays the server half of a recording against our client.
pub(crate) fn play(script: &Script) {
    if let Some(recording) = Recording::open(script.recording) {
        let mut play = Play::new(&recording, script);
        for read in &recording.reads {
            for command in &read.commands {
                match read.by {
                    Sender::Client => play.client_said(read, command),
                    Sender::Server => play.server_said(read, command),
                }
            }
        }
        play.finish(script);
    }
}

struct Play<'r> {
    recording: &'r Recording,
    users: BTreeMap<&'r str, User<'r>>,
}

/// One client, and who sits before it.
struct User<'r> {
    account: Account,
    client: Driven<Client>,
    /// What is yet to be done.
    does: VecDeque<Does>,
    links: BTreeMap<String, Link>,
    /// Connections that the client has asked for and that are not up.
    asked: VecDeque<LinkId>,
    conversation: Option<ConversationId>,
    /// The other one, whom all that is done is about.
    other: Option<Account>,
    /// Groups and contacts as the recorded server has them.
    lists: Vec<String>,
    /// What the recorded client has said and ours not yet.
    owes: VecDeque<(&'r Read, &'r Command)>,
    /// The challenges that wait for an answer.
    challenges: VecDeque<String>,
    told: Vec<String>,
}

struct Link {
    id: LinkId,
    stream: Commands,
    said: VecDeque<Command>,
    /// Ours for each recorded one.
    transactions: BTreeMap<String, String>,
}

/// What goes out by itself, where the user may be slower or quicker: the answer to a challenge, and
/// the program that our client names behind the sign-in up to MSNP7.
const BY_ITSELF: [&str; 2] = ["QRY", "CVR"];

impl<'r> Play<'r> {
    fn new(recording: &'r Recording, script: &Script) -> Self {
        let mut users = BTreeMap::new();
        let people = Person::all(recording);
        let claims = recording.commands(Sender::Client).filter(|(read, command)| {
            read.is_notification() && command.verb() == "USR" && command.word(3) == "I"
        });
        let claims: Vec<(&Read, Account)> = claims
            .map(|(read, command)| (read, Account::new(command.word(4)).expect("an account")))
            .collect();
        for (read, account) in &claims {
            let person = read.person();
            let other = claims.iter().find(|(_, other)| other != account);
            let lists = people.iter().find(|person| person.account == *account);
            let lists = lists.expect("everybody is known").lines();
            let does = user_of(script, account).does.iter().flat_map(Does::one_by_one).collect();
            let user = User {
                client: client(recording, person, account),
                account: account.clone(),
                does,
                links: BTreeMap::new(),
                asked: VecDeque::new(),
                conversation: None,
                other: other.map(|(_, other)| other.clone()),
                lists,
                owes: VecDeque::new(),
                challenges: VecDeque::new(),
                told: Vec::new(),
            };
            users.entry(person).or_insert(user);
        }
        assert_eq!(users.len(), script.users.len());
        users.values_mut().for_each(User::listen);
        Self { recording, users }
    }

    fn client_said(&mut self, read: &'r Read, recorded: &'r Command) {
        let user = self.users.get_mut(read.person()).expect("everybody signs in");
        user.owes.push_back((read, recorded));
        user.pay(self.recording);
    }

    fn server_said(&mut self, read: &'r Read, recorded: &'r Command) {
        let recording = self.recording;
        let user = self.users.get_mut(read.person()).expect("everybody signs in");
        let Some(link) = user.links.get(&read.link) else {
            recording.fail(read.line, "a link", "none")
        };
        if recorded.verb() == "CHL" {
            user.challenges.push_back(recorded.word(2).to_owned());
        }
        let mut bytes = recorded.wire.clone();
        if asked::answers(recorded, recording.version) {
            let Some(transaction) = link.transactions.get(recorded.word(1)) else {
                recording.fail(read.line, recorded, "a client that has asked for nothing like it")
            };
            let head = format!("{} {}", recorded.verb(), recorded.word(1)).len();
            bytes = [recorded.verb(), " ", transaction].concat().into_bytes();
            bytes.extend_from_slice(&recorded.wire[head..]);
        }
        let id = link.id;
        if !user.client.is_closed(id) && user.client.end.is_none() {
            user.client.give(id, &bytes);
            if user.client.left_over(id) > 0 {
                recording.fail(read.line, format!("{recorded} is read"), "it is not taken");
            }
        }
        if let Err(told) = user.hear(Some(recorded)) {
            recording.fail(read.line, recorded, told);
        }
        user.pay(recording);
    }

    fn finish(self, script: &Script) {
        let end = self.recording.reads.last().map_or(0, |read| read.line);
        for user in self.users.values() {
            let name = &user.account;
            for (link, said) in user.links.iter().map(|(name, link)| (name, &link.said)) {
                let early = !self.recording.version.requires_cvr();
                let needed = |more: &&Command| match more.verb() {
                    // Our client says goodbye in rooms, too.
                    "OUT" => false,
                    "CVR" => !early,
                    _ => true,
                };
                if let Some(more) = said.iter().find(needed) {
                    self.recording.fail(end, format!("no more on {link}"), more);
                }
            }
            if let Some((read, command)) = user.owes.front() {
                self.recording.fail(read.line, command, "a client that is not ready for it");
            }
            if let Some(does) = user.does.front() {
                self.recording.fail(end, format!("{name} does {does:?}"), "the end of the file");
            }
            if user.client.end.as_ref().is_some_and(Result::is_err) {
                let end_of = format!("{:?}", user.client.end);
                self.recording.fail(end, format!("a good end for {name}"), end_of);
            }
            let expected = user_of(script, name).told;
            let told = told::counted(&user.told).join(", ");
            if told != expected {
                self.recording.fail(end, format!("{name} is told: {expected}"), told);
            }
        }
    }
}

impl<'r> User<'r> {
    /// Finds our command for each recorded one. Where our client is not signed in yet and cannot do
    /// what the recorded one did, that waits for more from the server.
    fn pay(&mut self, recording: &Recording) {
        while let Some((read, recorded)) = self.owes.front().copied() {
            self.connect(recording, read);
            let Some(ours) = self.next_command(recording, read, recorded) else { return };
            self.owes.pop_front();
            let alike = match (ours.verb(), self.challenges.pop_front()) {
                ("QRY", Some(text)) => {
                    asked::same_answer(recorded, &ours, recording.version, &text)
                }
                (_, text) => {
                    text.into_iter().for_each(|text| self.challenges.push_front(text));
                    asked::alike(recorded, &ours)
                }
            };
            if let Err(expected) = alike {
                recording.fail(read.line, format!("{}: {expected}", read.link), &ours);
            }
            if let Some(link) = self.links.get_mut(&read.link) {
                link.transactions.insert(recorded.word(1).to_owned(), ours.word(1).to_owned());
            }
        }
    }

    /// Lets a connection come up that the client has asked for.
    fn connect(&mut self, recording: &Recording, read: &Read) {
        if self.links.contains_key(&read.link) {
            return;
        }
        let Some(id) = self.asked.pop_front() else {
            let expected = format!("a connection for {}", read.link);
            recording.fail(read.line, expected, "none is asked for")
        };
        self.client.open(id, Opened::Connected);
        let stream = Commands::new(Sender::Client, recording.version);
        let (said, transactions) = (VecDeque::new(), BTreeMap::new());
        self.links.insert(read.link.clone(), Link { id, stream, said, transactions });
        self.listen();
    }

    /// What our client says where the recorded one said this; none where it is not signed in yet.
    fn next_command(
        &mut self,
        recording: &Recording,
        read: &Read,
        recorded: &Command,
    ) -> Option<Command> {
        loop {
            let link = self.links.get_mut(&read.link).expect("it was opened");
            let by_itself =
                |said: &Command| said.verb() != recorded.verb() && BY_ITSELF.contains(&said.verb());
            let at = link.said.iter().position(|said| !by_itself(said));
            if let Some(ours) = at.and_then(|at| link.said.remove(at)) {
                return Some(ours);
            }
            let Some(does) = self.does.front().copied() else {
                recording.fail(read.line, recorded, "nothing, and the user does no more")
            };
            match self.perform(does, recorded).map_err(|not_done| not_done.reason) {
                Ok(()) => drop(self.does.pop_front()),
                Err(NotDoneReason::NotSignedIn) => return None,
                Err(reason) => recording.fail(read.line, recorded, format!("{does:?}: {reason}")),
            }
        }
    }

    fn perform(&mut self, does: Does, recorded: &Command) -> Result<(), Box<NotDone>> {
        let other = self.other.clone().unwrap_or_else(|| self.account.clone());
        let room = self.conversation.unwrap_or(ConversationId::new(0));
        let body = recorded.body.clone().unwrap_or_default();
        let action = match does {
            Does::Status => Action::SetStatus(Status::ONLINE),
            Does::Name => Action::SetName(recorded.text(3).into()),
            Does::LetStrangersIn => Action::AllowByDefault(true),
            Does::PersonalMessage => Action::SetPersonalMessage(PersonalMessage::default()),
            Does::Put(list) => Action::AddToList(list, other),
            Does::Take(list) => Action::RemoveFromList(list, other),
            Does::NameContact => Action::NameContact(other, recorded.text(4).into()),
            Does::Open => Action::Open(other),
            Does::Block => Action::Block(other),
            Does::Unblock => Action::Unblock(other),
            Does::Text(_) => match Message::parse(&body).content() {
                Content::Text(text) => Action::SendText(room, text.into_owned()),
                other => panic!("{other:?} is no text"),
            },
            Does::Nudge => Action::SendNudge(room),
            Does::Message(_) => Action::SendMessage(room, body.into()),
            Does::Leave => Action::Leave(room),
            Does::SignOut => Action::SignOut,
        };
        let started = self.client.call(|client, now| msnp_core::Act::act(client, now, action));
        if let Started::Conversation(room) = started.map_err(Box::new)? {
            self.conversation = Some(room);
        }
        self.listen();
        let _ = self.hear(None);
        Ok(())
    }

    /// Takes what the client has said, and the connections that it asks for.
    fn listen(&mut self) {
        for effect in std::mem::take(&mut self.client.effects) {
            match effect {
                Effect::Connect { link, .. } => self.asked.push_back(link),
                other => panic!("{other:?}"),
            }
        }
        for link in self.links.values_mut() {
            link.said.extend(link.stream.add(&self.client.take_sent(link.id)));
        }
    }

    /// Takes what the program is told.
    ///
    /// # Errors
    /// An event that does not say what the server said.
    fn hear(&mut self, recorded: Option<&Command>) -> Result<(), String> {
        self.listen();
        for event in std::mem::take(&mut self.client.events) {
            if let Event::Invited { conversation, .. } = &event {
                self.conversation = Some(*conversation);
            }
            if let Some(recorded) = recorded {
                told::what_was_said(recorded, &event)?;
            }
            if event == Event::ListsLoaded {
                let known = self.client.call(|client, _| lines(client.roster()));
                if known != self.lists {
                    return Err(format!("{known:#?}\n  where {:#?} was recorded", self.lists));
                }
            }
            self.told.extend(told::in_words(&event));
        }
        Ok(())
    }
}

/// What the client knows, in the words of [`Person::lines`].
fn lines(roster: &Roster) -> Vec<String> {
    let groups = roster.groups().map(|(id, name)| group_line(id, name));
    let contacts = roster.contacts().map(|(account, contact)| {
        let groups = contact.groups.join(",");
        contact_line(account, contact.lists.bits(), &contact.name, contact.guid.as_deref(), &groups)
    });
    groups.chain(contacts).collect()
}

fn user_of<'s>(script: &'s Script, account: &Account) -> &'s script::User {
    let name = account.as_str().split('@').next();
    let user = script.users.iter().find(|user| Some(user.name) == name);
    user.unwrap_or_else(|| panic!("no script for {account}"))
}

/// A client of this account that says of itself what the recorded one said.
fn client(recording: &Recording, person: &str, account: &Account) -> Driven<Client> {
    let of_person = |by| recording.commands(by).filter(|(read, _)| read.person() == person);
    let find = |by, such: &dyn Fn(&Command) -> bool| {
        of_person(by).find(|(_, command)| such(command)).map(|(_, command)| command)
    };
    let server: Endpoint = "messenger.example.com:1863".parse().expect("an endpoint");
    let mut config = Config::new(account.clone(), password(account), server);
    let ver = find(Sender::Client, &|command| command.verb() == "VER").expect("VER");
    config.versions = ver.words.iter().filter_map(|word| word.parse().ok()).collect();
    // Each packet is said as it was recorded. What a machine of ours says is shown in `msnp-p2p`.
    config.limits.p2p.peers = 0;
    // The recorded clients show what they do one by one.
    config.initial_status = None;
    if let Some(qry) = find(Sender::Client, &|command| command.verb() == "QRY") {
        let product = Product::find(qry.word(2)).expect("a product whose key is known");
        config.program.product = product;
        config.program.early_product = product;
    }
    let proof = |command: &Command| command.verb() == "USR" && command.word(3) == "S";
    let ticket = find(Sender::Client, &proof).map(|command| Secret::from(command.word(4)));
    Driven::new(Client::new(config), move |_, effect| match effect {
        Effect::Http(request) => Some(Answer::Http(Ok(page(request, ticket.clone())))),
        _ => None,
    })
}

/// The pages of Passport, which are not in the recordings.
fn page(request: &HttpRequest, ticket: Option<Secret>) -> HttpResponse {
    if request.find_header("Authorization").is_none() {
        let urls = PassportUrls::new("login.example.com/login").expect("an address");
        return HttpResponse::new(200).header(PASSPORT_URLS, urls.to_string());
    }
    let outcome = Outcome::Success { ticket: ticket.expect("the client proves who it is") };
    let value = outcome.print().expect("a ticket that can be printed");
    HttpResponse::new(outcome.status()).header(outcome.header_name(), value.expose())
}
