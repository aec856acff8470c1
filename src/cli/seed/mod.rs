//! The demo portfolio, loaded through the use cases: every deed by the person whose it is, on its day.
//!
//! - [`data`] and [`ends`] the files of `seeds/`, [`calendar`] the department's days
//! - [`timeline`] and [`course`] the story as a list of deeds
//! - [`turns`] what does not go straight in the judging, [`fates`] what does not in the projects, and [`changing`], [`stopping`],
//!   [`following`], [`money`] and [`racing`] who does what then
//! - [`forms`] and [`values`] what people fill in
//! - [`targets`] what the report promises
//! - [`people`] everyone, [`story`] what was made so far, [`deeds`] and [`works`] who does what

pub mod calendar;
pub mod changing;
pub mod course;
pub mod data;
pub mod deeds;
pub mod ends;
pub mod fates;
pub mod following;
pub mod forms;
pub mod money;
pub mod people;
pub mod racing;
pub mod stopping;
pub mod story;
pub mod targets;
pub mod timeline;
pub mod turns;
pub mod values;
pub mod works;

use crate::app::{App, AppError};
use crate::domain::policy::Role;
use crate::domain::time::Timestamp;
use anyhow::Context;
use data::Portfolio;
use indicatif::{ProgressBar, ProgressStyle};
use people::People;
use story::Story;

/// What was loaded.
pub struct Loaded {
    /// Number of challenges.
    pub challenges: usize,
    /// Number of bids.
    pub bids: usize,
    /// Number of projects.
    pub projects: usize,
    /// One account for each role: role, address.
    pub accounts: Vec<(Role, String)>,
}

/// The instant at which the demo's clock begins.
///
/// # Errors
/// Never, unless the calendar of the demo is broken.
pub fn begins() -> anyhow::Result<Timestamp> {
    calendar::instant(calendar::BEGINS)
}

/// Loads the demo portfolio into an empty database. The app's clock must be settable; it walks through the story and
/// stands at its end.
///
/// # Errors
/// The data break a rule, or a challenge does not end where the data say.
pub async fn load(app: &App, password: &str) -> anyhow::Result<Loaded> {
    let portfolio = Portfolio::read()?;
    let events = timeline::events(&portfolio)?;
    app.clock.set(begins()?);
    let people = People::register(app, &portfolio, password).await.context("registering everyone")?;
    let mut story = Story::begin(app, &portfolio, people)?;
    story.people.enlist(app, story.people.person("officer")?).await.context("the pool of experts")?;
    // Hidden by itself where standard error is no terminal.
    let bar = ProgressBar::new(u64::try_from(events.len())?).with_style(ProgressStyle::with_template("{msg} {bar:40} {pos}/{len}")?);
    for event in bar.wrap_iter(events.into_iter()) {
        bar.set_message(event.at.date().to_string());
        story.tell(event).await?;
    }
    bar.finish_and_clear();
    app.clock.set(calendar::instant(calendar::ENDS)?);
    story.people.confirm(app).await.context("the pool of experts")?;
    targets::load(app, story.people.person("officer")?).await.context("the targets")?;
    story.check().await?;
    app.count_letters_as_sent().await?;
    Ok(Loaded {
        challenges: story.cases.len(),
        bids: story.cases.iter().map(|case| case.bids.len()).sum(),
        projects: story.cases.iter().map(|case| case.projects.len()).sum(),
        accounts: people::one_of_each(&portfolio.users),
    })
}

/// A refusal in words, with all its faults.
#[must_use]
pub fn told(error: AppError) -> anyhow::Error {
    match error {
        AppError::Faults(faults) => {
            let all: Vec<String> = faults.0.iter().map(|fault| format!("{}: {} / {}", fault.field, fault.zh, fault.en)).collect();
            anyhow::anyhow!(all.join("; "))
        }
        other => other.into(),
    }
}
