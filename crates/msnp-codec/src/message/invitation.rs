use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;

use msnp_core::Guid;

use super::body_field::BodyField;
use super::header::{HeaderWriter, write_line};

/// A step of an invitation to use another program together, a file transfer above all:
/// `text/x-msmsgsinvite`. Clients before version 6 had nothing else, later ones understand it.
///
/// ```
/// use msnp_codec::message::{BodyField, Content, Invitation, Message};
///
/// let mut invitation = Invitation::invite(33267, "File Transfer", Invitation::FILE_TRANSFER);
/// invitation.fields.push(BodyField::new("Application-File", "cat.png"));
/// let mut bytes = Vec::new();
/// invitation.print(&mut bytes);
/// assert_eq!(
///     String::from_utf8_lossy(&bytes),
///     "MIME-Version: 1.0\r\n\
///      Content-Type: text/x-msmsgsinvite; charset=UTF-8\r\n\
///      \r\n\
///      Application-Name: File Transfer\r\n\
///      Application-GUID: {5D3E02AB-6190-11d3-BBBB-00C04F795683}\r\n\
///      Invitation-Command: INVITE\r\n\
///      Invitation-Cookie: 33267\r\n\
///      Application-File: cat.png\r\n\
///      \r\n"
/// );
/// assert_eq!(Message::parse(&bytes).content(), Content::Invitation(invitation));
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Invitation<'a> {
    /// `Application-Name`: the program, for people; in the first step only.
    pub application_name: Option<Cow<'a, str>>,
    /// `Application-GUID`: the program, as it is written; see [`application`](Self::application).
    pub application_guid: Option<Cow<'a, str>>,
    /// `Invitation-Command`: which step it is.
    pub command: InvitationCommand<'a>,
    /// `Invitation-Cookie`: chosen by who invites, the same in all steps; none where it is missing
    /// or no number.
    pub cookie: Option<u32>,
    /// All other fields, in their order.
    pub fields: Vec<BodyField<'a>>,
}

/// Which step of an invitation it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvitationCommand<'a> {
    /// `INVITE`: the first.
    Invite,
    /// `ACCEPT`: said by either side.
    Accept,
    /// `CANCEL`: said by either side; the field `Cancel-Code` has the reason.
    Cancel,
    /// Another word; an empty one where it is missing.
    Other(Cow<'a, str>),
}

impl<'a> Invitation<'a> {
    pub(super) const MEDIA_TYPE: &'static str = "text/x-msmsgsinvite";

    /// How many other fields are read; what follows is left out.
    pub const MAX_FIELDS: usize = 64;

    /// The application GUID of a file transfer, as official clients write it.
    pub const FILE_TRANSFER: &'static str = "{5D3E02AB-6190-11d3-BBBB-00C04F795683}";
    /// The application GUID of a conversation with voice or video.
    pub const VOICE: &'static str = "{02D3C01F-BF30-4825-A83A-DE7AF41648AA}";
    /// The application GUID of NetMeeting.
    pub const NET_MEETING: &'static str = "{44BBA842-CC51-11CF-AAFA-00AA00B6015C}";
    /// The application GUID of application sharing.
    pub const APPLICATION_SHARING: &'static str = "{F1B1920C-6A3C-4ce7-B18C-AFAB305FD03D}";

    /// The first step; the fields of the program are still to be added.
    pub fn invite(
        cookie: u32,
        application_name: impl Into<Cow<'a, str>>,
        application_guid: impl Into<Cow<'a, str>>,
    ) -> Self {
        Self {
            application_name: Some(application_name.into()),
            application_guid: Some(application_guid.into()),
            ..Self::step(InvitationCommand::Invite, cookie)
        }
    }

    /// That one is accepted; the fields of the program are still to be added.
    pub fn accept(cookie: u32) -> Self {
        Self::step(InvitationCommand::Accept, cookie)
    }

    /// That one is cancelled, with a reason such as `REJECT`, `REJECT_NOT_INSTALLED`, `TIMEOUT`,
    /// `FTTIMEOUT`, `OUTBANDCANCEL` or `FAIL`.
    pub fn cancel(cookie: u32, code: impl Into<Cow<'a, str>>) -> Self {
        let mut step = Self::step(InvitationCommand::Cancel, cookie);
        step.fields.push(BodyField::new("Cancel-Code", code));
        step
    }

    fn step(command: InvitationCommand<'a>, cookie: u32) -> Self {
        Self {
            application_name: None,
            application_guid: None,
            command,
            cookie: Some(cookie),
            fields: Vec::new(),
        }
    }

    pub(super) fn parse(body: &'a [u8]) -> Self {
        let mut read = Self {
            application_name: None,
            application_guid: None,
            command: InvitationCommand::Other(Cow::Borrowed("")),
            cookie: None,
            fields: Vec::new(),
        };
        let mut has_command = false;
        for field in BodyField::read(body) {
            if field.is("Application-Name") && read.application_name.is_none() {
                read.application_name = Some(field.value);
            } else if field.is("Application-GUID") && read.application_guid.is_none() {
                read.application_guid = Some(field.value);
            } else if field.is("Invitation-Command") && !has_command {
                has_command = true;
                read.command = InvitationCommand::parse(field.value);
            } else if field.is("Invitation-Cookie")
                && read.cookie.is_none()
                && let Ok(cookie) = field.value.parse()
            {
                read.cookie = Some(cookie);
            } else if read.fields.len() < Self::MAX_FIELDS {
                read.fields.push(field);
            }
        }
        read
    }

