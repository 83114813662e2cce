use alloc::format;

use proptest::prelude::*;

use super::*;

const PICTURE: &[u8] = b"hello msn object\n";

fn picture() -> MsnObject {
    let kind = ObjectType::DISPLAY_PICTURE;
    MsnObject::new("alice@example.com", kind, "TFR2C2.tmp", "", PICTURE)
}

#[test]
fn the_vector_of_the_reference_has_both_its_hashes() {
    let object = picture();
    assert_eq!(object.get("SHA1D"), Some("4OKtSPFcJq0+UrK7Jb27hO+K2NU="));
    assert_eq!(object.get("SHA1C"), Some("dF7kdicmqXOlDC/LRvbPNObI67Y="));
    assert_eq!(object.get("Friendly"), Some("AAA="));
    assert_eq!(object.hash_is_right(), Some(true));
    assert!(object.describes(PICTURE));
    assert!(!object.describes(b"hello msn object"));
    assert!(!object.describes(b"hello msn object!"), "as long as it is, and another");
    assert_eq!((object.size(), object.location()), (Some(17), Some("TFR2C2.tmp")));
}

#[test]
fn an_object_is_read_whatever_the_order_and_the_spelling() {
    let usual = picture();
    for text in [
        "\0\r\n <msnobj SHA1D='4OKtSPFcJq0+UrK7Jb27hO+K2NU=' Type = \"3\" creator=\"alice&#64;example.com\" Size=\"17\" />\0\0",
        "<MSNOBJ Type=\"3\"Creator=\"alice@example.com\" SHA1D=\"4OKtSPFcJq0+UrK7Jb27hO+K2NU\"></msnobj>",
        "<msnobj\tstamp=\"a\"\nCreator=\"alice@example.com\" Type=\"3\" SHA1D=\"4OKtSPFcJq0+UrK7Jb27hO+K2NU=\"/> and more",
    ] {
        let object = MsnObject::parse(text).unwrap();
        assert!(object.is_same_thing(&usual), "{text}");
        assert_eq!(object.creator(), "alice@example.com", "{text}");
        assert_eq!(object.location(), None, "{text}");
        assert_eq!(object.friendly(), None, "{text}");
        assert_eq!(object.hash_is_right(), None, "{text}");
        assert!(object.describes(PICTURE), "{text}");
    }
}

#[test]
fn what_was_read_is_printed_byte_for_byte_until_it_is_changed() {
    let text = "<msnobj Type='8'  stamp=\"x&#38;\" Creator=\"a@example.com\" Size=\"2\"/>";
    let object = MsnObject::parse(text).unwrap();
    assert_eq!(object.to_string(), text);
    assert_eq!(
        object.attributes().collect::<Vec<_>>(),
        [("Type", "8"), ("stamp", "x&"), ("Creator", "a@example.com"), ("Size", "2")]
    );
    assert_eq!(object.clone().without("Location").to_string(), text);
    assert_eq!(
        object.with("Size", "3").to_string(),
        "<msnobj Creator=\"a@example.com\" Size=\"3\" Type=\"8\" stamp=\"x&amp;\"/>"
    );
}

#[test]
fn a_changed_attribute_replaces_all_of_its_name_and_makes_the_hash_wrong() {
    let text = "<msnobj Creator=\"a\" x=\"1\" size=\"9\" X=\"2\" y=\"3\"/>";
    let object = MsnObject::parse(text).unwrap().with("x", "5");
    assert_eq!(object.to_string(), "<msnobj Creator=\"a\" size=\"9\" x=\"5\" y=\"3\"/>");

    let renamed = picture().with_friendly("cat ♥");
    assert_eq!(renamed.friendly().as_deref(), Some("cat ♥"));
    assert_eq!(renamed.hash_is_right(), Some(false));
    assert_eq!(renamed.with_hash().hash_is_right(), Some(true));
}

#[test]
fn a_hash_is_read_in_hexadecimal_too() {
    let object = picture();
    let digits: String = object.computed_hash().iter().map(|byte| format!("{byte:02X}")).collect();
    assert_eq!(object.with(SHA1C, &digits).hash_is_right(), Some(true));
    assert_eq!(picture().with(SHA1C, "é").hash_is_right(), None);
}

#[test]
fn only_type_and_data_hash_tell_two_things_apart() {
    let elsewhere = picture().with("Location", "0").with("Creator", "b@example.com");
    assert!(elsewhere.is_same_thing(&picture()));
    assert!(!elsewhere.with("Type", "2").is_same_thing(&picture()));
    let nameless = picture().without("SHA1D");
    assert!(!nameless.is_same_thing(&nameless));
}

#[test]
fn entities_cannot_break_out_of_an_attribute() {
    let object = picture().with("Location", "a\"/><x b='\t&\r\n\0\u{1}");
    let text = object.to_string();
    assert!(text.contains("Location=\"a&quot;/&gt;&lt;x b='&#9;&amp;&#13;&#10;\""), "{text}");
    assert_eq!(MsnObject::parse(&text).unwrap(), object);
}

