//! What an owner or admin looks at first: what was sold, to how many, of what, and what happened lately.

use askama::Template;
use axum::{http::StatusCode, response::Response};
use codex_http::{Query, Reply};
use codex_kernel::{Result, Timestamp};
use codex_pages::{Visit, Worker, kind, see_other, with_query, words};
use serde::Deserialize;

use crate::{
    chart::{Chart, Point},
    desk::{Asked, Desk, Role},
};

/// Which days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Span {
    Week,
    Month,
    Quarter,
    Year,
}

impl Span {
    const ALL: [Self; 4] = [Self::Week, Self::Month, Self::Quarter, Self::Year];

    fn name(self) -> &'static str {
        match self {
            Self::Week => "week",
            Self::Month => "month",
            Self::Quarter => "quarter",
            Self::Year => "year",
        }
    }

    fn words(self) -> &'static str {
        match self {
            Self::Week => "7 days",
            Self::Month => "30 days",
            Self::Quarter => "90 days",
            Self::Year => "Year",
        }
    }

    fn before(self) -> &'static str {
        match self {
            Self::Week => "the 7 days before",
            Self::Month => "the 30 days before",
            Self::Quarter => "the 90 days before",
            Self::Year => "the year before",
        }
    }

    /// As the admin worker names it, and how its days are put together.
    fn preset(self) -> (&'static str, &'static str) {
        match self {
            Self::Week => ("last7days", "day"),
            Self::Month => ("last30days", "day"),
            Self::Quarter => ("last90days", "week"),
            Self::Year => ("last365days", "month"),
        }
    }
}

/// All that the page shows, as one statement of the admin worker's finds it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Overview {
    revenue: Vec<Currency>,
    customers: Customers,
    content: Counts,
    followers: Option<u64>,
    top_currency: Option<String>,
    top: Vec<Top>,
    activity: Vec<Activity>,
}

#[derive(Deserialize)]
struct Counts {
    draft: u64,
    published: u64,
}

#[derive(Default, Deserialize)]
struct Currency {
    currency: String,
    total: Figures,
    previous: Figures,
    series: Vec<Interval>,
}

#[derive(Deserialize)]
struct Interval {
    from: String,
    figures: Figures,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Figures {
    purchases: u64,
    subscription_payments: u64,
    amount_cents: i64,
    refunded_cents: i64,
    held_cents: i64,
}

impl Figures {
    /// How often somebody paid, for a content or by a subscription.
    fn sales(&self) -> u64 {
        self.purchases + self.subscription_payments
    }

