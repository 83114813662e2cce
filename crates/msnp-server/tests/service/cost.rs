//! What one message costs.

use msnp_core::{LinkId, Machine, Output, Version};

use crate::world::{NOTIFICATION, SWITCHBOARD, World, account, config};

/// How many links are looked up for one message in a room of two, with so many idle links.
fn visits_with(idle: u64) -> u64 {
    let mut config = config();
    config.limits.connections.of_one_address = usize::MAX;
    config.limits.connections.strangers = usize::MAX;
    config.limits.connections.strangers_of_one_address = usize::MAX;
    let mut world = World::with(config);
    let alice = world.online("alice", Version::MSNP8);
    let bob = world.online("bob", Version::MSNP8);
    let room = world.room("alice", alice);
    let guest = world.join(room, "bob", bob);
    for number in 0..idle {
        world.connect(if number % 2 == 0 { NOTIFICATION } else { SWITCHBOARD });
    }
    let before = world.server.visits();
    assert_eq!(world.ask(room, "MSG 5 A 5\r\nhello"), "ACK 5\r\n");
    assert!(world.received(guest).ends_with("hello"));
    world.server.visits() - before
}

#[test]
fn link_visits_for_a_message_do_not_grow_with_idle_links() {
    let few = visits_with(0);
    assert_eq!(visits_with(10_000), few);
    assert!(few < 50, "{few}");
}

#[test]
fn a_program_that_takes_no_events_stops_the_input_and_starts_it_again() {
    let mut config = config();
    config.limits.events = 4;
    for number in 0..8 {
        config = config.account(account(&format!("u{number}")), "U");
    }
    let mut world = World::with(config);
    let links: Vec<LinkId> = (0..8).map(|_| world.connect(NOTIFICATION)).collect();
    // Each of these brings one event, and nobody polls for it.
    let wrong = b"\xff\xff\xff\xff\n";
    let mut refused = Vec::new();
    for link in links {
        world.server.input(world.now, link, wrong);
        if world.server.output(link).is_empty() {
            refused.push(link);
        }
    }
    assert_eq!(refused.len(), 4);
    let mut reads_again = Vec::new();
    loop {
        match world.server.poll() {
            Output::Link { link, reads: true, .. } if refused.contains(&link) => {
                reads_again.push(link);
            }
            Output::Wait { .. } => break,
            _ => {}
        }
    }
    assert_eq!(reads_again, refused);
}

#[test]
fn no_link_begins_while_the_program_takes_no_events() {
    let mut config = config();
    config.limits.events = 1;
    let mut world = World::with(config);
    let link = world.connect(NOTIFICATION);
    // The end of it brings an event, and nobody polls for it.
    world.server.input(world.now, link, b"\xff\xff\xff\xff\n");
    let late = LinkId::new(link.number() + 1_000);
    let peer = std::net::SocketAddr::from(([192, 0, 2, 1], 4000));
    let listener = msnp_core::ListenerId::new(NOTIFICATION);
    let how = msnp_core::Opened::Accepted { listener, peer };
    world.server.link_opened(world.now, late, how);
    world.run();
    assert!(world.is_closed(late));
    let link = world.connect(NOTIFICATION);
    assert_eq!(world.ask(link, "VER 1 MSNP8\r\n"), "VER 1 MSNP8\r\n");
}
