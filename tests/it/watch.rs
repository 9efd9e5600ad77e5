//! Alarms read from real HTTP servers on this machine, well and badly behaved ones.

mod anomalies;
mod faults;
pub(crate) mod real;
mod sources;

use axum::{Router, extract::State, http::HeaderMap, response::IntoResponse};
use pilothouse::{
    http,
    model::*,
    watch::{Inboxes, Sights, Watch},
};
use std::{
    net::SocketAddr,
    sync::{Arc, Mutex},
    time::Duration,
};
use tokio::net::TcpListener;

/// A server with one page under every path, which a test rewrites.
#[derive(Clone, Default)]
struct Metrics(Arc<Mutex<Answer>>);

#[derive(Clone, Default)]
struct Answer {
    status: u16,
    body: Vec<u8>,
    asked: usize,
    /// The login of the last request.
    login: Option<String>,
}

impl Metrics {
    async fn start() -> (Self, String) {
        let metrics = Self::default();
        let router = Router::new().fallback(answer).with_state(metrics.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { axum::serve(listener, router).await });
        (metrics, url(address))
    }

    fn say(&self, status: u16, body: impl Into<Vec<u8>>) {
        let mut answer = self.0.lock().unwrap();
        (answer.status, answer.body) = (status, body.into());
    }

    /// Requests answered well and badly, as a page of two series and some others.
    fn count(&self, good: u64, bad: u64) {
        self.say(
            200,
            format!(
                "# TYPE requests counter\nrequests{{code=\"200\"}} {good}\nrequests{{code=\"500\"}} {bad}\nload 0.5\n"
            ),
        );
    }

    fn asked(&self) -> usize {
        self.0.lock().unwrap().asked
    }

    /// The login of the last request, which is then forgotten.
    fn login(&self) -> Option<String> {
        self.0.lock().unwrap().login.take()
    }
}

async fn answer(State(metrics): State<Metrics>, headers: HeaderMap) -> impl IntoResponse {
    let mut answer = metrics.0.lock().unwrap();
    answer.asked += 1;
    let login = headers.get("authorization");
    answer.login = login.map(|login| login.to_str().unwrap().to_owned());
    let status = axum::http::StatusCode::from_u16(answer.status).unwrap();
    let elsewhere = [("location", "http://127.0.0.1:1/")];
    (status, elsewhere, answer.body.clone())
}

fn url(address: SocketAddr) -> String {
    format!("http://{address}/metrics")
}

fn server(url: &str) -> Server {
    Server {
        url: url.to_owned(),
        login: None,
    }
}

fn alarm(url: &str) -> Alarm {
    let series = |labels: &[(&str, &str)]| Series {
        metric: "requests".to_owned(),
        labels: labels
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect(),
    };
    alarm_on(AlarmSource::Scrape(Scrape {
        server: server(url),
        numerator: series(&[("code", "500")]),
        denominator: series(&[]),
        window: Span::minutes(5),
        limit: Ppm(50_000),
        bad: Bad::High,
        minimum: 20,
    }))
}

/// An alarm that each reading decides.
fn alarm_on(source: AlarmSource) -> Alarm {
    Alarm {
        scope: AlarmScope::Stage,
        name: AlarmName::parse("faults").unwrap(),
        severity: Severity::High,
        source,
        fire: (1, 1),
        clear: 1,
        runbook: None,
    }
}

fn with(mut alarm: Alarm, change: impl FnOnce(&mut Scrape)) -> Alarm {
    if let AlarmSource::Scrape(scrape) = &mut alarm.source {
        change(scrape);
    }
    alarm
}

fn watch(alarms: &[Alarm]) -> Watch {
    let http = http::outbound(Duration::from_secs(10)).unwrap();
    Watch::new(alarms, http, Sights::default(), &Inboxes::default())
}

async fn read(watch: &mut Watch) -> Reading {
    watch.observe().await.readings.swap_remove(0)
}

