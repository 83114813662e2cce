//! What each command does.

use msnp::client::Action;
use msnp::codec::personal_message::CurrentMedia;
use msnp::core::Status;

use super::words::Arguments;
use super::{COMMANDS, Done, GROUP_VERBS, KEYS, STATUSES, named, short_usage, status_words, usage};
use crate::chat::harmless;
use crate::chat::news;
use crate::chat::state::Model;
use crate::chat::talk::{Outgoing, Said};

pub(super) fn open(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let account = arguments.contact(model)?;
    if account == model.me.account {
        return Err("that is you".into());
    }
    let key = model.talk_with(account);
    model.show_talk(key);
    Ok(())
}

pub(super) fn invite(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let account = arguments.contact(model)?;
    let name = model.book.name(&account);
    model.invite(account)?;
    model.notice(format!("{name} is invited."));
    Ok(())
}

pub(super) fn nudge(model: &mut Model, _: &Arguments<'_>) -> Done {
    model.say(Outgoing::Nudge)
}

pub(super) fn action(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let text = arguments.text("what you do")?.to_owned();
    model.say(Outgoing::Action(text))
}

pub(super) fn next(model: &mut Model, _: &Arguments<'_>) -> Done {
    model.show_next(true);
    Ok(())
}

pub(super) fn leave(model: &mut Model, _: &Arguments<'_>) -> Done {
    model.leave(false)
}

pub(super) fn close(model: &mut Model, _: &Arguments<'_>) -> Done {
    model.leave(true)
}

pub(super) fn status(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let word = arguments.word(0).to_lowercase();
    let found = STATUSES.iter().find(|(name, _)| *name == word);
    let Some((_, status)) = found else {
        return Err(format!("choose one of {}", status_words().collect::<Vec<_>>().join(", ")));
    };
    model.me.chosen = *status;
    let done = match *status {
        Status::HIDDEN => {
            "You appear offline. Nobody can be called until you show yourself.".into()
        }
        status => format!("You are {} now.", news::words(status)),
    };
    model.change(Action::SetStatus(*status), "changing your status".into(), done);
    Ok(())
}

pub(super) fn name(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let name = arguments.text("which name")?;
    let done = format!("Your name is {} now.", harmless::line(name));
    model.change(Action::SetName(name.into()), "changing your name".into(), done);
    Ok(())
}

pub(super) fn personal_message(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    model.me.message.text = arguments.rest.to_owned();
    model.set_message(match arguments.rest {
        "" => "Your message is cleared.",
        _ => "Your message is set.",
    });
    Ok(())
}

pub(super) fn music(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let media = |text: &str| {
        let (title, artist) = text.split_once(" - ").unwrap_or((text, ""));
        let mut song = CurrentMedia::song(title.trim(), artist.trim());
        if artist.is_empty() {
            song.format = "{0}".into();
        }
        song
    };
    model.me.message.current_media = Some(arguments.rest).filter(|t| !t.is_empty()).map(media);
    model.set_message(match arguments.rest {
        "" => "Nobody sees what you listen to.",
        _ => "Your contacts see what you listen to.",
    });
    Ok(())
}

pub(super) fn phone(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let key = match arguments.word(0).to_lowercase().as_str() {
        "home" => "PHH",
        "work" => "PHW",
        "mobile" => "PHM",
        _ => return Err("say home, work or mobile, and a number".into()),
    };
    let number = Some(arguments.from(1)).filter(|number| !number.is_empty());
    let done = if number.is_some() { "Your number is set." } else { "Your number is cleared." };
    let action = Action::SetSetting(key.into(), number.map(Into::into));
    model.change(action, "setting your number".into(), done.into());
    Ok(())
}

pub(super) fn who(model: &mut Model, _: &Arguments<'_>) -> Done {
    let mut lines = Vec::new();
    for section in model.book.sections() {
        let all = section.people.len();
        lines.push(Said::Heading(format!("{} ({} of {all})", section.title, section.online())));
        for (account, person) in section.people {
            let status = news::words(person.status);
            let text = format!("{status} <{account}> {}", person.message);
            lines.push(Said::Explained(person.name.clone(), text.trim_end().into()));
        }
    }
    tell(model, lines);
    Ok(())
}

pub(super) fn add(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let account = arguments.contact(model)?;
    let done = format!("{account} is on your list now.");
    let doing = format!("adding {account}");
    model.change(Action::AddContact(account), doing, done);
    Ok(())
}

pub(super) fn remove(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let account = arguments.contact(model)?;
    let done = format!("{account} is off your list now.");
    let doing = format!("removing {account}");
    model.change(Action::RemoveContact(account), doing, done);
    Ok(())
}

