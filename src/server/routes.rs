//! Which part of the server answers which operation of the interface, behind what stands before all
//! of them. An operation that nobody answers does not compile.

use crate::{
    api::{Method, Operation, Way},
    server::{
        BODY_LIMIT, DEFINITIONS_LIMIT, Shared, alarms, alerts, auth, body, changes, commands,
        definitions, delivery, fleet, head, health, limit, logs, marked, metrics, notices,
        oidc::Issuer, openapi, origin, pipeline, plan, problem, stream, tokens, windows,
    },
};
use axum::{
    Router,
    extract::DefaultBodyLimit,
    middleware,
    routing::{MethodFilter, MethodRouter, on},
};

pub(super) fn routes(shared: Shared, guard: auth::Guard, issuer: Option<Issuer>) -> Router {
    let door = auth::Door {
        guard: guard.clone(),
        issuer,
        service: shared.service.clone(),
    };
    let known = operations(|way| way == Way::Known);
    let known = known.layer(middleware::from_fn_with_state(door, auth::known));
    known
        .merge(operations(|way| way != Way::Known))
        .fallback(problem::no_such_route)
        .method_not_allowed_fallback(problem::wrong_method)
        .layer(middleware::from_fn_with_state(guard, origin::origin))
        .layer(middleware::from_fn(body::of_known_length))
        .layer(middleware::from_fn(head::bounded))
        .layer(middleware::from_fn_with_state(
            shared.limits.clone(),
            limit::limit,
        ))
        .layer(middleware::map_response(marked))
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .with_state(shared)
}

fn operations(wanted: impl Fn(Way) -> bool) -> Router<Shared> {
    let all = Operation::ALL.iter();
    let wanted = all.filter(|operation| wanted(operation.way()));
    wanted.fold(Router::new(), |router, operation| {
        router.route(operation.path(), answering(*operation))
    })
}

fn answering(operation: Operation) -> MethodRouter<Shared> {
    let asked = match operation.method() {
        Method::Get => MethodFilter::GET,
        Method::Post => MethodFilter::POST,
    };
    match operation {
        Operation::Fleet => on(asked, fleet::fleet),
        Operation::Pipeline => on(asked, pipeline::snapshot),
        Operation::Events => on(asked, pipeline::events),
        Operation::OrganizationEvents => on(asked, pipeline::organization_events),
        Operation::Alarms => on(asked, alarms::alarms),
        Operation::Windows => on(asked, windows::windows),
        Operation::Forecast => on(asked, pipeline::forecast),
        Operation::Settings => on(asked, pipeline::settings),
        Operation::Log => on(asked, logs::log),
        Operation::Changes => on(asked, changes::changes),
        Operation::Alerts => on(asked, alerts::alerts).layer(DefaultBodyLimit::max(alerts::LIMIT)),
        Operation::Delivery => on(asked, delivery::report),
        Operation::Notices => on(asked, notices::states),
        Operation::NoticesTest => on(asked, notices::test),
        Operation::Stream => on(asked, stream::stream),
        Operation::Plan => on(asked, plan::plan),
        Operation::Commands => on(asked, commands::commit),
        Operation::Settled => on(asked, commands::settled),
        Operation::Definitions => on(asked, definitions::reload),
        Operation::DefinitionsPlan => {
            on(asked, definitions::plan).layer(DefaultBodyLimit::max(DEFINITIONS_LIMIT))
        }
        Operation::Tokens => on(asked, tokens::list),
        Operation::TokenMake => on(asked, tokens::make),
        Operation::TokenRevoke => on(asked, tokens::revoke),
        Operation::OpenApi => on(asked, openapi::document),
        Operation::Metrics => on(asked, metrics::metrics),
        Operation::Alive => on(asked, health::alive),
        Operation::Ready => on(asked, health::ready),
    }
}
