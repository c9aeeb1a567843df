use axum::{
    Json,
    extract::{RawPathParams, Request},
    response::{Redirect, Response},
};
use http::HeaderMap;
use schemars::JsonSchema;
use serde_json::{Value, json};

use super::{Description, Reply, Schemas};
use crate::{
    Beacon, Body, Caller, Created, Cx, Data, Form, IfMatch, NoContent, Onward, Page, Path, Paths, Query, RawBody, Ready, Signed,
    SigningScheme, Upload, Versioned, Visitor, envelope::Wrapped, health::Health,
};

/// A handler whose inputs and answers are documented. `T` is axum's tuple of its extractors.
#[diagnostic::on_unimplemented(
    message = "a part of this handler's type is not documented: does every type it takes and answers \
                                          derive `JsonSchema`?"
)]
pub trait Described<T> {
    /// What it takes and answers.
    fn describe(schemas: &mut Schemas) -> Description;
}

/// An extractor that says what it takes.
#[diagnostic::on_unimplemented(message = "`{Self}` is no documented input: does the type in it derive `JsonSchema`?")]
pub trait DescribeInput {
    /// Adds what it takes.
    fn describe(_schemas: &mut Schemas, _to: &mut Description) {}
}

/// An answer that says what it looks like.
#[diagnostic::on_unimplemented(message = "`{Self}` is no documented answer: does the type in it derive `JsonSchema`?")]
pub trait DescribeReply {
    /// Its status and content.
    fn describe(schemas: &mut Schemas) -> Reply;
}

macro_rules! handlers {
    ($(($($input:ident)*))+) => {$(
        impl<F, Fut, R, M, $($input),*> Described<handlers!(@tuple M $($input)*)> for F
        where
            F: FnOnce($($input),*) -> Fut,
            Fut: Future<Output = R>,
            R: DescribeReply,
            $($input: DescribeInput,)*
        {
            fn describe(schemas: &mut Schemas) -> Description {
                let mut description = Description::default();
                $($input::describe(schemas, &mut description);)*
                description.reply = R::describe(schemas);
                description
            }
        }
    )+};
    (@tuple $marker:ident $($input:ident)*) => { ($marker, $($input,)*) };
}

handlers! { () (A) (A B) (A B C) (A B C D) (A B C D E) }

macro_rules! no_input {
    ($($extractor:ty),+) => { $(impl DescribeInput for $extractor {})+ };
}

// A handler that takes the whole request passes it on: what it takes is documented where it arrives.
no_input!(Cx, Caller, HeaderMap, RawPathParams, Request);

impl<T> DescribeInput for axum::Extension<T> {}
impl<T: DescribeInput> DescribeInput for Option<T> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        T::describe(schemas, to);
        if let Some(body) = to.body.as_mut().and_then(Value::as_object_mut) {
            body.insert("required".to_owned(), json!(false));
        }
    }
}
impl<T: DescribeInput, E> DescribeInput for Result<T, E> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        T::describe(schemas, to);
    }
}

impl DescribeInput for Visitor {
    fn describe(_: &mut Schemas, to: &mut Description) {
        to.knows_visitor = true;
    }
}

impl<T: JsonSchema> DescribeInput for Path<T> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        to.path.push(schemas.input::<T>());
    }
}

impl<A: JsonSchema, B: JsonSchema> DescribeInput for Paths<A, B> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        to.path.extend([schemas.input::<A>(), schemas.input::<B>()]);
    }
}

impl DescribeInput for Upload {
    fn describe(_: &mut Schemas, to: &mut Description) {
        to.body = Some(json!({ "required": true, "content": { "image/png": {}, "image/jpeg": {}, "image/webp": {} } }));
    }
}

impl<T: JsonSchema> DescribeInput for Body<T> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        to.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schemas.input::<T>() } } }));
    }
}

impl<T: JsonSchema> DescribeInput for Beacon<T> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        let schema = json!({ "schema": schemas.input::<T>() });
        to.body = Some(json!({ "required": true, "content": { "application/json": schema, "text/plain": schema } }));
    }
}

impl DescribeInput for Form {
    fn describe(_: &mut Schemas, to: &mut Description) {
        to.body = Some(json!({ "required": true, "content": { "application/x-www-form-urlencoded": {} } }));
    }
}

impl DescribeInput for RawBody {
    fn describe(_: &mut Schemas, to: &mut Description) {
        to.body = Some(json!({ "required": true, "content": { "*/*": {} } }));
    }
}

impl<T: JsonSchema, Scheme: SigningScheme> DescribeInput for Signed<T, Scheme> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        to.body = Some(json!({ "required": true, "content": { "application/json": { "schema": schemas.input::<T>() } } }));
        to.query.extend(Scheme::HEADERS.iter().map(|(name, holds)| {
            json!({ "name": name, "in": "header", "required": true, "schema": { "type": "string" }, "description": holds })
        }));
    }
}

