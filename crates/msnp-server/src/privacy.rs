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
///
/// Who may not see is told that the subject is offline, once and no more, and nothing of what the
/// subject does later: no status, name, personal message or telephone number. Who may not ring is
/// refused with 216 by `CAL`, whether the subject is there or not, and with 217 by `PAG`, as if
/// there were no device.
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
    use List::{Allow, Block, Forward};

    /// One row for each answer to the three questions that count, and to whether the viewer lists
    /// the subject.
    #[rustfmt::skip]
    const RULE: [(bool, bool, bool, bool, &str); 16] = [
        // blocked, allowed, open, listed
        (false, false, false, false, ""),
        (false, false, false, true,  ""),
        (false, false, true,  false, "ring"),
        (false, false, true,  true,  "ring see"),
        (false, true,  false, false, "ring"),
        (false, true,  false, true,  "ring see"),
        (false, true,  true,  false, "ring"),
        (false, true,  true,  true,  "ring see"),
        (true,  false, false, false, ""),
        (true,  false, false, true,  ""),
        (true,  false, true,  false, ""),
        (true,  false, true,  true,  ""),
        (true,  true,  false, false, ""),
        (true,  true,  false, true,  ""),
        (true,  true,  true,  false, ""),
        (true,  true,  true,  true,  ""),
    ];

    #[test]
    fn every_combination_of_all_lists_both_ways_and_both_settings_follows_the_rule() {
        let mut seen = [0; RULE.len()];
        for of_viewer in (0..32).map(Lists::from_bits) {
            for of_subject in (0..32).map(Lists::from_bits) {
                for open in [false, true] {
                    let facts = (
                        of_subject.contains(Block),
                        of_subject.contains(Allow),
                        open,
                        of_viewer.contains(Forward),
                    );
                    let (row, (.., words)) = RULE
                        .iter()
                        .enumerate()
                        .find(|(_, row)| (row.0, row.1, row.2, row.3) == facts)
                        .unwrap();
                    let expected =
                        Permission { see: words.contains("see"), ring: words.contains("ring") };
                    let found = permission(of_viewer, of_subject, open);
                    assert_eq!(found, expected, "{of_viewer:?} {of_subject:?} {open}");
                    seen[row] += 1;
                }
            }
        }
        assert_eq!(seen, [128; RULE.len()], "2048 combinations");
    }
}
