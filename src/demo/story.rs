//! What happens in the demo, as a script without chance: good changes that flow, one that waits for
//! a person, one that only real users show to be bad, a fix behind a closed window. It pushes commits
//! and watches; everything else the pipelines do by themselves.

use crate::{
    clock::{self, Stopwatch},
    demo::{
        DemoError,
        content::{ANA, COMPACT_INDEX, FATIMA, FULL_INDEX, KENJI, OSKAR, Person, Repositories},
        lookout::{Lookout, Over, View, first_wave},
        repository::{Draft, File, Repository},
    },
    model::{AttemptState, Blocker, BlockerKind, ReleaseId, Sha, StageName},
};
use std::{io::Write, time::Duration};

/// How long the small changes wait for a bad one to be rolled back.
const PATIENCE: Duration = Duration::from_secs(120);

/// Where the lines of the story go.
#[derive(Debug, Clone, Copy)]
pub(super) enum Audience {
    /// A screen shows what happens; lines would spoil it.
    Screen,
    /// Somebody reads standard error, with how long it has been.
    Reader(Stopwatch),
}

/// How long people in the story take.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// Before the bad change, and from its rollback to the author's revert.
    pub(super) think: Duration,
    /// Between the small changes after the story; none when it ends there.
    pub(super) between: Option<Duration>,
}

#[derive(Debug)]
pub(super) struct Story {
    pub(super) repositories: Repositories,
    pub(super) lookout: Lookout,
    pub(super) audience: Audience,
    pub(super) pace: Pace,
}

