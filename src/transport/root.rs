//! The outermost filter: one boxed filter a dialect, a plain table behind each.
//!
//! This is the only file where a request may be rejected, and only because a path is another table's.

use std::convert::Infallible;
use std::future::Future;
use std::sync::Arc;

use warp::filters::BoxedFilter;
use warp::{Filter, Rejection};

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
    native.or(fleet).unify().recover(nobody).unify().boxed()
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
        .then(move |request| handle(edge.clone(), request))
        .boxed()
}

async fn nobody(rejection: Rejection) -> Result<Response, Infallible> {
    if rejection.is_not_found() {
        return Ok(respond::unknown_path(Shape::Fleet));
    }
    // warp itself refuses nothing else here; what it would say is for nobody to read.
    let error = crate::error::Error::internal("a filter refused a request");
    Ok(respond::refuse(Shape::Fleet, &error))
}
