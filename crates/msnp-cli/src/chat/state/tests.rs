use msnp::client::ConversationId;
use msnp::codec::message::{Datacast, Text};
use msnp::core::{ErrorCode, LinkEnd};
use msnp::session::{Delivery, RequestError, SessionError, SignOut};

use super::*;
use crate::chat::book::tests::some;
use crate::chat::talk::Saying;

/// A model that is driven by hand.
pub(crate) struct Hand {
    pub(crate) model: Model,
    pub(crate) seconds: u64,
    pub(crate) orders: Vec<Order>,
}

pub(crate) fn account(text: &str) -> Account {
    Account::new(text).unwrap()
}

pub(crate) fn bob() -> Account {
    account("bob@example.com")
}

pub(crate) const ROOM: ConversationId = ConversationId::new(7);

impl Hand {
    /// Signed in, with some contacts.
    pub(crate) fn signed_in() -> Self {
        let model = Model::new(account("alice@example.com"), Status::ONLINE);
        let mut hand = Self { model, seconds: 0, orders: Vec::new() };
        let state = ClientState {
            name: Some("Alice".into()),
            status: Some(Status::ONLINE),
            version: Some(Version::MSNP11),
            book: Some(some()),
        };
        let events = vec![Event::SigningIn(Step::Lists), Event::SignedIn];
        hand.happens(Happening::News { events, state: Box::new(state) });
        assert_eq!(hand.orders, [Order::Connect(Status::ONLINE)]);
        hand
    }

    pub(crate) fn happens(&mut self, happening: Happening) {
        let time = Time { hour: 9, minute: 5 };
        let now = Moment { monotonic: Duration::from_secs(self.seconds), time };
        self.orders = self.model.update(now, happening);
    }

    pub(crate) fn told(&mut self, event: Event) {
        let state = Box::default();
        self.happens(Happening::News { events: vec![event], state });
    }

    pub(crate) fn text(&mut self, room: ConversationId, from: &Account, text: &str) {
        self.told(Event::Text {
            conversation: room,
            account: from.clone(),
            name: "Bob".into(),
            text: Text::new(text.to_owned()),
        });
    }

    pub(crate) fn types(&mut self, text: &str) {
        for c in text.chars() {
            self.happens(Happening::Press(Press::Char(c)));
        }
    }

    pub(crate) fn enters(&mut self, text: &str) {
        self.model.current().input.clear();
        self.types(text);
        self.happens(Happening::Press(Press::Enter));
    }

    /// The action that was ordered just now, and its ticket.
    pub(crate) fn ordered(&self) -> (u64, Action) {
        match self.orders.as_slice() {
            [Order::Act(ticket, action)] => (*ticket, action.clone()),
            other => panic!("{other:?}"),
        }
    }

    pub(crate) fn answers(&mut self, result: Result<Started, NotDoneReason>) {
        let (ticket, _) = self.ordered();
        self.happens(Happening::Answer { ticket, result });
    }

    /// Everything on the page in front, a line each.
    pub(crate) fn page(&self) -> Vec<String> {
        self.model.in_front().entries.iter().map(|entry| format!("{:?}", entry.said)).collect()
    }

    fn last(&self) -> String {
        self.page().pop().unwrap_or_default()
    }

    fn loses(&mut self, error: ClientError) {
        self.happens(Happening::Ended(Err(error)));
    }
}

fn broken() -> ClientError {
    ClientError::SessionLost(SessionError::LinkLost(LinkEnd::Reset))
}

#[test]
fn the_first_text_opens_the_conversation_and_then_goes_out() {
    let mut hand = Hand::signed_in();
    hand.enters("/open bob");
    assert_eq!(hand.orders, []);
    hand.enters("hello");
    assert_eq!(hand.ordered().1, Action::Open(bob()));
    assert!(hand.last().contains("Sending"));
    hand.answers(Ok(Started::Conversation(ROOM)));
    assert_eq!(hand.ordered().1, Action::SendText(ROOM, Text::new("hello")));
    hand.answers(Ok(Started::Message(MessageId::new(3))));
    hand.told(Event::MessageEnded {
        conversation: ROOM,
        message: MessageId::new(3),
        delivery: Delivery::Accepted,
    });
    assert_eq!(hand.last(), "Own { what: Text(\"hello\"), fate: Delivered }");
}

