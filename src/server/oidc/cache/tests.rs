//! An issuer behind a real socket that exchanges its keys, is asked for made-up ones, and goes away.

use super::{Cache, Times};
use crate::model::Span;
use futures_util::future::join_all;
use serde_json::{Value, json};
use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpListener,
    time::sleep,
};

struct Issuer {
    url: String,
    /// The name of its key; none while it does not work.
    key: Arc<Mutex<Option<&'static str>>>,
    asked: Arc<AtomicUsize>,
}

impl Issuer {
    async fn serve() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/keys", listener.local_addr().unwrap());
        let key = Arc::new(Mutex::new(Some("k1")));
        let asked = Arc::new(AtomicUsize::new(0));
        let (told, counted) = (key.clone(), asked.clone());
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let _head = stream.read(&mut [0; 4096]).await.unwrap();
                counted.fetch_add(1, Ordering::Relaxed);
                let key = *told.lock().unwrap();
                let status = if key.is_some() { "200 OK" } else { "503 Down" };
                let body = key.map(document).unwrap_or_default().to_string();
                let length = body.len();
                let answer = format!(
                    "HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
                );
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Self { url, key, asked }
    }

    fn cache(&self, fresh: Span, last: Span, pause: Span) -> Cache {
        let times = Times { fresh, last, pause };
        let usual = Cache::of(&self.url).unwrap();
        Cache { times, ..usual }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// The key of RFC 7515, A.3, under a name.
fn document(id: &str) -> Value {
    json!({ "keys": [{
        "kty": "EC", "crv": "P-256", "kid": id,
        "x": "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU",
        "y": "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0",
    }] })
}

async fn has(cache: &Cache, id: &str) -> bool {
    cache.keys(Some(id)).await.unwrap().knows(Some(id))
}

const HOUR: Span = Span::hours(1);

#[tokio::test]
async fn made_up_names_of_keys_do_not_flood_the_issuer() {
    let issuer = Issuer::serve().await;
    let cache = issuer.cache(HOUR, HOUR, Span::seconds(1));
    assert!(has(&cache, "k1").await);
    assert_eq!(issuer.asked(), 1);
    sleep(Duration::from_millis(1_010)).await;
    // Twenty at once, and some more, within one pause.
    let made_up: Vec<String> = (0..20).map(|n| format!("x{n}")).collect();
    let known = join_all(made_up.iter().map(|id| has(&cache, id))).await;
    assert!(!known.contains(&true));
    assert!(!has(&cache, "more").await && has(&cache, "k1").await);
    assert_eq!(issuer.asked(), 2);
    // A new key is found all the same.
    *issuer.key.lock().unwrap() = Some("k2");
    sleep(Duration::from_millis(1_010)).await;
    assert!(has(&cache, "k2").await && !has(&cache, "k1").await);
    assert_eq!(issuer.asked(), 3);
}

#[tokio::test]
async fn keys_outlive_their_issuer_up_to_an_age() {
    let issuer = Issuer::serve().await;
    let cache = issuer.cache(Span(100), Span::seconds(1), Span::ZERO);
    assert!(has(&cache, "k1").await);
    *issuer.key.lock().unwrap() = None;
    sleep(Duration::from_millis(150)).await;
    assert!(has(&cache, "k1").await, "they are old, and count");
    sleep(Duration::from_millis(900)).await;
    let gone = cache.keys(Some("k1")).await.unwrap_err();
    assert_eq!(gone, "the issuer's keys are not to be had");
    assert!(issuer.asked() > 1, "nobody asked for new ones");
    *issuer.key.lock().unwrap() = Some("k1");
    assert!(has(&cache, "k1").await);
}

/// A key that was taken back counts no longer, although tokens go on naming it.
#[tokio::test]
async fn old_keys_are_exchanged_beside_the_requests() {
    let issuer = Issuer::serve().await;
    let cache = issuer.cache(Span(500), HOUR, Span::ZERO);
    assert!(has(&cache, "k1").await && has(&cache, "k1").await);
    assert_eq!(issuer.asked(), 1, "they are fresh");
    *issuer.key.lock().unwrap() = Some("k2");
    sleep(Duration::from_millis(510)).await;
    assert!(has(&cache, "k1").await, "nobody waits for the new ones");
    let mut tries = 0;
    while cache.known().unwrap().0.knows(Some("k1")) {
        assert!(tries < 500, "they are never exchanged");
        tries += 1;
        sleep(Duration::from_millis(10)).await;
    }
    assert!(has(&cache, "k2").await);
}
