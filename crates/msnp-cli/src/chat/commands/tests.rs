use msnp::client::Action;

use super::*;
use crate::chat::state::tests::{Hand, account, bob};

#[test]
fn words_stand_alone_or_in_quotation_marks() {
    let texts = |text| words(text).iter().map(|word| word.text).collect::<Vec<_>>();
    assert_eq!(texts(" put  bob \"Old friends\" x"), ["put", "bob", "Old friends", "x"]);
    assert_eq!(texts("\"open"), ["open"]);
    assert_eq!(texts("\"\" \""), ["", ""]);
    assert_eq!(texts("  "), [""; 0]);
    for word in words("ab \"c d\" é") {
        assert!("ab \"c d\" é".get(word.start..word.end).is_some());
    }
}

#[test]
fn a_command_is_known_by_the_beginning_of_its_name_where_only_one_begins_so() {
    assert_eq!(named("op").ok().map(|c| c.name), Some("open"));
    assert_eq!(named("NAME").ok().map(|c| c.name), Some("name"));
    assert!(named("n").err().unwrap().contains("/nudge or /next or /name or /nick"));
    assert!(named("frob").err().unwrap().contains("there is no /frob"));
    assert!(named("").is_err());
}

#[test]
fn every_command_is_told_apart_and_explained() {
    let mut names: Vec<_> = COMMANDS.iter().map(|command| command.name).collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), COMMANDS.len());
    let mut hand = Hand::signed_in();
    hand.enters("/help");
    let page = hand.page().join("\n");
    for command in COMMANDS {
        assert!(page.contains(command.help.split('"').next().unwrap()), "{}", command.name);
        hand.enters(&format!("/help {}", command.name));
        let explained = command.help.split('"').next().unwrap();
        assert!(hand.page().pop().unwrap().contains(explained), "{}", command.name);
    }
}

#[test]
fn what_can_be_chosen_is_what_the_usage_says() {
    for command in COMMANDS {
        let words: Vec<_> = match command.takes.first() {
            Some(Takes::Status) => status_words().collect(),
            Some(Takes::GroupVerb) => GROUP_VERBS.to_vec(),
            Some(Takes::OneOf(words)) => words.to_vec(),
            _ => continue,
        };
        let said = command.arguments.split(' ').next().unwrap();
        assert_eq!(said, words.join("|"), "{}", command.name);
    }
}

#[test]
fn each_line_becomes_its_action() {
    let group = |id: &str| Box::<str>::from(id);
    for (line, action) in [
        ("/status brb", Action::SetStatus(Status::BE_RIGHT_BACK)),
        ("/name  Alice in  chains ", Action::SetName("Alice in  chains".into())),
        ("/add Zoe@example.com", Action::AddContact(account("zoe@example.com"))),
        ("/remove bob", Action::RemoveContact(bob())),
        ("/block BOB", Action::Block(bob())),
        ("/unblock m", Action::Unblock(account("mallory@example.com"))),
        ("/nick bob Bobby Tables", Action::NameContact(bob(), "Bobby Tables".into())),
        ("/group add Old friends", Action::AddGroup("Old friends".into())),
        ("/group add \"Old friends\"", Action::AddGroup("Old friends".into())),
        ("/group rename work Old work", Action::RenameGroup(group("2"), "Old work".into())),
        ("/group remove FRIENDS", Action::RemoveGroup(group("1"))),
        ("/group put bob work", Action::AddToGroup(bob(), group("2"))),
        ("/group take bob \"friends\"", Action::RemoveFromGroup(bob(), group("1"))),
        ("/phone home 555 1", Action::SetSetting(group("PHH"), Some("555 1".into()))),
        ("/phone mobile", Action::SetSetting(group("PHM"), None)),
        ("/accept-strangers no", Action::AllowByDefault(false)),
    ] {
        let mut hand = Hand::signed_in();
        hand.enters(line);
        assert_eq!(hand.ordered().1, action, "{line}");
    }
}

#[test]
fn message_and_music_are_sent_together() {
    let mut hand = Hand::signed_in();
    hand.enters("/psm at work");
    hand.enters("/music Song - Band");
    let Action::SetPersonalMessage(message) = hand.ordered().1 else { panic!() };
    assert_eq!(crate::chat::book::message(&message), "at work  ♪ Song - Band");
    hand.enters("/music");
    let Action::SetPersonalMessage(message) = hand.ordered().1 else { panic!() };
    assert_eq!(crate::chat::book::message(&message), "at work");
}

#[test]
fn what_is_missing_or_wrong_is_said_and_nothing_is_done() {
    for (line, complaint) in [
        ("/open", "Say who"),
        ("/open nobody", "nobody you know"),
        ("/open alice@example.com", "That is you"),
        ("/status gone", "Choose one of online"),
        ("/name", "Say which name"),
        ("/nick bob", "Say whom"),
        ("/group", "Say /group add|rename"),
        ("/group put bob", "Say whom, and which group"),
        ("/group remove nothing", "There is no group"),
        ("/accept-strangers perhaps", "Say yes or no"),
        ("/phone 555", "Say home, work or mobile"),
        ("/nudge", "/open somebody first"),
        ("/reconnect", "You are signed in"),
        ("hello?", "/open somebody first"),
    ] {
        let mut hand = Hand::signed_in();
        hand.enters(line);
        assert_eq!(hand.orders, [], "{line}");
        let last = hand.page().pop().unwrap();
        assert!(last.starts_with("Warning") && last.contains(complaint), "{line}: {last}");
    }
}
