//! What a packet must not do once a transfer runs: ask for memory.
#![allow(clippy::unwrap_used, clippy::panic)]

use std::time::Duration;

use bytes::Bytes;
use msnp_core::Now;
use msnp_testkit::{AllocationCounter, measure};

use msnp_p2p::application::ApplicationId;
use msnp_p2p::packet::{Carriage, PeerVersion};
use msnp_p2p::transport::{Sent, Transport, TransportLimits};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

#[test]
fn a_packet_of_a_running_transfer_asks_for_no_memory_on_either_side() {
    for version in [PeerVersion::V1, PeerVersion::V2] {
        let mut sender = Transport::new(version, TransportLimits::DEFAULT, [1; 32]);
        let mut receiver = Transport::new(version, TransportLimits::DEFAULT, [2; 32]);
        let now = Now { monotonic: Duration::ZERO, unix: Duration::ZERO };
        receiver.expect(7, 1 << 20);
        let object = Bytes::from(vec![7; 1_000_000]);
        sender.send_object(7, ApplicationId::OBJECT, object).unwrap();
        let mut packet = Vec::with_capacity(2048);
        let mut exchange = |packets: usize| {
            for _ in 0..packets {
                packet.clear();
                let sent = sender.transmit(now, Carriage::Switchboard, &mut packet).unwrap();
                receiver.input(now, Carriage::Switchboard, &packet).unwrap();
                while receiver.poll().is_some() {}
                let Sent::Packet(id) = sent else { panic!("an answer") };
                sender.delivered(now, id);
            }
        };
        // The receiver makes room as the object grows, twice as much each time: at packets 384 and 768.
        exchange(400);
        let ((), measured) = measure(|| exchange(360));
        assert_eq!(measured.allocations, 0, "{version:?}");
    }
}
