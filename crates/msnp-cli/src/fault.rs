use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;

use msnp::client::{ClientError, Page, TicketError};
use msnp::server::ServerError;
use msnp::session::Step;

use crate::arguments::UserError;
use crate::mask;

/// Why the command did not do what it was asked to, in words for who asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// A step of the demonstration failed. Its reason stands in the table.
    #[error("the demonstration failed: {failed} of {steps} steps")]
    Demonstration { failed: usize, steps: usize },
    /// A step of the demonstration does not end.
    #[error("the demonstration hangs at the step \"{step}\" of {protocol} and was ended")]
    Hung { step: String, protocol: String },
    /// The listener of the dispatch server did not come up.
    #[error(
        "cannot listen on {address}: the address is in use, or is not an address of this machine; \
         choose another with --listen, for example 127.0.0.1:0"
    )]
    CannotListen { address: SocketAddr },
    /// The system does not let this user listen there.
    #[error(
        "cannot listen on {address}: the system does not allow it; ports below 1024 are often kept \
         for administrators, so choose another with --listen"
    )]
    MayNotListen { address: SocketAddr },
    /// The server ended by itself.
    #[error("the server ended: {0}")]
    Server(ServerError),
    /// The server does not say where it listens.
    #[error("the server did not come up in time")]
    ServerNotUp,
    /// The system has no threads, sockets or randomness left.
    #[error("the system does not provide {what}: {cause}")]
    System { what: &'static str, cause: io::Error },
    /// A `--user` cannot be read. The text is not repeated, since it holds a password.
    #[error("the value of --user number {number}: {cause}; it must be ACCOUNT:PASSWORD")]
    User { number: usize, cause: UserError },
    /// The file of `--users` cannot be opened or read.
    #[error("cannot read {}: {cause}", file.display())]
    UsersFile { file: PathBuf, cause: io::Error },
    /// A line of that file cannot be read.
    #[error("{}, line {line}: {cause}; it must be ACCOUNT:PASSWORD", file.display())]
    UsersLine { file: PathBuf, line: usize, cause: UserError },
    /// One account was given two passwords.
    #[error("{0} is named twice among the users")]
    UserTwice(String),
    /// The password cannot be asked for.
    #[error(
        "cannot ask for the password here: {0}; put it into MSNP_PASSWORD or into a file for \
         --password-file"
    )]
    NoPassword(io::Error),
    /// The file of `--password-file` cannot be read.
    #[error("cannot read {}: {cause}", file.display())]
    PasswordFile { file: PathBuf, cause: io::Error },
    /// The picture of `--picture` cannot be shown.
    #[error("cannot show {}: {cause}", file.display())]
    Picture { file: PathBuf, cause: io::Error },
    /// The folder of `--pictures` cannot be made.
    #[error("cannot keep pictures in {}: {cause}", folder.display())]
    PictureFolder { folder: PathBuf, cause: io::Error },
    /// The variable holds something that is no text.
    #[error("MSNP_PASSWORD is not valid UTF-8")]
    PasswordVariable,
    /// The session of a client did not begin, or ended by itself.
    #[error("{}", ended(.0))]
    SessionEnded(ClientError),
    /// There is nobody to chat with here.
    #[error(
        "chat needs a terminal for its input and output; programs talk to \"msnp bridge\", which \
         takes the same options"
    )]
    NoTerminal,
    /// A trace would be written over the chat.
    #[error(
        "--trace writes to standard error, which is the screen of the chat; send it to a file, for \
         example with 2> trace.txt"
    )]
    TraceOnScreen,
    /// The terminal does not do what is asked of it.
    #[error("cannot use the terminal: {0}")]
    Terminal(io::Error),
    /// What was to be shown could not be written.
    #[error("cannot write to standard output: {0}")]
    Output(io::Error),
    /// A thread panicked.
    #[error("this is a defect of the program")]
    Defect,
}

/// Why the session ended, and what can be done about it. Text of servers is made harmless.
fn ended(error: &ClientError) -> String {
    let why = mask::printable(error.to_string().as_bytes());
    match error {
        ClientError::SignIn { step: Step::Connect, .. } => {
            format!("{why}; is --server right, and is it running?")
        }
        ClientError::Ticket(TicketError::Unreachable { page: Page::Nexus, .. }) => {
            format!("{why}; --nexus must be the address that the server tells, as msnp serve does")
        }
        _ => why,
    }
}

impl Fault {
    /// 2 for wrong usage, else 1.
    pub(crate) fn exit_code(&self) -> u8 {
        match self {
            Self::User { .. } | Self::UsersLine { .. } | Self::UserTwice(_) => 2,
            Self::NoTerminal | Self::TraceOnScreen => 2,
            _ => 1,
        }
    }
}
