use msnp::client::{ClientError, ConversationId, Event, NotDoneReason};
use msnp::session::SignOut;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use super::*;
use crate::chat::state::tests::{Hand, ROOM, account, bob};
use crate::chat::state::{Happening, Press};

/// The screen as rows of text.
fn screen(hand: &mut Hand, columns: u16, rows: u16) -> Vec<String> {
    let mut terminal = Terminal::new(TestBackend::new(columns, rows)).unwrap();
    let mut drawn = None;
    terminal.draw(|frame| drawn = Some(draw(frame, &hand.model))).unwrap();
    let Drawn { page, above, most_below } = drawn.unwrap();
    hand.model.drawn(page, above, most_below);
    let buffer = terminal.backend().buffer().clone();
    let row = |y| (0..columns).map(|x| buffer[(x, y)].symbol()).collect::<String>();
    (0..rows).map(|y| row(y).trim_end().to_owned()).collect()
}

fn has(screen: &[String], text: &str) -> bool {
    screen.iter().any(|row| row.contains(text))
}

#[test]
fn contacts_stand_on_the_left_with_a_letter_a_word_and_their_message() {
    let mut hand = Hand::signed_in();
    let screen = screen(&mut hand, 80, 24);
    let left: Vec<_> =
        screen[1..16].iter().map(|row| row.split('│').next().unwrap().trim_end()).collect();
    let expected = [
        "Waiting for you 1",
        "  /add or /block them",
        "? dave@example.com",
        "Friends 1/2",
        "B Bob                  busy",
        "    deep in work",
        "- Carol             offline",
        "work 0/0",
        "In no group 2/2",
        "A Bobby                away",
        "O Erin               online",
        "    ♪ Song - Artist",
        "Blocked 1",
        "x M                 blocked",
        "",
    ];
    assert_eq!(left, expected);
    assert_eq!(screen[22], " Alice · [O] online · MSNP11 · /help");
    assert_eq!(screen[23], ">");
}

#[test]
fn a_conversation_shows_who_when_what_and_what_became_of_it() {
    let mut hand = Hand::signed_in();
    hand.text(ROOM, &bob(), "how are\nyou?");
    hand.told(Event::Nudge { conversation: ROOM, account: bob() });
    assert!(has(&screen(&mut hand, 80, 24), " 1 Bob (2)"));
    hand.happens(Happening::Press(Press::Next));
    hand.enters("/action yawns");
    hand.answers(Err(NotDoneReason::TooLong));
    hand.told(Event::Typing { conversation: ROOM, account: bob() });
    let shown = screen(&mut hand, 80, 24);
    for text in [
        "Bob <bob@example.com> busy  deep in work",
        "│ 09:05 Bob: how are",
        "│       you?",
        "│ 09:05 * Bob nudges you",
        "│ 09:05 * Alice yawns",
        "│       ! not delivered: that is too long",
        "│ Bob is writing ...",
    ] {
        assert!(has(&shown, text), "{text:?} is not in {shown:#?}");
    }
    assert!(!has(&shown, "(2)"));
}

#[test]
fn the_past_can_be_paged_through_and_new_texts_are_announced() {
    let mut hand = Hand::signed_in();
    for number in 0..50 {
        hand.text(ROOM, &bob(), &format!("text number {number}."));
    }
    hand.model.show(1);
    assert!(has(&screen(&mut hand, 80, 24), "number 49."));
    for _ in 0..9 {
        hand.happens(Happening::Press(Press::PageUp));
        screen(&mut hand, 80, 24);
    }
    let top = screen(&mut hand, 80, 24);
    assert!(has(&top, "number 0.") && !has(&top, "number 49."), "{top:#?}");
    hand.text(ROOM, &bob(), "late");
    assert!(has(&screen(&mut hand, 80, 24), "1 new below"));
    for _ in 0..3 {
        hand.happens(Happening::Press(Press::PageDown));
        screen(&mut hand, 80, 24);
    }
    assert!(has(&screen(&mut hand, 80, 24), "late"));
    assert!(hand.model.talks[0].bottom.is_none());
}

#[test]
fn help_is_read_from_its_beginning() {
    let mut hand = Hand::signed_in();
    hand.enters("/help");
    let shown = screen(&mut hand, 80, 24);
    assert!(shown[2].contains("Type a text to say it"), "{shown:#?}");
    assert!(has(&shown, "PageDown goes on"));
}

#[test]
fn no_size_is_too_small() {
    let mut hand = Hand::signed_in();
    hand.text(ROOM, &bob(), "some words of the 语言 that are long");
    hand.model.show(1);
    hand.types("/status 语言语言");
    for columns in (1..70).step_by(4) {
        for rows in 1..12 {
            screen(&mut hand, columns, rows);
        }
    }
    assert!(has(&screen(&mut hand, 40, 10), "some words"));
}

#[test]
fn the_tab_in_front_is_seen_however_many_there_are() {
    let mut hand = Hand::signed_in();
    for number in 0..30 {
        let from = account(&format!("person{number}@example.com"));
        hand.text(ConversationId::new(number + 1), &from, "hi");
    }
    for (at, text) in [(0, " 0 msnp "), (15, " 15 Bob"), (30, " 30 Bob")] {
        hand.model.show(at);
        let tabs = screen(&mut hand, 60, 20).remove(0);
        assert!(format!("{tabs} ").contains(text), "{at}: {tabs}");
    }
}

#[test]
fn a_lost_session_is_seen_with_the_seconds_to_the_next_attempt() {
    let mut hand = Hand::signed_in();
    hand.happens(Happening::Ended(Err(ClientError::SignedOut(SignOut::ServerDown))));
    assert!(screen(&mut hand, 80, 24)[22].contains("NOT SIGNED IN, again in 2 s"));
    hand.seconds = 1;
    hand.happens(Happening::Tick);
    assert!(screen(&mut hand, 80, 24)[22].contains("again in 1 s"));
}

#[test]
fn what_is_typed_is_explained_while_it_is_typed() {
    let mut hand = Hand::signed_in();
    hand.types("/nick bob");
    assert!(screen(&mut hand, 80, 24)[22].starts_with(" /nick CONTACT NAME   call"));
    assert!(screen(&mut hand, 80, 24)[23].starts_with("> /nick bob"));
}

#[test]
fn nothing_on_the_screen_can_command_the_terminal() {
    let evil = "\x1b[2J\u{9b}31m\u{202e}\x07end";
    let mut hand = Hand::signed_in();
    hand.told(Event::Joined { conversation: ROOM, account: bob(), name: evil.into() });
    hand.text(ROOM, &bob(), evil);
    hand.model.show(1);
    hand.happens(Happening::Paste(evil.into()));
    let shown = screen(&mut hand, 80, 24);
    assert!(has(&shown, "end"));
    let bad = |c: char| c.is_control() || c == '\u{202e}';
    assert!(!shown.iter().any(|row| row.contains(bad)), "{shown:#?}");
}