#[test]
fn what_is_not_delivered_says_why() {
    let mut hand = Hand::signed_in();
    hand.enters("/open bob");
    hand.enters("hello");
    hand.answers(Err(NotDoneReason::NotInVersion(Version::MSNP2)));
    assert!(hand.last().contains("Failed(\"MSNP2 cannot do that\")"), "{}", hand.last());

    hand.enters("again");
    hand.answers(Ok(Started::Conversation(ROOM)));
    hand.answers(Ok(Started::Message(MessageId::new(1))));
    let delivery = Delivery::Unknown;
    hand.told(Event::MessageEnded { conversation: ROOM, message: MessageId::new(1), delivery });
    assert!(hand.last().contains("Unknown"));
    let error = RequestError::Refused(ErrorCode::NOT_ONLINE);
    hand.told(Event::NotInvited { conversation: ROOM, account: bob(), error });
    assert!(
        hand.last().contains("Bob cannot be reached: the other user is offline or not"),
        "{}",
        hand.last()
    );
}

#[test]
fn a_conversation_that_the_client_forgot_is_opened_once_more() {
    let mut hand = Hand::signed_in();
    hand.text(ROOM, &bob(), "hi");
    hand.model.show(1);
    hand.enters("hello");
    hand.answers(Err(NotDoneReason::NoConversation));
    assert_eq!(hand.ordered().1, Action::Open(bob()));
    hand.answers(Ok(Started::Conversation(ConversationId::new(8))));
    assert_eq!(hand.ordered().1, Action::SendText(ConversationId::new(8), Text::new("hello")));
}

#[test]
fn what_comes_into_a_page_that_is_not_in_front_is_counted_and_rings_once() {
    let mut hand = Hand::signed_in();
    hand.text(ROOM, &bob(), "one");
    assert_eq!(hand.orders, [Order::Bell]);
    hand.text(ROOM, &bob(), "two");
    assert_eq!(hand.orders, []);
    assert_eq!((hand.model.shown, hand.model.talks[0].unread), (0, 2));
    hand.happens(Happening::Press(Press::Next));
    assert_eq!((hand.model.shown, hand.model.talks[0].unread), (1, 0));
    hand.text(ROOM, &bob(), "three");
    assert_eq!((hand.model.talks[0].unread, hand.orders.len()), (0, 0));
    let nudge = Event::Nudge { conversation: ROOM, account: bob() };
    hand.told(nudge.clone());
    assert_eq!(hand.orders, []);
    hand.seconds = 2;
    hand.told(nudge);
    assert_eq!(hand.orders, [Order::Bell]);
}

#[test]
fn whoever_calls_under_many_names_does_not_fill_the_memory() {
    let mut hand = Hand::signed_in();
    hand.text(ROOM, &bob(), "hi");
    hand.model.show(1);
    for number in 100..400 {
        let from = account(&format!("person{number}@example.com"));
        hand.text(ConversationId::new(number), &from, "hi");
    }
    assert_eq!((hand.model.talks.len(), hand.model.shown), (200, 1));
    assert!(hand.model.in_front().is_only_with(&bob()));
}

#[test]
fn who_is_writing_is_believed_for_a_while_or_until_the_text_comes() {
    let mut hand = Hand::signed_in();
    hand.told(Event::Typing { conversation: ROOM, account: bob() });
    assert!(hand.model.talks[0].typing.contains_key(&bob()));
    assert_eq!(hand.model.deadline(), Some(TYPING_SHOWN));
    hand.seconds = TYPING_SHOWN.as_secs();
    hand.happens(Happening::Tick);
    assert!(hand.model.talks[0].typing.is_empty());
    hand.told(Event::Typing { conversation: ROOM, account: bob() });
    hand.text(ROOM, &bob(), "here");
    assert!(hand.model.talks[0].typing.is_empty());
    assert_eq!(hand.model.deadline(), None);
}

