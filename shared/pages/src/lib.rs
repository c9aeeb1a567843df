//! What every worker with pages shares: whose page it is and who asks, the calls to other workers, the tenant's look, the frame around a
//! page, forms and lists, and what people see of a failure.

pub mod assets;
mod brand;
mod calls;
mod decode;
mod entries;
mod failures;
mod listing;
mod page;
mod paths;
mod site;
mod theme;
mod visit;
pub mod words;

pub use brand::Brand;
pub use calls::{Done, Refusal, Worker};
pub use entries::Entries;
pub use failures::failure_page;
pub use listing::{Listed, Pagination, Wrapped, first, kind, picture};
pub use page::{Frame, Rendered, Section};
pub use paths::{see_other, with_query};
pub use site::{Site, origin_of};
pub use theme::Color;
pub use visit::{Inner, Visit};
