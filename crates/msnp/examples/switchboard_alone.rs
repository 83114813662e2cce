//! One switchboard connection without a messenger around it: for a program that has its own idea
//! of a client, or that only relays. Cookie and address come from `XFR SB`, wherever one got them.

use std::error::Error;
use std::time::Duration;

use msnp::core::{
    Account, LinkEnd, LinkId, Machine, Now, Opened, Output, Secret, TransactionId, Version,
};
use msnp::session::{
    Delivery, Entrance, SbClient, SbClientConfig, SbEvent, SessionError, SessionLimits,
};

fn main() -> Result<(), Box<dyn Error>> {
    let now = Now { monotonic: Duration::ZERO, unix: Duration::from_secs(1_000_000_000) };
    let link = LinkId::new(1);
    let mut room = SbClient::new(SbClientConfig {
        account: Account::new("alice@example.com")?,
        version: Version::MSNP9,
        entrance: Entrance::Own { cookie: Secret::from("17262740.1050826919.32308") },
        first_transaction: TransactionId::new(1),
        limits: SessionLimits::default(),
    });

    room.link_opened(now, link, Opened::Connected);
    assert_eq!(
        said(&mut room, now, link)?,
        "USR 1 alice@example.com 17262740.1050826919.32308\r\n"
    );
    let events = heard(&mut room, now, link, b"USR 1 OK alice@example.com Alice\r\n");
    assert_eq!(events, [SbEvent::Entered]);

    let bob = Account::new("bob@example.com")?;
    room.invite(now, bob.clone())?;
    assert_eq!(said(&mut room, now, link)?, "CAL 2 bob@example.com\r\n");
    let events =
        heard(&mut room, now, link, b"CAL 2 RINGING 11752013\r\nJOI bob@example.com Bob\r\n");
    assert!(matches!(&events[..], [SbEvent::Invited { .. }, SbEvent::Joined { account, .. }]
        if *account == bob));

    let message = "MIME-Version: 1.0\r\nContent-Type: text/plain; charset=UTF-8\r\n\r\nHello!";
    room.send(now, msnp::codec::command::Acknowledge::Always, message.into())?;
    assert_eq!(said(&mut room, now, link)?, format!("MSG 3 A {}\r\n{message}", message.len()));
    let events = heard(&mut room, now, link, b"ACK 3\r\n");
    assert!(matches!(&events[..], [SbEvent::MessageEnded { delivery: Delivery::Accepted, .. }]));

    // The connection breaks: that is how this machine ends, and it says so.
    room.link_closed(now, link, LinkEnd::Reset);
    let end = loop {
        if let Output::Closed(end) = room.poll() {
            break end;
        }
    };
    assert_eq!(end, Err(SessionError::LinkLost(LinkEnd::Reset)));
    Ok(())
}

/// What the machine wants to be written, which here counts as written.
fn said(room: &mut SbClient, now: Now, link: LinkId) -> Result<String, Box<dyn Error>> {
    let bytes = room.output(link).to_vec();
    room.written(now, link, bytes.len());
    Ok(String::from_utf8(bytes)?)
}

/// What the machine makes of these bytes.
fn heard(room: &mut SbClient, now: Now, link: LinkId, mut bytes: &[u8]) -> Vec<SbEvent> {
    let mut events = Vec::new();
    loop {
        match room.poll() {
            Output::Event(event) => events.push(event),
            Output::Wait { .. } => match room.input(now, link, bytes) {
                0 => return events,
                taken => bytes = bytes.get(taken..).unwrap_or_default(),
            },
            _ => {}
        }
    }
}
