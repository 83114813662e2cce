//! The target `xml`: personal messages, and the descriptors of MSN objects.
//!
//! The first byte of an input says what the rest of it is: a document that is read, or the texts of
//! one that is made.

use msnp_codec::msn_object::{MsnObject, ObjectParameter, ObjectType};
use msnp_codec::personal_message::{CurrentMedia, PersonalMessage};
use msnp_core::Guid;

use crate::input::Input;

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 4 {
        0 => check_document(input.rest()),
        1 => check_descriptor(&String::from_utf8_lossy(input.rest())),
        2 => check_made_message(&mut input),
        _ => check_made_object(&mut input),
    }
}

fn check_document(document: &[u8]) {
    let Ok(message) = PersonalMessage::parse(document) else { return };
    let mut printed = Vec::new();
    message.print(&mut printed);
    // Escapes may take it beyond what is read.
    if printed.len() <= PersonalMessage::MAX_LEN {
        assert_eq!(PersonalMessage::parse(&printed), Ok(message.clone()), "it reads back");
    }
    check_media(message.current_media.as_ref());
}

fn check_media(media: Option<&CurrentMedia>) {
    let Some(media) = media else { return };
    assert!(media.arguments.len() <= CurrentMedia::MAX_ARGUMENTS);
    if let Some(shown) = media.display() {
        assert!(shown.len() <= CurrentMedia::MAX_DISPLAY_LEN, "what is shown is bounded");
    }
}

fn check_descriptor(text: &str) {
    let parameter = ObjectParameter::parse(text);
    let _ = parameter.into_object();
    let Ok(object) = MsnObject::parse(text) else { return };
    let written = object.to_string();
    assert!(!written.contains(['\r', '\n', '\0']), "it stays on its line");
    let _ = (object.friendly(), object.hash_is_right(), object.computed_hash(), object.data_hash());
    let _ = (object.size(), object.kind(), object.location(), object.creator().len());
    if written.len() <= MsnObject::MAX_LEN {
        let again = MsnObject::parse(&written).expect("what is written can be read");
        assert_eq!(again.to_string(), written, "it reads back");
        let same = again.data_hash() == object.data_hash() && again.kind() == object.kind();
        assert!(same, "and is the same thing");
    }
}

/// Letters that XML allows: others are left out when it is printed.
fn allowed(text: &str) -> String {
    let allowed = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(allowed).collect()
}

fn check_made_message(input: &mut Input<'_>) {
    let guid = input.flag().then(|| Guid::from_bytes([input.byte(); 16]));
    let text = allowed(&input.text());
    let media = input.flag().then(|| CurrentMedia {
        application: input.text(),
        kind: input.text(),
        enabled: input.flag(),
        format: input.text(),
        arguments: (0..input.below(5)).map(|_| input.text()).collect(),
    });
    check_media(media.as_ref());
    let message = PersonalMessage { text, current_media: media, machine_guid: guid };
    let mut printed = Vec::new();
    message.print(&mut printed);
    let again = PersonalMessage::parse(&printed).expect("what is printed can be read");
    assert_eq!(again.text, message.text, "the words read back");
    assert_eq!(again.machine_guid, message.machine_guid, "and so does the machine");
    assert_eq!(again.current_media.is_some(), message.current_media.is_some());
}

fn check_made_object(input: &mut Input<'_>) {
    let kind = ObjectType(u32::from(input.byte()));
    let (creator, location, friendly) = (input.text(), input.text(), input.text());
    let data = input.rest();
    let object = MsnObject::new(&creator, kind, &location, &friendly, data);
    assert_eq!(object.hash_is_right(), Some(true), "its hash is right");
    assert!(object.describes(data), "it describes what it was made of");
    let written = object.to_string();
    if written.len() <= MsnObject::MAX_LEN {
        let again = MsnObject::parse(&written).expect("what is written can be read");
        assert_eq!(again.to_string(), written, "it reads back");
        assert_eq!(again.hash_is_right(), Some(true), "its hash is still right");
        assert_eq!((again.kind(), again.friendly()), (object.kind(), object.friendly()));
    }
}
