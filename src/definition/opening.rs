//! Windows that never open, alone or together: a release would wait for ever and nothing would say
//! why. It looks at the minutes of a week and knows neither dates nor zones.

use crate::{
    definition::fields::{At, Fields},
    model::{Week, Window, WindowName},
};

/// Judges one window by itself.
pub(crate) fn alone(fields: &Fields<'_>, window: &Window) {
    let open = open(window);
    if !open.is_never() {
        in_turn(fields, window, &open);
        return;
    }
    let (report, subject) = (fields.report(), fields.subject());
    let place = fields.place_of("deny");
    match &window.allow {
        Some(allow) => {
            let what = format!(
                "{subject} never opens: its deny covers all of its allow; leave some of {allow} free"
            );
            report.problem(place, what);
        }
        // A freeze may well be meant; an override passes it.
        None => report.warning(
            place,
            format!("{subject} never opens: it denies the whole week"),
        ),
    }
}

/// A stagger as long as the window is open gives a pipeline a turn that may never come.
fn in_turn(fields: &Fields<'_>, window: &Window, open: &Week) {
    if let Some(longest) = open
        .longest_open()
        .filter(|longest| window.stagger >= *longest)
    {
        let what = format!(
            "{}.stagger is {}, and the window is open for at most {longest} at a time: a pipeline whose turn comes late would never begin; use less than {longest}",
            fields.subject(),
            window.stagger
        );
        fields.report().problem(fields.place_of("stagger"), what);
    }
}

/// Judges the windows of a stage, all of which must be open at once.
pub(crate) fn together(stage: &Fields<'_>, names: &[At<WindowName>], known: &[Window]) {
    let mut week = Week::whole();
    let mut asked = Vec::new();
    for At { value: name, .. } in names {
        let window = known.iter().find(|window| window.name == *name);
        // One that never opens by itself has been judged.
        let open = window.map(open).filter(|open| !open.is_never());
        if let Some(open) = open {
            week = week.and(&open);
            asked.push(name.as_str());
        }
    }
    if week.is_never() {
        let what = format!(
            "{} never opens: no minute of the week is in all of its windows {}",
            stage.subject(),
            asked.join(", ")
        );
        stage.report().problem(stage.place_of("windows"), what);
    }
}

fn open(window: &Window) -> Week {
    let week = Week::whole();
    let week = match &window.allow {
        Some(allow) => week.and(&allow.week()),
        None => week,
    };
    match &window.deny {
        Some(deny) => week.without(&deny.week()),
        None => week,
    }
}