    /// The first other field of that name, in any letter case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|field| field.is(name)).map(|field| &*field.value)
    }

    /// The program; none where it is not named, or by something that is no GUID.
    pub fn application(&self) -> Option<Guid> {
        self.application_guid.as_deref()?.parse().ok()
    }

    /// Appends the whole message, the known fields first, in the order of official clients.
    pub fn print(&self, out: &mut Vec<u8>) {
        let out = HeaderWriter::new(out)
            .header("Content-Type", "text/x-msmsgsinvite; charset=UTF-8")
            .end();
        if let Some(name) = &self.application_name {
            write_line(out, "Application-Name", name);
        }
        if let Some(guid) = &self.application_guid {
            write_line(out, "Application-GUID", guid);
        }
        write_line(out, "Invitation-Command", self.command.as_str());
        if let Some(cookie) = self.cookie {
            write_line(out, "Invitation-Cookie", &cookie.to_string());
        }
        self.fields.iter().for_each(|field| field.print(out));
        out.extend_from_slice(b"\r\n");
    }

    /// The same, independent of the bytes it was read from.
    pub fn into_owned(self) -> Invitation<'static> {
        let own = |text: Option<Cow<'a, str>>| text.map(|text| Cow::Owned(text.into_owned()));
        Invitation {
            application_name: own(self.application_name),
            application_guid: own(self.application_guid),
            command: self.command.into_owned(),
            cookie: self.cookie,
            fields: self.fields.into_iter().map(BodyField::into_owned).collect(),
        }
    }
}

impl<'a> InvitationCommand<'a> {
    /// The word on the wire.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Invite => "INVITE",
            Self::Accept => "ACCEPT",
            Self::Cancel => "CANCEL",
            Self::Other(word) => word,
        }
    }

    fn parse(word: Cow<'a, str>) -> Self {
        [Self::Invite, Self::Accept, Self::Cancel]
            .into_iter()
            .find(|known| word.eq_ignore_ascii_case(known.as_str()))
            .unwrap_or(Self::Other(word))
    }

    fn into_owned(self) -> InvitationCommand<'static> {
        match self {
            Self::Invite => InvitationCommand::Invite,
            Self::Accept => InvitationCommand::Accept,
            Self::Cancel => InvitationCommand::Cancel,
            Self::Other(word) => InvitationCommand::Other(Cow::Owned(word.into_owned())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Content, Message};
    use super::*;

    fn read(body: &str) -> Invitation<'_> {
        Invitation::parse(body.as_bytes())
    }

    #[test]
    fn fields_come_in_any_order_and_unknown_ones_are_kept() {
        let invitation = read(
            "Connectivity: N\r\nInvitation-Cookie: 4294967295\r\ninvitation-command: Accept\r\n\
             IP-Address: 192.0.2.1\r\nPort: 6891\r\n\r\nnot read",
        );
        assert_eq!(invitation.command, InvitationCommand::Accept);
        assert_eq!(invitation.cookie, Some(u32::MAX));
        assert_eq!(invitation.application(), None);
        assert_eq!(invitation.get("port"), Some("6891"));
        let names: Vec<_> = invitation.fields.iter().map(|field| &*field.name).collect();
        assert_eq!(names, ["Connectivity", "IP-Address", "Port"]);
    }

    #[test]
    fn a_guid_that_is_none_and_a_cookie_that_is_no_number_are_kept_as_they_are() {
        let invitation = read("Application-GUID: {41FD0FA-2942}\nInvitation-Cookie: x\n");
        assert_eq!(invitation.application(), None);
        assert_eq!(invitation.application_guid.as_deref(), Some("{41FD0FA-2942}"));
        assert_eq!((invitation.cookie, invitation.get("Invitation-Cookie")), (None, Some("x")));
        assert_eq!(invitation.command, InvitationCommand::Other("".into()));
        let invite = Invitation::invite(1, "File Transfer", Invitation::FILE_TRANSFER);
        assert_eq!(invite.application(), "5d3e02ab-6190-11d3-bbbb-00c04f795683".parse().ok());
        assert_eq!(invite.application_name.as_deref(), Some("File Transfer"));
    }

    #[test]
    fn a_field_cannot_add_another() {
        let mut invitation = Invitation::cancel(7, "REJECT\r\nPort: 1");
        invitation.fields.push(BodyField::new("a:b\r\nc", "d"));
        let mut printed = Vec::new();
        invitation.print(&mut printed);
        let Content::Invitation(read) = Message::parse(&printed).content() else { panic!() };
        assert_eq!(read.get("Cancel-Code"), Some("REJECT  Port: 1"));
        assert_eq!(read.fields[1], BodyField::new("a-b--c", "d"));
        assert_eq!(read.fields.len(), 2);
    }

    #[test]
    fn the_number_of_other_fields_is_bounded() {
        let body = "a: b\r\n".repeat(Invitation::MAX_FIELDS + 5);
        assert_eq!(read(&body).fields.len(), Invitation::MAX_FIELDS);
    }
}
