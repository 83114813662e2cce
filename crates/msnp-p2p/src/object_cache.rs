use alloc::collections::BTreeMap;

use bytes::Bytes;

use msnp_codec::msn_object::{MsnObject, ObjectType};

/// Objects that have been fetched, as a value: a program may keep it and give it to the next client.
///
/// It knows an object by its type and the hash of its content, never by its name or creator, so
/// that a picture which two people use is held once. Where there is no room, what was asked for
/// longest ago goes.
#[derive(Clone, Debug)]
pub struct ObjectCache {
    objects: BTreeMap<ObjectKey, Kept>,
    most: usize,
    held: usize,
    asked: u64,
}

/// What an object is known by: its type and the SHA-1 of its content.
pub type ObjectKey = (ObjectType, [u8; 20]);

#[derive(Clone, Debug)]
struct Kept {
    content: Bytes,
    asked: u64,
}

impl ObjectCache {
    /// So many objects are kept, however small they are.
    pub const MOST_OBJECTS: usize = 4096;

    /// An empty cache for so many bytes of content.
    pub const fn new(most: usize) -> Self {
        Self { objects: BTreeMap::new(), most, held: 0, asked: 0 }
    }

    /// The content of an object; none where it is not here, or the object says no hash or another
    /// length.
    pub fn get(&mut self, object: &MsnObject) -> Option<Bytes> {
        self.asked += 1;
        let kept = self.objects.get_mut(&key(object)?)?;
        let len = u64::try_from(kept.content.len()).ok();
        if object.size().is_some() && object.size() != len {
            return None;
        }
        kept.asked = self.asked;
        Some(kept.content.clone())
    }

    /// Keeps the content of an object, if it is that and there can be room for it; says whether it
    /// is kept.
    pub fn insert(&mut self, object: &MsnObject, content: Bytes) -> bool {
        object.describes(&content) && self.keep(object, content)
    }

    /// Keeps what is known to be the content of an object; says whether there can be room for it.
    pub(crate) fn keep(&mut self, object: &MsnObject, content: Bytes) -> bool {
        let Some(key) = key(object).filter(|_| content.len() <= self.most) else { return false };
        self.remove(key);
        self.make_room(content.len());
        self.asked += 1;
        self.held += content.len();
        self.objects.insert(key, Kept { content, asked: self.asked });
        true
    }

    /// The same for at most so many bytes of content: what was asked for longest ago goes.
    #[must_use]
    pub fn limited(mut self, most: usize) -> Self {
        self.most = self.most.min(most);
        self.make_room(0);
        self
    }

    /// What is here, in no order that means anything.
    pub fn iter(&self) -> impl Iterator<Item = (ObjectKey, &Bytes)> {
        self.objects.iter().map(|(key, kept)| (*key, &kept.content))
    }

    /// How many bytes of content are here.
    pub const fn held(&self) -> usize {
        self.held
    }

    /// Makes room for one more of this length.
    fn make_room(&mut self, len: usize) {
        while self.held.saturating_add(len) > self.most || self.objects.len() >= Self::MOST_OBJECTS
        {
            let oldest = self.objects.iter().min_by_key(|(_, kept)| kept.asked);
            let Some(key) = oldest.map(|(key, _)| *key) else { break };
            self.remove(key);
        }
    }

    fn remove(&mut self, key: ObjectKey) {
        if let Some(kept) = self.objects.remove(&key) {
            self.held -= kept.content.len();
        }
    }
}

/// What an object is known by; none where it lacks a type or a readable hash.
pub(crate) fn key(object: &MsnObject) -> Option<ObjectKey> {
    Some((object.kind()?, object.data_hash()?))
}