#[tokio::test]
async fn a_share_of_two_counters_with_their_restarts() {
    let (metrics, url) = Metrics::start().await;
    let mut watch = watch(&[alarm(&url)]);
    let no_data = |why: &str| (AlarmLevel::NoData, None, why.to_owned());
    let share = |level, ppm| (level, Some(Measure::share(Ppm(ppm))), String::new());
    for (good, bad, points, expected) in [
        (
            1_000,
            500,
            0,
            no_data("read once so far; a rate needs two readings"),
        ),
        (1_000, 500, 0, no_data("no requests in 5m")),
        (1_003, 500, 3, no_data("only 3 requests in 5m, needs 20")),
        (1_095, 505, 97, share(AlarmLevel::Ok, 50_000)),
        (1_095, 506, 1, share(AlarmLevel::Firing, 59_405)),
        // Restarted: 99 requests since then, all well.
        (99, 0, 99, share(AlarmLevel::Ok, 30_000)),
    ] {
        metrics.count(good, bad);
        let reading = read(&mut watch).await;
        let said = (reading.level, reading.value, reading.why);
        assert_eq!((said, reading.points), (expected, points), "{good} {bad}");
    }
}

/// More of them are in the table of `faults`.
#[tokio::test]
async fn sources_that_do_not_answer() {
    // Take connections and say nothing; the backlog of the kernel takes them.
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mute = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let at = |listener: &TcpListener| url(listener.local_addr().unwrap());
    let (silent_url, mute_url, closed_url) = (at(&silent), at(&mute), at(&closed));
    drop(closed);

    let sources = [
        (silent_url.as_str(), "did not answer within 2s"),
        (mute_url.as_str(), "did not answer within 2s"),
        (closed_url.as_str(), "refused"),
        ("no-url", "does not answer: "),
    ];
    let alarms: Vec<Alarm> = sources.iter().map(|(url, _)| alarm(url)).collect();
    let mut watch = watch(&alarms);
    let clock = pilothouse::clock::Stopwatch::start();
    let observation = watch.observe().await;
    assert!(clock.elapsed() < Span::seconds(4), "one after the other");
    for ((url, words), reading) in sources.iter().zip(observation.readings) {
        assert_eq!(reading.level, AlarmLevel::NoData);
        let why = reading.why;
        assert!(why.starts_with(url) && why.contains(words), "{why}");
    }
}

#[tokio::test]
async fn m_of_n_fires_and_k_in_a_row_clear_also_around_silence() {
    let (metrics, url) = Metrics::start().await;
    // So short that each reading stands for itself.
    let short = with(alarm(&url), |scrape| scrape.window = Span(0));
    let mut watch = watch(&[Alarm {
        fire: (2, 3),
        clear: 2,
        ..short
    }]);
    let (mut good, mut bad) = (0, 0);
    metrics.count(good, bad);
    read(&mut watch).await;
    let mut said = String::new();
    // `x` above, `.` not above, `?` no answer.
    for reading in "x.x?..x..xx?x".chars() {
        match reading {
            'x' => bad += 50,
            _ => good += 50,
        }
        match reading {
            '?' => metrics.say(500, "down"),
            _ => metrics.count(good, bad),
        }
        said.push(match read(&mut watch).await.level {
            AlarmLevel::Firing => 'F',
            AlarmLevel::Ok => '-',
            AlarmLevel::NoData => '?',
        });
    }
    assert_eq!(said, "--F?F-----F?F");
}

#[tokio::test]
async fn the_first_fault_counts_though_its_series_is_new() {
    let (metrics, url) = Metrics::start().await;
    let mut watch = watch(&[alarm(&url)]);
    metrics.say(200, "requests{code=\"200\"} 100");
    read(&mut watch).await;
    metrics.say(200, "requests{code=\"200\"} 150\nrequests{code=\"500\"} 50");
    let reading = read(&mut watch).await;
    assert_eq!(
        (reading.level, reading.value),
        (AlarmLevel::Firing, Some(Measure::share(Ppm(500_000))))
    );
}

#[tokio::test]
async fn points_after_a_silence_are_not_counted_again() {
    let (metrics, url) = Metrics::start().await;
    let mut watch = watch(&[alarm(&url)]);
    let mut points = Vec::new();
    for count in [Some(100), Some(140), None, Some(300), Some(310)] {
        match count {
            Some(count) => metrics.count(count, 0),
            None => metrics.say(500, ""),
        }
        points.push(read(&mut watch).await.points);
    }
    assert_eq!(points, [0, 40, 0, 0, 10]);
}

