//! One client of ours, under either driver, up to its end.

use std::time::{Duration, Instant};

use msnp_client::{Action, Client, ClientError, Config, Event};
use msnp_core::{Account, Act, Endpoint, Secret, Version};

use crate::PATIENCE;

/// Which driver.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Driver {
    Blocking,
    Tokio,
}

pub(crate) const DRIVERS: [Driver; 2] = [Driver::Blocking, Driver::Tokio];

/// How long each answer, and the whole sign-in, may take against a peer that is hostile.
pub(crate) const ANSWER: Duration = Duration::from_millis(400);
pub(crate) const SIGN_IN: Duration = Duration::from_millis(900);

/// What a session was.
#[derive(Debug)]
pub(crate) struct Session {
    pub(crate) signed_in: bool,
    pub(crate) end: Result<(), ClientError>,
    pub(crate) took: Duration,
}

/// Alice by MSNP7, who is patient.
pub(crate) fn patient(server: &Endpoint) -> Config {
    let account = Account::new("alice@example.com").unwrap();
    let mut config = Config::new(account, Secret::from("alice-secret"), server.clone());
    config.versions = vec![Version::MSNP7];
    config
}

/// Alice by MSNP7, who waits for nothing long.
pub(crate) fn impatient(server: &Endpoint) -> Config {
    let mut config = patient(server);
    config.limits.session.answer = ANSWER;
    config.limits.session.sign_in = SIGN_IN;
    config.keepalive = Duration::from_millis(200);
    config
}

/// Runs it to its end, which must come. When she is signed in, she may sign out.
#[track_caller]
pub(crate) fn run(driver: Driver, config: Config, sign_out: bool) -> Session {
    let begun = Instant::now();
    let left = || PATIENCE.checked_sub(begun.elapsed()).expect("the client hangs");
    let client = Client::new(config);
    let mut signed_in = false;
    let end = match driver {
        Driver::Blocking => {
            let mut options = msnp_blocking::Options::default();
            options.linger = ANSWER;
            options.write_timeout = SIGN_IN;
            let builder = msnp_blocking::Driver::builder(client).options(options);
            let mut driver = builder.build().unwrap();
            loop {
                match driver.next_within(left()).expect("the client hangs") {
                    Some(Ok(Event::SignedIn)) => {
                        signed_in = true;
                        if sign_out {
                            driver.call(|client, now| client.act(now, Action::SignOut)).unwrap();
                        }
                    }
                    Some(Ok(_)) => {}
                    Some(Err(error)) => break Err(error),
                    None => break Ok(()),
                }
            }
        }
        Driver::Tokio => {
            let runtime =
                tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let mut options = msnp_tokio::Options::default();
            options.linger = ANSWER;
            options.write_timeout = SIGN_IN;
            let mut driver = msnp_tokio::Driver::builder(client).options(options).build();
            runtime.block_on(async {
                loop {
                    let next = tokio::time::timeout(left(), driver.next()).await;
                    match next.expect("the client hangs") {
                        Some(Ok(Event::SignedIn)) => {
                            signed_in = true;
                            if sign_out {
                                let out =
                                    driver.call(|client, now| client.act(now, Action::SignOut));
                                out.unwrap();
                            }
                        }
                        Some(Ok(_)) => {}
                        Some(Err(error)) => break Err(error),
                        None => break Ok(()),
                    }
                }
            })
        }
    };
    Session { signed_in, end, took: begun.elapsed() }
}