pub(super) fn block(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let account = arguments.contact(model)?;
    let done = format!("{account} is blocked now, and sees you offline.");
    let doing = format!("blocking {account}");
    model.change(Action::Block(account), doing, done);
    Ok(())
}

pub(super) fn unblock(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let account = arguments.contact(model)?;
    let done = format!("{account} may see and reach you now.");
    let doing = format!("unblocking {account}");
    model.change(Action::Unblock(account), doing, done);
    Ok(())
}

pub(super) fn nick(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let account = model.book.find(arguments.word(0))?;
    let name = arguments.from(1);
    if name.is_empty() {
        return Err("say whom, and by which name".into());
    }
    let done = format!("{account} is {} for you now.", harmless::line(name));
    let action = Action::NameContact(account.clone(), name.into());
    model.change(action, format!("naming {account}"), done);
    Ok(())
}

pub(super) fn group(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let verb = arguments.word(0).to_lowercase();
    let (action, doing, done) = match verb.as_str() {
        "add" => {
            let name = said(arguments.from(1), "the name of the new group")?;
            let shown = harmless::line(name);
            (
                Action::AddGroup(name.into()),
                format!("making the group {shown}"),
                format!("There is a group {shown} now."),
            )
        }
        "rename" => {
            let id = model.book.find_group(arguments.word(1))?;
            let name = said(arguments.from(2), "the old name and the new one")?;
            let shown = harmless::line(name);
            (
                Action::RenameGroup(id, name.into()),
                format!("renaming the group to {shown}"),
                format!("The group is {shown} now."),
            )
        }
        "remove" => {
            let name = arguments.from(1);
            let id = model.book.find_group(name)?;
            let shown = harmless::line(name);
            (
                Action::RemoveGroup(id),
                format!("removing the group {shown}"),
                format!("The group {shown} is gone."),
            )
        }
        "put" | "take" => {
            let account = model.book.find(arguments.word(1))?;
            let name = said(arguments.from(2), "whom, and which group")?;
            let id = model.book.find_group(name)?;
            let shown = harmless::line(name);
            match verb.as_str() {
                "put" => (
                    Action::AddToGroup(account.clone(), id),
                    format!("putting {account} into {shown}"),
                    format!("{account} is in {shown} now."),
                ),
                _ => (
                    Action::RemoveFromGroup(account.clone(), id),
                    format!("taking {account} out of {shown}"),
                    format!("{account} is no longer in {shown}."),
                ),
            }
        }
        _ => return Err(format!("say /group {}", GROUP_VERBS.join("|"))),
    };
    model.change(action, doing, done);
    Ok(())
}

pub(super) fn accept_strangers(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    let (allow, done) = match arguments.word(0).to_lowercase().as_str() {
        "yes" => (true, "Everybody whom you did not block may see and reach you."),
        "no" => (false, "Only those whom you allowed may see and reach you."),
        _ => return Err("say yes or no".into()),
    };
    let doing = "changing who may reach you".into();
    model.change(Action::AllowByDefault(allow), doing, done.into());
    Ok(())
}

pub(super) fn log(model: &mut Model, _: &Arguments<'_>) -> Done {
    model.show(0);
    Ok(())
}

pub(super) fn reconnect(model: &mut Model, _: &Arguments<'_>) -> Done {
    model.reconnect()
}

pub(super) fn help(model: &mut Model, arguments: &Arguments<'_>) -> Done {
    if !arguments.rest.is_empty() {
        let command = named(arguments.rest.trim_start_matches('/'))?;
        model.notice(format!("{}: {}.", usage(command), command.help));
        return Ok(());
    }
    let mut lines = vec![Said::Heading("Type a text to say it, or one of these".into())];
    lines.extend(COMMANDS.iter().map(|c| Said::Explained(short_usage(c), c.help.into())));
    lines.push(Said::Heading("Keys".into()));
    lines.extend(KEYS.iter().map(|(keys, what)| Said::Explained((*keys).into(), (*what).into())));
    tell(model, lines);
    Ok(())
}

pub(super) fn quit(model: &mut Model, _: &Arguments<'_>) -> Done {
    model.quit();
    Ok(())
}

/// Says much: on the first page, so that no conversation is pushed away.
fn tell(model: &mut Model, lines: Vec<Said>) {
    let mut entries = lines.into_iter().map(|line| model.log(line)).collect::<Vec<_>>().into_iter();
    if let Some(first) = entries.next() {
        model.show_home_from(first);
    }
}

fn said<'t>(text: &'t str, what: &str) -> Result<&'t str, String> {
    if text.is_empty() { Err(format!("say {what}")) } else { Ok(text) }
}
