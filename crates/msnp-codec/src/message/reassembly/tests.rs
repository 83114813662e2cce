use alloc::format;

use msnp_core::Guid;
use proptest::prelude::*;

use super::super::{MAX_MESSAGE_LEN, Message};
use super::*;

const START: Duration = Duration::from_secs(1000);

fn small() -> ReassemblyLimits {
    ReassemblyLimits {
        parts: 4,
        message_len: 100,
        messages_per_sender: 2,
        messages: 3,
        total_len: 150,
        patience: Duration::from_secs(10),
    }
}

fn add(
    reassembly: &mut Reassembly<u8>,
    sender: u8,
    payload: &str,
) -> Result<Option<Vec<u8>>, ReassemblyError> {
    reassembly.add(START, sender, Message::parse(payload.as_bytes()).part().unwrap())
}

fn first(id: &str, total: u32, body: &str) -> alloc::string::String {
    format!("A: 1\r\nMessage-ID: {id}\r\nChunks: {total}\r\n\r\n{body}")
}

fn following(id: &str, index: u32, body: &str) -> alloc::string::String {
    format!("Message-ID: {id}\r\nChunk: {index}\r\n\r\n{body}")
}

#[test]
fn a_message_comes_together_in_any_order_and_only_once() {
    let mut reassembly = Reassembly::new(small());
    let add = |reassembly: &mut _, payload: &str| add(reassembly, 1, payload).unwrap();
    assert_eq!(add(&mut reassembly, &following("x", 2, "c")), None);
    assert_eq!(add(&mut reassembly, &following("x", 2, "again")), None);
    assert_eq!(add(&mut reassembly, &first("x", 3, "a")), None);
    assert_eq!(add(&mut reassembly, &first("x", 2, "again")), None);
    assert_eq!(reassembly.incomplete(), 1);
    let whole = add(&mut reassembly, &following("x", 1, "b")).unwrap();
    assert_eq!(whole, b"A: 1\r\n\r\nabc");
    assert_eq!((reassembly.incomplete(), reassembly.held()), (0, 0));
    assert_eq!(reassembly.deadline(), None);
}

#[test]
fn a_message_of_one_part_is_complete_at_once() {
    let mut reassembly = Reassembly::new(small());
    let whole = add(&mut reassembly, 1, &first("x", 1, "a")).unwrap();
    assert_eq!(whole.unwrap(), b"A: 1\r\n\r\na");
}

#[test]
fn the_same_id_of_another_sender_is_another_message() {
    let mut reassembly = Reassembly::new(small());
    assert_eq!(add(&mut reassembly, 1, &first("x", 2, "a")), Ok(None));
    assert_eq!(add(&mut reassembly, 2, &following("x", 1, "b")), Ok(None));
    assert_eq!(add(&mut reassembly, 1, &following("y", 1, "b")), Ok(None));
    assert_eq!(reassembly.incomplete(), 3);
    reassembly.forget(&1);
    assert_eq!(reassembly.incomplete(), 1);
}

#[test]
fn wrong_counts_are_refused_and_drop_the_message() {
    for (payload, error) in [
        (first("x", 0, ""), ReassemblyError::WrongCount { parts: 0 }),
        (first("x", 5, ""), ReassemblyError::WrongCount { parts: 5 }),
        (first("x", 2, ""), ReassemblyError::Contradiction),
        (following("x", 0, ""), ReassemblyError::WrongCount { parts: 1 }),
        (following("x", 4, ""), ReassemblyError::WrongCount { parts: 5 }),
        (following("x", u32::MAX, ""), ReassemblyError::WrongCount { parts: 1 << 32 }),
    ] {
        let mut reassembly = Reassembly::new(small());
        add(&mut reassembly, 1, &following("x", 3, "d")).unwrap();
        add(&mut reassembly, 1, &following("y", 3, "d")).unwrap();
        assert_eq!(add(&mut reassembly, 1, &payload), Err(error), "{payload}");
        assert_eq!(reassembly.incomplete(), 1, "{payload}");
    }
    let mut reassembly = Reassembly::new(small());
    add(&mut reassembly, 1, &first("x", 2, "a")).unwrap();
    let late = add(&mut reassembly, 1, &following("x", 2, "c"));
    assert_eq!(late, Err(ReassemblyError::Contradiction));
}

#[test]
fn a_message_that_never_comes_together_is_dropped_in_time() {
    let mut reassembly = Reassembly::new(small());
    add(&mut reassembly, 1, &first("x", 2, "a")).unwrap();
    let deadline = reassembly.deadline().unwrap();
    assert_eq!(deadline, START + small().patience);
    assert_eq!(reassembly.expire(deadline - Duration::from_millis(1)), 0);
    // A part that comes later does not prolong it.
    add(&mut reassembly, 1, &first("x", 2, "a")).unwrap();
    assert_eq!(reassembly.deadline(), Some(deadline));
    assert_eq!(reassembly.expire(deadline), 1);
    assert_eq!(add(&mut reassembly, 1, &following("x", 1, "b")), Ok(None));
}

