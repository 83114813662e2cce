//! What was said, on the right.

use msnp::core::Account;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::{Color, Modifier, Style};
use ratatui::text::{Line as Row, Span};
use ratatui::widgets::Paragraph;
use unicode_width::UnicodeWidthStr;

use super::{dim, italic};
use crate::chat::state::{Model, names};
use crate::chat::talk::{Entry, Fate, Said, Saying};
use crate::chat::wrap::{fit, wrap};

/// Behind the time.
const INDENT: usize = 6;
/// A name is cut where it takes more columns.
const NAME: usize = 24;
/// The column beside a word that is explained.
const WORD: usize = 18;
const OWN: &str = "You";

/// Draws it. Says how many rows are seen, and how many rows the view is above the end.
pub(super) fn draw(frame: &mut Frame<'_>, area: Rect, model: &Model) -> (usize, usize) {
    let talk = model.in_front();
    let width = usize::from(area.width);
    let mut height = usize::from(area.height);
    if width == 0 || height == 0 {
        return (0, talk.above);
    }
    // The last row is kept for what happens now, so that nothing jumps.
    height = height.saturating_sub(1);
    let me = own_name(model);
    let above = match talk.begin_at {
        Some(first) => {
            let follows = talk.entries.iter().filter(|entry| entry.key >= first);
            let rows: usize = follows.map(|entry| entry_rows(entry, &me, width).len()).sum();
            rows.saturating_sub(height)
        }
        None => talk.above,
    };
    let (entries, below) = talk.in_view();
    let wanted = above.saturating_add(height);
    let mut rows = Vec::new();
    let mut complete = true;
    for entry in entries.rev() {
        if rows.len() >= wanted {
            complete = false;
            break;
        }
        rows.extend(entry_rows(entry, &me, width).into_iter().rev());
    }
    let most_above = if complete { rows.len().saturating_sub(height) } else { usize::MAX };
    let above = above.min(most_above);
    let footer = footer(model, below, above);
    let mut shown: Vec<Row<'_>> = rows.into_iter().skip(above).take(height).collect();
    shown.reverse();
    let used = u16::try_from(shown.len()).unwrap_or(area.height);
    let top = area.height.saturating_sub(used + 1);
    let place = Rect { y: area.y + top, height: used, ..area };
    frame.render_widget(Paragraph::new(shown), place);
    let last = Rect { y: area.y + area.height - 1, height: 1, ..area };
    frame.render_widget(Paragraph::new(footer_row(&footer, width)), last);
    (height, above)
}

fn own_name(model: &Model) -> String {
    model.me.name.clone().unwrap_or_else(|| model.me.account.to_string())
}

/// Who is writing, or what is below the view.
fn footer(model: &Model, below: usize, above: usize) -> String {
    let talk = model.in_front();
    if below > 0 {
        return format!("↓ {below} new below, PageDown shows them");
    }
    if above > 0 {
        return "↓ PageDown goes on".into();
    }
    let writing = talk.typing.keys().cloned().collect();
    match talk.typing.len() {
        0 => String::new(),
        1 => format!("{} is writing ...", names(&model.book, &writing)),
        _ => format!("{} are writing ...", names(&model.book, &writing)),
    }
}

fn footer_row(text: &str, width: usize) -> Row<'static> {
    Row::styled(fit(text, width), italic().add_modifier(Modifier::DIM))
}

