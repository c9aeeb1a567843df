//! Every statement that touches a table owned by people or tenants names the owner in a condition (or, inserting, as a column).
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may panic")]

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

const OWNERS: [&str; 4] = ["user_id", "creator_id", "organization_id", "owner_id"];

/// Statement, table, and why it may. An entry that is not needed fails the test, so the list can only shrink.
const ALLOWED: &[(&str, &str, &str)] = &[
    ("identity.session", "sessions", "the hash of the secret token is the proof of whose it is"),
    ("identity.renew_session", "sessions", "the hash of the secret token is the proof of whose it is"),
    ("profiles.export", "organization_invitations", "named by the address of the account"),
    ("identity.register", "sessions", "those that the browser carried: the hash of the secret token is the proof"),
    ("identity.approve_email", "verification_tokens", "the hash of the secret token is the proof of whose it is"),
    ("identity.sweep", "sessions", "what has expired is everybody's"),
    ("identity.sweep", "verification_tokens", "what has expired is everybody's"),
    ("organizations.decline_invitation", "organization_invitations", "the hash of the mailed token is the proof of whose it is"),
    ("content.find", "media_items", "the media of the content it answers for"),
    ("content.list_catalogue", "content", "what is published for everybody"),
    ("content.list_catalogue", "media_items", "the media of what is published for everybody"),
    ("content.continue_watching", "media_items", "the media of what the user has begun"),
    ("content.storefront", "media_items", "the media of what is published for everybody"),
    ("content.storefront_find", "media_items", "the media of the content it answers for"),
    ("content.facets", "content", "what is published for everybody"),
    ("content.all_progress", "content", "joined by the user's own progress; answers nothing of it"),
    ("content.library", "media_items", "the media of what the user has access to"),
    ("commerce.offer", "content", "an offer is made to anybody; the statement answers whether it is for sale"),
    ("commerce.purchase", "content", "joined by the buyer's own purchase"),
    ("commerce.purchases", "content", "joined by the buyer's own purchases"),
    ("commerce.keep_event", "checkout_sessions", "named by Stripe's session, in an event that Stripe signed"),
    ("commerce.forget_customer", "purchases", "those of Stripe's customer, in an event that Stripe signed"),
    ("commerce.claim_refunds", "purchases", "joined by the refund that is owed for it, whosever it is"),
    ("commerce.settle", "checkout_sessions", "named by Stripe's session, as Stripe answered"),
    ("notifications.claim", "email_templates", "those of the mail's own creator and organization, and everybody's"),
    (
        "notifications.send",
        "email_templates",
        "those of the creator and the organization that a worker of ours names, and everybody's",
    ),
    ("commerce.claim_unsettled", "checkout_sessions", "the sweeper asks for everybody's"),
    ("commerce.claim_subscription_checkouts", "subscription_checkouts", "the sweeper asks for everybody's"),
    ("commerce.claim_ending", "subscriptions", "the sweeper ends everybody's that must end"),
    ("commerce.settle_subscription_checkout", "subscription_checkouts", "named by Stripe's session, as Stripe answered"),
    ("commerce.hear_news", "subscription_checkouts", "named by Stripe's session, in an event that Stripe signed"),
    ("commerce.forget_customer", "subscriptions", "those of Stripe's customer, in an event that Stripe signed"),
    ("commerce.keep_subscription", "tiers", "the tier whose price Stripe says is paid"),
    ("commerce.hear_failed_invoice", "tiers", "the tier of the subscription whose invoice Stripe says was not paid"),
    ("commerce.open_subscription_checkout", "tiers", "an offer is made to anybody; the tier says whose"),
    ("commerce.subscription", "tiers", "joined by the subscriber's own subscription"),
    ("commerce.subscriptions", "tiers", "joined by the subscriber's own subscriptions"),
    ("transcoding.start", "media_items", "a worker of ours asks, for the file that it saw arrive"),
    ("transcoding.unstarted", "media_items", "what waits is everybody's"),
    ("transcoding.silent", "transcoding_jobs", "what is silent is everybody's"),
    ("transcoding.owner", "transcoding_jobs", "named by the job, in a callback that the transcoder signed"),
    ("content.publish", "media_items", "the media of the content it publishes"),
    ("content.change_status", "media_items", "the media of the content it changes"),
    ("insights.contents", "media_items", "the media of the contents it lists"),
    ("insights.performance", "playback_progress", "counted for the contents it lists; answers nobody's own"),
    ("insights.platform_fee", "fee_rates", "the platform's own"),
    ("insights.organization_fees", "fee_rates", "all are the platform's to know"),
    ("insights.fee_changes", "fee_rate_changes", "all are the platform's to know"),
];

