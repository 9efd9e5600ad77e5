//! Push notices of forges over the real server: a change is seen at once although the next look is an
//! hour away, and nothing that is not proven is believed.

use super::{World, until};
use crate::serving::{Serving, serve};
use hmac::{Hmac, KeyInit, Mac};
use pilothouse::{
    client::Address,
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
    let service = world.start().await;
    let addr = "127.0.0.1:0".parse().unwrap();
    let token = token::open(world.directory.path()).unwrap();
    let serving = serve(service, Listen::Tcp { addr, token });
    let Address::Tcp { url, .. } = serving.address.clone() else {
        panic!("this is TCP");
    };
    until(async || releases(&serving.service).await == 1).await;
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
