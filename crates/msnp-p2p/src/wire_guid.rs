//! GUIDs as they stand in binary data: the first three groups little-endian, the rest as written.

use msnp_core::Guid;

/// The GUID that these 16 bytes are.
pub const fn from_wire(wire: [u8; 16]) -> Guid {
    Guid::from_bytes(swapped(wire))
}

/// The 16 bytes of a GUID.
pub const fn to_wire(guid: Guid) -> [u8; 16] {
    swapped(guid.to_bytes())
}

/// Turns the first three groups around, which is its own opposite.
const fn swapped(bytes: [u8; 16]) -> [u8; 16] {
    let [a, b, c, d, e, f, g, h, rest @ ..] = bytes;
    let [i, j, k, l, m, n, o, p] = rest;
    [d, c, b, a, f, e, h, g, i, j, k, l, m, n, o, p]
}
