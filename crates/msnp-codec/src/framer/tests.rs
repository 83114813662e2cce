use alloc::string::ToString;
use alloc::vec;
use alloc::vec::Vec;
use proptest::prelude::*;

use super::*;

fn framer(sender: Sender) -> Framer {
    Framer::new(sender, Version::MSNP11, FrameLimits::SIGNED_IN)
}

/// What a framer makes of a stream whose bytes arrive in pieces of these sizes, again and again.
fn frames(
    mut framer: Framer,
    stream: &[u8],
    pieces: &[usize],
) -> (Vec<Vec<u8>>, Option<FrameError>) {
    let (mut found, mut from, mut arrived) = (vec![], 0, 0);
    let mut sizes = pieces.iter().cycle();
    loop {
        loop {
            match framer.next(&stream[from..arrived]) {
                Ok(Some(command)) => {
                    from += command.wire().len();
                    found.push(command.wire().to_vec());
                }
                Ok(None) => break,
                Err(error) => return (found, Some(error)),
            }
        }
        if arrived == stream.len() {
            return (found, None);
        }
        arrived = (arrived + sizes.next().unwrap().max(&1)).min(stream.len());
    }
}

#[test]
fn a_line_cut_by_a_read_is_not_lost() {
    let mut framer = framer(Sender::Server);
    assert_eq!(framer.next(b"NLN NLN bob@example.com Bo").unwrap(), None);
    let whole = b"NLN NLN bob@example.com Bob 0\r\n";
    assert_eq!(framer.next(whole).unwrap().unwrap().wire(), whole);
}

#[test]
fn a_line_end_cut_between_its_two_bytes_is_found() {
    let mut framer = framer(Sender::Server);
    assert_eq!(framer.next(b"QNG 50\r").unwrap(), None);
    assert_eq!(framer.next(b"QNG 50\r\nOUT").unwrap().unwrap().line(), b"QNG 50");
}

#[test]
fn a_header_cut_by_a_read_waits_for_its_length() {
    let mut framer = framer(Sender::Server);
    assert_eq!(framer.next(b"MSG alice@example.com Alice 1").unwrap(), None);
    assert_eq!(framer.next(b"MSG alice@example.com Alice 10\r\n01234").unwrap(), None);
    let whole = b"MSG alice@example.com Alice 10\r\n0123456789";
    assert_eq!(framer.next(whole).unwrap().unwrap().body(), Some(&b"0123456789"[..]));
}

#[test]
fn a_payload_followed_at_once_by_a_command_ends_where_it_ends() {
    let stream = b"MSG 5 U 4\r\nabcdMSG 6 N 0\r\nOUT\r\n";
    let (found, error) = frames(framer(Sender::Client), stream, &[stream.len()]);
    assert_eq!(error, None);
    assert_eq!(found, [&b"MSG 5 U 4\r\nabcd"[..], b"MSG 6 N 0\r\n", b"OUT\r\n"]);
}

#[test]
fn the_body_of_a_not_is_never_read_as_commands() {
    let stream = b"NOT 21\r\nFLN bob@example.com\r\nFLN carol@example.com\r\n";
    let (found, _) = frames(framer(Sender::Server), stream, &[7]);
    assert_eq!(found[0], b"NOT 21\r\nFLN bob@example.com\r\n");
    assert_eq!(found[1], b"FLN carol@example.com\r\n");
}

#[test]
fn a_ubx_without_a_length_is_an_error_and_nothing_after_it_is_a_command() {
    let stream = b"UBX alice@example.com\r\nOUT OTH\r\n";
    let (found, error) = frames(framer(Sender::Server), stream, &[stream.len()]);
    assert!(found.is_empty());
    let error = error.unwrap();
    assert_eq!((error.fault, error.verb), (FrameFault::NoLength, Some(Verb::new(*b"UBX"))));
    let mut failed = framer(Sender::Server);
    assert_eq!(failed.next(stream), failed.next(b"OUT\r\n"));
}

