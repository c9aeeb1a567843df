use codex_kernel::{Error, Result};
use serde_json::Value;

/// A mail ready to send.
#[derive(Debug)]
pub(crate) struct Rendered {
    pub(crate) subject: String,
    pub(crate) html: String,
    pub(crate) text: String,
}

struct Template {
    subject: &'static str,
    text: &'static str,
    /// The button under the text, and the variable that holds its address.
    button: Option<(&'static str, &'static str)>,
}

fn template(name: &str) -> Option<Template> {
    match name {
        "verify-email" => Some(Template {
            subject: "Confirm your e-mail address",
            text: "Welcome to Codex. Confirm that this address is yours to finish signing up. The link works for 24 hours. \
                   If you did not sign up, ignore this mail.",
            button: Some(("Confirm address", "link")),
        }),
        "reset-password" => Some(Template {
            subject: "Choose a new password",
            text: "Hello {{name}}. Somebody asked for a new password for your account. The link works for an hour. \
                   If it was not you, ignore this mail: nothing has changed.",
            button: Some(("Choose a new password", "link")),
        }),
        "account-exists" => Some(Template {
            subject: "You have an account already",
            text: "Hello {{name}}. Somebody, probably you, signed up with this address, which has an account already. \
                   Sign in, or ask there for a new password if you have forgotten yours.",
            button: Some(("Sign in", "link")),
        }),
        "password-changed" => Some(Template {
            subject: "Your password was changed",
            text: "Hello {{name}}. The password of your account was changed, and every other device was signed out. \
                   If it was not you, take the account back now.",
            button: Some(("It was not me", "link")),
        }),
        "new-device" => Some(Template {
            subject: "A new device signed in",
            text: "Hello {{name}}. At {{time}} somebody signed in to your account with a browser that we had not seen: \
                   {{device}}. If it was not you, sign that device out and change your password.",
            button: Some(("See your devices", "link")),
        }),
        "change-email" => Some(Template {
            subject: "Do you want to change your e-mail address?",
            text: "Hello {{name}}. Somebody who knows your password asked to change the address of your account to {{newEmail}}. \
                   If it was not you, ignore this mail and change your password.",
            button: Some(("Change it", "link")),
        }),
        "verify-new-email" => Some(Template {
            subject: "Confirm your new e-mail address",
            text: "Hello {{name}}. Confirm that this address is yours, and it becomes the one of your account.",
            button: Some(("Confirm address", "link")),
        }),
        "email-changed" => Some(Template {
            subject: "Your e-mail address was changed",
            text: "Hello {{name}}. The address of your account is now {{newEmail}}. This one no longer belongs to it. \
                   If it was not you, write to us at once.",
            button: Some(("Get help", "link")),
        }),
        "receipt" => Some(Template {
            subject: "Your receipt for {{title}}",
            text: "Thank you. You paid {{amount}} for {{title}}. It is in your library now.",
            button: None,
        }),
        _ => None,
    }
}

/// Fills the template called `name`. Variables are escaped in HTML, and lose their line breaks in the subject.
pub(crate) fn render(name: &str, data: &Value) -> Result<Rendered> {
    let unknown = || Error::internal(std::io::Error::other(format!("no mail template {name}")));
    let template = template(name).ok_or_else(unknown)?;
    let subject = fill(template.subject, data, |value| value.replace(|c: char| c.is_control(), " "));
    let mut text = fill(template.text, data, str::to_owned);
    let mut html = format!("<p>{}</p>", fill(&escape(template.text), data, escape));
    if let Some((label, variable)) = template.button {
        let link = data.get(variable).and_then(Value::as_str).unwrap_or_default();
        text.push_str(&format!("\n\n{label}: {link}"));
        html.push_str(&format!("<p><a href=\"{}\">{label}</a></p>", escape(link)));
    }
    let html = format!(
        "<!doctype html><html lang=\"en\"><body style=\"font:16px/1.5 system-ui,sans-serif;max-width:36em;margin:2em auto\">{html}</body></html>"
    );
    Ok(Rendered { subject, html, text })
}

fn fill(text: &str, data: &Value, show: impl Fn(&str) -> String) -> String {
    let mut filled = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        filled.push_str(before);
        let (name, after) = after.split_once("}}").unwrap_or((after, ""));
        filled.push_str(&show(data.get(name).and_then(Value::as_str).unwrap_or_default()));
        rest = after;
    }
    filled.push_str(rest);
    filled
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;").replace('\'', "&#39;")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn variables_are_escaped_where_they_stand() {
        let mail = render("receipt", &json!({ "title": "<b>\r\nBcc: x", "amount": "29.99 USD" })).unwrap();
        assert_eq!(mail.subject, "Your receipt for <b>  Bcc: x");
        assert!(mail.html.contains("&lt;b&gt;") && !mail.html.contains("<b>"));
        assert!(mail.text.contains("You paid 29.99 USD"));
        assert!(render("no-such", &json!({})).is_err());
    }

    #[test]
    fn a_link_is_in_both_forms() {
        let mail = render("verify-email", &json!({ "link": "https://x.test/?a=1&b=2" })).unwrap();
        assert!(mail.text.contains("https://x.test/?a=1&b=2"));
        assert!(mail.html.contains("href=\"https://x.test/?a=1&amp;b=2\""));
    }
}
