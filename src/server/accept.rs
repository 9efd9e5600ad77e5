//! The accept loop: a bounded number of connections, time limits on slow senders and readers, and a stop that
//! never hangs on an open stream. `axum::serve` has none of these.

use crate::server::{
    crowd::{Crowd, Inside},
    head,
    listen::{Connection, Socket},
    patience::Patient,
    peer::Peer,
};
use axum::{Extension, Router};
use hyper::server::conn::http1;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
    service::TowerToHyperService,
};
use std::{future::Future, pin::pin, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::UnixStream,
    sync::{OwnedSemaphorePermit, Semaphore, watch},
};

/// A whole on-call shift with a few terminals each stays below a hundred, and 1024 files is what a
/// process may commonly have open. More connections wait in the kernel's queue.
const CONNECTIONS: usize = 1024;
/// Half of them: whoever has all of one address must leave the other half to others.
const OF_ONE_PEER: usize = CONNECTIONS / 2;
/// A request's head is one packet; who needs longer than this holds a connection on purpose.
const HEAD_PATIENCE: Duration = Duration::from_secs(5);
/// Headers of one request; browsers and proxies stay far below.
const HEADERS: usize = 64;
/// Two round trips, to the other side of the world.
const HAND_PATIENCE: Duration = Duration::from_secs(5);
/// Answers take milliseconds; a client that does not read its own must not delay the stop.
const STOP_PATIENCE: Duration = Duration::from_secs(3);
/// How long to wait after a failed accept: usually too many open files, which pass.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Serves connections until the future is done. Then tells `stop`, which ends the streams.
pub(super) async fn accept(
    socket: Socket,
    router: Router,
    until: impl Future<Output = ()>,
    stop: watch::Sender<bool>,
) {
    let permits = Arc::new(Semaphore::new(CONNECTIONS));
    let crowd = Crowd::of(OF_ONE_PEER);
    let graceful = GracefulShutdown::new();
    let mut until = pin!(until);
    loop {
        let next = async {
            let permit = permits.clone().acquire_owned().await;
            (permit, socket.accept().await)
        };
        let next = tokio::select! {
            () = &mut until => break,
            next = next => next,
        };
        match next {
            (Ok(permit), Ok(connection)) => {
                serve_one(connection, (permit, &crowd), router.clone(), &graceful);
            }
            (Ok(_permit), Err(why)) => {
                tracing::warn!(%why, "a connection could not be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            (Err(_closed), _) => break,
        }
    }
    stop.send_replace(true);
    if let Socket::Unix { path, .. } = &socket {
        // A file that stays behind is recognized as stale at the next start.
        let _best_effort = std::fs::remove_file(path);
    }
    drop(socket);
    if tokio::time::timeout(STOP_PATIENCE, graceful.shutdown())
        .await
        .is_err()
    {
        tracing::warn!("some connections did not end and were left behind");
    }
}

fn serve_one(
    connection: Connection,
    (permit, crowd): (OwnedSemaphorePermit, &Crowd),
    router: Router,
    graceful: &GracefulShutdown,
) {
    let (watcher, crowd) = (graceful.watcher(), crowd.clone());
    tokio::spawn(async move {
        match connection {
            Connection::Unix(stream) => {
                let Some((peer, _place)) =
                    user(&stream).await.and_then(|peer| placed(peer, &crowd))
                else {
                    return;
                };
                speak(stream, router.layer(Extension(peer)), watcher).await;
            }
            Connection::Tcp(stream, from) => {
                let Some((peer, _place)) = placed(Peer::Address(from.ip()), &crowd) else {
                    return;
                };
                speak(stream, router.layer(Extension(peer)), watcher).await;
            }
            Connection::Tls(stream, from, acceptor) => {
                let Some((peer, _place)) = placed(Peer::Address(from.ip()), &crowd) else {
                    return;
                };
                let shaken = tokio::time::timeout(HAND_PATIENCE, acceptor.accept(stream));
                match shaken.await {
                    Ok(Ok(stream)) => {
                        speak(stream, router.layer(Extension(peer)), watcher).await;
                    }
                    Ok(Err(why)) => tracing::debug!(%why, %from, "a client did not shake hands"),
                    Err(_late) => tracing::debug!(%from, "a client shook hands too slowly"),
                }
            }
        }
        drop(permit);
    });
}

/// A peer with its place, if it may have one more. One that may not is closed without a word: who
/// opens so many does not read what they are told.
fn placed(peer: Peer, crowd: &Crowd) -> Option<(Peer, Option<Inside>)> {
    let Some(counted) = peer.counted() else {
        return Some((peer, None));
    };
    let place = crowd.enter(counted);
    if place.is_none() {
        tracing::debug!(%peer, "closed, because it has {OF_ONE_PEER} connections already");
    }
    place.map(|place| (peer, Some(place)))
}

/// The user at the other end.
async fn user(stream: &UnixStream) -> Option<Peer> {
    let uid = match stream.peer_cred() {
        Ok(peer) => peer.uid(),
        Err(why) => {
            tracing::warn!(%why, "a connection without credentials is closed");
            return None;
        }
    };
    let asked = tokio::task::spawn_blocking(move || Peer::user(uid)).await;
    asked.ok()
}

/// Speaks HTTP with one client.
async fn speak(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    router: Router,
    watcher: hyper_util::server::graceful::Watcher,
) {
    let service = TowerToHyperService::new(router);
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_PATIENCE)
        .max_headers(HEADERS)
        .max_buf_size(head::MOST)
        .serve_connection(TokioIo::new(Patient::new(stream)), service);
    if let Err(why) = watcher.watch(connection).await {
        tracing::debug!(%why, "a connection broke");
    }
}
