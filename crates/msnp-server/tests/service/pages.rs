//! The sign-in pages.

use msnp_core::{HttpRequest, Method};

use crate::world::World;

#[test]
fn the_nexus_names_the_sign_in_page_in_a_form_that_all_clients_read() {
    let mut world = World::new();
    for url in ["/rdr/pprdr.asp", "//rdr/pprdr.asp", "http://nexus.example.com/rdr/pprdr.asp?x"] {
        let response = world.get(url, &[]);
        assert_eq!(response.status, 200);
        let (name, value) = &response.headers[0];
        assert_eq!(name, "PassportURLs");
        assert!(value.starts_with("DALogin=http://127.0.0.1:1864/login,DARealm="), "{value}");
    }
}

#[test]
fn the_sign_in_page_ignores_what_follows_its_first_comma() {
    let mut world = World::new();
    let header = "Passport1.4 OrgVerb=GET,sign-in=alice@example.com,pwd=alice-pw,lc=1";
    for url in ["/login,DARealm=Passport.Net", "//login", "http://x.example/login?id=2"] {
        let response = world.get(url, &[("authorization", header)]);
        assert_eq!(response.status, 200, "{url}");
        let info = response.find_header("Authentication-Info").unwrap();
        assert!(info.contains("da-status=success") && info.contains("from-PP='t="), "{info}");
    }
}

#[test]
fn a_sign_in_page_without_good_credentials_gives_no_ticket() {
    let mut world = World::new();
    for header in [
        "",
        "Basic YTpi",
        "Passport1.4 OrgVerb=GET",
        "Passport1.4 sign-in=alice%40example.com",
        "Passport1.4 sign-in=alice,pwd=alice-pw",
        "Passport1.4 sign-in=alice%40example.com,pwd=bob-pw",
        "Passport1.4 sign-in=nobody%40example.com,pwd=x",
    ] {
        let response = world.get("/login", &[("Authorization", header)]);
        assert_eq!(response.status, 401, "{header}");
        assert!(response.find_header("Authentication-Info").is_none());
    }
    assert_eq!(world.get("/login", &[]).status, 401);
}

#[test]
fn other_pages_and_methods_are_refused() {
    let mut world = World::new();
    for url in ["/", "", "/loginx", "/rdr", "/RST.srf", "http://example.com"] {
        assert_eq!(world.get(url, &[]).status, 404, "{url}");
    }
    let post = HttpRequest { method: Method::Post, ..HttpRequest::get("/login") };
    assert_eq!(world.request(post).status, 405);
}
