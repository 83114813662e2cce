//! From keys to what they mean.

use ratatui::crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::chat::state::Press;

/// What this key means; none for one that means nothing.
pub(crate) fn meaning(key: KeyEvent) -> Option<Press> {
    if key.kind == KeyEventKind::Release {
        return None;
    }
    let control = key.modifiers.contains(KeyModifiers::CONTROL);
    let alt = key.modifiers.contains(KeyModifiers::ALT);
    let word = control || alt;
    Some(match key.code {
        KeyCode::Char(c) if control && !alt => controlled(c)?,
        KeyCode::Char(c) if alt && !control => with_alt(c)?,
        KeyCode::Char(c) => Press::Char(c),
        KeyCode::Enter if word || key.modifiers.contains(KeyModifiers::SHIFT) => Press::NewLine,
        KeyCode::Enter => Press::Enter,
        KeyCode::Tab => Press::Tab,
        KeyCode::Backspace if word => Press::DeleteWord,
        KeyCode::Backspace => Press::Backspace,
        KeyCode::Delete => Press::Delete,
        KeyCode::Left if word => Press::WordLeft,
        KeyCode::Right if word => Press::WordRight,
        KeyCode::Left => Press::Left,
        KeyCode::Right => Press::Right,
        KeyCode::Up if word => Press::ContactsUp,
        KeyCode::Down if word => Press::ContactsDown,
        KeyCode::Up => Press::Up,
        KeyCode::Down => Press::Down,
        KeyCode::Home => Press::Home,
        KeyCode::End => Press::End,
        KeyCode::PageUp if word => Press::Previous,
        KeyCode::PageDown if word => Press::Next,
        KeyCode::PageUp => Press::PageUp,
        KeyCode::PageDown => Press::PageDown,
        KeyCode::F(1) => Press::Help,
        KeyCode::F(2) => Press::Previous,
        KeyCode::F(3) => Press::Next,
        _ => return None,
    })
}

fn controlled(c: char) -> Option<Press> {
    Some(match c.to_ascii_lowercase() {
        'a' => Press::Home,
        'b' => Press::Left,
        'c' => Press::Interrupt,
        'd' => Press::Delete,
        'e' => Press::End,
        'f' => Press::Right,
        'h' => Press::Backspace,
        'j' => Press::NewLine,
        'k' => Press::DeleteToEnd,
        'n' => Press::Next,
        'p' => Press::Previous,
        'u' => Press::DeleteToStart,
        'w' => Press::DeleteWord,
        _ => return None,
    })
}

fn with_alt(c: char) -> Option<Press> {
    Some(match c {
        'n' => Press::Next,
        'p' => Press::Previous,
        'b' => Press::WordLeft,
        'f' => Press::WordRight,
        '0'..='9' => Press::Show(usize::try_from(c.to_digit(10)?).ok()?),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_typed_and_with_control_they_mean_something() {
        for (code, modifiers, press) in [
            (KeyCode::Char('n'), KeyModifiers::NONE, Some(Press::Char('n'))),
            (KeyCode::Char('N'), KeyModifiers::SHIFT, Some(Press::Char('N'))),
            (KeyCode::Char('n'), KeyModifiers::CONTROL, Some(Press::Next)),
            (KeyCode::Char('3'), KeyModifiers::ALT, Some(Press::Show(3))),
            (KeyCode::Enter, KeyModifiers::ALT, Some(Press::NewLine)),
            // What AltGr types on some keyboards.
            (KeyCode::Char('@'), KeyModifiers::ALT | KeyModifiers::CONTROL, Some(Press::Char('@'))),
            (KeyCode::F(9), KeyModifiers::NONE, None),
        ] {
            assert_eq!(meaning(KeyEvent::new(code, modifiers)), press);
        }
    }
}
