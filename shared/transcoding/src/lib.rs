//! Making what was uploaded playable: jobs for a transcoder, its signed news, retries, and what is left over in the bucket.
//!
//! The transcoder is whoever speaks the protocol of `PROTOCOL.md`: it is handed a job over HTTP and calls back.

mod callback;
mod hand_over;
mod jobs;
mod lifecycle;
mod order;
mod signature;
mod statements;
mod sweep;

pub use callback::{Callback, Received, receive};
pub use hand_over::hand_over;
pub use jobs::{FileJob, Job, MediaJob, Started, give_up_silent, latest, of_creator, retry, start, start_forgotten};
pub use lifecycle::{JobStatus, News, State};
pub use signature::{SIGNATURE, TIMESTAMP, sign, verify};
pub use statements::STATEMENTS;
pub use sweep::sweep_objects;
