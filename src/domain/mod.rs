//! What is true: types, stage tables, permissions, limits, arithmetic. No I/O, no clock, pure and synchronous.
//!
//! Commands are described here once, with the derives by which the HTTP door reads and documents them
//! (docs/adr/0001). Rows live in `store`, views in `http`.

pub mod acceptance;
pub mod amendment;
pub mod assignment;
pub mod audit;
pub mod batch;
pub mod bid;
pub mod calendar;
pub mod challenge;
pub(crate) mod codes;
pub mod custody;
pub mod decimal;
pub mod decision;
pub mod disbursement;
pub mod draw;
pub mod examination;
pub mod expert;
pub mod fault;
pub mod file;
pub mod grant;
pub mod id;
pub mod indicator;
pub mod input;
pub mod key;
pub mod letters;
pub mod member;
pub mod milestone;
pub mod money;
pub mod notice;
pub mod objection;
pub mod organization;
pub mod paper;
pub mod partnership;
pub mod password;
pub mod payment;
pub mod person;
pub mod plan;
pub mod policy;
pub mod project;
pub mod proposal;
pub mod question;
pub mod receipt;
pub mod recusal;
pub mod refusal;
pub mod restriction;
pub mod review;
pub mod score;
pub mod seal;
pub mod session;
pub mod stages;
pub mod text;
pub mod time;
pub mod user;
pub mod workflow;
