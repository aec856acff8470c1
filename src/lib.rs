//! Jiebang 揭榜: the portfolio of a science department's open-challenge projects, as one REST service.
//!
//! The map: a rule's address is floor + noun. Imports run one way, and `tests/house` holds them to it.
//!
//! - [`domain`] what is true: types, stage tables, permissions, arithmetic; pure
//! - [`store`] how it is kept: rows and queries on SQLite and PostgreSQL
//! - [`auth`] passwords, tokens, keys
//! - [`mail`] a notice becomes a letter, a letter leaves
//! - [`app`] the use cases: one verb a function, each in one transaction
//! - [`http`] the REST door
//! - [`jobs`] what time does
//! - [`cli`] the operator's door
//! - [`config`] environment → configuration, the only reader of the environment
#![forbid(unsafe_code)]

pub mod app;
pub mod auth;
pub mod cli;
pub mod config;
pub mod domain;
pub mod http;
pub mod jobs;
pub mod mail;
pub mod store;
