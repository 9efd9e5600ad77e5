//! `[[route]]` in `organization.toml`: whom to tell, of what, when not, and through exactly one of
//! `webhook`, `slack`, `pagerduty`, `mail`, `command`. Secrets are named by their files only.

use crate::{
    definition::{
        fields::{At, Fields},
        source::positive,
    },
    model::{
        Channel, Glob, Login, Mail, MailTls, NoticeKind, Quiet, Route, RouteName, Severity,
        TeamName, Weekly,
    },
};
use chrono_tz::Tz;
use std::{collections::BTreeSet, net::IpAddr};

const CHANNELS: [&str; 5] = ["webhook", "slack", "pagerduty", "mail", "command"];

/// What a route tells of where it names no kinds.
const KINDS: [NoticeKind; 2] = [NoticeKind::Ticket, NoticeKind::Rollback];
const SEVERITIES: [Severity; 3] = [Severity::High, Severity::Medium, Severity::Low];

pub(crate) fn routes(file: &Fields<'_>) -> Vec<Route> {
    file.tables("route").iter().filter_map(route).collect()
}

fn route(fields: &Fields<'_>) -> Option<Route> {
    let name: Option<RouteName> = fields.get("name");
    let owners: Vec<At<TeamName>> = fields.list("owners");
    let pipelines: Vec<At<Glob>> = fields.list("pipelines");
    let severities: Vec<At<Severity>> = fields.list("severities");
    let kinds: Vec<At<NoticeKind>> = fields.list("kinds");
    let quiet = fields.optional_table("quiet").map(|it| quiet(&it));
    let rate = fields.get("rate");
    let give_up_after = positive(fields, "give_up_after");
    let (title, text) = (fields.get("title"), fields.get("text"));
    let to = fields.table("to").map(|to| channel(&to));
    fields.finish();
    let to = to??;
    // Whoever is woken by less says so.
    let usual = if to.takes_digests() {
        &SEVERITIES[..]
    } else {
        &SEVERITIES[..1]
    };
    Some(Route {
        name: name?,
        owners: set(owners),
        pipelines: pipelines.into_iter().map(|at| at.value).collect(),
        severities: or(set(severities), usual),
        kinds: or(set(kinds), &KINDS),
        quiet: match quiet {
            Some(quiet) => Some(quiet?),
            None => None,
        },
        rate: rate?,
        give_up_after: give_up_after?,
        title: title?,
        text: text?,
        to,
    })
}

fn set<T: Ord>(items: Vec<At<T>>) -> BTreeSet<T> {
    items.into_iter().map(|at| at.value).collect()
}

fn or<T: Ord + Copy>(given: BTreeSet<T>, usual: &[T]) -> BTreeSet<T> {
    if given.is_empty() {
        usual.iter().copied().collect()
    } else {
        given
    }
}

fn quiet(fields: &Fields<'_>) -> Option<Quiet> {
    let hours: Option<Weekly> = fields.get("hours");
    let time_zone: Option<Tz> = fields.get("time_zone");
    let below = fields.get("below");
    fields.finish();
    Some(Quiet {
        hours: hours?,
        time_zone: time_zone?,
        below: below?,
    })
}

fn channel(fields: &Fields<'_>) -> Option<Channel> {
    let written: Vec<&str> = CHANNELS.into_iter().filter(|key| fields.has(key)).collect();
    if written.len() != 1 {
        let all = CHANNELS.join(", ");
        let what = format!("{} needs exactly one of {all}", fields.subject());
        fields.report().absence(&fields.place, what);
    }
    let found = [
        fields.optional_table("webhook").map(|it| webhook(&it)),
        fields.optional_table("slack").map(|it| slack(&it)),
        fields.optional_table("pagerduty").map(|it| pagerduty(&it)),
        fields.optional_table("mail").map(|it| mail(&it)),
        fields
            .optional_table("command")
            .map(|it| Some(command(&it))),
    ];
    fields.finish();
    found.into_iter().flatten().next()?
}

fn webhook(fields: &Fields<'_>) -> Option<Channel> {
    let url = url(fields);
    let secret_file: Option<String> = fields.optional("secret_file");
    if secret_file.is_none() {
        let what = format!(
            "{} has no `secret_file`: whoever receives it cannot tell it from a forgery",
            fields.subject()
        );
        fields.report().warning(&fields.place, what);
    }
    fields.finish();
    Some(Channel::Webhook {
        url: url?,
        secret_file,
    })
}

