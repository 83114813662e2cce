//! What the users of the recorded clients did, and what our client must tell its program for it.
//!
//! Texts, names and bodies are not here: they are taken from the recording when it is played.

use msnp_core::List;

/// One recording.
pub(crate) struct Script {
    pub(crate) recording: &'static str,
    pub(crate) users: &'static [User],
}

/// Who signs in.
pub(crate) struct User {
    /// The account, to the `@`.
    pub(crate) name: &'static str,
    /// What is done, one thing after the other.
    pub(crate) does: &'static [Does],
    /// The events, in the words of [`told`](crate::told), with commas between.
    pub(crate) told: &'static str,
}

/// What a user, or a program on their behalf, does. It is about the other user of the recording
/// and the conversation with them.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Does {
    Status,
    Name,
    LetStrangersIn,
    PersonalMessage,
    Put(List),
    Take(List),
    NameContact,
    Block,
    Unblock,
    Open,
    /// So many texts.
    Text(usize),
    Nudge,
    /// So many messages of another kind: capabilities, an emoticon, a part of a picture or file.
    Message(usize),
    Leave,
    SignOut,
}

impl Does {
    /// The same with each text and message by itself.
    pub(crate) fn one_by_one(&self) -> Vec<Self> {
        match *self {
            Self::Text(times) => vec![Self::Text(1); times],
            Self::Message(times) => vec![Self::Message(1); times],
            once => vec![once],
        }
    }
}

use Does::{
    Block, Leave, LetStrangersIn, Message, Name, NameContact, Nudge, Open, PersonalMessage, Put,
    SignOut, Status, Take, Text, Unblock,
};

pub(crate) const AMSN_SIGNS_IN: Script = Script {
    recording: "amsn-v2003-p7-signin",
    users: &[
        User {
            name: "alice",
            does: &[Status],
            told: "speaks MSNP7, own name, profile, lists, signed in, own status NLN, done, bob \
                   NLN",
        },
        User {
            name: "bob",
            does: &[Status],
            told: "speaks MSNP7, own name, profile, lists, signed in, own status NLN, done, alice \
                   NLN already",
        },
    ],
};

pub(crate) const PIDGIN_SIGNS_IN: Script = Script {
    recording: "purple-20-signin-v2.4.3-msnp9",
    users: &[User {
        name: "load0",
        does: &[Status, LetStrangersIn, SignOut],
        told: "speaks MSNP9, own name, profile, lists, signed in, own status NLN, done x 2",
    }],
};

pub(crate) const PIDGINS_CHAT: Script = Script {
    recording: "purple-21-msnp9-chat",
    users: &[
        User {
            name: "load0",
            does: &[
                Status,
                LetStrangersIn,
                Open,
                Text(1),
                Message(1),
                Text(4),
                Nudge,
                Text(1),
                Leave,
                SignOut,
            ],
            told: "speaks MSNP9, own name, profile, lists, signed in, own status NLN, done x 2, \
                   load1 NLN, load1 joined, message Accepted, load1 writes, message Accepted x 3, \
                   load1 writes, message Accepted, load1 nudges, message Accepted, message \
                   Unknown x 2",
        },
        User {
            name: "load1",
            does: &[Status, LetStrangersIn, Text(2), Nudge, Leave, SignOut],
            told: "speaks MSNP9, own name, profile, lists, signed in, own status NLN, done, load0 \
                   NLN already, done, load0 NLN, load0 invites, load0 joined, load0 writes, load0 \
                   sends, message Accepted, load0 writes x 3, message Accepted, load0 writes, \
                   load0 nudges, load0 writes, message Unknown",
        },
    ],
};

pub(crate) const PIDGINS_FETCH_PICTURES: Script = Script {
    recording: "purple-21-msnp9-dp-sb",
    users: &[
        User {
            name: "load0",
            does: &[
                Status,
                LetStrangersIn,
                Message(25),
                Leave,
                Open,
                Message(5),
                Leave,
                Text(1),
                Leave,
                SignOut,
            ],
            told: "speaks MSNP9, own name, profile, lists, signed in, own status NLN, done x 2, \
                   load1 invites, load1 joined, load1 sends x 2, message Accepted x 4, load1 \
                   sends x 2, message Accepted x 21, load1 sends, load1 left, load1 NLN, load1 \
                   joined, message Accepted, load1 sends x 4, message Accepted x 2, load1 sends x \
                   21, message Unknown x 2, load1 invites, load1 joined, load1 writes, load1 \
                   sends, message Accepted",
        },
        User {
            name: "load1",
            does: &[
                Status,
                LetStrangersIn,
                Open,
                Message(5),
                Leave,
                Message(25),
                Leave,
                Open,
                Text(1),
                Message(1),
                Leave,
                SignOut,
            ],
            told: "speaks MSNP9, own name, profile, lists, signed in, own status NLN, done, load0 \
                   NLN already, done, load0 joined, message Accepted, load0 sends x 4, message \
                   Accepted x 2, load0 sends x 21, message Unknown x 2, load0 NLN, load0 invites, \
                   load0 joined, load0 sends x 2, message Accepted x 4, load0 sends x 2, message \
                   Accepted x 21, load0 sends, load0 left, load0 joined, message Accepted, load0 \
                   writes, load0 left, message Unknown",
        },
    ],
};