#[tokio::test]
async fn what_must_not_fall_low_fires_below_its_limit() {
    let (metrics, url) = Metrics::start().await;
    // Of the requests that count as good, at least 95 %.
    let mut watch = watch(&[with(alarm(&url), |scrape| {
        scrape.numerator.labels = vec![("code".to_owned(), "200".to_owned())];
        scrape.limit = Ppm(950_000);
        scrape.bad = Bad::Low;
    })]);
    metrics.count(0, 0);
    read(&mut watch).await;
    let mut said = Vec::new();
    for (good, bad) in [(95, 5), (189, 11)] {
        metrics.count(good, bad);
        let reading = read(&mut watch).await;
        said.push((reading.level, reading.value.unwrap().to_string()));
    }
    let expected = [(AlarmLevel::Ok, "95.00%"), (AlarmLevel::Firing, "94.50%")];
    assert_eq!(
        said,
        expected.map(|(level, value)| (level, value.to_owned()))
    );
}

#[tokio::test]
async fn alarms_on_one_page_share_one_request_a_round() {
    let (metrics, url) = Metrics::start().await;
    metrics.count(100, 0);
    let strict = with(alarm(&url), |scrape| scrape.limit = Ppm(0));
    let mut watch = watch(&[alarm(&url), strict]);
    let first = watch.observe().await;
    assert_eq!(first.elapsed, Span::ZERO, "nobody looked before");
    assert_eq!(metrics.asked(), 1);
    metrics.count(199, 1);
    let second = watch.observe().await;
    assert_eq!(metrics.asked(), 2);
    let levels: Vec<AlarmLevel> = second.readings.iter().map(|r| r.level).collect();
    assert_eq!(levels, [AlarmLevel::Ok, AlarmLevel::Firing]);
    assert!(self::watch(&[]).observe().await.readings.is_empty());
}

#[tokio::test]
async fn what_was_read_can_be_looked_at_with_targets_apart() {
    let (metrics, url) = Metrics::start().await;
    let sights = Sights::default();
    let http = http::outbound(Duration::from_secs(10)).unwrap();
    let inboxes = Inboxes::default();
    let mut watch = Watch::new(&[alarm(&url)], http.clone(), sights.clone(), &inboxes);
    let page = |h1: u64, bad: u64, h2: u64| {
        format!(
            "requests{{target=\"h1\",code=\"200\"}} {h1}\nrequests{{target=\"h1\",code=\"500\"}} {bad}\n\
             requests{{target=\"h2\",code=\"200\"}} {h2}\nrequests{{target=\"\"}} 1\n"
        )
    };
    metrics.say(200, page(0, 0, 0));
    read(&mut watch).await;
    metrics.say(200, page(80, 20, 100));
    assert_eq!(read(&mut watch).await.level, AlarmLevel::Firing);
    let faults: AlarmName = "faults".parse().unwrap();
    let seen = sights.look().remove(&faults).unwrap();
    let levels: Vec<_> = seen.trace.samples().map(|s| (s.level, s.value)).collect();
    let above = (AlarmLevel::Firing, Some(Measure::share(Ppm(100_000))));
    assert_eq!(levels, [(AlarmLevel::NoData, None), above]);
    let counted: Vec<_> = seen.targets.iter().map(|(t, c)| (t.as_str(), *c)).collect();
    let of = |part, whole| Counted { part, whole };
    assert_eq!(counted, [("h1", of(20, 100)), ("h2", of(0, 100))]);
    assert_eq!((seen.above, seen.trouble), (1, None));
    assert!(seen.answered.is_some());

    metrics.say(500, "down");
    read(&mut watch).await;
    read(&mut watch).await;
    let silent = sights.look().remove(&faults).unwrap();
    let (since, why) = silent.trouble.unwrap();
    assert_eq!(silent.answered, seen.answered);
    assert!(Some(since) >= seen.answered && why.contains("500"), "{why}");
    assert_eq!(silent.targets.len(), 0, "an old count says nothing of now");

    // The alarm is wanted no more, then again: nothing is left of it.
    Watch::new(&[], http, sights.clone(), &inboxes);
    assert_eq!(sights.look().len(), 0);
}
