//! How long the engine takes: `cargo bench`. Each figure stands beside a baseline measured in the
//! same run, so that what is quoted is a ratio and not a machine.

#![expect(
    clippy::unwrap_used,
    reason = "a bench that cannot go on should stop where it is"
)]
#![expect(
    clippy::print_stdout,
    reason = "the first start happens once, so no statistics are made of it"
)]
#![expect(
    clippy::wildcard_imports,
    reason = "what is measured speaks in the whole vocabulary"
)]

#[path = "settled.rs"]
#[expect(dead_code, reason = "other benches use more of it")]
mod settled;
#[path = "../it/taken.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod taken;
#[path = "../it/world.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod world;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use pilothouse::{
    clock::Stopwatch,
    definition::Loaded,
    engine::{self, Input},
    journal::{Commit, Journal, Sqlite},
    model::*,
    service::{Service, Setup},
};
use settled::{grown, push, settle};
use std::{collections::BTreeMap, fs, hint::black_box, path::Path, time::Duration};
use tokio::runtime::Runtime;
use world::{World, success};

const TARGETS: usize = 10_000;
const FACTS: usize = 1_000_000;
/// As many streams as a middling organization has pipelines.
const STREAMS: usize = 50;

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = event, recovery, rollback, forecast
}
criterion_main!(benches);

/// One event: a step's end comes in, what follows is decided and folded. Beside it, writing the
/// same facts as JSON, which the journal has to do in any case.
fn event(criterion: &mut Criterion) {
    let mut world = grown(20);
    push(&mut world);
    let owed = world.pipeline.steps.values().next().unwrap().clone();
    let input = Input::Outcome(Outcome::Step {
        id: owed.id.clone(),
        result: success(&owed.effect),
    });
    let facts = decide(&world, input.clone());
    criterion.bench_function("event/decide and apply", |bench| {
        bench.iter_batched(
            || world.pipeline.clone(),
            |mut pipeline| {
                for fact in decide(&world, input.clone()) {
                    pipeline.fold(world.now, &fact).unwrap();
                }
                pipeline
            },
            BatchSize::SmallInput,
        );
    });
    criterion.bench_function("event/baseline: its facts as JSON", |bench| {
        bench.iter(|| serde_json::to_string(black_box(&facts)).unwrap());
    });
}

/// A million facts read from the file and folded. Beside it, reading them without the fold.
fn recovery(criterion: &mut Criterion) {
    let directory = tempfile::tempdir().unwrap();
    let journal = written(directory.path());
    let mut group = criterion.benchmark_group("recovery of 1,000,000 facts");
    group
        .sample_size(10)
        .measurement_time(Duration::from_secs(60));
    group.bench_function("read and fold", |bench| {
        bench.iter(|| {
            let mut pipelines = BTreeMap::new();
            each(&journal, |entry| {
                let Stream::Pipeline(name) = &entry.stream else {
                    return;
                };
                let new = || Pipeline::new(name.clone());
                let pipeline = pipelines.entry(name.clone()).or_insert_with(new);
                pipeline.apply(entry).unwrap();
            });
            pipelines
        });
    });
    group.bench_function("baseline: read", |bench| {
        bench.iter(|| each(&journal, |entry| drop(black_box(entry.clone()))));
    });
    drop(journal);
    let runtime = Runtime::new().unwrap();
    let start = || {
        runtime.block_on(async {
            let watch = Stopwatch::start();
            let service = Service::start(nothing(directory.path())).await.unwrap();
            let took = watch.elapsed();
            service.stop().await;
            took.std()
        })
    };
    println!("start of a server without a snapshot: {:?}", start());
    // That start has made one, beside everything else.
    let folder = directory.path().join("snapshots");
    let is_whole = |file: fs::DirEntry| file.file_name().to_string_lossy().ends_with(".json");
    while !fs::read_dir(&folder).is_ok_and(|all| all.flatten().any(is_whole)) {
        start();
    }
    group.bench_function("start a server from a snapshot", |bench| {
        bench.iter_custom(|times| (0..times).map(|_| start()).sum());
    });
    group.finish();
}

