use std::net::{Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::str::FromStr;

use clap::{Args, Parser, Subcommand, ValueEnum};
use msnp::client::Config;
use msnp::core::{Account, Endpoint, Secret, Version};

use crate::limits::LimitArguments;

/// The MSN Messenger protocols: see them at work, or serve them to other clients.
#[derive(Parser)]
#[command(
    name = "msnp",
    version,
    max_term_width = 80,
    after_help = EXIT_CODES,
    disable_help_subcommand = true
)]
pub(crate) struct Arguments {
    /// What to do.
    #[command(subcommand)]
    pub(crate) command: Option<Command>,

    /// Show every command that is exchanged, uncut; secrets are masked
    #[arg(long, global = true)]
    pub(crate) trace: bool,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  all held, the user signed out, or a signal stopped it
  1  a step failed, or it could not run
  2  wrong usage";

#[derive(Subcommand)]
pub(crate) enum Command {
    /// Three people meet on a server of our own, and every step is checked
    ///
    /// Starts a server on 127.0.0.1 with ports that the system chooses. alice signs in over TCP
    /// with the blocking driver, bob and carol with the tokio driver. They add each other, make
    /// groups, go online, talk, show pictures, block, hide, lose a connection and sign out. Each
    /// step is checked by what the others received. Shows the dialogue as it happens (>>> a client
    /// sends, <<< the server sends, <o> a remark), then a table of the steps.
    #[command(after_help = EXIT_CODES)]
    Demo(Demo),

    /// A server for other clients, until a signal stops it
    ///
    /// Says on standard output where each service listens, and on standard error who comes and
    /// goes. Accounts live in memory. SIGINT or SIGTERM stops it: clients are told (OUT SSD), and
    /// the exit code is 0.
    #[command(after_help = EXIT_CODES)]
    Serve(Serve),

    /// Talk to people, in this terminal
    ///
    /// Signs in, shows who is there, and lets you talk to them, several at a time. Type /help there
    /// for what else it can do.
    #[command(after_help = EXIT_CODES)]
    Chat(Chat),

    /// A client for programs: one JSON object a line, in and out
    ///
    /// Reads commands from standard input and writes events to standard output, one JSON object a
    /// line each. docs/bridge.md describes them.
    #[command(after_help = EXIT_CODES)]
    Bridge(SignIn),
}

#[derive(Args)]
pub(crate) struct Demo {
    /// The version to speak, from MSNP2 to MSNP12
    #[arg(long, value_name = "MSNPn", value_parser = spoken, default_value = "MSNP12")]
    pub(crate) protocol: Version,

    /// Every version, one after the other
    #[arg(long, conflicts_with = "protocol")]
    pub(crate) all: bool,

    /// Show the tables alone
    #[arg(long, conflicts_with = "trace")]
    pub(crate) quiet: bool,

    /// One JSON object a line for each step, and one as summary; a trace goes to standard error
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Args)]
pub(crate) struct Serve {
    /// Where clients connect first: the dispatch server. The other services listen on the same
    /// address, on ports of their own; for port 0 the system chooses one. Clients are sent on
    /// to this address too, unless --public-host names another: for 0.0.0.0 to 127.0.0.1
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:1863")]
    pub(crate) listen: SocketAddr,

    /// The port of the notification server, where it must stay the same; else the system chooses
    #[arg(long, value_name = "PORT", default_value_t, hide_default_value = true)]
    pub(crate) notification_port: u16,

    /// The port of the switchboard, likewise
    #[arg(long, value_name = "PORT", default_value_t, hide_default_value = true)]
    pub(crate) switchboard_port: u16,

    /// The port of the sign-in pages, likewise: the nexus of clients from MSNP8 on
    #[arg(long, value_name = "PORT", default_value_t, hide_default_value = true)]
    pub(crate) http_port: u16,

    /// The name or address by which clients reach this machine, for example where it listens on
    /// 0.0.0.0. The ports stay those on which it listens
    #[arg(long, value_name = "HOST", value_parser = host)]
    pub(crate) public_host: Option<String>,

    /// Somebody who may sign in; may be given again. Others can read it in the list of processes:
    /// see --users
    #[arg(long = "user", value_name = "ACCOUNT:PASSWORD")]
    pub(crate) user: Vec<UserText>,

    /// A file with one ACCOUNT:PASSWORD a line; blank lines and lines that begin with # are passed
    /// over
    #[arg(long, value_name = "FILE")]
    pub(crate) users: Option<PathBuf>,

    /// What becomes of clients that do not prove which program they are
    #[arg(long, value_enum, default_value_t)]
    pub(crate) challenge: Challenge,

    /// Say where each service listens as one JSON object on one line
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) limits: LimitArguments,
}

/// Who signs in, and where.
#[derive(Args)]
pub(crate) struct SignIn {
    /// The server to connect to first, for example 127.0.0.1:1863
    #[arg(long, value_name = "HOST:PORT")]
    pub(crate) server: Endpoint,

    /// Who signs in. The password is asked for, unless MSNP_PASSWORD or --password-file has it
    #[arg(long, value_name = "ACCOUNT", value_parser = account)]
    pub(crate) account: Account,

    /// A file whose first line is the password
    #[arg(long, value_name = "FILE")]
    pub(crate) password_file: Option<PathBuf>,

