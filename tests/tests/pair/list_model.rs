//! The lists against a model: whatever several users do, and wherever connections are cut, what
//! each client shows, what the server keeps and who is on whose reverse list agree.

use std::collections::{BTreeMap, BTreeSet};

use msnp_client::{Action, Client};
use msnp_core::{LinkEnd, List, Lists, Version};
use msnp_testkit::HostId;
use proptest::prelude::*;

use crate::groups::{group_id, groups};
use crate::world::{VERSIONS, World, account};

const USERS: [&str; 3] = ["alice", "bob", "carol"];
const GROUPS: [&str; 2] = ["Friends", "Büro & co"];

/// Something that a user does.
#[derive(Clone, Debug)]
enum Deed {
    Add(usize),
    Remove(usize),
    Block(usize),
    Unblock(usize),
    OnList(List, usize),
    OffList(List, usize),
    AddGroup(usize),
    RemoveGroup(usize),
    RenameGroup(usize, usize),
    IntoGroup(usize, usize),
    OutOfGroup(usize, usize),
}

impl Deed {
    fn whom(&self) -> Option<usize> {
        match *self {
            Self::Add(whom) | Self::Remove(whom) | Self::Block(whom) | Self::Unblock(whom) => {
                Some(whom)
            }
            Self::OnList(_, whom) | Self::OffList(_, whom) => Some(whom),
            Self::IntoGroup(whom, _) | Self::OutOfGroup(whom, _) => Some(whom),
            Self::AddGroup(_) | Self::RemoveGroup(_) | Self::RenameGroup(..) => None,
        }
    }

    fn is_grouping(&self) -> bool {
        !matches!(self, Self::Add(_) | Self::Remove(_) | Self::Block(_) | Self::Unblock(_))
            && !matches!(self, Self::OnList(..) | Self::OffList(..))
    }
}

#[derive(Clone, Debug)]
struct Move {
    who: usize,
    deed: Deed,
    /// After so many steps of the network the connection breaks; the next sign-in speaks the
    /// version.
    cut: Option<(u64, Version)>,
}

/// What one user keeps.
#[derive(Clone, Debug, Default, PartialEq)]
struct Book {
    lists: BTreeMap<usize, Lists>,
    groups: BTreeMap<usize, BTreeSet<usize>>,
}

/// What everybody keeps. Reverse lists follow from forward lists and are not written down.
#[derive(Clone, Debug, Default, PartialEq)]
struct Model([Book; USERS.len()]);

/// One change of one list or group: what the server does or refuses as a whole.
#[derive(Clone, Copy, Debug)]
enum Change {
    On(List, usize),
    Off(List, usize),
    GroupThere(usize),
    GroupGone(usize),
    GroupRenamed(usize, usize),
    Into(usize, usize),
    OutOf(usize, usize),
}

impl Model {
    fn lists(&self, who: usize, whom: usize) -> Lists {
        let own = self.0[who].lists.get(&whom).copied().unwrap_or(Lists::NONE);
        let listed = self.0[whom].lists.get(&who).is_some_and(|l| l.contains(List::Forward));
        if listed { own.with(List::Reverse) } else { own }
    }

