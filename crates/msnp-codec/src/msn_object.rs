//! The MSN object: the descriptor of a display picture, a custom emoticon, a wink and the like.
//!
//! It stands, percent-encoded, in the presence commands, and plain in messages and invitations.
//! The thing itself is fetched from its creator.

use alloc::borrow::ToOwned;
use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use sha1::{Digest, Sha1};

use crate::base64_text;

mod friendly;
mod grammar;
mod object_type;

use grammar::Attribute;
pub use object_type::ObjectType;

/// The descriptor of a thing that can be fetched from its creator.
///
/// | attribute | value |
/// |---|---|
/// | `Creator` | account |
/// | `Size` | bytes, decimal |
/// | `Type` | [`ObjectType`], decimal |
/// | `Location` | name of a file, or `0`; never one to be opened here |
/// | `Friendly` | base64 of a text in UTF-16, little-endian, with a NUL at its end |
/// | `SHA1D` | base64 of the SHA-1 of the thing |
/// | `SHA1C` | base64 of the SHA-1 of the attributes above, each its name and then its value |
///
/// Reading takes attributes in any order and letter case, keeps unknown ones and misses none.
/// `Display` gives what was read, byte for byte. Once changed, an object is written anew: the
/// attributes of the table in its order, which is the one of official clients, then the others.
///
/// ```
/// use msnp_codec::msn_object::{MsnObject, ObjectType};
///
/// let picture = b"hello msn object\n";
/// let object = MsnObject::new(
///     "alice@example.com",
///     ObjectType::DISPLAY_PICTURE,
///     "TFR2C2.tmp",
///     "",
///     picture,
/// );
/// let text = object.to_string();
/// assert_eq!(
///     text,
///     "<msnobj Creator=\"alice@example.com\" Size=\"17\" Type=\"3\" Location=\"TFR2C2.tmp\" \
///      Friendly=\"AAA=\" SHA1D=\"4OKtSPFcJq0+UrK7Jb27hO+K2NU=\" \
///      SHA1C=\"dF7kdicmqXOlDC/LRvbPNObI67Y=\"/>"
/// );
///
/// let read = MsnObject::parse(&text)?;
/// assert!(read.describes(picture) && read.is_same_thing(&object));
/// # Ok::<(), msnp_codec::msn_object::MsnObjectError>(())
/// ```
///
/// Two objects are equal when they are written alike; see [`is_same_thing`](Self::is_same_thing).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MsnObject {
    attributes: Vec<Attribute>,
    /// What was read, where writing the attributes would give something else.
    written: Option<Box<str>>,
}

impl MsnObject {
    /// The longest descriptor that is read, in bytes. Those of official clients have about 200.
    pub const MAX_LEN: usize = 4096;

    /// How many attributes are read.
    pub const MAX_ATTRIBUTES: usize = 32;

    /// Describes `data`, with both hashes.
    ///
    /// Characters that XML does not allow are left out of the texts.
    pub fn new(
        creator: &str,
        kind: ObjectType,
        location: &str,
        friendly: &str,
        data: &[u8],
    ) -> Self {
        Self { attributes: Vec::new(), written: None }
            .with(CREATOR, creator)
            .with(SIZE, &data.len().to_string())
            .with(TYPE, &kind.0.to_string())
            .with(LOCATION, location)
            .with(FRIENDLY, &friendly::encode(friendly))
            .with(SHA1D, &base64_text::encode(&sha1(data)))
            .with_hash()
    }

    /// Reads a descriptor, without percent-encoding.
    ///
    /// White space and NULs around it are passed over, and so is anything after its end.
    /// [`ObjectParameter::parse`] knows what else may stand in the place of one.
    ///
    /// # Errors
    /// Where it is no such element.
    pub fn parse(text: &str) -> Result<Self, MsnObjectError> {
        if text.len() > Self::MAX_LEN {
            return Err(MsnObjectError::TooLong { len: text.len() });
        }
        let start = text.trim_start_matches(is_around);
        let (after, element) =
            grammar::element(Self::MAX_ATTRIBUTES)(start).map_err(|error| match error {
                nom::Err::Error(error) | nom::Err::Failure(error) => {
                    MsnObjectError::Malformed { at: text.len() - error.input.len() }
                }
                nom::Err::Incomplete(_) => MsnObjectError::Malformed { at: text.len() },
            })?;
        let mut object = Self { attributes: element.attributes, written: None };
        let written = start.strip_suffix(after).unwrap_or(start);
        // A control character could end the line or the field that the object is printed in.
        if element.is_closed && !written.contains(char::is_control) && object.to_string() != written
        {
            object.written = Some(written.into());
        }
        Ok(object)
    }

