use core::fmt;
use core::str::FromStr;

/// A version of the protocol: MSNP2 to MSNP21.
///
/// Code asks it questions instead of comparing numbers; each answer has its one home here.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version(u8);

impl Version {
    /// MSNP2, MSN Messenger 1.0 (1999).
    pub const MSNP2: Self = Self(2);
    /// MSNP3, MSN Messenger 2.0.
    pub const MSNP3: Self = Self(3);
    /// MSNP4, MSN Messenger 2.2.
    pub const MSNP4: Self = Self(4);
    /// MSNP5, MSN Messenger 3.0.
    pub const MSNP5: Self = Self(5);
    /// MSNP6, MSN Messenger 3.6: challenges.
    pub const MSNP6: Self = Self(6);
    /// MSNP7, MSN Messenger 4.5 to 4.7: groups.
    pub const MSNP7: Self = Self(7);
    /// MSNP8, MSN Messenger 5.0: Passport, capabilities.
    pub const MSNP8: Self = Self(8);
    /// MSNP9, MSN Messenger 6.0: MSN objects.
    pub const MSNP9: Self = Self(9);
    /// MSNP10, MSN Messenger 6.1: GUIDs, pending list.
    pub const MSNP10: Self = Self(10);
    /// MSNP11, MSN Messenger 7.0: personal messages, new challenge.
    pub const MSNP11: Self = Self(11);
    /// MSNP12, MSN Messenger 7.5: network ids.
    pub const MSNP12: Self = Self(12);
    /// MSNP13, Windows Live Messenger 8.0: web address book.
    pub const MSNP13: Self = Self(13);
    /// MSNP14, Windows Live Messenger 8.0.
    pub const MSNP14: Self = Self(14);
    /// MSNP15, Windows Live Messenger 8.1: SSO.
    pub const MSNP15: Self = Self(15);
    /// MSNP16, beta of Windows Live Messenger 2009: several places at once.
    pub const MSNP16: Self = Self(16);
    /// MSNP17, betas only.
    pub const MSNP17: Self = Self(17);
    /// MSNP18, Windows Live Messenger 2009: circles.
    pub const MSNP18: Self = Self(18);
    /// MSNP19, beta of Windows Live Messenger 2011.
    pub const MSNP19: Self = Self(19);
    /// MSNP20, not known in the wild.
    pub const MSNP20: Self = Self(20);
    /// MSNP21, Windows Live Messenger 2011 and 2012.
    pub const MSNP21: Self = Self(21);

    /// The first version.
    pub const FIRST: Self = Self::MSNP2;
    /// The last version.
    pub const LAST: Self = Self::MSNP21;

    /// The version with this number, 2 to 21.
    pub const fn from_number(number: u8) -> Option<Self> {
        if number >= Self::FIRST.0 && number <= Self::LAST.0 { Some(Self(number)) } else { None }
    }

    /// Its number.
    pub const fn number(self) -> u8 {
        self.0
    }

    /// All versions, the oldest first.
    pub fn all() -> impl DoubleEndedIterator<Item = Self> {
        (Self::FIRST.0..=Self::LAST.0).map(Self)
    }

    /// How one proves who one is.
    pub const fn login(self) -> Login {
        match self.0 {
            ..=7 => Login::Md5,
            8..=14 => Login::Passport,
            15.. => Login::Sso,
        }
    }

    /// How the contact list reaches the client.
    pub const fn list_sync(self) -> ListSync {
        match self.0 {
            ..=7 => ListSync::Serial,
            8..=9 => ListSync::Counted,
            10..=12 => ListSync::Stamped,
            13.. => ListSync::Web,
        }
    }

    /// How the answer to a `CHL` is computed; none where there are no challenges.
    pub const fn challenge(self) -> Option<ChallengeScheme> {
        match self.0 {
            ..=5 => None,
            6..=10 => Some(ChallengeScheme::Md5),
            11.. => Some(ChallengeScheme::Mixed),
        }
    }

    /// Contacts and groups have GUIDs, and `ADC` replaces `ADD`.
    pub const fn has_guids(self) -> bool {
        self.0 >= 10
    }

