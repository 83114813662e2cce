//! `msnp serve`: the server for other clients.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use msnp::core::{Act, Watched};
use msnp::server::{
    Action, Addresses, ChallengePolicy, Ending, LOGIN_PATH, NEXUS_PATH, Refusal, Server,
    ServerEvent, TooMany,
};

use crate::arguments::{Challenge, Serve, User};
use crate::dialogue::{Dialogue, Stage, Style};
use crate::embedded::{self, Embedded, Whereabouts};
use crate::fault::Fault;
use crate::json::Object;
use crate::mask;
use crate::screen::Screen;
use crate::signals::Signals;

/// How often it is told of connections that were closed as they came.
const MINUTE: Duration = Duration::from_secs(60);

/// Serves until a signal comes.
pub(crate) fn run(serve: &Serve, trace: bool, screen: &Arc<Screen>) -> Result<(), Fault> {
    let users = users(serve)?;
    let style = Style { cut: false, bodies: false, as_news: true };
    let stage = trace.then(|| Arc::new(Stage::new(screen.clone(), style)));
    let whereabouts: Whereabouts = Arc::new(OnceLock::new());
    let mut config = embedded::config(serve.listen)?;
    config.listen.notification.set_port(serve.notification_port);
    config.listen.switchboard.set_port(serve.switchboard_port);
    config.listen.http.set_port(serve.http_port);
    config.public_host.clone_from(&serve.public_host);
    config.challenge = match serve.challenge {
        Challenge::Enforce => ChallengePolicy::Enforce,
        Challenge::Send => ChallengePolicy::Send,
        Challenge::Never => ChallengePolicy::Never,
    };
    serve.limits.apply(&mut config.limits);
    let driver = embedded::server(config, &users, stage, &whereabouts)?;
    if users.is_empty() {
        screen.tell("Nobody can sign in: name somebody with --user or --users.");
    }
    embedded::runtime()?.block_on(drive(driver, serve, screen, &whereabouts))
}

async fn drive(
    mut driver: Embedded,
    serve: &Serve,
    screen: &Screen,
    whereabouts: &Whereabouts,
) -> Result<(), Fault> {
    let mut signals = Signals::new()?;
    let mut stopping = false;
    let mut minute = tokio::time::interval(MINUTE);
    let mut turned_away = 0;
    loop {
        let next = tokio::select! {
            next = driver.next() => next,
            _ = minute.tick() => {
                if let Some(news) = closed_unheard(driver.turned_away() - turned_away) {
                    screen.tell(&news);
                }
                turned_away = driver.turned_away();
                continue;
            }
            () = signals.next() => {
                if stopping {
                    screen.tell("Stopped without waiting for the clients.");
                    return Ok(());
                }
                stopping = true;
                screen.tell("Stopping: the clients are told.");
                driver.call(|server: &mut Watched<Server, Dialogue>, now| {
                    server.act(now, Action::ShutDown);
                });
                continue;
            }
        };
        match next {
            None => return Ok(()),
            Some(Err(error)) => return Err(embedded::fault(error, serve.listen)),
            Some(Ok(ServerEvent::Listening(addresses))) => {
                screen.say(&where_to(&addresses, serve.json));
                // A second address would be a second start, which there is not.
                let _ = whereabouts.set(addresses);
            }
            Some(Ok(event)) => {
                if let Some(news) = news(&event) {
                    screen.tell(&news);
                }
            }
        }
    }
}

/// Of so many connections the server itself never knew.
fn closed_unheard(connections: u64) -> Option<String> {
    let count = match connections {
        0 => return None,
        1 => "One connection was".into(),
        more => format!("{more} connections were"),
    };
    Some(format!("{count} closed unheard within a minute: there were too many at a time."))
}

/// Where the services listen.
fn where_to(addresses: &Addresses, json: bool) -> String {
    let Addresses { dispatch, notification, switchboard, http } = addresses;
    let (ds, ns, sb) = (dispatch.to_string(), notification.to_string(), switchboard.to_string());
    let nexus = format!("http://{http}{NEXUS_PATH}");
    let login = format!("http://{http}{LOGIN_PATH}");
    if json {
        let object = Object::new().text("ds", &ds).text("ns", &ns).text("sb", &sb);
        return object.text("nexus", &nexus).text("login", &login).to_string();
    }
    format!(
        "Clients connect to     {ds} (dispatch server)\n\
         and are sent on to     {ns} (notification server)\n\
         They talk at           {sb} (switchboard)\n\
         From MSNP8 they ask    {nexus}\n\
         and sign in at         {login}\n"
    )
}

