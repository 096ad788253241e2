//! Tars on their way: one file put into one, one file taken out of one, and whether a body is one at all. Nothing
//! here holds more than a piece of it.

use std::io;
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use futures::StreamExt;
use futures::stream::{self, BoxStream};
use tar::{EntryType, Header};

use crate::error::{Error, Result};
use crate::runtime::ByteStream;

/// A tar's unit.
const BLOCK: usize = 512;
/// How long an upload may bring nothing.
const STALL: Duration = Duration::from_secs(30);
/// Longest name of a file on the file systems that engines run on, in bytes.
const MAX_NAME: usize = 255;
/// Longest name in a header of its own, in bytes.
const SHORT_NAME: usize = 100;
/// What GNU tar names the entry that holds a longer one.
const LONG_NAME: &str = "././@LongLink";
/// Largest name or attribute record before a file's own header.
const MAX_EXTRA: u64 = 64 << 10;

/// Ends a stream that brings nothing for a while with an error.
pub(super) fn unstalled(body: BoxStream<'static, io::Result<Bytes>>) -> ByteStream {
    stream::unfold(Some(body), |body| async move {
        let mut body = body?;
        match tokio::time::timeout(STALL, body.next()).await {
            Ok(Some(Ok(piece))) => Some((Ok(piece), Some(body))),
            Ok(Some(Err(error))) => Some((Err(error), None)),
            Ok(None) => None,
            Err(_) => Some((Err(io::ErrorKind::TimedOut.into()), None)),
        }
    })
    .boxed()
}

/// The body, if it begins as a tar does.
///
/// # Errors
/// `invalid`: it does not.
pub(super) async fn checked(body: ByteStream) -> Result<ByteStream> {
    let mut reader = Reader::new(body);
    let head = reader.block().await.map_err(|error| broken(&error))?;
    let is_tar = head.as_ref().is_some_and(|head| is_end(head) || header(head).is_some());
    if !is_tar {
        return Err(Error::invalid(
            "body",
            "is no tar; one file is sent with Content-Type: application/octet-stream, and path is its own",
        ));
    }
    let head = head.unwrap_or_default();
    Ok(stream::iter([Ok(head)]).chain(reader.rest()).boxed())
}

/// The directory and the name of a file's path.
pub(super) fn split(path: &str) -> Result<(&str, &str)> {
    match path.rsplit_once('/') {
        Some((directory, name)) if !matches!(name, "" | "." | "..") => {
            Ok((if directory.is_empty() { "/" } else { directory }, name))
        }
        _ => Err(Error::invalid("path", "must be that of the file itself")),
    }
}

/// A tar of one file of `length` bytes.
///
/// # Errors
/// `invalid`: its name is too long for a file.
pub(super) fn wrap(name: &str, length: u64, body: ByteStream) -> Result<ByteStream> {
    if name.len() > MAX_NAME {
        return Err(Error::invalid("path", "its last part is over 255 bytes"));
    }
    let mut head = BytesMut::new();
    if name.len() > SHORT_NAME {
        // The name as a file of its own before the file; with a NUL at its end, as GNU tar writes it.
        let mut text = format!("{name}\0").into_bytes();
        let header = entry(LONG_NAME, EntryType::GNULongName, text.len() as u64)?;
        text.resize(text.len().next_multiple_of(BLOCK), 0);
        head.extend_from_slice(header.as_bytes());
        head.extend_from_slice(&text);
    }
    let end = (0..=name.len().min(SHORT_NAME)).rev().find(|at| name.is_char_boundary(*at));
    let short = name.get(..end.unwrap_or(0)).unwrap_or_default();
    head.extend_from_slice(entry(short, EntryType::Regular, length)?.as_bytes());
    let head = head.freeze();
    let padding = (BLOCK - (length % BLOCK as u64) as usize) % BLOCK;
    let end = Bytes::from(vec![0; padding + 2 * BLOCK]);
    Ok(stream::iter([Ok(head)]).chain(body).chain(stream::iter([Ok(end)])).boxed())
}

