//! Floods: denials and failed sign-ins that come by the dozen are written down once a minute, with how many they were.
//!
//! Counted in memory: a restart loses the count of at most a minute, never the first of them.

use crate::app::error::AppError;
use crate::app::{App, ledger};
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::store::audit::AuditRow;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many denials of one action are written down one by one, for one person or client network in a minute.
pub const ONE_BY_ONE: u32 = 30;
/// How long they are counted together, in seconds.
pub const MINUTE: i64 = 60;
/// Counted at once, at most, some 10 MB. Beyond, each one is written down.
const MOST: usize = 20_000;

/// Who, and what.
type Source = (String, Action);

/// Counters of denials. Cloning shares them.
#[derive(Clone, Debug, Default)]
pub struct Floods(Arc<Mutex<HashMap<Source, Flood>>>);

#[derive(Debug)]
struct Flood {
    since: Timestamp,
    untold: u32,
    told: u32,
    last: AuditRow,
}

impl Floods {
    fn lock(&self) -> MutexGuard<'_, HashMap<Source, Flood>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether `row` is to be written down by itself. Otherwise it is counted. `network` stands for people without an account.
    pub(super) fn tells(&self, network: &str, row: &AuditRow) -> bool {
        let who = row.actor_id.map_or_else(|| network.to_owned(), |id| id.to_string());
        let (mut floods, source) = (self.lock(), (who, row.action));
        if floods.len() >= MOST && !floods.contains_key(&source) {
            return true;
        }
        let flood = floods.entry(source).or_insert_with(|| Flood { since: row.at, untold: 0, told: 0, last: row.clone() });
        if flood.told < ONE_BY_ONE {
            flood.told = flood.told.saturating_add(1);
            return true;
        }
        flood.untold = flood.untold.saturating_add(1);
        flood.last = row.clone();
        false
    }

    /// What is to be written down of the minutes that ended before `now`: the last of each flood, with how many there were.
    fn over(&self, now: Timestamp) -> Vec<AuditRow> {
        let ended = |flood: &mut Flood| now.unix().saturating_sub(flood.since.unix()) >= MINUTE;
        let mut rows: Vec<AuditRow> =
            self.lock().extract_if(|_, flood| ended(flood)).filter_map(|(_, flood)| flood.told_together()).collect();
        rows.sort_by_key(|row| row.id);
        rows
    }
}

impl Flood {
    fn told_together(self) -> Option<AuditRow> {
        let detail = format!(
            "{} times since {}, the first {} of them written down above",
            self.told.saturating_add(self.untold),
            self.since,
            self.told
        );
        (self.untold > 0).then_some(AuditRow { detail, ..self.last })
    }
}

impl App {
    /// Writes down the floods whose minute is over.
    ///
    /// # Errors
    /// The database cannot be asked. What was counted is then lost.
    pub async fn tell_floods(&self) -> Result<usize, AppError> {
        let rows = self.floods.over(self.clock.now());
        let (told, how) = (rows.len(), self.chain);
        if told > 0 {
            self.db.write(move |conn| ledger::append(conn, how, rows).map_err(AppError::from), |_, _| Ok(())).await??;
        }
        Ok(told)
    }
}
