//! Figures, and the table they end in.

use std::fmt::Write as _;

/// Which way a bar lies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Bar {
    /// The ratio has to be at least so much.
    AtLeast(f64),
    /// At most.
    AtMost(f64),
}

/// One row of the table.
#[derive(Debug, Clone)]
pub(crate) struct Line {
    pub(crate) work: String,
    pub(crate) ours: String,
    pub(crate) peer: String,
    /// Ours to the peer's, or to the bar where that is absolute; none where it could not be measured.
    pub(crate) ratio: Option<f64>,
    pub(crate) bar: Bar,
    /// The bar in words.
    pub(crate) told: String,
}

impl Bar {
    fn holds(self, ratio: f64) -> bool {
        match self {
            Self::AtLeast(bar) => ratio >= bar,
            Self::AtMost(bar) => ratio <= bar,
        }
    }
}

impl Line {
    /// Ours beside a peer's figure.
    pub(crate) fn beside(work: &str, bar: Bar, ours: Told, peer: (&str, Told)) -> Self {
        let (name, theirs) = peer;
        let told = match bar {
            Bar::AtLeast(bar) => format!("≥ {bar} × {name}"),
            Bar::AtMost(bar) => format!("≤ {bar} × {name}"),
        };
        let ratio = Some(ours.value / theirs.value).filter(|ratio| ratio.is_finite());
        let (ours, peer) = (ours.text, format!("{name}: {}", theirs.text));
        Self { work: work.to_owned(), ours, peer, ratio, bar, told }
    }

    /// Ours against a bar that is a number of its own; the ratio is to that.
    pub(crate) fn against(work: &str, bar: Bar, ours: Told, limit: f64, told: &str) -> Self {
        let ratio = Some(ours.value / limit).filter(|ratio| ratio.is_finite());
        let (work, told) = (work.to_owned(), told.to_owned());
        Self { work, ours: ours.text, peer: "—".to_owned(), ratio, bar, told }
    }

    /// One that could not be measured, and why.
    pub(crate) fn missing(work: &str, why: &str) -> Self {
        let why = why.replace(['\n', '|'], " ");
        Self {
            work: work.to_owned(),
            ours: "not measured".to_owned(),
            peer: why,
            ratio: None,
            bar: Bar::AtLeast(f64::INFINITY),
            told: "—".to_owned(),
        }
    }

    /// Whether the bar is met, in a word.
    pub(crate) fn verdict(&self) -> &'static str {
        match self.ratio {
            Some(ratio) if self.bar.holds(ratio) => "met",
            Some(_) => "not met",
            None => "—",
        }
    }

    fn ratio(&self) -> String {
        self.ratio.map_or("—".to_owned(), |ratio| format!("{ratio:.2}"))
    }

    /// By what a row is found again.
    pub(crate) fn key(&self) -> String {
        let peer = self.peer.split(':').next().unwrap_or_default();
        format!("{} / {peer}", self.work)
    }

    /// As a row of the table.
    pub(crate) fn row(&self) -> String {
        let Self { work, ours, peer, told, .. } = self;
        format!("| {work} | {ours} | {peer} | {} | {told} | {} |", self.ratio(), self.verdict())
    }

    /// A row of a table that was written before: its key and its ratio, and whether more is better.
    pub(crate) fn recorded(row: &str) -> Option<(String, f64, bool)> {
        let fields: Vec<_> = row.trim().trim_matches('|').split(" | ").map(str::trim).collect();
        let [work, _, peer, ratio, told, _] = fields.as_slice() else { return None };
        let peer = peer.split(':').next().unwrap_or_default();
        Some((format!("{work} / {peer}"), ratio.parse().ok()?, told.starts_with('≥')))
    }

    /// Whether the ratio is more than a quarter worse than one that was recorded. Of what shall be small, that which
    /// stays below two thirds of what it is held against is no worse, however little it was.
    pub(crate) fn is_worse_than(&self, recorded: f64, more_is_better: bool) -> bool {
        self.ratio.is_some_and(|ratio| match more_is_better {
            true => ratio < recorded * 0.75,
            false => ratio * 0.75 > recorded.max(0.5),
        })
    }
}

/// The head of the table.
pub(crate) const HEAD: &str =
    "| work | Quayside | peer | ratio | bar | met |\n|---|---|---|---|---|---|";

/// A value and how it is written.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) value: f64,
    pub(crate) text: String,
}

impl Told {
    pub(crate) fn new(value: f64, unit: &str) -> Self {
        let mut text = match value.abs() {
            large @ 10_000.0.. => format!("{:.0}", if value < 0.0 { -large } else { large }),
            100.0.. => format!("{value:.0}"),
            10.0.. => format!("{value:.1}"),
            _ => format!("{value:.2}"),
        };
        if !unit.is_empty() {
            // Writing to a string does not fail.
            _ = write!(text, " {unit}");
        }
        Self { value, text }
    }

    /// Thousands.
    pub(crate) fn thousands(value: f64) -> Self {
        let mut told = Self::new(value / 1_000.0, "k");
        told.value = value;
        told
    }

    /// With something more said.
    pub(crate) fn with(mut self, more: &str) -> Self {
        _ = write!(self.text, " ({more})");
        self
    }
}

/// The median; 0 of nothing.
pub(crate) fn median(values: impl IntoIterator<Item = f64>) -> f64 {
    quantile(values, 0.5)
}

/// The value that a share of all does not exceed.
pub(crate) fn quantile(values: impl IntoIterator<Item = f64>, share: f64) -> f64 {
    let mut values: Vec<_> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    let middle = match (share == 0.5, values.len() % 2 == 0, values.len() / 2) {
        (true, true, half @ 1..) => {
            return values.get(half - 1..=half).map_or(0.0, |pair| pair.iter().sum::<f64>() / 2.0);
        }
        _ => (values.len().saturating_sub(1)) as f64 * share,
    };
    values.get(middle.round() as usize).copied().unwrap_or(0.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(ratio: f64, bar: Bar) -> Line {
        let (ours, peer) = (Told::new(ratio, "k"), Told::new(1.0, "k"));
        Line::beside("work", bar, ours, ("peer", peer))
    }

    #[test]
    fn a_row_is_read_as_it_was_written() {
        let written = line(1.5, Bar::AtLeast(1.3));
        assert_eq!(Line::recorded(&written.row()), Some((written.key(), 1.5, true)));
        let written = line(0.8, Bar::AtMost(1.2));
        assert_eq!(Line::recorded(&written.row()), Some((written.key(), 0.8, false)));
        assert_eq!(Line::recorded(&Line::missing("work", "why").row()), None);
    }

    #[test]
    fn a_quarter_worse_is_seen_whichever_way_the_bar_lies() {
        assert!(line(0.74, Bar::AtLeast(0.5)).is_worse_than(1.0, true));
        assert!(!line(0.76, Bar::AtLeast(0.5)).is_worse_than(1.0, true));
        assert!(line(1.4, Bar::AtMost(2.0)).is_worse_than(1.0, false));
        assert!(!line(1.3, Bar::AtMost(2.0)).is_worse_than(1.0, false));
        assert!(!line(0.1, Bar::AtMost(1.0)).is_worse_than(-3.0, false));
    }

    #[test]
    fn quantiles_are_of_what_is_there() {
        assert_eq!(median([3.0, 1.0, 2.0]), 2.0);
        assert_eq!(median([4.0, 1.0, 2.0, 3.0]), 2.5);
        assert_eq!(median([]), 0.0);
        assert_eq!(quantile((0..=100).map(f64::from), 0.99), 99.0);
    }
}