/// Statements on tables behind the second fence that are not themselves fenced (`shared/edge/src/sql.rs`), and why. The list can only shrink.
const UNFENCED: &[(&str, &[&str])] = &[
    (
        "asked for by schedules, webhooks and other workers, in nobody's name",
        &[
            "commerce.claim_ending",
            "commerce.claim_refunds",
            "commerce.forget_customer",
            "commerce.forget_people",
            "commerce.hear_account",
            "commerce.hear_failed_invoice",
            "commerce.hear_invoice",
            "commerce.hear_news",
            "commerce.hear_payment",
            "commerce.keep_event",
            "commerce.keep_subscription",
            "commerce.unseen_events",
            "content.expired_uploads",
            "notifications.claim",
            "notifications.forget",
            "notifications.send",
            "notifications.settle",
            "transcoding.claim",
            "transcoding.hear",
            "transcoding.orphans",
            "transcoding.owner",
            "transcoding.silent",
            "transcoding.start",
            "transcoding.unstarted",
        ],
    ),
    (
        "asked for by visitors, about what is public, and by the busiest routes, about one content or the viewer's own",
        &[
            "commerce.offer",
            "commerce.tier_offer",
            "content.continue_watching",
            "content.find",
            "content.library",
            "content.list_catalogue",
            "content.list_own",
            "content.save_progress",
            "content.storefront",
            "content.storefront_find",
            "organizations.slug_taken",
            "organizations.tier",
            "organizations.tiers",
        ],
    ),
    (
        "how somebody comes to belong where they did not",
        &[
            "organizations.accept_invitation",
            "organizations.create",
            "organizations.decline_invitation",
            "organizations.follow",
            "organizations.unfollow",
        ],
    ),
    (
        "the end of one account: it locks the rows of other owners and lessens what is counted of those it followed, and a policy that let it \
         would let every other statement; `deleting_an_account_changes_nobody_elses_rows` holds it",
        &["profiles.delete_account"],
    ),
];

fn files(folder: &Path, ending: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, ending, found);
        } else if path.extension().is_some_and(|extension| extension == ending) {
            found.push(path);
        }
    }
}

/// Words, and every other character by itself; without comments and the aliases before a dot.
fn tokens(sql: &str) -> Vec<String> {
    let mut tokens: Vec<String> = Vec::new();
    for line in sql.lines().map(|line| line.split("--").next().unwrap()) {
        let mut word = String::new();
        for c in line.chars().chain([' ']) {
            if c.is_alphanumeric() || c == '_' || c == '$' {
                word.push(c);
                continue;
            }
            if c == '.' {
                word.clear();
                continue;
            }
            if !word.is_empty() {
                tokens.push(std::mem::take(&mut word));
            }
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
        }
    }
    tokens
}

