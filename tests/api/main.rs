//! The API, tested through its door: one binary, one file a noun, every test on both databases.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    clippy::too_many_lines,
    reason = "in a test a missing value is a failure"
)]

mod support;

/// As in the program itself, so that memory can be compared.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod acceptance;
mod accounts;
mod amendments;
mod audit;
mod bids;
mod calendars;
mod canary;
mod chain;
mod challenges;
mod changes;
mod clawbacks;
mod cli;
mod commissioners;
mod commitments;
mod config;
mod consortium;
mod conventions;
mod crowds;
mod custody;
mod deadline;
mod demo;
mod desk;
mod desk_before;
mod disqualifications;
mod draws;
mod edge;
mod eligibility;
mod erasure;
mod evidence;
mod examination;
mod expert_import;
mod experts;
mod files;
mod finding;
mod forfeits;
mod judging;
mod keys;
mod leaving;
mod ledgers;
mod links;
mod mail;
mod mail_delivery;
mod mail_judging;
mod matrix;
mod measures;
mod members;
mod milestones;
mod objections;
mod organizations;
mod outcomes;
mod papers;
mod particulars;
mod partners;
mod passwords;
mod payments;
mod people;
mod portfolio;
mod projects;
mod publicity;
mod questions;
mod race_example;
mod race_gates;
mod receipts;
mod recusals;
mod reminders;
mod reports;
mod reviews;
mod satisfactions;
mod schemes;
mod sealing;
mod second_factor;
mod separation;
mod sessions;
mod store;
mod sub_payments;
mod targets;
mod tokens;
mod uploads;
mod visits;
mod walkthrough;
