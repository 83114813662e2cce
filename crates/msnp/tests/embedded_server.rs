//! How another project tests its own bot: the whole service runs inside the test, on ports that the
//! system chooses, and ends with it.
#![cfg(all(feature = "client", feature = "server", feature = "tokio"))]
#![allow(clippy::unwrap_used, clippy::panic)]

use msnp::client::{Action, Client, Config, Event};
use msnp::codec::message::Text;
use msnp::core::{Account, Act, Secret, Version};
use msnp::server::{Addresses, InMemory, NEXUS_PATH, Server, ServerEvent};
use msnp::tokio::Driver;

/// What is under test: it says back, in capitals, what it is told.
fn bot(event: &Event) -> Option<Action> {
    match event {
        Event::Text { conversation, text, .. } => {
            Some(Action::SendText(*conversation, Text::new(text.text.to_uppercase())))
        }
        _ => None,
    }
}

#[tokio::test]
async fn the_bot_answers_in_capitals_in_every_version() {
    for version in Config::VERSIONS {
        let addresses = serve(&["bot@example.com", "alice@example.com"]).await;
        let mut bot = client("bot@example.com", version, &addresses);
        while bot.next().await.unwrap().unwrap() != Event::SignedIn {}
        tokio::spawn(run_bot(bot));
        let mut alice = client("alice@example.com", version, &addresses);
        while alice.next().await.unwrap().unwrap() != Event::SignedIn {}
        alice.call(|client, now| {
            let bot = Account::new("bot@example.com").unwrap();
            let conversation = client.open(now, bot).unwrap();
            client.send_text(now, conversation, Text::new("hello")).unwrap();
        });
        let answer = loop {
            if let Event::Text { text, .. } = alice.next().await.unwrap().unwrap() {
                break text.text.into_owned();
            }
        };
        assert_eq!(answer, "HELLO", "{version}");
    }
}

async fn run_bot(mut driver: Driver<Client>) {
    while let Some(Ok(event)) = driver.next().await {
        if let Some(action) = bot(&event) {
            driver.call(|client, now| client.act(now, action)).unwrap();
        }
    }
}

/// A service with these accounts, whose password is `secret`; it ends with the test.
async fn serve(accounts: &[&str]) -> Addresses {
    let mut config = msnp::server::Config::new([1; 32]);
    let mut passwords = InMemory::new();
    for name in accounts {
        let account = Account::new(name).unwrap();
        config = config.account(account.clone(), *name);
        passwords = passwords.password(account, Secret::from("secret"));
    }
    let server = Server::new(config, []).unwrap();
    let mut driver = Driver::builder(server).performer(passwords).build();
    let Some(Ok(ServerEvent::Listening(addresses))) = driver.next().await else {
        panic!("the server does not come up");
    };
    tokio::spawn(async move { while driver.next().await.is_some() {} });
    addresses
}

fn client(account: &str, version: Version, addresses: &Addresses) -> Driver<Client> {
    let account = Account::new(account).unwrap();
    let mut config = Config::new(account, Secret::from("secret"), addresses.dispatch.clone());
    config.nexus = format!("http://{}{NEXUS_PATH}", addresses.http);
    config.versions = vec![version];
    Driver::new(Client::new(config))
}