#[test]
fn a_control_character_does_not_survive_as_it_was() {
    let object = MsnObject::parse("<msnobj\tCreator=\"a\nb\"\r\n/>").unwrap();
    assert_eq!(object.creator(), "a\nb");
    assert_eq!(object.to_string(), "<msnobj Creator=\"a&#10;b\"/>");
}

#[test]
fn what_is_no_object_says_where() {
    for (text, at) in [
        ("", 0),
        ("  <other/>", 2),
        ("<msnobj", 7),
        ("<msnobj Size=\"1\"", 16),
        ("<msnobj Size=1/>", 8),
        ("<msnobj Size=\"1/>", 8),
    ] {
        assert_eq!(MsnObject::parse(text), Err(MsnObjectError::Malformed { at }), "{text}");
    }
    let longest = format!("<msnobj a=\"{}\"/>", "x".repeat(MsnObject::MAX_LEN - 14));
    assert!(MsnObject::parse(&longest).is_ok());
    let long = longest.replace("xx", "xxx");
    assert_eq!(MsnObject::parse(&long), Err(MsnObjectError::TooLong { len: long.len() }));
    let many = format!("<msnobj{}/>", " a='1'".repeat(MsnObject::MAX_ATTRIBUTES + 1));
    assert!(MsnObject::parse(&many).is_err());
    assert!(MsnObject::parse(&many.replacen(" a='1'", "", 1)).is_ok());
}

#[test]
fn the_place_of_an_object_may_hold_other_things() {
    for text in ["", "0", "1", " 0\0"] {
        assert_eq!(ObjectParameter::parse(text), ObjectParameter::None, "{text}");
    }
    let address = "HTTP://www.example.com/icon.png";
    assert_eq!(ObjectParameter::parse(address), ObjectParameter::Address(address.into()));
    let object = ObjectParameter::parse(&picture().to_string());
    assert_eq!(object.into_object(), Some(picture()));
    for text in ["x", "<msnobj", "file://x", "javascript://http://"] {
        assert!(matches!(ObjectParameter::parse(text), ObjectParameter::Malformed(_)), "{text}");
    }
}

#[test]
fn every_known_type_has_a_name_of_its_own() {
    let names: Vec<_> = (0..20).filter_map(|number| ObjectType(number).name()).collect();
    assert_eq!(names.len(), 15);
    let mut distinct = names.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), names.len());
}

fn any_object_text() -> impl Strategy<Value = String> {
    let name = proptest::sample::select(alloc::vec![
        "Creator", "Size", "Type", "Location", "Friendly", "SHA1D", "SHA1C", "stamp", "Url1",
        "size"
    ]);
    let value = "(\"[a-z0-9@ &;#x=/<>'é]{0,8}\")|('[a-z0-9 &;\"]{0,8}')|(\"&(amp|#65|lt|#x0);\")";
    let attribute = (name, value).prop_map(|(name, value)| format!("{name}={value}"));
    (proptest::collection::vec(attribute, 0..9), "[ ]{0,2}")
        .prop_map(|(list, end)| format!("<msnobj {}{end}/>", list.join(" ")))
}

proptest! {
    #[test]
    fn any_object_is_printed_byte_for_byte_and_read_back(text in any_object_text()) {
        let object = MsnObject::parse(&text).unwrap();
        prop_assert_eq!(object.to_string(), text);
        let changed = object.with("Type", "2").with_hash();
        prop_assert_eq!(changed.hash_is_right(), Some(true));
        prop_assert_eq!(MsnObject::parse(&changed.to_string()), Ok(changed));
    }

    #[test]
    fn what_is_made_is_read_back(
        texts in any::<[String; 3]>(),
        kind in any::<u32>(),
        data in proptest::collection::vec(any::<u8>(), 0..40),
    ) {
        let [creator, location, friendly] = texts;
        let object = MsnObject::new(&creator, ObjectType(kind), &location, &friendly, &data);
        let text = object.to_string();
        prop_assert!(!text.contains(['\r', '\n', '\t', '\0']));
        let read = MsnObject::parse(&text).unwrap();
        prop_assert_eq!(&read, &object);
        prop_assert!(read.describes(&data));
        prop_assert_eq!(read.hash_is_right(), Some(true));
        prop_assert_eq!(read.friendly(), Some(friendly.replace('\0', "")));
    }

    #[test]
    fn nothing_makes_it_panic(
        text in prop_oneof![
            ".{0,80}",
            "[ \0]?(<msnobj)?( ?(Size|Type|SHA1D|é)?[=\"'&;/> 0-9a-f]{0,6}){0,8}(/>)?",
        ],
    ) {
        if let Ok(object) = MsnObject::parse(&text) {
            prop_assert_eq!(MsnObject::parse(&object.to_string()), Ok(object.clone()));
            object.friendly();
            object.describes(text.as_bytes());
            object.hash_is_right();
        }
        ObjectParameter::parse(&text);
    }
}
