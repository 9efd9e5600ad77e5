//! Definitions that change while the service runs: taken over as a whole or not at all, and nothing
//! in flight is lost.

use super::world::{World, actor, until};
use pilothouse::{
    api::DefinitionsPlan,
    definition,
    model::{
        AlarmName, Fact, GateProgress, GateState, GroupName, Pipeline, PipelineName,
        RedefinitionKind, Revision, StageName, Stream,
    },
    service::{ReloadError, Service, Setup},
};
use std::{collections::BTreeSet, fs, path::PathBuf, time::Duration};
use tokio::{
    net::TcpListener,
    time::{sleep, timeout},
};

const PATIENCE: Duration = Duration::from_secs(20);

const BASE: &str = r#"
name = "base"
abstract = true
service = "shop"
owner = "team"
watch = { every = "100ms" }
[source]
repository = "REPOSITORY"
poll = "POLL"
[build]
run = "cp content artifact"
artifact = "artifact"
[[stage]]
name = "gamma"
phase = "test"
deploy = { run = "true" }
approval = [{ manual = "release", from = "oncall" }]
"#;

const GROUPS: &str = "[groups]\noncall = [\"ana\"]\n";

/// A world whose definitions are files.
struct Files {
    world: World,
    folder: PathBuf,
}

impl Files {
    fn new() -> Self {
        let world = World::new(&[]);
        let folder = world.directory.path().join("definitions");
        fs::create_dir(&folder).unwrap();
        let files = Self { world, folder };
        files.base("100ms", "");
        files.child("web");
        files.child("cart");
        files.write("organization.toml", GROUPS);
        files
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.join(name), text).unwrap();
    }

    fn base(&self, poll: &str, more: &str) {
        let repository = self.world.directory.path().join("repository");
        let text = BASE.replace("REPOSITORY", repository.to_str().unwrap());
        let text = text.replace("POLL", poll);
        self.write("base.toml", &format!("{text}{more}"));
    }

    fn child(&self, name: &str) {
        let region =
            format!("{{ name = \"eu\", time_zone = \"UTC\", zones = {{ a = [\"{name}-1\"] }} }}");
        let stage = format!("[[stage]]\nname = \"gamma\"\nregions = [{region}]\n");
        let text = format!("name = \"{name}\"\nextends = \"base\"\n{stage}");
        self.write(&format!("{name}.toml"), &text);
    }

    async fn start(&self) -> Service {
        let loaded = definition::load(&self.folder, pilothouse::clock::now()).unwrap();
        let state = self.world.directory.path().join("state");
        Service::start(Setup {
            loaded,
            state,
            program: crate::program(),
            confinement: pilothouse::executor::Confinement::default(),
        })
        .await
        .unwrap()
    }
}

fn name(text: &str) -> PipelineName {
    PipelineName::parse(text).unwrap()
}

async fn pipeline(service: &Service, text: &str) -> Pipeline {
    service.pipeline(&name(text)).await.unwrap().pipeline
}

/// Waits until the first release of a pipeline waits for its approval.
async fn asks(service: &Service, text: &str) {
    let asked = |gate: &GateProgress| matches!(gate.state, GateState::Asked { .. });
    until(async || {
        let pipeline = pipeline(service, text).await;
        let mut gates = pipeline.active().flat_map(|attempt| &attempt.gates);
        gates.any(asked)
    })
    .await;
}

fn kinds(plan: &DefinitionsPlan) -> Vec<(&str, RedefinitionKind)> {
    let changes = plan.pipelines.iter().map(|each| &each.change);
    changes
        .map(|each| (each.pipeline.as_str(), each.change))
        .collect()
}

#[tokio::test]
async fn what_changed_is_taken_over_and_what_is_in_flight_stays() {
    let files = Files::new();
    let service = files.start().await;
    asks(&service, "web").await;
    asks(&service, "cart").await;
    let before = pipeline(&service, "web").await;

    let stage = "[[stage]]\nname = \"wave-1\"\nphase = \"production\"\ndeploy = { run = \"true\" }\n\
                 regions = [{ name = \"eu\", time_zone = \"UTC\", zones = { a = [\"h1\"] } }]\n";
    files.base("100ms", stage);
    files.child("search");
    fs::remove_file(files.folder.join("cart.toml")).unwrap();
    files.write(
        "organization.toml",
        "[groups]\noncall = [\"ana\", \"li\"]\n",
    );

    let plan = service.plan_definitions(None).await.unwrap();
    let expected = [
        ("cart", RedefinitionKind::Gone),
        ("search", RedefinitionKind::New),
        ("web", RedefinitionKind::Changed),
    ];
    assert_eq!(kinds(&plan), expected);
    let flying = &plan.pipelines[2].in_flight;
    assert_eq!(flying.len(), 1);
    assert_eq!(flying[0].stage, StageName::parse("gamma").unwrap());
    let paths = plan.pipelines[2].change.differences.iter();
    assert!(
        paths.clone().any(|each| each.path == "stage.wave-1.name"),
        "{paths:?}"
    );
    assert_eq!(plan.organization.len(), 1);
    assert_eq!(
        pipeline(&service, "web").await,
        before,
        "a plan changes nothing"
    );

    let done = service
        .reload(Some(actor("ana")), Some(plan.digest.clone()))
        .await
        .unwrap();
    assert_eq!(done, plan);
    let after = pipeline(&service, "web").await;
    let digest = |pipeline: &Pipeline| pipeline.definition.as_ref().unwrap().digest.clone();
    assert_ne!(digest(&after), digest(&before));
    assert_eq!(after.definition.as_ref().unwrap().stages.len(), 2);
    let attempt = |pipeline: &Pipeline| pipeline.active().next().unwrap().clone();
    assert_eq!(attempt(&after), attempt(&before), "what is in flight stays");
    assert_eq!(attempt(&after).definition, digest(&before));

    // The new one runs, the one that is gone goes on, the group has grown, and all of it is told.
    asks(&service, "search").await;
    assert!(pipeline(&service, "cart").await.active().next().is_some());
    let org = service.fleet(&actor("ana")).org;
    let oncall = GroupName::parse("oncall").unwrap();
    assert_eq!(org.groups[&oncall].len(), 2);
    let nothing = service.plan_definitions(None).await.unwrap();
    assert!(
        nothing.pipelines.is_empty() && nothing.organization.is_empty(),
        "{nothing:?}"
    );

    service.stop().await;
    let service = files.start().await;
    assert_eq!(attempt(&pipeline(&service, "web").await), attempt(&before));
    assert!(
        service.pipeline(&name("cart")).await.is_none(),
        "it rests now"
    );

    // Its file comes back: it goes on where it was.
    files.child("cart");
    service.reload(None, None).await.unwrap();
    let cart = pipeline(&service, "cart").await;
    assert!(cart.active().next().is_some() && cart.revision > Revision(3));
    service.stop().await;
}

