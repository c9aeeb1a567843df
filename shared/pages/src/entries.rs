use std::fmt::Display;

use askama::{FastWritable, Template};
use axum::http::StatusCode;
use codex_http::Form;
use codex_kernel::{Issue, Result};

use crate::Refusal;

/// A field of a form, with what stands in it and what is wrong with it. Compiled once, where a macro would be once for each field.
#[derive(Template)]
#[template(path = "field.html")]
struct Field<'a> {
    name: &'a str,
    label: &'a str,
    kind: &'a str,
    /// What browsers may fill it in with; nothing where it may be left empty.
    complete: &'a str,
    hint: &'a str,
    /// How high it is, where it is for longer text.
    rows: Option<u32>,
    value: &'a str,
    issue: Option<&'a str>,
}

/// A form as it is shown: what was typed into it, and why it was refused.
#[derive(Default)]
pub struct Entries {
    form: Form,
    refusal: Option<Refusal>,
}

impl Entries {
    /// As what is changed by it stands.
    pub fn filled(form: Form) -> Self {
        Self { form, refusal: None }
    }

    /// Typed and refused. What no person can put right is no form's matter but a failure.
    pub fn refused(form: Form, refusal: Refusal) -> Result<Self> {
        if refusal.is_theirs() { Ok(Self { form, refusal: Some(refusal) }) } else { Err(refusal.into()) }
    }

    /// What stands in `field`.
    pub fn value(&self, field: &str) -> &str {
        self.form.text(field)
    }

    /// What is wrong with a field.
    pub fn issue(&self, field: &str) -> Option<&str> {
        let issues: &[Issue] = self.refusal.as_ref().map_or(&[], |refusal| &refusal.issues);
        issues.iter().find(|issue| issue.path == field).map(|issue| issue.message.as_str())
    }

    /// What is wrong altogether, where no field of the form is to blame.
    pub fn problem(&self) -> Option<&str> {
        let refusal = self.refusal.as_ref()?;
        if refusal.issues.iter().any(|issue| self.form.has(&issue.path)) {
            return None;
        }
        Some(match refusal.code.as_str() {
            "INVALID_CREDENTIALS" => "That e-mail address and password do not belong together.",
            "USER_ALREADY_EXISTS" => "There is an account with this address already. Sign in instead, or reset its password.",
            "RATE_LIMITED" => "That was too often. Wait a few minutes and try again.",
            _ => &refusal.message,
        })
    }

    /// A field that has to be filled in, of this `kind` of input.
    pub fn field<'a>(
        &'a self,
        name: &'a str,
        label: &'a str,
        kind: &'a str,
        complete: &'a str,
        hint: &'a str,
    ) -> impl Display + FastWritable + 'a {
        // No password is sent back.
        let value = if kind == "password" { "" } else { self.value(name) };
        Field { name, label, kind, complete, hint, rows: None, value, issue: self.issue(name) }
    }

    /// A line that may be left empty.
    pub fn line<'a>(&'a self, name: &'a str, label: &'a str, hint: &'a str) -> impl Display + FastWritable + 'a {
        Field { name, label, kind: "text", complete: "", hint, rows: None, value: self.value(name), issue: self.issue(name) }
    }

    /// A longer text, so many lines high.
    pub fn area<'a>(&'a self, name: &'a str, label: &'a str, rows: &u32, hint: &'a str) -> impl Display + FastWritable + 'a {
        let rows = Some(*rows);
        Field { name, label, kind: "", complete: "", hint, rows, value: self.value(name), issue: self.issue(name) }
    }

    /// The status of the page that shows it.
    pub fn status(&self) -> StatusCode {
        if self.refusal.is_some() { StatusCode::UNPROCESSABLE_ENTITY } else { StatusCode::OK }
    }
}
