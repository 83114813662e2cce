use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;

use msnp_core::{HttpResponse, Secret};

use super::fields;
use crate::percent;

/// What the login page says: the value of its `Authentication-Info` or `WWW-Authenticate` header.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Signed in. The ticket, `t=…&p=…`, goes verbatim into `USR TWN S`.
    Success {
        /// The ticket: ASCII without spaces and single quotes. It may hold percent signs.
        ticket: Secret,
    },
    /// The same request is to be sent to the address in the `Location` header.
    Redirect,
    /// Account or password is wrong.
    Failed {
        /// What the page says about it, for the user; often empty. It is the page's own text, and
        /// may hold anything.
        text: String,
    },
}

impl Outcome {
    /// Reads the outcome from the headers of a response, whichever of the two names they use.
    ///
    /// The status of the response does not matter.
    ///
    /// # Errors
    /// [`OutcomeError`]; [`OutcomeError::NotPassport`] when no header is of this scheme.
    pub fn of(response: &HttpResponse) -> Result<Self, OutcomeError> {
        response
            .headers
            .iter()
            .filter(|(name, _)| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)))
            .map(|(_, value)| Self::parse(value))
            .find(|outcome| *outcome != Err(OutcomeError::NotPassport))
            .unwrap_or(Err(OutcomeError::NotPassport))
    }

    /// Reads the value of the header.
    ///
    /// # Errors
    /// [`OutcomeError`] says what is missing.
    pub fn parse(value: &str) -> Result<Self, OutcomeError> {
        let rest = fields::after_scheme(value).ok_or(OutcomeError::NotPassport)?;
        let fields = fields::quoted(rest);
        let status = fields::find(&fields, "da-status").ok_or(OutcomeError::NoStatus)?;
        if status.eq_ignore_ascii_case("success") {
            let ticket = fields::find(&fields, "from-PP").ok_or(OutcomeError::NoTicket)?;
            let ticket = printable(ticket).ok_or(OutcomeError::TicketUnprintable)?;
            Ok(Self::Success { ticket: Secret::from(ticket) })
        } else if status.eq_ignore_ascii_case("redir") {
            Ok(Self::Redirect)
        } else if status.eq_ignore_ascii_case("failed")
            || status.eq_ignore_ascii_case("failed-noretry")
        {
            let text = fields::find(&fields, "cbtxt").unwrap_or_default();
            let text = String::from_utf8_lossy(&percent::decode(text)).into_owned();
            Ok(Self::Failed { text })
        } else {
            Err(OutcomeError::UnknownStatus(status.to_owned()))
        }
    }

    /// The value of the header, for a server.
    ///
    /// # Errors
    /// [`OutcomeError::TicketUnprintable`] when the ticket is empty or holds anything but visible
    /// ASCII without single quotes.
    pub fn print(&self) -> Result<Secret, OutcomeError> {
        Ok(Secret::new(match self {
            Self::Success { ticket } => {
                let ticket = printable(ticket.expose()).ok_or(OutcomeError::TicketUnprintable)?;
                format!(
                    "Passport1.4 da-status=success,tname=MSPAuth,tname=MSPProf,tname=MSPSec,\
                     from-PP='{ticket}',ru=http://messenger.msn.com"
                )
            }
            Self::Redirect => "Passport1.4 da-status=redir".to_owned(),
            Self::Failed { text } => format!(
                "Passport1.4 da-status=failed,srealm=Passport.Net,cbtxt={}",
                percent::encode(text)
            ),
        }))
    }

    /// The name of the header that carries it.
    pub const fn header_name(&self) -> &'static str {
        match self {
            Self::Success { .. } => "Authentication-Info",
            Self::Redirect | Self::Failed { .. } => "WWW-Authenticate",
        }
    }

    /// The status of the response that carries it.
    pub const fn status(&self) -> u16 {
        match self {
            Self::Success { .. } => 200,
            Self::Redirect => 302,
            Self::Failed { .. } => 401,
        }
    }
}

/// Why the login page's header tells no outcome.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OutcomeError {
    /// There is no header of the scheme `Passport1.4`.
    #[error("the header is not of the scheme Passport1.4")]
    NotPassport,
    /// There is no `da-status`.
    #[error("the header has no status")]
    NoStatus,
    /// The `da-status` is none that is known.
    #[error("the header has an unknown status")]
    UnknownStatus(String),
    /// It says success, but there is no `from-PP`.
    #[error("the header has no ticket")]
    NoTicket,
    /// The ticket is empty, or holds what cannot stand in a header and a command.
    #[error("the ticket cannot be sent")]
    TicketUnprintable,
}

