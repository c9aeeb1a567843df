//! What templates may say, and that nothing which is filled in gets out of its place.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::{
    catalogue::{BUILTINS, Builtin, examples_of, standards, variables_of},
    markup::Markup,
    render::{Rendered, Setting, Source, render},
    words::{Kind, Problem, parts},
};

const HOME: &str = "https://codex.example";

/// What people try to put where their name belongs.
const ATTACKS: &[&str] = &[
    "<script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onmouseover='alert(1)' x='",
    "\" onclick=\"alert(1)\" x=\"",
    "</td></tr></table><h1>Pay here</h1>",
    "</title></style><style>*{display:none}</style>",
    "<!-- ",
    "--><b>",
    "<![CDATA[",
    "&lt;script&gt;",
    "&#60;script&#62;",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    " javascript:alert(1)",
    "data:text/html,<script>alert(1)</script>",
    "vbscript:msgbox(1)",
    "//evil.test/",
    "https://evil.test/\" onclick=\"alert(1)",
    "https://evil.test/'><script>",
    "https://user:pass@evil.test/ x",
    "Ada\r\nBcc: victim@evil.test",
    "Ada\nContent-Type: text/html\n\n<b>",
    "Ada\u{2028}Bcc: victim@evil.test",
    "Ada\u{0085}x\u{000B}y\u{0000}z\u{001B}[31m",
    "\u{202E}gpj.exe",
    "{{link}}",
    "{{name}}{{title}}",
    "{{",
    "}}",
    "{% for x in y %}{{ x }}{% endfor %}",
    "${7*7} #{7*7} <%= 7*7 %>",
    "{{constructor.constructor('alert(1)')()}}",
    "$accent;background:url(//evil.test)",
    "=?utf-8?q?=0aBcc:_victim=40evil.test?=",
    "\u{FEFF}\u{200B}<script>",
    "＜script＞alert(1)＜/script＞",
];

fn of(builtin: &Builtin) -> Source {
    Source {
        subject: builtin.subject.to_owned(),
        html: builtin.html.to_owned(),
        text: builtin.text(),
        preheader: Some(builtin.preheader.to_owned()),
    }
}

fn filled(name: &str, source: &Source, data: &Value, brand: &str) -> Rendered {
    let brand = serde_json::from_value(json!({ "name": brand, "logo_url": null, "primary_color": "#B91C1C" })).unwrap();
    let unsubscribe = format!("{HOME}/unsubscribe/x");
    render(name, source, data, Setting { brand: Some(&brand), home: HOME, unsubscribe: Some(&unsubscribe) }).unwrap()
}

/// How often each character stands there that could end a place in HTML.
fn structure(html: &str) -> [usize; 4] {
    ['<', '>', '"', '\''].map(|wanted| html.chars().filter(|c| *c == wanted).count())
}

/// That `attacked` has the structure of `calm`, whatever was filled in.
#[track_caller]
fn assert_contained(calm: &Rendered, attacked: &Rendered, what: &str) {
    assert_eq!(structure(&attacked.html), structure(&calm.html), "{what}: {}", attacked.html);
    assert_eq!(attacked.text.lines().count(), calm.text.lines().count(), "{what}: {}", attacked.text);
    for (form, text) in [("subject", &attacked.subject), ("text", &attacked.text), ("html", &attacked.html)] {
        let forbidden = |c: char| (c.is_control() && (form == "subject" || c != '\n')) || "\u{2028}\u{2029}\u{202E}".contains(c);
        assert!(!text.contains(forbidden), "{what}: {form} {text:?}");
    }
    for address in attacked.html.split(" href=\"").skip(1).chain(attacked.html.split(" src=\"").skip(1)) {
        assert!(address.starts_with("https://") || address.starts_with("http://"), "{what}: {address}");
    }
    assert!(attacked.subject.chars().count() <= 250, "{what}");
}

#[test]
fn nothing_gets_out_of_its_place_in_the_platforms_mails() {
    let long = "x".repeat(100_000);
    for builtin in BUILTINS {
        let source = of(builtin);
        let calm = filled(builtin.name, &source, &examples_of(builtin.name), "Yoga");
        for variable in builtin.variables {
            for attack in ATTACKS.iter().copied().chain([long.as_str()]) {
                let mut data = examples_of(builtin.name);
                data[variable.name] = json!(attack);
                let attacked = filled(builtin.name, &source, &data, "Yoga");
                assert_contained(&calm, &attacked, &format!("{} {} {attack:.60}", builtin.name, variable.name));
                if variable.kind == Kind::Name {
                    assert!(!attacked.html.contains("evil.test"), "{}: a name advertises", builtin.name);
                }
            }
        }
        for attack in ATTACKS {
            let attacked = filled(builtin.name, &source, &examples_of(builtin.name), attack);
            assert_contained(&calm, &attacked, &format!("{} as {attack}", builtin.name));
        }
    }
}

