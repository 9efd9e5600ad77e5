//! Who may do what: a role everywhere, or for the pipelines of some teams. It does not know how
//! somebody proved who they are. Only the terms of tokens are in the journal.

use crate::model::{Actor, Command, GroupName, Span, TeamName, Time};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
    str::FromStr,
};

/// What somebody may do; each may do what those before it may.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Reads everything and plans anything.
    Viewer,
    /// Answers where the line waits for people: approvals and tickets.
    Approver,
    /// Stops, goes on, passes and takes back.
    Operator,
    /// Changes what the server itself goes by: definitions and tokens.
    Admin,
}

/// A role, for the pipelines of these teams; of none for everything.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Grant {
    pub role: Role,
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub teams: BTreeSet<TeamName>,
}

/// What a bearer token is good for, whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenTerms {
    /// Who acts where it is shown, in the audit too.
    pub actor: Actor,
    #[serde(flatten)]
    pub grant: Grant,
    /// None: it does not expire.
    pub expires: Option<Time>,
}

/// All that is granted to one person or program.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Access {
    pub grants: Vec<Grant>,
}

/// The groups that whoever vouches for somebody has them in.
#[derive(Debug, Clone, Copy)]
pub enum Groups<'a> {
    OfMachine(&'a [String]),
    OfIssuer(&'a [String]),
}

/// Grants a role to those who come over the server's socket, and to those an issuer vouches for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessRule {
    pub whom: Whom,
    pub grant: Grant,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// A login.
    User(Actor),
    /// Those whom `organization.toml` has in a group.
    Group(GroupName),
    /// Those whom the machine has in a group.
    UnixGroup(String),
    /// Those whom the issuer of their token has in a group.
    OidcGroup(String),
}

impl Role {
    pub const ALL: [Role; 4] = [Role::Viewer, Role::Approver, Role::Operator, Role::Admin];

    pub fn word(self) -> &'static str {
        match self {
            Role::Viewer => "viewer",
            Role::Approver => "approver",
            Role::Operator => "operator",
            Role::Admin => "admin",
        }
    }

    /// What a command takes.
    pub fn of(command: &Command) -> Self {
        match command {
            Command::Approve(_)
            | Command::Reject(_)
            | Command::Undo { .. }
            | Command::Yield { .. }
            | Command::Ticket { .. } => Role::Approver,
            Command::Override { .. }
            | Command::Rollback { .. }
            | Command::Hold { .. }
            | Command::Lift { .. }
            | Command::Retry { .. } => Role::Operator,
        }
    }

    /// It with how far it must reach: for the pipelines of an owner; of none: for everything.
    pub fn reaching(self, owner: Option<&TeamName>) -> String {
        match owner {
            Some(owner) => format!("{self} for the pipelines of {owner}"),
            None if self.has_teams() => format!("{self} for all teams"),
            None => self.to_string(),
        }
    }

    /// Whether it can be had for some teams only. Everything is there to be read by whoever may
    /// read, and what an admin changes concerns everybody.
    pub fn has_teams(self) -> bool {
        match self {
            Role::Approver | Role::Operator => true,
            Role::Viewer | Role::Admin => false,
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.word())
    }
}

impl FromStr for Role {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, String> {
        let named = Role::ALL.into_iter().find(|role| role.word() == text);
        named.ok_or_else(|| format!("{text:?} is none of viewer, approver, operator, admin"))
    }
}

impl fmt::Display for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.teams.is_empty() {
            return self.role.fmt(f);
        }
        let teams: Vec<&str> = self.teams.iter().map(TeamName::as_str).collect();
        write!(f, "{} of {}", self.role, teams.join(", "))
    }
}

impl TokenTerms {
    /// How long one that counts no longer is still spoken of.
    pub const KEPT: Span = Span::hours(90 * 24);

    /// Whether they have run out.
    pub fn ended(&self, now: Time) -> bool {
        self.expires.is_some_and(|expires| expires <= now)
    }
}

impl fmt::Display for TokenTerms {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} as {}", self.grant, self.actor)?;
        match self.expires {
            Some(expires) => write!(f, " until {expires}"),
            None => f.write_str(" without an end"),
        }
    }
}

impl Access {
    pub fn everywhere(role: Role) -> Self {
        let teams = BTreeSet::new();
        Self {
            grants: vec![Grant { role, teams }],
        }
    }

