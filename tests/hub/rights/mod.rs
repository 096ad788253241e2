//! Who may do what: every packet and every route, for every kind of caller and of object. What each role may is
//! written down here from the contract, not taken from the program; a command or route that the tables do not
//! know fails the test.

mod bad_token;
mod edges;
mod fields;
mod narrowed;
mod packets;
mod routes;
mod table;
mod tries;
mod view;
mod world;
