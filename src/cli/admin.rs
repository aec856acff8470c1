//! What an operator does on the host: first accounts, letters that wait, loading data.

use crate::app::letters::LetterState;
use crate::app::{App, AppError, Clock, Who, accounts, organizations, second_factor};
use crate::cli::{open, print, say, seed as seeds};
use crate::config::Config;
use crate::domain::id::LetterId;
use crate::domain::organization::{CreditCode, OrganizationInput, OrganizationKind, Region};
use crate::domain::password::Owner;
use crate::domain::policy::Role;
use crate::domain::text::Email;
use crate::domain::user::{Password, UserInput};
use std::io::{BufRead, IsTerminal};

/// An account to be made on the host.
pub struct NewUser {
    /// Address.
    pub email: String,
    /// Name.
    pub name: String,
    /// Codes of roles.
    pub roles: Vec<String>,
    /// Credit code of the organisation.
    pub uscc: String,
    /// Name of the organisation, when it is to be registered.
    pub organization: Option<String>,
}

fn plain(fault: crate::domain::fault::Fault) -> anyhow::Error {
    anyhow::anyhow!("{} / {}", fault.zh, fault.en)
}

/// Creates an account with roles on behalf of the operator on the host.
///
/// # Errors
/// A value is wrong, the address is taken, the roles clash, or there is no such organisation.
pub async fn create_user(app: &App, new: NewUser) -> anyhow::Result<()> {
    let roles = new.roles.iter().map(|role| role.parse::<Role>().map_err(plain)).collect::<Result<Vec<_>, _>>()?;
    let uscc: CreditCode = new.uscc.parse().map_err(plain)?;
    let password = ask_password()?;
    let owner = Owner { name: new.name.clone(), email: new.email.clone() };
    let hash = app.hash_new(&password, &owner, "password").await.map_err(seeds::told)?;
    let organization_id = app.find_organization(uscc.clone()).await?;
    let registration = match (organization_id, &new.organization) {
        (None, None) => anyhow::bail!("no organisation with this code is registered: name it with --organization"),
        (Some(_), _) => None,
        (None, Some(name)) => Some(registration(name, uscc)?),
    };
    let (email, name) = (new.email.parse().map_err(plain)?, new.name.parse().map_err(plain)?);
    // One transaction: an account whose roles clash is not made at all.
    let made = app
        .run(Who::System("host"), move |act| {
            let organization_id = match (organization_id, registration) {
                (Some(id), _) => id,
                (None, Some(input)) => organizations::enrol(act, input)?.into_inner().record.id,
                (None, None) => return Err(AppError::NotFound),
            };
            let input = UserInput { organization_id, email, name, division: None, locale: None, grant: None, valid_days: None };
            let made = accounts::create(act, &input, &hash)?.into_inner();
            accounts::grant_roles(act, made.user.id, &roles)
        })
        .await?;
    let id = made.user.id;
    say(&format!("created {} ({id})", made.user.email));
    Ok(())
}

/// Turns off the second factor of the person with this address.
///
/// # Errors
/// There is no such account, or it has no second factor.
pub async fn reset_second_factor(app: &App, email: &str) -> anyhow::Result<()> {
    let address: Email = email.parse().map_err(plain)?;
    app.run(Who::System("host"), move |act| second_factor::reset_of(act, &address)).await.map_err(seeds::told)?;
    say(&format!("the second factor of {email} is off"));
    Ok(())
}

fn registration(name: &str, uscc: CreditCode) -> anyhow::Result<OrganizationInput> {
    let name = name.parse().map_err(plain)?;
    let (kind, region) = (OrganizationKind::GovAgency, Region::InProvince);
    Ok(OrganizationInput { name, uscc: Some(uscc), country: None, foreign_reg_no: None, kind, region, city: None })
}

/// Asks twice at a terminal; reads one line otherwise.
fn ask_password() -> anyhow::Result<Password> {
    let text = if std::io::stdin().is_terminal() {
        let first = rpassword::prompt_password("password: ")?;
        anyhow::ensure!(first == rpassword::prompt_password("again: ")?, "the two are not the same");
        first
    } else {
        let mut line = String::new();
        std::io::stdin().lock().read_line(&mut line)?;
        line.trim_end_matches(['\r', '\n']).to_owned()
    };
    text.parse().map_err(plain)
}

/// Loads the demo portfolio into an empty database, on a clock that walks through its days.
///
/// # Errors
/// The database is not empty, or the data breaks a rule.
pub async fn seed(config: &Config) -> anyhow::Result<()> {
    let password = ask_password()?;
    let app = open(config, Clock::settable(seeds::begins()?))?;
    anyhow::ensure!(app.is_empty().await?, "the database is not empty");
    let loaded = seeds::load(&app, password.reveal()).await?;
    say(&format!("loaded {} challenges, {} bids, {} projects", loaded.challenges, loaded.bids, loaded.projects));
    Ok(())
}

/// Lists letters: one a line, tab-separated.
///
/// # Errors
/// There is no such state.
pub async fn list_letters(app: &App, state: &str, limit: i64) -> anyhow::Result<()> {
    let state: LetterState = state.parse().map_err(plain)?;
    for letter in app.letters(state, limit).await? {
        let error = letter.last_error.unwrap_or_default();
        print(&format!("{}\t{}\t{}\t{}\t{}\t{error}", letter.id, letter.created_at, letter.template, letter.recipient, letter.attempts));
    }
    Ok(())
}

/// Gives dead letters another life.
///
/// # Errors
/// The id is not one.
pub async fn retry_letters(app: &App, id: Option<String>) -> anyhow::Result<()> {
    let id = id.map(|id| id.parse::<LetterId>().map_err(plain)).transpose()?;
    say(&format!("{} letters will be tried again", app.retry_letters(id).await?));
    Ok(())
}
