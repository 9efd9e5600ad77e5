//! How the terminal and the command line speak to a server: one method for each route of `api`,
//! errors that say what to do next, the event stream, and a feed that stays connected. It knows
//! nothing of screens, and it never sends a command a second time.

mod address;
mod body;
mod error;
mod feed;
mod link;
mod sse;
mod stream;
mod tokens;

pub use address::Address;
pub use error::ClientError;
pub use feed::{Feed, FeedCommand, FeedEvent};
pub use link::{Link, Monitor, longest_pause};
pub use sse::{EVENT_LIMIT, Message, Oversize, Parser};
pub use stream::EventStream;

use crate::{
    api::{
        self, Alarms, CommitRequest, Cursor, DefinitionsPlan, DefinitionsRequest, Events, Fleet,
        LogPiece, LogState, PlanRequest, ReloadRequest, RouteState, Setting, Settled, Snapshot,
        TestAnswer, TestRequest, Windows,
    },
    client::body::{ANSWER_MOST, Cut, PROBLEM_MOST},
    http,
    model::{
        DeliveryReport, EffectId, Forecast, PipelineName, Plan, RequestKey, Revision, Span,
        TeamName, Time,
    },
};
use reqwest::{
    Method, RequestBuilder, Response,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use serde::{Serialize, de::DeserializeOwned};
use std::{collections::BTreeSet, future::Future, path::Path};

/// A person waits for every answer, and the server is near: longer than this is no answer.
const PATIENCE: Span = Span::seconds(5);

/// A notice may take its way twice, and each takes at most half a minute.
const DELIVERY: Span = Span::seconds(65);

/// A connection to one server. Clones share it.
#[derive(Debug, Clone)]
pub struct Client {
    http: reqwest::Client,
    address: Address,
    headers: HeaderMap,
}

impl Client {
    /// Nothing is sent yet.
    ///
    /// # Errors
    /// When the address is not usable: a token that no header can carry, authorities that are none,
    /// or TCP in clear text that would leave this machine.
    pub fn new(address: Address) -> Result<Self, ClientError> {
        let unusable = |why: String| ClientError::Address {
            address: address.to_string(),
            why,
        };
        let mut headers = HeaderMap::new();
        if let Some(token) = address.checked_token().map_err(unusable)? {
            let text = format!("Bearer {token}");
            let mut value = HeaderValue::from_str(&text)
                .map_err(|_holds_the_token| unusable("the token is not plain text".to_owned()))?;
            value.set_sensitive(true);
            headers.insert(AUTHORIZATION, value);
        }
        let http = match &address {
            Address::Unix(_) | Address::Tcp { .. } => {
                http::local(address.socket()).map_err(|why| unusable(http::innermost(&why)))?
            }
            Address::Tls { authorities, .. } => {
                http::remote(authorities.as_deref()).map_err(unusable)?
            }
        };
        Ok(Self {
            http,
            address,
            headers,
        })
    }

    pub fn address(&self) -> &Address {
        &self.address
    }

    pub async fn fleet(&self) -> Result<Fleet, ClientError> {
        self.get("loading the fleet", api::FLEET).await
    }

    pub async fn pipeline(&self, name: &PipelineName) -> Result<Snapshot, ClientError> {
        let path = format!("{}/{name}", api::PIPELINES);
        self.get("loading a pipeline", &path).await
    }

    /// One page of a pipeline's entries after a revision, oldest first.
    pub async fn events(
        &self,
        name: &PipelineName,
        after: Revision,
        limit: usize,
    ) -> Result<Events, ClientError> {
        let path = format!(
            "{}/{name}/events?after={after}&limit={limit}",
            api::PIPELINES
        );
        self.get("loading events", &path).await
    }

    /// One page of the organization's entries after a revision, oldest first.
    pub async fn organization_events(
        &self,
        after: Revision,
        limit: usize,
    ) -> Result<Events, ClientError> {
        let path = format!("{}?after={after}&limit={limit}", api::ORGANIZATION_EVENTS);
        self.get("loading events", &path).await
    }

    /// What a pipeline's alarms say, and what there is to see of them.
    pub async fn alarms(&self, name: &PipelineName) -> Result<Alarms, ClientError> {
        let path = format!("{}/{name}/alarms", api::PIPELINES);
        self.get("loading alarms", &path).await
    }

    /// When each stage of a pipeline lets releases in, over a while.
    pub async fn windows(
        &self,
        name: &PipelineName,
        (from, to): (Time, Time),
    ) -> Result<Windows, ClientError> {
        let path = format!("{}/{name}/windows?from={from}&to={to}", api::PIPELINES);
        self.get("loading windows", &path).await
    }

    /// What is expected to happen to a pipeline from now on.
    pub async fn forecast(&self, name: &PipelineName) -> Result<Forecast, ClientError> {
        let path = format!("{}/{name}/forecast", api::PIPELINES);
        self.get("forecasting", &path).await
    }

    /// How well changes reached production in the last days, of one team or of all.
    pub async fn delivery(
        &self,
        days: u32,
        owner: Option<&TeamName>,
    ) -> Result<DeliveryReport, ClientError> {
        let owner = owner.map_or(String::new(), |owner| format!("&owner={owner}"));
        let path = format!("{}?days={days}{owner}", api::DELIVERY);
        self.get("loading delivery metrics", &path).await
    }

    /// How every route does on which people are told.
    pub async fn notices(&self) -> Result<Vec<RouteState>, ClientError> {
        self.get("loading notices", api::NOTICES).await
    }

    /// Sends a notice that means nothing on a route; waits until it arrived or did not.
    pub async fn test_route(&self, request: &TestRequest) -> Result<TestAnswer, ClientError> {
        let doing = "trying a route out";
        let request = self.request(Method::POST, api::NOTICES_TEST).json(request);
        let answer = self.send_within(doing, request, DELIVERY).await?;
        self.read(doing, answer).await
    }

    /// The dry run of a command. Changes nothing, so it may be asked for again.
    pub async fn plan(&self, request: &PlanRequest) -> Result<Plan, ClientError> {
        self.post("planning", api::PLAN, request).await
    }

    /// Sends a command, once.
    ///
    /// # Errors
    /// [`ClientError::Refused`] when the server said no; [`ClientError::UnknownOutcome`] when the
    /// request may have arrived but no answer came: ask [`Client::settled`], do not send again.
    /// After any other error nothing was done.
    pub async fn commit(&self, request: &CommitRequest) -> Result<Settled, ClientError> {
        let key = &request.request.key;
        self.post("sending a command", api::COMMANDS, request)
            .await
            .map_err(|why| why.after_sending(key))
    }

    /// What became of a request; none when no request with this key ever arrived.
    pub async fn settled(&self, key: &RequestKey) -> Result<Option<Settled>, ClientError> {
        let path = format!("{}/{key}", api::COMMANDS);
        match self.get("asking about a request", &path).await {
            Ok(settled) => Ok(Some(settled)),
            Err(ClientError::Problem { problem, .. })
                if problem.is(api::ProblemKind::UnknownRequest) =>
            {
                Ok(None)
            }
            Err(other) => Err(other),
        }
    }

    /// What definitions would change. Changes nothing, so it may be asked for again.
    pub async fn plan_definitions(
        &self,
        request: &DefinitionsRequest,
    ) -> Result<DefinitionsPlan, ClientError> {
        self.post("planning a reload", api::DEFINITIONS_PLAN, request)
            .await
    }

    /// Lets the server read its definitions again. Without an answer it may be sent again: what was
    /// taken over does not change a second time.
    pub async fn reload(&self, request: &ReloadRequest) -> Result<DefinitionsPlan, ClientError> {
        self.post("reloading", api::DEFINITIONS, request).await
    }

    /// Every effective value of a pipeline's definition, and where it was written.
    pub async fn settings(&self, name: &PipelineName) -> Result<Vec<Setting>, ClientError> {
        let path = format!("{}/{name}/settings", api::PIPELINES);
        self.get("loading settings", &path).await
    }

    /// A piece of what a step has written, from a byte on. Where there is nothing yet and the step
    /// runs, the answer may take as long as `wait`.
    pub async fn log(
        &self,
        name: &PipelineName,
        id: &EffectId,
        (from, wait): (u64, Span),
    ) -> Result<LogPiece, ClientError> {
        let seconds = wait.std().as_secs();
        let path = format!(
            "{}/{name}/steps/{id}/log?from={from}&wait={seconds}",
            api::PIPELINES
        );
        let doing = "loading a log";
        let request = self.request(Method::GET, &path);
        let answer = self.send_within(doing, request, PATIENCE + wait).await?;
        let header = |name: &str| {
            let value = answer.headers().get(name)?;
            value.to_str().ok().map(str::to_owned)
        };
        let begins = header(api::LOG_FROM).and_then(|text| text.parse().ok());
        let state = header(api::LOG_STATE).and_then(|word| LogState::parse(&word));
        let (Some(from), Some(state)) = (begins, state) else {
            let (address, version) = (self.address.to_string(), error::version(&answer));
            let why = format!("there is no {} or {}", api::LOG_FROM, api::LOG_STATE);
            return Err(ClientError::not_understood(doing, address, version, why));
        };
        let bytes = self.body(doing, answer, ANSWER_MOST).await?;
        Ok(LogPiece { from, bytes, state })
    }

    /// What happens from the cursor on (from now on without one): rows of all pipelines, facts of
    /// the organization and of the pipelines named.
    pub async fn stream(
        &self,
        after: Option<&Cursor>,
        pipelines: &BTreeSet<PipelineName>,
    ) -> Result<EventStream, ClientError> {
        let names: Vec<&str> = pipelines.iter().map(PipelineName::as_str).collect();
        let mut request = self
            .request(Method::GET, api::STREAM)
            .query(&[("pipelines", names.join(","))]);
        if let Some(cursor) = after {
            request = request.header("last-event-id", cursor.to_string());
        }
        let answer = self.send("opening the stream", request).await?;
        Ok(EventStream::new(answer, self.address.to_string()))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        path: &str,
    ) -> Result<T, ClientError> {
        let answer = self.send(doing, self.request(Method::GET, path)).await?;
        self.read(doing, answer).await
    }

    async fn post<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        path: &str,
        body: &(impl Serialize + Sync),
    ) -> Result<T, ClientError> {
        let request = self.request(Method::POST, path).json(body);
        let answer = self.send(doing, request).await?;
        self.read(doing, answer).await
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.address.base());
        self.http.request(method, url).headers(self.headers.clone())
    }

    async fn send(
        &self,
        doing: &'static str,
        request: RequestBuilder,
    ) -> Result<Response, ClientError> {
        self.send_within(doing, request, PATIENCE).await
    }

    /// Sends and takes the head of the answer; an answer that is no success becomes its problem.
    async fn send_within(
        &self,
        doing: &'static str,
        request: RequestBuilder,
        patience: Span,
    ) -> Result<Response, ClientError> {
        let answer = within(patience, request.send())
            .await
            .ok_or_else(|| self.timed_out(doing, patience))?
            .map_err(|why| self.failed(doing, &why))?;
        if answer.status().is_success() {
            return Ok(answer);
        }
        let status = answer.status().as_u16();
        let version = error::version(&answer);
        let body = self.body(doing, answer, PROBLEM_MOST).await?;
        Err(ClientError::from_problem(
            doing,
            self.address.to_string(),
            status,
            version,
            &body,
        ))
    }

    async fn read<T: DeserializeOwned>(
        &self,
        doing: &'static str,
        answer: Response,
    ) -> Result<T, ClientError> {
        let version = error::version(&answer);
        let body = self.body(doing, answer, ANSWER_MOST).await?;
        serde_json::from_slice(&body).map_err(|why| {
            ClientError::not_understood(doing, self.address.to_string(), version, why.to_string())
        })
    }

    async fn body(
        &self,
        doing: &'static str,
        answer: Response,
        most: usize,
    ) -> Result<Vec<u8>, ClientError> {
        let read = within(PATIENCE, body::whole(answer, most)).await;
        let read = read.ok_or_else(|| self.timed_out(doing, PATIENCE))?;
        read.map_err(|cut| match cut {
            Cut::Broken(why) => self.failed(doing, &why),
            Cut::TooLarge => {
                let why = format!("it has more than {most} bytes");
                ClientError::not_understood(doing, self.address.to_string(), None, why)
            }
        })
    }

    fn timed_out(&self, doing: &'static str, after: Span) -> ClientError {
        ClientError::TimedOut {
            doing,
            address: self.address.to_string(),
            after,
        }
    }

    fn failed(&self, doing: &'static str, why: &reqwest::Error) -> ClientError {
        let address = self.address.to_string();
        let missing = self
            .address
            .socket()
            .is_some_and(|path| !Path::exists(path));
        if why.is_connect() || why.is_builder() {
            let why = if missing {
                "there is no such socket".to_owned()
            } else {
                http::innermost(why)
            };
            return ClientError::Unreachable { address, why };
        }
        ClientError::Broken {
            doing,
            address,
            why: http::innermost(why),
        }
    }
}

/// The future's value, or none when it took too long.
async fn within<T>(patience: Span, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(patience.std(), future).await.ok()
}