fn entry_rows(entry: &Entry, me: &str, width: usize) -> Vec<Row<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let time = format!("{:02}:{:02} ", entry.time.hour, entry.time.minute);
    let time = Span::styled(time, dim());
    match &entry.said {
        Said::Notice(text) => laid(vec![time], text, dim(), width),
        Said::Warning(text) => {
            let style = Style::new().fg(Color::Yellow);
            laid(vec![time, Span::styled("! ", style)], text, style, width)
        }
        Said::Heading(text) => laid(Vec::new(), text, bold, width),
        Said::Explained(word, text) => explained(word, text, width),
        Said::Other { account, name, what } => {
            let style = Style::new().fg(palette(account)).add_modifier(Modifier::BOLD);
            saying_rows(time, name, style, what, Style::new(), width)
        }
        Said::Own { what, fate } => {
            let style = Style::new().fg(Color::Cyan).add_modifier(Modifier::BOLD);
            let text = if *fate == Fate::Sending { dim() } else { Style::new() };
            let name = if matches!(what, Saying::Action(_)) { me } else { OWN };
            let mut rows = saying_rows(time, name, style, what, text, width);
            let remark = match fate {
                Fate::Sending | Fate::Delivered => return rows,
                Fate::Failed(why) => format!("! not delivered: {why}"),
                Fate::Unknown => "! nobody knows whether this arrived".into(),
            };
            let indent = Span::raw(" ".repeat(INDENT));
            rows.extend(laid(vec![indent], &remark, Style::new().fg(Color::Red), width));
            rows
        }
    }
}

fn saying_rows(
    time: Span<'static>,
    name: &str,
    name_style: Style,
    what: &Saying,
    style: Style,
    width: usize,
) -> Vec<Row<'static>> {
    let name = fit(name, NAME.min(width / 2));
    match what {
        Saying::Text(text) => {
            let name = Span::styled(format!("{name}: "), name_style);
            laid(vec![time, name], text, style, width)
        }
        Saying::Action(text) => {
            let name = Span::styled(format!("* {name} "), name_style);
            laid(vec![time, name], text, style.patch(italic()), width)
        }
        Saying::Nudge => {
            let text = if name == OWN { "nudge them" } else { "nudges you" };
            let name = Span::styled(format!("* {name} "), name_style);
            laid(vec![time, name], text, style.add_modifier(Modifier::BOLD), width)
        }
    }
}

/// A word on the left and what it means beside it, or below it where there is no room.
fn explained(word: &str, text: &str, width: usize) -> Vec<Row<'static>> {
    let bold = Style::new().add_modifier(Modifier::BOLD);
    let column = if width > 2 * WORD { WORD } else { INDENT };
    let word = fit(word, width);
    let below = word.width() + 2 > column;
    let mut rows = Vec::new();
    let mut left = vec![Span::styled(word.clone(), bold)];
    if below {
        rows.push(Row::from(std::mem::take(&mut left)));
    } else {
        left.push(Span::raw(" ".repeat(column - word.width())));
    }
    for row in wrap(text, width.saturating_sub(column), 0) {
        if left.is_empty() {
            left.push(Span::raw(" ".repeat(column)));
        }
        left.push(Span::raw(row));
        rows.push(Row::from(std::mem::take(&mut left)));
    }
    rows
}

/// Rows that begin with these and go on with the text, indented behind the time.
fn laid(start: Vec<Span<'static>>, text: &str, style: Style, width: usize) -> Vec<Row<'static>> {
    let indent = if width > 4 * INDENT { INDENT } else { 0 };
    let columns = width.saturating_sub(indent);
    let taken: usize = start.iter().map(|span| span.content.width()).sum();
    let mut rows = Vec::new();
    let mut start = Some(start);
    for row in wrap(text, columns, taken.saturating_sub(indent)) {
        let mut spans = start.take().unwrap_or_else(|| vec![Span::raw(" ".repeat(indent))]);
        spans.push(Span::styled(row, style));
        rows.push(Row::from(spans));
    }
    rows
}

/// The colour of somebody's name, always the same.
fn palette(account: &Account) -> Color {
    const COLOURS: [Color; 5] =
        [Color::Magenta, Color::Green, Color::Blue, Color::LightRed, Color::LightYellow];
    let sum: usize = account.as_str().bytes().map(usize::from).sum();
    COLOURS.get(sum % COLOURS.len()).copied().unwrap_or(Color::Magenta)
}
