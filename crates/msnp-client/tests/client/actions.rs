//! What the user does, in the words of every version.

use msnp_client::{Action, Event, NotDoneReason, Started};
use msnp_core::{ErrorCode, List, Status, Version};
use msnp_session::RequestError;

use crate::script::{BOB_GUID, VERSIONS, friends, next};
use crate::scripted::{Scripted, account};

const BOB: &str = "bob@example.com";
const PAGE: &str = "<TEXT xml:space=\"preserve\" enc=\"utf-8\">1 &lt; 2 &amp; é</TEXT>";

/// An action, what is sent for it with `T` for the transaction, and what the server answers; none
/// where the version has no such thing.
type Asked = (Action, Option<(String, String)>);

fn both(line: String) -> Option<(String, String)> {
    Some((line.clone(), line))
}

fn actions(version: Version) -> Vec<Asked> {
    let guids = version.has_guids();
    let bob = || account(BOB);
    let serial = if version.has_list_serials() { "10 " } else { "" };
    let program = match version.number() {
        2 => "",
        3 => " 0x0409 MSNMSGR",
        _ => " 0x0409 MSNMSGR MSMSGS",
    };
    let when = |has: bool, asked: Option<(String, String)>| asked.filter(|_| has);
    let url = "URL T /cgi-bin/mail https://login.example.com/ 2".to_owned();
    let page = match version.number() {
        ..=8 => format!("PAG T {BOB} {}\r\n{PAGE}", PAGE.len()),
        _ => format!("PGD T {BOB} 1 {}\r\n{PAGE}", PAGE.len()),
    };
    vec![
        (Action::AskWhenAdded(false), Some(("GTC T N".into(), format!("GTC T {serial}N")))),
        (Action::AllowByDefault(false), Some(("BLP T BL".into(), format!("BLP T {serial}BL")))),
        (
            Action::NameContact(bob(), "Bobby B".into()),
            match guids {
                true => both(format!("SBP T {BOB_GUID} MFN Bobby%20B")),
                false => {
                    Some((format!("REA T {BOB} Bobby%20B"), format!("REA T 10 {BOB} Bobby%20B")))
                }
            },
        ),
        (
            Action::AddContact(account("carol@example.com")),
            None, // In two steps: shown by itself.
        ),
        (
            Action::SetSetting("PHH".into(), Some("555 1".into())),
            when(
                version.has_settings(),
                Some(("PRP T PHH 555%201".into(), format!("PRP T {serial}PHH 555%201"))),
            ),
        ),
        (
            Action::SetSetting("PHH".into(), None),
            when(version.has_settings(), Some(("PRP T PHH".into(), format!("PRP T {serial}PHH")))),
        ),
        (Action::AskUrl("INBOX".into(), None), Some(("URL T INBOX".into(), url.clone()))),
        (
            Action::AskUrl("COMPOSE".into(), Some(BOB.into())),
            Some((format!("URL T COMPOSE {BOB}"), url)),
        ),
        (
            Action::Find(vec![("fname".into(), "Bob B".into()), ("city".into(), "*".into())]),
            when(
                version.has_directory(),
                Some((
                    "FND T fname=Bob%20B city=*".into(),
                    "FND T 1 2 fname=Bob%20B city=Salem\r\nFND T 2 2 fname=Bob%20B city=".into(),
                )),
            ),
        ),
        (
            Action::InviteByMailWithText(account("carol@example.com"), "Come, é".into()),
            when(
                version.number() >= 5,
                Some((
                    "SDC T carol@example.com 0x0409 MSNMSGR MSMSGS X X Alice%20A 8\r\nCome, é"
                        .into(),
                    "SDC T OK".into(),
                )),
            ),
        ),
        (
            Action::InviteByMail(account("carol@example.com")),
            Some((format!("SND T carol@example.com{program}"), "SND T OK".into())),
        ),
        (
            Action::AcceptInvitations(false),
            when(version.number() >= 3, Some(("IMS T OFF".into(), "IMS T 0 OFF".into()))),
        ),
        (
            Action::AskDocument("Shields.xml".into()),
            when(
                version.number() >= 11,
                Some(("GCF T Shields.xml".into(), "GCF T Shields.xml 4\r\n<a/>".into())),
            ),
        ),
        (
            Action::Page(bob(), "1 < 2 & é".into()),
            when(version.number() >= 5, Some((page, "PGD T OK".into()))),
        ),
        (Action::AddGroup("Work".into()), None),
    ]
}