    /// Who has the thing (`Creator`); empty where it is missing. Nobody checked it.
    pub fn creator(&self) -> &str {
        self.get(CREATOR).unwrap_or_default()
    }

    /// How long the thing is, in bytes (`Size`). It may lie.
    pub fn size(&self) -> Option<u64> {
        self.get(SIZE)?.trim().parse().ok()
    }

    /// What it is (`Type`).
    pub fn kind(&self) -> Option<ObjectType> {
        self.get(TYPE)?.trim().parse().ok().map(ObjectType)
    }

    /// The file that its creator keeps it in (`Location`).
    pub fn location(&self) -> Option<&str> {
        self.get(LOCATION)
    }

    /// What to call it (`Friendly`); none where it is missing or no base64.
    pub fn friendly(&self) -> Option<String> {
        friendly::decode(self.get(FRIENDLY)?)
    }

    /// The SHA-1 of the thing (`SHA1D`); none where it is missing or unreadable.
    pub fn data_hash(&self) -> Option<[u8; 20]> {
        hash(self.get(SHA1D)?)
    }

    /// The SHA-1 of the other attributes (`SHA1C`), as the object has it; none where it is missing
    /// or unreadable. Late clients leave it out; one program writes it in hexadecimal.
    pub fn hash(&self) -> Option<[u8; 20]> {
        hash(self.get(SHA1C)?)
    }

    /// The SHA-1 of the attributes before `SHA1C`, as it ought to be.
    pub fn computed_hash(&self) -> [u8; 20] {
        let mut hasher = Sha1::new();
        for (name, value) in HASHED.iter().filter_map(|name| Some((name, self.get(name)?))) {
            hasher.update(name);
            hasher.update(value);
        }
        hasher.finalize().into()
    }

    /// Whether [`hash`](Self::hash) is what it ought to be; none where there is none. Clients
    /// disagree about the encoding of an unusual `Location` under it, so a wrong one is no reason
    /// to refuse the object.
    pub fn hash_is_right(&self) -> Option<bool> {
        self.hash().map(|hash| hash == self.computed_hash())
    }

    /// Whether `data` is the thing: its length, where that is given, and its hash.
    pub fn describes(&self, data: &[u8]) -> bool {
        let len = u64::try_from(data.len()).ok();
        self.size().is_none_or(|size| Some(size) == len) && self.data_hash() == Some(sha1(data))
    }

    /// Whether both describe the same thing: `Type` and `SHA1D` are compared, nothing else.
    ///
    /// An object without a readable `SHA1D` is the same as none.
    pub fn is_same_thing(&self, other: &Self) -> bool {
        self.data_hash().is_some()
            && self.data_hash() == other.data_hash()
            && self.kind() == other.kind()
    }

    /// The attribute of that name, in any letter case, without its entities. Of two with one name
    /// the first counts.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
            .map(|attribute| &*attribute.value)
    }

    /// All attributes in their order, as names and values.
    pub fn attributes(&self) -> impl Iterator<Item = (&str, &str)> {
        self.attributes.iter().map(|attribute| (&*attribute.name, &*attribute.value))
    }

    /// The same with this attribute: a new one, or another value. The hash is not renewed; see
    /// [`with_hash`](Self::with_hash).
    ///
    /// Characters that XML does not allow are left out of the value.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: &str) -> Self {
        let at = self.attributes.iter().position(|other| other.name.eq_ignore_ascii_case(name));
        self = self.without(name);
        let attribute = Attribute { name: name.to_owned(), value: grammar::allowed(value) };
        self.attributes.insert(at.unwrap_or(usize::MAX).min(self.attributes.len()), attribute);
        self.sort();
        self
    }

    /// The same without this attribute.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        let before = self.attributes.len();
        self.attributes.retain(|attribute| !attribute.name.eq_ignore_ascii_case(name));
        if self.attributes.len() != before {
            self.sort();
        }
        self
    }

    /// The same with that name for people (`Friendly`). The hash is not renewed.
    #[must_use]
    pub fn with_friendly(self, friendly: &str) -> Self {
        self.with(FRIENDLY, &friendly::encode(friendly))
    }

    /// The same with the right `SHA1C`.
    #[must_use]
    pub fn with_hash(self) -> Self {
        let hash = base64_text::encode(&self.computed_hash());
        self.with(SHA1C, &hash)
    }

    fn sort(&mut self) {
        self.written = None;
        self.attributes.sort_by_key(|attribute| {
            let official = HASHED.iter().chain([&SHA1C]);
            official.take_while(|name| !attribute.name.eq_ignore_ascii_case(name)).count()
        });
    }
}