    /// There are groups of contacts.
    pub const fn has_groups(self) -> bool {
        self.0 >= 7
    }

    /// Somebody may be on the allow list and the block list at once, and counts as blocked. Before,
    /// the opposite list refuses (draft 7.11); `msnp11-sdk` relies on it, since it blocks by adding
    /// to the block list first.
    pub const fn allows_opposite_lists(self) -> bool {
        self.0 >= 10
    }

    /// People who added one wait on a list of their own for a decision.
    pub const fn has_pending_list(self) -> bool {
        self.0 >= 10
    }

    /// A client says by `ADC RL` that it has decided about somebody who waits on the pending list.
    pub const fn accepts_by_reverse_list(self) -> bool {
        self.0 >= 11
    }

    /// Messages may ask for an answer with `D`, and peer-to-peer data must.
    pub const fn has_data_messages(self) -> bool {
        self.0 >= 9
    }

    /// What waits in the mailbox is told as a document, after the first status; before this, as
    /// numbers after signing in.
    pub const fn mailbox_is_a_document(self) -> bool {
        self.0 >= 11
    }

    /// Replies to changes of the lists carry the serial number of the list.
    pub const fn has_list_serials(self) -> bool {
        self.0 <= 9
    }

    /// `USR OK` says whether the account is verified.
    pub const fn says_verified(self) -> bool {
        self.0 >= 6
    }

    /// `USR OK` carries the friendly name; later it comes as `PRP MFN`.
    pub const fn says_name_at_sign_in(self) -> bool {
        self.0 <= 9
    }

    /// Presence carries a number of client capabilities.
    pub const fn has_capabilities(self) -> bool {
        self.0 >= 8
    }

    /// Presence carries an MSN object, the display picture.
    pub const fn has_msn_objects(self) -> bool {
        self.0 >= 9
    }

    /// Nudges and other `text/x-msnmsgr-datacast` messages are sent.
    pub const fn has_nudges(self) -> bool {
        self.0 >= 9
    }

    /// Personal messages and current media: `UUX` and `UBX`.
    pub const fn has_personal_messages(self) -> bool {
        self.0 >= 11
    }

    /// `CVR` ends in the account, and the client must send it before `USR`.
    pub const fn requires_cvr(self) -> bool {
        self.0 >= 8
    }

    /// `CVR` names the code base of the client.
    pub const fn cvr_has_code_base(self) -> bool {
        self.0 >= 4
    }

    /// `INF` asks for the ways to sign in.
    pub const fn has_inf(self) -> bool {
        self.0 <= 7
    }

    /// `XFR NS` ends in a 0.
    pub const fn redirect_has_zero(self) -> bool {
        self.0 >= 3
    }

    /// `XFR NS` ends in the address of the server that redirects.
    pub const fn redirect_names_its_sender(self) -> bool {
        self.0 >= 7
    }

    /// `SBS 0 null` follows `USR OK`.
    pub const fn sends_sbs(self) -> bool {
        self.0 >= 11
    }

    /// `OUT` may say that the account moves (`MIG`), or that terms are not accepted (`TOU`).
    pub const fn out_names_the_account(self) -> bool {
        self.0 >= 10
    }

    /// `OUT` may say when to come back (`RCT`).
    pub const fn out_says_when_to_return(self) -> bool {
        self.0 >= 11
    }

    /// `QNG` says after how many seconds to ping again.
    pub const fn qng_has_seconds(self) -> bool {
        self.0 >= 9
    }

    /// Telephone numbers and other settings: `PRP` and `BPR`.
    pub const fn has_settings(self) -> bool {
        self.0 >= 5
    }

    /// A message that is too long for one may go in several parts.
    pub const fn has_multi_part_messages(self) -> bool {
        self.0 >= 9
    }

    /// `FND` searches a directory of users.
    pub const fn has_directory(self) -> bool {
        self.0 <= 7
    }

    /// `IMS` switches invitations to switchboards on and off.
    pub const fn has_invitation_switch(self) -> bool {
        self.0 >= 3
    }

    /// `SND` names the language and the client program.
    pub const fn snd_names_the_program(self) -> bool {
        self.0 >= 3
    }

