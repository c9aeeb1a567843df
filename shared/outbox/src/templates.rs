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
        "receipt" => Some(Template {
            subject: "Your receipt for {{title}}",
            text: "Thank you. You paid {{amount}} for {{title}}. It is in your library now.",
            button: None,
        }),
        "refund" => Some(Template {
            subject: "Your refund for {{title}}",
            text: "We gave {{amount}} of your payment for {{title}} back. It is with your bank within ten days.",
            button: None,
        }),
        "new-sale" => {
            Some(Template { subject: "You sold {{title}}", text: "Somebody paid {{amount}} for {{title}}.", button: None })
        }
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