impl fmt::Display for MsnObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(written) = &self.written {
            return f.write_str(written);
        }
        f.write_str("<msnobj")?;
        for Attribute { name, value } in &self.attributes {
            write!(f, " {name}=\"")?;
            grammar::escape(value, f)?;
            f.write_str("\"")?;
        }
        f.write_str("/>")
    }
}

/// Why a text is no MSN object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MsnObjectError {
    /// Longer than [`MsnObject::MAX_LEN`].
    #[error("the MSN object has {len} bytes, more than {}", MsnObject::MAX_LEN)]
    TooLong {
        /// How long it is, in bytes.
        len: usize,
    },
    /// It is no such element, or has more attributes than [`MsnObject::MAX_ATTRIBUTES`].
    #[error("not an MSN object from byte {at} on")]
    Malformed {
        /// Where reading had to stop, in bytes from the start.
        at: usize,
    },
}

/// What may stand where presence has room for an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ObjectParameter {
    /// There is none: nothing stands there, or a bare number such as `0` or `1`.
    None,
    /// The address of a picture on the web; never fetched here.
    Address(String),
    /// An object.
    Object(MsnObject),
    /// Something else. It is as good as none.
    Malformed(MsnObjectError),
}

impl ObjectParameter {
    /// Reads the parameter, [decoded](crate::Encoded::decode).
    pub fn parse(text: &str) -> Self {
        let inner = text.trim_matches(is_around);
        if inner.bytes().all(|b| b.is_ascii_digit()) {
            return Self::None;
        }
        match MsnObject::parse(text) {
            Ok(object) => Self::Object(object),
            Err(_) if inner.len() <= MsnObject::MAX_LEN && is_address(inner) => {
                Self::Address(inner.to_owned())
            }
            Err(error) => Self::Malformed(error),
        }
    }

    /// The object, where it is one.
    pub fn into_object(self) -> Option<MsnObject> {
        match self {
            Self::Object(object) => Some(object),
            _ => None,
        }
    }
}

const CREATOR: &str = "Creator";
const SIZE: &str = "Size";
const TYPE: &str = "Type";
const LOCATION: &str = "Location";
const FRIENDLY: &str = "Friendly";
const SHA1D: &str = "SHA1D";
const SHA1C: &str = "SHA1C";

/// What `SHA1C` is computed from, in this order.
const HASHED: [&str; 6] = [CREATOR, SIZE, TYPE, LOCATION, FRIENDLY, SHA1D];

fn is_around(letter: char) -> bool {
    letter.is_whitespace() || matches!(letter, '\0' | '\u{feff}')
}

fn is_address(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        ["http", "https"].iter().any(|known| scheme.eq_ignore_ascii_case(known))
    })
}

fn hash(text: &str) -> Option<[u8; 20]> {
    let text = text.trim();
    match base64_text::decode(text.as_bytes()).and_then(|bytes| bytes.try_into().ok()) {
        Some(hash) => Some(hash),
        None => hexadecimal_hash(text),
    }
}

fn hexadecimal_hash(text: &str) -> Option<[u8; 20]> {
    let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return None };
    let bytes: Option<Vec<u8>> = pairs
        .iter()
        .map(|pair| {
            let [high, low] = pair.map(|digit| char::from(digit).to_digit(16));
            u8::try_from(high? << 4 | low?).ok()
        })
        .collect();
    bytes?.try_into().ok()
}

fn sha1(data: &[u8]) -> [u8; 20] {
    Sha1::digest(data).into()
}

#[cfg(test)]
mod tests;
