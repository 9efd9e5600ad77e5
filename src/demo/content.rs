//! What is in the demo's repositories: people, files and the history before the story begins. Only
//! texts; `repository` commits them and `story` adds to them.

use crate::{
    demo::{
        DemoError,
        place::Place,
        repository::{Draft, File, Repository},
    },
    model::{Span, Time},
};

#[derive(Debug, Clone, Copy)]
pub(super) struct Person {
    pub(super) name: &'static str,
    pub(super) email: &'static str,
}

pub(super) const ANA: Person = Person {
    name: "Ana Lima",
    email: "a.lima@shop.example",
};
pub(super) const KENJI: Person = Person {
    name: "Kenji Mori",
    email: "k.mori@shop.example",
};
pub(super) const FATIMA: Person = Person {
    name: "Fatima Noor",
    email: "f.noor@shop.example",
};
pub(super) const OSKAR: Person = Person {
    name: "Oskar Berg",
    email: "o.berg@shop.example",
};

const BUILD: &str = include_str!("../../assets/demo/repository/build");
const UNIT: &str = include_str!("../../assets/demo/repository/unit");
const STATIC_ANALYSIS: &str = include_str!("../../assets/demo/repository/static-analysis");

/// A file as it becomes, with the words of the commit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Edit {
    pub(super) author: Person,
    pub(super) reviewer: Person,
    pub(super) title: &'static str,
    pub(super) path: &'static str,
    pub(super) text: &'static str,
}

const fn edit(
    (author, reviewer): (Person, Person),
    title: &'static str,
    path: &'static str,
    text: &'static str,
) -> Edit {
    Edit {
        author,
        reviewer,
        title,
        path,
        text,
    }
}

/// A repository as it is when the story begins.
#[derive(Debug, Clone, Copy)]
struct Start {
    name: &'static str,
    contract: &'static str,
    history: &'static [Edit],
}

const CHECKOUT: Start = Start {
    name: "checkout",
    contract: "route / 200\nroute /cart 200\nroute /pay 200\n",
    history: &[
        edit(
            (ANA, KENJI),
            "Answer the front page",
            "src/home.routes",
            "route / 200 3\n",
        ),
        edit(
            (ANA, FATIMA),
            "Show the cart",
            "src/cart.routes",
            "route /cart 200 8\n",
        ),
        edit(
            (KENJI, ANA),
            "Take payments",
            "src/pay.routes",
            "route /pay 200 14\n",
        ),
        edit(
            (FATIMA, ANA),
            "Read the cart from the replica",
            "src/cart.routes",
            "route /cart 200 6\n",
        ),
        edit(
            (KENJI, FATIMA),
            "Reuse the connection to the bank",
            "src/pay.routes",
            "route /pay 200 11\n",
        ),
    ],
};

const CHECKOUT_CONFIG: Start = Start {
    name: "checkout-config",
    contract: "delay \ncurrency \n",
    history: &[
        edit(
            (KENJI, ANA),
            "Start with the limits of the old system",
            "src/limits.conf",
            "delay 3ms\ncart_items_max 50\n",
        ),
        edit(
            (ANA, OSKAR),
            "Sell in euros and yen",
            "src/currencies.conf",
            "currency EUR\ncurrency JPY\n",
        ),
        edit(
            (KENJI, OSKAR),
            "Allow carts of a hundred items",
            "src/limits.conf",
            "delay 2ms\ncart_items_max 100\n",
        ),
    ],
};

const CHECKOUT_OS: Start = Start {
    name: "checkout-os",
    contract: "package openssl \npackage kernel \n",
    history: &[
        edit(
            (OSKAR, KENJI),
            "Start from the base image",
            "src/packages.list",
            "package kernel 6.1.112\npackage openssl 3.0.14\n",
        ),
        edit(
            (OSKAR, ANA),
            "Patch openssl (CVE-2024-6119)",
            "src/packages.list",
            "package kernel 6.1.112\npackage openssl 3.0.15\n",
        ),
    ],
};

/// The index that the whole service answers from: what the bad change makes smaller.
pub(super) const FULL_INDEX: &str = "route /search 200 9\n";
/// Half the memory, twice as fast, and no letters but those of English.
pub(super) const COMPACT_INDEX: &str = "route /search 200 4 charset=ascii\n";

const SEARCH: Start = Start {
    name: "search",
    contract: "route / 200\nroute /search 200\nroute /suggest 200\n",
    history: &[
        edit(
            (FATIMA, OSKAR),
            "Answer the front page",
            "src/home.routes",
            "route / 200 2\n",
        ),
        edit(
            (FATIMA, KENJI),
            "Search the catalogue",
            "src/search.routes",
            FULL_INDEX,
        ),
        edit(
            (OSKAR, FATIMA),
            "Suggest while typing",
            "src/suggest.routes",
            "route /suggest 200 5\n",
        ),
        edit(
            (FATIMA, OSKAR),
            "Suggest from memory",
            "src/suggest.routes",
            "route /suggest 200 3\n",
        ),
    ],
};

/// The repositories of the demo, one for each pipeline.
#[derive(Debug, Clone)]
pub(super) struct Repositories {
    pub(super) checkout: Repository,
    pub(super) checkout_config: Repository,
    pub(super) checkout_os: Repository,
    pub(super) search: Repository,
}

/// Makes all of them, with histories that end before `now`.
pub(super) async fn create(place: &Place, now: Time) -> Result<Repositories, DemoError> {
    let (checkout, checkout_config, checkout_os, search) = tokio::try_join!(
        start(place, now, CHECKOUT),
        start(place, now, CHECKOUT_CONFIG),
        start(place, now, CHECKOUT_OS),
        start(place, now, SEARCH),
    )?;
    Ok(Repositories {
        checkout,
        checkout_config,
        checkout_os,
        search,
    })
}

async fn start(place: &Place, now: Time, start: Start) -> Result<Repository, DemoError> {
    let repository = Repository::create(place.repositories().join(start.name)).await?;
    for (n, change) in start.history.iter().enumerate() {
        let mut draft = change.draft();
        if n == 0 {
            draft.files.extend(common(start.contract));
        }
        // A few hours between two changes, the last of them this morning.
        let hours = 5 * u64::try_from(start.history.len() - n).unwrap_or(1);
        let back = i64::try_from(Span::hours(hours).0).unwrap_or(0);
        repository.commit(&draft, Time(now.0 - back)).await?;
    }
    Ok(repository)
}

/// The files that every repository has: the build and its checks.
fn common(contract: &'static str) -> [File<'static>; 4] {
    let file = |path, text, executable| File {
        path,
        text,
        executable,
    };
    [
        file("build", BUILD, true),
        file("tests/unit", UNIT, true),
        file("tests/static-analysis", STATIC_ANALYSIS, true),
        file("tests/contract", contract, false),
    ]
}

impl Edit {
    pub(super) fn draft(&self) -> Draft<'static> {
        Draft {
            author: self.author,
            reviewer: self.reviewer,
            title: self.title,
            body: String::new(),
            files: vec![File {
                path: self.path,
                text: self.text,
                executable: false,
            }],
        }
    }
}