pub(crate) const PIDGIN_BLOCKS: Script = Script {
    recording: "purple-63-msnp9-block",
    users: &[
        User {
            name: "load0",
            does: &[Status, LetStrangersIn, Message(25), Leave, Block, Unblock, Leave, SignOut],
            told: "speaks MSNP9, own name, profile, lists, signed in, own status NLN, done, load1 \
                   NLN already, done, load1 NLN, load1 invites, load1 joined, load1 sends x 2, \
                   message Accepted x 4, load1 sends, message Accepted, load1 sends, message \
                   Accepted x 20, load1 sends, load1 left, load1 off Allow, load1 on Block, done, \
                   load1 off Block, load1 on Allow, done, load1 invites, load1 joined, load1 \
                   writes, load1 sends",
        },
        User {
            name: "load1",
            does: &[
                Status,
                LetStrangersIn,
                Open,
                Message(5),
                Leave,
                Open,
                Leave,
                Open,
                Text(1),
                Message(1),
                Leave,
                SignOut,
            ],
            told: "speaks MSNP9, own name, profile, lists, signed in, own status NLN, done x 2, \
                   load0 NLN, load0 joined, message Accepted, load0 sends x 4, message Accepted, \
                   load0 sends, message Accepted, load0 sends x 20, message Accepted, message \
                   Unknown, load0 FLN, load0 not invited: 217, load0 NLN x 2, load0 joined, \
                   message Accepted, message Unknown",
        },
    ],
};

pub(crate) const PIDGIN_IS_CHALLENGED: Script = Script {
    recording: "purple-70-chl-v2.4.3-msnp9",
    users: &[User {
        name: "load3",
        does: &[Status, LetStrangersIn, SignOut],
        told: "speaks MSNP9, own name, profile, lists, signed in, own status NLN, done x 2",
    }],
};

pub(crate) const PECAN_SIGNS_IN: Script = Script {
    recording: "purple-11-pecan-signin",
    users: &[User {
        name: "load0",
        does: &[Status, PersonalMessage, LetStrangersIn, SignOut],
        told: "speaks MSNP12, profile, own name, lists, signed in, own status NLN, done, \
                   mail, done x 2",
    }],
};

pub(crate) const PECANS_CHAT: Script = Script {
    recording: "purple-12-pecan-chat",
    users: &[
        User {
            name: "load0",
            does: &[
                Name,
                Status,
                PersonalMessage,
                LetStrangersIn,
                Put(List::Reverse),
                Take(List::Pending),
                NameContact,
                Open,
                Text(1),
                Message(1),
                Text(4),
                Nudge,
                Text(1),
                SignOut,
            ],
            told: "speaks MSNP12, profile, own name, lists, signed in, own name, done, own status \
                   NLN, done, mail, done x 2, load1 on Reverse, done, load1 off Pending, done, \
                   load1 NLN, load1 says of themselves, load1 named, done, load1 joined, message \
                   Accepted, load1 writes, message Accepted x 3, load1 writes, message Accepted, \
                   load1 nudges, message Accepted, message Unknown x 2",
        },
        User {
            name: "load1",
            does: &[
                Name,
                Status,
                PersonalMessage,
                LetStrangersIn,
                Put(List::Reverse),
                Take(List::Pending),
                NameContact,
                Text(2),
                Nudge,
                SignOut,
            ],
            told: "speaks MSNP12, profile, own name, lists, signed in, own name, done, own status \
                   NLN, done, load0 NLN already, load0 says of themselves, mail, done x 2, load0 \
                   on Reverse, done, load0 off Pending, done, load0 NLN, load0 says of \
                   themselves, load0 named, done, load0 invites, load0 joined, load0 writes, \
                   load0 sends, message Accepted, load0 writes x 3, message Accepted, load0 \
                   writes, load0 nudges, load0 writes, message Unknown",
        },
    ],
};