    /// What the rules grant to a login with the groups that came with it; `groups` are the
    /// organization's.
    pub fn by(
        rules: &[AccessRule],
        groups: &BTreeMap<GroupName, Vec<Actor>>,
        (login, came_with): (&Actor, Groups<'_>),
    ) -> Self {
        let meant = rules.iter().filter(|rule| match &rule.whom {
            Whom::User(user) => user == login,
            Whom::Group(group) => groups.get(group).is_some_and(|all| all.contains(login)),
            Whom::UnixGroup(group) => {
                matches!(came_with, Groups::OfMachine(all) if all.contains(group))
            }
            Whom::OidcGroup(group) => {
                matches!(came_with, Groups::OfIssuer(all) if all.contains(group))
            }
        });
        Self {
            grants: meant.map(|rule| rule.grant.clone()).collect(),
        }
    }

    /// Whether it holds a role for a team's pipelines; for none: for everything.
    pub fn holds(&self, role: Role, owner: Option<&TeamName>) -> bool {
        let reaches = |grant: &Grant| {
            grant.teams.is_empty() || owner.is_some_and(|owner| grant.teams.contains(owner))
        };
        let mut grants = self.grants.iter();
        grants.any(|grant| grant.role >= role && reaches(grant))
    }

    /// Whether it holds a role for anything at all.
    pub fn is_anywhere(&self, role: Role) -> bool {
        self.grants.iter().any(|grant| grant.role >= role)
    }
}

impl fmt::Display for Access {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.grants.is_empty() {
            return f.write_str("no role");
        }
        let grants: Vec<String> = self.grants.iter().map(ToString::to_string).collect();
        f.write_str(&grants.join(" and "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(role: Role, teams: &[&str]) -> Grant {
        let teams = teams.iter().map(|team| TeamName::parse(team).unwrap());
        let teams = teams.collect();
        Grant { role, teams }
    }

    #[test]
    fn a_role_reaches_as_far_as_it_was_granted() {
        let access = Access {
            grants: vec![
                grant(Role::Viewer, &[]),
                grant(Role::Approver, &["shop", "pay"]),
                grant(Role::Operator, &["pay"]),
            ],
        };
        let (shop, pay, other) = ("shop", "pay", "other");
        let table = [
            (Role::Viewer, None, true),
            (Role::Viewer, Some(other), true),
            (Role::Approver, Some(shop), true),
            (Role::Approver, Some(other), false),
            (Role::Approver, None, false),
            (Role::Operator, Some(shop), false),
            (Role::Operator, Some(pay), true),
            (Role::Admin, Some(pay), false),
        ];
        for (role, owner, expected) in table {
            let team = owner.map(|owner| TeamName::parse(owner).unwrap());
            assert_eq!(
                access.holds(role, team.as_ref()),
                expected,
                "{role} {owner:?}"
            );
        }
        let said = "viewer and approver of pay, shop and operator of pay";
        assert_eq!(access.to_string(), said);
        assert!(!Access::default().is_anywhere(Role::Viewer));
    }

    #[test]
    fn rules_mean_logins_and_groups_of_both_kinds() {
        let actor = |name| Actor::parse(name).unwrap();
        let oncall = GroupName::parse("oncall").unwrap();
        let rule = |whom, role| AccessRule {
            whom,
            grant: grant(role, &[]),
        };
        let rules = [
            rule(Whom::User(actor("ana")), Role::Admin),
            rule(Whom::Group(oncall.clone()), Role::Operator),
            rule(Whom::UnixGroup("staff".to_owned()), Role::Viewer),
            rule(Whom::OidcGroup("staff".to_owned()), Role::Approver),
        ];
        let groups = BTreeMap::from([(oncall, vec![actor("li")])]);
        for (login, unix, expected) in [
            ("ana", &["staff"][..], "admin and viewer"),
            ("li", &[], "operator"),
            ("bo", &["staff"], "viewer"),
            // A group of the machine is none of the organization's, whatever it is called.
            ("bo", &["oncall"], "no role"),
        ] {
            let unix: Vec<String> = unix.iter().map(ToString::to_string).collect();
            let access = Access::by(&rules, &groups, (&actor(login), Groups::OfMachine(&unix)));
            assert_eq!(access.to_string(), expected, "{login} {unix:?}");
            let expected = expected.replace("viewer", "approver");
            let access = Access::by(&rules, &groups, (&actor(login), Groups::OfIssuer(&unix)));
            assert_eq!(
                access.to_string(),
                expected,
                "{login} {unix:?} of the issuer"
            );
        }
    }
}