#[test]
fn who_floods_loses_the_own_messages_alone() {
    let mut reassembly = Reassembly::new(small());
    add(&mut reassembly, 2, &first("kept", 2, "a")).unwrap();
    for id in ["1", "2", "3", "4", "5"] {
        add(&mut reassembly, 1, &first(id, 2, "a")).unwrap();
    }
    assert_eq!(reassembly.incomplete(), 3);
    assert_eq!(add(&mut reassembly, 3, &first("x", 2, "a")), Err(ReassemblyError::Full));
    let whole = add(&mut reassembly, 2, &following("kept", 1, "b")).unwrap();
    assert_eq!(whole.unwrap(), b"A: 1\r\n\r\nab");
}

#[test]
fn bytes_are_bounded_by_message_and_in_total() {
    let mut reassembly = Reassembly::new(small());
    let body = "x".repeat(60);
    add(&mut reassembly, 1, &first("x", 3, &body)).unwrap();
    add(&mut reassembly, 2, &first("x", 3, &body)).unwrap();
    assert_eq!(add(&mut reassembly, 3, &following("x", 1, &body)), Err(ReassemblyError::Full));
    assert_eq!(add(&mut reassembly, 2, &following("x", 1, &body)), Err(ReassemblyError::TooLong));
    assert_eq!((reassembly.incomplete(), reassembly.held()), (1, 68));
    let id = "x".repeat(65);
    let long = add(&mut reassembly, 1, &first(&id, 2, ""));
    assert_eq!(long, Err(ReassemblyError::IdTooLong { len: 65 }));
}

#[test]
fn what_just_fits_is_taken() {
    let mut reassembly = Reassembly::new(small());
    add(&mut reassembly, 1, &first("x", 3, &"x".repeat(60))).unwrap();
    add(&mut reassembly, 1, &following("x", 1, &"x".repeat(32))).unwrap();
    assert_eq!(reassembly.held(), small().message_len);
    add(&mut reassembly, 2, &following("x", 1, &"x".repeat(50))).unwrap();
    assert_eq!(reassembly.held(), small().total_len);
    let longest = "x".repeat(Reassembly::<u8>::MAX_ID_LEN);
    add(&mut reassembly, 3, &following(&longest, 1, "")).unwrap();
    assert_eq!(reassembly.incomplete(), 3);
}

fn any_message() -> impl Strategy<Value = Vec<u8>> {
    let fields = "((A|Content-Type|X-MMS-IM-Format): [ -~é]{0,30}(\r?\n [a-z]?)?\r?\n){0,4}";
    let end = proptest::sample::select(alloc::vec!["\r\n", "\n", "\0\r\n"]);
    let body = prop_oneof![
        proptest::collection::vec(any::<u8>(), 0..6000),
        "[a♥é\r\n]{0,3000}".prop_map(alloc::string::String::into_bytes),
    ];
    (fields, end, body)
        .prop_map(|(fields, end, body)| [fields.as_bytes(), end.as_bytes(), &body].concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn what_was_split_comes_together_whatever_the_order_and_the_repetitions(
        payload in any_message(),
        order in proptest::collection::vec(any::<prop::sample::Index>(), 0..8),
        seed in any::<[u8; 16]>(),
    ) {
        let message = Message::parse(&payload);
        let parts = message.split(Guid::from_bytes(seed)).unwrap();
        prop_assert!(parts.iter().all(|part| part.len() <= MAX_MESSAGE_LEN));
        if payload.len() <= MAX_MESSAGE_LEN {
            prop_assert_eq!(parts, [payload]);
            return Ok(());
        }
        // Some in any order, some of them twice; then all.
        let drawn = order.iter().map(|index| index.index(parts.len()));
        let mut reassembly = Reassembly::new(ReassemblyLimits::default());
        let mut whole = None;
        for index in drawn.chain((0..parts.len()).rev()) {
            let part = Message::parse(&parts[index]).part().unwrap();
            whole = whole.or(reassembly.add(START, 1_u8, part).unwrap());
        }
        prop_assert_eq!(whole, Some(payload));
    }

    #[test]
    fn memory_stays_within_its_bounds_whatever_comes(
        steps in proptest::collection::vec(
            (0..4_u8, 0..6_u8, 0..6_u32, any::<bool>(), 0..50_usize, 0..4_u64),
            0..120,
        ),
    ) {
        let limits = small();
        let mut reassembly = Reassembly::new(limits);
        let mut now = START;
        for (sender, id, number, is_first, len, seconds) in steps {
            now += Duration::from_secs(seconds);
            let (id, body) = (format!("{id}"), "x".repeat(len));
            let payload = match is_first {
                true => first(&id, number, &body),
                false => following(&id, number, &body),
            };
            let part = Message::parse(payload.as_bytes()).part().unwrap();
            if let Ok(Some(whole)) = reassembly.add(now, sender, part) {
                prop_assert!(whole.len() <= limits.message_len);
            }
            prop_assert!(reassembly.incomplete() <= limits.messages);
            prop_assert!(reassembly.held() <= limits.total_len);
            for who in 0..4 {
                let theirs = reassembly.sets.keys().filter(|(sender, _)| *sender == who).count();
                prop_assert!(theirs <= limits.messages_per_sender);
            }
            for set in reassembly.sets.values() {
                prop_assert!(set.pieces.len() <= limits.parts && set.len <= limits.message_len);
                prop_assert!(set.since + limits.patience > now);
            }
        }
        let end = now + limits.patience;
        prop_assert_eq!(reassembly.incomplete(), reassembly.expire(end));
    }
}