fn slack(fields: &Fields<'_>) -> Option<Channel> {
    let url_file = fields.get("url_file");
    fields.finish();
    Some(Channel::Slack {
        url_file: url_file?,
    })
}

fn pagerduty(fields: &Fields<'_>) -> Option<Channel> {
    let routing_key_file = fields.get("routing_key_file");
    let url = url(fields);
    fields.finish();
    Some(Channel::Pagerduty {
        url: url?,
        routing_key_file: routing_key_file?,
    })
}

fn url(fields: &Fields<'_>) -> Option<String> {
    let url: String = fields.get("url")?;
    let rest = ["http://", "https://"].map(|scheme| url.strip_prefix(scheme));
    let rest = rest.into_iter().flatten().next().unwrap_or_default();
    let wrong = if rest.is_empty() || url.chars().any(|c| c.is_control() || c == ' ') {
        Some("must start with http:// or https://")
    } else if rest.split('/').next().unwrap_or_default().contains('@') {
        Some("must not hold a login, because it is shown")
    } else {
        None
    };
    if let Some(wrong) = wrong {
        let what = format!("{}.url {wrong}", fields.subject());
        fields.report().problem(fields.place_of("url"), what);
    }
    Some(url)
}

fn mail(fields: &Fields<'_>) -> Option<Channel> {
    let server: Option<String> = fields.get("server");
    let from: Option<String> = fields.get("from");
    let to: Vec<At<String>> = fields.list("to");
    let user: Option<String> = fields.optional("user");
    let file: Option<String> = fields.optional("password_file");
    let tls: Option<MailTls> = fields.get("tls");
    fields.finish();
    let complain = |key, what: String| {
        let what = format!("{} {what}", fields.subject());
        fields.report().problem(fields.place_of(key), what);
    };
    if to.is_empty() {
        complain("to", "needs `to`: a list of addresses".to_owned());
    }
    let addresses = to.iter().map(|at| ("to", &at.value));
    for (key, address) in addresses.chain(from.iter().map(|from| ("from", from))) {
        if !is_address(address) {
            complain(key, format!("has {address:?}, which is no mail address"));
        }
    }
    let login = match (user, file) {
        (None, None) => None,
        (Some(user), Some(file)) => Some(Login::Password { user, file }),
        (Some(_), None) | (None, Some(_)) => {
            complain("user", "needs both `user` and `password_file`".to_owned());
            None
        }
    };
    let (server, tls) = (server?, tls?);
    let host = host(&server);
    if tls == MailTls::None && !host.is_some_and(is_here) {
        let what = "must use tls = \"starttls\" or \"tls\": without, others read along";
        complain("tls", what.to_owned());
    }
    if host.is_none() {
        complain("server", format!("has {server:?}, which is no host:port"));
    }
    Some(Channel::Mail(Mail {
        server,
        from: from?,
        to: to.into_iter().map(|at| at.value).collect(),
        login,
        tls,
    }))
}

/// `name@host`, plain enough to stand in a header; the library checks the rest of it.
fn is_address(text: &str) -> bool {
    let plain = |b: u8| b.is_ascii_graphic() && !b"<>()[],;:\\\"".contains(&b);
    let sides = text.split_once('@');
    sides.is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && text.bytes().all(plain)
    })
}

/// The host of `host` or `host:port`.
fn host(server: &str) -> Option<&str> {
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (server, None),
    };
    let good_port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
    let plain = |b: u8| b.is_ascii_alphanumeric() || b".-[]:".contains(&b);
    (good_port && !host.is_empty() && host.bytes().all(plain)).then_some(host)
}

fn is_here(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

fn command(fields: &Fields<'_>) -> Channel {
    let argv: Vec<At<String>> = fields.list("argv");
    fields.finish();
    let argv: Vec<String> = argv.into_iter().map(|at| at.value).collect();
    // It does not run in the directory of definitions, whatever that may be called here.
    if !argv.first().is_some_and(|program| program.starts_with('/')) {
        let what = format!(
            "{} needs `argv`: a list that begins with the path of a program",
            fields.subject()
        );
        fields.report().absence(fields.place_of("argv"), what);
    }
    Channel::Command { argv }
}
