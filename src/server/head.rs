//! How large the head of a request may be. HTTP itself only sees to it that one without an end is not
//! read for ever: one that arrives whole can be nearly twice as large.

use crate::{
    api::ProblemKind,
    server::problem::{Fault, fault},
};
use axum::{extract::Request, middleware::Next, response::Response};

/// Bytes; browsers and proxies stay far below.
pub(super) const MOST: usize = 64 * 1024;

/// What stands around a name and its value: a colon, a space and the end of the line.
const AROUND: usize = 4;

pub(super) async fn bounded(request: Request, next: Next) -> Result<Response, Fault> {
    let address = request.uri().path_and_query();
    let address = address.map_or(0, |address| address.as_str().len());
    let headers = request.headers().iter();
    let headers = headers.map(|(name, value)| name.as_str().len() + value.len() + AROUND);
    if address + headers.sum::<usize>() > MOST {
        return Err(fault(
            ProblemKind::LargeHead,
            format!("its path and its headers may have {MOST} bytes"),
        ));
    }
    Ok(next.run(request).await)
}
