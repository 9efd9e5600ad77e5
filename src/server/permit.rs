//! What somebody may do: the one place where a role is asked for. A refusal names the role, whose
//! it would have to be, and how it is come by.

use crate::{
    api::{ProblemKind, Token},
    model::{Access, Actor, Command, Digest, Grant, PipelineName, Role, TeamName},
    server::problem::{Fault, fault},
    service::Service,
};

/// What was granted to whoever made a request.
#[derive(Debug, Clone)]
pub(super) struct Permit {
    who: Actor,
    access: Access,
    /// What it was granted by; none for the socket and the server's own token.
    token: Option<(Token, Digest)>,
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
        let token = None;
        Self { who, access, token }
    }

    pub(super) fn of_token(token: Token, digest: Digest) -> Self {
        let grant: Grant = token.grant.clone();
        Self {
            who: token.actor.clone(),
            access: Access {
                grants: vec![grant],
            },
            token: Some((token, digest)),
        }
    }

    pub(super) fn access(&self) -> &Access {
        &self.access
    }

    pub(super) fn who(&self) -> &Actor {
        &self.who
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
        match &self.token {
            Some((token, digest)) => service.token_ended(token, digest).await,
            None => std::future::pending().await,
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

    fn refusal(&self, wish: &Wish<'_>) -> Fault {
        let Wish { role, doing, of } = wish;
        let (who, access) = (&self.who, &self.access);
        let reach = role.reaching(of.map(|(_, owner)| owner));
        let remedy = match &self.token {
            Some((token, _)) => format!(
                "the token {} cannot be given more; an admin can make another with `pilothouse token create`",
                token.name
            ),
            None => "an admin can grant it by an [[access]] in organization.toml".to_owned(),
        };
        let detail = format!(
            "{who} may not {doing}: that takes the role {reach}, and {who} is granted {access}; {remedy}"
        );
        fault(ProblemKind::NotPermitted, detail)
    }
}
