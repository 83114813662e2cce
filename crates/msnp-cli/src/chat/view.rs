//! Draws the chat. It changes nothing, and every text in it is safe to show already.

mod contacts;
mod history;

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line as Row, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use msnp::core::Status;

use crate::chat::commands::{named, split_name, usage};
use crate::chat::news;
use crate::chat::state::{Line, Model, names};
use crate::chat::talk::Talk;
use crate::chat::wrap::fit;

/// Below this many columns the contacts are not shown.
const NARROW: u16 = 56;
const PROMPT: &str = "> ";

/// What a drawing came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Drawn {
    /// How many rows of the conversation are seen.
    pub(crate) page: usize,
    /// How many rows the view is above the end.
    pub(crate) above: usize,
    /// How far the contacts can be scrolled.
    pub(crate) most_below: usize,
}

/// Draws everything.
pub(crate) fn draw(frame: &mut Frame<'_>, model: &Model) -> Drawn {
    let area = frame.area();
    let has = |rows: u16| u16::from(area.height >= rows);
    let [tabs, middle, status, input] = Layout::vertical([
        Constraint::Length(has(6)),
        Constraint::Min(0),
        Constraint::Length(has(3)),
        Constraint::Length(1),
    ])
    .areas(area);
    draw_tabs(frame, tabs, model);
    let side = if area.width < NARROW { 0 } else { (area.width * 7 / 20).clamp(20, 36) };
    let [left, border, right] = Layout::horizontal([
        Constraint::Length(side),
        Constraint::Length(u16::from(side > 0)),
        Constraint::Min(0),
    ])
    .areas(middle);
    let most_below = contacts::draw(frame, left, model);
    for row in border.rows() {
        frame.render_widget(Span::styled("│", dim()), row);
    }
    let right = match right.width {
        // A column of air.
        8.. if side > 0 => Rect { x: right.x + 1, width: right.width - 1, ..right },
        _ => right,
    };
    let [header, history] =
        Layout::vertical([Constraint::Length(has(9)), Constraint::Min(0)]).areas(right);
    draw_header(frame, header, model);
    let (page, above) = history::draw(frame, history, model);
    draw_status(frame, status, model);
    draw_input(frame, input, model);
    Drawn { page, above, most_below }
}

/// The conversations, with what was not read.
fn draw_tabs(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let width = usize::from(area.width);
    let mut tabs = vec![tab(model, 0, &model.home, "msnp".into())];
    for (at, talk) in model.talks.iter().enumerate() {
        tabs.push(tab(model, at + 1, talk, short_name(model, talk)));
    }
    // Those before the one in front are left out until it can be seen.
    let mut first = 0;
    let shown: Vec<usize> = tabs.iter().map(|tab| tab.width()).collect();
    let taken = |first: usize| -> usize {
        shown.iter().take(model.shown + 1).skip(first).sum::<usize>() + 2
    };
    while first < model.shown && taken(first) > width {
        first += 1;
    }
    let mut row: Vec<Span<'_>> = Vec::new();
    if first > 0 {
        row.push(Span::styled("‹", dim()));
    }
    let mut used = usize::from(first > 0);
    for (at, tab) in tabs.into_iter().enumerate().skip(first) {
        used += shown.get(at).copied().unwrap_or_default();
        if used + 1 > width && at > model.shown {
            row.push(Span::styled("›", dim().add_modifier(Modifier::BOLD)));
            break;
        }
        row.push(tab);
    }
    frame.render_widget(Paragraph::new(Row::from(row)), area);
}

fn tab(model: &Model, at: usize, talk: &Talk, name: String) -> Span<'static> {
    let unread = match talk.unread {
        0 => String::new(),
        unread => format!(" ({unread})"),
    };
    let text = format!(" {at} {name}{unread} ");
    let style = match (at == model.shown, talk.unread > 0) {
        (true, _) => Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD),
        (false, true) => Style::new().fg(Color::Yellow).add_modifier(Modifier::BOLD),
        (false, false) => Style::new(),
    };
    Span::styled(text, style)
}

/// The first of those who take part, and how many more there are.
fn short_name(model: &Model, talk: &Talk) -> String {
    let first = talk.people.first().map(|account| model.book.name(account)).unwrap_or_default();
    match talk.people.len() {
        0 | 1 => fit(&first, 16),
        several => format!("{} +{}", fit(&first, 13), several - 1),
    }
}

