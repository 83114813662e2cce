//! Every context of the protocol's documents, and the mistakes of others in them.

use msnp_codec::msn_object::{MsnObject, ObjectType};
use msnp_core::Guid;
use msnp_p2p::context::{
    ActivityContext, CloseCode, Context, ContextError, FileContextKind, FileTransferContext,
    WebcamContext,
};
use sha1::{Digest, Sha1};

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn picture() -> MsnObject {
    MsnObject::new(
        "alice@example.com",
        ObjectType::DISPLAY_PICTURE,
        "TFR2C2.tmp",
        "",
        b"hello msn object\n",
    )
}

#[test]
fn an_object_has_a_nul_at_its_end_or_none() {
    let text = picture().to_string();
    let written = Context::of_object(&picture());
    assert_eq!(written.decode().unwrap(), format!("{text}\0").as_bytes());
    for context in [
        written,
        Context::encode(text.as_bytes()),
        Context::encode(format!("{text}\0\0\0").as_bytes()),
    ] {
        let object = context.object().unwrap();
        assert_eq!(object, picture());
        assert_eq!(object.hash_is_right(), Some(true));
    }
}

#[test]
fn base64_may_lack_its_padding_or_be_cut() {
    for (text, bytes) in [
        ("", &b""[..]),
        ("aGk", b"hi"),
        ("aGk=", b"hi"),
        ("aGk==", b"hi"),
        ("aGk=\0\0", b"hi"),
        ("aG k=\r\n", b"hi"),
        ("aA", b"h"),
        ("aA==", b"h"),
        // Of the next letter six bits are there; the rest counts as zero.
        ("aGlv", b"hio"),
        ("aGlva", b"hioh"),
    ] {
        assert_eq!(Context::from_text(text).decode().as_deref(), Ok(bytes), "{text}");
    }
    for text in ["a!", "a-_b", "=aGk", "a=Gk", "é"] {
        assert_eq!(Context::from_text(text).decode(), Err(ContextError::NotBase64), "{text}");
    }
}

#[test]
fn an_offer_in_version_2_is_written_as_others_do() {
    let bytes = FileTransferContext::new("a.txt", 5).to_bytes();
    assert_eq!(bytes.len(), 574);
    let start = "3e0200000200000005000000000000000100000061002e0074007800740000";
    assert!(hex(&bytes).starts_with(start));
    assert!(hex(&bytes).ends_with("00000000ffffffff"));
    assert_eq!(hex(&Sha1::digest(&bytes)), "8476a8276164af0f2e2eee69c9bee8eefaa579dd");
}

#[test]
fn an_offer_in_version_3_is_written_as_others_do() {
    let offer = FileTransferContext { version: 3, ..FileTransferContext::new("a.txt", 0x1234) };
    let bytes = offer.to_bytes();
    assert_eq!(bytes.len(), 638);
    assert!(hex(&bytes).starts_with("7e0200000300000034120000000000000100000061002e007400780074"));
    assert_eq!(hex(&Sha1::digest(&bytes)), "5ba95bc155aac46efc2d45fcf7afbd7e7c49b4f7");
}

#[test]
fn the_front_of_an_official_offer_is_read() {
    let context = Context::from_text("fgIAAAMAAAAAAAAAAAAAAAEAAABhAC4AdAB4AHQA");
    let offer = FileTransferContext::parse(&context).unwrap();
    assert_eq!((offer.version, offer.size), (3, 0));
    assert_eq!((offer.kind, offer.name.raw()), (FileContextKind::NO_PREVIEW, "a.txt".into()));
}

#[test]
fn an_offer_has_a_preview_behind_the_fixed_part_in_either_version() {
    for version in [2, 3] {
        let offer = FileTransferContext::new("a.png", 1 << 40).with_preview(b"\x89PNG".into());
        let offer = FileTransferContext { version, ..offer };
        assert_eq!(FileTransferContext::parse(&offer.encode()), Ok(offer));
    }
}

#[test]
fn the_length_of_an_offer_is_not_relied_on() {
    for (version, length, fixed) in [
        (2, 574, 574),
        (2, 0, 574),
        (2, u32::MAX, 574),
        (3, 638, 638),
        (3, 637, 637),
        (3, 574, 574),
        // With the preview counted in.
        (3, 642, 638),
        (3, 0, 638),
        (3, 20, 638),
        (3, u32::MAX, 638),
    ] {
        let offer = FileTransferContext { version, ..FileTransferContext::new("a.png", 7) };
        let mut bytes = offer.to_bytes();
        bytes.resize(fixed, 0);
        bytes.extend_from_slice(b"\x89PNG");
        bytes[..4].copy_from_slice(&length.to_le_bytes());
        bytes[16] = 0;
        let read = FileTransferContext::from_bytes(&bytes).unwrap();
        assert_eq!(read, offer.with_preview(b"\x89PNG".into()), "{version} {length}");
    }
}

