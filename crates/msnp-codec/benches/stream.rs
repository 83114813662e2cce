//! The streams that are measured, frozen: what a server says to a client in an hour, by kinds and
//! sizes as recordings of real programs have them, and a burst of presence.

use std::fmt::Write as _;

/// What a server sends: signing in, lists, presence, personal messages, messages, upkeep. 2,000
/// rounds of 20 commands.
pub(crate) fn mixed() -> Vec<u8> {
    let mut stream = String::new();
    for n in 0..2_000u32 {
        let who = n % 97;
        let account = format!("user{who}@example.com");
        let name = format!("User%20{who}%20%E2%99%A5");
        let text = format!(
            "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\nX-MMS-IM-Format: \
             FN=Segoe%20UI; EF=B; CO=ff; CS=0; PF=22\r\n\r\nThis is message number {n} of many."
        );
        let typing = format!(
            "MIME-Version: 1.0\r\nContent-Type: text/x-msmsgscontrol\r\nTypingUser: {account}\r\n\
             \r\n\r\n"
        );
        let psm = format!("<Data><PSM>state {n}</PSM><CurrentMedia></CurrentMedia></Data>");
        let object = "%3Cmsnobj%20Creator%3D%22user%40example.com%22%20Size%3D%2215000%22%20Type\
                      %3D%223%22%20Location%3D%220%22%20Friendly%3D%22AAA%3D%22%20SHA1D%3D%22\
                      2jmj7l5rSw0yVb%2FvlWAYkK%2FYBwk%3D%22%2F%3E";
        // Writing to a string cannot fail.
        let _ = write!(
            stream,
            "ILN 9 AWY {account} {name} 1073741824 {object}\r\n\
             NLN NLN {account} {name} 1073741824 {object}\r\n\
             NLN BSY {account} {name} 1073741824\r\n\
             FLN {account}\r\n\
             UBX {account} {}\r\n{psm}\
             LST N={account} F={name} C=00000000-0000-0000-0000-{n:012} 11 1\r\n\
             BPR PHH 555%20{n}\r\n\
             CHG {n} NLN 1073741824 {object}\r\n\
             JOI {account} {name} 1073741824\r\n\
             IRO {n} 1 2 {account} {name} 1073741824\r\n\
             MSG {account} {name} {}\r\n{typing}\
             MSG {account} {name} {}\r\n{text}\
             ACK {n}\r\n\
             MSG {account} {name} {}\r\n{text}\
             ACK {n}\r\n\
             BYE {account}\r\n\
             RNG 1{n} 127.0.0.1:1863 CKI 17262740.{n} {account} {name}\r\n\
             QNG 50\r\n\
             UUX {n} 0\r\n\
             217 {n}\r\n",
            psm.len(),
            typing.len(),
            text.len(),
            text.len(),
        );
    }
    stream.into_bytes()
}

/// So many contacts come online at once.
pub(crate) fn burst(contacts: u32) -> Vec<u8> {
    let mut stream = String::new();
    for n in 0..contacts {
        let _ = write!(stream, "ILN 9 NLN user{n}@example.com User%20{n} 1073741824\r\n");
    }
    stream.into_bytes()
}
