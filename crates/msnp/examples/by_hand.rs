//! A client without any driver, against a script: nothing here opens a socket.

use std::error::Error;
use std::time::Duration;

use msnp::client::{Client, Config, Event};
use msnp::core::{Account, Effect, LinkId, Machine, Now, Opened, Output, Secret, Version};

fn main() -> Result<(), Box<dyn Error>> {
    let account = Account::new("alice@example.com")?;
    let mut config = Config::new(account, Secret::from("swordfish"), "127.0.0.1:1863".parse()?);
    config.versions = vec![Version::MSNP7];
    let mut client = Client::new(config);

    let mut now = Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_000_000_000) };
    let mut script = SCRIPT.iter();
    let mut connection: Option<LinkId> = None;
    let mut unread: Vec<u8> = Vec::new();
    loop {
        match client.poll() {
            Output::Effect(_, Effect::Connect { link, .. }) => {
                client.link_opened(now, link, Opened::Connected);
                connection = Some(link);
            }
            Output::Link { link, writes: true, .. } => {
                let said = client.output(link).to_vec();
                client.written(now, link, said.len());
                for line in String::from_utf8(said)?.lines() {
                    let (expected, answer) = script.next().ok_or("the script is at its end")?;
                    assert_eq!(line, *expected);
                    unread.extend_from_slice(answer.as_bytes());
                }
            }
            Output::Event(Event::SignedIn) => {
                assert_eq!(client.roster().contacts().count(), 1);
                client.sign_out(now);
            }
            // It has nothing more to say: offer what came in, and keep what it does not take.
            Output::Wait { deadline } => {
                match connection.map_or(0, |link| client.input(now, link, &unread)) {
                    0 => {
                        // Nothing more will come in, so time passes.
                        now.monotonic = deadline.ok_or("nothing will ever happen")?;
                        client.timeout(now);
                    }
                    taken => drop(unread.drain(..taken)),
                }
            }
            Output::Closed(end) => {
                assert_eq!(script.next(), None);
                return Ok(end?);
            }
            _ => {}
        }
    }
}

/// What the client says, and what the server answers.
const SCRIPT: &[(&str, &str)] = &[
    ("VER 1 MSNP7 CVR0", "VER 1 MSNP7 CVR0\r\n"),
    ("INF 2", "INF 2 MD5\r\n"),
    ("USR 3 MD5 I alice@example.com", "USR 3 MD5 S 1013928519.693957190\r\n"),
    // The MD5 of the challenge and the password.
    ("USR 4 MD5 S 6f74ac8b3d0bdec8b9ca59d5ecd57411", "USR 4 OK alice@example.com Alice 1\r\n"),
    (
        "SYN 5 0",
        "SYN 5 1\r\nGTC 5 1 A\r\nBLP 5 1 AL\r\n\
        LSG 5 1 1 1 0 Other%20Contacts 0\r\n\
        LST 5 FL 1 1 1 bob@example.com Bob 0\r\nLST 5 AL 1 0 0\r\n\
        LST 5 BL 1 0 0\r\nLST 5 RL 1 0 0\r\n",
    ),
    ("CHG 6 NLN", "CHG 6 NLN\r\n"),
    ("CVR 7 0x0409 winnt 5.1 i386 MSNMSGR 7.0.0816 MSMSGS", ""),
    ("OUT", ""),
];
