//! The mails that the platform itself sends. A template in the database overrides one of the same name.

use schemars::JsonSchema;
use serde::Serialize;

use crate::{
    markup::Markup,
    words::{Kind, Variable},
};

/// A template of the platform's own.
pub(crate) struct Builtin {
    pub(crate) name: &'static str,
    pub(crate) subject: &'static str,
    /// What lists of mails show after the subject.
    pub(crate) preheader: &'static str,
    pub(crate) html: &'static str,
    pub(crate) variables: &'static [Variable],
}

const fn text(name: &'static str, fallback: &'static str, example: &'static str) -> Variable {
    Variable { name, kind: Kind::Text, fallback, example }
}

const fn name(name: &'static str, fallback: &'static str, example: &'static str) -> Variable {
    Variable { name, kind: Kind::Name, fallback, example }
}

const NAME: Variable = name("name", "there", "Ada");
/// Leads to `path` of the platform where the mail itself does not say where to.
const fn link(path: &'static str) -> Variable {
    Variable { name: "link", kind: Kind::Link, fallback: path, example: "https://example.com/go?to=there" }
}

const LINK: Variable = link("");
const LIBRARY: Variable = link("/library");
const SUBSCRIPTIONS: Variable = link("/account/subscriptions");
/// One's own organizations, each with its studio.
const STUDIOS: Variable = link("/organizations");
const ORGANIZATION: Variable = text("organization", "", "Yoga Studio");
const ROLE: Variable = text("role", "a member", "admin");
const TITLE: Variable = text("title", "your purchase", "Breathing, part 2");
const UPLOAD: Variable = text("title", "Your upload", "Breathing, part 2");
const AMOUNT: Variable = text("amount", "the price", "29.99 USD");
const DATE: Variable = text("date", "today", "3 March 2026");
const TIER: Variable = text("title", "your subscription", "Gold");
const PERIOD_END: Variable = text("date", "the end of the period", "3 April 2026");
const NEW_EMAIL: Variable = text("newEmail", "another address", "ada@new.example");

/// What a template knows whose name is none of the platform's.
const OF_OTHERS: &[Variable] = &[
    NAME,
    LINK,
    ORGANIZATION,
    text("title", "", "Breathing, part 2"),
    text("amount", "", "29.99 USD"),
    DATE,
    text("message", "", "See you there."),
];

macro_rules! builtins {
    ($($name:literal, $subject:literal, $preheader:literal, $variables:expr;)+) => {
        /// Every one of them.
        pub(crate) static BUILTINS: &[Builtin] = &[$(Builtin {
            name: $name,
            subject: $subject,
            preheader: $preheader,
            html: include_str!(concat!("templates/", $name, ".html")),
            variables: $variables,
        }),+];
    };
}