#[test]
fn a_length_of_zero_is_an_empty_body() {
    let command = framer(Sender::Server);
    let (found, error) = frames(command, b"UBX alice@example.com 0\r\nQNG\r\n", &[3]);
    assert_eq!((found.len(), error), (2, None));
}

#[test]
fn an_error_with_only_a_transaction_id_has_no_body_in_any_version() {
    for version in Version::all() {
        let framer = Framer::new(Sender::Server, version, FrameLimits::SIGNED_IN);
        let (found, error) = frames(framer, b"913 10\r\nQNG\r\n", &[1]);
        assert_eq!((found.len(), error), (2, None), "{version}");
    }
}

#[test]
fn an_error_may_announce_a_body_from_msnp13_on() {
    let stream = b"241 9 5\r\nOUT\r\nQNG\r\n";
    let count = |version| {
        frames(Framer::new(Sender::Server, version, FrameLimits::SIGNED_IN), stream, &[4]).0.len()
    };
    assert_eq!(count(Version::MSNP12), 3);
    assert_eq!(count(Version::MSNP13), 2);
}

#[test]
fn an_adl_has_a_body_unless_it_says_ok() {
    let stream = b"ADL 5 OK\r\nADL 0 4\r\n<ml>RML 7 OK\r\n";
    let (found, error) = frames(framer(Sender::Server), stream, &[2]);
    assert_eq!((found.len(), error), (3, None));
}

#[test]
fn verbs_nobody_knows_are_lines() {
    let stream = b"XYZ 1 2 3\r\nA1B\r\nQNG 4\n";
    let (found, error) = frames(framer(Sender::Server), stream, &[5]);
    assert_eq!((found.len(), error), (3, None));
}

#[test]
fn noise_is_no_command() {
    for noise in ["do\r\n", "averylongword\r\n", "\r\n", "msg 1 2\r\n", "\0\u{7f}x y\n", "MS\n"] {
        let (found, error) = frames(framer(Sender::Server), noise.as_bytes(), &[1]);
        assert!(found.is_empty());
        assert_eq!(error.unwrap().fault, FrameFault::NotACommand, "{noise:?}");
    }
}

#[test]
fn a_line_is_too_long_one_byte_beyond_its_limit_however_it_arrives() {
    let limits = FrameLimits { line: 20, body: 10 };
    for pieces in [&[1][..], &[64], &[7, 2]] {
        let new = || Framer::new(Sender::Server, Version::MSNP8, limits);
        let (found, error) = frames(new(), b"NLN 4567890123456789\r\n", pieces);
        assert_eq!((found.len(), error), (1, None));
        let (_, error) = frames(new(), b"NLN 45678901234567890\r\n", pieces);
        assert_eq!(error.unwrap().fault, FrameFault::LineTooLong);
        let (_, error) = frames(new(), &[b'A'; 100], pieces);
        assert_eq!(error.unwrap().fault, FrameFault::LineTooLong);
    }
}

#[test]
fn an_announced_length_that_is_too_large_fails_at_once() {
    for length in ["65537", "4294967296", "99999999999999999999999999"] {
        let line = alloc::format!("MSG Hotmail Hotmail {length}\r\n");
        let error = framer(Sender::Server).next(line.as_bytes()).unwrap_err();
        assert_eq!(error.fault, FrameFault::BodyTooLong);
    }
    for length in ["x", "-1", "+5", "1a"] {
        let line = alloc::format!("MSG Hotmail Hotmail {length}\r\n");
        let error = framer(Sender::Server).next(line.as_bytes()).unwrap_err();
        assert_eq!(error.fault, FrameFault::NoLength);
    }
}

