//! What our client tells its program.

use msnp_client::Event;
use msnp_core::Account;
use msnp_session::RequestError;

use crate::recording::Command;

/// The event in words, without what it repeats of the recording; nothing for the steps of the
/// sign-in, which differ from version to version.
pub(crate) fn in_words(event: &Event) -> Option<String> {
    let user = |account: &Account| account.as_str().split('@').next().unwrap_or("?").to_owned();
    Some(match event {
        Event::SigningIn(_) => return None,
        Event::VersionChosen(version) => format!("speaks {version}"),
        Event::ActionEnded { result: Ok(()), .. } => "done".to_owned(),
        Event::ActionEnded { result: Err(error), .. } => format!("not done: {error}"),
        Event::OwnName(_) => "own name".to_owned(),
        Event::OwnStatus(status) => format!("own status {status}"),
        Event::Profile(_) => "profile".to_owned(),
        Event::ListsLoaded => "lists".to_owned(),
        Event::SignedIn => "signed in".to_owned(),
        Event::Mail(_) => "mail".to_owned(),
        Event::ListChanged { list, account, added } => {
            let how = if *added { "on" } else { "off" };
            format!("{} {how} {list:?}", user(account))
        }
        Event::ContactNamed { account, .. } => format!("{} named", user(account)),
        Event::Presence { account, status, already, .. } => {
            let already = if *already { " already" } else { "" };
            format!("{} {status}{already}", user(account))
        }
        Event::PersonalMessage { account, .. } => format!("{} says of themselves", user(account)),
        Event::Invited { by, .. } => format!("{} invites", user(by)),
        Event::Joined { account, .. } => format!("{} joined", user(account)),
        Event::Left { account, .. } => format!("{} left", user(account)),
        Event::NotInvited { account, error: RequestError::Refused(code), .. } => {
            format!("{} not invited: {}", user(account), code.number())
        }
        Event::Text { account, .. } => format!("{} writes", user(account)),
        Event::Nudge { account, .. } => format!("{} nudges", user(account)),
        Event::Message { account, .. }
        | Event::Emoticons { account, .. }
        | Event::UnexpectedPacket(account) => format!("{} sends", user(account)),
        Event::MessageEnded { delivery, .. } => format!("message {delivery:?}"),
        other => format!("{other:?}"),
    })
}

/// The words with how often each comes in a row: `done`, `load1 sends x 3`.
pub(crate) fn counted(words: &[String]) -> Vec<String> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for word in words {
        match counted.last_mut() {
            Some((last, count)) if last == word => *count += 1,
            _ => counted.push((word.clone(), 1)),
        }
    }
    let shown = |(word, count)| if count == 1 { word } else { format!("{word} x {count}") };
    counted.into_iter().map(shown).collect()
}

/// Holds an event against the command that brought it about.
///
/// # Errors
/// The event, where it says something else.
pub(crate) fn what_was_said(recorded: &Command, event: &Event) -> Result<(), String> {
    let right = match event {
        Event::Text { account, name, text, .. } => {
            let (_, body) = recorded.message();
            let lines = String::from_utf8_lossy(body).replace("\r\n", "\n");
            of_sender(recorded, account, name) && text.text == lines
        }
        Event::Message { account, body, .. } => {
            account.is(recorded.word(1)) && recorded.body.as_deref() == Some(&body[..])
        }
        Event::Presence { account, status, name, .. } => match recorded.verb() {
            "FLN" => account.is(recorded.word(1)),
            "ILN" => {
                recorded.word(2) == status.to_string()
                    && account.is(recorded.word(3))
                    && recorded.text(4) == *name
            }
            _ => {
                recorded.word(1) == status.to_string()
                    && account.is(recorded.word(2))
                    && recorded.text(3) == *name
            }
        },
        Event::Joined { account, name, .. } => match recorded.verb() {
            "IRO" => account.is(recorded.word(4)) && recorded.text(5) == *name,
            _ => of_sender(recorded, account, name),
        },
        Event::Invited { by, name, .. } => by.is(recorded.word(5)) && recorded.text(6) == *name,
        Event::Left { account, .. }
        | Event::Nudge { account, .. }
        | Event::Emoticons { account, .. }
        | Event::UnexpectedPacket(account) => account.is(recorded.word(1)),
        _ => true,
    };
    if right { Ok(()) } else { Err(format!("{event:?}")) }
}

fn of_sender(recorded: &Command, account: &Account, name: &str) -> bool {
    account.is(recorded.word(1)) && recorded.text(2) == name
}
