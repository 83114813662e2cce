//! The limits of `msnp serve`.

use std::num::NonZeroU32;
use std::time::Duration;

use clap::Args;
use clap::builder::RangedU64ValueParser;
use msnp::server::{ConnectionLimits, GuessLimits, Limits};

/// How much others may ask of the server.
#[derive(Args)]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArguments {
    /// Connections at a time. Each needs a file descriptor: see ulimit -n
    #[arg(long, value_name = "N", value_parser = count(), default_value_t = usual().links)]
    max_connections: usize,

    /// Connections at a time from one address. An IPv6 network of 64 bits counts as one address,
    /// here and below. Where all come through one proxy, this must be as large as the one before
    #[arg(
        long,
        value_name = "N",
        value_parser = count(),
        default_value_t = connections().of_one_address
    )]
    max_connections_per_address: usize,

    /// Connections at a time on which nobody has signed in yet; who does not within a minute is
    /// sent away
    #[arg(long, value_name = "N", value_parser = count(), default_value_t = connections().strangers)]
    max_strangers: usize,

    /// The same from one address, and its connections to the sign-in pages
    #[arg(
        long,
        value_name = "N",
        value_parser = count(),
        default_value_t = connections().strangers_of_one_address
    )]
    max_strangers_per_address: usize,

    /// Failed attempts to sign in from one address, whatever accounts they name. Further attempts
    /// are refused unheard until the time of --sign-in-window has passed since the first
    #[arg(
        long,
        value_name = "N",
        value_parser = number(),
        default_value_t = guesses().failures_of_one_address
    )]
    max_failures_per_address: u32,

    /// Failed attempts to sign in to one account, from wherever. After that each address has one
    /// attempt within the time of --sign-in-window, so that nobody can lock the owner out
    #[arg(
        long,
        value_name = "N",
        value_parser = number(),
        default_value_t = guesses().failures_of_one_account
    )]
    max_failures_per_account: u32,

    /// How often one account may sign in within the time of --sign-in-window
    #[arg(
        long,
        value_name = "N",
        value_parser = number(),
        default_value_t = guesses().sign_ins_of_one_account
    )]
    max_sign_ins_per_account: u32,

    /// The time in which attempts to sign in are counted
    #[arg(
        long,
        value_name = "SECONDS",
        value_parser = clap::value_parser!(u64).range(1..=A_YEAR),
        default_value_t = guesses().window.as_secs()
    )]
    sign_in_window: u64,

    /// Commands a second from one client to the notification server. Who sends more is not read
    /// for a while; nothing is lost
    #[arg(
        long,
        value_name = "N",
        value_parser = number(),
        default_value_t = connections().notification_commands.map_or(1, NonZeroU32::get)
    )]
    max_commands: u32,

    /// Messages and other commands a second from one member to a room, likewise; without this, as
    /// many as come
    #[arg(long, value_name = "N", value_parser = number())]
    max_room_commands: Option<u32>,

    /// Rooms at a time
    #[arg(long, value_name = "N", value_parser = count(), default_value_t = usual().rooms)]
    max_rooms: usize,

    /// Rooms at a time that one user is in when asking for one more
    #[arg(long, value_name = "N", value_parser = count(), default_value_t = usual().rooms_of_one)]
    max_rooms_per_user: usize,

    /// Memory for what clients have not read yet, all together. When it is full, those on
    /// whose connections most waits are cut off
    #[arg(
        long,
        value_name = "MIB",
        value_parser = RangedU64ValueParser::<usize>::new().range(1..=A_TERABYTE),
        default_value_t = connections().output / MIB
    )]
    max_unread: usize,
}

impl LimitArguments {
    /// Makes these the limits of a server.
    pub(crate) fn apply(&self, limits: &mut Limits) {
        limits.links = self.max_connections;
        limits.rooms = self.max_rooms;
        limits.rooms_of_one = self.max_rooms_per_user;
        limits.connections = ConnectionLimits {
            of_one_address: self.max_connections_per_address,
            strangers: self.max_strangers,
            strangers_of_one_address: self.max_strangers_per_address,
            notification_commands: NonZeroU32::new(self.max_commands),
            switchboard_commands: self.max_room_commands.and_then(NonZeroU32::new),
            output: self.max_unread.saturating_mul(MIB),
        };
        limits.guesses = GuessLimits {
            window: Duration::from_secs(self.sign_in_window),
            failures_of_one_address: self.max_failures_per_address,
            failures_of_one_account: self.max_failures_per_account,
            sign_ins_of_one_account: self.max_sign_ins_per_account,
            ..guesses()
        };
    }
}

const MIB: usize = 1024 * 1024;
/// In MiB.
const A_TERABYTE: u64 = 1024 * 1024;
/// In seconds.
const A_YEAR: u64 = 365 * 24 * 60 * 60;
/// More connections than any machine has.
const COUNT: u64 = 100_000_000;

fn count() -> RangedU64ValueParser<usize> {
    RangedU64ValueParser::new().range(1..=COUNT)
}

fn number() -> RangedU64ValueParser<u32> {
    RangedU64ValueParser::new().range(1..=u64::from(u32::MAX))
}

fn usual() -> Limits {
    Limits::default()
}

fn connections() -> ConnectionLimits {
    ConnectionLimits::default()
}

fn guesses() -> GuessLimits {
    GuessLimits::default()
}
