//! Opening the database: it may be damaged, empty or older than it was, and then the newest dump takes its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use quayside_protocol::position::Position;

use super::attempt::attempt;
use super::dump;
use super::generation::{Sidecar, rename, sync_directory};
use super::mend::mend;
use super::tables::{State, Tables};
use crate::store::StoreError;
use crate::store::lock::DirectoryLock;

/// That the newest dump had to be used, and why. What was written after the dump is lost.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// What was wrong with the database.
    pub reason: String,
    /// The dump that took its place; none if there was nothing to lose yet.
    pub dump: Option<PathBuf>,
    /// Where the damaged database was put.
    pub aside: PathBuf,
}

/// Where a database is put that something else takes the place of.
const ASIDE: &str = "store.aside";

/// A database that may be used.
pub(super) struct Opened {
    pub tables: Tables,
    pub state: State,
    pub recovery: Option<Recovery>,
}

/// Where the database lies in the data directory.
pub(super) fn database(data: &Path) -> PathBuf {
    data.join("store")
}

/// The positions of the event log are made from time; nothing before now can be promised after a loss.
pub(super) fn now() -> Position {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Position(u64::try_from(since.as_nanos()).unwrap_or(u64::MAX))
}

/// Opens the database or what takes its place, and counts the opening.
pub(super) fn open(data: &Path) -> Result<Opened, StoreError> {
    let sidecar = Sidecar::read(data)?;
    let mut opened = match try_to_open(data, sidecar.as_ref())? {
        Ok((tables, state)) => Opened { tables, state, recovery: None },
        Err(damage) => recover(data, sidecar.as_ref(), damage)?,
    };
    let state = &mut opened.state;
    state.generation = sidecar.map_or(0, |sidecar| sidecar.generation).max(state.generation) + 1;
    if state.id.is_empty() {
        state.id = uuid::Uuid::new_v4().to_string();
    }
    opened
        .tables
        .set_state(state)
        .and_then(|()| opened.tables.flush())
        .and_then(|()| sync_directory(&database(data)))
        .and_then(|()| sync_directory(data))
        .map_err(StoreError::io("writing to the store"))?;
    Sidecar::write(data, state)?;
    Ok(opened)
}

/// Takes the data directory and opens the database as it is, or says what is wrong with it.
pub(super) fn open_offline(data: &Path) -> Result<(DirectoryLock, Tables, State), StoreError> {
    if Sidecar::read(data)?.is_none() {
        return Err(StoreError::Missing { directory: data.to_owned() });
    }
    let lock = DirectoryLock::take(data)?;
    let (tables, state) = open_as_it_is(data)?;
    Ok((lock, tables, state))
}

fn open_as_it_is(data: &Path) -> Result<(Tables, State), StoreError> {
    let sidecar = Sidecar::read(data)?;
    try_to_open(data, sidecar.as_ref())?.map_err(|damage| StoreError::Corrupt(damage.reason))
}

struct Damage {
    reason: String,
    /// What the database counts, where it opened at all.
    generation: Option<u64>,
}

/// The outer error has nothing to do with damage: no rights, no space, in use.
fn try_to_open(
    data: &Path,
    sidecar: Option<&Sidecar>,
) -> Result<Result<(Tables, State), Damage>, StoreError> {
    let directory = database(data);
    let damage = |reason: String| Damage { reason, generation: None };
    if sidecar.is_some() && !directory.exists() {
        // Opening would make an empty one.
        return Ok(Err(damage("it is gone".to_owned())));
    }
    let opened = attempt(move || {
        mend(&directory)?;
        let tables = Tables::open(&directory)?;
        let state = tables.state()?;
        Ok((tables, state))
    });
    match opened {
        Ok(Ok((tables, state))) => match sidecar.and_then(|sidecar| sidecar.objection(&state)) {
            None => Ok(Ok((tables, state))),
            Some(reason) => Ok(Err(Damage { reason, generation: Some(state.generation) })),
        },
        Ok(Err(panic)) => Ok(Err(damage(panic))),
        Err(error) if is_damage(&error) => Ok(Err(damage(error.to_string()))),
        Err(error) => Err(StoreError::io("opening the store")(error)),
    }
}

fn is_damage(error: &io::Error) -> bool {
    use io::ErrorKind::{InvalidData, Other, UnexpectedEof, Unsupported};
    matches!(error.kind(), InvalidData | Other | UnexpectedEof | Unsupported)
}

fn recover(data: &Path, sidecar: Option<&Sidecar>, damage: Damage) -> Result<Opened, StoreError> {
    let dump = newest_intact(data)?;
    let usable =
        dump.filter(|(_, state)| damage.generation.is_none_or(|found| state.generation > found));
    if usable.is_none() && sidecar.is_some() {
        return Err(StoreError::Corrupt(format!(
            "the database in {}: {}, and there is no newer dump. Put back a copy of the directory, or load a dump \
             with `quayside store restore`",
            data.display(),
            damage.reason
        )));
    }
    let aside = data.join(ASIDE);
    let Some((dump, _)) = usable else {
        // The sidecar is written before the first write is taken: nothing was acknowledged yet.
        set_aside(data)?;
        let tables = Tables::open(&database(data)).map_err(StoreError::io("making a new store"))?;
        let recovery = Some(Recovery { reason: damage.reason, dump: None, aside });
        return Ok(Opened { tables, state: State::default(), recovery });
    };
    replace(data, &dump)?;
    let recovery = Some(Recovery { reason: damage.reason, dump: Some(dump), aside });
    let (tables, state) = open_as_it_is(data)?;
    Ok(Opened { tables, state, recovery })
}

fn newest_intact(data: &Path) -> Result<Option<(PathBuf, State)>, StoreError> {
    let dumps = dump::newest_first(data)?;
    Ok(dumps.into_iter().find_map(|path| dump::verify(&path).ok().map(|(state, _)| (path, state))))
}

/// Moves the database out of the way, where there is one. Only the last is kept.
fn set_aside(data: &Path) -> Result<(), StoreError> {
    let failed = StoreError::io("putting the old database aside");
    let aside = data.join(ASIDE);
    if !database(data).exists() {
        return Ok(());
    }
    if aside.exists() {
        fs::remove_dir_all(&aside).map_err(&failed)?;
    }
    rename(&database(data), &aside).map_err(&failed)
}

/// Puts what a dump holds in the place of the database. If it is cut off in the middle, the database is gone, and the
/// next start says so.
pub(super) fn replace(data: &Path, dump: &Path) -> Result<(), StoreError> {
    let generation = Sidecar::read(data)?.map_or(0, |sidecar| sidecar.generation);
    let new = data.join("store.new");
    let failed = StoreError::io("restoring a dump");
    if new.exists() {
        fs::remove_dir_all(&new).map_err(&failed)?;
    }
    let tables = Tables::open(&new).map_err(&failed)?;
    let mut state = dump::load(dump, &tables, now())?;
    state.generation = state.generation.max(generation) + 1;
    tables.set_state(&state).and_then(|()| tables.flush()).map_err(&failed)?;
    drop(tables);
    sync_directory(&new).map_err(&failed)?;
    set_aside(data)?;
    rename(&new, &database(data)).map_err(&failed)?;
    Sidecar::write(data, &state)
}