#[test]
fn a_body_is_too_long_one_byte_beyond_the_bound_of_its_verb_or_of_the_limits() {
    for row in crate::COMMANDS.iter().filter(|row| row.body == Body::Always) {
        for limit in [64, 1 << 24] {
            let limits = FrameLimits { body: limit, ..FrameLimits::SIGNED_IN };
            let next = |length: usize| {
                let line = alloc::format!("{} a b {length}\r\n", row.verb);
                let mut framer = Framer::new(row.sender, Version::MSNP11, limits);
                framer.next(line.as_bytes()).map(|command| command.is_some()).map_err(|e| e.fault)
            };
            let most = limit.min(usize::try_from(row.largest_body).unwrap());
            assert_eq!(next(most), Ok(false), "{}", row.verb);
            assert_eq!(next(most + 1), Err(FrameFault::BodyTooLong), "{}", row.verb);
        }
    }
}

#[test]
fn an_error_says_what_where_and_whose_fault() {
    let (_, error) = frames(framer(Sender::Server), b"QNG 5\r\nUBX a@example.com\r\n", &[3]);
    let text = error.unwrap().to_string();
    assert_eq!(
        text,
        "from the server: the length of the body is missing of UBX, at byte 7 of the stream"
    );
}

#[test]
fn another_version_and_other_limits_hold_from_when_they_are_set() {
    let mut framer = Framer::new(Sender::Server, Version::MSNP12, FrameLimits::BEFORE_SIGN_IN);
    framer.set_version(Version::MSNP13);
    framer.set_limits(FrameLimits::SIGNED_IN);
    let stream = [b"241 9 100\r\n", &[b'x'; 100][..]].concat();
    assert_eq!(framer.next(&stream).unwrap().unwrap().body(), Some(&[b'x'; 100][..]));
}

#[test]
fn a_body_that_is_on_its_way_is_held_to_limits_that_are_set_then_and_an_error_stays() {
    let mut framer = framer(Sender::Server);
    let begin = b"MSG alice@example.com Alice 100\r\nx";
    assert_eq!(framer.next(begin).unwrap(), None);
    framer.set_limits(FrameLimits::BEFORE_SIGN_IN);
    let error = framer.next(begin).unwrap_err();
    framer.set_limits(FrameLimits::SIGNED_IN);
    assert_eq!(framer.next(begin), Err(error));
}

#[test]
fn a_shorter_slice_than_before_is_tolerated() {
    let mut framer = framer(Sender::Server);
    let whole = b"MSG alice@example.com Alice 10\r\n0123456789";
    for len in [40, 33, 10, 0, 31, 41] {
        assert_eq!(framer.next(&whole[..len]).unwrap(), None);
    }
    assert_eq!(framer.next(whole).unwrap().unwrap().wire(), whole);
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => "(NLN NLN|FLN|QNG|CHL 0|913) [ -~]{0,20}\r?\n".prop_map(String::into_bytes),
        4 => prop::collection::vec(any::<u8>(), 0..40).prop_map(|body| {
            let mut command = alloc::format!("MSG a@example.com A {}\r\n", body.len()).into_bytes();
            command.extend(body);
            command
        }),
        1 => "(UBX|NOT|ADL) [ -~]{0,12}\r\n".prop_map(String::into_bytes),
        1 => prop::collection::vec(any::<u8>(), 0..12),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

use alloc::string::String;

proptest! {
    #[test]
    fn cutting_the_stream_anywhere_changes_nothing(
        stream in stream(),
        pieces in prop::collection::vec(1usize..30, 1..20),
    ) {
        let limits = FrameLimits { line: 40, body: 60 };
        let new = || Framer::new(Sender::Server, Version::MSNP11, limits);
        let whole = frames(new(), &stream, &[stream.len()]);
        prop_assert_eq!(&frames(new(), &stream, &[1]), &whole);
        prop_assert_eq!(&frames(new(), &stream, &pieces), &whole);
        let joined = whole.0.concat();
        prop_assert!(stream.starts_with(&joined));
    }
}