/// Each table that has owner columns, and which.
fn owned_tables(migrations: &str) -> BTreeMap<String, BTreeSet<String>> {
    let mut tables = BTreeMap::new();
    for table in migrations.split("CREATE TABLE ").skip(1) {
        let (name, columns) = table.split_once(" (").unwrap();
        let columns = columns.split("\n);").next().unwrap().lines();
        let owners = columns.filter_map(|line| line.split_whitespace().next()).filter(|column| OWNERS.contains(column));
        let owners: BTreeSet<String> = owners.map(str::to_owned).collect();
        if !owners.is_empty() {
            tables.insert(name.to_owned(), owners);
        }
    }
    tables
}

/// The owner that `($1::uuid IS NULL OR organization_id = $1::uuid)` names in a statement that asks `managed_tenant` about `$1`: no
/// organization means all of them to those who run the platform, and nothing to anybody else.
fn overseen<'a>(sql: &str, tokens: &'a [String]) -> Option<&'a str> {
    const ALL_OR: [&str; 7] = ["$1", ":", ":", "uuid", "IS", "NULL", "OR"];
    let checked = sql.contains("FROM managed_tenant($1::uuid, $2::uuid, $3::boolean)");
    let named = tokens.windows(10).find(|ten| ten.iter().take(7).eq(&ALL_OR) && ten[8] == "=" && ten[9] == "$1");
    named.filter(|_| checked).map(|ten| ten[7].as_str())
}

/// The owned tables that `sql` reads, changes or fills without naming an owner of theirs.
fn unowned<'a>(sql: &str, tables: &'a BTreeMap<String, BTreeSet<String>>) -> BTreeSet<&'a str> {
    let tokens = tokens(sql);
    // `creator_id = $2` after WHERE, AND or ON restricts; after OR, or as a value in a SELECT, it does not.
    let restricting: BTreeSet<&str> = tokens
        .windows(3)
        .filter(|three| ["WHERE", "AND", "ON"].contains(&three[0].as_str()) && three[2] == "=")
        .map(|three| three[1].as_str())
        .chain(overseen(sql, &tokens))
        .collect();
    let mut unowned = BTreeSet::new();
    for (at, pair) in tokens.windows(2).enumerate() {
        let Some((table, owners)) = tables.get_key_value(&pair[1]) else { continue };
        let named = match pair[0].as_str() {
            "INTO" => tokens[at..].iter().take_while(|token| *token != ")").any(|token| owners.contains(token)),
            "FROM" | "JOIN" | "UPDATE" => owners.iter().any(|owner| restricting.contains(owner.as_str())),
            _ => true,
        };
        if !named {
            unowned.insert(table.as_str());
        }
    }
    unowned
}

#[test]
fn statements_name_the_owner() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    let (mut statements, mut migrations) = (Vec::new(), Vec::new());
    files(&root.join("shared"), "sql", &mut statements);
    files(&root.join("migrations"), "sql", &mut migrations);
    let schema: String = migrations.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let tables = owned_tables(&schema);
    assert!(tables.len() > 5 && statements.len() > 20, "the SQL was not found: {tables:?}");
    let (mut missing, mut unused) = (Vec::new(), ALLOWED.to_vec());
    for file in statements {
        let sql = fs::read_to_string(file).unwrap();
        let name = sql.lines().next().unwrap().trim_start_matches("-- ");
        for table in unowned(&sql, &tables) {
            match unused.iter().position(|(statement, allowed, _)| (*statement, *allowed) == (name, table)) {
                Some(index) => drop(unused.remove(index)),
                None => missing.push(format!("{name} on {table}, which has {:?}", tables[table])),
            }
        }
    }
    assert!(missing.is_empty(), "these statements name no owner:\n{}", missing.join("\n"));
    assert!(unused.is_empty(), "no longer needed: {unused:?}");
}

/// The tables that policies of migrations guard, each with whether reading it is guarded, too.
fn guarded_tables(migrations: &str) -> BTreeMap<&str, bool> {
    let mut tables = BTreeMap::new();
    for policy in migrations.split("CREATE POLICY ").skip(1) {
        let Some((_, rule)) = policy.split_once(" ON ") else { continue };
        let (table, rule) = rule.split_once(' ').unwrap();
        let everybody_reads = rule.starts_with("FOR SELECT TO codex_caller USING (true)");
        *tables.entry(table).or_insert(true) &= !everybody_reads;
    }
    tables
}

