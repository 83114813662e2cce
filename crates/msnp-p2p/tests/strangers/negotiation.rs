//! Every message of MSNSLP is read, and written alike but for what is named here.

use msnp_core::Now;
use msnp_p2p::context::FileTransferContext;
use msnp_p2p::packet::Carriage;
use msnp_p2p::slp::{Body, SlpMessage};
use msnp_p2p::transport::{Transport, TransportEvent, TransportLimits};

use crate::recording::{Link, Recording};

#[test]
fn every_message_is_read_and_written_alike() {
    let (recordings, mut count) = (Recording::all(), 0);
    for recording in &recordings {
        for link in &recording.links {
            for text in messages(link) {
                let place = format!("{}, {}", recording.name, link.name);
                check(&place, &text, recording.name.starts_with("sharp"));
                count += 1;
            }
        }
    }
    assert!(recordings.is_empty() || count >= 20, "{count} messages are few");
}

fn check(place: &str, text: &[u8], is_sharp: bool) {
    let (message, noted) = SlpMessage::inspect(text).expect(place);
    assert!(noted.is_empty(), "{place}: {noted:?}");
    if let Body::Session(body) = &message.body
        && let Some(context) = &body.context
    {
        let is_known = context.object().is_ok() || FileTransferContext::parse(context).is_ok();
        assert!(is_known, "{place}: {context}");
    }
    let mut ours = vec![];
    message.print(&mut ours);
    // None of them writes a space after the number of CSeq.
    let ours = String::from_utf8(ours).unwrap().replacen(" \r\nCall-ID", "\r\nCall-ID", 1);
    let theirs = str::from_utf8(text).unwrap();
    if is_sharp {
        // MSNPSharp writes headers and fields in alphabetical order, Via without the space, which
        // is the one difference in length.
        let ours = ours.replacen("TLP ;branch", "TLP;branch", 1);
        assert_eq!(sorted(&ours), sorted(theirs), "{place}");
    } else {
        assert_eq!(ours, theirs, "{place}");
    }
}

/// The first line, the other headers sorted, the body sorted.
fn sorted(text: &str) -> (&str, Vec<&str>, Vec<&str>) {
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    let (first, head) = head.split_once("\r\n").unwrap();
    let mut head: Vec<_> = head.split("\r\n").collect();
    let mut body: Vec<_> = body.split("\r\n").collect();
    head.sort_unstable();
    body.sort_unstable();
    (first, head, body)
}

/// The messages of the other side of a link, put together by our transport.
fn messages(link: &Link) -> Vec<Vec<u8>> {
    let mut transport = Transport::new(link.peer.version(), TransportLimits::DEFAULT, [1; 32]);
    let mut found = vec![];
    for (own, packet) in link.packets() {
        if own {
            continue;
        }
        let now = Now { monotonic: std::time::Duration::ZERO, unix: std::time::Duration::ZERO };
        transport.input(now, Carriage::Switchboard, packet).unwrap();
        while let Some(event) = transport.poll() {
            if let TransportEvent::Slp(text) = event {
                found.push(text);
            }
        }
    }
    found
}
