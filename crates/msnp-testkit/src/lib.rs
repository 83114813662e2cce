//! What the tests of this workspace share. Not published.
//!
//! | to | take |
//! |---|---|
//! | let machines talk without sockets, on a clock that only tests move | [`Network`] |
//! | keep a session in a file and run it again, bit for bit | [`Recorder`], [`replay`] |
//! | read and write dialogues in the notation of the field | [`Transcript`] |
//! | count and bound what a machine allocates | [`AllocationCounter`], [`measure`] |

mod allocations;
mod network;
mod recording;
mod replay;
mod transcript;

pub use allocations::{
    AllocationCounter, Measured, allocations, heap_now, heap_peak, measure, reset_heap_peak,
};
pub use network::{Conditions, Cuts, HostId, Network, Performed, Stalls};
pub use recording::{
    ActionFormat, Direction, EchoActions, Header, Mask, NoActions, Recorder, Recording,
    RecordingError,
};
pub use replay::{Difference, ReplayError, replay};
pub use transcript::{Entry, Mismatch, Side, Transcript, TranscriptError, play};