    /// What is left of what was paid: without what went back and what Stripe holds.
    fn net(&self) -> i64 {
        self.amount_cents - self.refunded_cents - self.held_cents
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Customers {
    total: u64,
    new: u64,
    previous_new: u64,
    series: Vec<NewOnes>,
}

#[derive(Deserialize)]
struct NewOnes {
    from: String,
    new: u64,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Top {
    title: String,
    slug: String,
    content_type: String,
    sales: ContentSales,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct ContentSales {
    purchases: u64,
    net_cents: i64,
}

impl Top {
    fn kind(&self) -> &'static str {
        kind(&self.content_type)
    }

    fn sold(&self) -> String {
        counted(self.sales.purchases, "sale", "sales")
    }
}

/// Something that happened.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Activity {
    at: Timestamp,
    r#type: String,
    user_name: Option<String>,
    content_title: Option<String>,
    amount_cents: Option<i64>,
    currency: Option<String>,
}

impl Activity {
    fn words(&self) -> String {
        let who = self.user_name.as_deref().unwrap_or("Somebody");
        // What is paid for no content is paid by a subscription.
        let what = self.content_title.as_deref().unwrap_or("a subscription");
        match self.r#type.as_str() {
            "sale" if self.content_title.is_none() => format!("{who} paid for {what}"),
            "sale" => format!("{who} bought {what}"),
            "refund" => format!("Money for {what} went back to {who}"),
            "refund_failed" => format!("Money for {what} could not go back to {who}"),
            "dispute_opened" => format!("{who} disputes the payment for {what}"),
            "dispute_won" => format!("The dispute about {what} was won"),
            "dispute_lost" => format!("The dispute about {what} was lost"),
            "access_granted" => format!("{who} was given {what}"),
            "access_revoked" => format!("{what} was taken back from {who}"),
            "content_published" => format!("{what} was published"),
            "oversight_published" => format!("{what} was published in {who}’s place"),
            "oversight_unpublished" => format!("{what} was hidden"),
            "member_joined" => format!("{who} joined"),
            _ => format!("Something happened to {what}"),
        }
    }

    fn amount(&self) -> Option<String> {
        Some(words::price(self.amount_cents?, self.currency.as_deref()?))
    }

    fn day(&self) -> String {
        words::time(self.at)
    }
}

/// A figure, and how it stands to that of the period before.
struct Figure {
    label: &'static str,
    value: String,
    /// `+12 %`, and whether that is upwards; none where there is nothing to compare with.
    change: Option<(String, bool)>,
    hint: String,
}

#[derive(Template)]
#[template(path = "dashboard.html")]
struct View {
    desk: Desk,
    span: Span,
    figures: [Figure; 4],
    /// What was sold in other currencies than the one that is shown.
    others: Vec<String>,
    charts: [Chart; 2],
    top_currency: Option<String>,
    top: Vec<Top>,
    activity: Vec<Activity>,
    /// Whether nothing was ever made or sold.
    is_new: bool,
}

async fn find(visit: &Visit, organization: &str, span: Span) -> Result<Overview> {
    let (preset, interval) = span.preset();
    let all = [("organizationId", organization), ("preset", preset), ("interval", interval), ("top", "5"), ("activity", "8")];
    visit.one(Worker::Admin, &with_query("/api/admin/analytics/dashboard", &all)).await
}

/// The dashboard; who does not manage the organization works on content.
pub(crate) async fn show(visit: Visit, Query(asked): Query<Asked>) -> Reply<Response> {
    let span = Span::ALL.into_iter().find(|span| span.name() == asked.range).unwrap_or(Span::Month);
    let (desk, found) = Desk::open(&visit, "/studio", |id| {
        let visit = visit.clone();
        // What a creator may not see is no failure here.
        async move { Ok(find(&visit, &id, span).await) }
    })
    .await?;
    if desk.role == Role::Creator {
        return Ok(see_other("/studio/content", [])?);
    }
    let view = view(desk, found?, span);
    let frame = view.desk.frame(&visit, "/studio", "Dashboard");
    Ok(view.desk.around(frame, &view)?.for_one(&visit, StatusCode::OK))
}

fn view(desk: Desk, found: Overview, span: Span) -> View {
    let Overview { revenue: mut currencies, customers, content, followers, top_currency, top, activity } = found;
    let most = (0..).zip(&currencies).max_by_key(|(_, one)| (one.total.sales(), one.previous.sales())).map(|(index, _)| index);
    let main = most.map(|index| currencies.swap_remove(index));
    let main = main.unwrap_or_else(|| Currency { currency: "usd".to_owned(), ..Currency::default() });
    let others = currencies.into_iter().filter(|other| other.total.sales() > 0).map(|other| {
        format!("{} from {}", words::price(other.total.net(), &other.currency), counted(other.total.sales(), "sale", "sales"))
    });
    let (net, before) = (main.total.net(), main.previous.net());
    let figures = [
        Figure {
            label: "Revenue",
            value: words::price(net, &main.currency),
            change: change(net, before),
            hint: format!("{} in {}", words::price(before, &main.currency), span.before()),
        },
        Figure {
            label: "Sales",
            value: grouped(main.total.sales()),
            change: change(signed(main.total.sales()), signed(main.previous.sales())),
            hint: format!("{} in {}", grouped(main.previous.sales()), span.before()),
        },
        Figure {
            label: "New customers",
            value: grouped(customers.new),
            change: change(signed(customers.new), signed(customers.previous_new)),
            hint: format!("{} altogether", grouped(customers.total)),
        },
        Figure {
            label: "Followers",
            value: grouped(followers.unwrap_or_default()),
            change: None,
            hint: format!("{} published, {}", grouped(content.published), counted(content.draft, "draft", "drafts")),
        },
    ];
    let is_new = customers.total == 0 && content.published + content.draft == 0;
    let charts = [revenue_chart(&main, &customers), customers_chart(&customers)];
    View { desk, span, figures, others: others.collect(), charts, top_currency, top, activity, is_new }
}

fn revenue_chart(of: &Currency, customers: &Customers) -> Chart {
    let point = |interval: &Interval| Point {
        day: words::date(&interval.from),
        short: words::short_date(&interval.from),
        value: u64::try_from(interval.figures.net()).unwrap_or_default(),
    };
    // Where nothing was ever sold there are days all the same.
    let nothing = |ones: &NewOnes| Point { day: words::date(&ones.from), short: words::short_date(&ones.from), value: 0 };
    let points: Vec<Point> =
        if of.series.is_empty() { customers.series.iter().map(nothing).collect() } else { of.series.iter().map(point).collect() };
    let money = |value| words::price(i64::try_from(value).unwrap_or(i64::MAX), &of.currency);
    let summary = format!("{} from {}", words::price(of.total.net(), &of.currency), counted(of.total.sales(), "sale", "sales"));
    Chart::new("revenue", ("Revenue", "Revenue"), summary, points, 1_000, money)
}

fn customers_chart(customers: &Customers) -> Chart {
    let point = |ones: &NewOnes| Point { day: words::date(&ones.from), short: words::short_date(&ones.from), value: ones.new };
    let summary = format!("{} for the first time", counted(customers.new, "person bought", "people bought"));
    let points = customers.series.iter().map(point).collect();
    Chart::new("customers", ("New customers", "New customers"), summary, points, 2, grouped)
}

/// How much more or less in percent, and whether it is not less.
fn change(now: i64, before: i64) -> Option<(String, bool)> {
    if before <= 0 {
        return None;
    }
    let percent = (now - before) * 100 / before;
    let sign = match percent {
        0 => "±",
        1.. => "+",
        _ => "−",
    };
    Some((format!("{sign}{} %", percent.abs()), percent >= 0))
}

fn signed(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// `1,234`.
fn grouped(count: u64) -> String {
    words::grouped(&count.to_string())
}

/// `1 sale`, `2 sales`.
fn counted(count: u64, one: &str, more: &str) -> String {
    format!("{} {}", grouped(count), if count == 1 { one } else { more })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn changes_are_told_in_percent() {
        let told = |now, before| change(now, before).map(|(words, up)| format!("{words} {up}"));
        assert_eq!(told(150, 100).as_deref(), Some("+50 % true"));
        assert_eq!(told(50, 100).as_deref(), Some("−50 % false"));
        assert_eq!(told(100, 100).as_deref(), Some("±0 % true"));
        assert_eq!(told(5, 0), None, "nothing can be compared with nothing");
        assert_eq!((counted(1, "sale", "sales"), counted(1200, "sale", "sales")), ("1 sale".into(), "1,200 sales".into()));
    }
}