#[test]
fn each_action_is_asked_for_in_the_words_of_its_version_and_ends_once() {
    for version in VERSIONS {
        for (action, asked) in actions(version) {
            let skipped = matches!(action, Action::AddContact(_))
                || (matches!(action, Action::AddGroup(_)) && version.has_groups());
            if skipped {
                continue;
            }
            let (mut s, ns) = Scripted::online(version);
            let Some((sent, answer)) = asked else {
                let error = perform(&mut s, action.clone()).unwrap_err();
                assert_eq!(error, NotDoneReason::NotInVersion(version), "{action:?}");
                continue;
            };
            let Ok(Started::Action(id)) = perform(&mut s, action.clone()) else {
                panic!("{version} {action:?}")
            };
            let t = next(version).to_string();
            let with = |line: &str| line.replace(" T", &format!(" {t}"));
            let end = if sent.contains("\r\n") { "" } else { "\r\n" };
            s.expect(ns, &format!("{}{end}", with(&sent)));
            if matches!(action, Action::Page(..)) && version.number() < 9 {
                // Nothing is heard of it, unless it is refused.
                s.wait(30);
            } else {
                let end = if answer.ends_with('>') { "" } else { "\r\n" };
                s.server(ns, &format!("{}{end}", with(&answer)));
            }
            let ended = Event::ActionEnded { action: id, result: Ok(()) };
            let count = s.events.iter().filter(|event| **event == ended).count();
            assert_eq!(count, 1, "{version} {action:?}: {:?}", s.events);
            let strange = |event: &Event| matches!(event, Event::Unknown(_) | Event::Malformed(_));
            assert!(!s.events.iter().any(strange), "{version} {action:?}: {:?}", s.events);
            told(&s, &action);
        }
    }
}

fn perform(s: &mut Scripted, action: Action) -> Result<Started, NotDoneReason> {
    let done = msnp_core::Act::act(&mut s.client, s.now, action).map_err(|error| error.reason);
    s.drain();
    done
}

/// What an action has brought about, beside its end.
fn told(s: &Scripted, action: &Action) {
    let has = |event: Event| assert!(s.events.contains(&event), "{event:?} in {:?}", s.events);
    match action {
        Action::AskWhenAdded(_) => {
            assert_eq!(s.client.roster().asks_when_added(), Some(false));
        }
        Action::NameContact(bob, name) => {
            let (account, name) = (bob.clone(), name.to_string());
            assert_eq!(s.client.roster().contact(bob).unwrap().name, name);
            has(Event::ContactNamed { account, name });
        }
        Action::SetSetting(key, value) => {
            let own = s.client.roster().settings().find(|(own, _)| *own == &**key);
            assert_eq!(own.map(|(_, value)| value), value.as_deref());
        }
        Action::AskUrl(..) => has(Event::Url {
            path: "/cgi-bin/mail".into(),
            login: "https://login.example.com/".into(),
            id: Some("2".into()),
        }),
        Action::Find(_) => {
            let field = |key: &str, value: &str| (key.into(), value.to_owned());
            has(Event::Found { fields: vec![field("fname", "Bob B"), field("city", "Salem")] });
            has(Event::Found { fields: vec![field("fname", "Bob B"), field("city", "")] });
        }
        Action::AskDocument(_) => has(Event::Document("<a/>".into())),
        _ => {}
    }
}

#[test]
fn a_search_that_finds_nobody_ends_without_anybody() {
    let (mut s, ns) = Scripted::online(Version::MSNP7);
    let action = s.client.find(s.now, vec![("fname".into(), "Nobody".into())]).unwrap();
    s.drain();
    s.server(ns, "FND 8 0 0\r\n");
    assert_eq!(s.events, [Event::ActionEnded { action, result: Ok(()) }]);
}

#[test]
fn a_page_that_is_refused_fails() {
    for version in [Version::MSNP5, Version::MSNP12] {
        let (mut s, ns) = Scripted::online(version);
        let action = s.client.page(s.now, account(BOB), "x").unwrap();
        s.drain();
        s.server(ns, &format!("217 {}\r\n", next(version)));
        let result = Err(RequestError::Refused(ErrorCode::NOT_ONLINE));
        assert_eq!(s.events, [Event::ActionEnded { action, result }]);
    }
}

#[test]
fn words_that_cannot_stand_on_a_line_are_given_back() {
    let (mut s, ns) = Scripted::online(Version::MSNP7);
    for wrong in ["", "a b", "a\r\nOUT"] {
        for action in [
            Action::SetSetting(wrong.into(), None),
            Action::RemoveGroup(wrong.into()),
            Action::RenameGroup(wrong.into(), "x".into()),
            Action::AddToGroup(account(BOB), wrong.into()),
            Action::AskUrl(wrong.into(), None),
            Action::AskUrl("INBOX".into(), Some(wrong.into())),
            Action::Find(vec![(wrong.into(), "x".into())]),
        ] {
            let error = perform(&mut s, action.clone()).unwrap_err();
            assert_eq!(error, NotDoneReason::NotPossible, "{action:?}");
        }
    }
    s.expect(ns, "");
}

