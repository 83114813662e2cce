//! What a peer-to-peer session is for: application ids and EUF-GUIDs.

use core::fmt;

use msnp_core::Guid;

/// What a session carries, as a number: the footer of a packet on a switchboard and the `AppID` of
/// an invitation. Open: a number without a name survives a round trip.
///
/// A footer is not to be relied on. Clients before MSNP13 write 1 for every object, some write 0
/// or 1 for everything.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ApplicationId(pub u32);

impl ApplicationId {
    /// 0: MSNSLP, and acknowledgements.
    pub const NEGOTIATION: Self = Self(0);
    /// 1: an object and its data preparation; older clients mean every kind of object by it.
    pub const OBJECT: Self = Self(1);
    /// 2
    pub const FILE_TRANSFER: Self = Self(2);
    /// 3
    pub const INK: Self = Self(3);
    /// 4
    pub const WEBCAM: Self = Self(4);
    /// 8: a game or another program that two people start together.
    pub const ACTIVITY: Self = Self(8);
    /// 11
    pub const CUSTOM_EMOTICON: Self = Self(11);
    /// 12
    pub const DISPLAY_PICTURE: Self = Self(12);

    /// Its name, in lower-case English; none for a number that nobody explained.
    pub const fn name(self) -> Option<&'static str> {
        Some(match self {
            Self::NEGOTIATION => "negotiation",
            Self::OBJECT => "object",
            Self::FILE_TRANSFER => "file transfer",
            Self::INK => "ink",
            Self::WEBCAM => "webcam",
            Self::ACTIVITY => "activity",
            Self::CUSTOM_EMOTICON => "custom emoticon",
            Self::DISPLAY_PICTURE => "display picture",
            _ => return None,
        })
    }
}

impl fmt::Display for ApplicationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

/// What a session is for: the `EUF-GUID` of an invitation. Open: one that is not in the
/// [table](APPLICATIONS) survives a round trip.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EufGuid(pub Guid);

impl EufGuid {
    /// An object is wanted: a display picture, a custom emoticon, a wink, a voice clip, a
    /// background. The context is its descriptor.
    pub const OBJECT: Self =
        Self::new(*b"\xa4\x26\x8e\xec\xfe\xc5\x49\xe5\x95\xc3\xf1\x26\x69\x6b\xdb\xf6");
    /// A file is offered.
    pub const FILE_TRANSFER: Self =
        Self::new(*b"\x5d\x3e\x02\xab\x61\x90\x11\xd3\xbb\xbb\x00\xc0\x4f\x79\x56\x83");
    /// The inviter offers the pictures of a webcam.
    pub const WEBCAM_PRODUCER: Self =
        Self::new(*b"\x4b\xd9\x6f\xc0\xab\x17\x44\x25\xa1\x4a\x43\x91\x85\x96\x2d\xc8");
    /// The inviter wants to see the webcam of the invited.
    pub const WEBCAM_VIEWER: Self =
        Self::new(*b"\x1c\x9a\xa9\x7e\x9c\x05\x45\x83\xa3\xbd\x90\x8a\x19\x6f\x1e\x92");
    /// A game or another program that two people start together.
    pub const ACTIVITY: Self =
        Self::new(*b"\x6a\x13\xaf\x9c\x53\x08\x4f\x35\x92\x3a\x67\xe8\xdd\xa4\x0c\x2f");
    /// A wink is announced, by clients 6.x and 7.0.
    pub const WINK: Self =
        Self::new(*b"\xe0\x73\xb0\x6b\x63\x6e\x45\xb7\xac\xa4\x6d\x4b\x59\x78\xc9\x3c");
    /// A sharing folder.
    pub const SHARING_FOLDER: Self =
        Self::new(*b"\x53\x41\x42\xd5\x1f\x2a\x43\x1f\xa6\x0c\xb0\xcf\x72\x3f\xdf\x7d");
    /// Photos are looked at together. The invitation has no context.
    pub const PHOTO_SHARING: Self =
        Self::new(*b"\x41\xd3\xe7\x4e\x04\xa2\x4b\x37\x96\xf8\x08\xac\xdb\x61\x08\x74");
    /// A conversation with voice or video, which is invited to by a message of the switchboard
    /// and not by MSNSLP.
    pub const VOICE: Self =
        Self::new(*b"\x02\xd3\xc0\x1f\xbf\x30\x48\x25\xa8\x3a\xde\x7a\xf4\x16\x48\xaa");

