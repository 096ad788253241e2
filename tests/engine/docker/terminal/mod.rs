//! Programs with a terminal in containers, and their main processes.

mod begin;
mod screen;
