//! What each operation takes and answers. It knows types, not how a document tells of them.

use crate::{
    api::{
        Alarms, CommitRequest, DefinitionsPlan, DefinitionsRequest, DeliveryQuery, Events,
        EventsQuery, Fleet, LogQuery, Operation, PlanRequest, ProblemKind, Ready, ReloadRequest,
        RevokeRequest, RouteState, Setting, Settled, Snapshot, StreamQuery, TestAnswer,
        TestRequest, Token, TokenMade, TokenRequest, Way, Windows, WindowsQuery,
        openapi::schemas::Schemas,
    },
    model::{DeliveryReport, Forecast, Plan},
};
use serde_json::{Value as Json, json};

/// One operation's request and answers.
pub(super) struct Described {
    /// A schema whose properties may stand in the query.
    pub(super) query: Option<Json>,
    pub(super) body: Body,
    /// The good answers by status.
    pub(super) good: Vec<(u16, Good)>,
    /// Sorted, each once.
    pub(super) problems: Vec<ProblemKind>,
}

pub(super) enum Body {
    None,
    Json(Json),
    /// Somebody else's, of which only little is read.
    Pushed,
}

pub(super) enum Good {
    Json(Json),
    /// Of this content type.
    Text(&'static str),
    Empty,
    Log,
    Events,
}

type Answers = (Vec<(u16, Good)>, &'static [ProblemKind]);

const PLAIN: &str = "text/plain; charset=utf-8";
const METRICS_FORM: &str = "text/plain; version=0.0.4; charset=utf-8";

const OF_PUSHED: [ProblemKind; 3] = [
    ProblemKind::BrokenBody,
    ProblemKind::SlowBody,
    ProblemKind::TooLarge,
];

const OF_JSON: [ProblemKind; 5] = [
    ProblemKind::BrokenBody,
    ProblemKind::SlowBody,
    ProblemKind::TooLarge,
    ProblemKind::NotJson,
    ProblemKind::BadBody,
];

const OF_COMMANDS: [ProblemKind; 5] = [
    ProblemKind::UnknownPipeline,
    ProblemKind::BrokenOff,
    ProblemKind::Refused,
    ProblemKind::NotRecorded,
    ProblemKind::Stopping,
];

const OF_DEFINITIONS: [ProblemKind; 9] = [
    ProblemKind::UnknownPipeline,
    ProblemKind::Refused,
    ProblemKind::BrokenOff,
    ProblemKind::NotRecorded,
    ProblemKind::Stopping,
    ProblemKind::WrongDefinitions,
    ProblemKind::NotAdmin,
    ProblemKind::PlanChanged,
    ProblemKind::Failed,
];

const OF_NEW_TOKENS: [ProblemKind; 5] = [
    ProblemKind::Taken,
    ProblemKind::TooManyTokens,
    ProblemKind::NotRecorded,
    ProblemKind::Stopping,
    ProblemKind::Failed,
];

const OF_OLD_TOKENS: [ProblemKind; 4] = [
    ProblemKind::UnknownToken,
    ProblemKind::NotRecorded,
    ProblemKind::Stopping,
    ProblemKind::Failed,
];

const OF_LOGS: [ProblemKind; 3] = [
    ProblemKind::UnknownStep,
    ProblemKind::UnreadableLog,
    ProblemKind::TooManyFollowers,
];

const OF_STREAMS: [ProblemKind; 3] = [
    ProblemKind::BadCursor,
    ProblemKind::BadName,
    ProblemKind::TooManyClients,
];

const OF_EVERYBODY: [ProblemKind; 6] = [
    ProblemKind::ForeignHost,
    ProblemKind::ForeignOrigin,
    ProblemKind::ForeignSite,
    ProblemKind::LengthRequired,
    ProblemKind::TooManyRequests,
    ProblemKind::LargeHead,
];

impl Described {
    pub(super) fn of(operation: Operation, schemas: &mut Schemas) -> Self {
        let (query, body) = asked(operation, schemas);
        let (good, own) = answered(operation, schemas);
        let mut problems = [own, &OF_EVERYBODY].concat();
        if operation.path().contains('{') {
            problems.push(ProblemKind::BadPath);
        }
        if query.is_some() {
            problems.push(ProblemKind::BadQuery);
        }
        match body {
            Body::None => {}
            Body::Json(_) => problems.extend(OF_JSON),
            Body::Pushed => problems.extend(OF_PUSHED),
        }
        match operation.way() {
            Way::Open => {}
            Way::Proven => problems.push(ProblemKind::Unproven),
            Way::Known => problems.extend([ProblemKind::Unauthorized, ProblemKind::NotPermitted]),
        }
        problems.sort_unstable();
        problems.dedup();
        Self {
            query,
            body,
            good,
            problems,
        }
    }
}

/// What may stand in the query, and the body.
fn asked(operation: Operation, schemas: &mut Schemas) -> (Option<Json>, Body) {
    let query = match operation {
        Operation::Events | Operation::OrganizationEvents => schemas.query::<EventsQuery>(),
        Operation::Windows => schemas.query::<WindowsQuery>(),
        Operation::Log => schemas.query::<LogQuery>(),
        Operation::Delivery => schemas.query::<DeliveryQuery>(),
        Operation::Stream => schemas.query::<StreamQuery>(),
        Operation::Changes | Operation::Alerts => return (None, Body::Pushed),
        Operation::NoticesTest => return (None, Body::Json(schemas.sent::<TestRequest>())),
        Operation::Plan => return (None, Body::Json(schemas.sent::<PlanRequest>())),
        Operation::Commands => return (None, Body::Json(schemas.sent::<CommitRequest>())),
        Operation::Definitions => return (None, Body::Json(schemas.sent::<ReloadRequest>())),
        Operation::DefinitionsPlan => {
            return (None, Body::Json(schemas.sent::<DefinitionsRequest>()));
        }
        Operation::TokenMake => return (None, Body::Json(schemas.sent::<TokenRequest>())),
        Operation::TokenRevoke => return (None, Body::Json(schemas.sent::<RevokeRequest>())),
        Operation::Fleet
        | Operation::Pipeline
        | Operation::Alarms
        | Operation::Forecast
        | Operation::Settings
        | Operation::Notices
        | Operation::Settled
        | Operation::Tokens
        | Operation::OpenApi
        | Operation::Metrics
        | Operation::Alive
        | Operation::Ready => return (None, Body::None),
    };
    (Some(query), Body::None)
}

fn json(schema: Json, own: &'static [ProblemKind]) -> Answers {
    (vec![(200, Good::Json(schema))], own)
}

/// The good answers, and the problems that are this operation's own.
fn answered(operation: Operation, schemas: &mut Schemas) -> Answers {
    use ProblemKind as Kind;
    let of_pipeline: &[Kind] = &[Kind::UnknownPipeline];
    match operation {
        Operation::Fleet => json(schemas.answered::<Fleet>(), &[]),
        Operation::Pipeline => json(schemas.answered::<Snapshot>(), of_pipeline),
        Operation::Events => json(
            schemas.answered::<Events>(),
            &[Kind::UnknownPipeline, Kind::Failed],
        ),
        Operation::OrganizationEvents => json(schemas.answered::<Events>(), &[Kind::Failed]),
        Operation::Alarms => json(schemas.answered::<Alarms>(), of_pipeline),
        Operation::Windows => json(
            schemas.answered::<Windows>(),
            &[Kind::UnknownPipeline, Kind::BadBounds],
        ),
        Operation::Forecast => json(schemas.answered::<Forecast>(), of_pipeline),
        Operation::Settings => json(
            schemas.answered::<Vec<Setting>>(),
            &[Kind::UnknownPipeline, Kind::Failed],
        ),
        Operation::Log => (vec![(200, Good::Log)], &OF_LOGS),
        Operation::Changes | Operation::Alerts => {
            let own: &[Kind] = if operation == Operation::Alerts {
                &[Kind::BadBody]
            } else {
                &[]
            };
            (vec![(202, Good::Empty)], own)
        }
        Operation::Delivery => json(schemas.answered::<DeliveryReport>(), &[Kind::Stopping]),
        Operation::Notices => json(schemas.answered::<Vec<RouteState>>(), &[]),
        Operation::NoticesTest => json(schemas.answered::<TestAnswer>(), &[Kind::UnknownRoute]),
        Operation::Stream => (vec![(200, Good::Events)], &OF_STREAMS),
        Operation::Plan => json(schemas.answered::<Plan>(), &OF_COMMANDS),
        Operation::Commands => json(schemas.answered::<Settled>(), &OF_COMMANDS),
        Operation::Settled => json(
            schemas.answered::<Settled>(),
            &[Kind::UnknownRequest, Kind::Failed],
        ),
        Operation::Definitions | Operation::DefinitionsPlan => {
            json(schemas.answered::<DefinitionsPlan>(), &OF_DEFINITIONS)
        }
        Operation::Tokens => json(schemas.answered::<Vec<Token>>(), &[]),
        Operation::TokenMake => json(schemas.answered::<TokenMade>(), &OF_NEW_TOKENS),
        Operation::TokenRevoke => json(schemas.answered::<Token>(), &OF_OLD_TOKENS),
        Operation::OpenApi => json(json!({ "type": "object" }), &[]),
        Operation::Metrics => (vec![(200, Good::Text(METRICS_FORM))], &[]),
        Operation::Alive => (vec![(200, Good::Text(PLAIN))], &[]),
        Operation::Ready => {
            let ready = schemas.answered::<Ready>();
            let good = [200, 503].map(|status| (status, Good::Json(ready.clone())));
            (good.into(), &[])
        }
    }
}
