//! What a server of each version says up to the first status.

use msnp_core::{ListSync, Version};

pub(crate) const VERSIONS: [Version; 11] = [
    Version::MSNP2,
    Version::MSNP3,
    Version::MSNP4,
    Version::MSNP5,
    Version::MSNP6,
    Version::MSNP7,
    Version::MSNP8,
    Version::MSNP9,
    Version::MSNP10,
    Version::MSNP11,
    Version::MSNP12,
];

pub(crate) const BOB_GUID: &str = "99999999-2222-3333-4444-555555555555";
pub(crate) const FRIENDS_GUID: &str = "11111111-2222-3333-4444-555555555555";
pub(crate) const STAMPS: &str =
    "2005-04-23T18:57:44.8130000-07:00 2005-04-23T18:57:44.8130000-07:00";

/// The group of friends.
pub(crate) fn friends(version: Version) -> &'static str {
    if version.has_guids() { FRIENDS_GUID } else { "1" }
}

/// The first transaction of what the user does: to MSNP7, what the program is comes before.
pub(crate) fn next(version: Version) -> u32 {
    if version.requires_cvr() { 7 } else { 8 }
}

/// Up to the challenge for the password.
pub(crate) fn negotiation(version: Version) -> String {
    match version.requires_cvr() {
        false => format!("VER 1 {version} CVR0\r\nINF 2 MD5\r\nUSR 3 MD5 S 1.2\r\n"),
        true => format!("VER 1 {version}\r\nCVR 2 1 1 1 u u\r\nUSR 3 TWN S ct=1,rver=2\r\n"),
    }
}

/// The end of the sign-in.
pub(crate) fn welcome(version: Version) -> String {
    let rest = match version.number() {
        2..=5 => "Alice%20A",
        6..=7 => "Alice%20A 1",
        8..=9 => "Alice%20A 1 0",
        _ => "1 0",
    };
    format!("USR 4 OK alice@example.com {rest}\r\n")
}

/// The answer that says that nothing has changed.
pub(crate) fn unchanged(version: Version) -> String {
    match version.list_sync() {
        ListSync::Stamped => format!("SYN 5 {STAMPS}\r\n"),
        _ => "SYN 5 9\r\n".to_owned(),
    }
}

/// The lists: bob is a friend, eve only has alice on her list.
pub(crate) fn lists(version: Version) -> String {
    let counted = "GTC A\r\nBLP AL\r\n";
    match version.number() {
        8..=9 => format!(
            "SYN 5 9 2 2\r\n{counted}PRP PHH 555\r\nLSG 0 Other%20Contacts 0\r\n\
             LSG 1 Friends 0\r\nLST bob@example.com Bob 11 1\r\nBPR PHH 777\r\n\
             LST eve@example.com Eve 8\r\n"
        ),
        10.. => {
            let network = if version.has_network_ids() { " 1" } else { "" };
            format!(
                "SYN 5 {STAMPS} 2 1\r\n{counted}PRP MFN Alice%20A\r\nPRP PHH 555\r\n\
                 LSG Friends {FRIENDS_GUID}\r\n\
                 LST N=bob@example.com F=Bob C={BOB_GUID} 11{network} {FRIENDS_GUID}\r\n\
                 BPR PHH 777\r\nLST N=eve@example.com F=Eve 8{network}\r\n"
            )
        }
        number => {
            let settings = if number >= 5 { "PRP 9 PHH 555\r\n" } else { "" };
            let groups = match number {
                7 => "LSG 5 9 1 2 0 Other%20Contacts 0\r\nLSG 5 9 2 2 1 Friends 0\r\n",
                _ => "",
            };
            let group = if number == 7 { " 1" } else { "" };
            // Sources differ on whether the line names the contact that it follows.
            let setting = match number {
                ..=4 => "",
                5 => "BPR 9 bob@example.com PHH 777\r\n",
                _ => "BPR 9 PHH 777\r\n",
            };
            format!(
                "SYN 5 9\r\nGTC 5 9 A\r\nBLP 5 9 AL\r\n{settings}{groups}\
                 LST 5 FL 9 1 1 bob@example.com Bob{group}\r\n{setting}\
                 LST 5 AL 9 1 1 bob@example.com Bob\r\nLST 5 BL 9 0 0\r\n\
                 LST 5 RL 9 1 2 bob@example.com Bob\r\nLST 5 RL 9 2 2 eve@example.com Eve\r\n"
            )
        }
    }
}
