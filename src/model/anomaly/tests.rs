//! What is out of the usual and what is not, in figures and in the words that people read.

use super::*;

/// Traffic of one stretch: requests, faults, milliseconds.
fn traffic((requests, faults, millis): (u64, u64, u64)) -> Traffic {
    Traffic {
        requests,
        faults,
        late: (millis > 0).then_some(millis * 1_000),
    }
}

fn crowd(targets: u64, now: (u64, u64, u64), before: &[(u64, u64, u64)]) -> Crowd {
    let before: Vec<Traffic> = before.iter().copied().map(traffic).collect();
    Crowd {
        targets,
        ..Crowd::of(&[(traffic(now), before)])
    }
}

/// One line for a diagnosis: what is found and in which words.
fn said(diagnosis: &Diagnosis) -> String {
    match diagnosis {
        Diagnosis::Usual(score) => format!("usual {score}"),
        Diagnosis::TooLittle => "too little".to_owned(),
        Diagnosis::Anomaly(found) => format!("ANOMALY {found}"),
        Diagnosis::Everywhere(found) => format!("everywhere {found}"),
    }
}

const CALM: [(u64, u64, u64); 6] = [
    (100, 0, 40),
    (110, 1, 42),
    (95, 0, 41),
    (105, 1, 40),
    (100, 0, 39),
    (102, 1, 44),
];
const NOISY: [(u64, u64, u64); 6] = [
    (100, 2, 40),
    (100, 9, 90),
    (100, 4, 60),
    (100, 7, 120),
    (100, 5, 50),
    (100, 6, 80),
];
const NONE: (u64, u64, u64) = (0, 0, 0);

#[test]
fn what_is_far_above_the_usual() {
    for (judged, control, expected) in [
        // One target with the release, before and now; then the others.
        (
            crowd(1, (100, 1, 41), &CALM),
            Crowd::default(),
            "usual 0.455555",
        ),
        (
            crowd(1, (100, 12, 41), &CALM),
            crowd(3, (300, 1, 40), &[]),
            "ANOMALY 12.00% faults of 100 requests in 1m on 1 target, before 0.00% faults (median of 6), \
             on the 3 without the release 0.33% faults",
        ),
        (
            crowd(1, (100, 12, 41), &CALM),
            crowd(3, (300, 40, 40), &[]),
            "everywhere 12.00% faults of 100 requests in 1m on 1 target, before 0.00% faults (median of 6), \
             on the 3 without the release 13.33% faults",
        ),
        (
            crowd(1, (100, 0, 1_300), &CALM),
            Crowd::default(),
            "ANOMALY 9 of 10 answers within 1.3 s of 100 requests in 1m on 1 target, before 9 of 10 \
             answers within 40 ms (median of 6)",
        ),
        // What is noisy by nature may be noisier.
        (
            crowd(1, (100, 14, 200), &NOISY),
            Crowd::default(),
            "usual 0.875",
        ),
        // Faults everywhere say nothing of the release, and late answers only there do.
        (
            crowd(1, (100, 50, 900), &CALM),
            crowd(2, (200, 90, 40), &[]),
            "ANOMALY 9 of 10 answers within 900 ms of 100 requests in 1m on 1 target, before 9 of 10 \
             answers within 40 ms (median of 6), on the 2 without the release 9 of 10 answers within 40 ms",
        ),
        // Nothing known of before, as after a start of the server: the others say what is usual.
        (
            crowd(1, (100, 12, 0), &CALM[..4]),
            crowd(3, (300, 1, 0), &[]),
            "ANOMALY 12.00% faults of 100 requests in 1m on 1 target, on the 3 without the release 0.33% faults",
        ),
        (crowd(1, (100, 12, 0), &[]), Crowd::default(), "too little"),
        (
            crowd(1, (100, 12, 0), &[]),
            crowd(1, (49, 0, 0), &[]),
            "too little",
        ),
        // Too little traffic, although all of it is faults.
        (crowd(1, (49, 49, 0), &CALM), Crowd::default(), "too little"),
    ] {
        check(judged, control, expected);
    }
}

#[test]
fn requests_that_stop_coming() {
    for (judged, control, expected) in [
        (
            crowd(1, NONE, &CALM),
            crowd(3, (300, 0, 0), &[]),
            "ANOMALY 0 requests in 1m on 1 target, before 100 requests each (median of 6), \
             on the 3 without the release 300 requests",
        ),
        (
            crowd(1, NONE, &CALM),
            crowd(3, NONE, &[]),
            "everywhere 0 requests in 1m on 1 target, before 100 requests each (median of 6), \
             on the 3 without the release 0 requests",
        ),
        (
            crowd(1, NONE, &[(19, 0, 0); 9]),
            Crowd::default(),
            "too little",
        ),
        (crowd(1, NONE, &CALM[..4]), Crowd::default(), "too little"),
        (Crowd::default(), Crowd::default(), "too little"),
    ] {
        check(judged, control, expected);
    }
}

fn check(judged: Crowd, control: Crowd, expected: &str) {
    let scene = Scene {
        judged,
        control,
        minimum: 50,
        stretch: Span::minutes(1),
    };
    assert_eq!(said(&diagnose(&scene)), expected, "{scene:?}");
}

#[test]
fn no_figures_are_too_large() {
    let huge = (u64::MAX, u64::MAX, u64::MAX / 1_000);
    let scene = Scene {
        judged: crowd(u64::MAX, huge, &[huge; 6]),
        control: crowd(u64::MAX, huge, &[]),
        minimum: u64::MAX,
        stretch: Span::minutes(1),
    };
    assert!(matches!(diagnose(&scene), Diagnosis::Usual(_)));
}

#[test]
fn one_silent_target_among_many() {
    let before: Vec<Traffic> = CALM.into_iter().map(traffic).collect();
    let mut members = vec![(traffic((100, 0, 40)), before); 9];
    members[4].0 = Traffic::default();
    let scene = Scene {
        judged: Crowd::of(&members),
        ..Scene::default()
    };
    let expected = "ANOMALY 0 requests in 0s on 1 target, before 100 requests each (median of 54)";
    assert_eq!(said(&diagnose(&scene)), expected);
}

#[test]
fn the_middle() {
    for (values, middle) in [
        (vec![], None),
        (vec![7], Some(7)),
        (vec![9, 1], Some(1)),
        (vec![5, 9, 1], Some(5)),
    ] {
        assert_eq!(median(values), middle);
    }
}