/// Whom the conversation is with.
fn draw_header(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let talk = model.in_front();
    let mut people = talk.people.iter();
    let mut row = Vec::new();
    let bold = Style::new().add_modifier(Modifier::BOLD);
    match (people.next(), people.next()) {
        (None, _) => row.push(Span::styled("What happened", bold)),
        (Some(account), None) => {
            let name = model.book.name(account);
            if name != account.as_str() {
                // Whoever has a long name does not push away who they are.
                let room = usize::from(area.width).saturating_sub(account.as_str().width() + 3);
                row.push(Span::styled(format!("{} ", fit(&name, room)), bold));
                row.push(Span::styled(format!("<{account}>"), dim()));
            } else {
                row.push(Span::styled(name, bold));
            }
            if let Some(person) = model.book.people.get(account) {
                if model.book.status(account).is_some() {
                    row.push(Span::raw(" "));
                    row.push(Span::styled(news::words(person.status), colour(person.status)));
                }
                if person.is_blocked() {
                    row.push(Span::styled(" blocked", Style::new().fg(Color::Red)));
                }
                let taken: usize = row.iter().map(Span::width).sum();
                let room = usize::from(area.width).saturating_sub(taken + 2);
                if person.is_online() && !person.message.is_empty() && room > 4 {
                    let message = fit(&person.message, room);
                    row.push(Span::styled(format!("  {message}"), italic()));
                }
            }
        }
        (Some(_), Some(_)) => {
            let room = usize::from(area.width).saturating_sub(12);
            row.push(Span::styled(fit(&names(&model.book, &talk.people), room), bold));
            row.push(Span::styled(format!(" ({} here)", talk.present.len()), dim()));
        }
    }
    let style = Style::new().add_modifier(Modifier::UNDERLINED);
    frame.render_widget(Paragraph::new(Row::from(row)).style(style), area);
}

/// Oneself and the connection; a remark takes its place.
fn draw_status(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let style = Style::new().add_modifier(Modifier::REVERSED);
    let width = usize::from(area.width);
    let text = match hint(model) {
        Some(hint) => format!(" {hint}"),
        None => state(model),
    };
    let text = fit(&text, width);
    let fill = width.saturating_sub(text.width());
    let filled = format!("{text}{:fill$}", "");
    frame.render_widget(Paragraph::new(filled).style(style), area);
}

fn state(model: &Model) -> String {
    let me = &model.me;
    let name = me.name.clone().unwrap_or_else(|| me.account.to_string());
    let version = me.version.map_or(String::new(), |version| format!(" · {version}"));
    let unread: usize = model.talks.iter().map(|talk| talk.unread).sum();
    let unread = if unread > 0 { format!(" · {unread} not read") } else { String::new() };
    match &model.line {
        Line::SigningIn(step) => format!(" {} · signing in: {step} ...", me.account),
        Line::Out { again: Some(at) } => {
            let left = at.saturating_sub(model.now.monotonic).as_millis().div_ceil(1000);
            format!(" {name} · NOT SIGNED IN, again in {left} s · /reconnect{unread}")
        }
        Line::Out { again: None } => format!(" {name} · NOT SIGNED IN · /reconnect{unread}"),
        Line::SignedIn => {
            let status = format!("[{}] {}", letter(me.status), news::words(me.status));
            format!(" {name} · {status}{version}{unread} · /help")
        }
    }
}

/// What helps with what is being typed.
fn hint(model: &Model) -> Option<String> {
    if let Some(hint) = &model.hint {
        return Some(hint.clone());
    }
    let typed = model.in_front().input.text().strip_prefix('/')?;
    if typed.starts_with('/') {
        return None;
    }
    let (name, _) = split_name(typed);
    match named(name) {
        Ok(command) => Some(format!("{}   {}", usage(command), command.help)),
        Err(why) if typed.contains(' ') => Some(why),
        Err(_) => Some("Tab shows the commands, /help explains them".into()),
    }
}

fn draw_input(frame: &mut Frame<'_>, area: Rect, model: &Model) {
    let prompt = if area.width > 12 { PROMPT } else { "" };
    let width = usize::from(area.width).saturating_sub(prompt.len());
    let visible = model.in_front().input.visible(width);
    let row = Row::from(vec![Span::styled(prompt, dim()), Span::raw(visible.text)]);
    frame.render_widget(Paragraph::new(row), area);
    if area.height > 0 && area.width > 0 {
        let column = u16::try_from(prompt.len() + visible.cursor).unwrap_or_default();
        frame.set_cursor_position((area.x + column.min(area.width - 1), area.y));
    }
}

/// The letter of a status, for those who see no colours.
fn letter(status: Status) -> char {
    match status {
        Status::ONLINE => 'O',
        Status::OFFLINE => '-',
        Status::HIDDEN => 'H',
        Status::IDLE => 'I',
        Status::BE_RIGHT_BACK => 'R',
        Status::AWAY => 'A',
        Status::ON_THE_PHONE => 'P',
        Status::OUT_TO_LUNCH => 'L',
        _ => 'B',
    }
}

fn colour(status: Status) -> Style {
    match status {
        Status::ONLINE => Style::new().fg(Color::Green),
        Status::OFFLINE | Status::HIDDEN => dim(),
        Status::IDLE | Status::BE_RIGHT_BACK | Status::AWAY | Status::OUT_TO_LUNCH => {
            Style::new().fg(Color::Yellow)
        }
        _ => Style::new().fg(Color::Red),
    }
}

fn dim() -> Style {
    Style::new().add_modifier(Modifier::DIM)
}

fn italic() -> Style {
    Style::new().add_modifier(Modifier::ITALIC)
}

#[cfg(test)]
mod tests;