#[derive(Debug, thiserror::Error)]
pub(super) enum StoryError {
    #[error(transparent)]
    Commit(#[from] DemoError),
    #[error(transparent)]
    Over(#[from] Over),
}

/// Each pipeline and the number of releases that its story gives it.
pub(super) const CAST: [(&str, u32); 4] = [
    ("checkout", 2),
    ("checkout-config", 2),
    ("checkout-os", 2),
    ("search", 3),
];

/// Whether every story has come to its end, which is what is still missing otherwise.
pub(super) fn missing(view: &View) -> Vec<String> {
    let waiting = CAST
        .iter()
        .filter(|(name, releases)| !view.is_through(name, *releases));
    let said = waiting.map(|(name, releases)| {
        let newest = view
            .newest(name)
            .map_or("no release yet".to_owned(), |newest| {
                format!("{newest} is the newest")
            });
        format!("{name}: release {releases} or later through every stage; {newest}")
    });
    said.chain(view.trouble.clone()).collect()
}

impl Audience {
    pub(super) fn say(self, line: &str) {
        if let Audience::Reader(watch) = self {
            let seconds = watch.elapsed().0 / 1_000;
            // When nobody reads any more the story goes on.
            let _closed = writeln!(std::io::stderr(), "{seconds:>3}s {line}");
        }
    }
}

impl Story {
    /// Tells it; with a pace that goes on, until it is dropped.
    pub(super) async fn tell(&self) -> Result<(), StoryError> {
        tokio::try_join!(self.search(), self.checkout(), self.config(), self.os())?;
        let Some(between) = self.pace.between else {
            return Ok(());
        };
        for round in 0_u32.. {
            tokio::time::sleep(between).await;
            self.small_change(round).await?;
        }
        Ok(())
    }

    /// The change that every test likes, and that German shoppers do not.
    async fn search(&self) -> Result<(), StoryError> {
        self.first_wave_passed("search", ReleaseId(1)).await?;
        tokio::time::sleep(self.pace.think).await;
        self.bad_change().await
    }

    async fn bad_change(&self) -> Result<(), StoryError> {
        let repository = &self.repositories.search;
        let title = "Search a compact index in half the memory";
        let bad = self
            .push(
                repository,
                (OSKAR, FATIMA),
                title,
                ("src/search.routes", COMPACT_INDEX),
            )
            .await?;
        let rolled_back = |view: &View| {
            let attempt = view.pipeline("search").and_then(|pipeline| {
                let wave = first_wave(pipeline)?;
                let attempt = view.attempt("search", &wave)?;
                let release = pipeline.releases.get(attempt.release)?;
                let same = attempt.is_rollback() && release.sha == bad;
                same.then_some(attempt)
            });
            attempt.is_some_and(|a| matches!(a.state, AttemptState::RolledBack { .. }))
        };
        self.lookout.until(rolled_back).await?;
        self.audience
            .say("search: rolled back by its alarm, no hand was on it");
        tokio::time::sleep(self.pace.think).await;
        let draft = Draft {
            author: OSKAR,
            reviewer: KENJI,
            title: &format!("Revert \"{title}\""),
            body: format!("This reverts commit {bad}."),
            files: vec![file("src/search.routes", FULL_INDEX)],
        };
        let revert = repository.commit(&draft, clock::now()).await?;
        self.pushed(repository, &revert, draft.title);
        Ok(())
    }

    /// Two changes of two people: one release that a person has to approve at gamma.
    async fn checkout(&self) -> Result<(), StoryError> {
        let gamma = |view: &View| {
            let gamma = StageName::parse("gamma").ok();
            gamma.is_some_and(|gamma| view.has_passed("checkout", &gamma, ReleaseId(1)))
        };
        let asked = |view: &View| {
            let pipeline = view.pipeline("checkout");
            pipeline.is_some_and(|p| p.active().any(|attempt| attempt.asked().is_some()))
        };
        self.lookout.until(asked).await?;
        self.audience
            .say("checkout: r1 waits at gamma for a person");
        // Changes do not wait for the person; at the terminal they come after a while.
        if let Some(patience) = self.pace.between {
            let _approved_or_not = tokio::time::timeout(patience, self.lookout.until(gamma)).await;
        } else {
            self.lookout.until(gamma).await?;
        }
        let repository = &self.repositories.checkout;
        let pay = ("src/pay.routes", "route /pay 200 9\n");
        let cart = ("src/cart.routes", "route /cart 200 5\n");
        self.push(
            repository,
            (KENJI, ANA),
            "Ask the bank once per payment",
            pay,
        )
        .await?;
        self.push(repository, (FATIMA, KENJI), "Keep the cart in memory", cart)
            .await?;
        Ok(())
    }

    /// A change that flows from the commit to the last wave.
    async fn config(&self) -> Result<(), StoryError> {
        self.first_wave_passed("checkout-config", ReleaseId(1))
            .await?;
        let text = "delay 1ms\ncart_items_max 100\n";
        let repository = &self.repositories.checkout_config;
        let title = "Wait less for the tax service";
        self.push(
            repository,
            (KENJI, FATIMA),
            title,
            ("src/limits.conf", text),
        )
        .await?;
        Ok(())
    }

    /// A fix that comes to a closed window.
    async fn os(&self) -> Result<(), StoryError> {
        let waits = |view: &View| {
            let wave = view.pipeline("checkout-os").and_then(first_wave);
            let standing = wave.map(|wave| view.blockers("checkout-os", &wave));
            let closed = |b: &Blocker| b.kind == BlockerKind::Window;
            standing.is_some_and(|standing| standing.iter().any(closed))
        };
        self.lookout.until(waits).await?;
        self.audience
            .say("checkout-os: r1 waits for the maintenance window of wave-1");
        let text = "package kernel 6.1.119\npackage openssl 3.0.15\n";
        let repository = &self.repositories.checkout_os;
        let title = "Patch the kernel (CVE-2024-50264)";
        self.push(repository, (OSKAR, ANA), title, ("src/packages.list", text))
            .await?;
        Ok(())
    }

    /// What keeps the fleet moving once the story is told, and now and then a bad one again.
    async fn small_change(&self, round: u32) -> Result<(), StoryError> {
        let n = round + 1;
        let Repositories {
            checkout,
            checkout_config,
            search,
            ..
        } = &self.repositories;
        let (repository, people, title, path, text) = match round % 8 {
            7 => {
                let told = self.bad_change();
                // An operator may hold the pipeline: the other changes do not wait for that.
                return tokio::time::timeout(PATIENCE, told).await.unwrap_or(Ok(()));
            }
            1 | 5 => (
                search,
                (FATIMA, OSKAR),
                format!("Suggest from shard {}", 1 + n % 5),
                "src/suggest.routes",
                format!("route /suggest 200 {}\n", 2 + n % 5),
            ),
            3 => (
                checkout,
                (ANA, KENJI),
                format!("Show {} items of a cart at once", 10 + n % 7),
                "src/cart.routes",
                format!("route /cart 200 {}\n", 4 + n % 7),
            ),
            _ => (
                checkout_config,
                (KENJI, OSKAR),
                format!("Allow carts of {} items", 100 + n),
                "src/limits.conf",
                format!("delay 1ms\ncart_items_max {}\n", 100 + n),
            ),
        };
        self.push(repository, people, &title, (path, &text)).await?;
        Ok(())
    }

    async fn first_wave_passed(&self, name: &str, release: ReleaseId) -> Result<(), Over> {
        let passed = |view: &View| {
            let wave = view.pipeline(name).and_then(first_wave);
            wave.is_some_and(|wave| view.has_passed(name, &wave, release))
        };
        self.lookout.until(passed).await.map(|_view| ())
    }

    async fn push(
        &self,
        repository: &Repository,
        (author, reviewer): (Person, Person),
        title: &str,
        (path, text): (&str, &str),
    ) -> Result<Sha, StoryError> {
        let draft = Draft {
            author,
            reviewer,
            title,
            body: String::new(),
            files: vec![file(path, text)],
        };
        let sha = repository.commit(&draft, clock::now()).await?;
        self.pushed(repository, &sha, title);
        Ok(sha)
    }

    fn pushed(&self, repository: &Repository, sha: &Sha, title: &str) {
        let name = repository.name();
        self.audience
            .say(&format!("{name}: {} pushed: {title}", sha.short()));
    }
}

fn file<'a>(path: &'a str, text: &'a str) -> File<'a> {
    File {
        path,
        text,
        executable: false,
    }
}
