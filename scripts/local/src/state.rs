//! What the outside world remembers. Each change is one line appended to a journal before it is answered, so that
//! the program can be killed at any moment; the journal is rewritten without what was superseded at each start.

use std::{
    collections::{HashMap, VecDeque},
    fs::{File, OpenOptions},
    io::{BufRead, BufReader, Write},
    path::Path,
    sync::{Mutex, MutexGuard, PoisonError},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// The mailbox keeps the newest mails only: a benchmark sends more than anyone reads.
const MOST_MAILS: usize = 5_000;

/// A mail as it was sent.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Mail {
    pub id: String,
    pub from: String,
    pub to: Vec<String>,
    pub subject: String,
    pub html: Option<String>,
    pub text: Option<String>,
    pub headers: Value,
    /// Seconds since 1970.
    pub created_at: i64,
}

/// The first answer to an idempotency key.
#[derive(Clone, Serialize, Deserialize)]
pub struct Answer {
    pub key: String,
    /// The digest of what was asked; another question under the same key is refused.
    pub request: String,
    pub body: String,
}

/// The digest by which requests under one idempotency key are compared.
pub fn digest(request: &[u8]) -> String {
    Sha256::digest(request).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A Stripe event, and whether the webhook took it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Event {
    pub object: Value,
    pub delivered: bool,
}

/// One change.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    Session(Value),
    /// Anything else of Stripe's: a charge, a refund, a dispute, a customer.
    Object(Value),
    Event(Event),
    Answer(Answer),
    Mail(Mail),
    MailsCleared,
}

/// Everything remembered.
#[derive(Default)]
pub struct World {
    pub sessions: HashMap<String, Value>,
    /// Ids of the sessions, oldest first.
    pub session_order: Vec<String>,
    pub objects: HashMap<String, Value>,
    /// Ids of the other objects, oldest first.
    pub object_order: Vec<String>,
    pub events: HashMap<String, Event>,
    /// Ids of the events, oldest first.
    pub event_order: Vec<String>,
    pub answers: HashMap<String, Answer>,
    /// Oldest first.
    pub mails: VecDeque<Mail>,
}

impl World {
    fn apply(&mut self, change: Change) {
        match change {
            Change::Session(session) => {
                let id = id_of(&session);
                if self.sessions.insert(id.clone(), session).is_none() {
                    self.session_order.push(id);
                }
            }
            Change::Object(object) => {
                let id = id_of(&object);
                if self.objects.insert(id.clone(), object).is_none() {
                    self.object_order.push(id);
                }
            }
            Change::Event(event) => {
                let id = id_of(&event.object);
                if self.events.insert(id.clone(), event).is_none() {
                    self.event_order.push(id);
                }
            }
            Change::Answer(answer) => {
                self.answers.insert(answer.key.clone(), answer);
            }
            Change::Mail(mail) => {
                self.mails.push_back(mail);
                if self.mails.len() > MOST_MAILS {
                    self.mails.pop_front();
                }
            }
            Change::MailsCleared => self.mails.clear(),
        }
    }

    /// The changes that make this world out of nothing.
    fn into_changes(mut self) -> impl Iterator<Item = Change> {
        let sessions: Vec<Value> = self.session_order.iter().filter_map(|id| self.sessions.remove(id)).collect();
        let objects: Vec<Value> = self.object_order.iter().filter_map(|id| self.objects.remove(id)).collect();
        let events: Vec<Event> = self.event_order.iter().filter_map(|id| self.events.remove(id)).collect();
        sessions
            .into_iter()
            .map(Change::Session)
            .chain(objects.into_iter().map(Change::Object))
            .chain(events.into_iter().map(Change::Event))
            .chain(self.answers.into_values().map(Change::Answer))
            .chain(self.mails.into_iter().map(Change::Mail))
    }
}

fn id_of(object: &Value) -> String {
    object.get("id").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The world and its journal.
pub struct State(Mutex<(World, Option<File>)>);

impl State {
    /// Reads the journal, if there is one; without a path nothing survives the program.
    pub fn open(path: Option<&Path>) -> Result<Self, String> {
        let Some(path) = path else { return Ok(Self(Mutex::new((World::default(), None)))) };
        let failed = |error: std::io::Error| format!("cannot keep state in {}: {error}", path.display());
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let fresh = path.with_extension("new");
        {
            let mut compacted = std::io::BufWriter::new(File::create(&fresh).map_err(failed)?);
            for change in replay(path).map_err(failed)?.into_changes() {
                compacted.write_all(&line(&change)).map_err(failed)?;
            }
            compacted.flush().map_err(failed)?;
        }
        std::fs::rename(&fresh, path).map_err(failed)?;
        let world = replay(path).map_err(failed)?;
        let journal = OpenOptions::new().append(true).open(path).map_err(failed)?;
        Ok(Self(Mutex::new((world, Some(journal)))))
    }

    /// Looks at the world.
    pub fn read<T>(&self, look: impl FnOnce(&World) -> T) -> T {
        look(&self.lock().0)
    }

    /// Decides on changes while nobody else can, and makes them durable before returning what was decided.
    pub fn change<T>(&self, decide: impl FnOnce(&World) -> (Vec<Change>, T)) -> T {
        let mut guard = self.lock();
        let (world, journal) = &mut *guard;
        let (changes, outcome) = decide(world);
        if let Some(journal) = journal {
            let lines: Vec<u8> = changes.iter().flat_map(line).collect();
            if let Err(error) = journal.write_all(&lines) {
                eprintln!("local: a change will not survive a restart: {error}");
            }
        }
        for change in changes {
            world.apply(change);
        }
        outcome
    }

    /// A panic while the lock was held cannot leave the world half changed: changes are applied whole.
    fn lock(&self) -> MutexGuard<'_, (World, Option<File>)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn replay(path: &Path) -> std::io::Result<World> {
    let mut world = World::default();
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(world),
        Err(error) => return Err(error),
    };
    for line in BufReader::new(file).split(b'\n') {
        // The last line is torn when the program was killed while writing it; its change was never answered.
        if let Ok(change) = serde_json::from_slice(&line?) {
            world.apply(change);
        }
    }
    Ok(world)
}

fn line(change: &Change) -> Vec<u8> {
    let mut line = serde_json::to_vec(change).unwrap_or_default();
    line.push(b'\n');
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_changed_survives_a_restart_and_a_torn_line() {
        let path = std::env::temp_dir().join(format!("codex-local-{}.jsonl", uuid::Uuid::new_v4()));
        let state = State::open(Some(&path)).unwrap();
        for status in ["open", "complete"] {
            state.change(|_| (vec![Change::Session(json!({"id": "cs_1", "status": status}))], ()));
        }
        drop(state);
        OpenOptions::new().append(true).open(&path).unwrap().write_all(b"{\"session\":{\"id\":\"cs_2\"").unwrap();
        let state = State::open(Some(&path)).unwrap();
        assert_eq!(state.read(|world| world.session_order.clone()), ["cs_1"]);
        assert_eq!(state.read(|world| world.sessions["cs_1"]["status"].clone()), "complete");
        assert_eq!(std::fs::read_to_string(&path).unwrap().lines().count(), 1);
        std::fs::remove_file(&path).unwrap();
    }
}
