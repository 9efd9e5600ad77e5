//! `GET /v1/openapi.json`: the interface, told to programs. It is the same for everybody, and names
//! nothing that this server serves.

use crate::api;
use axum::{
    http::header,
    response::{IntoResponse, Response},
};
use std::sync::LazyLock;

/// Made when the first one asks.
static DOCUMENT: LazyLock<String> = LazyLock::new(|| api::openapi().to_string());

pub(super) async fn document() -> Response {
    let form = [(header::CONTENT_TYPE, "application/json")];
    (form, DOCUMENT.as_str()).into_response()
}