    /// The only version to speak, from MSNP2 to MSNP12; otherwise the server chooses
    #[arg(long, value_name = "MSNPn", value_parser = spoken)]
    pub(crate) protocol: Option<Version>,

    /// The web page that names the sign-in page, for MSNP8 and later; msnp serve prints its own.
    /// Otherwise it is the one that the service once had
    #[arg(long, value_name = "URL", value_parser = page)]
    pub(crate) nexus: Option<String>,
}

/// What `chat` is told.
#[derive(Args)]
pub(crate) struct Chat {
    #[command(flatten)]
    pub(crate) sign_in: SignIn,

    /// The picture to show to others (MSNP9 and later), of at most 1 MiB
    #[arg(long, value_name = "FILE")]
    pub(crate) picture: Option<PathBuf>,

    /// Save the pictures of those one talks to in this folder (MSNP9 and later); without it none
    /// is fetched. Each file is named by the hash of what is in it
    #[arg(long, value_name = "DIR")]
    pub(crate) pictures: Option<PathBuf>,
}

/// What the server does with challenges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum Challenge {
    /// Challenge them, and sign out who answers wrongly or not at all
    #[default]
    Enforce,
    /// Challenge them, and let everybody stay
    Send,
    /// Never challenge anybody
    Never,
}

/// What follows `--user`, not read yet: a refusal by the parser would repeat the password.
#[derive(Clone)]
pub(crate) struct UserText(String);

impl UserText {
    /// Reads it.
    pub(crate) fn read(&self) -> Result<User, UserError> {
        self.0.parse()
    }
}

impl From<String> for UserText {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// Somebody who may sign in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct User {
    pub(crate) account: Account,
    pub(crate) password: Secret,
}

impl FromStr for User {
    type Err = UserError;

    fn from_str(text: &str) -> Result<Self, UserError> {
        let (account, password) = text.split_once(':').ok_or(UserError::Colon)?;
        if password.is_empty() {
            return Err(UserError::Password);
        }
        let account = Account::new(account).map_err(|_| UserError::Account)?;
        Ok(Self { account, password: Secret::new(password) })
    }
}

/// Why a text names no user. It never repeats the text, which holds a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UserError {
    #[error("there is no colon between account and password")]
    Colon,
    #[error("there is no password after the colon")]
    Password,
    #[error("what is before the colon is not an account, such as alice@example.com")]
    Account,
}

fn account(text: &str) -> Result<Account, String> {
    Account::new(text).map_err(|_| "an account looks like alice@example.com".into())
}

fn page(text: &str) -> Result<String, &'static str> {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    let known = scheme.is_some_and(|scheme| matches!(scheme, "http" | "https"));
    if known { Ok(text.to_owned()) } else { Err("a web page begins with http:// or https://") }
}

fn host(text: &str) -> Result<String, &'static str> {
    if text.contains(':') && text.parse::<Ipv6Addr>().is_err() {
        return Err("it must be a host name or an address alone, without a port or brackets");
    }
    let endpoint = Endpoint::new(text, Endpoint::MSNP_PORT);
    endpoint.map(|endpoint| endpoint.host().to_owned()).map_err(|_| "that is no host name")
}

fn spoken(text: &str) -> Result<Version, String> {
    let known = || {
        let mut names: Vec<_> = Config::VERSIONS.iter().map(ToString::to_string).collect();
        names.reverse();
        format!("the versions are {}", names.join(", "))
    };
    let version: Version = text.parse().map_err(|_| known())?;
    if Config::VERSIONS.contains(&version) { Ok(version) } else { Err(known()) }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_are_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_password_may_hold_colons_and_is_never_repeated_in_an_error() {
        let user: User = "Alice@example.com:a:b".parse().unwrap();
        assert_eq!(user.account.as_str(), "alice@example.com");
        assert_eq!(user.password.expose(), "a:b");
        for (text, error) in [
            ("alice@example.com", UserError::Colon),
            ("alice@example.com:", UserError::Password),
            ("alice:hunter2", UserError::Account),
        ] {
            let found = text.parse::<User>().unwrap_err();
            assert_eq!(found, error);
            assert!(!found.to_string().contains("hunter2"));
        }
    }

    #[test]
    fn a_nexus_is_a_web_page() {
        assert!(page("http://127.0.0.1:8080/rdr/pprdr.asp").is_ok());
        for text in ["", "127.0.0.1:8080", "ftp://example.com/"] {
            assert!(page(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_public_host_is_a_name_or_an_address_without_a_port() {
        for text in ["messenger.example.com", "192.0.2.7", "2001:db8::7"] {
            assert_eq!(host(text).as_deref(), Ok(text));
        }
        for text in ["", "messenger.example.com:1863", "192.0.2.7:1863", "[2001:db8::7]", "a b"] {
            assert!(host(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn a_version_that_is_not_spoken_is_refused_with_those_that_are() {
        assert_eq!(spoken("msnp8"), Ok(Version::MSNP8));
        for text in ["MSNP1", "MSNP13", "MSNP99", "8"] {
            assert_eq!(
                spoken(text).unwrap_err(),
                "the versions are MSNP2, MSNP3, MSNP4, MSNP5, MSNP6, MSNP7, MSNP8, MSNP9, MSNP10, \
                 MSNP11, MSNP12"
            );
        }
    }
}
