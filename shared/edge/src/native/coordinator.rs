use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use codex_kernel::{Error, Result};

use super::{Fault, now};
use crate::coordination::{Ask, Kept};

/// Locks and counters in memory.
#[derive(Default)]
pub struct Coordinator {
    kept: Mutex<HashMap<String, Kept>>,
    fault: Mutex<Fault>,
}

impl Coordinator {
    /// From now on, do this wrong (only [`Fault::Down`] means something here).
    pub fn set_fault(&self, fault: Fault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    pub(crate) async fn ask(&self, name: &str, ask: Ask) -> Result<Option<i64>> {
        if *self.fault.lock().unwrap_or_else(PoisonError::into_inner) == Fault::Down {
            return Err(Error::unavailable("the coordinator", std::io::Error::other("told to fail")));
        }
        let now = u64::try_from(now()?.as_millisecond()).unwrap_or_default();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(kept.entry(name.to_owned()).or_default().answer(ask, now))
    }
}
