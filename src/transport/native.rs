//! The paths of no dialect: sockets, streams, packets, files, health, the dashboard, the list of all paths.

use std::sync::Arc;

use hyper::Method;

use super::edge::Edge;
use super::request::Request;
use super::respond::{Response, Shape};
use super::rest::table::{Params, Route};
use super::sse::Form;
use super::{assets, files, health, openapi, packet, poll, sse, ws};

/// What is behind a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Native {
    Socket,
    Stream,
    Events,
    Poll,
    Packet,
    Upload,
    Download,
    Healthz,
    Readyz,
    Metrics,
    OpenApi,
    Swagger,
    SwaggerMoved,
    Page,
    Asset,
}

/// Every path of no dialect.
pub(super) static ROUTES: &[Route<Native>] = &[
    Route { method: Method::GET, path: "/ws", to: Native::Socket },
    Route { method: Method::GET, path: "/stream", to: Native::Stream },
    Route { method: Method::GET, path: "/events", to: Native::Events },
    Route { method: Method::GET, path: "/poll", to: Native::Poll },
    Route { method: Method::POST, path: "/packet", to: Native::Packet },
    Route { method: Method::PUT, path: "/files/{host}/{id}", to: Native::Upload },
    Route { method: Method::GET, path: "/files/{host}/{id}", to: Native::Download },
    Route { method: Method::GET, path: "/healthz", to: Native::Healthz },
    Route { method: Method::HEAD, path: "/healthz", to: Native::Healthz },
    Route { method: Method::GET, path: "/readyz", to: Native::Readyz },
    Route { method: Method::HEAD, path: "/readyz", to: Native::Readyz },
    Route { method: Method::GET, path: "/metrics", to: Native::Metrics },
    Route { method: Method::GET, path: "/swagger", to: Native::SwaggerMoved },
    Route { method: Method::GET, path: "/swagger/openapi.json", to: Native::OpenApi },
    Route { method: Method::GET, path: "/swagger/{*file}", to: Native::Swagger },
    Route { method: Method::GET, path: "/", to: Native::Page },
    Route { method: Method::HEAD, path: "/", to: Native::Page },
    Route { method: Method::GET, path: "/assets/{*file}", to: Native::Asset },
    Route { method: Method::HEAD, path: "/assets/{*file}", to: Native::Asset },
];

/// How refusals look below a path.
fn shape(path: &str) -> Shape {
    match path {
        "/ws" | "/stream" | "/poll" | "/packet" => Shape::Packet,
        _ => Shape::Fleet,
    }
}

/// Answers a request to one of [`ROUTES`]' paths.
pub(super) async fn handle(edge: Arc<Edge>, request: Request) -> Response {
    match request.route(&edge, ROUTES, shape) {
        Ok((native, params)) => answer(edge, request, *native, &params).await,
        Err(refusal) => *refusal,
    }
}

async fn answer(edge: Arc<Edge>, request: Request, native: Native, params: &Params) -> Response {
    match native {
        Native::Socket => ws::handshake(edge, request).await,
        Native::Stream => sse::open(edge, request, Form::Stream).await,
        Native::Events => sse::open(edge, request, Form::Fleet).await,
        Native::Poll => poll::answer(edge, request).await,
        Native::Packet => packet::answer(edge, request).await,
        Native::Upload => files::upload(edge, request, params).await,
        Native::Download => files::download(edge, request, params).await,
        Native::Healthz => health::alive(),
        Native::Readyz => health::ready(&edge),
        Native::Metrics => health::metrics(&edge, &request),
        Native::OpenApi => openapi::answer(&edge),
        Native::Swagger => openapi::page(params.get("file")),
        Native::SwaggerMoved => openapi::moved(),
        Native::Page => assets::page(&request),
        Native::Asset => assets::file(&request, params.get("file")),
    }
}
