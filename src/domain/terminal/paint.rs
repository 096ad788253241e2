//! A screen of the model as what draws it.

use std::collections::VecDeque;
use std::fmt::Write as _;

use vt100::{Cell, Color, Screen};

/// Longest drawing of the lines before the screen, in bytes: what is older than that is not in it. A screen whose
/// drawing is longer than the other is drawn without its colours.
const MAX_LINES: usize = 1 << 20;
const MAX_SCREEN: usize = 2 << 20;

/// Draws the screen itself.
pub(super) fn draw_screen(screen: &Screen, out: &mut String) {
    let formatted = screen.contents_formatted();
    if formatted.len() <= MAX_SCREEN {
        out.push_str(&String::from_utf8_lossy(&formatted));
        return;
    }
    out.push_str("\x1b[m\x1b[H\x1b[J");
    for (number, row) in screen.rows(0, screen.size().1).enumerate() {
        let _ = write!(out, "\x1b[{}H{row}", number + 1);
    }
    let (row, col) = screen.cursor_position();
    let hidden = if screen.hide_cursor() { 'l' } else { 'h' };
    let _ = write!(out, "\x1b[{};{}H\x1b[?25{hidden}", row + 1, col + 1);
}

/// Draws the lines before the screen, and moves all of them out of it.
pub(super) fn draw_lines(screen: &mut Screen, out: &mut String) {
    let (rows, cols) = screen.size();
    screen.set_scrollback(usize::MAX);
    let lines = screen.scrollback();
    let mut style = String::new();
    let (mut drawn, mut length) = (VecDeque::new(), 0);
    let mut left = lines;
    while left > 0 {
        screen.set_scrollback(left);
        let window = left.min(usize::from(rows));
        for row in 0..u16::try_from(window).unwrap_or(rows) {
            // The line that goes on in the screen ends here all the same: the screen is drawn by itself.
            let last = left == window && usize::from(row) + 1 == window;
            let mut line = String::new();
            draw_row(screen, row, cols, last, &mut style, &mut line);
            length += line.len();
            drawn.push_back(line);
            while length > MAX_LINES {
                length -= drawn.pop_front().map_or(length, |line| line.len());
            }
        }
        left -= window;
    }
    screen.set_scrollback(0);
    out.extend(drawn);
    if lines > 0 {
        out.push_str("\x1b[m");
        out.extend(std::iter::repeat_n('\n', usize::from(rows) - 1));
    }
}

fn draw_row(
    screen: &Screen,
    row: u16,
    cols: u16,
    last: bool,
    style: &mut String,
    out: &mut String,
) {
    let wrapped = screen.row_wrapped(row) && !last;
    let cells = || (0..cols).filter_map(|col| screen.cell(row, col));
    let blank = |cell: &Cell| !cell.has_contents() && cell.bgcolor() == Color::Default;
    let drawn = match cells().collect::<Vec<_>>().iter().rposition(|cell| !blank(cell)) {
        Some(last) => last + 1,
        None => 0,
    };
    for cell in cells().take(drawn).filter(|cell| !cell.is_wide_continuation()) {
        let wanted = style_of(cell);
        if *style != wanted {
            let _ = write!(out, "\x1b[0{wanted}m");
            *style = wanted;
        }
        out.push_str(if cell.has_contents() { cell.contents() } else { " " });
    }
    if !wrapped {
        // The end of a line must not colour the line that scrolls in.
        if !style.is_empty() {
            out.push_str("\x1b[m");
            style.clear();
        }
        out.push_str("\r\n");
    }
}

/// `;1;31` and the like: what follows a reset.
fn style_of(cell: &Cell) -> String {
    let mut style = String::new();
    let flags = [
        (cell.bold(), 1),
        (cell.dim(), 2),
        (cell.italic(), 3),
        (cell.underline(), 4),
        (cell.inverse(), 7),
    ];
    for (_, code) in flags.iter().filter(|(on, _)| *on) {
        let _ = write!(style, ";{code}");
    }
    for (ground, color) in [(38, cell.fgcolor()), (48, cell.bgcolor())] {
        let _ = match color {
            Color::Default => Ok(()),
            Color::Idx(index) => write!(style, ";{ground};5;{index}"),
            Color::Rgb(r, g, b) => write!(style, ";{ground};2;{r};{g};{b}"),
        };
    }
    style
}