pub(crate) const PECANS_FETCH_PICTURES: Script = Script {
    recording: "purple-13-pecan-dp-sb",
    users: &[
        User {
            name: "load0",
            does: &[
                Status,
                PersonalMessage,
                LetStrangersIn,
                Message(26),
                NameContact,
                Message(3),
                Text(1),
                SignOut,
            ],
            told: "speaks MSNP12, profile, own name, lists, signed in, own status NLN, done, \
                   mail, done x 2, load1 invites, load1 joined, load1 sends x 2, message Accepted \
                   x 4, load1 sends x 2, message Accepted x 21, load1 sends, load1 NLN, load1 \
                   says of themselves, message Accepted, load1 named, done, load1 sends x 4, \
                   message Accepted x 2, load1 sends x 21, message Accepted, load1 writes, \
                   message Accepted",
        },
        User {
            name: "load1",
            does: &[
                Status,
                PersonalMessage,
                LetStrangersIn,
                Open,
                Message(5),
                NameContact,
                Message(25),
                Text(1),
                SignOut,
            ],
            told: "speaks MSNP12, profile, own name, lists, signed in, own status NLN, done, \
                   load0 NLN already, load0 says of themselves, mail, done x 2, load0 joined, \
                   message Accepted, load0 sends x 4, message Accepted x 2, load0 sends x 21, \
                   message Accepted, load0 NLN, load0 says of themselves, load0 named, done, \
                   load0 sends, message Accepted x 4, load0 sends x 2, message Accepted x 21, \
                   load0 sends, message Accepted, load0 writes, message Unknown",
        },
    ],
};

pub(crate) const PECAN_SENDS_AN_EMOTICON: Script = Script {
    recording: "purple-14-pecan-emoticon",
    users: &[
        User {
            name: "load0",
            does: &[
                Name,
                Status,
                PersonalMessage,
                LetStrangersIn,
                NameContact,
                Open,
                Text(1),
                Message(2),
                Text(1),
                Message(4),
                SignOut,
            ],
            told: "speaks MSNP12, profile, own name, lists, signed in, own name, done, own status \
                   NLN, done, load1 NLN already, load1 says of themselves, mail, done x 2, load1 \
                   NLN, load1 says of themselves, load1 named, done, load1 joined, message \
                   Accepted, load1 writes, load1 sends, message Accepted x 5, load1 sends x 3, \
                   message Unknown x 2",
        },
        User {
            name: "load1",
            does: &[
                Name,
                Status,
                PersonalMessage,
                LetStrangersIn,
                NameContact,
                Text(1),
                Message(4),
                SignOut,
            ],
            told: "speaks MSNP12, profile, own name, lists, signed in, own name, done, own status \
                   NLN, done, mail, done x 2, load0 NLN, load0 says of themselves, load0 named, \
                   done, load0 invites, load0 joined, load0 writes, load0 sends, message \
                   Accepted, load0 sends, message Accepted, load0 writes, load0 sends x 4, \
                   message Accepted x 3",
        },
    ],
};

pub(crate) const PECAN_DECLINES_A_FILE: Script = Script {
    recording: "purple-53-pecan-file-declined",
    users: &[
        User {
            name: "load0",
            does: &[
                Name,
                Status,
                PersonalMessage,
                LetStrangersIn,
                NameContact,
                Open,
                Text(1),
                Message(3),
                Text(1),
                SignOut,
            ],
            told: "speaks MSNP12, profile, own name, lists, signed in, own name, done, own status \
                   NLN, done, load1 NLN already, load1 says of themselves, mail, done x 2, load1 \
                   NLN, load1 says of themselves, load1 named, done, load1 joined, message \
                   Accepted x 2, load1 sends x 2, message Accepted x 2, message Unknown",
        },
        User {
            name: "load1",
            does: &[
                Name,
                Status,
                PersonalMessage,
                LetStrangersIn,
                NameContact,
                Message(2),
                SignOut,
            ],
            told: "speaks MSNP12, profile, own name, lists, signed in, own name, done, own status \
                   NLN, done, mail, done x 2, load0 NLN, load0 says of themselves, load0 named, \
                   done, load0 invites, load0 joined, load0 writes, load0 sends x 2, message \
                   Accepted x 2, load0 sends, load0 writes",
        },
    ],
};

pub(crate) const PECAN_IS_CHALLENGED: Script = Script {
    recording: "purple-70-chl-pecan",
    users: &[User {
        name: "load3",
        does: &[Status, PersonalMessage, LetStrangersIn, SignOut],
        told: "speaks MSNP12, profile, lists, signed in, own name, own status NLN, done, \
                   mail, done x 2",
    }],
};

pub(crate) const PECAN_IS_SENT_ON: Script = Script {
    recording: "purple-71-xfr-old-pecan",
    users: &[User {
        name: "load3",
        does: &[Status, PersonalMessage, LetStrangersIn, SignOut],
        told: "speaks MSNP12 x 2, profile, lists, signed in, own name, own status NLN, done, \
                   mail, done x 2",
    }],
};
