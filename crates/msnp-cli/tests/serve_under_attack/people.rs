//! Alice and bob, who talk, and carol, who comes.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use msnp::blocking::Driver;
use msnp::client::{Client, Event};
use msnp::codec::message::Text;
use msnp::core::{Account, Version};

use crate::served::Served;

/// How long anything may take: less than the time for a sign-in.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How many times alice and bob say something at least.
const TURNS: usize = 50;
/// What an attack may cost in memory, in KiB: none needs as much as two MiB.
const GROWTH: u64 = 16 * 1024;

/// Does this to a server of these limits, while alice and bob talk: each hears all that the other
/// says, in order, and none waits long. Then carol signs in. Afterwards the server ends well and
/// has not grown much. Gives its news.
#[track_caller]
pub(crate) fn talk_during(
    limits: &[&str],
    signal: &str,
    attack: impl AsyncFnOnce(&Served),
) -> String {
    let served = Served::start(&["alice", "bob", "carol", "dave", "eve"], limits);
    let [alice, bob] = ["alice", "bob"].map(|name| sign_in(&served, name, Version::MSNP8));
    let before = served.peak();
    let over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let talking = scope.spawn(|| ask(alice, &over));
        let answering = scope.spawn(|| answer(bob));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        {
            let _over = Over(&over);
            runtime.block_on(async {
                attack(&served).await;
                // Whatever the attack leaves behind, she gets in.
                for version in [Version::MSNP7, Version::MSNP12] {
                    drop(sign_in(&served, "carol", version));
                }
            });
        }
        let (said, heard) = (talking.join().unwrap(), answering.join().unwrap());
        assert!(said >= TURNS && said == heard, "{said} {heard}");
    });
    let growth = served.peak().saturating_sub(before);
    assert!(growth < GROWTH, "{growth} KiB more");
    served.stop(signal)
}

struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

fn sign_in(served: &Served, name: &str, version: Version) -> Driver<Client> {
    let mut client = Driver::new(Client::new(served.client(name, version))).unwrap();
    until(&mut client, |event| (*event == Event::SignedIn).then_some(()));
    client
}

/// Alice: says a number, and waits until it comes back.
fn ask(mut alice: Driver<Client>, over: &AtomicBool) -> usize {
    let bob = Account::new("bob@example.com").unwrap();
    let conversation = alice.call(|client, now| client.open(now, bob)).unwrap();
    let mut said = 0;
    while said < TURNS || !over.load(Ordering::Acquire) {
        let text = said.to_string();
        let send =
            |client: &mut Client, now| client.send_text(now, conversation, Text::new(text.clone()));
        alice.call(send).unwrap();
        let (_, heard) = until(&mut alice, text_of);
        assert_eq!(heard, text);
        said += 1;
    }
    alice.call(|client, now| client.send_text(now, conversation, Text::new("end"))).unwrap();
    until(&mut alice, |event| matches!(event, Event::MessageEnded { .. }).then_some(()));
    said
}

/// Bob: says each number back.
fn answer(mut bob: Driver<Client>) -> usize {
    let mut heard = 0;
    loop {
        let (conversation, text) = until(&mut bob, text_of);
        if text == "end" {
            return heard;
        }
        assert_eq!(text, heard.to_string());
        heard += 1;
        bob.call(|client, now| client.send_text(now, conversation, Text::new(text))).unwrap();
    }
}

fn text_of(event: &Event) -> Option<(msnp::client::ConversationId, String)> {
    match event {
        Event::Text { conversation, text, .. } => Some((*conversation, text.text.to_string())),
        _ => None,
    }
}

fn until<R>(client: &mut Driver<Client>, such: impl Fn(&Event) -> Option<R>) -> R {
    loop {
        let next = client.next_within(PATIENCE).expect("nothing comes");
        let event = next.expect("it ended").expect("it failed");
        if let Some(found) = such(&event) {
            return found;
        }
    }
}
