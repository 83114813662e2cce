//! The web pages of Passport: from the challenge of the server to a ticket.

use alloc::string::String;

use msnp_auth::may_follow;
use msnp_auth::passport::{self, Authorization, Outcome, PassportUrls};
use msnp_core::{Account, Failure, HttpRequest, HttpResponse, Secret};

use crate::error::{ClientError, Page, TicketError};

/// One way to a ticket. It knows which page was asked last.
pub(crate) struct PassportSignIn {
    account: Account,
    password: Secret,
    challenge: String,
    page: Page,
    url: String,
    redirects: u8,
}

/// What to do after a page has answered.
pub(crate) enum Next {
    Ask(HttpRequest),
    Ticket(Secret),
    Failed(ClientError),
}

impl PassportSignIn {
    /// Begins with the page that names the sign-in page.
    pub(crate) fn new(
        account: Account,
        password: Secret,
        challenge: &str,
        nexus: &str,
        redirects: u8,
    ) -> Self {
        let (challenge, url) = (String::from(challenge), String::from(nexus));
        Self { account, password, challenge, page: Page::Nexus, url, redirects }
    }

    /// The request for the page that is due.
    pub(crate) fn ask(&self) -> Next {
        let request = HttpRequest::get(self.url.as_str());
        match self.page {
            Page::Nexus => Next::Ask(request),
            Page::SignIn => {
                let credentials =
                    Authorization::print(self.account.as_str(), &self.password, &self.challenge);
                match credentials {
                    Ok(value) => Next::Ask(request.header(passport::AUTHORIZATION, value.expose())),
                    Err(_) => Next::Failed(ClientError::Ticket(TicketError::Challenge)),
                }
            }
        }
    }

    /// The page has answered, or has not.
    pub(crate) fn answered(&mut self, answer: Result<HttpResponse, Failure>) -> Next {
        let page = self.page;
        let response = match answer {
            Ok(response) => response,
            Err(failure) => return failed(TicketError::Unreachable { page, failure }),
        };
        match page {
            Page::Nexus => self.nexus(&response),
            Page::SignIn => self.sign_in(&response),
        }
    }

    fn nexus(&mut self, response: &HttpResponse) -> Next {
        if (300..400).contains(&response.status) {
            return self.follow(response);
        }
        let urls = response.find_header(passport::PASSPORT_URLS).map(PassportUrls::parse);
        match urls {
            Some(Ok(urls)) => {
                self.page = Page::SignIn;
                self.go_on(urls.login_url())
            }
            _ => failed(TicketError::Unexpected { page: Page::Nexus, status: response.status }),
        }
    }

    fn sign_in(&mut self, response: &HttpResponse) -> Next {
        match Outcome::of(response) {
            Ok(Outcome::Success { ticket }) => Next::Ticket(ticket),
            Ok(Outcome::Failed { text }) => Next::Failed(ClientError::WrongPassword(text)),
            Ok(Outcome::Redirect) => self.follow(response),
            Err(_) if (300..400).contains(&response.status) => self.follow(response),
            Err(_) => {
                failed(TicketError::Unexpected { page: Page::SignIn, status: response.status })
            }
        }
    }

    fn follow(&mut self, response: &HttpResponse) -> Next {
        let Some(to) = response.find_header("Location").map(String::from) else {
            let (page, status) = (self.page, response.status);
            return failed(TicketError::Unexpected { page, status });
        };
        match self.redirects.checked_sub(1) {
            None => failed(TicketError::TooManyRedirects(self.page)),
            Some(left) => {
                self.redirects = left;
                self.go_on(to)
            }
        }
    }

    /// Goes to the next page, unless a password must not go there from here.
    fn go_on(&mut self, to: String) -> Next {
        if let Err(reason) = may_follow(&self.url, &to) {
            return failed(TicketError::Redirect { page: self.page, reason });
        }
        self.url = to;
        self.ask()
    }
}

fn failed(error: TicketError) -> Next {
    Next::Failed(ClientError::Ticket(error))
}
