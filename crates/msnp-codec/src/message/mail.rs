use alloc::borrow::Cow;
use alloc::string::ToString;
use alloc::vec::Vec;

use super::body_field::Fields;
use super::content_type::ContentType;
use super::header::{HeaderWriter, Headers, write_line};

/// What the service tells a user about the own mail. A text that is missing on the wire is none;
/// so is a number that is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailNotification<'a> {
    /// `text/x-msmsgsinitialemailnotification`: what is in the mailbox, once after signing in, to
    /// MSNP10.
    InitialEmail(Mailbox<'a>),
    /// `text/x-msmsgsemailnotification`: a mail came in.
    Email(NewEmail<'a>),
    /// `text/x-msmsgsactivemailnotification`: mails were moved, deleted or read.
    ActiveMail(MovedMail<'a>),
    /// `text/x-msmsgsinitialmdatanotification`: what is in the mailbox and which offline messages
    /// wait, once after signing in, from MSNP11.
    InitialMailData(MailData<'a>),
    /// `text/x-msmsgsoimnotification`: an offline message came in.
    OfflineMessage(MailData<'a>),
}

/// What is in a mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mailbox<'a> {
    /// `Inbox-Unread`
    pub inbox_unread: Option<u32>,
    /// `Folders-Unread`: in all other folders together.
    pub folders_unread: Option<u32>,
    /// Where to read it.
    pub pages: MailPages<'a>,
}

/// Addresses on the web for reading mail.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailPages<'a> {
    /// `Inbox-URL`
    pub inbox: Option<Cow<'a, str>>,
    /// `Folders-URL`
    pub folders: Option<Cow<'a, str>>,
    /// `Post-URL`: where the form for signing in is sent.
    pub post: Option<Cow<'a, str>>,
}

/// A mail that came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewEmail<'a> {
    /// `From`: who wrote it, as the mail has it.
    pub from: Option<Cow<'a, str>>,
    /// `Message-URL`: where to read it.
    pub message_url: Option<Cow<'a, str>>,
    /// `Post-URL`: where the form for signing in is sent.
    pub post_url: Option<Cow<'a, str>>,
    /// `Subject`, as the mail has it.
    pub subject: Option<Cow<'a, str>>,
    /// `Dest-Folder`: where it is; `ACTIVE` is the inbox.
    pub destination_folder: Option<Cow<'a, str>>,
    /// `From-Addr`: the address of who wrote it.
    pub from_address: Option<Cow<'a, str>>,
    /// `id`: the site for signing in to the mail pages.
    pub id: Option<u32>,
}

/// Mails that were moved; to the trash, where they were deleted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MovedMail<'a> {
    /// `Src-Folder`; `.!!OIM` holds offline messages.
    pub source_folder: Option<Cow<'a, str>>,
    /// `Dest-Folder`; `.!!trAsH` is the trash.
    pub destination_folder: Option<Cow<'a, str>>,
    /// `Message-Delta`: how many.
    pub message_delta: Option<i32>,
}

/// A document about the mailbox.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailData<'a> {
    /// `Mail-Data`: the document `<MD>…</MD>`, not read any further here; or `too-large`, and it
    /// has to be asked for. Line breaks in it became spaces.
    pub mail_data: Option<Cow<'a, str>>,
    /// Where to read mail.
    pub pages: MailPages<'a>,
}

impl MailData<'_> {
    /// What stands in place of a document that has to be asked for.
    pub const TOO_LARGE: &'static str = "too-large";
}

impl MailPages<'_> {
    fn into_owned(self) -> MailPages<'static> {
        let Self { inbox, folders, post } = self;
        MailPages { inbox: own(inbox), folders: own(folders), post: own(post) }
    }
}

impl MailData<'_> {
    fn into_owned(self) -> MailData<'static> {
        MailData { mail_data: own(self.mail_data), pages: self.pages.into_owned() }
    }
}

