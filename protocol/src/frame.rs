//! Binary frames of terminals: byte 0 the kind (0, data), bytes 1 to 4 the terminal's number (big endian), for output
//! bytes 5 to 12 the offset of the first byte in the session's stream (big endian), then the bytes as they are.

/// The only kind.
const DATA: u8 = 0;
/// Bytes before the output of a frame.
pub const OUTPUT_HEAD: usize = 13;
/// Bytes before the input of a frame.
pub const INPUT_HEAD: usize = 5;

/// The bytes that stand before a terminal's output.
#[must_use]
pub fn output_head(terminal: u32, offset: u64) -> [u8; OUTPUT_HEAD] {
    let mut head = [DATA; OUTPUT_HEAD];
    head[1..5].copy_from_slice(&terminal.to_be_bytes());
    head[5..].copy_from_slice(&offset.to_be_bytes());
    head
}

/// The terminal of a frame of input; none for one that is too short or of an unknown kind. The input begins at
/// [`INPUT_HEAD`].
#[must_use]
pub fn input_terminal(frame: &[u8]) -> Option<u32> {
    match frame.first_chunk::<INPUT_HEAD>()? {
        [DATA, a, b, c, d] => Some(u32::from_be_bytes([*a, *b, *c, *d])),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_read_as_it_was_written() {
        let head = output_head(0x0102_0304, 0x0506_0708_090a_0b0c);
        assert_eq!(head, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]);
        assert_eq!(input_terminal(&head), Some(0x0102_0304));
        assert_eq!(input_terminal(&[0, 0, 0, 0, 3]), Some(3));
        assert_eq!(input_terminal(&[1, 0, 0, 0, 3, b'x']), None);
        assert_eq!(input_terminal(&[0, 0, 0, 3]), None);
    }
}