#[test]
fn others_are_told_that_one_writes_now_and_then_and_never_of_a_command() {
    let mut hand = Hand::signed_in();
    let name = "Bob".to_owned();
    hand.told(Event::Joined { conversation: ROOM, account: bob(), name });
    hand.model.show(1);
    hand.types("/h");
    assert_eq!(hand.orders, []);
    hand.model.current().input.clear();
    hand.types("h");
    assert_eq!(hand.ordered().1, Action::SendTyping(ROOM));
    hand.types("e");
    assert_eq!(hand.orders, []);
    hand.seconds = TYPING_TOLD.as_secs();
    hand.types("l");
    assert_eq!(hand.ordered().1, Action::SendTyping(ROOM));
}

#[test]
fn a_lost_session_keeps_what_was_said_and_is_tried_again_with_longer_pauses() {
    let mut hand = Hand::signed_in();
    hand.text(ROOM, &bob(), "hi");
    hand.model.show(1);
    hand.enters("/status away");
    hand.enters("on my way");
    hand.loses(broken());
    let page = hand.page();
    assert!(page[0].contains("hi"));
    assert!(page.iter().any(|line| line.contains("on my way") && line.contains("Failed")));
    assert!(
        hand.last().contains("not signed in any more: the connection broke"),
        "{}",
        hand.last()
    );
    for pause in [2, 4, 8] {
        let Line::Out { again: Some(at) } = hand.model.line else { panic!() };
        assert_eq!(at, Duration::from_secs(hand.seconds + pause));
        hand.happens(Happening::Tick);
        assert_eq!(hand.orders, []);
        hand.seconds += pause;
        hand.happens(Happening::Tick);
        // With the status that was chosen, not the one that was confirmed last.
        assert_eq!(hand.orders, [Order::Connect(Status::AWAY)]);
        let cause = SessionError::LinkLost(LinkEnd::Refused);
        hand.loses(ClientError::SignIn { step: Step::Connect, cause });
    }
    hand.enters("/reconnect");
    assert_eq!(hand.orders, [Order::Connect(Status::AWAY)]);
    hand.told(Event::SignedIn);
    hand.enters("back");
    assert_eq!(hand.ordered().1, Action::Open(bob()));
}

#[test]
fn what_became_of_a_text_is_unknown_where_the_session_was_lost_before_its_answer() {
    let mut hand = Hand::signed_in();
    hand.enters("/open bob");
    hand.enters("hello");
    hand.answers(Ok(Started::Conversation(ROOM)));
    hand.answers(Ok(Started::Message(MessageId::new(3))));
    hand.loses(broken());
    let page = hand.page();
    assert!(page.iter().any(|line| line.contains("hello") && line.contains("Unknown")), "{page:?}");
}

#[test]
fn who_signed_in_elsewhere_is_not_put_out_again_by_itself() {
    let mut hand = Hand::signed_in();
    hand.loses(ClientError::SignedOut(SignOut::Elsewhere));
    assert_eq!(hand.model.line, Line::Out { again: None });
    assert_eq!(hand.model.deadline(), None);
    hand.enters("/reconnect");
    assert_eq!(hand.orders, [Order::Connect(Status::ONLINE)]);
}

#[test]
fn a_sign_in_that_never_held_ends_the_program() {
    let mut model = Model::new(account("alice@example.com"), Status::ONLINE);
    let error = ClientError::WrongPassword(String::new());
    let orders = model.update(Moment::default(), Happening::Ended(Err(error.clone())));
    assert_eq!(orders, [Order::Connect(Status::ONLINE), Order::Fail(error)]);
}

#[test]
fn a_change_is_said_done_when_the_server_says_so_and_not_before() {
    let mut hand = Hand::signed_in();
    for (result, expected) in [
        (Ok(()), "Notice(\"zoe@example.com is on your list now.\")"),
        (
            Err(RequestError::Refused(ErrorCode::INVALID_USER)),
            "Warning(\"Adding zoe@example.com did not work: the account does not exist \
             (205).\")",
        ),
    ] {
        hand.enters("/add zoe@example.com");
        assert_eq!(hand.ordered().1, Action::AddContact(account("zoe@example.com")));
        let before = hand.page().len();
        hand.answers(Ok(Started::Action(ActionId::new(4))));
        assert_eq!(hand.page().len(), before);
        hand.told(Event::ActionEnded { action: ActionId::new(4), result });
        assert_eq!(hand.last(), expected);
    }
    hand.enters("/psm hi");
    hand.answers(Err(NotDoneReason::NotInVersion(Version::MSNP8)));
    assert!(hand.last().contains("did not work: MSNP8 cannot do that"), "{}", hand.last());
}