builtins! {
    "verify-email", "Confirm your e-mail address", "One click, and your account is ready.", &[NAME, LINK];
    "account-exists", "You have an account already", "Somebody signed up with your address.", &[NAME, LINK];
    "reset-password", "Choose a new password", "The link works once, and for an hour.", &[NAME, LINK];
    "password-changed", "Your password was changed", "If that was not you, act now.", &[NAME, LINK];
    "new-device", "A new device signed in to your account", "If that was you, there is nothing to do.",
        &[NAME, LINK, name("device", "a browser", "Firefox on Windows")];
    "change-email", "Change your e-mail address?", "Allow it, or refuse by doing nothing.", &[NAME, LINK, NEW_EMAIL];
    "verify-new-email", "Confirm your new e-mail address", "One click, and it is your account's.", &[NAME, LINK, NEW_EMAIL];
    "email-changed", "Your e-mail address was changed", "If that was not you, tell us at once.", &[NAME, LINK, NEW_EMAIL];
    "invitation", "Join {{organization}} on Codex", "The invitation works for seven days.",
        &[NAME, LINK, ORGANIZATION, ROLE, name("inviter", "Somebody who runs it", "Grace Hopper")];
    "role-changed", "Your role at {{organization}} has changed", "What you may see and do there changes from now on.",
        &[NAME, LINK, ORGANIZATION, ROLE];
    "receipt", "Your receipt for {{title}}", "Thank you. It is in your library now.", &[NAME, LIBRARY, ORGANIZATION, TITLE, AMOUNT, DATE];
    "refund", "Your refund for {{title}}", "The money is on its way back to you.", &[NAME, LINK, ORGANIZATION, TITLE, AMOUNT, DATE];
    "new-sale", "You sold {{title}}", "Somebody just bought something of yours.",
        &[NAME, STUDIOS, ORGANIZATION, TITLE, AMOUNT, DATE];
    "transcoding-done", "{{title}} is ready", "It can be published now.", &[NAME, STUDIOS, UPLOAD];
    "transcoding-failed", "{{title}} could not be prepared", "Your original is safe. Try again.",
        &[NAME, STUDIOS, UPLOAD, text("reason", "the file could not be read", "the file has no sound or picture")];
    "subscription-started", "Welcome to {{title}}", "Your subscription is open now.",
        &[NAME, LIBRARY, ORGANIZATION, TIER, AMOUNT, PERIOD_END];
    "subscription-payment-failed", "Your payment for {{title}} failed", "There are a few days to put it right.",
        &[NAME, SUBSCRIPTIONS, ORGANIZATION, TIER, AMOUNT, text("date", "one of the next days", "6 April 2026")];
    "subscription-cancelled", "Your subscription to {{title}} will end", "Until then it stays open.",
        &[NAME, SUBSCRIPTIONS, ORGANIZATION, TIER, PERIOD_END];
    "subscription-ended", "Your subscription to {{title}} has ended", "You are welcome back at any time.",
        &[NAME, SUBSCRIPTIONS, ORGANIZATION, TIER];
    "subscription-receipt", "Your receipt for {{title}}", "Thank you. Your subscription is paid.",
        &[NAME, SUBSCRIPTIONS, ORGANIZATION, TIER, AMOUNT, DATE, text("until", "the end of the period", "3 April 2026")];
    "subscription-closed", "Your subscription to {{title}} is closed", "It opens again as soon as it is paid.",
        &[NAME, SUBSCRIPTIONS, ORGANIZATION, TIER, AMOUNT, PERIOD_END];
}

/// The platform's template called `name`.
pub(crate) fn builtin(name: &str) -> Option<&'static Builtin> {
    BUILTINS.iter().find(|builtin| builtin.name == name)
}

/// What a template called `name` may say.
pub(crate) fn variables_of(name: &str) -> &'static [Variable] {
    builtin(name).map_or(OF_OTHERS, |builtin| builtin.variables)
}

impl Builtin {
    /// Its plain text, made of its HTML so that the two never part.
    pub(crate) fn text(&self) -> String {
        Markup::parse(self.html, self.variables).map(|markup| markup.to_text()).unwrap_or_default()
    }
}

/// A mail that the platform sends, as whoever overrides it wants to see it.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Standard {
    /// What a template that overrides it is called.
    pub(crate) name: &'static str,
    /// What it says unless it is overridden.
    subject: &'static str,
    /// Without the frame around it.
    html_body: &'static str,
    /// Its plain twin.
    text_body: String,
    /// What it may be filled with.
    variables: Vec<Filling>,
}

/// A variable that a template knows: `{{name}}`.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(rename = "TemplateVariable")]
pub struct Filling {
    /// Without the braces.
    name: &'static str,
    /// An http(s) address; it may be the whole of an `href` or a `src`.
    is_link: bool,
    /// What a preview shows in its place.
    example: &'static str,
}

/// Every mail that the platform sends, with what may be said in it.
pub fn standards() -> Vec<Standard> {
    let filling = |v: &Variable| Filling { name: v.name, is_link: v.kind == Kind::Link, example: v.example };
    let standard = |builtin: &Builtin| Standard {
        name: builtin.name,
        subject: builtin.subject,
        html_body: builtin.html,
        text_body: builtin.text(),
        variables: builtin.variables.iter().map(filling).collect(),
    };
    BUILTINS.iter().map(standard).collect()
}

/// The examples of what a template called `name` knows, for previews.
pub(crate) fn examples_of(name: &str) -> serde_json::Value {
    variables_of(name)
        .iter()
        .map(|variable| (variable.name.to_owned(), variable.example.into()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}
