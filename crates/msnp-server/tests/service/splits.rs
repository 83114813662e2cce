//! Cutting what a client says anywhere changes nothing, for it and for everybody else.

use msnp_auth::md5_login;
use msnp_core::{Secret, Version};
use msnp_server::ServerEvent;
use proptest::prelude::*;

use crate::world::{NOTIFICATION, SWITCHBOARD, World};

const VERSIONS: [Version; 8] = [
    Version::MSNP2,
    Version::MSNP5,
    Version::MSNP7,
    Version::MSNP8,
    Version::MSNP9,
    Version::MSNP10,
    Version::MSNP11,
    Version::MSNP12,
];

/// What came of it all: for alice on her session, for alice in the room, for bob on his session,
/// for bob in the room, and for the program.
type Told = ([String; 4], Vec<ServerEvent>);

/// Alice signs in, says `commands`, then the same in a room with bob, and ends with `ending` on
/// both; everything in pieces of these sizes.
fn told(version: Version, commands: &str, ending: &str, sizes: &[usize]) -> Told {
    let mut world = World::new();
    let bob = world.online("bob", Version::MSNP8);
    world.befriend(bob, Version::MSNP8, "alice");
    let mut sizes = sizes.iter().cycle();
    let mut say = |world: &mut World, link, text: &str| {
        let mut rest = text.as_bytes();
        while !rest.is_empty() {
            let (piece, after) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            world.send(link, piece);
            rest = after;
        }
    };

    let alice = world.connect(NOTIFICATION);
    let mut heard = String::new();
    let proof = match version.number() {
        ..=7 => {
            say(&mut world, alice, &format!("VER 1 {version} CVR0\r\nINF 2\r\n"));
            say(&mut world, alice, "USR 3 MD5 I alice@example.com\r\n");
            heard += &world.received(alice);
            let challenge = heard.trim_end().rsplit(' ').next().unwrap();
            let response = md5_login::response(challenge, &Secret::from("alice-pw"));
            format!("MD5 S {}", response.as_str())
        }
        number => {
            let ticket = world.ticket("alice", "alice-pw");
            say(&mut world, alice, &format!("VER 1 MSNP{number} CVR0\r\n"));
            say(&mut world, alice, "CVR 2 0x0409 winnt 5.1 i386 MSNMSGR 8.0.0812 msmsgs a@b\r\n");
            say(&mut world, alice, "USR 3 TWN I alice@example.com\r\n");
            format!("TWN S {ticket}")
        }
    };
    say(&mut world, alice, &format!("USR 4 {proof}\r\nSYN 5 0\r\nCHG 6 NLN\r\n"));
    heard += &world.received(alice);
    assert!(heard.contains("USR 4 OK ") && heard.contains("CHG 6 NLN\r\n"), "{heard}");

    let cookie = world.room_cookie(alice);
    let room = world.connect(SWITCHBOARD);
    say(&mut world, room, &format!("USR 1 alice@example.com {cookie}\r\n"));
    let mut heard_in_room = world.received(room);
    let guest = world.join(room, "bob", bob);
    say(&mut world, room, commands);
    say(&mut world, room, ending);
    say(&mut world, alice, commands);
    say(&mut world, alice, ending);
    heard += &world.received(alice);
    heard_in_room += &world.received(room);
    ([heard, heard_in_room, world.received(bob), world.received(guest)], world.events)
}

fn command() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "PNG\r\n",
        "CHG 10 AWY 0\r\n",
        "CHG 11 NLN 1:2\r\n",
        "CHG 12\r\n",
        "CHG 13 XYZ\r\n",
        "BLP 14 BL\r\n",
        "GTC 15 N\r\n",
        "ADD 16 FL bob@example.com Bob 0\r\n",
        "ADC 17 AL N=bob@example.com\r\n",
        "REM 18 FL bob@example.com\r\n",
        "REA 19 alice@example.com \u{4e2a}\u{4eba}\r\n",
        "PRP 20 MFN N%20N\r\n",
        "PRP 21 PHH \r\n",
        "UUX 22 0\r\n",
        "UUX 23 23\r\n<Data><PSM>x</PSM>\r\nPNG",
        "GCF 24 Shields.xml\r\n",
        "QRY 25 x 3\r\nabc",
        "XFR 26 XX\r\n",
        "URL 27 INBOX\r\n",
        "SYN x\r\n",
        "ADG 35 New%20Group 0\r\n",
        "REG 36 1 Other 0\r\n",
        "RMG 37 New%20Group\r\n",
        "SBP 38 x MFN y\r\n",
        "LST 39 FL\r\nLSG 40\r\n",
        "IMS 41 OFF\r\n",
        "SND 42 x@example.com\r\n",
        "PAG 43 bob@example.com 3\r\n<p>",
        "PGD 44 bob@example.com 1 3\r\n<p>",
        "MSG 45 D 1\r\nx",
        "MSG 28 A 10\r\nOUT\r\nOUT\r\n",
        "MSG 29 N 0\r\n",
        "MSG 30 X 2\r\nhi",
        "CAL 31 carol@example.com\r\n",
        "CAL 32\r\n",
        "USR 33 MD5 I alice@example.com\r\n",
        "A1B\r\n",
        "XYZ 34 5\n",
    ])
}

fn ending() -> impl Strategy<Value = String> {
    prop_oneof![
        Just(String::new()),
        Just("OUT\r\nPNG\r\n".to_owned()),
        Just("CHG 40 NL".to_owned()),
        Just("MSG 41 A 99\r\nhi".to_owned()),
        Just("MSG 42 A\r\nOUT\r\n".to_owned()),
        Just("MSG 43 A 99999999999\r\nOUT\r\n".to_owned()),
        Just("get / http\r\nOUT\r\n".to_owned()),
        Just("XYZ\r\n".repeat(40)),
        Just("x".repeat(9000)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn a_server_hears_the_same_however_its_input_is_cut(
        version in prop::sample::select(&VERSIONS[..]),
        commands in prop::collection::vec(command(), 0..14),
        ending in ending(),
        sizes in prop::collection::vec(1_usize..60, 1..12),
    ) {
        let told = |sizes: &[usize]| told(version, &commands.concat(), &ending, sizes);
        let whole = told(&[usize::MAX]);
        prop_assert_eq!(&told(&[1]), &whole);
        prop_assert_eq!(&told(&sizes), &whole);
    }
}
