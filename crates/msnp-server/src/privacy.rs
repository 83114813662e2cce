//! Who sees whom, and who may ring whom. Nothing else in this crate decides that.

use msnp_core::{List, Lists};

/// What one user may do about another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Permission {
    /// Is told the presence of the other.
    pub(crate) see: bool,
    /// May invite the other to a room.
    pub(crate) ring: bool,
}

/// What a viewer may do about a subject.
///
/// `of_viewer` are the lists of the viewer that the subject is on, `of_subject` those of the
/// subject that the viewer is on; `open` says whether the subject lets strangers near (`BLP AL`).
///
/// The block list of the subject decides first, then its allow list, then `open`. To see, the
/// viewer must also have the subject on the forward list. What the viewer thinks of the subject
/// otherwise does not matter.
pub(crate) fn permission(of_viewer: Lists, of_subject: Lists, open: bool) -> Permission {
    let ring = match () {
        () if of_subject.contains(List::Block) => false,
        () if of_subject.contains(List::Allow) => true,
        () => open,
    };
    Permission { see: ring && of_viewer.contains(List::Forward), ring }
}

#[cfg(test)]
mod tests {
    use super::*;
    use List::{Allow, Block, Forward, Pending, Reverse};

    #[test]
    fn the_subject_decides_by_block_list_then_allow_list_then_the_rule_for_strangers() {
        let on = |lists: &[List]| lists.iter().fold(Lists::NONE, |sum, list| sum.with(*list));
        let nothing = Permission { see: false, ring: false };
        let ring = Permission { see: false, ring: true };
        let both = Permission { see: true, ring: true };
        // of the viewer, of the subject, lets strangers near, result
        let table: &[(&[List], &[List], bool, Permission)] = &[
            (&[], &[], true, ring),
            (&[], &[], false, nothing),
            (&[Forward], &[], true, both),
            (&[Forward], &[], false, nothing),
            (&[Forward], &[Allow], true, both),
            (&[Forward], &[Allow], false, both),
            (&[Forward], &[Block], true, nothing),
            (&[Forward], &[Block], false, nothing),
            (&[Forward], &[Allow, Block], true, nothing),
            (&[Forward], &[Reverse, Pending], true, both),
            (&[Forward], &[Reverse, Pending, Forward], false, nothing),
            (&[Forward, Block], &[Allow], true, both),
            (&[Allow], &[Allow], false, ring),
            (&[Block], &[], true, ring),
            (&[Reverse], &[Allow], true, ring),
        ];
        for (of_viewer, of_subject, open, expected) in table {
            let found = permission(on(of_viewer), on(of_subject), *open);
            assert_eq!(found, *expected, "{of_viewer:?} {of_subject:?} {open}");
        }
    }
}