impl DescribeInput for IfMatch {
    fn describe(_: &mut Schemas, to: &mut Description) {
        to.query.push(json!({
            "name": "If-Match", "in": "header", "required": false, "schema": { "type": "string" },
            "description": "The `ETag` that was read: what was changed since is not changed again but answered with 412.",
        }));
    }
}

impl<T: JsonSchema> DescribeInput for Query<T> {
    fn describe(schemas: &mut Schemas, to: &mut Description) {
        let schema = T::json_schema(&mut schemas.inputs);
        let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let fields = schema.get("properties").and_then(Value::as_object).cloned().unwrap_or_default();
        for (name, mut field) in fields {
            let description = field.as_object_mut().and_then(|field| field.remove("description"));
            without_null(&mut field);
            let is_required = required.iter().any(|required| *required == name);
            let mut parameter = json!({ "name": name, "in": "query", "required": is_required, "schema": field });
            if let (Some(description), Some(parameter)) = (description, parameter.as_object_mut()) {
                parameter.insert("description".to_owned(), description);
            }
            to.query.push(parameter);
        }
    }
}

/// A query string cannot say null: an `Option` is a parameter left out.
fn without_null(schema: &mut Value) {
    if let Some(types) = schema.get_mut("type")
        && let Some([one]) = types.as_array_mut().map(|types| {
            types.retain(|name| name != "null");
            types.as_slice()
        })
    {
        *types = one.clone();
    }
    if let Some(choices) = schema.get_mut("anyOf").and_then(Value::as_array_mut) {
        choices.retain(|choice| choice.get("type") != Some(&json!("null")));
        if let [one] = choices.as_slice() {
            *schema = one.clone();
        }
    }
}

fn json_reply(status: u16, schema: schemars::Schema) -> Reply {
    Reply { status: Some(status), content: Some(json!({ "application/json": { "schema": schema } })), also: None }
}

impl<T: DescribeReply, E> DescribeReply for Result<T, E> {
    fn describe(schemas: &mut Schemas) -> Reply {
        T::describe(schemas)
    }
}

impl<T: JsonSchema> DescribeReply for Data<T> {
    fn describe(schemas: &mut Schemas) -> Reply {
        json_reply(200, Wrapped::<T>::json_schema(&mut schemas.outputs))
    }
}

impl<T: JsonSchema> DescribeReply for Ready<T> {
    fn describe(schemas: &mut Schemas) -> Reply {
        json_reply(200, T::json_schema(&mut schemas.outputs))
    }
}

impl<T: JsonSchema> DescribeReply for Versioned<T> {
    fn describe(schemas: &mut Schemas) -> Reply {
        Data::<T>::describe(schemas)
    }
}

impl<T: JsonSchema> DescribeReply for Created<T> {
    fn describe(schemas: &mut Schemas) -> Reply {
        json_reply(201, Wrapped::<T>::json_schema(&mut schemas.outputs))
    }
}

impl<T: JsonSchema> DescribeReply for Page<T> {
    fn describe(schemas: &mut Schemas) -> Reply {
        json_reply(200, Self::json_schema(&mut schemas.outputs))
    }
}

impl<T: JsonSchema> DescribeReply for Json<T> {
    fn describe(schemas: &mut Schemas) -> Reply {
        json_reply(200, schemas.output::<T>())
    }
}

impl DescribeReply for NoContent {
    fn describe(_: &mut Schemas) -> Reply {
        Reply { status: Some(204), ..Reply::default() }
    }
}

impl<T: DescribeReply> DescribeReply for Onward<T> {
    fn describe(schemas: &mut Schemas) -> Reply {
        Reply { also: Some((302, "On to the page of ours that was asked for.")), ..T::describe(schemas) }
    }
}

impl DescribeReply for Redirect {
    fn describe(_: &mut Schemas) -> Reply {
        Reply { status: Some(303), ..Reply::default() }
    }
}

impl DescribeReply for String {
    fn describe(_: &mut Schemas) -> Reply {
        let content = json!({ "*/*": { "schema": { "type": "string" } } });
        Reply { status: Some(200), content: Some(content), also: None }
    }
}

impl DescribeReply for Health {
    fn describe(schemas: &mut Schemas) -> Reply {
        Reply { also: Some((503, "Something this worker needs does not answer.")), ..json_reply(200, schemas.output::<Self>()) }
    }
}

/// An answer with headers of its own.
impl<H, T: DescribeReply> DescribeReply for (H, T) {
    fn describe(schemas: &mut Schemas) -> Reply {
        T::describe(schemas)
    }
}

/// An answer whose status and form its handler decides.
impl DescribeReply for Response {
    fn describe(_: &mut Schemas) -> Reply {
        Reply::default()
    }
}
