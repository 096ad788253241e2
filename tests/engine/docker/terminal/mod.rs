//! Programs with a terminal in containers, and their main processes.

mod begin;
mod bytes;
mod end;
mod main_process;
mod screen;
mod window;