    /// The changes that a client asks for, one after the other, by what it knows.
    fn changes(&self, who: usize, deed: &Deed, version: Version) -> Vec<Change> {
        let mut changes = Vec::new();
        let of = |whom: usize| self.lists(who, whom);
        let waits = |whom| version.has_pending_list() && of(whom).contains(List::Pending);
        match *deed {
            Deed::Add(whom) => {
                if !of(whom).contains(List::Forward) {
                    changes.push(Change::On(List::Forward, whom));
                }
                if !of(whom).contains(List::Block) && !of(whom).contains(List::Allow) {
                    changes.push(Change::On(List::Allow, whom));
                }
                if waits(whom) {
                    changes.push(Change::Off(List::Pending, whom));
                }
            }
            Deed::Remove(whom) => {
                if of(whom).contains(List::Forward) {
                    changes.push(Change::Off(List::Forward, whom));
                }
            }
            Deed::Block(whom) | Deed::Unblock(whom) => {
                let blocks = matches!(deed, Deed::Block(_));
                let (off, on) = match blocks {
                    true => (List::Allow, List::Block),
                    false => (List::Block, List::Allow),
                };
                if of(whom).contains(off) {
                    changes.push(Change::Off(off, whom));
                }
                if !of(whom).contains(on) {
                    changes.push(Change::On(on, whom));
                }
                if blocks && waits(whom) {
                    changes.push(Change::Off(List::Pending, whom));
                }
            }
            Deed::OnList(list, whom) => changes.push(Change::On(list, whom)),
            Deed::OffList(list, whom) => changes.push(Change::Off(list, whom)),
            Deed::AddGroup(group) => changes.push(Change::GroupThere(group)),
            Deed::RemoveGroup(group) => changes.push(Change::GroupGone(group)),
            Deed::RenameGroup(group, other) => changes.push(Change::GroupRenamed(group, other)),
            Deed::IntoGroup(whom, group) => changes.push(Change::Into(whom, group)),
            Deed::OutOfGroup(whom, group) => changes.push(Change::OutOf(whom, group)),
        }
        changes
    }

    /// Makes a change, or says that it is refused.
    fn make(&mut self, who: usize, change: Change, version: Version) -> bool {
        match change {
            Change::On(list, whom) => {
                let own = self.lists(who, whom);
                let opposite = match list {
                    _ if version.allows_opposite_lists() => false,
                    List::Allow => own.contains(List::Block),
                    List::Block => own.contains(List::Allow),
                    _ => false,
                };
                if own.contains(list) || opposite {
                    return false;
                }
                self.put(who, whom, list);
                if list == List::Forward {
                    let theirs = self.lists(whom, who);
                    if !theirs.contains(List::Allow) && !theirs.contains(List::Block) {
                        self.put(whom, who, List::Pending);
                    }
                } else if !version.has_pending_list() {
                    self.take(who, whom, List::Pending);
                }
            }
            Change::Off(list, whom) => {
                if !self.lists(who, whom).contains(list) {
                    return false;
                }
                self.take(who, whom, list);
                if list == List::Forward {
                    self.take(whom, who, List::Pending);
                    for group in self.0[who].groups.values_mut() {
                        group.remove(&whom);
                    }
                }
            }
            Change::GroupThere(group) => {
                if self.0[who].groups.contains_key(&group) {
                    return false;
                }
                self.0[who].groups.insert(group, BTreeSet::new());
            }
            Change::GroupGone(group) => return self.0[who].groups.remove(&group).is_some(),
            Change::GroupRenamed(group, other) => {
                // Its own name is no other group's.
                if group != other && self.0[who].groups.contains_key(&other) {
                    return false;
                }
                let Some(inside) = self.0[who].groups.remove(&group) else { return false };
                self.0[who].groups.insert(other, inside);
            }
            Change::Into(whom, group) => {
                let forward = self.lists(who, whom).contains(List::Forward);
                return match self.0[who].groups.get_mut(&group) {
                    Some(inside) if forward => inside.insert(whom),
                    _ => false,
                };
            }
            Change::OutOf(whom, group) => {
                return self.0[who].groups.get_mut(&group).is_some_and(|g| g.remove(&whom));
            }
        }
        true
    }

    fn put(&mut self, who: usize, whom: usize, list: List) {
        let lists = self.0[who].lists.entry(whom).or_insert(Lists::NONE);
        *lists = lists.with(list);
    }

    fn take(&mut self, who: usize, whom: usize, list: List) {
        let left = self.0[who].lists.get(&whom).map(|lists| lists.without(list));
        match left.filter(|lists| !lists.is_empty()) {
            Some(lists) => self.0[who].lists.insert(whom, lists),
            None => self.0[who].lists.remove(&whom),
        };
    }