#[tokio::test]
async fn anything_wrong_changes_nothing() {
    let files = Files::new();
    let service = files.start().await;
    asks(&service, "web").await;
    let plan = service.plan_definitions(None).await.unwrap();

    files.base("5s", "");
    files.write(
        "cart.toml",
        "name = \"cart\"\nextends = \"bass\"\nowner = 5\n",
    );
    let before = pipeline(&service, "web").await.definition;
    let wrong = service.reload(None, None).await.unwrap_err();
    let ReloadError::Problems(problems) = &wrong else {
        panic!("{wrong}");
    };
    assert_eq!(problems.0.len(), 2, "{problems}");
    assert!(matches!(
        service.plan_definitions(None).await,
        Err(ReloadError::Problems(_))
    ));
    assert_eq!(pipeline(&service, "web").await.definition, before);

    files.child("cart");
    let changed = service.reload(None, Some(plan.digest)).await.unwrap_err();
    assert!(matches!(changed, ReloadError::Changed { .. }), "{changed}");
    assert_eq!(pipeline(&service, "web").await.definition, before);

    // From now on only admins may; a signal is the machine's.
    files.write("organization.toml", &format!("{GROUPS}admins = [\"li\"]\n"));
    service.reload(Some(actor("ana")), None).await.unwrap();
    let refused = service.reload(Some(actor("ana")), None).await.unwrap_err();
    assert_eq!(
        refused.to_string(),
        "ana may not reload definitions; the group admins may: li"
    );
    service.reload(Some(actor("li")), None).await.unwrap();
    service.reload(None, None).await.unwrap();
    service.stop().await;
}

#[tokio::test]
async fn alarms_and_the_branch_are_watched_as_the_new_definition_says() {
    let files = Files::new();
    files.base("1h", "");
    let service = files.start().await;
    asks(&service, "web").await;
    files.world.push("second");

    let target = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = target.local_addr().unwrap().port();
    let alarm = format!(
        "[[alarm]]\nname = \"faults\"\n\
         scrape = {{ url = \"http://127.0.0.1:{port}/metrics\", window = \"1s\", above = \"5%\", \
         ratio = {{ of = \"a\", to = \"b\" }} }}\n"
    );
    files.base("100ms", &alarm);
    service.reload(None, None).await.unwrap();
    let faults = AlarmName::parse("faults").unwrap();
    let web = pipeline(&service, "web").await;
    assert_eq!(
        web.alarms[&faults].why,
        "not read since its definition changed"
    );
    timeout(PATIENCE, target.accept()).await.unwrap().unwrap();
    until(async || pipeline(&service, "web").await.releases.0.len() == 2).await;

    files.base("1h", "");
    service.reload(None, None).await.unwrap();
    let web = pipeline(&service, "web").await;
    assert!(web.definition.unwrap().alarms.is_empty());
    // Whoever begins to look at a branch looks once at the start.
    sleep(Duration::from_secs(2)).await;
    files.world.push("third");
    sleep(Duration::from_millis(500)).await;
    let releases = pipeline(&service, "web").await.releases.0.len();
    assert_eq!(releases, 2, "nobody looks for an hour");
    service.stop().await;
}

#[tokio::test]
async fn who_reloaded_is_in_the_audit() {
    use futures_util::StreamExt;
    let files = Files::new();
    let service = files.start().await;
    let stream = service.subscribe(None, BTreeSet::new());
    let mut stream = Box::pin(stream);
    files.base("200ms", "");
    service.reload(Some(actor("li")), None).await.unwrap();
    let told = loop {
        let news = stream.next().await.unwrap();
        if let pilothouse::api::StreamEvent::Entry(entry) = &news.event
            && entry.stream == Stream::Organization
        {
            break entry.fact.clone();
        }
    };
    let expected = Fact::Reloaded {
        by: Some(actor("li")),
        pipelines: vec![name("cart"), name("web")],
        gone: Vec::new(),
    };
    assert_eq!(told, expected);
    assert_eq!(
        told.told().what,
        "definitions read again: 2 changed, 0 gone"
    );
    assert_eq!(told.told().who.as_deref(), Some("li"));
    service.stop().await;
}
