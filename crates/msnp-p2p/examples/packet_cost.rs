//! Carries an object of 1 MiB to another client, once: `.ci/instructions` counts the instructions of
//! that. `packet_cost v1-send` makes its packets in the first version, `v1-receive` takes them; `v2-`
//! does it in the second.
#![allow(clippy::print_stdout, reason = "it says how much it did")]

use std::hint::black_box;
use std::process::ExitCode;
use std::time::Duration;

use bytes::Bytes;
use msnp_core::Now;

use msnp_p2p::application::ApplicationId;
use msnp_p2p::packet::{Carriage, PeerVersion};
use msnp_p2p::transport::{Sent, Transport, TransportLimits};

const SESSION: u32 = 7;
const OBJECT: usize = 1 << 20;
const NOW: Now = Now { monotonic: Duration::ZERO, unix: Duration::ZERO };

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [how] = arguments.as_slice() else { return ExitCode::from(2) };
    let (version, side) = match how.split_at_checked(3) {
        Some(("v1-", side)) => (PeerVersion::V1, side),
        Some(("v2-", side)) => (PeerVersion::V2, side),
        _ => return ExitCode::from(2),
    };
    let packets = match side {
        "send" => send(version),
        "receive" => receive(version, &packets(version)),
        _ => return ExitCode::from(2),
    };
    println!("{packets}");
    ExitCode::SUCCESS
}

fn sender(version: PeerVersion) -> Transport {
    let mut sender = Transport::new(version, TransportLimits::DEFAULT, [1; 32]);
    let object = Bytes::from(vec![7; OBJECT]);
    // One message is never too many.
    let _ = sender.send_object(SESSION, ApplicationId::OBJECT, object);
    sender
}

fn packets(version: PeerVersion) -> Vec<Vec<u8>> {
    let mut sender = sender(version);
    let mut packets = Vec::new();
    loop {
        let mut packet = Vec::new();
        match sender.transmit(NOW, Carriage::Switchboard, &mut packet) {
            Some(Sent::Packet(id)) => sender.delivered(NOW, id),
            Some(Sent::Answer) => {}
            None => return packets,
        }
        packets.push(packet);
    }
}

fn send(version: PeerVersion) -> usize {
    let mut sender = sender(version);
    let mut packet = Vec::with_capacity(2048);
    counted_part(|| {
        let mut packets = 0;
        while let Some(sent) = sender.transmit(NOW, Carriage::Switchboard, &mut packet) {
            if let Sent::Packet(id) = sent {
                sender.delivered(NOW, id);
            }
            black_box(&packet);
            packet.clear();
            packets += 1;
        }
        packets
    })
}

fn receive(version: PeerVersion, packets: &[Vec<u8>]) -> usize {
    let mut receiver = Transport::new(version, TransportLimits::DEFAULT, [2; 32]);
    receiver.expect(SESSION, OBJECT);
    counted_part(|| {
        for packet in packets {
            // What one wrote the other can read.
            let _ = receiver.input(NOW, Carriage::Switchboard, packet);
            while let Some(event) = receiver.poll() {
                black_box(event);
            }
        }
        packets.len()
    })
}

/// What callgrind counts, by the name of this function.
#[inline(never)]
fn counted_part<T>(work: impl FnOnce() -> T) -> T {
    work()
}