#[test]
fn nothing_gets_out_of_any_place_a_tenant_can_put_it() {
    let name = "summer-sale";
    let source = Source {
        subject: "{{name}} {{title}} {{link}} {{organization}} {{message}}".to_owned(),
        html: "<p title=\"{{title}}\">{{name}} {{ title }} {{organization}} {{amount}} {{date}} {{message}} {{link}}</p>\
               <a href=\"{{link}}\">{{message}}</a><a href='https://x.test/?a={{title}}&amp;b={{message}}' title='{{name}}'>x</a>\
               <img src=\"{{link}}\" alt='{{title}}'><img src=\"https://x.test/{{title}}.png\" alt=\"{{message}}\">"
            .to_owned(),
        text: "{{name}}: {{title}}\n{{message}} {{organization}} {{amount}} {{date}} {{link}}".to_owned(),
        preheader: None,
    };
    let calm = filled(name, &source, &examples_of(name), "Yoga");
    for variable in variables_of(name) {
        for attack in ATTACKS {
            let mut data = examples_of(name);
            data[variable.name] = json!(attack);
            assert_contained(&calm, &filled(name, &source, &data, "Yoga"), &format!("{} {attack}", variable.name));
        }
    }
    let echoed = filled(name, &source, &json!({ "title": "{{name}}", "name": "Ada" }), "Yoga");
    assert!(echoed.html.contains("Ada {{name}}"), "what is filled in is not looked at again: {}", echoed.html);
}

#[test]
fn markup_that_could_do_harm_is_refused() {
    let refused = [
        "<script>alert(1)</script>",
        "<SCRIPT src=x></SCRIPT>",
        "<style>p{}</style>",
        "<svg onload=alert(1)></svg>",
        "<math></math>",
        "<iframe src=\"https://x.test\"></iframe>",
        "<form action=\"https://x.test\"></form>",
        "<input>",
        "<meta http-equiv=\"refresh\">",
        "<base href=\"https://x.test/\">",
        "<link rel=\"stylesheet\">",
        "<object></object>",
        "<body></body>",
        "<!-- x -->",
        "<!doctype html>",
        "<?xml?>",
        "<p onclick=\"x\">a</p>",
        "<p id=\"x\">a</p>",
        "<a href=\"javascript:alert(1)\">a</a>",
        "<a href=\"JAVASCRIPT:alert(1)\">a</a>",
        "<a href=\"java&#115;cript:alert(1)\">a</a>",
        "<a href=\" https://x.test\">a</a>",
        "<a href=\"data:text/html,x\">a</a>",
        "<a href=\"//x.test\">a</a>",
        "<a href=\"/x\">a</a>",
        "<a href=\"\">a</a>",
        "<a href=\"{{title}}\">a</a>",
        "<a href=\"{{title}}://x.test\">a</a>",
        "<a href=\"https://{{title}}\">a</a>",
        "<a href=\"https://{{title}}.x.test/\">a</a>",
        "<a href=\"https://x.test{{title}}/\">a</a>",
        "<a href=\"https://x.test/{{link}}\">a</a>",
        "<a href=\"x{{link}}\">a</a>",
        "<a href=\"mailto:{{title}}\">a</a>",
        "<a href=https://x.test>a</a>",
        "<a href>a</a>",
        "<img src=\"cid:x\">",
        "<p style=\"background:url(https://x.test)\">a</p>",
        "<p style=\"background:URL(x)\">a</p>",
        "<p style=\"background:u\\72l(x)\">a</p>",
        "<p style=\"behavior:url(x)\">a</p>",
        "<p style=\"color:{{title}}\">a</p>",
        "<p style=\"font-family:'x'\">a</p>",
        "<p style='x\">a</p>",
        "<p>a",
        "a</p>",
        "<p><strong>a</p></strong>",
        "</td></tr></table>",
        "<td>a</td>",
        "<table><td>a</td></table>",
        "<li>a</li>",
        "a < b",
        "<p",
        "<>",
        "</>",
        "< p>a</p>",
    ];
    let known = variables_of("summer-sale");
    for html in refused {
        assert!(matches!(Markup::parse(html, known), Err(Problem::Refused(_))), "{html}");
    }
    let deep = "<div>".repeat(50) + &"</div>".repeat(50);
    assert!(Markup::parse(&deep, known).is_err());
    for html in
        ["{{nobody}}", "<p title=\"{{nobody}}\">a</p>", "<a href=\"{{nobody}}\">a</a>", "{{}}", "{{name.x}}", "{{#if name}}"]
    {
        assert!(matches!(Markup::parse(html, known), Err(Problem::Unknown(_))), "{html}");
    }
    assert!(parts("{{name", known).is_err());
    for html in [
        "<p>Tom &amp; Jerry &lt;3 {{ name }}</p><br><br/><hr />",
        "<P CLASS=\"small\" style=\"color:#fff; padding: 1px 2% !important\">a</P>",
        "<a href=\"https://x.test\">a</a><a href=\"mailto:a@b.test?subject=x\">b</a><a class=\"button\" href=\"{{link}}\">c</a>",
        "<table width=\"100%\"><tbody><tr><th colspan=\"2\">a</th></tr><tr><td>b</td></tr></tbody></table><ul><li>a</li></ul>",
    ] {
        assert!(Markup::parse(html, known).is_ok(), "{html}");
    }
}

