//! What a client does most: signing in with a roster, a burst of presence, texts.
#![allow(clippy::unwrap_used, clippy::panic, reason = "what is measured must be as it should")]

use divan::Bencher;
use divan::counter::ItemsCount;

mod scene;
#[path = "../../msnp-codec/benches/stream.rs"]
#[allow(dead_code, reason = "the mixed stream is for the codec")]
mod stream;

use scene::{Scene, SignIn};

const CONTACTS: u32 = 10_000;
const TEXTS: u32 = 100;

fn main() {
    divan::main();
}

#[divan::bench(args = [10, 100, 1_000, 10_000])]
fn sign_in_with_a_roster(bencher: Bencher, contacts: u32) {
    let sign_in = SignIn::new(contacts);
    bencher.counter(ItemsCount::new(contacts)).bench_local(|| sign_in.run());
}

#[divan::bench]
fn burst_of_presence(bencher: Bencher) {
    let burst = stream::burst(CONTACTS);
    let mut scene = Scene::signed_in(CONTACTS);
    bencher.counter(ItemsCount::new(CONTACTS)).bench_local(|| scene.hear_presence(&burst));
}

#[divan::bench]
fn burst_of_presence_in_the_session_alone(bencher: Bencher) {
    let burst = stream::burst(CONTACTS);
    let mut session = scene::session();
    bencher
        .counter(ItemsCount::new(CONTACTS))
        .bench_local(|| scene::hear_presence(&mut session, &burst));
}

#[divan::bench]
fn texts_heard(bencher: Bencher) {
    let texts = scene::texts(TEXTS);
    let mut scene = Scene::in_a_room();
    bencher.counter(ItemsCount::new(TEXTS)).bench_local(|| scene.hear_texts(&texts));
}

#[divan::bench]
fn texts_said(bencher: Bencher) {
    let mut scene = Scene::in_a_room();
    let mut transactions = Scene::FIRST_TEXT..;
    bencher.counter(ItemsCount::new(TEXTS)).bench_local(|| {
        let texts = transactions.by_ref().take(100);
        texts.map(|n| scene.say("This is one of many messages.", n)).sum::<usize>()
    });
}
