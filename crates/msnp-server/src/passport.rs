//! The web pages of Passport: where to sign in, and signing in.

use alloc::format;
use alloc::string::{String, ToString};
use core::net::{IpAddr, Ipv4Addr};

use msnp_auth::passport::{
    AUTHORIZATION, Authorization, Outcome, PASSPORT_URLS, PassportUrls, login_path,
};
use msnp_core::{
    Account, Effect, Failure, HttpRequest, HttpResponse, Method, Proof, RequestId, Subscriber,
};

use crate::event::Refusal;
use crate::guesses::Attempt;
use crate::service::{Pending, Service};
use crate::sign_in::ticket;

/// The page that names the sign-in page.
pub const NEXUS_PATH: &str = "/rdr/pprdr.asp";
/// The page that gives a ticket for a password.
pub const LOGIN_PATH: &str = "/login";

impl Service {
    pub(crate) fn page(&mut self, id: RequestId, request: &HttpRequest) {
        if self.is_full() {
            return self.respond(id, HttpResponse::new(503));
        }
        if request.method != Method::Get {
            return self.respond(id, HttpResponse::new(405).header("Allow", "GET"));
        }
        match path(&request.url).as_str() {
            NEXUS_PATH => {
                let login = format!("http://{}{LOGIN_PATH}", self.address(|all| &all.http));
                match PassportUrls::new(&login) {
                    Ok(urls) => {
                        let urls = format!("{urls}");
                        self.respond(id, HttpResponse::new(200).header(PASSPORT_URLS, urls));
                    }
                    Err(_) => self.respond(id, HttpResponse::new(503)),
                }
            }
            path if path == LOGIN_PATH || is_below(path, LOGIN_PATH) => self.log_in(id, request),
            _ => self.respond(id, HttpResponse::new(404)),
        }
    }

    fn log_in(&mut self, id: RequestId, request: &HttpRequest) {
        let header = request.find_header(AUTHORIZATION);
        let shown = header.and_then(|value| Authorization::parse(value).ok());
        let account = shown.as_ref().and_then(|shown| Account::new(&shown.account).ok());
        let (Some(shown), Some(account)) = (shown, account) else {
            return self.say(id, &failed());
        };
        if self.pages >= self.config.limits.requests {
            return self.respond(id, HttpResponse::new(503));
        }
        // Those whose address the driver does not know count as one.
        let unknown = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let from = Subscriber::of(request.peer.map_or(unknown, |peer| peer.ip()));
        let Some(attempt) = self.guesses.attempt(self.now.monotonic, from, &account) else {
            let seconds = self.config.limits.guesses.window.as_secs().to_string();
            self.respond(id, HttpResponse::new(503).header("Retry-After", seconds));
            return self.report_refusal(account, Refusal::TooManyAttempts);
        };
        let proof = Proof::Password(shown.password);
        let effect = self.outputs.effect(Effect::Verify { account: account.clone(), proof });
        self.pages += 1;
        self.pending.insert(effect, Pending::Page { request: id, account, attempt });
    }

    /// What became of the password that was shown.
    pub(crate) fn page_verified(
        &mut self,
        id: RequestId,
        account: Account,
        attempt: Attempt,
        result: Result<bool, Failure>,
    ) {
        self.pages = self.pages.saturating_sub(1);
        match self.judged(&account, attempt, result) {
            Ok(()) => {
                let (now, deadline) =
                    (self.now.monotonic, self.now.after(self.config.limits.ticket));
                let owner = account.clone();
                let (_, word) =
                    self.tickets.issue(&mut self.random, now, deadline, &account, owner);
                self.say(id, &Outcome::Success { ticket: ticket(&word) });
            }
            Err(why) => {
                match why {
                    Refusal::WrongPassword => self.say(id, &failed()),
                    _ => self.respond(id, HttpResponse::new(503)),
                }
                self.report_refusal(account, why);
            }
        }
    }

    fn say(&mut self, id: RequestId, outcome: &Outcome) {
        let response = match outcome.print() {
            Ok(value) => {
                let response = HttpResponse::new(outcome.status());
                response.header(outcome.header_name(), value.expose())
            }
            Err(_) => HttpResponse::new(500),
        };
        self.respond(id, response);
    }

    fn respond(&mut self, request: RequestId, response: HttpResponse) {
        self.outputs.effect(Effect::Respond { request, response });
    }
}

fn failed() -> Outcome {
    Outcome::Failed { text: String::new() }
}

/// The path that a request target means: without scheme and host, query, doubled slashes, and all
/// from the first comma, which one client leaves in.
fn path(target: &str) -> String {
    let target = match target.split_once("://") {
        Some((scheme, rest)) if !scheme.contains(['/', '?', ',']) => {
            rest.split_once('/').map_or("", |(_, path)| path)
        }
        _ => target,
    };
    let target = login_path(target.split('?').next().unwrap_or_default());
    let parts = target.split('/').filter(|part| !part.is_empty());
    parts.fold(String::new(), |path, part| path + "/" + part)
}

fn is_below(path: &str, parent: &str) -> bool {
    path.strip_prefix(parent).is_some_and(|rest| rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_found_in_every_form_of_a_request_target() {
        for target in [
            "/login",
            "//login",
            "/login?a=b",
            "/login/",
            "/login,DARealm=Passport.Net",
            "http://127.0.0.1:80/login",
            "http://127.0.0.1:80//login?x=http://y",
            "https://example.com/login,DAReg=http://x/y",
        ] {
            assert_eq!(path(target), LOGIN_PATH, "{target}");
        }
        assert_eq!(path("//rdr//pprdr.asp"), NEXUS_PATH);
        assert_eq!(path("http://example.com"), "");
        assert_eq!(path(""), "");
        assert!(is_below("/login/x", LOGIN_PATH) && !is_below("/loginx", LOGIN_PATH));
    }
}
