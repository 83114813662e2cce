use msnp_core::Now;
use tokio::sync::{mpsc, oneshot};

/// Something to do with the machine between two turns of its driver.
pub(crate) type Call<M> = Box<dyn FnOnce(&mut M, Now) + Send>;

/// How many calls may wait for the driver.
pub(crate) const CALLS: usize = 64;

/// Calls the machine of a running [`Driver`](crate::Driver) from another task.
///
/// Calls are made in order, while the driver is inside [`next`](crate::Driver::next). At most 64
/// wait; a caller beyond that waits for room.
#[derive(Debug)]
pub struct Handle<M> {
    calls: mpsc::Sender<Call<M>>,
}

impl<M> Clone for Handle<M> {
    fn clone(&self) -> Self {
        Self { calls: self.calls.clone() }
    }
}

impl<M> Handle<M> {
    pub(crate) fn new(calls: mpsc::Sender<Call<M>>) -> Self {
        Self { calls }
    }

    /// Calls the machine and waits for the result.
    ///
    /// The task that runs the driver must not wait for this while it does not poll the driver.
    ///
    /// # Errors
    /// [`Gone`] when the machine has ended or the driver has been dropped.
    pub async fn call<R: Send + 'static>(
        &self,
        call: impl FnOnce(&mut M, Now) -> R + Send + 'static,
    ) -> Result<R, Gone> {
        let (reply, result) = oneshot::channel();
        self.tell(move |machine, now| {
            let _ = reply.send(call(machine, now));
        })
        .await?;
        result.await.map_err(|_| Gone)
    }

    /// Calls the machine later; waits only for room in the queue.
    ///
    /// # Errors
    /// [`Gone`] when the machine has ended or the driver has been dropped.
    pub async fn tell(&self, call: impl FnOnce(&mut M, Now) + Send + 'static) -> Result<(), Gone> {
        self.calls.send(Box::new(call)).await.map_err(|_| Gone)
    }

    /// Calls the machine later; never waits, so it also works outside a runtime.
    ///
    /// # Errors
    /// [`NotTold`] when the queue is full or nobody empties it any more.
    pub fn try_tell(&self, call: impl FnOnce(&mut M, Now) + Send + 'static) -> Result<(), NotTold> {
        self.calls.try_send(Box::new(call)).map_err(|error| match error {
            mpsc::error::TrySendError::Full(_) => NotTold::Full,
            mpsc::error::TrySendError::Closed(_) => NotTold::Gone,
        })
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
