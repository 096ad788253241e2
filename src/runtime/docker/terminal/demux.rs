//! Output of a main process without a terminal: the engine puts pieces of its two outputs into frames. Here they
//! become one output again, in the order they came.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncBufRead, AsyncRead, BufReader, ReadBuf};

/// One byte for the output (1, 2; the engine's own word is 3), three of nothing, four for the length.
const HEADER: usize = 8;

/// Frames are mostly small: many come in one read.
const READ: usize = 64 << 10;

/// The bytes within the frames that come from `R`. It holds no frame, however long: only what one read brings.
pub(super) struct Demux<R> {
    from: BufReader<R>,
    header: [u8; HEADER],
    have: usize,
    /// Of the present frame.
    left: usize,
}

impl<R: AsyncRead> Demux<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from: BufReader::with_capacity(READ, from), header: [0; HEADER], have: 0, left: 0 }
    }
}

/// The length of the frame that follows.
fn length(header: [u8; HEADER]) -> Option<usize> {
    match header {
        [0..=3, 0, 0, 0, a, b, c, d] => usize::try_from(u32::from_be_bytes([a, b, c, d])).ok(),
        _ => None,
    }
}

impl<R: AsyncRead + Unpin> AsyncRead for Demux<R> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buf.filled().len();
        while buf.remaining() > 0 {
            let some = buf.filled().len() > before;
            if this.have == HEADER {
                match length(this.header) {
                    Some(length) => (this.left, this.have) = (length, 0),
                    None if some => break,
                    None => {
                        let error = "the engine's output is not in frames";
                        return Poll::Ready(Err(io::Error::new(io::ErrorKind::InvalidData, error)));
                    }
                }
            }
            // Who has something does not wait for more.
            if some && this.from.buffer().is_empty() {
                break;
            }
            let piece = ready!(Pin::new(&mut this.from).poll_fill_buf(cx))?;
            if piece.is_empty() {
                let whole = this.have == 0 && this.left == 0;
                return Poll::Ready(match whole {
                    true => Ok(()),
                    false => Err(io::ErrorKind::UnexpectedEof.into()),
                });
            }
            let taken = if this.left > 0 {
                let taken = piece.len().min(this.left).min(buf.remaining());
                buf.put_slice(piece.get(..taken).unwrap_or_default());
                this.left -= taken;
                taken
            } else {
                let rest = this.header.get_mut(this.have..).unwrap_or_default();
                let taken = piece.len().min(rest.len());
                for (slot, byte) in rest.iter_mut().zip(piece) {
                    *slot = *byte;
                }
                this.have += taken;
                taken
            };
            Pin::new(&mut this.from).consume(taken);
        }
        Poll::Ready(Ok(()))
    }
}

#[cfg(test)]
mod tests {
    use tokio::io::AsyncReadExt;

    use super::*;

    fn frame(output: u8, payload: &[u8]) -> Vec<u8> {
        let length = u32::try_from(payload.len()).unwrap().to_be_bytes();
        [&[output, 0, 0, 0], &length[..], payload].concat()
    }

    /// What comes out if `bytes` come in pieces of `piece` and are read into `room` bytes at a time.
    async fn read(bytes: &[u8], piece: usize, room: usize) -> io::Result<Vec<u8>> {
        let mut from = pieces(bytes, piece);
        let (mut whole, mut part) = (Vec::new(), vec![0; room]);
        loop {
            match from.read(&mut part).await? {
                0 => return Ok(whole),
                n => whole.extend(&part[..n]),
            }
        }
    }

    fn pieces(bytes: &[u8], piece: usize) -> impl AsyncRead + Unpin {
        let cut: Vec<_> = bytes
            .chunks(piece)
            .map(|p| Ok::<_, io::Error>(bytes::Bytes::copy_from_slice(p)))
            .collect();
        Demux::new(tokio_util::io::StreamReader::new(futures::stream::iter(cut)))
    }

    #[tokio::test]
    async fn payloads_come_whole_however_they_are_cut() {
        let all: Vec<u8> = (0..=255).collect();
        let long = all.repeat(300);
        let mut bytes = frame(1, b"\x01\x00\x00\x00\x00\x00\x00\x09");
        let mut expected = b"\x01\x00\x00\x00\x00\x00\x00\x09".to_vec();
        for (output, payload) in [(2, &all[..]), (1, b""), (1, &long), (3, b"last"), (2, b"")] {
            bytes.extend(frame(output, payload));
            expected.extend(payload);
        }
        for piece in [1, 3, 7, 8, 9, 4_096, bytes.len()] {
            for room in [1, 5, 8_192, 1 << 20] {
                assert_eq!(read(&bytes, piece, room).await.unwrap(), expected, "{piece} {room}");
            }
        }
    }

    #[tokio::test]
    async fn what_came_before_the_fault_is_read_before_the_fault() {
        let cases = [
            (b"no frame".to_vec(), io::ErrorKind::InvalidData),
            (b"\x04\0\0\0\0\0\0\x01x".to_vec(), io::ErrorKind::InvalidData),
            (b"\x01\0\0".to_vec(), io::ErrorKind::UnexpectedEof),
            (b"\x01\0\0\0\0\0\0\x05abc".to_vec(), io::ErrorKind::UnexpectedEof),
        ];
        for (fault, kind) in cases {
            let bytes = [frame(1, b"good"), fault].concat();
            let mut from = pieces(&bytes, bytes.len());
            let mut good = [0; 4];
            from.read_exact(&mut good).await.unwrap();
            assert_eq!(&good, b"good");
            let mut rest = Vec::new();
            assert_eq!(from.read_to_end(&mut rest).await.unwrap_err().kind(), kind);
        }
    }
}
