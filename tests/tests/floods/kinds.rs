//! What hostile peers send.

/// Who sends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    NotificationServer,
    Switchboard,
    NotificationClient,
    Member,
}

/// One kind of rubbish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Noise,
    NoNewline,
    HugeBodies,
    EndlessHeaders,
    OutOfState,
    Valid,
}

/// A block is at least so long, in bytes: more than the largest command.
const BLOCK: usize = 512 * 1024;

impl Kind {
    pub(crate) const ALL: [Self; 6] = [
        Self::Noise,
        Self::NoNewline,
        Self::HugeBodies,
        Self::EndlessHeaders,
        Self::OutOfState,
        Self::Valid,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Noise => "noise",
            Self::NoNewline => "no newline",
            Self::HugeBodies => "huge bodies",
            Self::EndlessHeaders => "endless headers",
            Self::OutOfState => "commands out of state",
            Self::Valid => "valid commands",
        }
    }

    /// A piece of it, which can be sent again and again: where it is made of commands, it is made
    /// of whole ones.
    pub(crate) fn block(self, side: Side) -> Vec<u8> {
        match self {
            Self::Noise => noise(),
            Self::NoNewline => {
                b"MSG ".iter().copied().chain(std::iter::repeat_n(b'a', BLOCK)).collect()
            }
            Self::HugeBodies => repeated(&huge(side)),
            Self::EndlessHeaders => repeated(&headers(side)),
            Self::OutOfState => repeated(out_of_state(side).as_bytes()),
            Self::Valid => repeated(&valid(side)),
        }
    }
}

fn repeated(piece: &[u8]) -> Vec<u8> {
    piece.repeat(BLOCK.div_ceil(piece.len()))
}

/// Every byte there is, in no order.
fn noise() -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state.to_le_bytes()[3]
    };
    (0..BLOCK).map(|_| next()).collect()
}

/// A line and its body. Where a line has a transaction, the number is before the length.
fn with_body(line: &str, body: &[u8]) -> Vec<u8> {
    [format!("{line} {}\r\n", body.len()).as_bytes(), body].concat()
}

/// The largest body that the machine takes, of bytes that are no text.
fn huge(side: Side) -> Vec<u8> {
    match side {
        Side::NotificationServer => [
            with_body("NOT", &[0xff; 65_536]),
            with_body("MSG Hotmail Hotmail", &[0xff; 65_536]),
            with_body("UBX bob@example.com", &[0xff; 65_536]),
        ]
        .concat(),
        Side::Switchboard => with_body("MSG bob@example.com Bob", &[0xff; 65_536]),
        Side::NotificationClient => [
            with_body("UUX 9", &[0xff; 2_000]),
            with_body("PGD 9 bob@example.com 1", &[0xff; 2_000]),
        ]
        .concat(),
        Side::Member => with_body("MSG 9 A", &[0xff; 1_664]),
    }
}

/// Headers and no body, as many as fit; lines of nothing but short words.
fn headers(side: Side) -> Vec<u8> {
    let words = |begin: &str, word: &str| {
        let times = (8_000 - begin.len()) / word.len();
        format!("{begin}{}\r\n", word.repeat(times)).into_bytes()
    };
    match side {
        Side::NotificationServer => [
            with_body("MSG Hotmail Hotmail", &b"A: b\r\n".repeat(10_000)),
            words("FND 9 1 2", " a=b"),
            words("LST bob@example.com Bob 1 ", "1,"),
            words("XYZ", " a"),
        ]
        .concat(),
        Side::Switchboard => {
            [with_body("MSG bob@example.com Bob", &b"A: b\r\n".repeat(10_000)), words("XYZ", " a")]
                .concat()
        }
        Side::NotificationClient => [words("FND 9", " a=b"), words("PRP 9 PHH", " a")].concat(),
        Side::Member => {
            [with_body("MSG 9 A", &b"A: b\r\n".repeat(270)), words("CAL 9", " a")].concat()
        }
    }
}

