use msnp::client::{Client, Config, Event};
use msnp::codec::message::Text;
use msnp::core::{Account, Endpoint, Now, Secret, Version};
use msnp::session::Delivery;

use crate::peer::Places;
use crate::peer::tally::Tally;
use crate::work::{self, MEASURED, PASSWORD, Work};

/// Does this work with our client on tokio.
pub(crate) fn on_tokio(tally: &Tally, work: Work, places: &Places) -> Result<(), String> {
    let mut runtime = tokio::runtime::Builder::new_current_thread();
    let runtime = runtime.enable_all().build().map_err(|error| format!("no runtime: {error}"))?;
    let mut driver = msnp::tokio::Driver::new(Client::new(config(places)?));
    runtime.block_on(async {
        while let Some(event) = driver.next().await {
            let event = event.map_err(|error| error.to_string())?;
            driver.call(|client, now| hear(tally, work, client, now, event))?;
        }
        Err("has ended".into())
    })
}

/// Does this work with our client on a plain thread.
pub(crate) fn on_a_thread(tally: &Tally, work: Work, places: &Places) -> Result<(), String> {
    let driver = msnp::blocking::Driver::new(Client::new(config(places)?));
    let mut driver = driver.map_err(|error| error.to_string())?;
    while let Some(event) = driver.next() {
        let event = event.map_err(|error| error.to_string())?;
        driver.call(|client, now| hear(tally, work, client, now, event))?;
    }
    Err("has ended".into())
}

fn config(places: &Places) -> Result<Config, String> {
    let (host, port) = &places.ns;
    let server = format!("{host}:{port}").parse::<Endpoint>().map_err(|error| error.to_string())?;
    let mut config = Config::new(account(MEASURED)?, Secret::from(PASSWORD), server);
    config.nexus = places.nexus.clone();
    // The one that the other peer speaks.
    config.versions = vec![Version::MSNP11];
    Ok(config)
}

fn account(text: &str) -> Result<Account, String> {
    Account::new(text).map_err(|error| error.to_string())
}

fn hear(
    tally: &Tally,
    work: Work,
    client: &mut Client,
    now: Now,
    event: Event,
) -> Result<(), String> {
    match event {
        Event::SignedIn => {
            for (account, contact) in client.roster().contacts() {
                tally.contact(account.as_str(), &contact.name);
            }
            tally.signed_in();
            if matches!(work, Work::Sent(_)) {
                let with = account(&work::account(0))?;
                client.open(now, with).map_err(|error| error.to_string())?;
            }
        }
        Event::Presence { account, name, already: true, .. } => {
            tally.online(account.as_str(), &name);
        }
        Event::Presence { account, name, .. } => tally.change(account.as_str(), &name),
        Event::Text { text, .. } => tally.text(&text.text),
        Event::Joined { conversation, .. } if matches!(work, Work::Sent(_)) => {
            let text = Text::new(work::text(0));
            client.send_text(now, conversation, text).map_err(|error| error.to_string())?;
        }
        Event::MessageEnded { conversation, delivery: Delivery::Accepted, .. } => {
            if let Some(next) = tally.accepted() {
                let text = Text::new(work::text(next));
                client.send_text(now, conversation, text).map_err(|error| error.to_string())?;
            }
        }
        Event::MessageEnded { delivery, .. } => {
            return Err(format!("a text is not accepted: {delivery:?}"));
        }
        _ => {}
    }
    Ok(())
}
