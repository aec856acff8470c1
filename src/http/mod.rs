//! The REST door: parse, call one use case, shape the answer. No rules, no SQL.
//!
//! [`routes`] is the flat list of everything that can be asked; each noun's file holds its views and handlers;
//! [`door`] treats all of them alike.

pub mod amendments;
pub mod answer;
pub mod audit;
pub mod auth;
pub mod batches;
pub mod bids;
pub mod calendars;
pub mod call;
pub mod challenges;
pub mod commissioners;
pub mod custody;
pub mod decisions;
pub mod door;
pub mod draws;
pub mod edge;
pub mod examinations;
pub mod expert_import;
pub mod experts;
pub mod files;
pub mod grants;
pub mod json;
pub mod keys;
pub mod milestones;
pub mod objections;
pub mod openapi;
pub mod operations;
pub mod organizations;
pub mod pages;
pub mod papers;
pub mod partnerships;
pub mod payments;
pub mod portfolio;
pub mod problem;
pub mod problems;
pub mod projects;
pub mod publicity;
pub mod questions;
pub mod receipts;
pub mod recusals;
pub mod reports;
pub mod restrictions;
pub mod reviews;
pub mod rounds;
pub mod routes;
pub mod scores;
pub mod second_factor;
pub mod server;
pub mod sessions;
pub mod sheets;
pub mod users;
pub mod visits;

pub use edge::Edge;
pub use server::{Limits, serve};
