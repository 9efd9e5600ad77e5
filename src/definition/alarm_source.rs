//! Where an alarm reads: exactly one of `scrape`, `prometheus`, `alertmanager`, `webhook`, `json`,
//! `command`.

use crate::{
    definition::{
        command::Open,
        fields::{At, Fields},
        readable::Readable,
        source::positive,
        webhook::{self, Usual},
    },
    model::{
        AlarmSource, Alertmanager, Bad, Json, Login, Matcher, Measure, Ppm, Prometheus, Scrape,
        Server,
    },
};

const SOURCES: [&str; 6] = [
    "scrape",
    "prometheus",
    "alertmanager",
    "webhook",
    "json",
    "command",
];

/// Servers that a pipeline's alarms ask where they name none, and what is pushed to us.
#[derive(Debug, Default)]
pub(crate) struct Servers {
    pub(crate) prometheus: Option<Server>,
    pub(crate) alertmanager: Option<Server>,
    pub(crate) webhook: Usual,
}

impl Servers {
    /// As `[watch]` has them.
    pub(crate) fn of(watch: &Fields<'_>) -> Self {
        let server = |key| {
            let fields = watch.optional_table(key)?;
            let server = asked(&fields, None);
            fields.finish();
            server
        };
        Self {
            prometheus: server("prometheus"),
            alertmanager: server("alertmanager"),
            webhook: Usual::of(watch),
        }
    }
}

pub(crate) fn alarm_source(alarm: &Fields<'_>, servers: &Servers) -> Option<AlarmSource> {
    let written: Vec<&str> = SOURCES.into_iter().filter(|key| alarm.has(key)).collect();
    if let [_, second, ..] = written.as_slice() {
        let what = format!(
            "{} reads from {}; an alarm has one source",
            alarm.subject(),
            written.join(" and ")
        );
        alarm.report().problem(alarm.place_of(second), what);
    } else if written.is_empty() {
        let all = SOURCES.join(", ");
        let what = format!("{} needs a source: one of {all}", alarm.subject());
        alarm.report().absence(&alarm.place, what);
    }
    let found = [
        alarm.optional_table("scrape").map(|it| scrape(&it)),
        alarm
            .optional_table("prometheus")
            .map(|it| prometheus(&it, servers)),
        alarm
            .optional_table("alertmanager")
            .map(|it| alertmanager(&it, servers)),
        alarm
            .optional_table("webhook")
            .map(|it| webhook::webhook(&it, &servers.webhook)),
        alarm.optional_table("json").map(|it| json(&it)),
        alarm
            .optional::<Open>("command")
            .map(|Open(run)| Some(AlarmSource::Command(run))),
    ];
    found.into_iter().flatten().next()?
}

fn scrape(fields: &Fields<'_>) -> Option<AlarmSource> {
    let server = asked(fields, None);
    let ratio = fields.table("ratio").map(|ratio| {
        let series = (ratio.get("of"), ratio.get("to"));
        ratio.finish();
        series
    });
    let window = positive(fields, "window");
    let limit = limit::<Ppm>(fields);
    let minimum = fields.get("minimum");
    fields.finish();
    let (of, to) = ratio?;
    Some(AlarmSource::Scrape(Scrape {
        server: server?,
        numerator: of?,
        denominator: to?,
        window: window?,
        limit: limit.0?,
        bad: limit.1,
        minimum: minimum?,
    }))
}

fn prometheus(fields: &Fields<'_>, servers: &Servers) -> Option<AlarmSource> {
    let server = asked(fields, servers.prometheus.as_ref());
    let query: Option<String> = fields.get("query");
    let (limit, bad) = limit::<Measure>(fields);
    let points = fields.optional("points");
    fields.finish();
    let query = query?;
    if query.trim().is_empty() {
        let what = format!("{}.query is empty", fields.subject());
        fields.report().problem(fields.place_of("query"), what);
    }
    Some(AlarmSource::Prometheus(Prometheus {
        server: server?,
        query,
        limit: limit?.bad_when(bad),
        points,
    }))
}

