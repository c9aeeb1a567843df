//! How an organization's pages look: colours, fonts and logo, with a page that shows what they would make of it.

use askama::Template;
use axum::{
    extract::Request,
    http::{Method, StatusCode},
    response::Response,
};
use codex_http::{Form, Query, Reply};
use codex_kernel::Result;
use codex_pages::{Entries, Section, Visit, Worker, see_other};
use serde_json::{Value, json};

use crate::{
    desk::{Before, Desk, organization},
    picture,
    settings::{HERE, typed},
};

const PAGE: &str = "/studio/settings/branding";

#[derive(Template)]
#[template(path = "settings/branding.html")]
struct View {
    desk: Desk,
    entries: Entries,
    logo: Entries,
    warnings: Vec<String>,
}

async fn render(visit: &Visit, entries: Option<Entries>, logo: Entries, warnings: Vec<String>, done: &str) -> Result<Response> {
    let desk = Desk::alone(visit, HERE, &[]).await?.managed()?.after(done);
    let entries = entries.unwrap_or_else(|| desk.section("branding"));
    let status = entries.status().max(logo.status());
    let frame = desk.frame(visit, PAGE, "Branding").framing();
    let view = View { desk, entries, logo, warnings };
    Ok(view.desk.around(frame, &view)?.for_one(visit, status))
}

pub(crate) async fn show(visit: Visit, Query(before): Query<Before>) -> Reply<Response> {
    Ok(render(&visit, None, Entries::default(), Vec::new(), &before.done).await?)
}

/// The form's second colour, where there is to be one.
fn second(form: &Form) -> Option<&str> {
    if form.text("hasSecond") == "on" { typed(form, "secondaryColor") } else { None }
}

/// Saves it; what is hard to see is saved too, and said.
pub(crate) async fn save(visit: Visit, form: Form) -> Reply<Response> {
    let organization = organization(&visit).await?;
    // What of it is not named stays: the logo has a form of its own.
    let branding = json!({
        "primaryColor": typed(&form, "primaryColor"),
        "secondaryColor": second(&form),
        "headingFont": typed(&form, "headingFont"),
        "bodyFont": typed(&form, "bodyFont"),
    });
    let path = format!("{organization}/settings/branding");
    match visit.send(Worker::Organization, Method::PUT, &path, &branding).await? {
        Ok(answer) => {
            let warnings = answer.read::<Value>()?;
            let warnings = warnings.get("warnings").and_then(Value::as_array).into_iter().flatten();
            let words = |warning: &Value| Some(warning.get("message")?.as_str()?.to_owned());
            let warnings: Vec<String> = warnings.filter_map(words).collect();
            if warnings.is_empty() {
                return Ok(see_other(&format!("{PAGE}?done=saved"), [])?);
            }
            Ok(render(&visit, None, Entries::default(), warnings, "saved").await?)
        }
        Err(refusal) => Ok(render(&visit, Some(Entries::refused(form, refusal)?), Entries::default(), Vec::new(), "").await?),
    }
}

#[derive(Template)]
#[template(path = "settings/sample.html")]
struct Sample {
    title: String,
    description: Option<String>,
}

/// A page as it would look; what is no colour or font changes nothing. Shown in a frame of the form's page.
pub(crate) async fn preview(visit: Visit, form: Form) -> Reply<Response> {
    let mut desk = Desk::alone(&visit, HERE, &[]).await?;
    let font = |field: &str| typed(&form, field).map(str::to_owned);
    let brand = &mut desk.brand;
    form.text("primaryColor").clone_into(&mut brand.primary_color);
    brand.secondary_color = second(&form).map(str::to_owned);
    (brand.heading_font, brand.body_font) = (font("headingFont"), font("bodyFont"));
    sample(&visit, &desk)
}

/// The same as it looks now.
pub(crate) async fn current(visit: Visit) -> Reply<Response> {
    sample(&visit, &Desk::alone(&visit, HERE, &[]).await?)
}

fn sample(visit: &Visit, desk: &Desk) -> Reply<Response> {
    let view = Sample { title: desk.brand.title().to_owned(), description: desk.brand.description.clone() };
    let frame = desk.frame(visit, "/", "Preview").in_section(Section::Catalogue).framed();
    Ok(frame.around(&view)?.for_one(visit, StatusCode::OK))
}

/// Puts a picture in place of the logo.
pub(crate) async fn set_logo(visit: Visit, request: Request) -> Reply<Response> {
    let organization = organization(&visit).await?;
    let path = format!("{organization}/settings/branding/logo");
    let asked = match picture::sent(request, "logo").await? {
        Ok(picture) => visit.send_file(Worker::Organization, Method::POST, &path, picture.bytes).await?,
        Err(refusal) => Err(refusal),
    };
    match asked {
        Ok(_) => Ok(see_other(&format!("{PAGE}?done=saved"), [])?),
        Err(refusal) => {
            let logo = Entries::refused([("logo".to_owned(), String::new())].into_iter().collect(), refusal)?;
            Ok(render(&visit, None, logo, Vec::new(), "").await?)
        }
    }
}

pub(crate) async fn remove_logo(visit: Visit, _form: Form) -> Reply<Response> {
    let organization = organization(&visit).await?;
    let path = format!("{organization}/settings/branding/logo");
    visit.send(Worker::Organization, Method::DELETE, &path, &Value::Null).await??;
    Ok(see_other(&format!("{PAGE}?done=saved"), [])?)
}
