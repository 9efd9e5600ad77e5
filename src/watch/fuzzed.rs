//! Ways into the readers of answers for the fuzz targets, which stand outside of this crate.

use crate::{
    model::{Measure, Time},
    watch::{exposition::Page, prometheus},
};

/// A page of metrics, as a `/metrics` gives it.
pub fn page(bytes: &[u8]) {
    let _page_or_not = Page::parse(bytes);
}

/// Whether a Prometheus' answer to an instant query says that all is well.
pub fn prometheus(bytes: &[u8], now: Time) -> bool {
    let judged = prometheus::judge(bytes, now, Measure::number(50_000));
    judged.is_ok_and(|judged| !judged.above)
}
