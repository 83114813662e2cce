use proptest::prelude::*;

use super::*;

fn text(payload: &str) -> String {
    PersonalMessage::parse(payload.as_bytes()).unwrap().text
}

fn printed(message: &PersonalMessage) -> String {
    let mut out = Vec::new();
    message.print(&mut out);
    String::from_utf8(out).unwrap()
}

#[test]
fn an_empty_payload_clears_the_message() {
    for payload in [&b""[..], b"\r\n", b"<Data/>", b"<Data></Data>", b"<Data><PSM/></Data>"] {
        assert_eq!(PersonalMessage::parse(payload), Ok(PersonalMessage::default()), "{payload:?}");
    }
}

#[test]
fn the_empty_message_is_printed_as_everybody_sends_it() {
    let expected = "<Data><PSM></PSM><CurrentMedia></CurrentMedia></Data>";
    assert_eq!(printed(&PersonalMessage::default()), expected);
}

#[test]
fn elements_come_in_any_order_among_unknown_ones() {
    let payload = "<?xml version='1.0'?>\r\n<Data id=\"1\"><DDP/><Scene>x<PSM>no</PSM></Scene>\
        <MachineGuid>&#x7B;01234567-89AB-CDEF-0123-456789abcdef&#x7D;</MachineGuid>\
        <CurrentMedia></CurrentMedia><PSM lang='en'>yes<b>no</b></PSM><PSM>no</PSM></Data>\0";
    let message = PersonalMessage::parse(payload.as_bytes()).unwrap();
    assert_eq!(message.text, "yes");
    assert_eq!(message.current_media, None);
    let guid = "{01234567-89AB-CDEF-0123-456789ABCDEF}".parse().unwrap();
    assert_eq!(message.machine_guid, Some(guid));
}

#[test]
fn a_machine_guid_is_read_with_or_without_braces_and_printed_with_them() {
    let payload = b"<Data><MachineGuid>01234567-89AB-CDEF-0123-456789ABCDEF</MachineGuid></Data>";
    let message = PersonalMessage::parse(payload).unwrap();
    let braced = "<MachineGuid>{01234567-89AB-CDEF-0123-456789ABCDEF}</MachineGuid>";
    assert!(printed(&message).contains(braced));
}

#[test]
fn entities_are_decoded_and_unknown_ones_stay() {
    let coded = "<Data><PSM>&lt;&#x26;&#62;&quot;&apos;&#9829;&nbsp;&amp;amp;</PSM></Data>";
    assert_eq!(text(coded), "<&>\"'♥&nbsp;&amp;");
    assert_eq!(text("<Data><PSM><![CDATA[<b>&amp;]]></PSM></Data>"), "<b>&amp;");
}

#[test]
fn a_lone_ampersand_is_text() {
    assert_eq!(text("<Data><PSM>rock & roll</PSM></Data>"), "rock & roll");
    assert_eq!(text("<Data><PSM>a & b; c &</PSM></Data>"), "a & b; c &");
}

#[test]
fn characters_that_xml_does_not_allow_are_left_out() {
    assert_eq!(text("<Data><PSM>a&#1;\u{1}b\u{ffff}</PSM></Data>"), "ab");
    let message = PersonalMessage { text: "a\0\u{1b}\u{fffe}b".into(), ..Default::default() };
    assert!(printed(&message).starts_with("<Data><PSM>ab</PSM>"));
}

#[test]
fn bytes_that_are_not_utf_8_are_replaced() {
    let message = PersonalMessage::parse(b"<Data><PSM>caf\xe9</PSM></Data>").unwrap();
    assert_eq!(message.text, "caf\u{fffd}");
}

#[test]
fn faults_are_told_apart_and_say_where() {
    use PersonalMessageError::{DocumentType, Malformed, NotData, TooDeep, TooLong};
    let parse = |payload: &str| PersonalMessage::parse(payload.as_bytes()).unwrap_err();
    assert_eq!(parse("<Data><PSM>x</PSM>"), Malformed { at: 18 });
    assert_eq!(parse("<Data><PSM>x</Data>"), Malformed { at: 12 });
    assert_eq!(parse("hello"), Malformed { at: 5 });
    assert_eq!(parse("<Data"), Malformed { at: 0 });
    assert_eq!(parse("<EndpointData></EndpointData>"), NotData);
    assert!(matches!(parse("<!DOCTYPE d [<!ENTITY x 'y'>]><Data/>"), DocumentType { .. }));
    let deep = format!("<Data>{}", "<a>".repeat(PersonalMessage::MAX_DEPTH));
    assert_eq!(parse(&deep), TooDeep { at: deep.len() });
    let long = "<Data>".repeat(PersonalMessage::MAX_LEN);
    assert_eq!(parse(&long), TooLong { len: long.len() });
    let longest = "x".repeat(16 * 1024 - "<Data><PSM></PSM></Data>".len());
    assert_eq!(text(&format!("<Data><PSM>{longest}</PSM></Data>")), longest);
}

