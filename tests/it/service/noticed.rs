//! Push notices of forges over the real server: a change is seen at once although the next look is an
//! hour away, and nothing that is not proven is believed.

use super::{World, until};
use crate::serving::{Serving, serve};
use hmac::{Hmac, KeyInit, Mac};
use pilothouse::{
    client::Address,
    clock::Stopwatch,
    http,
    model::{PipelineName, hex},
    server::{Listen, token},
    service::Service,
};
use reqwest::{Client, StatusCode};
use sha2::Sha256;

const SECRET: &str = "between the forge and us";
const PUSH: &str = r#"{"ref":"refs/heads/main","after":"whatever it says"}"#;

fn signed(body: &str) -> String {
    let mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
    hex(&mac.chain_update(body).finalize().into_bytes())
}

async fn releases(service: &Service) -> usize {
    let shown = service
        .pipeline(&PipelineName::parse("cart").unwrap())
        .await;
    shown.unwrap().pipeline.releases.0.len()
}

async fn sent(http: &Client, url: &str, headers: &[(&str, &str)], body: &str) -> StatusCode {
    let request = headers
        .iter()
        .fold(http.post(url), |request, (name, value)| {
            request.header(*name, *value)
        });
    request.body(body.to_owned()).send().await.unwrap().status()
}

/// A pipeline that has seen its first commit and looks again in an hour, and where notices go.
async fn waiting() -> (World, Serving, String) {
    let mut world = World::new(&["cart"]);
    world.wait_for_notices(SECRET);
    served(world).await
}

async fn served(world: World) -> (World, Serving, String) {
    let service = world.start().await;
    let addr = "127.0.0.1:0".parse().unwrap();
    let token = token::open(world.directory.path()).unwrap();
    let serving = serve(service, Listen::Tcp { addr, token });
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    until(async || releases(&serving.service).await >= 1).await;
    (world, serving, format!("{url}/v1/pipelines/cart/changes"))
}

#[tokio::test]
async fn a_forge_says_that_there_is_something_new() {
    let (world, serving, url) = waiting().await;
    let http = http::local(None).unwrap();
    let digest = signed(PUSH);
    let hub = format!("sha256={digest}");
    for (nth, headers) in (2..).zip([
        [
            ("x-hub-signature-256", hub.as_str()),
            ("x-github-event", "push"),
        ],
        [("x-gitlab-token", SECRET), ("x-gitlab-event", "Push Hook")],
        [("x-gitea-signature", &digest), ("x-gitea-event", "push")],
        [
            ("x-forgejo-signature", &digest),
            ("x-forgejo-event", "push"),
        ],
    ]) {
        world.push(&format!("change {nth}"));
        assert_eq!(sent(&http, &url, &headers, PUSH).await.as_u16(), 202);
        until(async || releases(&serving.service).await == nth).await;
    }
    serving.stop().await.stop().await;
}

/// A proven push to the main branch.
async fn pushed(http: &Client, url: &str) -> u16 {
    let digest = signed(PUSH);
    let headers = [("x-gitea-signature", &*digest), ("x-gitea-event", "push")];
    sent(http, url, &headers, PUSH).await.as_u16()
}