    /// What a client of this version shows of it.
    fn shown(&self, who: usize, version: Version) -> Shown {
        let lists = |whom: usize| match version.has_pending_list() {
            true => self.lists(who, whom),
            false => self.lists(who, whom).without(List::Pending),
        };
        let known = (0..USERS.len()).filter(|whom| !lists(*whom).is_empty());
        let contacts = known.map(|whom| (account(USERS[whom]).to_string(), lists(whom))).collect();
        let groups = match version.has_groups() {
            false => Vec::new(),
            true => {
                let name = |whom: &usize| account(USERS[*whom]).to_string();
                let group = |(group, inside): (&usize, &BTreeSet<usize>)| {
                    (GROUPS[*group].to_owned(), inside.iter().map(name).collect())
                };
                let mut groups: Vec<_> = self.0[who].groups.iter().map(group).collect();
                groups.sort();
                groups
            }
        };
        Shown { contacts, groups }
    }
}

/// What a client shows of its lists.
#[derive(Debug, PartialEq)]
struct Shown {
    contacts: Vec<(String, Lists)>,
    groups: Vec<(String, Vec<String>)>,
}

fn shown(world: &World, client: HostId<Client>) -> Shown {
    let roster = world.network.machine(client).roster();
    let contacts = roster.contacts().map(|(who, contact)| (who.to_string(), contact.lists));
    Shown { contacts: contacts.collect(), groups: groups(world, client) }
}

/// The action of a deed; none where the client cannot even name what it is about.
fn action(world: &World, client: HostId<Client>, deed: &Deed) -> Option<Action> {
    let whom = |whom: usize| account(USERS[whom]);
    let group = |group: usize| group_id(world, client, GROUPS[group]);
    Some(match *deed {
        Deed::Add(other) => Action::AddContact(whom(other)),
        Deed::Remove(other) => Action::RemoveContact(whom(other)),
        Deed::Block(other) => Action::Block(whom(other)),
        Deed::Unblock(other) => Action::Unblock(whom(other)),
        Deed::OnList(list, other) => Action::AddToList(list, whom(other)),
        Deed::OffList(list, other) => Action::RemoveFromList(list, whom(other)),
        Deed::AddGroup(name) => Action::AddGroup(GROUPS[name].into()),
        Deed::RemoveGroup(name) => Action::RemoveGroup(group(name)?),
        Deed::RenameGroup(name, other) => Action::RenameGroup(group(name)?, GROUPS[other].into()),
        Deed::IntoGroup(other, name) => Action::AddToGroup(whom(other), group(name)?),
        Deed::OutOfGroup(other, name) => Action::RemoveFromGroup(whom(other), group(name)?),
    })
}

/// Everybody at a client, and what should be true of them.
struct Play {
    world: World,
    clients: Vec<(HostId<Client>, Version)>,
    model: Model,
}

impl Play {
    fn new(versions: [Version; USERS.len()]) -> Self {
        let mut world = World::new();
        let clients = USERS.iter().zip(versions);
        let clients = clients.map(|(user, v)| (world.sign_in(user, v), v)).collect();
        Self { world, clients, model: Model::default() }
    }

    fn make(&mut self, one: &Move) {
        let (client, version) = self.clients[one.who];
        let Some(action) = action(&self.world, client, &one.deed) else { return };
        if one.deed.whom() == Some(one.who) || (one.deed.is_grouping() && !version.has_groups()) {
            assert!(self.world.network.act(client, action).is_err(), "{one:?} with {version}");
            return;
        }
        let Some((steps, next)) = one.cut else { return self.make_whole(one, action) };
        // It may have happened as a whole, in part, or not at all; nothing else may have.
        let mut possible = vec![self.model.clone()];
        for change in self.model.changes(one.who, &one.deed, version) {
            let mut after = possible[possible.len() - 1].clone();
            if !after.make(one.who, change, version) {
                break;
            }
            possible.push(after);
        }
        drop(self.world.network.act(client, action));
        for _ in 0..steps {
            self.world.network.step();
        }
        if let Some(link) = self.world.network.links(client).first().copied() {
            self.world.network.cut(client, link, LinkEnd::Reset);
        }
        self.world.settle();
        let client = self.world.sign_in(USERS[one.who], next);
        self.clients[one.who] = (client, next);
        self.world.settle();
        let found = shown(&self.world, client);
        // A later state may look the same to this version; then what others keep decides.
        let fits = |model: &&Model| {
            model.shown(one.who, next) == found
                && self.clients.iter().enumerate().all(|(who, (client, version))| {
                    model.shown(who, *version) == shown(&self.world, *client)
                })
        };
        let Some(model) = possible.iter().rev().find(fits) else {
            panic!("{one:?} left {found:?}, which is none of {possible:#?}")
        };
        self.model = model.clone();
    }

