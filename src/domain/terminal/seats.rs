//! Who looks at a session, who of them types, and whose pace the program keeps. It reads no output and knows no task.

use quayside_protocol::reply::TerminalViewer;
use tokio::time::{Duration, Instant};

use crate::runtime::Size;

/// What a viewer may leave unacknowledged, and how far the program may run ahead of whoever types.
pub(super) const WINDOW: u64 = 256 * 1024;
/// Viewers of one session at once: each is told of all the others.
pub(super) const MAX_SEATS: usize = 64;

/// A viewer that is attached.
pub(super) struct Seat {
    pub(super) id: u64,
    pub(super) username: String,
    pub(super) readonly: bool,
    pub(super) size: Size,
    /// Where the next output for it begins.
    pub(super) sent: u64,
    /// What it has drawn.
    pub(super) acked: u64,
    /// The state it was told last.
    pub(super) told: u64,
    /// Whether it was told the end.
    pub(super) done: bool,
    /// What it gets in the place of output that it has missed.
    pub(super) redraw: Redraw,
}

/// A screen for one viewer.
#[derive(Default)]
pub(super) enum Redraw {
    /// Not asked for.
    #[default]
    Unasked,
    /// Being drawn.
    Asked,
    /// Where the output that follows begins, and the screen.
    Drawn(u64, String),
}

/// A viewer whose connection was lost.
struct Lost {
    id: u64,
    username: String,
    readonly: bool,
    until: Instant,
}

/// Everybody.
#[derive(Default)]
pub(super) struct Seats {
    seats: Vec<Seat>,
    lost: Vec<Lost>,
    last: u64,
    /// Whoever typed last, or is to.
    typist: Option<u64>,
    /// Its last acknowledgement, for when it is gone.
    hold: u64,
}

impl Seats {
    /// Takes a viewer in. Where the connection of the same account was lost, it takes that one's place; one that
    /// `returns` does so also while the loss is not known yet.
    pub(super) fn add(
        &mut self,
        username: &str,
        readonly: bool,
        size: Size,
        offset: u64,
        returns: bool,
    ) -> u64 {
        self.last += 1;
        let id = self.last;
        let same = |lost: &Lost| lost.username == username && lost.readonly == readonly;
        let typist = self.typist;
        let place = self.lost.iter().position(|lost| same(lost) && Some(lost.id) == typist);
        let place = place.or_else(|| self.lost.iter().position(same));
        let taken = place.map(|at| self.lost.swap_remove(at).id);
        let half_open = returns
            && typist.and_then(|typist| self.get(typist)).is_some_and(|t| t.username == username);
        if !readonly && (typist.is_none() || taken == typist || half_open) {
            self.typist = Some(id);
        }
        self.seats.push(Seat {
            id,
            username: username.to_owned(),
            readonly,
            size,
            sent: offset,
            acked: offset,
            told: 0,
            done: false,
            redraw: Redraw::Unasked,
        });
        id
    }

    pub(super) fn get(&self, id: u64) -> Option<&Seat> {
        self.seats.iter().find(|seat| seat.id == id)
    }

    pub(super) fn get_mut(&mut self, id: u64) -> Option<&mut Seat> {
        self.seats.iter_mut().find(|seat| seat.id == id)
    }

    pub(super) fn len(&self) -> usize {
        self.seats.len()
    }

    /// Whether nobody is there, and nobody is expected back.
    pub(super) fn is_deserted(&self) -> bool {
        self.seats.is_empty() && self.lost.is_empty()
    }

    /// Takes a viewer out for good.
    pub(super) fn leave(&mut self, id: u64) {
        let Some(seat) = self.take(id) else { return };
        if self.typist == Some(id) {
            self.hold = seat.acked;
            self.hand_over();
        }
    }

    /// Takes a viewer out whose connection was lost; it may come back until `linger` has passed.
    pub(super) fn lose(&mut self, id: u64, linger: Duration) {
        let Some(seat) = self.take(id) else { return };
        if self.typist == Some(id) {
            self.hold = seat.acked;
            // The same person looks from elsewhere, and is not to wait for that connection.
            let same = |other: &&Seat| !other.readonly && other.username == seat.username;
            if let Some(other) = self.seats.iter().find(same) {
                self.typist = Some(other.id);
            }
        }
        // The list is bounded: the oldest of as many as may be attached is not waited for any longer.
        if self.lost.len() >= MAX_SEATS {
            let oldest = self.lost.remove(0);
            self.forget(oldest.id);
        }
        let Seat { username, readonly, .. } = seat;
        self.lost.push(Lost { id, username, readonly, until: Instant::now() + linger });
    }

    fn take(&mut self, id: u64) -> Option<Seat> {
        let at = self.seats.iter().position(|seat| seat.id == id)?;
        let seat = self.seats.remove(at);
        if self.typist.is_none() && self.seats.is_empty() {
            self.hold = seat.acked;
        }
        Some(seat)
    }

    /// When the next lost connection is not waited for any longer.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.lost.iter().map(|lost| lost.until).min()
    }

    /// Forgets lost connections whose time is over.
    pub(super) fn expire(&mut self) {
        let now = Instant::now();
        while let Some(at) = self.lost.iter().position(|lost| lost.until <= now) {
            let gone = self.lost.remove(at);
            self.forget(gone.id);
        }
    }

    fn forget(&mut self, id: u64) {
        if self.typist == Some(id) {
            self.hand_over();
        }
    }

    /// The one who typed is gone for good: the next who may type sets the pace.
    fn hand_over(&mut self) {
        self.typist = self.seats.iter().find(|seat| !seat.readonly).map(|seat| seat.id);
    }

    /// This viewer types. Whether the pace is another's from now on.
    pub(super) fn types(&mut self, id: u64) -> bool {
        self.typist.replace(id) != Some(id)
    }

    /// Up to where output was drawn by whoever sets the pace: the one who typed last, else the fastest who looks; the
    /// last acknowledgement where it is not there.
    pub(super) fn pace(&self) -> u64 {
        match self.typist {
            Some(id) => self.get(id).map_or(self.hold, |seat| seat.acked),
            None => self.seats.iter().map(|seat| seat.acked).max().unwrap_or(self.hold),
        }
    }

    /// The smallest window of those attached.
    pub(super) fn size(&self) -> Option<Size> {
        let cols = self.seats.iter().map(|seat| seat.size.cols).min()?;
        let rows = self.seats.iter().map(|seat| seat.size.rows).min()?;
        Some(Size { cols, rows })
    }

    /// Everybody attached, where this viewer was told an older state than `version`.
    pub(super) fn viewers_if(&self, id: u64, version: u64) -> Option<Vec<TerminalViewer>> {
        self.get(id).filter(|seat| seat.told != version)?;
        let word = |seat: &Seat| TerminalViewer {
            username: seat.username.clone(),
            readonly: seat.readonly,
        };
        Some(self.seats.iter().map(word).collect())
    }
}

impl Seat {
    /// How much more may be sent to it.
    pub(super) fn room(&self) -> u64 {
        WINDOW.saturating_sub(self.sent - self.acked)
    }
}
