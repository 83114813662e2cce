//! Groups, in the versions that have them.

use msnp_client::Event;
use msnp_core::{LinkId, List, Version};

use crate::script::{self, BOB_GUID, VERSIONS, friends, next};
use crate::scripted::{Scripted, account, config};

const BOB: &str = "bob@example.com";

#[test]
fn groups_are_made_renamed_filled_emptied_and_removed() {
    for version in VERSIONS {
        let (mut s, ns) = Scripted::online(version);
        if !version.has_groups() {
            let error = s.client.add_group(s.now, "Work").unwrap_err();
            assert_eq!(error.reason, msnp_client::NotDoneReason::NotInVersion(version));
            continue;
        }
        groups(&mut s, ns, version);
    }
}

fn groups(s: &mut Scripted, ns: LinkId, version: Version) {
    let guids = version.has_guids();
    let id = if guids { "22222222-2222-3333-4444-555555555555" } else { "2" };
    let t = next(version);
    let bob = account(BOB);
    s.client.add_group(s.now, "My Work").unwrap();
    s.drain();
    s.expect(ns, &format!("ADG {t} My%20Work{}\r\n", if guids { "" } else { " 0" }));
    let serial = if guids { "" } else { "10 " };
    s.server(ns, &format!("ADG {t} {serial}My%20Work {id} 0\r\n"));
    let changed =
        |name: Option<&str>| Event::GroupChanged { id: id.into(), name: name.map(str::to_owned) };
    assert!(s.events.contains(&changed(Some("My Work"))), "{version}: {:?}", s.events);

    s.client.rename_group(s.now, id, "Job").unwrap();
    s.drain();
    let t = t + 1;
    s.expect(ns, &format!("REG {t} {id} Job{}\r\n", if guids { "" } else { " 0" }));
    match guids {
        true => s.server(ns, &format!("REG {t} 1 Job {id} 0\r\n")),
        false => s.server(ns, &format!("REG {t} 11 {id} Job 0\r\n")),
    }
    assert!(s.events.contains(&changed(Some("Job"))), "{version}: {:?}", s.events);

    s.client.add_to_group(s.now, bob.clone(), id).unwrap();
    s.drain();
    let t = t + 1;
    let (add, added) = match guids {
        true => (format!("ADC {t} FL C={BOB_GUID} {id}"), format!("ADC {t} FL C={BOB_GUID} {id}")),
        false => (format!("ADD {t} FL {BOB} Bob {id}"), format!("ADD {t} FL 12 {BOB} Bob {id}")),
    };
    s.expect(ns, &format!("{add}\r\n"));
    s.forget();
    s.server(ns, &format!("{added}\r\n"));
    let member = |added| Event::GroupMember { group: id.into(), account: bob.clone(), added };
    assert_eq!(s.events[0], member(true), "{version}");
    assert_eq!(s.client.roster().contact(&bob).unwrap().groups.len(), 2);

    s.client.remove_from_group(s.now, bob.clone(), friends(version)).unwrap();
    s.drain();
    let t = t + 1;
    let (who, serial) = if guids { (BOB_GUID, "") } else { (BOB, "13 ") };
    s.expect(ns, &format!("REM {t} FL {who} {}\r\n", friends(version)));
    s.forget();
    s.server(ns, &format!("REM {t} FL {serial}{who} {}\r\n", friends(version)));
    assert!(matches!(&s.events[0], Event::GroupMember { added: false, .. }), "{:?}", s.events);
    assert!(s.client.roster().lists(&bob).contains(List::Forward));

    s.client.remove_group(s.now, id).unwrap();
    s.drain();
    let t = t + 1;
    s.expect(ns, &format!("RMG {t} {id}\r\n"));
    s.forget();
    s.server(ns, &format!("RMG {t} {} {id}\r\n", if guids { "1" } else { "14" }));
    assert_eq!(s.events[0], changed(None), "{version}");
    assert_eq!(s.client.roster().contact(&bob).unwrap().groups.len(), 0);
    assert!(matches!(s.events[1], Event::ActionEnded { result: Ok(()), .. }));
    assert!(!s.client.roster().groups().any(|(known, _)| known == id));
}

#[test]
fn groups_beyond_the_bound_are_told_and_not_kept() {
    for version in [Version::MSNP7, Version::MSNP9, Version::MSNP12] {
        let mut config = config(version);
        config.limits.groups = 1;
        let (mut s, ns) = Scripted::up_to_lists(config);
        s.server(ns, &script::lists(version));
        s.server(ns, "CHG 6 NLN\r\n");
        let full = |event: &&Event| matches!(event, Event::GroupsFull { .. });
        let expected = usize::from(!version.has_guids());
        assert_eq!(s.events.iter().filter(full).count(), expected, "{version}");
        let one_more = if version.has_guids() { "ADG 9 More 2222 0" } else { "ADG 9 12 More 7 0" };
        s.forget();
        s.server(ns, &format!("{one_more}\r\n"));
        let [Event::GroupsFull { name, .. }] = &s.events[..] else { panic!("{:?}", s.events) };
        assert_eq!(name, "More");
        assert_eq!(s.client.roster().groups().count(), 1);
    }
}
