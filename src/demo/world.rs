//! Everything of the demo together: files, processes, traffic, the service and its server, started
//! in order and ended in the opposite one.

use crate::{
    client::{Address, Client},
    clock, definition,
    demo::{
        DemoError, Options,
        content::{self, Repositories},
        definitions,
        fleet::Fleet,
        place::{Place, Removal},
        traffic::Traffic,
    },
    model::Actor,
    server::{Listen, Server},
    service::{Confinement, Service, Setup},
};
use std::path::{Path, PathBuf};
use tokio::{net::TcpListener, sync::oneshot, task::JoinHandle};

/// Fields end in the order in which they stand here, the directory last.
#[derive(Debug)]
pub(super) struct World {
    pub(super) client: Client,
    socket: PathBuf,
    pub(super) repositories: Repositories,
    service: Service,
    server: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    traffic: Option<Traffic>,
    pub(super) fleet: Fleet,
    _removal: Removal,
}

impl World {
    pub(super) async fn start(options: &Options) -> Result<Self, DemoError> {
        let operator = operator()?;
        let program = std::env::current_exe().map_err(DemoError::Program)?;
        let (place, removal) = Place::create(options.dir.clone())?;
        let listener = TcpListener::bind(("127.0.0.1", 0)).await;
        let listener = listener.map_err(DemoError::Listen)?;
        let metrics = listener.local_addr().map_err(DemoError::Listen)?;
        let metrics = format!("http://{metrics}/metrics");
        definitions::write(&place, &metrics, &operator, &program)?;
        let loaded = definition::load(&place.definitions(), clock::now())?;
        let repositories = content::create(&place, clock::now()).await?;
        let fleet = Fleet::start(&place, &loaded, &program).await?;
        let traffic = Traffic::start(listener, &fleet.stations)?;
        let setup = Setup {
            loaded,
            state: place.state(),
            program: program.clone(),
            confinement: Confinement::default(),
        };
        let service = Service::start(setup).await?;
        let (stop, stopped) = oneshot::channel();
        let until = async {
            let _world_is_gone = stopped.await;
        };
        let server = Server::bind(Listen::Unix(place.socket()))?;
        let serving = server.run(service.clone(), until);
        let server = Some((stop, tokio::spawn(serving)));
        let socket = place.socket();
        let client = Client::new(Address::Unix(socket.clone()))?;
        Ok(Self {
            client,
            socket,
            repositories,
            service,
            server,
            traffic: Some(traffic),
            fleet,
            _removal: removal,
        })
    }

    /// Where its server listens.
    pub(super) fn socket(&self) -> &Path {
        &self.socket
    }

    /// Ends everything: no new work first, then the server, the users, the targets and
    /// the files.
    pub(super) async fn end(mut self) {
        if let Err(error) = self.service.end().await {
            tracing::warn!(%error, "the demo's steps did not end");
        }
        if let Some((stop, serving)) = self.server.take() {
            let _ended_already = stop.send(());
            if let Err(error) = serving.await {
                tracing::warn!(%error, "the demo's server did not end in order");
            }
        }
        drop(self.traffic.take());
        self.fleet.stop().await;
    }
}

/// The login name of whoever runs this.
fn operator() -> Result<Actor, DemoError> {
    let user = nix::unistd::User::from_uid(nix::unistd::getuid());
    let user = user.map_err(|error| DemoError::Operator(error.to_string()))?;
    let user = user.ok_or_else(|| DemoError::Operator("the user has no name".to_owned()))?;
    Actor::parse(&user.name).map_err(|bad| DemoError::Operator(bad.to_string()))
}