const NAMES: [&str; 2] = ["Authentication-Info", "WWW-Authenticate"];

fn printable(ticket: &str) -> Option<&str> {
    let good = !ticket.is_empty() && ticket.bytes().all(|b| b.is_ascii_graphic() && b != b'\'');
    good.then_some(ticket)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn success(ticket: &str) -> Outcome {
        Outcome::Success { ticket: Secret::from(ticket) }
    }

    fn failed(text: &str) -> Outcome {
        Outcome::Failed { text: text.into() }
    }

    #[test]
    fn the_three_outcomes_are_told_apart() {
        for (value, outcome) in [
            (
                "Passport1.4 da-status=success,tname=MSPAuth,tname=MSPProf,\
                 from-PP='t=Ew%2bDo=&p=7,x',ru=http://messenger.msn.com",
                success("t=Ew%2bDo=&p=7,x"),
            ),
            ("Passport1.4 da-status=success,from-PP='t=a&p='", success("t=a&p=")),
            ("passport1.4 from-pp='t=a&p=', DA-Status=Success", success("t=a&p=")),
            ("Passport1.4 da-status=success,from-PP=t=a&p=,ru=x", success("t=a&p=")),
            ("Passport1.4 da-status=redir,ru=x", Outcome::Redirect),
            ("Passport1.4 da-status=failed", failed("")),
            ("Passport1.4 da-status=failed-noretry,prompt,cbtxt=a", failed("a")),
            (
                "Passport1.4 da-status=failed,srealm=Passport.NET,prompt,cbtxt=Wrong%20word%2C+100%",
                failed("Wrong word,+100%"),
            ),
            ("Passport1.4 da-status=failed,cbtxt=%ff", failed("\u{fffd}")),
        ] {
            assert_eq!(Outcome::parse(value), Ok(outcome), "{value}");
        }
    }

    #[test]
    fn a_header_without_an_outcome_is_refused_with_its_reason() {
        for (value, error) in [
            ("", OutcomeError::NotPassport),
            ("Basic realm='x'", OutcomeError::NotPassport),
            ("Passport1.4 tname=x", OutcomeError::NoStatus),
            ("Passport1.4 da-status=", OutcomeError::UnknownStatus("".into())),
            ("Passport1.4 da-status=logout", OutcomeError::UnknownStatus("logout".into())),
            ("Passport1.4 da-status=success,ru=x", OutcomeError::NoTicket),
            ("Passport1.4 da-status=success,from-PP=''", OutcomeError::TicketUnprintable),
            ("Passport1.4 da-status=success,from-PP='t=a", OutcomeError::TicketUnprintable),
            ("Passport1.4 da-status=success,from-PP='t=a b'", OutcomeError::TicketUnprintable),
            ("Passport1.4 da-status=success,from-PP='t=a\r\nX'", OutcomeError::TicketUnprintable),
        ] {
            assert_eq!(Outcome::parse(value), Err(error), "{value}");
        }
    }

    #[test]
    fn the_header_is_found_beside_those_of_other_schemes() {
        let response = HttpResponse::new(401)
            .header("Content-Type", "Passport1.4 da-status=redir")
            .header("WWW-Authenticate", "Basic realm=x")
            .header("www-authenticate", "Passport1.4 da-status=failed,cbtxt=no");
        assert_eq!(Outcome::of(&response), Ok(failed("no")));
        assert_eq!(Outcome::of(&HttpResponse::new(200)), Err(OutcomeError::NotPassport));
    }

    #[test]
    fn what_is_printed_reads_back() {
        for outcome in [success("t=a%2b,=&p="), Outcome::Redirect, failed("a, 'b' = 50%é\r\n")] {
            let response = HttpResponse::new(outcome.status())
                .header(outcome.header_name(), outcome.print().unwrap().expose());
            assert_eq!(Outcome::of(&response), Ok(outcome));
        }
    }

    #[test]
    fn a_page_answers_with_the_status_of_its_outcome() {
        assert_eq!(
            [success("t=a"), Outcome::Redirect, failed("")].map(|o| o.status()),
            [200, 302, 401]
        );
    }

    #[test]
    fn a_ticket_that_would_end_early_is_not_printed() {
        for ticket in ["", "t='", "t=a\r\nX: y", "t=a b", "é"] {
            assert_eq!(success(ticket).print(), Err(OutcomeError::TicketUnprintable), "{ticket}");
        }
    }
}
