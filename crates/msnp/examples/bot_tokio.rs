//! The same bot on tokio. `next` is cancel safe, and a handle reaches the client from other tasks.
#![allow(clippy::print_stdout, reason = "an example may print")]

use std::error::Error;

use msnp::client::{Client, Config, Event};
use msnp::codec::message::Text;
use msnp::core::{Account, Secret};
use msnp::tokio::Driver;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let account = Account::new("bob@example.com")?;
    let mut config = Config::new(account, Secret::from("swordfish"), "127.0.0.1:1863".parse()?);
    config.nexus = "http://127.0.0.1:8080/rdr/pprdr.asp".into();

    let mut driver = Driver::new(Client::new(config));
    while let Some(event) = driver.next().await {
        match event? {
            Event::SignedIn => println!("signed in"),
            Event::Text { conversation, account, text, .. } => {
                println!("{account}: {}", text.text);
                let echo = Text::new(text.text);
                driver.call(|client, now| client.send_text(now, conversation, echo))?;
            }
            _ => {}
        }
    }
    Ok(())
}
