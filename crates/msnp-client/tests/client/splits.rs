//! Cutting the input of a whole client anywhere changes nothing.

use msnp_client::{ClientError, Event};
use msnp_core::Version;
use proptest::prelude::*;

use crate::scripted::{Scripted, config};

const BODY: &str =
    "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nHällo\r\nOUT OTH\r\n";

/// All that a notification server says to a client of MSNP7, up to the end.
fn notification() -> String {
    format!(
        "VER 1 MSNP7 CVR0\r\nINF 2 MD5\r\nUSR 3 MD5 S 1.2\r\nUSR 4 OK alice@example.com Alice 1\r\n\
         MSG Hotmail Hotmail {0}\r\n{BODY}SYN 5 9\r\nLSG 5 9 1 1 0 Other%20Contacts 0\r\n\
         LST 5 FL 9 1 1 bob@example.com Bob 0\r\nBPR PHH 1\r\nLST 5 AL 9 1 1 bob@example.com Bob\r\n\
         LST 5 BL 9 0 0\r\nLST 5 RL 9 0 0\r\nCHG 6 NLN\r\nILN 6 AWY bob@example.com B%c3%b6b\r\n\
         CHL 0 15570131571988941333\r\nNLN NLN bob@example.com \u{4e2a}\u{4eba}\r\nXYZ 1\r\nNLN\r\n\
         RNG 11 10.0.0.9:1865 CKI 1.2 bob@example.com Bob\r\nFLN bob@example.com\r\n\
         NOT {0}\r\n{BODY}913 77\r\nOUT SSD\r\n",
        BODY.len()
    )
}

/// All that a switchboard says to a client that answers a ring.
fn switchboard() -> String {
    format!(
        "IRO 8 1 1 bob@example.com Bob\r\nANS 8 OK\r\nMSG bob@example.com Bob {0}\r\n{BODY}\
         JOI eve@example.com Eve\r\nBYE bob@example.com\r\nMSG eve@example.com Eve {0}\r\n{BODY}",
        BODY.len()
    )
}

struct Heard {
    events: Vec<Event>,
    end: Option<Result<(), ClientError>>,
}

/// Feeds both streams in pieces of these sizes; the room is heard before the last notification.
fn hear(pieces: &[usize]) -> Heard {
    let mut s = Scripted::new(config(Version::MSNP7));
    let ns = s.open();
    let stream = notification();
    let (before, after) = stream.split_at(stream.find("FLN").unwrap());
    s.server_in_pieces(ns, before.as_bytes(), pieces);
    let room = s.open();
    s.server_in_pieces(room, switchboard().as_bytes(), pieces);
    s.server_in_pieces(ns, after.as_bytes(), pieces);
    Heard { events: s.events, end: s.end }
}

proptest! {
    #[test]
    fn whole_bytewise_and_random_cuts_are_heard_alike(
        pieces in prop::collection::vec(1usize..60, 1..12),
    ) {
        let whole = hear(&[usize::MAX]);
        prop_assert!(whole.events.len() > 20);
        prop_assert!(matches!(whole.end, Some(Err(ClientError::SignedOut(_)))));
        for pieces in [&pieces[..], &[1]] {
            let cut = hear(pieces);
            prop_assert_eq!(&cut.events, &whole.events);
            prop_assert_eq!(&cut.end, &whole.end);
        }
    }
}
