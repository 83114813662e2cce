//! Either driver, turned by hand on the thread of a test.

use std::time::Duration;

use msnp_core::{Machine, Now};
use tokio::runtime::Runtime;

/// A machine on one of the two drivers. What a server names, such as a sign-in page or a
/// switchboard, may be on loopback.
pub(crate) enum Driver<M: Machine> {
    Blocking(msnp_blocking::Driver<M>),
    Tokio(Runtime, msnp_tokio::Driver<M>),
}

impl<M: Machine + 'static> Driver<M> {
    pub(crate) fn blocking(machine: M) -> Self {
        let mut options = msnp_blocking::Options::default();
        options.addresses.loopback = true;
        Self::Blocking(msnp_blocking::Driver::builder(machine).options(options).build().unwrap())
    }

    pub(crate) fn tokio(machine: M) -> Self {
        let mut options = msnp_tokio::Options::default();
        options.addresses.loopback = true;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        Self::Tokio(runtime, msnp_tokio::Driver::builder(machine).options(options).build())
    }

    /// Lets it work until there is an event or the end, but not for long; none where there is
    /// neither.
    pub(crate) fn turn(&mut self) -> Option<Option<Result<M::Event, M::Error>>> {
        let turn = Duration::from_millis(2);
        match self {
            Self::Blocking(driver) => driver.next_within(turn).ok(),
            Self::Tokio(runtime, driver) => {
                runtime.block_on(async { tokio::time::timeout(turn, driver.next()).await }).ok()
            }
        }
    }

    pub(crate) fn call<R>(&mut self, call: impl FnOnce(&mut M, Now) -> R) -> R {
        match self {
            Self::Blocking(driver) => driver.call(call),
            Self::Tokio(_, driver) => driver.call(call),
        }
    }

    pub(crate) fn machine(&self) -> &M {
        match self {
            Self::Blocking(driver) => driver.machine(),
            Self::Tokio(_, driver) => driver.machine(),
        }
    }
}