#[tokio::test]
async fn a_second_source_believes_notices_too() {
    let mut world = World::new(&["cart"]);
    world.wait_for_notices(SECRET);
    world.also("config", "first of the configuration");
    let (world, serving, url) = served(world).await;
    let http = http::local(None).unwrap();
    // The other source is seen at first, too, and may cut a release of its own.
    let cart = PipelineName::parse("cart").unwrap();
    until(async || {
        let shown = serving.service.pipeline(&cart).await.unwrap().pipeline;
        shown.also.values().all(|also| also.head.is_some())
    })
    .await;
    let before = releases(&serving.service).await;
    world.push_to("config", "second of the configuration");
    assert_eq!(pushed(&http, &url).await, 202);
    until(async || releases(&serving.service).await > before).await;
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn who_waits_for_no_notices_believes_none() {
    let (_world, serving, url) = served(World::new(&["cart"])).await;
    let http = http::local(None).unwrap();
    assert_eq!(pushed(&http, &url).await, 401);
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_flood_of_notices_is_a_look_a_second() {
    let (world, serving, url) = waiting().await;
    let http = http::local(None).unwrap();
    let clock = Stopwatch::start();
    for nth in 0..30 {
        world.push(&format!("change {nth}"));
        for _ in 0..10 {
            assert_eq!(pushed(&http, &url).await, 202);
        }
    }
    let newest = async || {
        let cart = PipelineName::parse("cart").unwrap();
        let shown = serving.service.pipeline(&cart).await.unwrap().pipeline;
        let newest = shown.releases.newest().unwrap().changes.last().cloned();
        newest.unwrap().title
    };
    until(async || newest().await == "change 29").await;
    // The first release was there before; each look finds one at most.
    let looks = usize::try_from(clock.elapsed().0 / 1_000 + 2).unwrap();
    let found = releases(&serving.service).await - 1;
    assert!(found <= looks, "{found} releases in {looks} looks");
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn a_page_in_a_browser_cannot_send_a_notice() {
    let (_world, serving, url) = waiting().await;
    let http = http::local(None).unwrap();
    let digest = signed(PUSH);
    for foreign in [
        ("host", "evil.example"),
        ("origin", "https://evil.example"),
        ("origin", "null"),
    ] {
        let headers = [
            ("x-gitea-signature", &*digest),
            ("x-gitea-event", "push"),
            foreign,
        ];
        let status = sent(&http, &url, &headers, PUSH).await;
        assert_eq!(status.as_u16(), 403, "{foreign:?}");
    }
    serving.stop().await.stop().await;
}

#[tokio::test]
async fn what_is_not_proven_or_no_news_wakes_nobody() {
    let (world, serving, url) = waiting().await;
    let http = http::local(None).unwrap();
    let digest = signed(PUSH);
    let hub = format!("sha256={digest}");
    let elsewhere = r#"{"ref":"refs/heads/other"}"#;
    let (hub_elsewhere, huge) = (
        format!("sha256={}", signed(elsewhere)),
        "x".repeat(2_000_000),
    );
    let github = |proof| [("x-hub-signature-256", proof), ("x-github-event", "push")];
    let ping = [
        ("x-hub-signature-256", hub.as_str()),
        ("x-github-event", "ping"),
    ];
    world.push("not to be seen yet");
    for (headers, body, expected) in [
        (&github("sha256=00")[..], PUSH, 401),
        (&github(&hub[..hub.len() - 1])[..], PUSH, 401),
        (&github(&digest)[..], PUSH, 401),
        (&github(&hub)[..], elsewhere, 401),
        (
            &[
                ("x-gitlab-token", "guessed"),
                ("x-gitlab-event", "Push Hook"),
            ][..],
            PUSH,
            401,
        ),
        (&[("x-github-event", "push")][..], PUSH, 401),
        (&github(&hub)[..], &huge, 413),
        // Proven, and no news of this branch.
        (&github(&hub_elsewhere)[..], elsewhere, 202),
        (&ping[..], PUSH, 202),
    ] {
        let status = sent(&http, &url, headers, body).await;
        assert_eq!(status.as_u16(), expected, "{headers:?}");
    }
    let nobodys = url.replace("cart", "nobodys");
    assert_eq!(
        sent(&http, &nobodys, &github(&hub), PUSH).await.as_u16(),
        401
    );
    // Longer than the least pause: whoever had been woken would have looked.
    tokio::time::sleep(std::time::Duration::from_millis(1_500)).await;
    assert_eq!(
        releases(&serving.service).await,
        1,
        "something that proves nothing woke somebody"
    );
    serving.stop().await.stop().await;
}