fn entry(name: &str, kind: EntryType, length: u64) -> Result<Header> {
    let mut header = Header::new_gnu();
    header.set_path(name).map_err(|error| Error::invalid("path", error))?;
    header.set_entry_type(kind);
    header.set_size(length);
    header.set_mode(0o644);
    header.set_mtime(u64::try_from(chrono::Utc::now().timestamp()).unwrap_or(0));
    header.set_cksum();
    Ok(header)
}

/// One file out of a tar.
pub(super) struct OneFile {
    /// Its size in bytes.
    pub(super) length: u64,
    /// Its content.
    pub(super) stream: ByteStream,
}

/// Takes the only file out of a tar.
///
/// # Errors
/// `invalid`: it is a directory or something else that is no file.
pub(super) async fn unwrap(tar: ByteStream) -> Result<OneFile> {
    let mut reader = Reader::new(tar);
    loop {
        let block = reader.block().await.map_err(|error| broken(&error))?;
        let found = block.as_ref().and_then(|block| header(block));
        let Some(header) = found else {
            return Err(Error::invalid("path", "there is no file"));
        };
        let length = header.entry_size().map_err(|error| broken(&error))?;
        match header.entry_type() {
            // Records about the file that follows.
            EntryType::XHeader
            | EntryType::XGlobalHeader
            | EntryType::GNULongName
            | EntryType::GNULongLink
                if length <= MAX_EXTRA =>
            {
                let blocks = length.div_ceil(BLOCK as u64);
                for _ in 0..blocks {
                    reader.block().await.map_err(|error| broken(&error))?;
                }
            }
            EntryType::Regular | EntryType::Continuous => {
                return Ok(OneFile { length, stream: reader.first(length) });
            }
            EntryType::Directory => {
                return Err(Error::invalid("path", "is a directory: ask for a tar"));
            }
            _ => return Err(Error::invalid("path", "is no file: ask for a tar")),
        }
    }
}

fn header(block: &[u8]) -> Option<Header> {
    let header = Header::from_byte_slice(block);
    let sum = block.iter().enumerate().map(|(at, byte)| match at {
        148..156 => u32::from(b' '),
        _ => u32::from(*byte),
    });
    (header.cksum().ok()? == sum.sum::<u32>() && !is_end(block)).then(|| header.clone())
}

fn is_end(block: &[u8]) -> bool {
    block.iter().all(|byte| *byte == 0)
}

fn broken(error: &io::Error) -> Error {
    Error::invalid("body", "broke off").with_internal(error)
}

/// Reads block by block what comes in pieces of any size.
struct Reader {
    held: BytesMut,
    stream: ByteStream,
}

impl Reader {
    fn new(stream: ByteStream) -> Self {
        Self { held: BytesMut::new(), stream }
    }

    /// The next block; none at the end, or where less than one is left.
    async fn block(&mut self) -> io::Result<Option<Bytes>> {
        while self.held.len() < BLOCK {
            match self.stream.next().await {
                Some(piece) => self.held.extend_from_slice(&piece?),
                None => return Ok(None),
            }
        }
        Ok(Some(self.held.split_to(BLOCK).freeze()))
    }

    /// What was not read yet.
    fn rest(self) -> ByteStream {
        stream::iter([Ok(self.held.freeze())]).chain(self.stream).boxed()
    }

