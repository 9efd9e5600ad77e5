//! `[[access]]` in `organization.toml`: a role for exactly one of `user`, `group`, `unix_group`, `oidc_group`,
//! everywhere or for the pipelines of some `teams`. It does not know what a role may do.

use crate::{
    definition::fields::{At, Fields},
    model::{AccessRule, Actor, Grant, GroupName, Role, TeamName, Whom},
};
use std::collections::BTreeMap;

const WHOM: [&str; 4] = ["user", "group", "unix_group", "oidc_group"];

pub(crate) fn rules(
    file: &Fields<'_>,
    groups: &BTreeMap<GroupName, Vec<Actor>>,
) -> Vec<AccessRule> {
    let tables = file.tables("access");
    let rules = tables.iter().filter_map(|fields| rule(fields, groups));
    rules.collect()
}

fn rule(fields: &Fields<'_>, groups: &BTreeMap<GroupName, Vec<Actor>>) -> Option<AccessRule> {
    let written: Vec<&str> = WHOM.into_iter().filter(|key| fields.has(key)).collect();
    if written.len() != 1 {
        let all = WHOM.join(", ");
        let what = format!("{} needs exactly one of {all}", fields.subject());
        fields.report().absence(&fields.place, what);
    }
    let group: Option<GroupName> = fields.optional("group");
    if let Some(group) = &group
        && !groups.contains_key(group)
    {
        let what = format!(
            "there is no group {group} under [groups]; one of the machine's is a unix_group"
        );
        fields.report().problem(fields.place_of("group"), what);
    }
    let found = [
        fields.optional("user").map(Whom::User),
        group.map(Whom::Group),
        fields.optional("unix_group").map(Whom::UnixGroup),
        fields.optional("oidc_group").map(Whom::OidcGroup),
    ];
    let role: Option<Role> = fields.get("role");
    let teams: Vec<At<TeamName>> = fields.list("teams");
    if let Some(role) = role
        && !role.has_teams()
        && !teams.is_empty()
    {
        let what = format!(
            "{} cannot be {role} of some teams: what that may do concerns every team; only approver and operator can",
            fields.subject()
        );
        fields.report().problem(fields.place_of("teams"), what);
    }
    fields.finish();
    Some(AccessRule {
        whom: found.into_iter().flatten().next()?,
        grant: Grant {
            role: role?,
            teams: teams.into_iter().map(|at| at.value).collect(),
        },
    })
}
