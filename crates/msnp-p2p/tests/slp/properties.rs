//! Any message is read as it was written, and no bytes do harm.

use msnp_p2p::context::{
    ActivityContext, CloseCode, Context, FileTransferContext, OfferedName, WebcamContext,
    safe_file_name,
};
use msnp_p2p::slp::{Body, SlpMessage, TransportAddresses};
use proptest::collection::vec;
use proptest::option::of;
use proptest::prelude::*;

use crate::messages::{invitation, printed};
use crate::values::{guid, message, offer};

/// All that can be asked of a message; it must only come to an end.
fn ask_everything(message: &SlpMessage) {
    let mut out = vec![];
    message.print(&mut out);
    let contexts = match &message.body {
        Body::Session(body) => body.context.as_slice(),
        Body::SessionClose(body) | Body::SessionFailure(body) => body.context.as_slice(),
        Body::TransportResponse(body) => {
            assert!(body.addresses.candidates().count() <= 6 * TransportAddresses::MAX_ADDRESSES);
            &[]
        }
        _ => &[],
    };
    contexts.iter().for_each(ask_context);
}

fn ask_context(context: &Context) {
    if let Ok(bytes) = context.decode() {
        assert!(bytes.len() <= context.as_str().len());
    }
    let _ = context.object();
    let _ = FileTransferContext::parse(context).map(|offer| offer.name.file_name());
    let _ = WebcamContext::parse(context);
    let _ = ActivityContext::parse(context);
    let _ = CloseCode::parse(context);
}

proptest! {
    #[test]
    fn a_message_is_read_as_it_was_written(message in message()) {
        let text = printed_bytes(&message);
        let (read, _) = SlpMessage::inspect(&text).unwrap();
        prop_assert_eq!(&read, &message);
        prop_assert_eq!(printed_bytes(&read), text);
    }

    #[test]
    fn what_was_read_can_be_written_and_names_the_same_call(bytes in damaged()) {
        if let Ok(message) = SlpMessage::parse(&bytes) {
            let again = SlpMessage::parse(&printed_bytes(&message)).unwrap();
            prop_assert_eq!((&again.to, &again.from), (&message.to, &message.from));
            prop_assert_eq!((again.branch, again.call_id), (message.branch, message.call_id));
            prop_assert_eq!(again.sequence, message.sequence);
        }
    }

    #[test]
    fn damage_gives_an_error_or_a_value(bytes in damaged()) {
        if let Ok(message) = SlpMessage::parse(&bytes) {
            ask_everything(&message);
        }
    }

    #[test]
    fn any_bytes_give_an_error_or_a_value(bytes in vec(any::<u8>(), 0..300)) {
        if let Ok(message) = SlpMessage::parse(&bytes) {
            ask_everything(&message);
        }
        ask_context(&Context::encode(&bytes));
        ask_context(&Context::from_text(&String::from_utf8_lossy(&bytes)));
    }

    #[test]
    fn an_offer_is_read_as_it_was_written(offer in offer()) {
        let read = FileTransferContext::parse(&offer.encode()).unwrap();
        prop_assert_eq!(&read, &offer);
    }

    #[test]
    fn a_cut_offer_is_an_error_or_keeps_its_size(offer in offer(), len in 0_usize..800) {
        let bytes = offer.to_bytes();
        match FileTransferContext::from_bytes(&bytes[..len.min(bytes.len())]) {
            Ok(read) => prop_assert_eq!(read.size, offer.size),
            Err(_) => prop_assert!(len < FileTransferContext::MIN_LEN),
        }
    }

    #[test]
    fn other_contexts_are_read_as_they_were_written(
        guid in guid(), code in any::<u32>(), application in any::<u32>(), number in any::<u32>(), name in "[^\0]{0,20}",
    ) {
        let webcam = WebcamContext(guid);
        prop_assert_eq!(WebcamContext::parse(&webcam.encode()), Ok(webcam));
        prop_assert_eq!(CloseCode::parse(&CloseCode(code).encode()), Ok(CloseCode(code)));
        let activity = ActivityContext { application, number, name };
        prop_assert_eq!(ActivityContext::parse(&activity.encode()), Ok(activity));
    }

    #[test]
    fn a_file_name_is_one_component_that_every_system_takes(
        raw in prop_oneof![".{0,300}", "[./\\\\: a-zA-Z\0\u{202e}]{0,40}", "(\\.|CON|com1|aux|/| ){0,6}"],
    ) {
        let name = safe_file_name(&raw);
        prop_assert!((1..=255).contains(&name.len()));
        let forbidden = ['/', '\\', ':', '<', '>', '"', '|', '?', '*', '\u{202e}'];
        prop_assert!(!name.contains(forbidden));
        prop_assert!(!name.contains(char::is_control));
        prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
        prop_assert_eq!(safe_file_name(&name), name.clone());
        prop_assert_eq!(OfferedName::new(&name).file_name(), safe_file_name(&OfferedName::new(&name).raw()));
    }
}

fn printed_bytes(message: &SlpMessage) -> Vec<u8> {
    let mut out = vec![];
    message.print(&mut out);
    out
}

/// A whole message, cut, with bytes changed, lines doubled or left out.
fn damaged() -> BoxedStrategy<Vec<u8>> {
    let ordinary = printed(&invitation(Context::encode(b"<msnobj Type=\"3\"/>\0"))).into_bytes();
    let whole = prop_oneof![Just(ordinary), message().prop_map(|message| printed_bytes(&message))];
    let changes = vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    let lines = vec((any::<prop::sample::Index>(), any::<bool>()), 0..3);
    (whole, changes, lines, of(any::<prop::sample::Index>()))
        .prop_map(|(bytes, changes, lines, cut)| {
            let mut split: Vec<Vec<u8>> =
                bytes.split_inclusive(|byte| *byte == b'\n').map(<[u8]>::to_vec).collect();
            for (at, is_doubled) in lines {
                let at = at.index(split.len());
                let line = split.remove(at);
                if is_doubled || split.is_empty() {
                    split.insert(at, line.clone());
                    split.insert(at, line);
                }
            }
            let mut bytes = split.concat();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            bytes
        })
        .boxed()
}