#[test]
fn text_of_others_cannot_command_the_terminal_wherever_it_stands() {
    let evil = "\x1b]0;x\x07\u{202e}\u{9b}2J\rend";
    let mut hand = Hand::signed_in();
    hand.told(Event::Presence {
        account: bob(),
        status: Status::ONLINE,
        name: evil.into(),
        already: false,
    });
    let message = PersonalMessage { text: evil.into(), ..PersonalMessage::default() };
    hand.told(Event::PersonalMessage { account: bob(), message });
    let zoe = account("zoe@example.com");
    hand.told(Event::Joined { conversation: ROOM, account: zoe.clone(), name: evil.into() });
    hand.told(Event::Joined { conversation: ROOM, account: bob(), name: evil.into() });
    let text = Text::new(evil);
    hand.told(Event::Text { conversation: ROOM, account: zoe, name: evil.into(), text });
    let mut body = Vec::new();
    Datacast::Action(evil.into()).print(&mut body);
    hand.told(Event::Message { conversation: ROOM, account: bob(), body: body.into() });
    hand.loses(ClientError::SignedOut(SignOut::Other(evil.into())));
    let pages = hand.model.talks.iter().chain([&hand.model.home]);
    let texts: Vec<String> = pages.flat_map(|talk| &talk.entries).map(words_of).collect();
    assert!(texts.iter().filter(|text| text.contains("end")).count() == 6, "{texts:#?}");
    for text in texts {
        assert!(!text.contains(|c: char| c.is_control() || c == '\u{202e}'), "{text:?}");
    }
}

fn words_of(entry: &crate::chat::talk::Entry) -> String {
    let saying = |what: &Saying| match what {
        Saying::Text(text) | Saying::Action(text) => text.clone(),
        Saying::Nudge => String::new(),
    };
    match &entry.said {
        Said::Own { what, .. } => saying(what),
        Said::Other { name, what, .. } => format!("{name} {}", saying(what)),
        Said::Notice(text) | Said::Warning(text) | Said::Heading(text) => text.clone(),
        Said::Explained(word, text) => format!("{word} {text}"),
    }
}

#[test]
fn who_added_one_is_said_with_what_can_be_done() {
    let mut hand = Hand::signed_in();
    let list = msnp::core::List::Reverse;
    let zoe = account("zoe@example.com");
    hand.told(Event::ListChanged { list, account: zoe, added: true });
    assert!(hand.last().contains("/add zoe@example.com"), "{}", hand.last());
    hand.told(Event::ListChanged { list, account: bob(), added: true });
    assert!(!hand.last().contains("bob"));
}

#[test]
fn a_conversation_of_several_is_opened_with_all_of_them() {
    let mut hand = Hand::signed_in();
    hand.enters("/open bob");
    hand.enters("/invite erin");
    assert_eq!(hand.ordered().1, Action::Open(bob()));
    hand.answers(Ok(Started::Conversation(ROOM)));
    assert_eq!(hand.ordered().1, Action::Invite(ROOM, account("erin@example.com")));
    hand.enters("/leave");
    assert_eq!(hand.ordered().1, Action::Leave(ROOM));
    hand.enters("/leave");
    assert!(hand.last().contains("not in it"));
    hand.enters("/close");
    assert_eq!((hand.model.talks.len(), hand.model.shown), (0, 0));
}

#[test]
fn leaving_takes_a_command_or_two_strokes() {
    let mut hand = Hand::signed_in();
    hand.types("typed");
    hand.happens(Happening::Press(Press::Interrupt));
    assert_eq!((hand.orders.len(), hand.model.home.input.text()), (0, ""));
    hand.types("x");
    hand.happens(Happening::Press(Press::Interrupt));
    assert_eq!(hand.orders, []);
    hand.happens(Happening::Press(Press::Interrupt));
    assert_eq!(hand.orders, [Order::Quit]);
    let mut hand = Hand::signed_in();
    hand.enters("/quit");
    assert_eq!(hand.orders, [Order::Quit]);
}