/// `RENDERED_MAILS=folder` leaves each mail there, to be looked at.
#[test]
fn every_mail_of_the_platform_says_what_it_should() {
    let expected = [
        "verify-email",
        "account-exists",
        "reset-password",
        "password-changed",
        "new-device",
        "change-email",
        "verify-new-email",
        "email-changed",
        "invitation",
        "role-changed",
        "receipt",
        "refund",
        "new-sale",
        "transcoding-done",
        "transcoding-failed",
        "subscription-started",
        "subscription-payment-failed",
        "subscription-cancelled",
        "subscription-ended",
        "subscription-receipt",
        "subscription-closed",
    ];
    let names: Vec<&str> = BUILTINS.iter().map(|builtin| builtin.name).collect();
    assert_eq!(names, expected);
    assert_eq!(standards().len(), expected.len());
    for builtin in BUILTINS {
        let known = builtin.variables;
        for text in [builtin.subject, builtin.preheader, builtin.html] {
            parts(text, known).unwrap_or_else(|problem| panic!("{}: {problem:?}", builtin.name));
        }
        for variable in known.iter().filter(|variable| variable.name != "name") {
            let said = [builtin.subject, builtin.html].iter().any(|text| text.contains(&format!("{{{{{}}}}}", variable.name)));
            assert!(
                said || ["date", "organization", "newEmail", "link"].contains(&variable.name),
                "{} never says {}",
                builtin.name,
                variable.name
            );
        }
        let full = filled(builtin.name, &of(builtin), &examples_of(builtin.name), "Yoga Studio");
        let bare =
            render(builtin.name, &of(builtin), &json!({}), Setting { brand: None, home: HOME, unsubscribe: None }).unwrap();
        for mail in [&full, &bare] {
            assert!(!mail.subject.is_empty() && !mail.html.contains("{{") && !mail.text.contains("{{"), "{}", builtin.name);
            assert!(!mail.text.contains("\n\n\n") && !mail.text.contains('<'), "{}", mail.text);
            assert!(mail.html.len() < 100_000, "mail programs cut what is longer: {}", mail.html.len());
        }
        if let Some(folder) = std::env::var_os("RENDERED_MAILS") {
            for (kind, mail) in [("full", &full), ("bare", &bare)] {
                let file = |ending: &str| Path::new(&folder).join(format!("{}.{kind}.{ending}", builtin.name));
                fs::write(file("html"), &mail.html).unwrap();
                fs::write(file("txt"), format!("{}\n\n{}\n", mail.subject, mail.text)).unwrap();
            }
        }
    }
}

#[test]
fn the_plain_twin_reads_well() {
    let receipt = BUILTINS.iter().find(|builtin| builtin.name == "receipt").unwrap();
    let data = json!({ "title": "Breathing", "amount": "29.99 USD" });
    let mail = render("receipt", &of(receipt), &data, Setting { brand: None, home: HOME, unsubscribe: None }).unwrap();
    assert_eq!(mail.subject, "Your receipt for Breathing");
    let text = "Thank you\n\nHi there,\n\nYou paid 29.99 USD for Breathing. It is in your library now.\n\n\
                Breathing: 29.99 USD\nPaid on: today\n\nOpen my library: https://codex.example/library";
    assert_eq!(mail.text, text);
}
