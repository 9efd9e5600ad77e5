//! The strategy of a stage's `deploy`: its name, and the keys that only it has. A key of another
//! strategy is a mistake, because it would seem to do something.

use crate::{
    definition::{
        fields::Fields,
        node::{Node, Value},
        readable::{Readable, StrategyName},
        shape::Shape,
        source::positive,
    },
    model::{BakeRule, BlueGreen, Canary, Phase, Run, Strategy},
};
use serde_json::json;

/// Every key that belongs to one strategy alone.
const OWN: [(&str, StrategyName); 7] = [
    ("shift", StrategyName::Canary),
    ("weights", StrategyName::Canary),
    ("weight_bake", StrategyName::Canary),
    ("weight_data_points", StrategyName::Canary),
    ("switch", StrategyName::BlueGreen),
    ("test", StrategyName::BlueGreen),
    ("keep", StrategyName::BlueGreen),
];

pub(crate) fn strategy(fields: &Fields<'_>, phase: Option<Phase>) -> Option<Strategy> {
    let name: StrategyName = fields.get("strategy")?;
    for (key, owner) in OWN {
        if fields.has(key) && owner != name {
            let what = format!(
                "{0}.{key} belongs to strategy = \"{owner}\", and this one is \"{name}\"; drop the key or change {0}.strategy",
                fields.subject()
            );
            fields.report().problem(fields.place_of(key), what);
        }
    }
    match name {
        StrategyName::Rolling => Some(Strategy::Rolling),
        StrategyName::AllAtOnce => {
            if phase == Some(Phase::Production) {
                let what = format!(
                    "{} takes all targets of a region at once in production: a bad release is everywhere before anybody sees it",
                    fields.subject()
                );
                fields.report().warning(fields.place_of("strategy"), what);
            }
            Some(Strategy::AllAtOnce)
        }
        StrategyName::Canary => canary(fields).map(Strategy::Canary),
        StrategyName::BlueGreen => blue_green(fields).map(Strategy::BlueGreen),
    }
}

fn canary(fields: &Fields<'_>) -> Option<Canary> {
    let shift: Option<Run> = fields.get("shift");
    let weights = weights(fields);
    let time = positive(fields, "weight_bake");
    let points = fields.get("weight_data_points");
    Some(Canary {
        shift: shift?,
        weights: weights?,
        bake: BakeRule {
            time: time?,
            points: points?,
        },
    })
}

/// Percentages that rise to 100.
fn weights(fields: &Fields<'_>) -> Option<Vec<u8>> {
    let Weights(weights) = fields.get("weights")?;
    let rising = weights.is_sorted_by(|one, next| one < next);
    if rising && weights.first() > Some(&0) && weights.last() == Some(&100) {
        return Some(weights);
    }
    let what = format!(
        "{}.weights must rise from above 0 to 100, as in [5, 25, 50, 100]",
        fields.subject()
    );
    fields.report().problem(fields.place_of("weights"), what);
    None
}

/// A list of percentages, not yet judged; the default is one text.
struct Weights(Vec<u8>);

impl Readable for Weights {
    const WANTED: &'static str = "a list of percentages such as [5, 25, 50, 100]";
    fn read(value: &Value) -> Result<Self, String> {
        let wanted = || format!("must be {}, not {}", Self::WANTED, value.describe());
        let digits: Vec<&str> = if let Value::List(items) = value {
            items.iter().map(digits).collect()
        } else if let Value::Text(text) = value {
            text.split(',').map(str::trim).collect()
        } else {
            return Err(wanted());
        };
        let weights: Result<_, _> = digits.into_iter().map(str::parse).collect();
        weights
            .map(Weights)
            .map_err(|_no_percentage| format!("must be {}, each a whole number", Self::WANTED))
    }
    fn shape() -> Shape {
        let list = json!({ "type": "array", "items": { "type": "integer" } });
        let text = json!({ "type": "string" });
        Shape {
            schema: json!({ "anyOf": [list, text], "description": Self::WANTED }),
            examples: &["[5, 100]"],
        }
    }
}

/// The digits of a whole number; nothing of anything else.
fn digits(item: &Node) -> &str {
    if let Value::Integer(digits) = &item.value {
        digits
    } else {
        ""
    }
}

fn blue_green(fields: &Fields<'_>) -> Option<BlueGreen> {
    let switch: Option<Run> = fields.get("switch");
    let test = fields.optional("test");
    let keep = positive(fields, "keep");
    Some(BlueGreen {
        switch: switch?,
        test,
        keep: keep?,
    })
}