/// What happened, as a sentence. Text of clients is made harmless.
fn news(event: &ServerEvent) -> Option<String> {
    let sentence = match event {
        ServerEvent::SignedIn { account, version } => format!("{account} signed in ({version})."),
        ServerEvent::SignedOut { account, why } => match why {
            Ending::SignOut => format!("{account} signed out."),
            Ending::Elsewhere => format!("{account} signed in elsewhere, and is out here."),
            Ending::Failed(error) => format!("{account} is out: {error}."),
            _ => format!("{account} is out."),
        },
        ServerEvent::Refused { account, why } => {
            format!("{account} was not let in: {}.", refusal(*why))
        }
        ServerEvent::ChallengeFailed { account } => {
            format!("{account} did not answer a challenge as a known program does.")
        }
        ServerEvent::RoomOpened { session, by } => format!("{by} opened room {session}."),
        ServerEvent::Entered { session, account } => format!("{account} entered room {session}."),
        ServerEvent::Left { session, account } => format!("{account} left room {session}."),
        ServerEvent::RoomClosed { session } => format!("Room {session} is empty and gone."),
        ServerEvent::NotStored { account, failure } => {
            format!("A change of {account} could not be stored: {failure}.")
        }
        ServerEvent::TurnedAway { from, why } => too_many(*why, &from.to_string()),
        ServerEvent::LinkFailed { link, error } => {
            format!("Connection {} ended: {error}.", link.number())
        }
        _ => return None,
    };
    Some(mask::printable(sentence.as_bytes()))
}

fn refusal(why: Refusal) -> String {
    match why {
        Refusal::WrongPassword => "no such account, or a wrong password".into(),
        Refusal::WrongTicket => "its ticket is unknown, used or too old".into(),
        Refusal::WrongCookie => "its cookie is unknown, used or too old".into(),
        Refusal::NotVerified(failure) => format!("the password could not be checked ({failure})"),
        Refusal::Full(code) => format!("no room for more ({code})"),
        Refusal::TooManyAttempts => "too many attempts, so nothing was checked".into(),
        _ => "refused".into(),
    }
}

/// It is told once a minute, however many there are.
fn too_many(why: TooMany, from: &str) -> String {
    match why {
        TooMany::Links => {
            format!("Connections are turned away, from {from} among others: there are too many.")
        }
        TooMany::OfOneAddress => {
            format!("Connections from {from} are turned away: it has too many.")
        }
        TooMany::Strangers => format!(
            "Connections are turned away, from {from} among others: on too many nobody has signed \
             in yet."
        ),
        TooMany::StrangersOfOneAddress => format!(
            "Connections from {from} are turned away: on too many of its own nobody has signed in \
             yet."
        ),
        _ => format!("Connections from {from} are turned away."),
    }
}

fn users(serve: &Serve) -> Result<Vec<User>, Fault> {
    let mut users = Vec::new();
    for (at, text) in serve.user.iter().enumerate() {
        users.push(text.read().map_err(|cause| Fault::User { number: at + 1, cause })?);
    }
    if let Some(file) = &serve.users {
        users.extend(users_of(file)?);
    }
    let mut known = BTreeSet::new();
    match users.iter().find(|user| !known.insert(&user.account)) {
        Some(twice) => Err(Fault::UserTwice(twice.account.to_string())),
        None => Ok(users),
    }
}

fn users_of(file: &Path) -> Result<Vec<User>, Fault> {
    let text = fs::read_to_string(file)
        .map_err(|cause| Fault::UsersFile { file: file.to_owned(), cause })?;
    let named = |line: &&str| !line.trim().is_empty() && !line.starts_with('#');
    let lines = text.lines().enumerate().filter(|(_, line)| named(line));
    lines
        .map(|(at, line)| {
            line.parse().map_err(|cause| Fault::UsersLine {
                file: file.to_owned(),
                line: at + 1,
                cause,
            })
        })
        .collect()
}
