//! How our machine and a recorded program differ where they play the same part.

use std::collections::BTreeSet;

/// One way in which they differ. A test lists those of its recording; each has to occur, and no
/// other may.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Difference {
    /// They send each message twice, first with the length 0.
    TwiceFirstWithoutLength,
    /// They say the length of the packet before.
    LengthOfThePacketBefore,
    /// We acknowledge a message again that comes twice.
    AcknowledgedTwice,
    /// We acknowledge the preparation of data, they do not.
    PreparationAcknowledged,
    /// We acknowledge data, they do not.
    DataAcknowledged,
    /// We end the session once we have all, they let it be forgotten.
    Goodbye,
    /// Nobody acknowledges that in the recording, so we say it again.
    GoodbyeAgain,
    /// We wait for the acknowledgement of the preparation, they send the data at once.
    WaitsForThePreparation,
    /// We put the `AppID` of the invitation into the footer of a preparation, they a 0.
    FooterOfThePreparation,
    /// We write a NUL after the object that is asked for, as official clients do.
    NulAfterObject,
    /// We write `SChannelState` and `Capabilities-Flags`, as late clients do.
    TwoFieldsMore,
    /// They write `RequestFlags`, which is not needed.
    RequestFlags,
    /// We write a space after the number of `CSeq`, as official clients do.
    SpaceAfterSequence,
    /// They write headers and fields in alphabetical order, and `Via` without a space.
    AlphabeticalOrder,
    /// We ask for the acknowledgement of every message, they of the first.
    AsksEachTime,
    /// The second version numbers messages; which of those that need but one packet have the
    /// number 0 differs.
    PackageNumber,
    /// We acknowledge the first piece of a message, which asks for it, they only the whole.
    FirstPieceAcknowledged,
    /// And we introduce ourselves there, they in their acknowledgement of the whole.
    IntroducedBefore,
    /// We decline at once, they wait for somebody to decide.
    DeclinedAtOnce,
    /// They say goodbye after they have declined.
    GoodbyeAfterDecline,
}

pub(crate) type Differences = BTreeSet<Difference>;
