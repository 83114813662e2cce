use alloc::collections::BTreeMap;
use alloc::string::String;

use bytes::Bytes;
use msnp_auth::md5_login;
use msnp_core::{
    Account, Answer, Effect, EffectId, Failure, NoPerformer, Performer, Proof, Secret,
};

/// A [`Performer`] that holds passwords and records in memory.
///
/// An unknown account is checked against a password that nobody can type, so that the time taken
/// does not tell whether the account exists.
#[derive(Clone, Debug, Default)]
pub struct InMemory {
    passwords: BTreeMap<Account, Secret>,
    records: BTreeMap<String, Bytes>,
}

impl InMemory {
    /// Nobody, and no records.
    pub fn new() -> Self {
        Self::default()
    }

    /// With the password of one more account.
    #[must_use]
    pub fn password(mut self, account: Account, password: Secret) -> Self {
        self.passwords.insert(account, password);
        self
    }

    /// With these records.
    #[must_use]
    pub fn with_records(mut self, records: impl IntoIterator<Item = (String, Bytes)>) -> Self {
        self.records.extend(records);
        self
    }

    /// The records: what a [`Server`](crate::Server) is started with to go on from here.
    pub fn records(&self) -> impl Iterator<Item = (&str, &Bytes)> {
        self.records.iter().map(|(key, value)| (key.as_str(), value))
    }

    fn verify(&self, account: &Account, proof: &Proof) -> Result<bool, Failure> {
        let nobody = Secret::from("\0\0\0\0\0\0\0\0");
        let (password, known) = match self.passwords.get(account) {
            Some(password) => (password, true),
            None => (&nobody, false),
        };
        let right = match proof {
            Proof::Md5 { challenge, response } => {
                md5_login::check(challenge, password, response.expose())
            }
            Proof::Password(shown) => password.matches(shown.expose().as_bytes()),
            _ => return Err(Failure::Unsupported),
        };
        Ok(right && known)
    }
}

impl Performer for InMemory {
    fn perform(&mut self, id: EffectId, effect: Effect) -> Option<Answer> {
        match effect {
            Effect::Verify { account, proof } => {
                Some(Answer::Verified(self.verify(&account, &proof)))
            }
            Effect::Store(changes) => {
                for change in changes {
                    match change.value {
                        Some(value) => self.records.insert(change.key, value),
                        None => self.records.remove(&change.key),
                    };
                }
                Some(Answer::Stored(Ok(())))
            }
            other => NoPerformer.perform(id, other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_right_password_of_a_known_account_is_verified() {
        let alice = Account::new("alice@example.com").unwrap();
        let bob = Account::new("bob@example.com").unwrap();
        let performer = InMemory::new().password(alice.clone(), Secret::from("right"));
        let password = |text: &str| Proof::Password(Secret::from(text));
        assert_eq!(performer.verify(&alice, &password("right")), Ok(true));
        for wrong in ["", "wrong", "righ", "right "] {
            assert_eq!(performer.verify(&alice, &password(wrong)), Ok(false), "{wrong}");
        }
        assert_eq!(performer.verify(&bob, &password("\0\0\0\0\0\0\0\0")), Ok(false));
        let response = |password: &str| Proof::Md5 {
            challenge: "1.2".into(),
            response: md5_login::response("1.2", &Secret::from(password)).as_str().into(),
        };
        assert_eq!(performer.verify(&alice, &response("right")), Ok(true));
        assert_eq!(performer.verify(&alice, &response("wrong")), Ok(false));
    }
}
