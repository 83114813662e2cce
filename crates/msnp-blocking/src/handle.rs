use std::sync::Arc;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};

use mio::Waker;
use msnp_core::Now;

/// Something to do with the machine between two turns of its driver.
pub(crate) type Call<M> = Box<dyn FnOnce(&mut M, Now) + Send>;

/// How many calls may wait for the driver.
pub(crate) const CALLS: usize = 64;

/// Calls the machine of a running [`Driver`](crate::Driver) from another thread.
///
/// Calls are made in order, while the driver is inside [`next`](crate::Driver::next). At most 64
/// wait; a caller beyond that waits for room.
#[derive(Debug)]
pub struct Handle<M> {
    calls: SyncSender<Call<M>>,
    waker: Arc<Waker>,
}

impl<M> Clone for Handle<M> {
    fn clone(&self) -> Self {
        Self { calls: self.calls.clone(), waker: self.waker.clone() }
    }
}

impl<M> Handle<M> {
    pub(crate) fn new(calls: SyncSender<Call<M>>, waker: Arc<Waker>) -> Self {
        Self { calls, waker }
    }

    /// Calls the machine and waits for the result.
    ///
    /// On the thread that runs the driver this would wait for ever: there, use
    /// [`Driver::call`](crate::Driver::call).
    ///
    /// # Errors
    /// [`Gone`] when the machine has ended or the driver has been dropped.
    pub fn call<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut M, Now) -> R + Send + 'static,
    ) -> Result<R, Gone> {
        let (reply, result) = sync_channel(1);
        self.tell(move |machine, now| {
            let _ = reply.send(call(machine, now));
        })?;
        result.recv().map_err(|_| Gone)
    }

    /// Calls the machine later; waits only for room in the queue.
    ///
    /// # Errors
    /// [`Gone`] when the machine has ended or the driver has been dropped.
    pub fn tell(&self, call: impl FnOnce(&mut M, Now) + Send + 'static) -> Result<(), Gone> {
        self.calls.send(Box::new(call)).map_err(|_| Gone)?;
        self.wake();
        Ok(())
    }

    /// Calls the machine later; never waits.
    ///
    /// # Errors
    /// [`NotTold`] when the queue is full or nobody empties it any more.
    pub fn try_tell(&self, call: impl FnOnce(&mut M, Now) + Send + 'static) -> Result<(), NotTold> {
        self.calls.try_send(Box::new(call)).map_err(|error| match error {
            TrySendError::Full(_) => NotTold::Full,
            TrySendError::Disconnected(_) => NotTold::Gone,
        })?;
        self.wake();
        Ok(())
    }

    fn wake(&self) {
        // It fails only where the driver is gone, and then the call is dropped too.
        let _ = self.waker.wake();
    }
}

/// The machine has ended or its driver has been dropped; the call was not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the machine has ended")]
pub struct Gone;

/// Why [`Handle::try_tell`] did not queue the call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotTold {
    /// Too many calls wait.
    #[error("too many calls wait")]
    Full,
    /// The machine has ended or its driver has been dropped.
    #[error("the machine has ended")]
    Gone,
}
