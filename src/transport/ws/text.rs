//! Output as text: whole code points only, whatever the pieces it comes in.

/// A stream of bytes that becomes text.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// The beginning of a code point whose end has not come: at most 3 bytes.
    held: Vec<u8>,
}

/// Text and the bytes it stands for.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// Of the first byte.
    pub(super) offset: u64,
    /// After the last byte.
    pub(super) next: u64,
    /// The text; U+FFFD for what is none.
    pub(super) text: String,
}

impl Text {
    /// The text up to the last whole code point in `bytes`, which begin at `offset` and follow what came before;
    /// none where that is nothing.
    pub(super) fn decode(&mut self, offset: u64, bytes: &[u8]) -> Option<Piece> {
        let first = offset.saturating_sub(self.held.len() as u64);
        let mut joined = std::mem::take(&mut self.held);
        joined.extend_from_slice(bytes);
        let mut text = String::with_capacity(joined.len());
        let mut left = joined.len();
        for chunk in joined.utf8_chunks() {
            let invalid = chunk.invalid();
            text.push_str(chunk.valid());
            left -= chunk.valid().len() + invalid.len();
            if left == 0 && is_cut(invalid) {
                self.held = invalid.to_vec();
            } else if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        let next = offset + bytes.len() as u64 - self.held.len() as u64;
        (next > first).then_some(Piece { offset: first, next, text })
    }

    /// What is still held when nothing follows; the stream ended at `end`.
    pub(super) fn finish(&mut self, end: u64) -> Option<Piece> {
        let held = std::mem::take(&mut self.held).len() as u64;
        let text = char::REPLACEMENT_CHARACTER.to_string();
        (held > 0).then(|| Piece { offset: end.saturating_sub(held), next: end, text })
    }

    /// What is held belongs to nothing that follows.
    pub(super) fn forget(&mut self) {
        self.held.clear();
    }
}

/// Whether more bytes could make it a code point.
fn is_cut(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_err_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Feeds `bytes` in pieces of `size`; the text of all, with offsets that must join without a seam.
    fn fed(bytes: &[u8], size: usize) -> String {
        let (mut text, mut at, mut all) = (Text::default(), 7, String::new());
        let mut joined = at;
        let mut take = |piece: Option<Piece>| {
            if let Some(piece) = piece {
                assert_eq!(piece.offset, joined);
                joined = piece.next;
                all.push_str(&piece.text);
            }
        };
        for chunk in bytes.chunks(size) {
            take(text.decode(at, chunk));
            assert!(text.held.len() <= 3);
            at += chunk.len() as u64;
        }
        take(text.finish(at));
        assert_eq!(joined, at, "every byte is in a piece");
        all
    }

    #[test]
    fn text_is_the_same_however_it_is_cut() {
        let whole = "plain, ä, 世界, 👩‍🚀, e\u{301} and the end";
        for size in 1..=whole.len() {
            assert_eq!(fed(whole.as_bytes(), size), whole, "in pieces of {size}");
        }
    }

    #[test]
    fn what_is_no_text_becomes_one_mark_and_loses_nothing_around_it() {
        for (bytes, wanted) in [
            (&b"a\xffb"[..], "a\u{fffd}b"),
            (b"a\xf0\x9f\x91b", "a\u{fffd}b"),
            (b"a\xe4\xb8", "a\u{fffd}"),
            (b"\x00\x01\x02", "\u{0}\u{1}\u{2}"),
            (b"\xc3\x28", "\u{fffd}("),
        ] {
            for size in 1..=bytes.len() {
                assert_eq!(fed(bytes, size), wanted, "{bytes:?} in pieces of {size}");
            }
        }
    }

    #[test]
    fn what_is_held_before_a_redraw_is_forgotten() {
        let mut text = Text::default();
        assert_eq!(text.decode(0, b"\xe4\xb8"), None);
        text.forget();
        let piece = Piece { offset: 90, next: 91, text: "x".to_owned() };
        assert_eq!(text.decode(90, b"x"), Some(piece));
        assert_eq!(text.finish(91), None);
    }
}
