//! Targets of the demo: what the report of 2021 promises and says of itself, in its own words and as of its day.

use crate::app::{App, Who, targets};
use crate::cli::seed::forms::form;
use crate::cli::seed::told;
use crate::domain::id::UserId;
use crate::domain::target::{ActualInput, TargetInput};
use anyhow::Context;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    document: String,
    as_of: String,
    target: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    code: String,
    name: String,
    scope: String,
    year: i32,
    aspect: String,
    section: String,
    quote: String,
    responsible_unit: String,
    baseline: Option<String>,
    target: String,
    tolerance: Option<String>,
    comparator: String,
    nature: String,
    unit: Option<String>,
    actual: Option<String>,
    note: Option<String>,
}

/// Enters every target, and the figure that the report gives of it, if it gives one. Answers how many there are.
///
/// # Errors
/// The data break a rule.
pub async fn load(app: &App, officer: UserId) -> anyhow::Result<usize> {
    let file: File = toml::from_str(include_str!("../../../seeds/targets.toml")).context("seeds/targets.toml")?;
    let count = file.target.len();
    for entry in file.target {
        let what = entry.code.clone();
        one(app, officer, (&file.document, &file.as_of), entry).await.context(what)?;
    }
    Ok(count)
}

async fn one(app: &App, officer: UserId, (document, as_of): (&str, &str), entry: Entry) -> anyhow::Result<()> {
    let input: TargetInput = form(json!({
        "code": entry.code, "name": entry.name, "scope": entry.scope, "year": entry.year, "aspect": entry.aspect,
        "responsible_unit": entry.responsible_unit,
        "source": {"document": document, "section": entry.section, "quote": entry.quote},
        "baseline": entry.baseline, "target": entry.target, "tolerance": entry.tolerance, "comparator": entry.comparator,
        "nature": entry.nature, "unit": entry.unit, "as_of": as_of,
    }))?;
    let made = app.run(Who::Person(officer), move |act| targets::create(act, &input)).await.map_err(told)?.shown.record.id;
    let Some(value) = entry.actual else { return Ok(()) };
    let actual: ActualInput = form(json!({"value": value, "as_of": as_of, "source": document, "note": entry.note}))?;
    app.run(Who::Person(officer), move |act| targets::record(act, made, &actual)).await.map_err(told)?;
    Ok(())
}
