//! Everything that the server can be asked, as one table: the server routes by it, and the OpenAPI
//! document is written from it. It does not know what is answered.

/// Who may ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Anybody.
    Open,
    /// Whoever proves the body itself, since he has no token.
    Proven,
    /// Operators.
    Known,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    Get,
    Post,
}

macro_rules! operations {
    ($($name:ident = $way:ident $method:ident $path:literal $summary:literal;)*) => {
        /// One thing that the server can be asked.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Operation {
            $(#[doc = $summary] $name,)*
        }

        impl Operation {
            pub const ALL: &[Operation] = &[$(Operation::$name,)*];

            /// A name for programs, as generated clients use it.
            pub const fn name(self) -> &'static str {
                match self {
                    $(Operation::$name => stringify!($name),)*
                }
            }

            pub const fn way(self) -> Way {
                match self {
                    $(Operation::$name => Way::$way,)*
                }
            }

            pub const fn method(self) -> Method {
                match self {
                    $(Operation::$name => Method::$method,)*
                }
            }

            /// With its parameters in braces.
            pub const fn path(self) -> &'static str {
                match self {
                    $(Operation::$name => $path,)*
                }
            }

            pub const fn summary(self) -> &'static str {
                match self {
                    $(Operation::$name => $summary,)*
                }
            }
        }
    };
}

operations! {
    Fleet = Known Get "/v1/fleet" "Everything that a client needs to start";
    Pipeline = Known Get "/v1/pipelines/{name}" "One pipeline as it is";
    Events = Known Get "/v1/pipelines/{name}/events" "What happened to a pipeline, oldest first";
    OrganizationEvents = Known Get "/v1/events" "What happened to the organization, oldest first: stops, definitions, tokens";
    Alarms = Known Get "/v1/pipelines/{name}/alarms" "What a pipeline's alarms say and have read lately";
    Windows = Known Get "/v1/pipelines/{name}/windows" "When each stage lets releases in, and the rules that say so";
    Forecast = Known Get "/v1/pipelines/{name}/forecast" "What is expected to happen to a pipeline";
    Settings = Known Get "/v1/pipelines/{name}/settings" "Every effective value of a pipeline's definition and where it was written";
    Log = Known Get "/v1/pipelines/{name}/steps/{id}/log" "A piece of a step's log";
    Changes = Proven Post "/v1/pipelines/{name}/changes" "A forge's push notice";
    Alerts = Proven Post "/v1/alerts" "What an Alertmanager pushes";
    Delivery = Known Get "/v1/metrics/delivery" "How well changes reach production";
    Notices = Known Get "/v1/notices" "How each route does on which people are told";
    NoticesTest = Known Post "/v1/notices/test" "Try a route out";
    Stream = Known Get "/v1/stream" "What happens, as server-sent events";
    Plan = Known Post "/v1/plan" "The dry run of a command";
    Commands = Known Post "/v1/commands" "Commit what was planned";
    Settled = Known Get "/v1/commands/{key}" "What became of a request";
    Definitions = Known Post "/v1/definitions" "Read the definitions again and take over what changed";
    DefinitionsPlan = Known Post "/v1/definitions/plan" "What definitions would change";
    Tokens = Known Get "/v1/tokens" "All tokens, without their secrets";
    TokenMake = Known Post "/v1/tokens" "Make a token";
    TokenRevoke = Known Post "/v1/tokens/revoke" "Make a token count no longer";
    OpenApi = Open Get "/v1/openapi.json" "This document";
    Metrics = Known Get "/metrics" "How the server and its pipelines are, in Prometheus' text format";
    Alive = Open Get "/healthz" "Whether the server answers";
    Ready = Open Get "/readyz" "Whether the server is fit to work";
}
