use alloc::string::String;
use core::fmt;
use core::time::Duration;

/// The challenge that a server sends in `USR TWN S`: a list of settings for the login page.
///
/// The values are those of the last official server, but for the time and two random words.
/// A client gives the text back verbatim, so it need not read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PassportChallenge {
    seconds: u64,
    random: String,
    fingerprint: String,
}

impl PassportChallenge {
    /// A challenge of this time since 1970, with the random words `rn` and `tpf`, which should be
    /// fresh each time; `tpf` is what makes it hard to guess.
    ///
    /// # Errors
    /// [`ChallengeUnprintable`] when a word is empty or holds anything but ASCII letters and
    /// digits.
    pub fn new(unix: Duration, rn: &str, tpf: &str) -> Result<Self, ChallengeUnprintable> {
        let good = |word: &str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric());
        if !good(rn) || !good(tpf) {
            return Err(ChallengeUnprintable);
        }
        Ok(Self { seconds: unix.as_secs(), random: rn.into(), fingerprint: tpf.into() })
    }
}

impl fmt::Display for PassportChallenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { seconds, random, fingerprint } = self;
        write!(
            f,
            "ct={seconds},rver=6.1.6206.0,wp=FS_40SEC_0_COMPACT,lc=1033,id=507,\
             ru=http:%2F%2Fmessenger.msn.com,tw=0,kpp=1,kv=4,ver=2.1.6000.1,\
             rn={random},tpf={fingerprint}"
        )
    }
}

/// A challenge is empty where it must not be, or holds what cannot stand in its line or header.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the challenge holds what cannot be sent")]
pub struct ChallengeUnprintable;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn it_is_printed_as_one_word_in_the_order_of_the_official_server() {
        let now = Duration::from_millis(1_000_000_000_999);
        let challenge = PassportChallenge::new(now, "aB3", "0123abcd").unwrap();
        assert_eq!(
            challenge.to_string(),
            "ct=1000000000,rver=6.1.6206.0,wp=FS_40SEC_0_COMPACT,lc=1033,id=507,\
             ru=http:%2F%2Fmessenger.msn.com,tw=0,kpp=1,kv=4,ver=2.1.6000.1,rn=aB3,tpf=0123abcd"
        );
    }

    #[test]
    fn words_that_would_break_the_list_are_refused() {
        for word in ["", "a b", "a,b", "a=b", "a\r\n", "é"] {
            let now = Duration::ZERO;
            assert_eq!(PassportChallenge::new(now, word, "x"), Err(ChallengeUnprintable));
            assert_eq!(PassportChallenge::new(now, "x", word), Err(ChallengeUnprintable));
        }
    }
}
