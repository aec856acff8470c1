//! Everyone of the demo: organisations and accounts, registered by the operator on the host.

use crate::app::{App, Who, accounts, experts, organizations};
use crate::cli::seed::data::{Organization, Portfolio, User};
use crate::cli::seed::forms::form;
use crate::cli::seed::told;
use crate::domain::expert::{ExpertInput, Speciality};
use crate::domain::id::{OrganizationId, UserId};
use crate::domain::organization::OrganizationInput;
use crate::domain::password::Owner;
use crate::domain::policy::Role;
use crate::domain::user::{Password, Sector, UserInput};
use anyhow::Context;
use serde_json::json;
use std::collections::HashMap;

/// On whose behalf everyone is registered.
const HOST: Who = Who::System("host");
/// Where the demo's people receive letters.
const DOMAIN: &str = "@demo.jiebang.example";

/// Everyone, by the names that the data use.
#[derive(Debug)]
pub struct People {
    organizations: HashMap<String, OrganizationId>,
    users: HashMap<String, UserId>,
    /// Who acts for an organisation in a role: the first of the file.
    agents: HashMap<(String, Role), UserId>,
    experts: Vec<UserId>,
}

impl People {
    /// Registers everyone, all with the same password.
    ///
    /// # Errors
    /// The data break a rule.
    pub async fn register(app: &App, portfolio: &Portfolio, password: &str) -> anyhow::Result<Self> {
        let mut people = Self { organizations: HashMap::new(), users: HashMap::new(), agents: HashMap::new(), experts: Vec::new() };
        for organization in &portfolio.organizations {
            let id = found(app, organization).await.with_context(|| organization.key.clone())?;
            people.organizations.insert(organization.key.clone(), id);
        }
        let secret: Password = password.parse().map_err(|fault: crate::domain::fault::Fault| anyhow::anyhow!(fault.en))?;
        let hash = app.hash_new(&secret, &Owner::default(), "password").await.map_err(told)?;
        for user in &portfolio.users {
            let id = people.join(app, user, &hash).await.with_context(|| user.email.clone())?;
            people.users.insert(user.email.clone(), id);
            for role in &user.roles {
                people.agents.entry((user.organization.clone(), *role)).or_insert(id);
            }
            if user.roles.contains(&Role::Expert) {
                people.experts.push(id);
            }
        }
        Ok(people)
    }

    async fn join(&self, app: &App, user: &User, hash: &str) -> anyhow::Result<UserId> {
        let input: UserInput = form(json!({
            "organization_id": self.organization(&user.organization)?,
            "email": user.email,
            "name": user.name,
            "division": user.division,
            "locale": user.locale,
        }))?;
        let hash = hash.to_owned();
        let id = app.run(HOST, move |act| accounts::create(act, &input, &hash)).await?.user.id;
        let roles = user.roles.clone();
        app.run(HOST, move |act| accounts::grant_roles(act, id, &roles)).await?;
        if !user.sectors.is_empty() {
            let sectors = user.sectors.clone();
            app.run(Who::Person(id), move |act| accounts::subscribe(act, sectors)).await?;
        }
        Ok(id)
    }

    /// Everyone in the pool confirms the profile, which holds for a year.
    ///
    /// # Errors
    /// Somebody is not in the pool.
    pub async fn confirm(&self, app: &App) -> anyhow::Result<()> {
        for id in self.experts.iter().copied() {
            app.run(Who::Person(id), move |act| experts::confirm(act, id)).await?;
        }
        Ok(())
    }

    /// Puts all experts into the pool: every sixth one judges the money, the others know five fields.
    ///
    /// # Errors
    /// The data break a rule.
    pub async fn enlist(&self, app: &App, officer: UserId) -> anyhow::Result<()> {
        for (number, id) in self.experts.iter().copied().enumerate() {
            let speciality = if number % 6 == 5 { Speciality::Finance } else { Speciality::Technical };
            let fields: Vec<&str> = Sector::ALL.iter().cycle().skip(number).take(5).map(|sector| sector.code()).collect();
            let input: ExpertInput =
                form(json!({"user_id": id, "profile": {"title": "教授", "speciality": speciality.code(), "fields": fields}}))?;
            app.run(Who::Person(officer), move |act| experts::enlist(act, &input)).await?;
        }
        Ok(())
    }

    /// The organisation with this key.
    ///
    /// # Errors
    /// There is none.
    pub fn organization(&self, key: &str) -> anyhow::Result<OrganizationId> {
        self.organizations.get(key).copied().with_context(|| format!("no organisation {key}"))
    }

    /// The person with this address, or with this name before the demo's domain.
    ///
    /// # Errors
    /// There is none.
    pub fn person(&self, name: &str) -> anyhow::Result<UserId> {
        let address = if name.contains('@') { name.to_owned() } else { format!("{name}{DOMAIN}") };
        self.users.get(&address).copied().with_context(|| format!("no person {address}"))
    }

    /// Who acts for an organisation in a role.
    ///
    /// # Errors
    /// Nobody does.
    pub fn agent(&self, organization: &str, role: Role) -> anyhow::Result<UserId> {
        self.agents.get(&(organization.to_owned(), role)).copied().with_context(|| format!("{organization} has no {role}"))
    }

    /// The expert on a seat of a panel: panels rotate.
    ///
    /// # Errors
    /// There are no experts.
    pub fn expert(&self, panel: usize, seat: usize) -> anyhow::Result<UserId> {
        let number = panel.saturating_mul(3).saturating_add(seat);
        self.experts.iter().cycle().nth(number).copied().context("no experts")
    }
}

async fn found(app: &App, organization: &Organization) -> anyhow::Result<OrganizationId> {
    let input: OrganizationInput = form(json!({
        "name": organization.name,
        "uscc": organization.uscc,
        "country": organization.country,
        "foreign_reg_no": organization.foreign_reg_no,
        "kind": organization.kind,
        "region": organization.region,
        "city": organization.city,
    }))?;
    Ok(app.run(HOST, move |act| organizations::enrol(act, input)).await?.record.id)
}

/// One account for each role that a person can have, in the order of roles: `<role>@` of the demo's domain.
#[must_use]
pub fn one_of_each(users: &[User]) -> Vec<(Role, String)> {
    let account = |role: &Role| {
        let address = format!("{role}{DOMAIN}");
        users.iter().any(|user| user.email == address && user.roles.contains(role)).then_some((*role, address))
    };
    Role::ALL.iter().filter_map(account).collect()
}
