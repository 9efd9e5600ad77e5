//! `pilothouse token`: bearer tokens for those who do not come over the socket. A secret is printed
//! once, alone on standard output so that it can go straight into a file, and is never an argument.

use crate::{
    api::{RevokeRequest, Token, TokenRequest},
    cli::{
        failure::{Exit, Failure},
        output,
        session::Session,
    },
    model::{Actor, Grant, Role, Span, TeamName, Time, TokenName},
};
use clap::Subcommand;

/// Make, list and revoke the tokens that open the server's TCP door
#[derive(Debug, Subcommand)]
pub(crate) enum Arguments {
    Create(Create),
    List(List),
    Revoke(Revoke),
}

/// Make a token and print its secret, which is kept nowhere and shown never again
#[derive(Debug, clap::Args)]
pub(crate) struct Create {
    name: TokenName,
    /// What it may do: viewer, approver, operator or admin
    #[arg(long)]
    role: Role,
    /// Only for pipelines of this team; may be given more than once [default: of every team]
    #[arg(long = "team", value_name = "TEAM")]
    teams: Vec<TeamName>,
    /// Who acts with it, as approvals and the audit know them [default: the token's name]
    #[arg(long = "as", value_name = "LOGIN")]
    actor: Option<Actor>,
    /// How long it counts, or `never` for a token that does not expire
    #[arg(long = "for", value_name = "SPAN", default_value = "90d")]
    lasts: String,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

/// List the tokens, those too that ended in the last 90 days
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// Print one JSON array
    #[arg(long)]
    json: bool,
}

/// Let a token count no longer, from the next request on; streams that it opened end at once
#[derive(Debug, clap::Args)]
pub(crate) struct Revoke {
    name: TokenName,
    /// Print one JSON object
    #[arg(long)]
    json: bool,
}

pub(crate) async fn run(session: &Session, arguments: &Arguments) -> Result<(), Failure> {
    match arguments {
        Arguments::Create(arguments) => create(session, arguments).await,
        Arguments::List(arguments) => list(session, arguments).await,
        Arguments::Revoke(arguments) => revoke(session, arguments).await,
    }
}

async fn create(session: &Session, arguments: &Create) -> Result<(), Failure> {
    let request = TokenRequest {
        name: arguments.name.clone(),
        actor: arguments.actor.clone(),
        grant: Grant {
            role: arguments.role,
            teams: arguments.teams.iter().cloned().collect(),
        },
        lasts: lasts(&arguments.lasts)?,
    };
    let made = session.client()?.make_token(&request).await?;
    if arguments.json {
        return output::json(&made);
    }
    output::line(&made.secret)
}

fn lasts(text: &str) -> Result<Option<Span>, Failure> {
    if text == "never" {
        return Ok(None);
    }
    let span: Result<Span, _> = text.parse();
    span.map(Some).map_err(|why| {
        let message = format!("--for {text} is wrong: {why}");
        Failure::new(Exit::Usage, message).hint("--for 90d, or --for never")
    })
}

async fn list(session: &Session, arguments: &List) -> Result<(), Failure> {
    let client = session.client()?;
    let tokens = client.tokens().await?;
    if arguments.json {
        return output::json(&tokens);
    }
    if tokens.is_empty() {
        return output::line("there are no tokens");
    }
    let now = client.fleet().await?.now;
    let header = ["STATE", "NAME", "ACTS AS", "ROLE", "MADE", "BY"];
    let mut rows = vec![header.map(str::to_owned).to_vec()];
    rows.extend(tokens.iter().map(|token| row(token, now)));
    let lines = output::table(&rows);
    lines.iter().try_for_each(|line| output::line(line))
}

fn row(token: &Token, now: Time) -> Vec<String> {
    let state = match (&token.revoked, token.terms.expires) {
        (Some(revoked), _) => format!(
            "revoked {} ago by {}",
            now.since(revoked.at).short(),
            revoked.by
        ),
        (None, Some(expires)) if expires <= now => {
            format!("expired {} ago", now.since(expires).short())
        }
        (None, Some(expires)) => format!("good for {}", expires.since(now).short()),
        (None, None) => "good".to_owned(),
    };
    vec![
        state,
        token.name.to_string(),
        token.terms.actor.to_string(),
        token.terms.grant.to_string(),
        format!("{} ago", now.since(token.made).short()),
        token.by.to_string(),
    ]
}

async fn revoke(session: &Session, arguments: &Revoke) -> Result<(), Failure> {
    let name = arguments.name.clone();
    let token = session
        .client()?
        .revoke_token(&RevokeRequest { name })
        .await?;
    if arguments.json {
        return output::json(&token);
    }
    output::line(&format!("the token {} counts no longer", token.name))
}
