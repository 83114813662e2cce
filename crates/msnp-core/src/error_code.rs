use core::fmt;

/// The number of an error reply, stable over all versions.
///
/// Open: a number without a name survives a round trip. Where sources disagree on the meaning of
/// a number, only its wording here is uncertain.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ErrorCode(u16);

impl ErrorCode {
    /// 200: syntax error.
    pub const SYNTAX_ERROR: Self = Self(200);
    /// 201: a parameter is not acceptable.
    pub const INVALID_PARAMETER: Self = Self(201);
    /// 203: invalid federated user.
    pub const INVALID_FEDERATED_USER: Self = Self(203);
    /// 204: the network of the contact is not known.
    pub const UNKNOWN_NETWORK: Self = Self(204);
    /// 205: the account does not exist.
    pub const INVALID_USER: Self = Self(205);
    /// 206: the domain part of the account is missing.
    pub const DOMAIN_MISSING: Self = Self(206);
    /// 207: already signed in.
    pub const ALREADY_SIGNED_IN: Self = Self(207);
    /// 208: the account is not valid.
    pub const INVALID_ACCOUNT: Self = Self(208);
    /// 209: the friendly name is not allowed.
    pub const INVALID_FRIENDLY_NAME: Self = Self(209);
    /// 210: the list is full.
    pub const LIST_FULL: Self = Self(210);
    /// 215: already on that list, or already in that room.
    pub const ALREADY_THERE: Self = Self(215);
    /// 216: not on that list, or not allowed by the other user.
    pub const NOT_ON_LIST: Self = Self(216);
    /// 217: the other user is offline or not reachable.
    pub const NOT_ONLINE: Self = Self(217);
    /// 218: already in that mode.
    pub const ALREADY_IN_THE_MODE: Self = Self(218);
    /// 219: on the opposite list.
    pub const ALREADY_IN_OPPOSITE_LIST: Self = Self(219);
    /// 223: too many groups.
    pub const TOO_MANY_GROUPS: Self = Self(223);
    /// 224: the group is not valid.
    pub const INVALID_GROUP: Self = Self(224);
    /// 225: the contact is not in that group.
    pub const NOT_IN_GROUP: Self = Self(225);
    /// 227: the group is not empty.
    pub const GROUP_NOT_EMPTY: Self = Self(227);
    /// 228: a group of that name exists.
    pub const GROUP_EXISTS: Self = Self(228);
    /// 229: the group name is too long.
    pub const GROUP_NAME_TOO_LONG: Self = Self(229);
    /// 230: that group cannot be changed or removed.
    pub const GROUP_FIXED: Self = Self(230);
    /// 240: a domain without contacts.
    pub const EMPTY_DOMAIN: Self = Self(240);
    /// 241: the list document is not valid.
    pub const INVALID_MEMBERSHIP: Self = Self(241);
    /// 280: the switchboard failed.
    pub const SWITCHBOARD_FAILED: Self = Self(280);
    /// 281: the transfer to another server failed.
    pub const TRANSFER_FAILED: Self = Self(281);
    /// 300: a required field is missing.
    pub const REQUIRED_FIELDS_MISSING: Self = Self(300);
    /// 302: not signed in.
    pub const NOT_SIGNED_IN: Self = Self(302);
    /// 403: address book error, or a contact id that is not valid.
    pub const ADDRESS_BOOK_ERROR: Self = Self(403);
    /// 500: internal server error.
    pub const INTERNAL_ERROR: Self = Self(500);
    /// 501: database error.
    pub const DATABASE_ERROR: Self = Self(501);
    /// 502: the command is disabled.
    pub const COMMAND_DISABLED: Self = Self(502);
    /// 510: file operation failed.
    pub const FILE_OPERATION_FAILED: Self = Self(510);
    /// 520: out of memory.
    pub const OUT_OF_MEMORY: Self = Self(520);
    /// 540: wrong answer to a challenge.
    pub const CHALLENGE_FAILED: Self = Self(540);
    /// 600: the server is busy.
    pub const SERVER_BUSY: Self = Self(600);
    /// 601: the server is unavailable.
    pub const SERVER_UNAVAILABLE: Self = Self(601);
    /// 602: the other notification server is down.
    pub const PEER_SERVER_DOWN: Self = Self(602);
    /// 603: the database cannot be reached.
    pub const DATABASE_CONNECTION_FAILED: Self = Self(603);
    /// 604: the server is going down.
    pub const SERVER_GOING_DOWN: Self = Self(604);
    /// 707: the connection could not be made.
    pub const CONNECTION_FAILED: Self = Self(707);
    /// 710: the CVR parameters are not valid.
    pub const BAD_CVR: Self = Self(710);
    /// 711: the write is blocked.
    pub const WRITE_BLOCKED: Self = Self(711);
    /// 712: the session is overloaded.
    pub const SESSION_OVERLOADED: Self = Self(712);
    /// 713: too many invitations, or too active.
    pub const TOO_ACTIVE: Self = Self(713);
    /// 714: too many sessions.
    pub const TOO_MANY_SESSIONS: Self = Self(714);
    /// 715: not expected here.
    pub const NOT_EXPECTED: Self = Self(715);
    /// 717: the friend file is not valid.
    pub const BAD_FRIEND_FILE: Self = Self(717);
    /// 800: changing too fast.
    pub const TOO_FAST: Self = Self(800);
    /// 911: authentication failed.
    pub const AUTHENTICATION_FAILED: Self = Self(911);
    /// 913: not allowed while offline or hidden.
    pub const NOT_ALLOWED_WHILE_HIDDEN: Self = Self(913);
    /// 920: no new users are accepted.
    pub const NOT_ACCEPTING_NEW_USERS: Self = Self(920);
    /// 924: the account is not verified yet.
    pub const NOT_VERIFIED: Self = Self(924);
    /// 928: the ticket is not valid.
    pub const BAD_TICKET: Self = Self(928);