    const fn new(bytes: [u8; 16]) -> Self {
        Self(Guid::from_bytes(bytes))
    }

    /// Its row in the [table](APPLICATIONS); none for one that nobody explained.
    pub fn application(self) -> Option<&'static Application> {
        APPLICATIONS.iter().find(|row| row.guid == self)
    }
}

/// As the table of the protocol's documents has it, without braces.
impl fmt::Debug for EufGuid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.application() {
            Some(row) => write!(f, "{} ({})", self.0, row.name),
            None => fmt::Debug::fmt(&self.0, f),
        }
    }
}

/// One row of the [table](APPLICATIONS).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Application {
    /// What an invitation to it says.
    pub guid: EufGuid,
    /// Its name, in lower-case English.
    pub name: &'static str,
    /// The `AppID`s that invitations to it have, the one that every client understands first;
    /// empty where none is known.
    pub ids: &'static [ApplicationId],
    /// Which programs show it: `all`, or some of aMSN, papyon, libpurple and MSNPSharp.
    pub source: &'static str,
}

/// Every application that is known.
#[rustfmt::skip]
pub const APPLICATIONS: &[Application] = &[
    row(EufGuid::OBJECT, "object", &[ApplicationId::OBJECT, ApplicationId::DISPLAY_PICTURE, ApplicationId::CUSTOM_EMOTICON], "all"),
    row(EufGuid::FILE_TRANSFER, "file transfer", &[ApplicationId::FILE_TRANSFER], "all"),
    row(EufGuid::WEBCAM_PRODUCER, "webcam, offered", &[ApplicationId::WEBCAM], "aMSN, papyon, libpurple"),
    row(EufGuid::WEBCAM_VIEWER, "webcam, asked for", &[ApplicationId::WEBCAM], "aMSN, papyon, libpurple"),
    row(EufGuid::ACTIVITY, "activity", &[ApplicationId::ACTIVITY], "aMSN, papyon, MSNPSharp"),
    row(EufGuid::WINK, "wink", &[], "aMSN"),
    row(EufGuid::SHARING_FOLDER, "sharing folder", &[], "aMSN"),
    row(EufGuid::PHOTO_SHARING, "photo sharing", &[], "aMSN, MSNPSharp"),
    row(EufGuid::VOICE, "voice or video", &[], "aMSN"),
];

const fn row(
    guid: EufGuid,
    name: &'static str,
    ids: &'static [ApplicationId],
    source: &'static str,
) -> Application {
    Application { guid, name, ids, source }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    #[test]
    fn every_guid_of_the_table_reads_as_the_documents_print_it() {
        let printed = [
            "A4268EEC-FEC5-49E5-95C3-F126696BDBF6",
            "5D3E02AB-6190-11D3-BBBB-00C04F795683",
            "4BD96FC0-AB17-4425-A14A-439185962DC8",
            "1C9AA97E-9C05-4583-A3BD-908A196F1E92",
            "6A13AF9C-5308-4F35-923A-67E8DDA40C2F",
            "E073B06B-636E-45B7-ACA4-6D4B5978C93C",
            "534142D5-1F2A-431F-A60C-B0CF723FDF7D",
            "41D3E74E-04A2-4B37-96F8-08ACDB610874",
            "02D3C01F-BF30-4825-A83A-DE7AF41648AA",
        ];
        for (row, printed) in APPLICATIONS.iter().zip(printed) {
            assert_eq!(row.guid.0.to_string().to_uppercase(), printed, "{}", row.name);
        }
        assert_eq!(APPLICATIONS.len(), printed.len());
    }

    #[test]
    fn every_guid_is_found_and_stands_once() {
        for row in APPLICATIONS {
            assert_eq!(row.guid.application(), Some(row));
            assert_eq!(APPLICATIONS.iter().filter(|other| other.guid == row.guid).count(), 1);
            assert!(row.ids.iter().all(|id| id.name().is_some()), "{}", row.name);
        }
        assert_eq!(EufGuid(Guid::NIL).application(), None);
    }
}