fn alertmanager(fields: &Fields<'_>, servers: &Servers) -> Option<AlarmSource> {
    let server = asked(fields, servers.alertmanager.as_ref());
    let matchers = webhook::alerts(fields);
    let watchdog = self::matchers(fields, "watchdog");
    if watchdog.is_empty() {
        let what = format!(
            "{} has no `watchdog`: an Alertmanager that nobody reports to looks as if all were well",
            fields.subject()
        );
        fields.report().warning(&fields.place, what);
    }
    fields.finish();
    Some(AlarmSource::Alertmanager(Alertmanager {
        server: server?,
        matchers,
        watchdog,
    }))
}

/// The limit that a value must not be `above`, or not `below`.
fn limit<T: Readable>(fields: &Fields<'_>) -> (Option<T>, Bad) {
    let (above, below) = (fields.has("above"), fields.has("below"));
    if above && below {
        let what = format!(
            "{} has `above` and `below`; an alarm has one limit",
            fields.subject()
        );
        fields.report().problem(fields.place_of("below"), what);
    } else if !above && !below {
        let what = format!(
            "{} needs `above` or `below`: {}",
            fields.subject(),
            T::WANTED
        );
        fields.report().absence(&fields.place, what);
    }
    let (high, low) = (fields.optional("above"), fields.optional("below"));
    if above {
        (high, Bad::High)
    } else {
        (low, Bad::Low)
    }
}

fn json(fields: &Fields<'_>) -> Option<AlarmSource> {
    let server = asked(fields, None);
    let pointer = fields.get("pointer");
    let (limit, bad) = limit::<Measure>(fields);
    let points: Option<String> = fields.optional("points");
    fields.finish();
    let pointer: String = pointer?;
    let given = [("pointer", Some(&pointer)), ("points", points.as_ref())];
    for (key, pointer) in given {
        if pointer.is_some_and(|pointer| !pointer.is_empty() && !pointer.starts_with('/')) {
            let what = format!(
                "{}.{key} must be a JSON pointer such as /checks/0/value",
                fields.subject()
            );
            fields.report().problem(fields.place_of(key), what);
        }
    }
    Some(AlarmSource::Json(Json {
        server: server?,
        pointer,
        limit: limit?.bad_when(bad),
        points,
    }))
}

/// The server that a table names, else the usual one; one of them must be there.
pub(crate) fn asked(fields: &Fields<'_>, usual: Option<&Server>) -> Option<Server> {
    let own = server(fields);
    if own.is_none() && usual.is_none() && !fields.has("url") {
        let what = format!("{} needs `url`: http:// or https://", fields.subject());
        fields.report().absence(&fields.place, what);
    }
    own.or_else(|| usual.cloned())
}

/// `url`, with `token_file`, or `user` and `password_file`.
fn server(fields: &Fields<'_>) -> Option<Server> {
    let url: Option<String> = fields.optional("url");
    let token: Option<String> = fields.optional("token_file");
    let user: Option<String> = fields.optional("user");
    let password: Option<String> = fields.optional("password_file");
    let login = match (token, user, password) {
        (None, None, None) => None,
        (Some(file), None, None) => Some(Login::Token { file }),
        (None, Some(user), Some(file)) => Some(Login::Password { user, file }),
        (Some(_), _, _) | (None, Some(_), None) | (None, None, Some(_)) => {
            let what = format!(
                "{} needs `token_file` alone, or `user` with `password_file`",
                fields.subject()
            );
            fields.report().problem(&fields.place, what);
            None
        }
    };
    let url = url?;
    if !["http://", "https://"]
        .iter()
        .any(|scheme| url.len() > scheme.len() && url.starts_with(scheme))
    {
        let what = format!(
            "{}.url must start with http:// or https://, not {url:?}",
            fields.subject()
        );
        fields.report().problem(fields.place_of("url"), what);
    }
    if login.is_some() && url.starts_with("http://") {
        let what = format!(
            "{} sends its login over http://, where others can read it; https:// would hide it",
            fields.subject()
        );
        fields.report().warning(fields.place_of("url"), what);
    }
    Some(Server { url, login })
}

/// As Alertmanager writes them; what is none is a problem.
pub(crate) fn matchers(fields: &Fields<'_>, key: &'static str) -> Vec<String> {
    let written: Vec<At<String>> = fields.list(key);
    for At { place, value } in &written {
        if let Err(why) = value.parse::<Matcher>() {
            let what = format!("{}.{key}: {value:?} {why}", fields.subject());
            fields.report().problem(place, what);
        }
    }
    written.into_iter().map(|At { value, .. }| value).collect()
}