#[test]
fn nothing_stands_before_the_data() {
    use PersonalMessageError::{Malformed, NotData};
    let parse = |payload: &str| PersonalMessage::parse(payload.as_bytes());
    assert_eq!(parse("<EndpointData/>"), Err(NotData));
    for before in ["x", "&lt;", "<![CDATA[x]]>"] {
        let payload = format!("{before}<Data/>");
        assert_eq!(parse(&payload), Err(Malformed { at: before.len() }), "{before}");
    }
    for before in ["\u{feff}", " \r\n\t", "<!-- x -->"] {
        let payload = format!("{before}<Data/>");
        assert_eq!(parse(&payload), Ok(PersonalMessage::default()), "{before}");
    }
}

#[test]
fn of_two_elements_with_one_name_the_first_counts_even_if_it_is_empty() {
    assert_eq!(text("<Data><PSM/><PSM>x</PSM></Data>"), "");
}

#[test]
fn a_song_is_read_and_shown() {
    let wire = "\\0Music\\01\\0{0} - {1}\\0Title\\0Artist\\0Album\\0{WMContentID}\\0";
    let payload = format!("<Data><PSM></PSM><CurrentMedia>{wire}</CurrentMedia></Data>");
    let media = PersonalMessage::parse(payload.as_bytes()).unwrap().current_media.unwrap();
    assert_eq!(media.kind, "Music");
    assert_eq!(media.arguments, ["Title", "Artist", "Album", "{WMContentID}"]);
    assert_eq!(media.display().unwrap(), "Title - Artist");
    assert_eq!(media.to_wire(), wire);
}

#[test]
fn a_song_is_written_as_it_is_read() {
    let wire = "\\0Music\\01\\0{0} - {1}\\0Title\\0Artist\\0";
    assert_eq!(CurrentMedia::song("Title", "Artist").to_wire(), wire);
}

#[test]
fn hidden_media_shows_nothing() {
    let media = CurrentMedia { enabled: false, ..CurrentMedia::song("Title", "Artist") };
    assert_eq!(media.display(), None);
}

#[test]
fn a_placeholder_without_an_argument_stays() {
    let shown = |format: &str| {
        CurrentMedia { format: format.into(), ..CurrentMedia::song("Title", "Artist") }.display()
    };
    assert_eq!(shown("{1}: {0} {2} {x} {").unwrap(), "Artist: Title {2} {x} {");
    assert_eq!(shown("{{0}}").unwrap(), "{Title}");
}

#[test]
fn what_is_shown_is_bounded() {
    let media = CurrentMedia {
        format: "{0}".repeat(1000),
        ..CurrentMedia::song("♥".repeat(1000), "Artist")
    };
    let shown = media.display().unwrap();
    assert!(shown.len() <= CurrentMedia::MAX_DISPLAY_LEN);
    assert!(shown.len() > CurrentMedia::MAX_DISPLAY_LEN - 3);
}

#[test]
fn a_short_media_text_has_empty_fields() {
    let media = CurrentMedia::parse("Winamp").unwrap();
    assert_eq!(media, CurrentMedia { application: "Winamp".into(), ..Default::default() });
    assert_eq!(CurrentMedia::parse(""), None);
}

fn any_media() -> impl Strategy<Value = CurrentMedia> {
    // A separator inside a field does not survive.
    let field = || "[ -~é♥\t\n\r]{0,9}".prop_filter("separator", |text| !text.contains("\\0"));
    (field(), field(), any::<bool>(), field(), proptest::collection::vec(field(), 0..6)).prop_map(
        |(application, kind, enabled, format, arguments)| CurrentMedia {
            application,
            kind,
            enabled,
            format,
            arguments,
        },
    )
}

proptest! {
    #[test]
    fn a_printed_message_is_read_back(
        text in "([ -~é♥\t\n\r]|\\PC){0,30}",
        current_media in proptest::option::of(any_media()),
        guid in proptest::option::of(any::<[u8; 16]>()),
    ) {
        let text = text.chars().filter(|letter| is_allowed(*letter)).collect();
        let machine_guid = guid.map(Guid::from_bytes);
        let message = PersonalMessage { text, current_media, machine_guid };
        prop_assert_eq!(PersonalMessage::parse(printed(&message).as_bytes()), Ok(message));
    }

    #[test]
    fn any_payload_is_read_or_refused_and_what_was_read_survives(
        payload in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..100),
            "(<Data>)?(</?(Data|PSM|CurrentMedia|MachineGuid|x)( a='b')?/?>|&[a-z#0-9]{0,4};?|[ -~]|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|<!){0,20}(</Data>)?"
                .prop_map(String::into_bytes),
        ],
    ) {
        if let Ok(message) = PersonalMessage::parse(&payload) {
            let again = PersonalMessage::parse(printed(&message).as_bytes());
            prop_assert_eq!(again, Ok(message));
        }
    }

    #[test]
    fn a_separator_inside_a_field_never_makes_another_field(title in "[\\\\0]{0,8}") {
        let media = CurrentMedia::song(title, "Artist");
        let read = CurrentMedia::parse(&media.to_wire()).unwrap();
        prop_assert_eq!(read.arguments.len(), 2);
        prop_assert_eq!(&read.arguments[1], "Artist");
    }
}