    fn make_whole(&mut self, one: &Move, action: Action) {
        let (client, version) = self.clients[one.who];
        let changes = self.model.changes(one.who, &one.deed, version);
        // The client refuses by itself to put somebody into a group who is not on its list.
        let nobody = |change: &Change| match change {
            Change::Into(whom, _) | Change::OutOf(whom, _) => {
                !self.model.lists(one.who, *whom).contains(List::Forward)
            }
            _ => false,
        };
        if changes.iter().any(nobody) {
            assert!(self.world.network.act(client, action).is_err(), "{one:?} with {version}");
            return;
        }
        let possible =
            changes.into_iter().all(|one_change| self.model.make(one.who, one_change, version));
        let ended = self.world.ended(client, action);
        assert_eq!(ended.is_ok(), possible, "{one:?} with {version}: {ended:?}");
        self.world.settle();
        self.agree(&format!("{one:?} with {version}"));
    }

    /// Everybody's client shows what the model says.
    fn agree(&self, after: &str) {
        for (who, (client, version)) in self.clients.iter().enumerate() {
            let expected = self.model.shown(who, *version);
            let name = USERS[who];
            assert_eq!(shown(&self.world, *client), expected, "{name} ({version}) after {after}");
        }
    }
}

fn deed() -> impl Strategy<Value = Deed> {
    let user = 0..USERS.len();
    let group = 0..GROUPS.len();
    let list = prop::sample::select(vec![List::Forward, List::Allow, List::Block]);
    prop_oneof![
        4 => user.clone().prop_map(Deed::Add),
        3 => user.clone().prop_map(Deed::Remove),
        3 => user.clone().prop_map(Deed::Block),
        2 => user.clone().prop_map(Deed::Unblock),
        2 => (list.clone(), user.clone()).prop_map(|(list, user)| Deed::OnList(list, user)),
        2 => (list, user.clone()).prop_map(|(list, user)| Deed::OffList(list, user)),
        2 => group.clone().prop_map(Deed::AddGroup),
        1 => group.clone().prop_map(Deed::RemoveGroup),
        1 => (group.clone(), group.clone()).prop_map(|(one, other)| Deed::RenameGroup(one, other)),
        3 => (user.clone(), group.clone()).prop_map(|(user, group)| Deed::IntoGroup(user, group)),
        1 => (user, group).prop_map(|(user, group)| Deed::OutOfGroup(user, group)),
    ]
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let version = prop::sample::select(&VERSIONS[..]);
    let cut = prop::option::weighted(0.25, (0u64..60, version));
    let one = (0..USERS.len(), deed(), cut).prop_map(|(who, deed, cut)| Move { who, deed, cut });
    prop::collection::vec(one, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn client_lists_server_lists_and_reverse_lists_agree_whatever_is_done_and_cut(
        versions in prop::array::uniform3(prop::sample::select(&VERSIONS[..])),
        moves in moves(),
        last in prop::array::uniform3(prop::sample::select(&VERSIONS[..])),
    ) {
        let mut play = Play::new(versions);
        for one in &moves {
            play.make(one);
        }
        // What the server keeps is what a new client is told.
        for (who, version) in last.into_iter().enumerate() {
            play.world.act(play.clients[who].0, Action::SignOut);
            play.clients[who] = (play.world.sign_in(USERS[who], version), version);
        }
        play.world.settle();
        play.agree("the last sign-in");
    }
}
