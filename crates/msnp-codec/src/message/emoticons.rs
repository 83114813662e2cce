use alloc::borrow::Cow;
use alloc::string::String;
use alloc::vec::Vec;

use super::header::HeaderWriter;
use crate::msn_object::MsnObject;

/// Which pictures stand for which letters in the texts that follow: `text/x-mms-emoticon`, or
/// `text/x-mms-animemoticon` for ones that move.
///
/// ```
/// use msnp_codec::message::{Emoticon, Emoticons};
/// use msnp_codec::msn_object::{MsnObject, ObjectType};
///
/// let kind = ObjectType::CUSTOM_EMOTICON;
/// let cat = MsnObject::new("alice@example.com", kind, "cat.png", "", b"the picture");
/// let mut bytes = Vec::new();
/// Emoticons { are_animated: false, list: vec![Emoticon::new("(cat)", cat)] }.print(&mut bytes);
/// # assert!(bytes.ends_with(b"/>\t"));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Emoticons<'a> {
    /// Whether the pictures move.
    pub are_animated: bool,
    /// Every shortcut with its picture. Some programs read the first five only.
    pub list: Vec<Emoticon<'a>>,
}

/// A shortcut and the picture that stands for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emoticon<'a> {
    /// The letters to look for in a text. A tab or line break is printed as a space.
    pub shortcut: Cow<'a, str>,
    /// The picture, to be fetched from its creator.
    pub object: MsnObject,
}

impl<'a> Emoticon<'a> {
    /// That picture for those letters.
    pub fn new(shortcut: impl Into<Cow<'a, str>>, object: MsnObject) -> Self {
        Self { shortcut: shortcut.into(), object }
    }
}

impl<'a> Emoticons<'a> {
    pub(super) const MEDIA_TYPE: &'static str = "text/x-mms-emoticon";
    pub(super) const ANIMATED_MEDIA_TYPE: &'static str = "text/x-mms-animemoticon";

    /// How many emoticons are read; what follows is left out.
    pub const MAX_LEN: usize = 32;

    /// Reads the body: shortcut, tab, object, tab, and again. A pair without a shortcut or a
    /// readable object is left out; the last tab may be missing.
    pub(super) fn parse(body: &'a [u8], are_animated: bool) -> Self {
        let list = match String::from_utf8_lossy(body) {
            Cow::Borrowed(text) => pairs(text).collect(),
            Cow::Owned(text) => pairs(&text).map(Emoticon::into_owned).collect(),
        };
        Self { are_animated, list }
    }

    /// Appends the whole message, with a tab after each object.
    pub fn print(&self, out: &mut Vec<u8>) {
        let kind = if self.are_animated { Self::ANIMATED_MEDIA_TYPE } else { Self::MEDIA_TYPE };
        let out = HeaderWriter::new(out).header("Content-Type", kind).end();
        for Emoticon { shortcut, object } in &self.list {
            let shortcut = shortcut.replace(SEPARATORS, " ");
            out.extend_from_slice(alloc::format!("{shortcut}\t{object}\t").as_bytes());
        }
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> Emoticons<'static> {
        let list = self.list.into_iter().map(Emoticon::into_owned).collect();
        Emoticons { are_animated: self.are_animated, list }
    }
}

impl Emoticon<'_> {
    fn into_owned(self) -> Emoticon<'static> {
        Emoticon { shortcut: Cow::Owned(self.shortcut.into_owned()), object: self.object }
    }
}

const SEPARATORS: [char; 3] = ['\t', '\r', '\n'];

fn pairs(text: &str) -> impl Iterator<Item = Emoticon<'_>> {
    let mut fields = text.split('\t');
    let pairs = core::iter::from_fn(move || Some((fields.next()?, fields.next()?)));
    pairs
        .filter_map(|(shortcut, object)| {
            let shortcut = match shortcut.trim_matches(['\r', '\n']) {
                "" => return None,
                broken if broken.contains(SEPARATORS) => {
                    Cow::Owned(broken.replace(SEPARATORS, " "))
                }
                plain => Cow::Borrowed(plain),
            };
            Some(Emoticon { shortcut, object: MsnObject::parse(object).ok()? })
        })
        .take(Emoticons::MAX_LEN)
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use proptest::prelude::*;

    use super::super::{Content, Message};
    use super::*;
    use crate::msn_object::ObjectType;

    fn picture(data: &[u8]) -> MsnObject {
        MsnObject::new("a@example.com", ObjectType::CUSTOM_EMOTICON, "0", "", data)
    }

    fn read(body: &str) -> Vec<Emoticon<'_>> {
        Emoticons::parse(body.as_bytes(), false).list
    }

    #[test]
    fn several_pairs_are_read_with_or_without_the_last_tab() {
        let (cat, dog) = (picture(b"cat"), picture(b"dog"));
        let expected = [Emoticon::new("(cat)", cat.clone()), Emoticon::new(":d o g", dog.clone())];
        for end in ["", "\t", "\t\r\n", "\r\n", "\0"] {
            assert_eq!(read(&format!("(cat)\t{cat}\t:d o g\t{dog}{end}")), expected, "{end:?}");
        }
    }

    #[test]
    fn a_broken_pair_does_not_hide_the_next_one() {
        let cat = picture(b"cat");
        let body = format!("a\tno object\t\t{cat}\t(cat)\t{cat}\tlast");
        assert_eq!(read(&body), [Emoticon::new("(cat)", cat)]);
    }

    #[test]
    fn a_shortcut_is_one_line() {
        let cat = picture(b"cat");
        let body = format!("a\r\nb\t{cat}");
        assert_eq!(read(&body), [Emoticon::new("a  b", cat)]);
    }

    #[test]
    fn the_number_of_emoticons_is_bounded() {
        let body = format!("a\t{}\t", picture(b"cat")).repeat(Emoticons::MAX_LEN + 1);
        assert_eq!(read(&body).len(), Emoticons::MAX_LEN);
    }

    proptest! {
        #[test]
        fn printed_emoticons_are_read_back(
            are_animated in any::<bool>(),
            list in proptest::collection::vec(("[!-~é♥ ]{1,9}", any::<[u8; 2]>()), 0..5),
        ) {
            let list = list.into_iter().map(|(name, data)| Emoticon::new(name, picture(&data)));
            let emoticons = Emoticons { are_animated, list: list.collect() };
            let mut printed = Vec::new();
            emoticons.print(&mut printed);
            prop_assert_eq!(Message::parse(&printed).content(), Content::Emoticons(emoticons));
        }
    }
}
