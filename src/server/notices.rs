//! `GET /v1/notices` and `POST /v1/notices/test`: how the routes do on which people are told, and a
//! notice that tries one out.

use crate::{
    api::{ProblemKind, RouteState, TestAnswer, TestRequest},
    server::{
        Shared,
        auth::Operator,
        body::Asked,
        permit::Permit,
        problem::{Fault, fault},
    },
};
use axum::{Extension, Json, extract::State};

pub(super) async fn states(State(shared): State<Shared>) -> Json<Vec<RouteState>> {
    Json(shared.service.notices())
}

pub(super) async fn test(
    State(shared): State<Shared>,
    Extension(Operator(by)): Extension<Operator>,
    Extension(permit): Extension<Permit>,
    Asked(request): Asked<TestRequest>,
) -> Result<Json<TestAnswer>, Fault> {
    permit.to_try_routes()?;
    let name = &request.route;
    let answer = shared.service.test_route(name, by).await;
    answer.map(Json).ok_or_else(|| {
        let known = shared.service.notices().into_iter();
        let known: Vec<String> = known.map(|state| state.route.to_string()).collect();
        let detail = match known.as_slice() {
            [] => format!("there is no route {name}; organization.toml has none"),
            known => format!(
                "there is no route {name}; the routes are {}",
                known.join(", ")
            ),
        };
        fault(ProblemKind::UnknownRoute, detail)
    })
}
