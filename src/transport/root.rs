//! The outermost filter: one boxed filter a dialect, a plain table behind each.
//!
//! This is the only file where a request may be rejected, and only because a path is another table's.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use warp::filters::BoxedFilter;
use warp::{Filter, Rejection};

use super::body::Patience;
use super::edge::Edge;
use super::native;
use super::request::{self, Request};
use super::respond::{self, Response, Shape};
use super::rest::fleet;
use super::rest::table;

/// The outermost filter; a clone is a reference.
pub(super) type Root = BoxedFilter<(Response,)>;

/// Everything the hub answers. It never rejects.
pub(super) fn filter(edge: &Arc<Edge>) -> Root {
    let native = mount(edge, |path| table::knows(native::ROUTES, path), native::handle);
    let fleet = mount(edge, |path| table::knows(fleet::ROUTES, path), fleet::handle);
    let unknown = mount(edge, |_| true, unknown);
    native.or(fleet).unify().or(unknown).unify().recover(nobody).unify().boxed()
}

async fn unknown(_: Arc<Edge>, _: Request) -> Response {
    respond::unknown_path(Shape::Fleet)
}

/// A dialect: what it knows is answered by `handle`, whatever comes of it.
fn mount<F>(
    edge: &Arc<Edge>,
    knows: fn(&str) -> bool,
    handle: fn(Arc<Edge>, Request) -> F,
) -> BoxedFilter<(Response,)>
where
    F: Future<Output = Response> + Send + 'static,
{
    let edge = edge.clone();
    warp::path::full()
        .and_then(move |path: warp::path::FullPath| async move {
            if knows(path.as_str()) { Ok(()) } else { Err(warp::reject::not_found()) }
        })
        .untuple_one()
        .and(request::parts())
        .then(move |request: Request| {
            let edge = edge.clone();
            async move {
                let (request, rest) = request.lend_body();
                let response = handle(edge, request).await;
                // What the handler left of the body is read for a while, so that its sender comes to see the answer.
                if let Some(rest) = rest {
                    rest.drop_rest(Patience::default()).await;
                }
                response
            }
        })
        .boxed()
}

async fn nobody(rejection: Rejection) -> Result<Response, Infallible> {
    // Everything is mounted, so warp refuses nothing here; what it would say is for nobody to read.
    let error = crate::error::Error::internal(format!("a filter refused a request: {rejection:?}"));
    Ok(respond::refuse(Shape::Fleet, &error))
}
