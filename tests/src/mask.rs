use std::collections::BTreeMap;

use msnp_codec::secrets::{MASK, is_secret_header, secret_words, words};
use msnp_codec::{FrameLimits, Framer, RawCommand, Sender};
use msnp_core::{LinkId, Version};
use msnp_testkit::{Direction, Mask};

/// Hides the proofs, tickets and cookies of MSNP2 to MSNP12 in the recording of a machine that is
/// a client or a server: `***` stands for each.
///
/// What is no whole command yet is held back until it is one, and what cannot be framed is left
/// out, since it may hold anything.
pub fn mask_secrets(machine: Sender) -> Mask {
    let mut streams: BTreeMap<(LinkId, bool), Stream> = BTreeMap::new();
    Box::new(move |link, direction, bytes| {
        let outgoing = direction == Direction::Out;
        let sender = if outgoing { machine } else { other(machine) };
        let stream = streams.entry((link, outgoing)).or_insert_with(|| Stream::new(sender));
        stream.masked(bytes)
    })
}

struct Stream {
    framer: Framer,
    /// Less than one command.
    rest: Vec<u8>,
}

impl Stream {
    fn new(sender: Sender) -> Self {
        // Wider than any session's own, so that what was taken is also read here.
        let limits = FrameLimits { line: 64 * 1024, body: 1024 * 1024 };
        Self { framer: Framer::new(sender, Version::MSNP12, limits), rest: Vec::new() }
    }

    fn masked(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.rest.extend_from_slice(bytes);
        let (mut masked, mut taken) = (Vec::new(), 0);
        loop {
            let unread = self.rest.get(taken..).unwrap_or_default();
            match self.framer.next(unread) {
                Ok(Some(command)) => {
                    taken += command.wire().len();
                    print(command, &mut masked);
                }
                Ok(None) => break,
                Err(_) => {
                    taken = self.rest.len();
                    break;
                }
            }
        }
        self.rest.drain(..taken);
        masked
    }
}

fn other(side: Sender) -> Sender {
    match side {
        Sender::Client => Sender::Server,
        Sender::Server => Sender::Client,
    }
}

/// The command with its secrets masked. The announced length of a body stays what it was.
fn print(command: RawCommand<'_>, out: &mut Vec<u8>) {
    let secret = secret_words(command);
    for (at, word) in words(command).enumerate() {
        if at > 0 {
            out.push(b' ');
        }
        out.extend_from_slice(if secret.contains(&at) { MASK.as_bytes() } else { word });
    }
    out.extend_from_slice(b"\r\n");
    for line in command.body().unwrap_or_default().split_inclusive(|b| *b == b'\n') {
        let name = line.split(|b| *b == b':').next().unwrap_or_default();
        if is_secret_header(name) && name.len() < line.len() {
            out.extend_from_slice(name);
            out.extend_from_slice(b": ");
            out.extend_from_slice(MASK.as_bytes());
            out.extend_from_slice(b"\r\n");
        } else {
            out.extend_from_slice(line);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINK: LinkId = LinkId::new(1);

    fn text(bytes: &[u8]) -> String {
        String::from_utf8_lossy(bytes).into_owned()
    }

    #[test]
    fn proofs_tickets_and_cookies_are_masked_however_they_are_cut() {
        let said = b"USR 3 TWN I a@example.com\r\nUSR 4 TWN S t=secret&p=secret\r\n\
            USR 1 a@example.com secret\r\nANS 1 a@example.com secret 17\r\nMSG 2 U 6\r\nUSR: x";
        let shown = "USR 3 TWN I a@example.com\r\nUSR 4 TWN S ***\r\n\
            USR 1 a@example.com ***\r\nANS 1 a@example.com *** 17\r\nMSG 2 U 6\r\nUSR: x";
        for size in [1, 7, said.len()] {
            let mut mask = mask_secrets(Sender::Client);
            let masked: Vec<u8> =
                said.chunks(size).flat_map(|piece| mask(LINK, Direction::Out, piece)).collect();
            assert_eq!(text(&masked), shown);
        }
    }

    #[test]
    fn what_a_server_gives_out_is_masked_too_and_so_is_the_ticket_of_the_profile() {
        let profile = "sid: 507\r\nMSPAuth: secret\r\nkv: 1\r\n";
        let said = format!(
            "XFR 9 SB 10.0.0.1:1863 CKI secret\r\nXFR 9 NS 10.0.0.1:1863 0\r\n\
             RNG 17 10.0.0.1:1863 CKI secret a@example.com A\r\nMSG Hotmail Hotmail {}\r\n{profile}",
            profile.len()
        );
        let mut mask = mask_secrets(Sender::Client);
        let masked = text(&mask(LINK, Direction::In, said.as_bytes()));
        assert_eq!(masked, said.replace("secret", "***"));
        assert_eq!(mask(LINK, Direction::In, b"noise secret\r\n"), b"");
    }
}
