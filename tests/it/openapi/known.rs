//! A server that knows the secrets and the route that good requests name, with a door on a Unix socket
//! and one on TCP.

use super::asked::Door;
use crate::serving::{Serving, name, serve};
use pilothouse::{
    clock, definition,
    model::EffectId,
    server::{Listen, token},
    service::{Service, Setup},
};
use std::fs;
use tempfile::TempDir;

pub(super) const PUSH_SECRET: &str = "between a forge and us";
pub(super) const ALERT_SECRET: &str = "between Alertmanager and us";
pub(super) const ROUTE: &str = "lamp";

const ORGANIZATION: &str = r#"
[[route]]
name = "lamp"
to = { command = { argv = ["/bin/sh", "-c", ":"] } }
"#;

/// Nothing happens in it by itself.
const CART: &str = r#"
name = "cart"
service = "shop"
owner = "payments"
watch = { every = "1h", max_age = "3h", webhook = { secret_file = "DIRECTORY/alerts", watchdog = ['alertname="Watchdog"'] } }
[source]
repository = "DIRECTORY/no-repository"
poll = "1h"
push_secret_file = "DIRECTORY/push"
[build]
run = "true"
artifact = "artifact"
[[stage]]
name = "beta"
phase = "test"
deploy = { run = "true" }
regions = [{ name = "eu-central-1", time_zone = "UTC", zones = { a = ["cart-1"] } }]
alarms = ["faults"]
[[alarm]]
name = "faults"
fire = "1 of 1"
clear = 1
webhook = { matchers = ['alertname="Faults"'] }
"#;

/// What a reload finds beside it.
const CHECKOUT: &str = include_str!("../definition/checkout.toml");

pub(super) struct World {
    _directory: TempDir,
    serving: [Serving; 2],
    /// The socket, and TCP.
    pub(super) doors: [Door; 2],
}

impl World {
    pub(super) async fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let place = directory.path();
        let definitions = place.join("definitions");
        fs::create_dir(&definitions).unwrap();
        for (file, text) in [
            ("push", PUSH_SECRET),
            ("alerts", ALERT_SECRET),
            ("definitions/organization.toml", ORGANIZATION),
            (
                "definitions/cart.toml",
                &CART.replace("DIRECTORY", place.to_str().unwrap()),
            ),
        ] {
            fs::write(place.join(file), text).unwrap();
        }
        let state = place.join("state");
        let service = Service::start(Setup {
            loaded: definition::load(&definitions, clock::now()).unwrap(),
            state: state.clone(),
            program: crate::program(),
            confinement: pilothouse::executor::Confinement::default(),
        });
        let service = service.await.unwrap();
        fs::write(definitions.join("checkout.toml"), CHECKOUT).unwrap();
        let log = service.log_path(&EffectId::new(&name("cart"), 900));
        fs::create_dir_all(log.parent().unwrap()).unwrap();
        fs::write(&log, b"built \xff it\n").unwrap();
        let token = token::open(&state).unwrap();
        let (socket, addr) = (place.join("run/socket"), "127.0.0.1:0".parse().unwrap());
        let serving = [
            Listen::Unix(socket.clone()),
            Listen::Tcp {
                addr,
                token: token.clone(),
            },
        ];
        let serving = serving.map(|listen| serve(service.clone(), listen));
        let url = serving[1].address.to_string();
        let host = url.strip_prefix("http://").unwrap().to_owned();
        Self {
            _directory: directory,
            serving,
            doors: [Door::Socket(socket), Door::Tcp { host, token }],
        }
    }

    pub(super) async fn stop(self) {
        let [socket, tcp] = self.serving;
        socket.stop().await;
        tcp.stop().await.stop().await;
    }
}
