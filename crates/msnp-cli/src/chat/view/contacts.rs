//! The contacts, on the left.

use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line as Row, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::{colour, dim, italic, letter};
use crate::chat::book::{Kind, Person, Section};
use crate::chat::commands::status_word;
use crate::chat::state::Model;
use crate::chat::wrap::fit;

/// Draws them, and says how far they can be scrolled.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model) -> usize {
    let width = usize::from(area.width);
    let height = usize::from(area.height);
    if width == 0 || height == 0 {
        return 0;
    }
    let mut rows = Vec::new();
    for section in model.book.sections() {
        rows.push(heading(&section, width));
        if section.kind == Kind::Waiting {
            rows.push(Row::styled(fit("  /add or /block them", width), dim()));
        }
        for (account, person) in &section.people {
            match section.kind {
                Kind::Waiting => rows.push(Row::raw(fit(&format!("? {account}"), width))),
                Kind::Group | Kind::Blocked => rows.extend(person_rows(person, width)),
            }
        }
    }
    if model.book.people.is_empty() {
        rows.push(Row::styled(fit("  nobody yet: /add ACCOUNT", width), dim()));
    }
    let most = rows.len().saturating_sub(height);
    let first = model.contacts_below.min(most);
    let below = rows.len().saturating_sub(first + height);
    let mut shown: Vec<Row<'_>> = rows.into_iter().skip(first).take(height).collect();
    if below > 0 {
        shown.pop();
        let text = format!("  ↓ {} more (Ctrl-Down)", below + 1);
        shown.push(Row::styled(fit(&text, width), dim()));
    }
    frame.render_widget(Paragraph::new(shown), area);
    most
}

fn heading(section: &Section<'_>, width: usize) -> Row<'static> {
    let count = match section.kind {
        Kind::Group => format!(" {}/{}", section.online(), section.people.len()),
        Kind::Waiting | Kind::Blocked => format!(" {}", section.people.len()),
    };
    let title = fit(&section.title, width.saturating_sub(count.len()));
    let style = match section.kind {
        Kind::Waiting => Style::new().fg(Color::Yellow),
        Kind::Group | Kind::Blocked => Style::new(),
    };
    Row::from(vec![
        Span::styled(title, style.add_modifier(Modifier::BOLD)),
        Span::styled(count, dim()),
    ])
}

/// Letter, name and status, and below it the message.
fn person_rows(person: &Person, width: usize) -> Vec<Row<'static>> {
    let blocked = person.is_blocked();
    let (letter, word, style) = match blocked {
        true => ('x', "blocked", Style::new().fg(Color::Red)),
        false => (letter(person.status), status_word(person.status), colour(person.status)),
    };
    // The word goes before the name does, but not to its last letters.
    let room = width.saturating_sub(word.len() + 4);
    let (name, word) = match room {
        8.. => (fit(&person.name, room), word),
        _ => (fit(&person.name, width.saturating_sub(2)), ""),
    };
    let gap = width.saturating_sub(2 + name.width() + word.len() + 1);
    let name_style = if person.is_online() { Style::new() } else { dim() };
    let mut rows = vec![Row::from(vec![
        Span::styled(format!("{letter} "), style.add_modifier(Modifier::BOLD)),
        Span::styled(name, name_style),
        Span::raw(" ".repeat(gap)),
        Span::styled(word, style),
    ])];
    if !person.message.is_empty() && person.is_online() {
        let text = fit(&person.message, width.saturating_sub(5));
        rows.push(Row::styled(format!("    {text}"), italic().add_modifier(Modifier::DIM)));
    }
    rows
}