    /// The code with this number, 100 to 999: three digits on the wire.
    pub const fn from_number(number: u16) -> Option<Self> {
        if number >= 100 && number <= 999 { Some(Self(number)) } else { None }
    }

    /// Its number.
    pub const fn number(self) -> u16 {
        self.0
    }

    /// What it means, in words; none for a number that no source explains.
    pub fn meaning(self) -> Option<&'static str> {
        let at = MEANINGS.binary_search_by_key(&self.0, |(number, _)| *number).ok()?;
        MEANINGS.get(at).map(|(_, meaning)| *meaning)
    }
}

impl fmt::Display for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.meaning() {
            Some(meaning) => write!(f, "{} ({meaning})", self.0),
            None => write!(f, "{}", self.0),
        }
    }
}

impl fmt::Debug for ErrorCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Merged from the first public draft of the protocol and the tables of several clients.
#[rustfmt::skip]
const MEANINGS: &[(u16, &str)] = &[
    (200, "syntax error"),
    (201, "a parameter is not acceptable"),
    (203, "invalid federated user"),
    (204, "the network of the contact is not known"),
    (205, "the account does not exist"),
    (206, "the domain part of the account is missing"),
    (207, "already signed in"),
    (208, "the account is not valid"),
    (209, "the friendly name is not allowed"),
    (210, "the list is full"),
    (212, "unexpected"),
    (213, "the rename request is not valid"),
    (215, "already on that list, or already in that room"),
    (216, "not on that list, or not allowed by the other user"),
    (217, "the other user is offline or not reachable"),
    (218, "already in that mode"),
    (219, "on the opposite list"),
    (220, "not accepting pages"),
    (223, "too many groups"),
    (224, "the group is not valid"),
    (225, "the contact is not in that group"),
    (227, "the group is not empty"),
    (228, "a group of that name exists"),
    (229, "the group name is too long"),
    (230, "that group cannot be changed or removed"),
    (231, "the group does not exist"),
    (232, "the phone number is not valid"),
    (233, "the phone number is not known"),
    (234, "the mobile domain is not known"),
    (240, "a domain without contacts"),
    (241, "the list document is not valid"),
    (280, "the switchboard failed"),
    (281, "the transfer to another server failed"),
    (282, "the peer-to-peer message is not valid"),
    (283, "the application is not known"),
    (285, "the message is too long"),
    (290, "out of funds for text messages"),
    (300, "a required field is missing"),
    (301, "too many results"),
    (302, "not signed in"),
    (402, "the contact list cannot be reached"),
    (403, "address book error, or a contact id that is not valid"),
    (413, "text messages: subscription required"),
    (414, "text messages are disabled"),
    (415, "text messages: out of funds"),
    (416, "text messages are disabled in this market"),
    (417, "text messages are disabled everywhere"),
    (418, "try again later"),
    (419, "no market given"),
    (420, "the account may not do that"),
    (500, "internal server error"),
    (501, "database error"),
    (502, "the command is disabled"),
    (504, "a server behind this one is down"),
    (508, "federated partner error"),
    (509, "text message error"),
    (510, "file operation failed"),
    (511, "error, with text in the body"),
    (520, "out of memory"),
    (540, "wrong answer to a challenge"),
    (550, "text messages: account muted"),
    (551, "text messages: account disabled"),
    (552, "text messages: account at its limit"),
    (580, "text messages: internal error"),
    (590, "text messages: carrier not valid"),
    (591, "text messages: no route"),
    (592, "text messages: route failed"),
    (593, "text messages: mapping full"),
    (594, "text messages: wrong country"),
    (595, "text messages: cache full"),
    (596, "text messages: bad format"),
    (597, "text messages: bad text"),
    (598, "text messages: too long"),
    (600, "the server is busy"),
    (601, "the server is unavailable"),
    (602, "the other notification server is down"),
    (603, "the database cannot be reached"),
    (604, "the server is going down"),
    (605, "the server is unavailable"),
    (606, "paging is unavailable"),
    (700, "the connection could not be made"),
    (707, "the connection could not be made"),
    (710, "the CVR parameters are not valid"),
    (711, "the write is blocked"),
    (712, "the session is overloaded"),
    (713, "too many invitations, or too active"),
    (714, "too many sessions"),
    (715, "not expected here"),
    (717, "the friend file is not valid"),
    (718, "the user is restricted"),
    (719, "the session is federated"),
    (726, "the user is federated"),
    (731, "CVR was not expected"),
    (733, "roaming sign-out"),
    (734, "signed in at too many places"),
    (800, "changing too fast"),
    (801, "not known"),
    (910, "the server is too busy"),
    (911, "authentication failed"),
    (912, "the server is too busy"),
    (913, "not allowed while offline or hidden"),
    (914, "the server is unavailable"),
    (915, "the server is unavailable"),
    (916, "the server is unavailable"),
    (917, "authentication failed"),
    (918, "the server is too busy"),
    (919, "the server is too busy"),
    (920, "no new users are accepted"),
    (921, "the server is too busy"),
    (922, "the server is too busy"),
    (923, "a child account without consent of a parent"),
    (924, "the account is not verified yet"),
    (926, "a managed user with the wrong client"),
    (927, "the account is suspended"),
    (928, "the ticket is not valid"),
    (931, "the account is not on this server"),
    (933, "the contact list is not valid"),
    (935, "the signature is not valid"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order_so_that_every_row_is_found() {
        assert!(MEANINGS.is_sorted_by(|a, b| a.0 < b.0));
        for (number, meaning) in MEANINGS {
            assert_eq!(ErrorCode::from_number(*number).unwrap().meaning(), Some(*meaning));
        }
        assert_eq!(ErrorCode::from_number(999).unwrap().meaning(), None);
        assert_eq!(ErrorCode::from_number(1000), None);
    }
}