fn own(text: Option<Cow<'_, str>>) -> Option<Cow<'static, str>> {
    text.map(|text| Cow::Owned(text.into_owned()))
}

const INITIAL_EMAIL: &str = "text/x-msmsgsinitialemailnotification";
const EMAIL: &str = "text/x-msmsgsemailnotification";
const ACTIVE_MAIL: &str = "text/x-msmsgsactivemailnotification";
const INITIAL_MAIL_DATA: &str = "text/x-msmsgsinitialmdatanotification";
const OFFLINE_MESSAGE: &str = "text/x-msmsgsoimnotification";

impl<'a> MailNotification<'a> {
    /// A copy that borrows nothing.
    pub fn into_owned(self) -> MailNotification<'static> {
        match self {
            Self::InitialEmail(mailbox) => MailNotification::InitialEmail(Mailbox {
                inbox_unread: mailbox.inbox_unread,
                folders_unread: mailbox.folders_unread,
                pages: mailbox.pages.into_owned(),
            }),
            Self::Email(email) => MailNotification::Email(NewEmail {
                from: own(email.from),
                message_url: own(email.message_url),
                post_url: own(email.post_url),
                subject: own(email.subject),
                destination_folder: own(email.destination_folder),
                from_address: own(email.from_address),
                id: email.id,
            }),
            Self::ActiveMail(moved) => MailNotification::ActiveMail(MovedMail {
                source_folder: own(moved.source_folder),
                destination_folder: own(moved.destination_folder),
                message_delta: moved.message_delta,
            }),
            Self::InitialMailData(data) => MailNotification::InitialMailData(data.into_owned()),
            Self::OfflineMessage(data) => MailNotification::OfflineMessage(data.into_owned()),
        }
    }

    /// None for another type. The fields are in the body, or else among the headers.
    pub(super) fn parse(
        kind: &ContentType<'_>,
        headers: &Headers<'a>,
        body: &'a [u8],
    ) -> Option<Self> {
        let fields = &Fields::new(headers, body);
        Some(if kind.is(INITIAL_EMAIL) {
            Self::InitialEmail(Mailbox {
                inbox_unread: fields.number("Inbox-Unread"),
                folders_unread: fields.number("Folders-Unread"),
                pages: MailPages::read(fields),
            })
        } else if kind.is(EMAIL) {
            Self::Email(NewEmail {
                from: fields.text("From"),
                message_url: fields.text("Message-URL"),
                post_url: fields.text("Post-URL"),
                subject: fields.text("Subject"),
                destination_folder: fields.text("Dest-Folder"),
                from_address: fields.text("From-Addr"),
                id: fields.number("id"),
            })
        } else if kind.is(ACTIVE_MAIL) {
            Self::ActiveMail(MovedMail {
                source_folder: fields.text("Src-Folder"),
                destination_folder: fields.text("Dest-Folder"),
                message_delta: fields.number("Message-Delta"),
            })
        } else if kind.is(INITIAL_MAIL_DATA) {
            Self::InitialMailData(MailData::read(headers, body))
        } else if kind.is(OFFLINE_MESSAGE) {
            Self::OfflineMessage(MailData::read(headers, body))
        } else {
            return None;
        })
    }

    /// Appends the whole message, with the fields in its body.
    pub fn print(&self, out: &mut Vec<u8>) {
        let kind = match self {
            Self::InitialEmail(_) => INITIAL_EMAIL,
            Self::Email(_) => EMAIL,
            Self::ActiveMail(_) => ACTIVE_MAIL,
            Self::InitialMailData(_) => INITIAL_MAIL_DATA,
            Self::OfflineMessage(_) => OFFLINE_MESSAGE,
        };
        let kind = alloc::format!("{kind}; charset=UTF-8");
        let out = HeaderWriter::new(out).header("Content-Type", &kind).end();
        match self {
            Self::InitialEmail(mailbox) => {
                put_number(out, "Inbox-Unread", mailbox.inbox_unread.as_ref());
                put_number(out, "Folders-Unread", mailbox.folders_unread.as_ref());
                mailbox.pages.print(out);
            }
            Self::Email(email) => {
                for (name, value) in [
                    ("From", &email.from),
                    ("Message-URL", &email.message_url),
                    ("Post-URL", &email.post_url),
                    ("Subject", &email.subject),
                    ("Dest-Folder", &email.destination_folder),
                    ("From-Addr", &email.from_address),
                ] {
                    put(out, name, value.as_ref());
                }
                put_number(out, "id", email.id.as_ref());
            }
            Self::ActiveMail(moved) => {
                put(out, "Src-Folder", moved.source_folder.as_ref());
                put(out, "Dest-Folder", moved.destination_folder.as_ref());
                put_number(out, "Message-Delta", moved.message_delta.as_ref());
            }
            Self::InitialMailData(data) | Self::OfflineMessage(data) => {
                put(out, "Mail-Data", data.mail_data.as_ref());
                data.pages.print(out);
            }
        }
    }
}

impl<'a> MailData<'a> {
    fn read(headers: &Headers<'a>, body: &'a [u8]) -> Self {
        let fields = Fields::new(headers, body);
        Self { mail_data: fields.text("Mail-Data"), pages: MailPages::read(&fields) }
    }
}

impl<'a> MailPages<'a> {
    fn read(fields: &Fields<'a>) -> Self {
        Self {
            inbox: fields.text("Inbox-URL"),
            folders: fields.text("Folders-URL"),
            post: fields.text("Post-URL"),
        }
    }

    fn print(&self, out: &mut Vec<u8>) {
        put(out, "Inbox-URL", self.inbox.as_ref());
        put(out, "Folders-URL", self.folders.as_ref());
        put(out, "Post-URL", self.post.as_ref());
    }
}

