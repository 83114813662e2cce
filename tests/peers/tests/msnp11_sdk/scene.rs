use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use crate::service::{Places, Service};

/// How long one step of a scene may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);
/// How long a whole scene may take.
const SCENE: Duration = Duration::from_secs(120);

/// Starts a service of its own, and plays this scene there.
///
/// The SDK can keep a thread for ever and never yield, so the scene has threads that nobody joins:
/// this one waits for the outcome, and no longer than [`SCENE`].
pub(crate) fn play<S>(scene: S)
where
    S: AsyncFnOnce(Places) + Send + 'static,
{
    let service = Service::start();
    let places = service.places().clone();
    let (outcome, played) = mpsc::channel();
    thread::spawn(move || {
        let played = catch_unwind(AssertUnwindSafe(|| perform(scene, places)));
        // Nobody waits for it any more where the scene took too long.
        let _ = outcome.send(played);
    });
    let played = played.recv_timeout(SCENE);
    if let Ok(Ok(())) = played {
        return;
    }
    eprintln!("--- what the service saw ---\n{}", service.log());
    match played {
        Ok(Err(panic)) => resume_unwind(panic),
        _ => panic!("the scene does not end within {SCENE:?}"),
    }
}

/// Waits for this step, and no longer than [`PATIENCE`].
pub(crate) async fn within<T>(what: &str, step: impl Future<Output = T>) -> T {
    match tokio::time::timeout(PATIENCE, step).await {
        Ok(done) => done,
        Err(_) => panic!("{what}: not within {PATIENCE:?}"),
    }
}

fn perform<S: AsyncFnOnce(Places)>(scene: S, places: Places) {
    let mut builder = tokio::runtime::Builder::new_multi_thread();
    let runtime = builder.worker_threads(4).enable_all().build().expect("a runtime");
    let played = catch_unwind(AssertUnwindSafe(|| runtime.block_on(scene(places))));
    // Dropping it would wait for a thread that the SDK keeps.
    runtime.shutdown_background();
    if let Err(panic) = played {
        resume_unwind(panic);
    }
}
