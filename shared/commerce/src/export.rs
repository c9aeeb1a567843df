//! Lists as CSV (RFC 4180), for spreadsheets.

use codex_edge::Database;
use codex_kernel::{Error, Result, UserId, money};

use crate::{
    Purchase, Search, SoldItem,
    purchases::{Spent, Summed},
    sales::page_of_sales,
    statements::PURCHASES,
};

/// Rows that one export holds at most.
const MOST: u32 = 10_000;

/// All purchases of `buyer` that `search` finds, whatever page it asks for. 422 `EXPORT_TOO_LARGE` past 10,000.
pub async fn export_purchases(database: &Database, buyer: UserId, search: &Search) -> Result<String> {
    let found: Summed<Purchase, Spent> = search.run(database, &PURCHASES, buyer, MOST, 0).await?;
    let mut sheet =
        Sheet::of(found.total, &["id", "purchased_at", "content_id", "title", "status", "currency", "amount", "refunded"])?;
    for bought in &found.items {
        let Purchase { currency, amount_cents, refunded_cents, .. } = bought;
        sheet.row(&[
            &bought.id.to_string(),
            &bought.purchased_at.to_string(),
            &bought.content_id.to_string(),
            &bought.title,
            bought.status.name(),
            currency,
            &amount(*amount_cents, currency),
            &amount(*refunded_cents, currency),
        ]);
    }
    Ok(sheet.0)
}

/// All sales that `search` finds as [`crate::sales`] does, whatever page it asks for. 422 `EXPORT_TOO_LARGE` past 10,000.
pub async fn export_sales(database: &Database, seller: UserId, search: &Search) -> Result<String> {
    let found = page_of_sales(database, seller, search, MOST, 0).await?;
    let head = [
        "id",
        "purchased_at",
        "content_id",
        "title",
        "organization_id",
        "status",
        "currency",
        "amount",
        "refunded",
        "held",
        "platform",
        "organization",
        "creator",
    ];
    let mut sheet = Sheet::of(found.total, &head)?;
    for sold in &found.items {
        let SoldItem { currency, .. } = sold;
        sheet.row(&[
            &sold.id.to_string(),
            &sold.purchased_at.to_string(),
            &sold.content_id.to_string(),
            &sold.title,
            &sold.organization_id.map(|id| id.to_string()).unwrap_or_default(),
            sold.status.name(),
            currency,
            &amount(sold.amount_cents, currency),
            &amount(sold.refunded_cents, currency),
            &amount(sold.held_cents, currency),
            &amount(sold.platform_cents, currency),
            &amount(sold.organization_cents, currency),
            &amount(sold.creator_cents, currency),
        ]);
    }
    Ok(sheet.0)
}

/// Without the currency: `29.99`.
fn amount(cents: i64, currency: &str) -> String {
    let words = money::display(cents, currency);
    words.split(' ').next().unwrap_or_default().to_owned()
}

struct Sheet(String);

impl Sheet {
    fn of(rows: u64, head: &[&str]) -> Result<Self> {
        if rows > u64::from(MOST) {
            return Err(Error::rule("EXPORT_TOO_LARGE", "More than 10,000 rows: narrow the dates"));
        }
        let mut sheet = Self(String::new());
        sheet.row(head);
        Ok(sheet)
    }

    fn row(&mut self, cells: &[&str]) {
        for (index, cell) in cells.iter().enumerate() {
            let separator = if index == 0 { "\"" } else { ",\"" };
            self.0.push_str(separator);
            // A spreadsheet takes what begins so for a formula and runs it; the apostrophe makes it text.
            if cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']) {
                self.0.push('\'');
            }
            self.0.push_str(&cell.replace('"', "\"\""));
            self.0.push('"');
        }
        self.0.push_str("\r\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_quoted_and_run_nothing() {
        let mut sheet = Sheet(String::new());
        sheet.row(&[
            "plain",
            "with \"quotes\", commas\r\nand lines",
            "=HYPERLINK(\"http://evil\")",
            "+1",
            "-1",
            "@x",
            "\tx",
            "a=b",
            "",
        ]);
        let expected = "\"plain\",\"with \"\"quotes\"\", commas\r\nand lines\",\"'=HYPERLINK(\"\"http://evil\"\")\",\"'+1\",\"'-1\",\"'@x\",\"'\tx\",\"a=b\",\"\"\r\n";
        assert_eq!(sheet.0, expected);
        assert!(Sheet::of(10_001, &[]).is_err());
        assert_eq!((amount(2999, "usd"), amount(300, "jpy")), ("29.99".to_owned(), "300".to_owned()));
    }
}
