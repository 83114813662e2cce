//! The target `objects`: what an invitation asks for and what has been fetched.
//!
//! The first byte of an input says what the rest of it is: a context, a name of a file, choices for
//! the offer of one, or what happens to a cache.

use std::cell::RefCell;

use bytes::Bytes;
use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_p2p::ObjectCache;
use msnp_p2p::context::{
    ActivityContext, CloseCode, Context, FileTransferContext, OfferedName, WebcamContext,
    safe_file_name,
};
use proptest::strategy::BoxedStrategy;

use crate::drawn::sampled;
use crate::input::Input;
use crate::slp_values;

thread_local! {
    static ANY: RefCell<BoxedStrategy<FileTransferContext>> = RefCell::new(slp_values::offer());
}

/// Checks one input.
///
/// # Panics
/// When an invariant does not hold; the message says which.
pub fn check(input: &[u8]) {
    let mut input = Input::new(input);
    match input.byte() % 5 {
        0 => check_context(&Context::from_text(&String::from_utf8_lossy(input.rest()))),
        1 => check_bytes(input.rest()),
        2 => check_name(&String::from_utf8_lossy(input.rest())),
        3 => {
            if let Some(offer) = ANY.with_borrow(|any| sampled(any, input.rest())) {
                assert_eq!(FileTransferContext::parse(&offer.encode()).as_ref(), Ok(&offer));
                check_bytes(&offer.to_bytes());
            }
        }
        _ => check_cache(&mut input),
    }
}

/// What can be said of anything that stands where a context does.
pub(crate) fn check_context(context: &Context) {
    let Ok(bytes) = context.decode() else {
        assert!(context.object().is_err() && FileTransferContext::parse(context).is_err());
        return;
    };
    assert!(bytes.len() <= context.as_str().len());
    let clean = Context::encode(&bytes);
    assert_eq!(clean.decode().as_ref(), Ok(&bytes), "the bytes of a context are its own");
    assert_eq!(clean.object(), context.object(), "what is overlooked changes nothing");
    check_bytes(&bytes);
}

/// Each thing that a context can be reads as itself when it is written again.
fn check_bytes(bytes: &[u8]) {
    let context = Context::encode(bytes);
    if let Ok(object) = context.object() {
        assert_eq!(Context::of_object(&object).object().as_ref(), Ok(&object));
    }
    match FileTransferContext::from_bytes(bytes) {
        Ok(offer) => {
            let written = offer.to_bytes();
            assert_eq!(FileTransferContext::from_bytes(&written).as_ref(), Ok(&offer));
            check_name(&offer.name.raw());
            assert_eq!(offer.name.file_name(), safe_file_name(&offer.name.raw()));
        }
        Err(_) => assert!(bytes.len() < FileTransferContext::MIN_LEN),
    }
    if let Ok(webcam) = WebcamContext::parse(&context) {
        assert_eq!(WebcamContext::parse(&webcam.encode()), Ok(webcam));
    }
    if let Ok(activity) = ActivityContext::parse(&context) {
        assert_eq!(ActivityContext::parse(&activity.encode()).as_ref(), Ok(&activity));
    }
    match CloseCode::parse(&context) {
        Ok(code) => assert_eq!(code.encode().decode().as_deref(), Ok(&bytes[..4])),
        Err(_) => assert!(bytes.len() < 4),
    }
}

/// A name of a file is one component that every system takes, and stays what it is.
fn check_name(raw: &str) {
    let name = safe_file_name(raw);
    assert!((1..=255).contains(&name.len()), "{name:?}");
    let forbidden = ['/', '\\', ':', '<', '>', '"', '|', '?', '*', '\u{202e}'];
    assert!(!name.contains(forbidden) && !name.contains(char::is_control), "{name:?}");
    assert!(!name.starts_with(['.', ' ']) && !name.ends_with(['.', ' ']), "{name:?}");
    assert_eq!(safe_file_name(&name), name, "a clean name stays");
    let offered = OfferedName::new(raw);
    assert!(offered.raw().encode_utf16().count() < OfferedName::MAX_UNITS);
    assert!(raw.replace('\0', "").starts_with(&offered.raw()), "it is the name or its front");
}

/// A cache beside a list of what was asked for last.
fn check_cache(input: &mut Input<'_>) {
    let most = usize::from(input.byte()) * 4;
    let mut cache = ObjectCache::new(most);
    // What was asked for last stands at the end.
    let mut model: Vec<(MsnObject, Bytes)> = Vec::new();
    while !input.is_empty() {
        let what = input.byte();
        let content = Bytes::from(vec![what & 31; usize::from(what & 31) * 3]);
        let kind =
            [ObjectType::DISPLAY_PICTURE, ObjectType::CUSTOM_EMOTICON][usize::from(what >> 7)];
        let creator = ["alice@example.com", "bob@example.com"][usize::from(what >> 6 & 1)];
        let object = MsnObject::new(creator, kind, "0", "", &content);
        // Whoever made it, it is the same thing.
        let is = |held: &MsnObject| held.kind() == object.kind() && held.describes(&content);
        let known = model.iter().position(|(held, _)| is(held));
        match input.byte() {
            0..=99 => {
                let held = cache.get(&object);
                assert_eq!(held.as_ref(), known.map(|at| &model[at].1));
                if let Some(at) = known {
                    let asked = model.remove(at);
                    model.push(asked);
                }
            }
            100 => assert!(!cache.insert(&object, Bytes::from_static(b"something else"))),
            101 => {
                cache = cache.limited(most / 2);
                forget(&mut model, most / 2);
                assert!(cache.held() <= most / 2);
                cache = rebuilt(cache, most, &model);
            }
            _ => {
                let kept = cache.insert(&object, content.clone());
                assert_eq!(kept, content.len() <= most);
                if kept {
                    if let Some(at) = known {
                        model.remove(at);
                    }
                    forget(&mut model, most - content.len());
                    model.push((object, content));
                }
            }
        }
        let mut held: Vec<_> = cache.iter().map(|(key, content)| (key, content.clone())).collect();
        let key = |object: &MsnObject| (object.kind().unwrap(), object.data_hash().unwrap());
        let mut known: Vec<_> =
            model.iter().map(|(object, of)| (key(object), of.clone())).collect();
        held.sort_unstable();
        known.sort_unstable();
        assert_eq!(held, known, "what was asked for longest ago goes first");
        assert_eq!(cache.held(), model.iter().map(|(_, content)| content.len()).sum::<usize>());
        assert!(cache.held() <= most);
    }
}

fn forget(model: &mut Vec<(MsnObject, Bytes)>, most: usize) {
    while model.iter().map(|(_, content)| content.len()).sum::<usize>() > most {
        model.remove(0);
    }
}

/// The same in a cache of the old size.
fn rebuilt(cache: ObjectCache, most: usize, model: &[(MsnObject, Bytes)]) -> ObjectCache {
    drop(cache);
    let mut cache = ObjectCache::new(most);
    for (object, content) in model {
        assert!(cache.insert(object, content.clone()));
    }
    cache
}