fn put(out: &mut Vec<u8>, name: &str, value: Option<&Cow<'_, str>>) {
    if let Some(value) = value {
        write_line(out, name, value);
    }
}

fn put_number(out: &mut Vec<u8>, name: &str, value: Option<&impl ToString>) {
    if let Some(value) = value {
        write_line(out, name, &value.to_string());
    }
}

#[cfg(test)]
mod tests {
    use alloc::boxed::Box;
    use alloc::string::String;

    use proptest::prelude::*;

    use super::super::{Content, Message};
    use super::*;

    fn read(payload: &[u8]) -> MailNotification<'_> {
        match Message::parse(payload).content() {
            Content::Mail(mail) => *mail,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_mailbox_is_read_with_lone_line_feeds_too() {
        for line_end in ["\r\n", "\n"] {
            let payload = "MIME-Version: 1.0\r\n\
                Content-Type: text/x-msmsgsinitialemailnotification; charset=UTF-8\r\n\r\n\
                Inbox-Unread: 3\r\nFolders-Unread: 0\r\nInbox-URL: /inbox\r\n\
                Folders-URL: /folders\r\nPost-URL: http://www.example.com\r\n\r\n"
                .replace("\r\n", line_end);
            let MailNotification::InitialEmail(mailbox) = read(payload.as_bytes()) else {
                panic!("not a mailbox")
            };
            assert_eq!((mailbox.inbox_unread, mailbox.folders_unread), (Some(3), Some(0)));
            assert_eq!(mailbox.pages.post.as_deref(), Some("http://www.example.com"));
        }
    }

    #[test]
    fn a_new_mail_and_a_moved_one_are_read_from_headers_too() {
        let mail = read(
            b"Content-Type: text/x-msmsgsemailnotification\r\nFrom: Bob\r\n\r\nSubject: a: b\r\n",
        );
        let expected = NewEmail {
            from: Some("Bob".into()),
            subject: Some("a: b".into()),
            ..NewEmail::default()
        };
        assert_eq!(mail, MailNotification::Email(expected));
        let moved = read(
            b"Content-Type: text/x-msmsgsactivemailnotification\r\n\r\n\
              Src-Folder: .!!OIM\r\nDest-Folder: .!!trAsH\r\nMessage-Delta: 2\r\n",
        );
        let MailNotification::ActiveMail(moved) = moved else { panic!("not moved") };
        assert_eq!(moved.destination_folder.as_deref(), Some(".!!trAsH"));
        assert_eq!(moved.message_delta, Some(2));
    }

    #[test]
    fn mail_data_is_kept_as_it_is() {
        let document = "<MD><E><I>0</I></E><Q>x: &amp;</Q></MD>";
        let payload = alloc::format!(
            "MIME-Version: 1.0\r\n\
             Content-Type: text/x-msmsgsinitialmdatanotification; charset=UTF-8\r\n\r\n\
             Mail-Data: {document}\r\n"
        );
        let mail = read(payload.as_bytes());
        let MailNotification::InitialMailData(data) = &mail else { panic!("no mail data") };
        assert_eq!(data.mail_data.as_deref(), Some(document));
        let mut printed = Vec::new();
        mail.print(&mut printed);
        assert_eq!(printed, payload.as_bytes());
    }

    fn texts() -> impl Strategy<Value = [Option<Cow<'static, str>>; 6]> {
        let text = proptest::option::of("([!-~é]([ -~é]{0,9}[!-~é])?)?");
        proptest::array::uniform6(text.prop_map(|text| text.map(|text: String| text.into())))
    }

    proptest! {
        #[test]
        fn a_printed_notification_is_read_back(
            texts in texts(),
            number in any::<Option<u32>>(),
            message_delta in any::<Option<i32>>(),
        ) {
            let [inbox, folders, post, a, b, c] = texts;
            let pages = MailPages { inbox, folders, post };
            let data = MailData { mail_data: a.clone(), pages: pages.clone() };
            for mail in [
                MailNotification::InitialEmail(Mailbox {
                    inbox_unread: number,
                    folders_unread: message_delta.map(i32::unsigned_abs),
                    pages: pages.clone(),
                }),
                MailNotification::Email(NewEmail {
                    from: a.clone(),
                    message_url: b.clone(),
                    post_url: c.clone(),
                    subject: pages.inbox.clone(),
                    destination_folder: pages.folders.clone(),
                    from_address: pages.post.clone(),
                    id: number,
                }),
                MailNotification::ActiveMail(MovedMail {
                    source_folder: b,
                    destination_folder: c,
                    message_delta,
                }),
                MailNotification::InitialMailData(data.clone()),
                MailNotification::OfflineMessage(data),
            ] {
                let mut printed = Vec::new();
                mail.print(&mut printed);
                let read = Message::parse(&printed).content();
                prop_assert_eq!(read, Content::Mail(Box::new(mail)));
            }
        }
    }
}
