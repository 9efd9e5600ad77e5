//! What somebody may do: the one place where a role is asked for. A refusal names the role, whose
//! it would have to be, and how it is come by.

use crate::{
    api::{ProblemKind, Token},
    model::{Access, Actor, Command, Digest, Grant, PipelineName, Role, TeamName, Time},
    server::problem::{Fault, fault},
    service::Service,
};

/// What was granted to whoever made a request.
#[derive(Debug, Clone)]
pub(super) struct Permit {
    who: Actor,
    access: Access,
    by: By,
}

/// What it was granted by.
#[derive(Debug, Clone)]
enum By {
    /// The socket, or the server's own token.
    Place,
    Token(Box<Token>, Digest),
    /// The rules, to whoever an issuer vouches for until then.
    Issuer {
        until: Time,
    },
}

/// What a role is asked for.
struct Wish<'a> {
    role: Role,
    /// After "may not".
    doing: String,
    /// The pipeline that it concerns and its owner; none: everything.
    of: Option<(&'a PipelineName, &'a TeamName)>,
}

impl Permit {
    pub(super) fn of_peer(who: Actor, access: Access) -> Self {
        let by = By::Place;
        Self { who, access, by }
    }

    pub(super) fn of_token(token: Token, digest: Digest) -> Self {
        let grant: Grant = token.terms.grant.clone();
        Self {
            who: token.terms.actor.clone(),
            access: Access {
                grants: vec![grant],
            },
            by: By::Token(Box::new(token), digest),
        }
    }

    pub(super) fn of_issuer(who: Actor, access: Access, until: Time) -> Self {
        let by = By::Issuer { until };
        Self { who, access, by }
    }

    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    pub(super) fn who(&self) -> &Actor {
        &self.who
    }

    /// By what somebody is known, for the log.
    pub(super) fn way(&self) -> &str {
        match &self.by {
            By::Place => "the socket or the server's own token",
            By::Token(token, _) => token.name.as_str(),
            By::Issuer { .. } => "a token of the issuer",
        }
    }

    /// Everything that changes nothing, dry runs too. Teams do not matter: the line is one.
    pub(super) fn to_read(&self) -> Result<(), Fault> {
        if self.access.is_anywhere(Role::Viewer) {
            return Ok(());
        }
        Err(self.refusal(&Wish {
            role: Role::Viewer,
            doing: "read anything here".to_owned(),
            of: None,
        }))
    }

    /// A command to a pipeline and its owner; to none: to the organization.
    pub(super) fn to_command(
        &self,
        command: &Command,
        of: Option<(&PipelineName, &TeamName)>,
    ) -> Result<(), Fault> {
        let verb = command.verb();
        self.check(&Wish {
            role: Role::of(command),
            doing: of.map_or_else(
                || format!("{verb} more than one pipeline"),
                |(pipeline, _)| format!("{verb} {pipeline}"),
            ),
            of,
        })
    }

    /// To send notices of no meaning to people.
    pub(super) fn to_try_routes(&self) -> Result<(), Fault> {
        self.to_run(Role::Operator, "try routes out")
    }

    pub(super) fn to_reload(&self) -> Result<(), Fault> {
        self.to_run(Role::Admin, "reload definitions")
    }

    pub(super) fn to_keep_tokens(&self) -> Result<(), Fault> {
        self.to_run(Role::Admin, "list, make or revoke tokens")
    }

    /// Returns when it holds no longer.
    pub(super) async fn ended(&self, service: &Service) {
        match &self.by {
            By::Token(token, digest) => service.token_ended(token, digest).await,
            By::Issuer { until } => tokio::time::sleep(until.since(service.now()).std()).await,
            By::Place => std::future::pending().await,
        }
    }

    fn to_run(&self, role: Role, doing: &str) -> Result<(), Fault> {
        self.check(&Wish {
            role,
            doing: doing.to_owned(),
            of: None,
        })
    }

    fn check(&self, wish: &Wish<'_>) -> Result<(), Fault> {
        let owner = wish.of.map(|(_, owner)| owner);
        if self.access.holds(wish.role, owner) {
            Ok(())
        } else {
            Err(self.refusal(wish))
        }
    }

    /// It is told in the log and not in the journal, which nothing leaves: who may only read must not be
    /// able to fill it.
    fn refusal(&self, wish: &Wish<'_>) -> Fault {
        let Wish { role, doing, of } = wish;
        let (who, access) = (&self.who, &self.access);
        tracing::warn!(%who, way = self.way(), doing, "refused for want of a role");
        let reach = role.reaching(of.map(|(_, owner)| owner));
        let remedy = match &self.by {
            By::Token(token, _) => format!(
                "the token {} cannot be given more; an admin can make another with `pilothouse token create`",
                token.name
            ),
            By::Place | By::Issuer { .. } => {
                "an admin can grant it by an [[access]] in organization.toml".to_owned()
            }
        };
        let detail = format!(
            "{who} may not {doing}: that takes the role {reach}, and {who} is granted {access}; {remedy}"
        );
        fault(ProblemKind::NotPermitted, detail)
    }
}
