//! From a name to a link that is up, one address after the other.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::{io, thread};

use mio::net::TcpStream;
use mio::{Interest, Token};
use msnp_core::{Endpoint, LinkEnd, LinkId, Machine, Opened, Origin};

use super::{Done, Driver, Timer, WAKE};
use crate::connect::{ADDRESSES, Attempt, end_of, literal, outcome, resolve};
use crate::socket::Connection;
use crate::trace;

impl<M: Machine> Driver<M> {
    pub(super) fn connect(&mut self, link: LinkId, to: Endpoint, origin: Origin) {
        self.attempts += 1;
        let number = self.attempts;
        let attempt = Attempt {
            number,
            origin,
            addresses: VecDeque::new(),
            share: self.options.connect_timeout,
            socket: None,
            end: LinkEnd::Refused,
        };
        self.connecting.insert(link, attempt);
        if let Some(address) = literal(&to) {
            return self.resolved(link, vec![address]);
        }
        let now = self.clock.now();
        self.timers.set(Timer::Connect(link), now.after(self.options.connect_timeout));
        let (done, waker) = (self.done.0.clone(), self.waker.clone());
        let spawned = thread::Builder::new().name("msnp-resolve".into()).spawn(move || {
            let addresses = resolve(&to);
            let _ = done.send(Done::Resolved { link, attempt: number, addresses });
            let _ = waker.wake();
        });
        if spawned.is_err() {
            self.connect_next(link);
        }
    }

    pub(super) fn resolved(&mut self, id: LinkId, mut addresses: Vec<SocketAddr>) {
        let Some(attempt) = self.connecting.get_mut(&id) else { return };
        let policy = self.options.addresses;
        addresses.retain(|address| policy.allows(attempt.origin, address.ip()));
        addresses.truncate(ADDRESSES);
        let count = u32::try_from(addresses.len()).unwrap_or(u32::MAX);
        attempt.share = self.options.connect_timeout.checked_div(count).unwrap_or_default();
        attempt.addresses = addresses.into();
        self.connect_next(id);
    }

    /// Gives up the address that is being tried, and tries the next one.
    pub(super) fn connect_next(&mut self, id: LinkId) {
        let now = self.clock.now();
        self.timers.clear(&Timer::Connect(id));
        let tried = self.connecting.get_mut(&id).and_then(|attempt| attempt.socket.take());
        if let Some((mut socket, token)) = tried {
            self.unregister(&mut socket, token);
        }
        while let Some(attempt) = self.connecting.get_mut(&id) {
            let address = attempt.addresses.pop_front();
            let Some(address) = address else {
                let end = attempt.end;
                self.connecting.remove(&id);
                trace::ended(id, Some(end));
                self.machine.link_closed(now, id, end);
                return;
            };
            match self.begin(id, address) {
                Ok(started) => {
                    if let Some(attempt) = self.connecting.get_mut(&id) {
                        attempt.socket = Some(started);
                        self.timers.set(Timer::Connect(id), now.after(attempt.share));
                    }
                    return;
                }
                Err(error) => {
                    if let Some(attempt) = self.connecting.get_mut(&id) {
                        attempt.end = end_of(&error);
                    }
                }
            }
        }
    }

    fn begin(&mut self, id: LinkId, address: SocketAddr) -> io::Result<(TcpStream, usize)> {
        let mut socket = TcpStream::connect(address)?;
        let token = self.next_token;
        self.next_token = token.wrapping_add(1).max(WAKE.0 + 1);
        let both = Interest::READABLE | Interest::WRITABLE;
        self.poll.registry().register(&mut socket, Token(token), both)?;
        self.tokens.insert(token, id);
        Ok((socket, token))
    }

    pub(super) fn try_connected(&mut self, id: LinkId) {
        let Some(attempt) = self.connecting.get_mut(&id) else { return };
        let Some((socket, _)) = &attempt.socket else { return };
        match outcome(socket) {
            None => {}
            Some(Err(error)) => {
                attempt.end = end_of(&error);
                self.connect_next(id);
            }
            Some(Ok(())) => {
                self.timers.clear(&Timer::Connect(id));
                let Some(attempt) = self.connecting.remove(&id) else { return };
                let Some((socket, token)) = attempt.socket else { return };
                trace::opened(id, Opened::Connected);
                let (now, how) = (self.clock.now(), Opened::Connected);
                let connection = Connection::new(id, socket, token);
                self.links.open(&mut self.machine, now, id, connection, how);
                self.queue(id);
            }
        }
    }

    pub(super) fn forget_attempt(&mut self, id: LinkId) {
        self.timers.clear(&Timer::Connect(id));
        if let Some(attempt) = self.connecting.remove(&id)
            && let Some((mut socket, token)) = attempt.socket
        {
            self.unregister(&mut socket, token);
        }
    }
}
