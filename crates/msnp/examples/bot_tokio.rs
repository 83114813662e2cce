//! bob writes to alice and signs out, on the tokio driver: try it against `msnp serve`.
#![allow(clippy::print_stdout, reason = "an example may print")]

use std::error::Error;

use msnp::client::{Client, Config, Event};
use msnp::codec::message::Text;
use msnp::core::{Account, Secret};
use msnp::tokio::Driver;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let account = Account::new("bob@example.com")?;
    let alice = Account::new("alice@example.com")?;
    let mut config = Config::new(account, Secret::from("swordfish"), "127.0.0.1:1863".parse()?);
    config.nexus = "http://127.0.0.1:8080/rdr/pprdr.asp".into();

    let mut driver = Driver::new(Client::new(config));
    while let Some(event) = driver.next().await {
        match event? {
            Event::SignedIn => {
                let alice = alice.clone();
                driver.call(|client, now| {
                    let conversation = client.open(now, alice)?;
                    client.send_text(now, conversation, Text::new("Hello!"))
                })?;
            }
            Event::MessageEnded { delivery, .. } => {
                println!("{delivery:?}");
                driver.call(|client, now| client.sign_out(now));
            }
            _ => {}
        }
    }
    Ok(())
}