/// What has its place elsewhere, or in another step.
fn out_of_state(side: Side) -> &'static str {
    match side {
        Side::NotificationServer => {
            "VER 1 MSNP7\r\nINF 2 MD5\r\nUSR 3 MD5 S 1\r\nJOI bob@example.com Bob\r\nACK 9\r\n\
             ANS 9 OK\r\nBYE bob@example.com\r\nADD 9 FL 2 bob@example.com Bob\r\n911 9\r\n\
             QNG 3\r\nCHG 9 NLN\r\nUSR 3 OK alice@example.com A 1\r\nSYN 9 1\r\n"
        }
        Side::Switchboard => {
            "VER 1 MSNP7\r\nINF 2 MD5\r\nIRO 9 1 1 bob@example.com Bob\r\nACK 9\r\nNAK 9\r\n\
             NLN NLN bob@example.com Bob\r\nCAL 9 RINGING 3\r\n911 9\r\nADG 9 3 a 4 0\r\n"
        }
        Side::NotificationClient => {
            "INF 2\r\nUSR 3 MD5 I bob@example.com\r\nANS 9 bob@example.com 1 2\r\n\
             CAL 9 bob@example.com\r\nCVR 3\r\nXYZ 9\r\nUSR 3 MD5 S 1\r\n"
        }
        Side::Member => {
            "INF 2\r\nUSR 3 alice@example.com 1.2\r\nANS 9 bob@example.com 1 2\r\n\
             CHG 9 NLN\r\nSYN 9 0\r\nXYZ 9\r\n"
        }
    }
}

/// What has its place here, and makes work.
fn valid(side: Side) -> Vec<u8> {
    let mut sent = Vec::new();
    match side {
        Side::NotificationServer => {
            let name = "%FF".repeat(100);
            for number in 0..500 {
                let who = format!("person{number}@example.com");
                sent.extend(format!("ADD 0 RL {number} {who} {name}\r\n").bytes());
                sent.extend(format!("NLN NLN {who} {name}\r\nFLN {who}\r\n").bytes());
                sent.extend(format!("BPR {number} {who} PHH {name}\r\n").bytes());
                sent.extend(format!("REM 0 RL {number} {who}\r\n").bytes());
                sent.extend(format!("CHL 0 {number}12345\r\n").bytes());
                sent.extend(
                    format!("RNG {number} 127.0.0.1:1864 CKI 1.2 {who} {name}\r\n").bytes(),
                );
            }
        }
        Side::Switchboard => {
            for number in 0..500 {
                let who = format!("person{number}@example.com");
                sent.extend(format!("JOI {who} Bob\r\n").bytes());
                let headers = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n";
                let first = format!(
                    "{headers}Message-ID: {{{number}}}\r\nChunks: 40\r\n\r\n{}",
                    "a".repeat(1_200)
                );
                sent.extend(with_body(&format!("MSG {who} Bob"), first.as_bytes()));
                for chunk in 1..4 {
                    let part = format!(
                        "Message-ID: {{{number}}}\r\nChunk: {chunk}\r\n\r\n{}",
                        "a".repeat(1_200)
                    );
                    sent.extend(with_body(&format!("MSG {who} Bob"), part.as_bytes()));
                }
                let text = format!("{headers}\r\n{}", "\u{fffd}".repeat(500));
                sent.extend(with_body(&format!("MSG {who} Bob"), text.as_bytes()));
                sent.extend(format!("BYE {who}\r\n").bytes());
            }
        }
        Side::NotificationClient => {
            for number in 0..500 {
                let group = "%41".repeat(50);
                sent.extend(
                    format!(
                        "PNG\r\nCHG 9 AWY\r\nCHG 9 NLN\r\nSYN 9 0\r\nLST 9 RL\r\nXFR 9 SB\r\n\
                         ADD 9 FL bob@example.com Bob\r\nREM 9 FL bob@example.com\r\n\
                         ADG 9 {group}{number} 0\r\nREA 9 alice@example.com Alice{number}\r\n\
                         ADG 9 {} 0\r\nURL 9 INBOX\r\nSND 9 bob@example.com\r\n\
                         PRP 9 PHH {number}\r\nGTC 9 N\r\nBLP 9 BL\r\nGTC 9 A\r\nBLP 9 AL\r\n",
                        "%41".repeat(2_500)
                    )
                    .bytes(),
                );
            }
        }
        Side::Member => {
            for number in 0..500 {
                let text = format!("Content-Type: text/plain\r\n\r\n{}", "a".repeat(number));
                sent.extend(b"PNG\r\nCAL 9 bob@example.com\r\nCAL 9 carol@example.com\r\n");
                sent.extend(with_body("MSG 9 A", text.as_bytes()));
                sent.extend(with_body("MSG 9 N", text.as_bytes()));
                sent.extend(with_body("MSG 9 U", text.as_bytes()));
            }
        }
    }
    sent
}
