//! The server of this program, on tokio.

use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};

use msnp::core::{Account, Endpoint, Failure, Watched};
use msnp::server::{
    AccountConfig, Addresses, Config, InMemory, ListenAddresses, Server, ServerError, ServiceKind,
};
use msnp::tokio::{Driver, Options};
use tokio::runtime::Runtime;

use crate::arguments::User;
use crate::dialogue::{Dialogue, Places, Side, Stage};
use crate::fault::Fault;

/// Runs the server.
pub(crate) type Embedded = Driver<Watched<Server, Dialogue>>;

/// Where the services are, once it is known.
pub(crate) type Whereabouts = Arc<OnceLock<Addresses>>;

/// How many connections beyond its bound a server can hear of at once.
const TURNED_AWAY_AT_ONCE: usize = 64;

/// A server whose clients connect here first; the other services are on ports that the system
/// chooses.
pub(crate) fn config(listen: SocketAddr) -> Result<Config, Fault> {
    let any = SocketAddr::new(listen.ip(), 0);
    let mut config = Config::new(seed()?);
    config.listen =
        ListenAddresses { dispatch: listen, notification: any, switchboard: any, http: any };
    Ok(config)
}

/// The server for these users; nothing happens before it is driven.
pub(crate) fn server(
    mut config: Config,
    users: &[User],
    stage: Option<Arc<Stage>>,
    whereabouts: &Whereabouts,
) -> Result<Embedded, Fault> {
    let mut performer = InMemory::new();
    for User { account, password } in users {
        let name = account.as_str().to_owned();
        config.accounts.push(AccountConfig { account: account.clone(), name });
        performer = performer.password(account.clone(), password.clone());
    }
    let mut options = Options::default();
    // Beyond the bound, the machine must see who comes, to turn them away aloud.
    options.connections = config.limits.links.saturating_add(TURNED_AWAY_AT_ONCE);
    options.http.of_one_address = config.limits.connections.strangers_of_one_address;
    // Nothing was stored before, so nothing can be wrong with it.
    let server = Server::new(config, []).map_err(|_| Fault::Defect)?;
    let dialogue = Dialogue::new(stage, "server", Side::Server, places(whereabouts));
    let machine = Watched::new(server, dialogue);
    Ok(Driver::builder(machine).options(options).performer(performer).build())
}

/// Why the server did not come up, or ended.
pub(crate) fn fault(error: ServerError, address: SocketAddr) -> Fault {
    match error {
        ServerError::CannotListen { service: ServiceKind::Dispatch, failure } => match failure {
            Failure::Denied => Fault::MayNotListen { address },
            _ => Fault::CannotListen { address },
        },
        other => Fault::Server(other),
    }
}

/// The names of the services by their addresses.
pub(crate) fn places(whereabouts: &Whereabouts) -> Places {
    let whereabouts = whereabouts.clone();
    Arc::new(move |address| {
        let Addresses { dispatch, notification, switchboard, .. } = whereabouts.get()?;
        let services = [
            (dispatch, "dispatch server"),
            (notification, "notification server"),
            (switchboard, "switchboard"),
        ];
        // The host may be a name, and each service has a port of its own.
        let here =
            |(service, name): (&Endpoint, _)| (service.port() == address.port()).then_some(name);
        services.into_iter().find_map(here)
    })
}

/// What the server runs on: one thread.
pub(crate) fn runtime() -> Result<Runtime, Fault> {
    let built = tokio::runtime::Builder::new_current_thread().enable_all().build();
    built.map_err(|cause| Fault::System { what: "threads or sockets", cause })
}

/// What makes cookies and tickets hard to guess.
pub(crate) fn seed() -> Result<[u8; 32], Fault> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed)
        .map_err(|error| Fault::System { what: "randomness", cause: error.into() })?;
    Ok(seed)
}

/// An account that is known to be one.
pub(crate) fn account(text: &str) -> Result<Account, Fault> {
    Account::new(text).map_err(|_| Fault::Defect)
}
