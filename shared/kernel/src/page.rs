use garde::Validate;
use schemars::JsonSchema;
use serde::Deserialize;

/// `?page=&limit=`.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema, Validate)]
pub struct Paging {
    /// From 1.
    #[serde(default = "first_page")]
    #[garde(range(min = 1, max = 100_000))]
    pub page: u32,
    /// Items a page, 1 to 100.
    #[serde(default = "page_size")]
    #[garde(range(min = 1, max = 100))]
    pub limit: u32,
}

fn first_page() -> u32 {
    1
}

fn page_size() -> u32 {
    20
}

impl Paging {
    /// How many items come before this page.
    pub fn offset(self) -> u32 {
        self.page.saturating_sub(1).saturating_mul(self.limit)
    }
}

/// A page of something, and how much of it there is in all (long lists are counted to 10,000, those of the catalogue to 1,000 or 2,000).
#[derive(Debug, Deserialize)]
pub struct Listed<T> {
    /// The page.
    pub items: Vec<T>,
    /// All of it.
    pub total: u64,
}

impl<T> Default for Listed<T> {
    fn default() -> Self {
        Self { items: Vec::new(), total: 0 }
    }
}
