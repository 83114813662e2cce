use std::thread;

use crate::embedded;
use crate::fault::Fault;

/// The signals that ask a program to stop.
#[cfg(unix)]
pub(crate) struct Signals {
    interrupt: tokio::signal::unix::Signal,
    terminate: tokio::signal::unix::Signal,
    hang_up: Option<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    /// SIGINT and SIGTERM.
    pub(crate) fn new() -> Result<Self, Fault> {
        use tokio::signal::unix::SignalKind;
        Ok(Self {
            interrupt: heard(SignalKind::interrupt())?,
            terminate: heard(SignalKind::terminate())?,
            hang_up: None,
        })
    }

    /// Those, and SIGHUP. Only for what lives in a terminal: what listens to it goes against
    /// `nohup`.
    pub(crate) fn with_hang_up() -> Result<Self, Fault> {
        let hang_up = Some(heard(tokio::signal::unix::SignalKind::hangup())?);
        Ok(Self { hang_up, ..Self::new()? })
    }

    pub(crate) async fn next(&mut self) {
        let hang_up = async {
            match &mut self.hang_up {
                Some(signal) => drop(signal.recv().await),
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            () = hang_up => {}
        }
    }
}

#[cfg(unix)]
fn heard(kind: tokio::signal::unix::SignalKind) -> Result<tokio::signal::unix::Signal, Fault> {
    tokio::signal::unix::signal(kind).map_err(|cause| Fault::System { what: "signals", cause })
}

/// The signals that ask a program to stop.
#[cfg(not(unix))]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn new() -> Result<Self, Fault> {
        Ok(Self)
    }

    pub(crate) fn with_hang_up() -> Result<Self, Fault> {
        Self::new()
    }

    pub(crate) async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Calls `told` at each of these signals, on a thread of its own: the others may be busy for long.
pub(crate) fn listen(
    signals: fn() -> Result<Signals, Fault>,
    mut told: impl FnMut() + Send + 'static,
) -> Result<(), Fault> {
    let runtime = embedded::runtime()?;
    let mut signals = {
        let _here = runtime.enter();
        signals()?
    };
    let listen = async move {
        loop {
            signals.next().await;
            told();
        }
    };
    let started =
        thread::Builder::new().name("signals".into()).spawn(move || runtime.block_on(listen));
    started.map(drop).map_err(|cause| Fault::System { what: "threads", cause })
}
