use crate::{Answer, Effect, EffectId, Failure};

/// Performs the effects that no driver can perform by itself: [`Effect::Store`] and
/// [`Effect::Verify`], which need a database or a user directory.
///
/// A driver calls it on its own thread or task, between two calls of the machine, so it must not
/// take long. Work that does goes elsewhere, and its answer comes back through the driver's handle.
pub trait Performer: Send {
    /// Performs the effect and says what became of it.
    ///
    /// `None` means that [`Machine::answer`](crate::Machine::answer) will be called later, through
    /// the handle of the driver; or never, for an effect that is not answered.
    fn perform(&mut self, id: EffectId, effect: Effect) -> Option<Answer>;
}

/// Performs nothing: whatever is asked of it fails with [`Failure::Unsupported`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NoPerformer;

impl Performer for NoPerformer {
    fn perform(&mut self, _: EffectId, effect: Effect) -> Option<Answer> {
        match effect {
            Effect::Store(_) => Some(Answer::Stored(Err(Failure::Unsupported))),
            Effect::Verify { .. } => Some(Answer::Verified(Err(Failure::Unsupported))),
            Effect::Listen { .. } => Some(Answer::Listening(Err(Failure::Unsupported))),
            Effect::Http(_) => Some(Answer::Http(Err(Failure::Unsupported))),
            Effect::Connect { .. }
            | Effect::Unlisten { .. }
            | Effect::Close { .. }
            | Effect::Respond { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn without_a_performer_nothing_is_said_to_be_stored() {
        let answer = NoPerformer.perform(EffectId::new(1), Effect::Store(Vec::new()));
        assert_eq!(answer, Some(Answer::Stored(Err(Failure::Unsupported))));
    }
}