#[test]
fn who_is_not_on_the_forward_list_goes_into_no_group() {
    for version in VERSIONS.into_iter().filter(|version| version.has_groups()) {
        let (mut s, _) = Scripted::online(version);
        let eve = account("eve@example.com");
        let error = s.client.add_to_group(s.now, eve, friends(version)).unwrap_err();
        assert_eq!(error.reason, NotDoneReason::NotPossible);
    }
}

#[test]
fn a_contact_is_added_in_the_words_of_its_version() {
    for version in VERSIONS {
        let (mut s, ns) = Scripted::online(version);
        let carol = account("carol@example.com");
        let action = s.client.add_contact(s.now, carol.clone()).unwrap();
        s.drain();
        let (t, next) = (next(version), next(version) + 1);
        let name = "carol@example.com";
        if version.has_guids() {
            s.expect(ns, &format!("ADC {t} FL N={name} F={name}\r\n"));
            s.server(ns, &format!("ADC {t} FL N={name} F={name} C=abc\r\n"));
            s.expect(ns, &format!("ADC {next} AL N={name}\r\n"));
            s.server(ns, &format!("ADC {next} AL N={name}\r\n"));
            assert_eq!(s.client.roster().contact(&carol).unwrap().guid.as_deref(), Some("abc"));
        } else {
            s.expect(ns, &format!("ADD {t} FL {name} {name}\r\n"));
            s.server(ns, &format!("ADD {t} FL 10 {name} {name}\r\n"));
            s.expect(ns, &format!("ADD {next} AL {name} {name}\r\n"));
            s.server(ns, &format!("ADD {next} AL 11 {name} {name}\r\n"));
        }
        assert_eq!(s.client.roster().lists(&carol).bits(), 3, "{version}");
        let changes = [List::Forward, List::Allow];
        let change = |list| Event::ListChanged { list, account: carol.clone(), added: true };
        assert_eq!(s.events[..2], changes.map(change), "{version}");
        assert_eq!(s.events[2], Event::ActionEnded { action, result: Ok(()) });
    }
}

#[test]
fn the_display_picture_goes_with_every_status() {
    let object = "<msnobj Creator=\"alice@example.com\" Type=\"3\"/>";
    let encoded = "%3Cmsnobj%20Creator%3D%22alice%40example.com%22%20Type%3D%223%22%2F%3E";
    for version in VERSIONS {
        let (mut s, ns) = Scripted::online(version);
        let begun = s.client.set_object(s.now, Some(object));
        if !version.has_msn_objects() {
            assert_eq!(begun.unwrap_err().reason, NotDoneReason::NotInVersion(version));
            s.client.set_status(s.now, Status::AWAY).unwrap();
            s.drain();
            let capabilities = if version.has_capabilities() { " 1073741856" } else { "" };
            s.expect(ns, &format!("CHG {} AWY{capabilities}\r\n", next(version)));
            continue;
        }
        s.drain();
        s.expect(ns, &format!("CHG 7 NLN 1073741856 {encoded}\r\n"));
        s.server(ns, &format!("CHG 7 NLN 1073741856 {encoded}\r\n"));
        let action = begun.unwrap();
        assert!(s.events.contains(&Event::ActionEnded { action, result: Ok(()) }));
        s.client.set_status(s.now, Status::AWAY).unwrap();
        s.drain();
        s.expect(ns, &format!("CHG 8 AWY 1073741856 {encoded}\r\n"));
        s.client.set_object(s.now, None).unwrap();
        s.drain();
        s.expect(ns, "CHG 9 AWY 1073741856\r\n");
    }
}

#[test]
fn a_display_picture_alone_makes_nobody_online() {
    let mut config = crate::scripted::config(Version::MSNP12);
    config.initial_status = None;
    let (mut s, ns) = Scripted::up_to_lists(config);
    s.server(ns, &crate::script::lists(Version::MSNP12));
    assert!(s.client.is_signed_in());
    let before = s.all_sent();
    let action = s.client.set_object(s.now, Some("<msnobj/>")).unwrap();
    s.drain();
    assert_eq!(s.all_sent(), before);
    assert_eq!(s.events.last(), Some(&Event::ActionEnded { action, result: Ok(()) }));
    s.client.set_status(s.now, Status::ONLINE).unwrap();
    s.drain();
    let sent = s.all_sent();
    assert!(sent[0].1.ends_with("CHG 6 NLN 1073741856 %3Cmsnobj%2F%3E\r\n"), "{sent:?}");
}