#[test]
fn a_preview_may_be_promised_and_missing_or_be_there_unannounced() {
    let offer = FileTransferContext::new("a.txt", 7);
    let promised = FileTransferContext { kind: FileContextKind::PREVIEW, ..offer.clone() };
    assert_eq!(FileTransferContext::parse(&promised.encode()), Ok(promised));
    let mut bytes = offer.to_bytes();
    bytes.push(0);
    assert_eq!(FileTransferContext::from_bytes(&bytes), Ok(offer));
}

#[test]
fn an_offer_that_ends_before_its_name_is_refused() {
    let bytes = FileTransferContext::new("a.txt", 7).to_bytes();
    for len in 0..20 {
        let error = ContextError::TooShort { len, needed: 20 };
        assert_eq!(FileTransferContext::from_bytes(&bytes[..len]), Err(error));
    }
    assert_eq!(FileTransferContext::from_bytes(&bytes[..20]).unwrap().name.raw(), "");
    assert_eq!(FileTransferContext::from_bytes(&bytes[..25]).unwrap().name.raw(), "a.");
}

#[test]
fn a_background_has_its_own_mark() {
    let offer = FileTransferContext {
        kind: FileContextKind::BACKGROUND,
        ..FileTransferContext::new("a.jpg", 7)
    };
    assert!(offer.to_bytes().ends_with(&[0xfe, 0xff, 0xff, 0xff]));
    assert_eq!(FileTransferContext::parse(&offer.encode()), Ok(offer));
}

#[test]
fn a_webcam_is_a_guid_in_braces() {
    let text = "{B8BE70DE-E2CA-4400-AE03-88FF85B9F4E8}";
    let bytes: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    assert_eq!(WebcamContext::WEBCAM.encode().decode().unwrap(), bytes);
    for bytes in [&bytes[..], &bytes[..bytes.len() - 2], &bytes[..bytes.len() - 1]] {
        assert_eq!(WebcamContext::parse(&Context::encode(bytes)), Ok(WebcamContext::WEBCAM));
    }
    let other = WebcamContext(Guid::NIL);
    assert_eq!(WebcamContext::parse(&other.encode()), Ok(other));
    assert!(WebcamContext::parse(&Context::encode(b"{")).is_err());
}

#[test]
fn the_end_of_a_session_is_a_number() {
    assert_eq!(CloseCode::WEBCAM.encode().as_str(), "dAMAgQ==");
    assert_eq!(CloseCode::PHOTO_SHARING_DECLINED.encode().as_str(), "AAHHig==");
    for (text, code) in [
        ("dAMAgQ==", CloseCode::WEBCAM),
        ("dAMAgQ", CloseCode::WEBCAM),
        ("AAHHig==", CloseCode::PHOTO_SHARING_DECLINED),
        ("AAAAAAAA", CloseCode(0)),
    ] {
        assert_eq!(CloseCode::parse(&Context::from_text(text)), Ok(code), "{text}");
    }
    let short = CloseCode::parse(&Context::from_text("AAAA"));
    assert_eq!(short, Err(ContextError::TooShort { len: 3, needed: 4 }));
}

#[test]
fn an_activity_is_two_numbers_and_a_name() {
    let activity =
        ActivityContext { application: 20521, number: 1, name: "Bejeweled; the game".into() };
    let text = "20521;1;Bejeweled; the game";
    let bytes: Vec<u8> = text.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
    assert_eq!(activity.encode().decode().unwrap(), bytes);
    assert_eq!(ActivityContext::parse(&activity.encode()), Ok(activity));
    let utf16 =
        |text: &str| -> Vec<u8> { text.encode_utf16().flat_map(u16::to_le_bytes).collect() };
    let nameless = ActivityContext::parse(&Context::encode(&utf16("7;1"))).unwrap();
    assert_eq!((nameless.application, nameless.name.as_str()), (7, ""));
    for text in ["", "7", "x;1;name", ";;"] {
        assert!(ActivityContext::parse(&Context::encode(&utf16(text))).is_err(), "{text}");
    }
}
