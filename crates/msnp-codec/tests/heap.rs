//! How much memory senders can make a program hold.
#![allow(clippy::unwrap_used)]

use core::time::Duration;

use msnp_codec::message::{Message, Reassembly, ReassemblyLimits};
use msnp_testkit::{AllocationCounter, measure};

#[global_allocator]
static COUNTER: AllocationCounter = AllocationCounter;

const LIMITS: ReassemblyLimits = ReassemblyLimits {
    parts: 64,
    message_len: 1024,
    messages_per_sender: 4,
    messages: 8,
    total_len: 4096,
    patience: Duration::from_secs(10),
};

/// What a reassembly holds of messages whose last part never comes, each part with so many bytes.
fn flood(bytes: usize) -> usize {
    let (_reassembly, measured) = measure(|| {
        let mut reassembly = Reassembly::new(LIMITS);
        for sender in 0..4_u8 {
            for message in 0..LIMITS.messages {
                let id = format!("{message:064}");
                for part in 1..LIMITS.parts {
                    let payload =
                        format!("Message-ID: {id}\r\nChunk: {part}\r\n\r\n{}", "x".repeat(bytes));
                    let part = Message::parse(payload.as_bytes()).part().unwrap();
                    let _ = reassembly.add(Duration::ZERO, sender, part);
                }
            }
        }
        reassembly
    });
    usize::try_from(measured.kept).unwrap()
}

#[test]
fn parts_of_messages_that_never_come_together_stay_within_the_stated_bound() {
    let bound = LIMITS.heap_bound::<u8>();
    assert_eq!(Reassembly::<u8>::new(LIMITS).heap_bound(), bound);
    for bytes in [0, 1, 8, 15, 100, 1024] {
        let held = flood(bytes);
        assert!(held <= bound, "{held} of {bound} with parts of {bytes}");
    }
    assert!(flood(8) > bound / 4, "the bound says nothing: {} of {bound}", flood(8));
}
