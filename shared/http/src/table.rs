use std::{pin::Pin, sync::Arc};

use axum::{
    Router,
    extract::Request,
    handler::Handler,
    middleware::{Next, from_fn},
    response::Response,
    routing::{MethodRouter, on},
};
use codex_kernel::{Error, Kind};
use http::Method;

#[cfg(not(target_arch = "wasm32"))]
use crate::openapi::{Described, Description, Schemas};
use crate::{Failure, FailurePage, Policy, guard::guard, health};

/// What is deployed carries no description of itself.
#[cfg(target_arch = "wasm32")]
pub trait Described<T> {}
#[cfg(target_arch = "wasm32")]
impl<H, T> Described<T> for H {}

type Erased = Arc<dyn Fn(Request) -> Pin<Box<dyn Future<Output = Response> + Send>> + Send + Sync>;

/// One route: method, path, handler.
pub struct Route {
    method: Method,
    path: &'static str,
    operation: String,
    handler: MethodRouter,
    #[cfg(not(target_arch = "wasm32"))]
    describe: fn(&mut Schemas) -> Description,
}

/// `GET path`.
pub fn get<H: Handler<T, ()> + Described<T>, T: 'static>(path: &'static str, handler: H) -> Route {
    route(Method::GET, path, handler)
}

/// `POST path`.
pub fn post<H: Handler<T, ()> + Described<T>, T: 'static>(path: &'static str, handler: H) -> Route {
    route(Method::POST, path, handler)
}

/// `PUT path`.
pub fn put<H: Handler<T, ()> + Described<T>, T: 'static>(path: &'static str, handler: H) -> Route {
    route(Method::PUT, path, handler)
}

/// `PATCH path`.
pub fn patch<H: Handler<T, ()> + Described<T>, T: 'static>(path: &'static str, handler: H) -> Route {
    route(Method::PATCH, path, handler)
}

/// `DELETE path`.
pub fn delete<H: Handler<T, ()> + Described<T>, T: 'static>(path: &'static str, handler: H) -> Route {
    route(Method::DELETE, path, handler)
}

fn route<H: Handler<T, ()> + Described<T>, T: 'static>(method: Method, path: &'static str, handler: H) -> Route {
    let erased: Erased = Arc::new(move |request| Box::pin(handler.clone().call(request, ())));
    Route {
        operation: operation(std::any::type_name::<H>()),
        handler: method_router(&method, erased),
        method,
        path,
        #[cfg(not(target_arch = "wasm32"))]
        describe: H::describe,
    }
}

/// The last two parts of a handler's name.
fn operation(name: &str) -> String {
    name.rsplit("::").take(2).collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join(".")
}

/// Not generic: axum's part is compiled once, and not once for each handler.
fn method_router(method: &Method, handler: Erased) -> MethodRouter {
    let filter = match *method {
        Method::POST => axum::routing::MethodFilter::POST,
        Method::PUT => axum::routing::MethodFilter::PUT,
        Method::PATCH => axum::routing::MethodFilter::PATCH,
        Method::DELETE => axum::routing::MethodFilter::DELETE,
        _ => axum::routing::MethodFilter::GET,
    };
    on(filter, move |request: Request| handler(request))
}

/// A line of the table, for tests that walk it.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The method.
    pub method: Method,
    /// The path, parameters in braces.
    pub path: &'static str,
    /// Who may call.
    pub policy: Policy,
    /// The handler's module and name.
    pub operation: String,
    #[cfg(not(target_arch = "wasm32"))]
    pub(crate) describe: fn(&mut Schemas) -> Description,
}

/// A worker's routes. There is no way to add one without a policy.
pub struct Api {
    pub(crate) name: &'static str,
    pub(crate) requires: &'static [&'static str],
    pub(crate) has_database: bool,
    pub(crate) failure_page: Option<FailurePage>,
    entries: Vec<Entry>,
    pub(crate) router: Router,
}

impl Api {
    /// An API of the worker `name`, which cannot run without the variables, secrets and bindings in `requires`. It answers `/health`.
    pub fn new(name: &'static str, requires: &'static [&'static str]) -> Self {
        Self { name, requires, has_database: true, failure_page: None, entries: Vec::new(), router: Router::new() }
            .under(Policy::PUBLIC, [get("/health", health::health)])
    }

    /// The variables, secrets and bindings that this worker cannot run without.
    pub fn requires(&self) -> &'static [&'static str] {
        self.requires
    }

    /// Says that this worker has no database, so that `/health` asks for none.
    pub fn without_database(self) -> Self {
        Self { has_database: false, ..self }
    }

    /// Says that people call: failures are pages, and a form that another site sends is refused with or without a cookie.
    pub fn for_people(self, page: FailurePage) -> Self {
        Self { failure_page: Some(page), ..self }
    }

    /// Adds `routes`, guarded by `policy`.
    pub fn under<const N: usize>(mut self, policy: Policy, routes: [Route; N]) -> Self {
        for route in routes {
            self.add(policy, route);
        }
        self
    }

    /// Not generic, so that the guard is compiled once and not once for each length of `routes`.
    fn add(&mut self, policy: Policy, route: Route) {
        let layer = from_fn(move |request: Request, next: Next| guard(policy, request, next));
        self.router = std::mem::take(&mut self.router).route(route.path, route.handler.layer(layer));
        self.entries.push(Entry {
            method: route.method,
            path: route.path,
            policy,
            operation: route.operation,
            #[cfg(not(target_arch = "wasm32"))]
            describe: route.describe,
        });
    }

    /// The table.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// One line a route: METHOD PATH POLICY LIMIT OPERATION. A reviewer reads it as the security model.
    pub fn routes_txt(&self) -> String {
        let mut lines: Vec<String> = self
            .entries
            .iter()
            .map(|Entry { method, path, policy, operation, .. }| {
                let limit = policy.limit.map_or("-", crate::Limited::name);
                format!("{:<6} {path:<56} {:<18} {limit:<10} {operation}", method.as_str(), policy.describe())
            })
            .collect();
        lines.sort_by(|a, b| a.split_whitespace().nth(1).cmp(&b.split_whitespace().nth(1)).then(a.cmp(b)));
        lines.join("\n") + "\n"
    }

    pub(crate) fn into_router(self) -> Router {
        self.router.fallback(async || Failure::from(Error::not_found("page"))).method_not_allowed_fallback(async || {
            Failure::from(Error::new(Kind::MethodNotAllowed, "METHOD_NOT_ALLOWED", "This path does not take that method"))
        })
    }
}
