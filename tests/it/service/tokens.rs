//! Tokens and the journal: whatever breaks off between the two, no token works that the journal does
//! not name, and none stands there that is not good.

use super::world::{World, actor};
use pilothouse::{
    api::TokenRequest,
    model::{Fact, Grant, Revision, Role, TokenName},
    service::{Service, TokenError},
};
use std::{collections::BTreeSet, fs};

fn asked(name: &str) -> TokenRequest {
    TokenRequest {
        name: TokenName::parse(name).unwrap(),
        actor: None,
        grant: Grant {
            role: Role::Operator,
            teams: BTreeSet::new(),
        },
        lasts: None,
    }
}

/// What the journal says of tokens, in words, each with who did it.
async fn told(service: &Service) -> Vec<String> {
    let page = service.organization_events(Revision(0), 1_000).await;
    let entries = page.unwrap().entries.into_iter();
    let of_tokens = entries.filter(|entry| {
        matches!(
            entry.fact,
            Fact::TokenMade { .. } | Fact::TokenRevoked { .. }
        )
    });
    let words = of_tokens.map(|entry| {
        let told = entry.fact.told();
        format!("{} ({})", told.what, told.who.unwrap_or_default())
    });
    words.collect()
}

const MADE: &str = "ci made: operator as ci without an end (ana)";

#[tokio::test]
async fn a_token_that_cannot_be_kept_does_not_stand_in_the_journal() {
    let world = World::new(&["a"]);
    let service = world.start().await;
    // Where the file is exchanged, a folder is in the way.
    let file = world.setup().state.join("tokens.json");
    let way = file.with_extension("json.new");
    fs::create_dir(&way).unwrap();
    let failed = service.make_token(asked("ci"), actor("ana")).await;
    let why = failed.unwrap_err();
    assert!(matches!(why, TokenError::NotKept { .. }), "{why}");
    assert_eq!(told(&service).await, [MADE, "ci is gone ()"]);
    assert!(service.tokens().is_empty());

    fs::remove_dir(&way).unwrap();
    let made = service.make_token(asked("ci"), actor("ana")).await.unwrap();
    assert!(service.token(&made.secret).is_some());
    fs::create_dir(&way).unwrap();
    let ci = TokenName::parse("ci").unwrap();
    let failed = service.revoke_token(&ci, actor("li")).await;
    assert!(matches!(failed, Err(TokenError::NotKept { .. })));
    assert!(service.token(&made.secret).is_some(), "nothing was changed");
    fs::remove_dir(&way).unwrap();
    for by in ["li", "ana"] {
        service.revoke_token(&ci, actor(by)).await.unwrap();
    }
    assert!(service.token(&made.secret).is_none());
    let all = [MADE, "ci is gone ()", MADE, "ci revoked (li)"];
    assert_eq!(told(&service).await, all);
    service.stop().await;
}

/// As after an upgrade, a restored journal, or an end between the two.
#[tokio::test]
async fn a_start_tells_what_the_journal_does_not_know_yet() {
    let world = World::new(&["a"]);
    let other = World::new(&["a"]);
    let service = other.start().await;
    let made = service.make_token(asked("ci"), actor("ana")).await.unwrap();
    service.stop().await;
    let file = |world: &World| world.setup().state.join("tokens.json");
    fs::create_dir(world.setup().state).unwrap();
    let good = file(&world);
    fs::copy(file(&other), &good).unwrap();

    let service = world.start().await;
    assert!(service.token(&made.secret).is_some());
    assert_eq!(told(&service).await, [MADE]);
    service.stop().await;
    let service = world.start().await;
    assert_eq!(told(&service).await, [MADE], "it is told once");
    service.stop().await;

    let text = fs::read_to_string(&good).unwrap();
    let more = text.replace("\"operator\"", "\"admin\"");
    fs::write(&good, more).unwrap();
    let service = world.start().await;
    let admin = "ci made: admin as ci without an end (ana)";
    assert_eq!(told(&service).await, [MADE, admin]);
    service.stop().await;

    fs::remove_file(&good).unwrap();
    let service = world.start().await;
    assert_eq!(told(&service).await, [MADE, admin, "ci is gone ()"]);
    service.stop().await;
}