    /// Pages to telephones, by `PAG` or `PGD`.
    pub const fn has_pages(self) -> bool {
        self.0 >= 5
    }

    /// `PGD`, which names the kind of device, replaces `PAG`.
    pub const fn pages_name_the_device(self) -> bool {
        self.0 >= 9
    }

    /// `IRO` and `JOI` end in the capabilities of the member.
    pub const fn members_have_capabilities(self) -> bool {
        self.0 >= 12
    }

    /// `LST`, and from MSNP14 presence, names the network of a contact.
    pub const fn has_network_ids(self) -> bool {
        self.0 >= 12
    }

    /// Where presence names the network of a contact.
    pub const fn network_in_presence(self) -> NetworkPlace {
        match self.0 {
            ..=13 => NetworkPlace::Nowhere,
            14..=17 => NetworkPlace::AfterAccount,
            18.. => NetworkPlace::BeforeAccount,
        }
    }

    /// Capabilities are two numbers, `a:b`.
    pub const fn has_extended_capabilities(self) -> bool {
        self.0 >= 16
    }

    /// `XFR SB` and `RNG` end in `U` and the domain of the service; `XFR NS` ends in `U D`.
    pub const fn redirects_name_the_domain(self) -> bool {
        self.0 >= 13
    }

    /// `XFR SB` and `RNG` say whether direct connections are allowed.
    pub const fn says_direct_connections(self) -> bool {
        self.0 >= 14
    }

    /// A numeric error may announce a body.
    pub const fn errors_have_bodies(self) -> bool {
        self.0 >= 13
    }
}

impl FromStr for Version {
    type Err = VersionError;

    /// Reads `MSNP8`, in any case ([draft-movva-msn-messenger-protocol-00] 7.1).
    ///
    /// [draft-movva-msn-messenger-protocol-00]: https://datatracker.ietf.org/doc/html/draft-movva-msn-messenger-protocol-00
    fn from_str(text: &str) -> Result<Self, VersionError> {
        let (name, number) = text.split_at_checked(4).ok_or(VersionError)?;
        if !name.eq_ignore_ascii_case("MSNP") || number.starts_with(['+', '0']) {
            return Err(VersionError);
        }
        number.parse().ok().and_then(Self::from_number).ok_or(VersionError)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MSNP{}", self.0)
    }
}

impl fmt::Debug for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text names no version from MSNP2 to MSNP21.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a protocol version from MSNP2 to MSNP21")]
pub struct VersionError;

/// How one proves who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Login {
    /// `USR MD5`: a hash of a challenge and the password.
    Md5,
    /// `USR TWN`: a ticket that a web page gives for the password.
    Passport,
    /// `USR SSO`: a ticket and an encrypted nonce.
    Sso,
}

/// Where presence names the network of a contact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkPlace {
    /// It does not.
    Nowhere,
    /// As a parameter after the account.
    AfterAccount,
    /// Before the account, with a colon between: `1:alice@example.com`.
    BeforeAccount,
}

/// How the contact list reaches the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListSync {
    /// One `LST` line for each list and contact, each with serial, position and total.
    Serial,
    /// `SYN` says how many contacts and groups follow; one `LST` line for each contact.
    Counted,
    /// The same, with time stamps for serials and `N=`, `F=`, `C=` fields.
    Stamped,
    /// Not on this connection: the client reads the web address book and sends `ADL`.
    Web,
}

/// How the answer to a challenge is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChallengeScheme {
    /// MD5 of the challenge and the key of the product.
    Md5,
    /// The same, mixed with a checksum of the challenge and the product id.
    Mixed,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn every_version_reads_back_and_names_are_not_case_sensitive() {
        for version in Version::all() {
            assert_eq!(version.to_string().parse(), Ok(version));
        }
        assert_eq!("msnp8".parse(), Ok(Version::MSNP8));
        for wrong in ["MSNP1", "MSNP22", "MSNP", "CVR0", "MSNP08", "MSNP+8", "MSNP8x", "éé8"] {
            assert_eq!(wrong.parse::<Version>(), Err(VersionError), "{wrong}");
        }
    }
}