#[test]
fn what_people_ask_for_is_fenced() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().parent().unwrap();
    let (mut statements, mut declarations, mut migrations) = (Vec::new(), Vec::new(), Vec::new());
    files(&root.join("shared"), "sql", &mut statements);
    files(&root.join("shared"), "rs", &mut declarations);
    files(&root.join("migrations"), "sql", &mut migrations);
    let schema: String = migrations.iter().map(|file| fs::read_to_string(file).unwrap()).collect();
    let tables = guarded_tables(&schema);
    assert!(tables.len() > 15 && tables["purchases"] && !tables["content"], "{tables:?}");
    let mut unfenced: BTreeSet<&str> = UNFENCED.iter().flat_map(|(_, names)| names.iter().copied()).collect();
    let mut missing = Vec::new();
    for file in statements {
        let sql = fs::read_to_string(&file).unwrap();
        let name = sql.lines().next().unwrap().trim_start_matches("-- ").to_owned();
        // Mail is caused by anybody, and read by few.
        let touches = tokens(&sql).windows(2).any(|pair| match (pair[0].as_str(), tables.get(pair[1].as_str())) {
            ("FROM" | "JOIN", Some(reading)) => *reading,
            ("INTO", Some(_)) => pair[1] != "outbox",
            ("UPDATE", Some(_)) => true,
            _ => false,
        });
        let crate_of = name.split('.').next().unwrap();
        let file = file.file_name().unwrap().to_str().unwrap();
        let fenced = declarations.iter().any(|declaration| {
            declaration.ends_with(format!("{crate_of}/src/statements.rs"))
                && fs::read_to_string(declaration).unwrap().contains(&format!("sql/{file}\", fenced;"))
        });
        if touches && !fenced && !unfenced.remove(name.as_str()) {
            missing.push(name);
        }
    }
    assert!(missing.is_empty(), "these statements are not fenced: {missing:?}");
    assert!(unfenced.is_empty(), "no longer needed: {unfenced:?}");
}

#[test]
fn the_check_sees_what_it_should() {
    let tables =
        owned_tables("CREATE TABLE things (\n    id uuid,\n    creator_id uuid\n);\nCREATE TABLE words (\n    id uuid\n);");
    assert_eq!(tables.len(), 1);
    let bad = [
        "SELECT FROM things WHERE id = $1",
        "SELECT creator_id = $2 FROM things t WHERE t.id = $1",
        "SELECT FROM things WHERE id = $1 -- AND creator_id = $2",
        "SELECT FROM things WHERE $1 IS NULL OR creator_id = $1",
        "UPDATE things SET id = $1",
        "DELETE FROM things WHERE id = $1",
        "INSERT INTO things (id) VALUES ($1)",
        "SELECT FROM things t WHERE ($1::uuid IS NULL OR t.creator_id = $1::uuid)",
        "SELECT FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) JOIN things t ON ($4::uuid IS NULL OR t.creator_id = $4::uuid)",
    ];
    for sql in bad {
        assert_eq!(unowned(sql, &tables).len(), 1, "{sql}");
    }
    let good = [
        "SELECT FROM words WHERE id = $1",
        "SELECT FROM things t WHERE t.id = $1 AND t.creator_id = $2",
        "UPDATE things SET id = $1 WHERE creator_id = $2",
        "INSERT INTO things (id, creator_id) VALUES ($1, $2)",
        "SELECT FROM managed_tenant($1::uuid, $2::uuid, $3::boolean) JOIN things t ON ($1::uuid IS NULL OR t.creator_id = $1::uuid)",
    ];
    for sql in good {
        assert!(unowned(sql, &tables).is_empty(), "{sql}");
    }
}
