//! Strategies as a definition writes them.

use super::*;
use pilothouse::model::{BlueGreen, Canary, Secret, SecretName, Strategy};

#[test]
fn a_strategy_is_read_with_its_own_keys() {
    let deploy = |keys: &str| {
        let text = CHECKOUT.replace(
            "deploy = { run = \"./deploy\", check",
            &format!("deploy = {{ {keys}, run = \"./deploy\", check"),
        );
        let checkout = only(&[("checkout.toml", &text)]);
        checkout
            .stage(&stage_name("wave-1"))
            .unwrap()
            .deploy
            .clone()
    };
    let run = |program: &str| Run::Argv(vec![program.to_owned()]);
    let canary = |weights: &[u8], time, points| {
        Strategy::Canary(Canary {
            shift: run("./shift"),
            weights: weights.to_vec(),
            bake: BakeRule { time, points },
        })
    };
    let blue_green = |test, keep| {
        Strategy::BlueGreen(BlueGreen {
            switch: run("./switch"),
            test,
            keep,
        })
    };
    let cases = [
        ("one_box = true", Strategy::Rolling),
        ("strategy = \"all-at-once\"", Strategy::AllAtOnce),
        (
            "strategy = \"canary\", shift = \"./shift\"",
            canary(&[5, 25, 50, 100], Span::minutes(10), 0),
        ),
        (
            "strategy = \"canary\", shift = \"./shift\", weights = [1, 100], weight_bake = \"1h\", weight_data_points = 50",
            canary(&[1, 100], Span::hours(1), 50),
        ),
        (
            "strategy = \"blue-green\", switch = \"./switch\"",
            blue_green(None, Span::hours(1)),
        ),
        (
            "strategy = \"blue-green\", switch = \"./switch\", test = \"./try\", keep = \"2h\"",
            blue_green(Some(run("./try")), Span::hours(2)),
        ),
    ];
    for (keys, strategy) in cases {
        assert_eq!(deploy(keys).strategy, strategy, "{keys}");
    }
    assert!(!deploy("one_box = true").one_way);
    assert!(deploy("rollback = \"one-way\"").one_way);
}

#[test]
fn a_command_is_given_secrets_by_name_and_by_file() {
    let run = |text: &str| {
        let text = CHECKOUT.replace("run = \"make package\"", &format!("run = {text}"));
        only(&[("checkout.toml", &text)]).build.run
    };
    let secret = |name: &str, file: Option<&str>| Secret {
        name: SecretName::parse(name).unwrap(),
        file: file.map(str::to_owned),
    };
    let given =
        run("{ shell = \"make push\", secrets = [\"TOKEN\", { name = \"KEY\", file = \"/k\" }] }");
    let secrets = [secret("TOKEN", None), secret("KEY", Some("/k"))];
    assert_eq!(given.words(), ["sh", "-c", "make push"]);
    assert_eq!(given.secrets(), secrets);
    assert_eq!(given.to_string(), "sh -c \"make push\" with TOKEN, KEY");
    for text in ["\"make push\"", "[\"make\", \"push\"]"] {
        let given = run(&format!("{{ command = {text}, secrets = [\"TOKEN\"] }}"));
        assert_eq!(given.words(), ["make", "push"]);
        assert_eq!(given.secrets(), &secrets[..1]);
        assert_eq!(run(&format!("{{ command = {text} }}")).secrets(), []);
    }
}
