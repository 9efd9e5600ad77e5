//! `organization.toml`: who is in which group, the alarms that concern more than one pipeline,
//! how the line goes on after a stop, who is on call, on which ways people are told, and who may do what.

use crate::{
    definition::{
        Place, access,
        alarm_source::Servers,
        fields::{Fields, Report},
        node::{Table, Value},
        on_call::{self, Rotas},
        readable::Readable,
        route, watching,
    },
    model::{
        AccessRule, Actor, Alarm, AlarmScope, Definition, GroupName, Route, ServiceName, Span,
    },
};
use std::collections::BTreeMap;

#[derive(Debug, Default)]
pub(crate) struct Organization {
    pub(crate) groups: BTreeMap<GroupName, Vec<Actor>>,
    pub(crate) drain: Span,
    pub(crate) rotas: Rotas,
    pub(crate) routes: Vec<Route>,
    pub(crate) access: Vec<AccessRule>,
    alarms: Vec<Shared>,
}

/// An alarm of a service, or of everything.
#[derive(Debug)]
struct Shared {
    service: Option<ServiceName>,
    alarm: Alarm,
    place: Place,
}

pub(crate) fn organization(table: &Table, place: Place, report: &Report) -> Organization {
    let fields = Fields::of_file(table, place, report);
    let groups = if fields.has("groups") {
        groups(&fields)
    } else {
        BTreeMap::new()
    };
    let organization = Organization {
        drain: fields.get("drain").unwrap_or_default(),
        rotas: on_call::rotas(&fields),
        routes: route::routes(&fields),
        alarms: fields.tables("alarm").iter().filter_map(alarm).collect(),
        access: access::rules(&fields, &groups),
        groups,
    };
    fields.finish();
    organization
}

fn alarm(fields: &Fields<'_>) -> Option<Shared> {
    let scope: Option<AlarmScope> = fields.optional("scope");
    let service: Option<ServiceName> = fields.optional("service");
    let wrong = match (scope, &service) {
        (Some(AlarmScope::Service), Some(_)) | (Some(AlarmScope::Organization), None) => None,
        (Some(AlarmScope::Service), None) => Some("needs `service`: whose alarm it is"),
        (Some(AlarmScope::Organization), Some(_)) => {
            Some("is of the whole organization; `service` says otherwise")
        }
        (Some(AlarmScope::Stage | AlarmScope::Pipeline) | None, _) => {
            Some("needs scope = \"service\" or \"organization\"; others stand in a pipeline's file")
        }
    };
    if let Some(wrong) = wrong {
        let what = format!("{} {wrong}", fields.subject());
        fields.report().problem(fields.place_of("scope"), what);
    }
    Some(Shared {
        service,
        alarm: watching::scoped(fields, scope?, &Servers::default())?,
        place: fields.place.clone(),
    })
}

fn groups(fields: &Fields<'_>) -> BTreeMap<GroupName, Vec<Actor>> {
    let report = fields.report();
    let mut groups = BTreeMap::new();
    for entry in fields.named("groups") {
        let name = GroupName::read(&Value::Text(entry.key.clone())).map_err(|why| {
            report.problem(&entry.place, format!("groups.{} {why}", entry.key));
        });
        let Value::List(items) = &entry.node.value else {
            let what = format!("groups.{} must be a list of login names", entry.key);
            report.problem(&entry.node.place, what);
            continue;
        };
        let mut members: Vec<Actor> = Vec::new();
        for item in items {
            match fields.read::<Actor>("groups", item) {
                Some(member) if members.contains(&member) => {
                    let what = format!("{member} is in {} twice", entry.key);
                    report.problem(&item.place, what);
                }
                member => members.extend(member),
            }
        }
        groups.extend(name.ok().map(|name| (name, members)));
    }
    groups
}

impl Organization {
    /// Whether an alarm of the service rolls its pipelines back.
    pub(crate) fn watches(&self, service: Option<&ServiceName>) -> bool {
        let mut alarms = self.alarms.iter();
        alarms.any(|shared| shared.service.is_some() && shared.service.as_ref() == service)
    }

    /// Gives a pipeline the alarms that concern it: it watches them itself.
    pub(crate) fn add_alarms(&self, definition: &mut Definition, report: &Report) {
        let concerns = |shared: &&Shared| {
            let service = shared.service.as_ref();
            service.is_none_or(|service| *service == definition.service)
        };
        let added: Vec<&Shared> = self.alarms.iter().filter(concerns).collect();
        for shared in added {
            if definition.alarm(&shared.alarm.name).is_some() {
                let what = format!(
                    "{} has an alarm {} of its own; give one of them another name",
                    definition.name, shared.alarm.name
                );
                report.problem(&shared.place, what);
            } else {
                definition.alarms.push(shared.alarm.clone());
            }
        }
    }
}
