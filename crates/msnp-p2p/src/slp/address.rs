use alloc::vec::Vec;
use core::fmt;

use msnp_core::{Account, Guid};
use nom::bytes::complete::{tag, tag_no_case, take_till, take_till1};
use nom::combinator::opt;
use nom::sequence::preceded;
use nom::{IResult, Parser};

use super::error::Tolerance;
use super::guid_text;

/// Whom a message is to or from: `alice@example.com`, from MSNP16 on with `;{GUID}` of one of the
/// machines that the account is signed in on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SlpAddress {
    /// Who.
    pub account: Account,
    /// Where.
    pub machine: Option<Guid>,
}

impl SlpAddress {
    /// An account, on whichever machine.
    pub const fn new(account: Account) -> Self {
        Self { account, machine: None }
    }

    /// An account on one machine.
    pub const fn on_machine(account: Account, machine: Guid) -> Self {
        Self { account, machine: Some(machine) }
    }

    /// Reads `<msnmsgr:alice@example.com;{GUID}>`. The angle brackets, the scheme, the braces and
    /// the machine may be missing.
    pub(super) fn parse(text: &str, noted: &mut Vec<Tolerance>) -> Option<Self> {
        let (_, (account, machine)) = address(text.trim()).ok()?;
        let account = Account::new(account.trim()).ok()?;
        let machine = machine.and_then(|machine| {
            let read = guid_text::read(machine);
            if read.is_none() {
                Tolerance::UnreadableMachine.note(noted);
            }
            read
        });
        Some(Self { account, machine })
    }
}

impl From<Account> for SlpAddress {
    fn from(account: Account) -> Self {
        Self::new(account)
    }
}

/// Without brackets and scheme.
impl fmt::Display for SlpAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.account, f)?;
        match self.machine {
            Some(machine) => write!(f, ";{{{machine}}}"),
            None => Ok(()),
        }
    }
}

fn address(text: &str) -> IResult<&str, (&str, Option<&str>)> {
    let account = take_till1(|letter| matches!(letter, ';' | '>'));
    let machine = preceded(tag(";"), take_till(|letter| letter == '>'));
    preceded((opt(tag("<")), opt(tag_no_case("msnmsgr:"))), (account, opt(machine))).parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::string::ToString;

    fn read(text: &str) -> (Option<SlpAddress>, Vec<Tolerance>) {
        let mut noted = Vec::new();
        (SlpAddress::parse(text, &mut noted), noted)
    }

    #[test]
    fn brackets_scheme_braces_and_machine_may_be_missing() {
        let alice = Account::new("alice@example.com").unwrap();
        let machine: Guid = "c1d06c65-c90f-4419-bb8e-a03389043a8e".parse().unwrap();
        let at = SlpAddress::on_machine(alice.clone(), machine);
        for text in [
            "<msnmsgr:alice@example.com;{c1d06c65-c90f-4419-bb8e-a03389043a8e}>",
            "msnmsgr:alice@example.com;{C1D06C65-C90F-4419-BB8E-A03389043A8E}",
            "<MSNMSGR:Alice@Example.com;c1d06c65-c90f-4419-bb8e-a03389043a8e>",
            " alice@example.com;{c1d06c65-c90f-4419-bb8e-a03389043a8e ",
        ] {
            assert_eq!(read(text), (Some(at.clone()), Vec::new()), "{text}");
        }
        for text in
            ["<msnmsgr:alice@example.com>", "msnmsgr:alice@example.com", "alice@example.com>"]
        {
            assert_eq!(read(text), (Some(alice.clone().into()), Vec::new()), "{text}");
        }
        assert_eq!(at.to_string(), "alice@example.com;{c1d06c65-c90f-4419-bb8e-a03389043a8e}");
    }

    #[test]
    fn a_machine_that_is_no_guid_is_noted_and_passed_over() {
        for text in
            ["alice@example.com;", "<msnmsgr:alice@example.com;{}>", "alice@example.com;x;y"]
        {
            let (address, noted) = read(text);
            assert_eq!(address.unwrap().machine, None, "{text}");
            assert_eq!(noted, [Tolerance::UnreadableMachine], "{text}");
        }
    }

    #[test]
    fn what_names_no_account_is_refused() {
        for text in ["", "<>", "<msnmsgr:>", ";{}", "msnmsgr:", "alice", "a b@example.com"] {
            assert_eq!(read(text).0, None, "{text}");
        }
    }
}
