//! The fields of a dialog, asked one after the other. What is wanted and when it is enough is the
//! dialog's business; the name that must be typed is asked for with the plan.

use crate::{
    cli::{failure::Failure, linear::input::Input, output},
    model::{Command, PipelineName, Time},
    tui::{
        dialog::{Check, Dialog, Field, Value},
        gate::{self, Opening},
    },
};

/// The command that the answers make; none when one was left out that is needed.
pub(super) async fn command(
    input: &mut Input,
    opening: Opening,
    now: Time,
) -> Result<Option<(Option<PipelineName>, Command)>, Failure> {
    let mut dialog = Dialog::open(opening, now);
    for at in 0..dialog.fields.len() {
        let Some(field) = dialog.fields.get_mut(at) else {
            break;
        };
        if !fill(input, field).await? {
            return Ok(None);
        }
        // What one field says may decide what the next one wants.
        dialog.measure();
    }
    Ok(Some(dialog.command()))
}

/// A number from 1 on, as a position from 0 on.
pub(super) async fn number(input: &mut Input, n_choices: usize) -> Option<usize> {
    let line = input.line().await?;
    position(&line, n_choices)
}

fn position(text: &str, n_choices: usize) -> Option<usize> {
    let number: usize = text.trim().parse().ok()?;
    (1..=n_choices).contains(&number).then(|| number - 1)
}

/// Asks for one field until it is filled in. Whether it is.
async fn fill(input: &mut Input, field: &mut Field) -> Result<bool, Failure> {
    let label = field.label;
    match &mut field.value {
        Value::Choice { options, chosen } => {
            list(label, options.iter().cloned())?;
            output::line(&format!("Type a number, or nothing for {}.", *chosen + 1))?;
            let Some(line) = input.line().await else {
                return Ok(false);
            };
            match position(&line, options.len()) {
                Some(at) => *chosen = at,
                None if line.trim().is_empty() => {}
                None => return Ok(false),
            }
        }
        Value::Checks { options, .. } => {
            list(label, options.iter().map(check))?;
            output::line("Type the numbers of those that are meant, with spaces between.")?;
            let line = input.line().await.unwrap_or_default();
            for word in line.split_whitespace() {
                let chosen = position(word, options.len()).and_then(|at| options.get_mut(at));
                if let Some(check) = chosen.filter(|check| check.locked.is_none()) {
                    check.ticked = true;
                }
            }
        }
        Value::Text { .. } => return text(input, field).await,
        Value::Token { .. } => return Ok(true),
    }
    enough(field)
}

async fn text(input: &mut Input, field: &mut Field) -> Result<bool, Failure> {
    loop {
        output::line(&format!("{}:", field.label))?;
        let Some(line) = input.line().await else {
            return Ok(false);
        };
        if let Value::Text { input, .. } = &mut field.value {
            *input = tui_input::Input::new(line.trim().to_owned());
        }
        if enough(field)? {
            return Ok(true);
        }
        if line.trim().is_empty() {
            return Ok(false);
        }
    }
}

/// Whether the field has what it needs; what is missing is said.
fn enough(field: &Field) -> Result<bool, Failure> {
    match gate::field_missing(field) {
        Some(missing) => output::line(&format!("Not yet: {missing}.")).map(|()| false),
        None => Ok(true),
    }
}

fn list(label: &str, options: impl Iterator<Item = String>) -> Result<(), Failure> {
    output::line(&format!("{label}:"))?;
    for (at, option) in options.enumerate() {
        output::line(&format!("{}. {option}", at + 1))?;
    }
    Ok(())
}

fn check(check: &Check) -> String {
    let locked = check.locked.as_ref();
    let locked = locked.map_or(String::new(), |why| format!(", cannot be chosen: {why}"));
    format!("{}: {}{locked}", check.blocker, check.why)
}