    /// The next `length` bytes; an error if there are fewer.
    fn first(self, length: u64) -> ByteStream {
        stream::unfold((self.rest(), length), |(mut rest, left)| async move {
            if left == 0 {
                return None;
            }
            match rest.next().await {
                Some(Ok(mut piece)) => {
                    piece.truncate(usize::try_from(left).unwrap_or(usize::MAX));
                    let left = left - piece.len() as u64;
                    Some((Ok(piece), (rest, left)))
                }
                Some(Err(error)) => Some((Err(error), (rest, 0))),
                None => Some((Err(io::ErrorKind::UnexpectedEof.into()), (rest, 0))),
            }
        })
        .boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(whole: &[u8], size: usize) -> ByteStream {
        let pieces: Vec<_> = whole.chunks(size).map(|c| Ok(Bytes::copy_from_slice(c))).collect();
        stream::iter(pieces).boxed()
    }

    async fn all(stream: ByteStream) -> Vec<u8> {
        stream.map(|piece| piece.expect("no piece fails").to_vec()).concat().await
    }

    #[tokio::test]
    async fn one_file_goes_through_a_tar_and_comes_out_again() {
        for length in [0, 1, 511, 512, 513, 70_000] {
            let content: Vec<u8> = (0..length).map(|n: usize| n as u8).collect();
            let tar = wrap("a.bin", length as u64, pieces(&content, 1_000)).expect("a short name");
            let tar = all(tar).await;
            assert_eq!(tar.len() % BLOCK, 0);
            let mut archive = tar::Archive::new(&tar[..]);
            let names: Vec<_> = archive
                .entries()
                .expect("a tar")
                .map(|e| e.expect("an entry").path().expect("a path").into_owned())
                .collect();
            assert_eq!(names, [std::path::Path::new("a.bin")]);
            for size in [1, 100, 4_096] {
                let file = unwrap(pieces(&tar, size)).await.expect("a file");
                assert_eq!(file.length, length as u64);
                assert_eq!(all(file.stream).await, content);
            }
        }
    }

    #[tokio::test]
    async fn a_long_name_stays_whole() {
        for name in ["n".repeat(100), "n".repeat(101), "é".repeat(127), "n".repeat(255)] {
            let tar = all(wrap(&name, 3, pieces(b"abc", 3)).expect("a name")).await;
            let mut archive = tar::Archive::new(&tar[..]);
            let mut entries = archive.entries().expect("a tar");
            let entry = entries.next().expect("an entry").expect("a whole one");
            assert_eq!(entry.path().expect("a path"), std::path::Path::new(&name));
            assert!(entries.next().is_none());
            let file = unwrap(pieces(&tar, 700)).await.expect("a file");
            assert_eq!(all(file.stream).await, b"abc");
        }
        assert!(wrap(&"n".repeat(256), 0, pieces(b"", 1)).is_err());
    }

    #[tokio::test]
    async fn what_is_no_tar_is_refused_and_what_is_one_stays_whole() {
        for body in [&b""[..], b"hello", &[b'x'; 2_000]] {
            assert!(checked(pieces(body, 100)).await.is_err());
        }
        let tar = all(wrap("a", 3, pieces(b"abc", 3)).expect("a short name")).await;
        let same = checked(pieces(&tar, 700)).await.expect("a tar");
        assert_eq!(all(same).await, tar);
        assert!(checked(pieces(&[0; 1_024], 100)).await.is_ok());
    }

    #[tokio::test]
    async fn a_directory_is_no_file() {
        let mut header = Header::new_gnu();
        header.set_path("d/").expect("a short name");
        header.set_entry_type(EntryType::Directory);
        header.set_size(0);
        header.set_cksum();
        let tar = [&header.as_bytes()[..], &[0; 1_024]].concat();
        assert!(unwrap(pieces(&tar, 512)).await.is_err());
        assert!(unwrap(pieces(b"", 1)).await.is_err());
    }

    #[test]
    fn a_path_is_split_at_its_last_part() {
        assert_eq!(split("/etc/hosts").ok(), Some(("/etc", "hosts")));
        assert_eq!(split("/hosts").ok(), Some(("/", "hosts")));
        for path in ["/", "/etc/", "/etc/..", "/."] {
            assert!(split(path).is_err(), "{path}");
        }
    }
}