/// A server of no pipeline: those of the journal rest.
fn nothing(state: &Path) -> Setup {
    let loaded = Loaded {
        drain: Span::ZERO,
        today: Time(0),
        directory: state.to_owned(),
        texts: BTreeMap::new(),
        definitions: Vec::new(),
        groups: BTreeMap::new(),
        rotas: BTreeMap::new(),
        routes: Vec::new(),
        access: Vec::new(),
        warnings: Vec::new(),
    };
    Setup {
        loaded,
        state: state.to_owned(),
        program: env!("CARGO_BIN_EXE_pilothouse").into(),
        confinement: pilothouse::executor::Confinement::default(),
    }
}

/// The plan of a rollback over ten thousand targets. Beside it, copying that pipeline's state.
fn rollback(criterion: &mut Criterion) {
    let world = wide();
    let command = Command::Rollback {
        scope: RollbackScope::Stage(wave()),
        release: ReleaseId(2),
        reason: String::new(),
    };
    let by = Actor::parse("ana").unwrap();
    let mut group = criterion.benchmark_group("rollback over 10,000 targets");
    group.sample_size(10);
    group.bench_function("plan", |bench| {
        bench.iter(|| engine::plan(&world.pipeline, &world.org, world.now, &by, &command).unwrap());
    });
    group.bench_function("baseline: copy the state", |bench| {
        bench.iter(|| black_box(&world.pipeline.targets).clone());
    });
    group.finish();
}

/// What is expected of a release from its commit to the last wave. Beside it, one decision.
fn forecast(criterion: &mut Criterion) {
    let mut world = grown(20);
    push(&mut world);
    criterion.bench_function("forecast/from commit to last wave", |bench| {
        bench.iter(|| engine::forecast(&world.pipeline, &world.org, world.now));
    });
    criterion.bench_function("forecast/baseline: one decision", |bench| {
        bench.iter(|| decide(&world, Input::Tick));
    });
}

fn decide(world: &World, input: Input) -> Vec<Fact> {
    engine::decide(&world.pipeline, &world.org, world.now, input).unwrap()
}

fn wave() -> StageName {
    StageName::parse("wave-1").unwrap()
}

/// A pipeline whose wave-1 has ten thousand targets, all at r2 after r1. Two releases went through
/// it while it was small; the targets that came since are given the state of one that took part.
fn wide() -> World {
    let mut world = grown(2);
    let mut definition = world.pipeline.definition.as_deref().unwrap().clone();
    let stage = definition
        .stages
        .iter_mut()
        .find(|s| s.name == wave())
        .unwrap();
    let part = stage.regions[0].zones[0].targets[0].clone();
    let target = |n| TargetName::parse(&format!("host-{n}")).unwrap();
    let added: Vec<TargetName> = (0..TARGETS).map(target).collect();
    stage.regions[0].zones[0].targets.clone_from(&added);
    world.input(Input::Define(Box::new(definition))).unwrap();
    let state = world.pipeline.targets[&part].as_ref().clone();
    world
        .pipeline
        .targets
        .extend(added.into_iter().map(|name| (name, state.clone().into())));
    world
}

/// A journal of a million facts: the same history in every stream.
fn written(directory: &std::path::Path) -> Sqlite {
    let mut journal = Sqlite::open(directory).unwrap();
    let per_stream = FACTS / STREAMS;
    let mut world = World::new();
    while world.entries.len() < per_stream {
        push(&mut world);
        settle(&mut world);
    }
    let entries = &world.entries[..per_stream];
    for n in 0..STREAMS {
        let name = PipelineName::parse(&format!("checkout-{n}")).unwrap();
        let mut expect = Revision(0);
        for entries in entries.chunks(1_000) {
            let commit = Commit {
                stream: Stream::Pipeline(name.clone()),
                expect,
                at: entries[0].at,
                facts: entries.iter().map(|entry| entry.fact.clone()).collect(),
                request: None,
            };
            expect = Revision(expect.0 + entries.len() as u64);
            let committed = journal.commit(&[commit]).unwrap();
            assert!(committed.iter().all(Result::is_ok));
        }
    }
    journal
}

fn each(journal: &Sqlite, mut take: impl FnMut(&Entry)) {
    let mut after = 0;
    loop {
        let page = journal.history(after, 1_000).unwrap();
        let Some(last) = page.last() else { return };
        after = last.seq;
        page.iter().for_each(&mut take);
    }
}
