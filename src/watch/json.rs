//! A number in a JSON document over HTTP, found by its pointer (RFC 6901).

mod unique;

use crate::{
    model::{Json, Span, Time},
    watch::{
        ask::{ANSWER_MOST, Answers, Ask, Get},
        counter::Counter,
        number,
        source::{Judged, Look, Source},
    },
};
use serde_json::Value;
use std::collections::BTreeMap;
use unique::Unique;

#[derive(Debug)]
pub(crate) struct Document {
    json: Json,
    get: Get,
    points: Counter,
}

impl Source for Document {
    fn asks(&self) -> Vec<Ask> {
        vec![Ask::Get(self.get.clone())]
    }

    fn read(&mut self, _at: Span, _now: Time, answers: &Answers) -> Look {
        let judged = self.judged(answers);
        match judged {
            Ok((judged, points)) => Look::of(Ok(judged), points),
            Err(why) => {
                self.points.interrupted();
                Look::of(Err(why), 0)
            }
        }
    }
}

impl Document {
    pub(crate) fn new(json: &Json) -> Self {
        Self {
            json: json.clone(),
            get: Get {
                url: json.server.url.clone(),
                login: json.server.login.clone(),
                accept: "application/json",
                most: ANSWER_MOST,
                shown: json.server.shown(),
            },
            points: Counter::default(),
        }
    }

    fn judged(&mut self, answers: &Answers) -> Result<(Judged, u64), String> {
        let of = |why: String| format!("{}: {why}", self.get.shown);
        let body = answers.body(&self.get)?;
        let Unique(document) =
            serde_json::from_slice(body).map_err(|why| of(format!("is no JSON: {why}")))?;
        let value = number_at(&document, &self.json.pointer).map_err(of)?;
        let value = number::measure(value, self.json.limit)
            .ok_or_else(|| of(format!("{} is no number", self.json.pointer)))?;
        let points = match &self.json.points {
            None => 0,
            Some(pointer) => {
                let count = number_at(&document, pointer).map_err(of)?;
                let count = number::count(count)
                    .ok_or_else(|| of(format!("{pointer} is no value of a counter")))?;
                self.points
                    .advance(BTreeMap::from([(BTreeMap::new(), count)]))
            }
        };
        Ok((Judged::against(value, self.json.limit), points))
    }
}

/// A number, a text that is one, or a truth value as one or zero.
fn number_at(document: &Value, pointer: &str) -> Result<f64, String> {
    let found = document.pointer(pointer);
    let found = found.ok_or_else(|| format!("has nothing at {pointer}"))?;
    let number = match found {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.parse().ok(),
        Value::Bool(truth) => Some(f64::from(u8::from(*truth))),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    };
    number.ok_or_else(|| format!("{pointer} is no number"))
}
