//! Challenges to the program: `CHL` and `QRY`, from MSNP6.
//!
//! From time to time the server sends a challenge, in practice 20 decimal digits. The client
//! answers with its product id and 32 hexadecimal digits that need the product's key. Which of the
//! two schemes is used depends on the [version](msnp_core::Version::challenge) alone.

use core::iter::repeat_n;

use msnp_core::ChallengeScheme;

use crate::digest::{HexDigest, md5};
use crate::product::Product;

/// The answer of `product` to `challenge`, the body of `QRY`.
///
/// Where the length of challenge and id together is a multiple of 8, implementations differ; this
/// one adds nothing then, as the libpurple family does. Twenty digits never come there.
pub fn answer(
    scheme: ChallengeScheme,
    challenge: impl AsRef<[u8]>,
    product: &Product,
) -> HexDigest {
    let challenge = challenge.as_ref();
    match scheme {
        ChallengeScheme::Md5 => HexDigest::new(md5(challenge, product.key.as_bytes())),
        ChallengeScheme::Mixed => mixed(challenge, product, Padding::Least),
    }
}

/// The server's side: the product that gave this answer to `challenge`.
///
/// Both ways to pad are right. Id and digits are compared as sent: upper-case digits are wrong.
///
/// # Errors
/// [`CheckError`] says whether the product or its answer was not good.
pub fn check(
    scheme: ChallengeScheme,
    challenge: impl AsRef<[u8]>,
    product_id: impl AsRef<[u8]>,
    response: impl AsRef<[u8]>,
) -> Result<&'static Product, CheckError> {
    let (challenge, response) = (challenge.as_ref(), response.as_ref());
    let product = Product::find(product_id).ok_or(CheckError::UnknownProduct)?;
    let right = answer(scheme, challenge, product).matches(response)
        || (scheme == ChallengeScheme::Mixed
            && mixed(challenge, product, Padding::Always).matches(response));
    if right { Ok(product) } else { Err(CheckError::WrongResponse) }
}

/// Why an answer to a challenge is refused. The server then says error 540 and closes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckError {
    /// No known product has this id.
    #[error("no product with this id is known")]
    UnknownProduct,
    /// The product is known, but this is not its answer.
    #[error("the response is not the one to this challenge")]
    WrongResponse,
}

/// How many zeros follow a text whose length is a multiple of 8 already.
#[derive(Clone, Copy)]
enum Padding {
    /// None: libpurple, Java MSN Library.
    Least,
    /// Eight: papyon, aMSN, MSNPSharp, msn-pecan, bitlbee.
    Always,
}

const MODULUS: u64 = 0x7fff_ffff;
const FACTOR: u64 = 0x0e79_a9c1;

/// The scheme of MSNP11 and later. No step can overflow: what is multiplied is a remainder of 31
/// bits by a sum of two of them.
fn mixed(challenge: &[u8], product: &Product, padding: Padding) -> HexDigest {
    let words = little_endian_words(md5(challenge, product.key.as_bytes()));
    let [m0, m1, m2, m3] = words.map(|word| word & MODULUS);

    let id = product.id.as_bytes();
    let missing = match ((challenge.len() + id.len()) % 8, padding) {
        (0, Padding::Least) => 0,
        (over, _) => 8 - over,
    };
    let mut text = challenge.iter().chain(id).copied().chain(repeat_n(b'0', missing));

    let (mut high, mut low) = (0, 0);
    while let Some((even, odd)) = next_words(&mut text) {
        let mixed = ((FACTOR * even % MODULUS + high) * m0 + m1) % MODULUS;
        high = ((odd + mixed) % MODULUS * m2 + m3) % MODULUS;
        // Reduced at every step, which the last one would do in any case.
        low = (low + high + mixed) % MODULUS;
    }
    high = (high + m1) % MODULUS;
    low = (low + m3) % MODULUS;

    let mut digest = [0; 16];
    let (quarters, _) = digest.as_chunks_mut::<4>();
    for ((quarter, word), sum) in quarters.iter_mut().zip(words).zip([high, low, high, low]) {
        // The unmasked words: their top bits survive, as the sums have 31.
        let [a, b, c, d, ..] = (word ^ sum).to_le_bytes();
        *quarter = [a, b, c, d];
    }
    HexDigest::new(digest)
}

fn little_endian_words(digest: [u8; 16]) -> [u64; 4] {
    let mut words = [0; 4];
    let (quarters, _) = digest.as_chunks::<4>();
    for (word, quarter) in words.iter_mut().zip(quarters) {
        *word = u64::from(u32::from_le_bytes(*quarter));
    }
    words
}

/// The next eight bytes as two little-endian words.
fn next_words(text: &mut impl Iterator<Item = u8>) -> Option<(u64, u64)> {
    let mut word = || {
        let bytes = [text.next()?, text.next()?, text.next()?, text.next()?];
        Some(u64::from(u32::from_le_bytes(bytes)))
    };
    Some((word()?, word()?))
}
