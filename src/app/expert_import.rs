//! Import of experts: a table of people who have accounts already, taken into the pool row by row, or not at all.
//!
//! No account is opened here: that is for administrators, who keep no business records.

use crate::app::act::{About, Act, Done, Object, Seen};
use crate::app::error::AppError;
use crate::app::experts as expert_cases;
use crate::domain::expert_import::{Candidate, Column, Take, masked};
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::UserId;
use crate::domain::policy::{Action, Kind, Role};
use crate::domain::user::UserStatus;
use crate::store::organizations::OrganizationRow;
use crate::store::users::UserRow;
use crate::store::{experts, organizations, users};
use std::collections::{BTreeSet, HashMap, HashSet};

/// Why somebody is paused who joins so.
const PAUSED: &str = "入库时登记为暂停";

/// What became of a row.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// Its number, as the spreadsheet shows it.
    pub number: u32,
    /// The address, masked; empty if it is none.
    pub email: String,
    /// Whether it is taken.
    pub taken: bool,
    /// All that is wrong with it.
    pub faults: Vec<Fault>,
}

/// What the service knows of everyone and everything that a table names: four queries, however long it is.
struct Known {
    accounts: HashMap<String, UserRow>,
    experts: HashSet<UserId>,
    pool: HashSet<UserId>,
    organizations: Vec<OrganizationRow>,
}

impl Known {
    fn of(act: &mut Act<'_>, candidates: &[Candidate]) -> Result<Self, AppError> {
        let emails: BTreeSet<String> = candidates.iter().filter_map(|one| one.email.as_ref().map(ToString::to_string)).collect();
        let names: BTreeSet<String> = candidates.iter().filter_map(|one| one.organization.clone()).collect();
        let accounts = users::of_emails(act.conn, &emails.into_iter().collect::<Vec<_>>())?;
        let ids: Vec<UserId> = accounts.iter().map(|user| user.id).collect();
        let roles = users::roles_of(act.conn, &ids)?;
        Ok(Self {
            experts: roles.into_iter().filter(|(_, role)| *role == Role::Expert).map(|(id, _)| id).collect(),
            pool: experts::among(act.conn, &ids)?.into_iter().collect(),
            organizations: organizations::called(act.conn, &names.into_iter().collect::<Vec<_>>())?,
            accounts: accounts.into_iter().map(|user| (user.email.clone(), user)).collect(),
        })
    }

    /// Whose account a row names, and what of it does not agree.
    fn judge(&self, one: &Candidate, faults: &mut Faults) -> Option<UserId> {
        let email = one.email.as_ref()?;
        let found = self.accounts.get(email.as_str()).filter(|user| user.status != UserStatus::Erased && self.experts.contains(&user.id));
        let home = one.organization.as_ref().map(|called| self.organizations.iter().find(|known| is_called(known, called)));
        faults.check(matches!(home, Some(None)), Column::Organization.code(), || {
            Fault::new("unknown_organization", "单位未登记", "no such organisation is registered")
        });
        let home = home.flatten();
        faults.check(home.is_some_and(|home| one.region.is_some_and(|region| region != home.region)), Column::Region.code(), || {
            Fault::new("not_as_registered", "与单位登记的所在地不一致", "is not where the organisation is registered")
        });
        let Some(user) = found else {
            let words = (
                "没有使用该邮箱的评审专家账户，请先由管理员开立",
                "no expert has an account under this address: an administrator opens it",
            );
            faults.check(true, Column::Email.code(), || Fault::new("unknown_expert", words.0, words.1));
            return None;
        };
        faults.check(self.pool.contains(&user.id), Column::Email.code(), || {
            Fault::new("already_exists", "已在专家库", "is in the pool already")
        });
        faults.check(one.name.as_ref().is_some_and(|name| *name != user.name), Column::Name.code(), || {
            Fault::new("not_as_registered", "与账户姓名不一致", "is not the name of the account")
        });
        faults.check(home.is_some_and(|home| home.id != user.organization_id), Column::Organization.code(), || {
            Fault::new("not_as_registered", "与账户所属单位不一致", "is not the organisation of the account")
        });
        Some(user.id)
    }
}

fn is_called(row: &OrganizationRow, called: &str) -> bool {
    row.name == called || row.uscc.as_deref() == Some(called)
}

/// Whether the caller may import experts, asked before a table is read.
///
/// # Errors
/// Denied.
pub fn may(act: &mut Act<'_>) -> Result<Seen<UserId>, AppError> {
    let permit = act.permit(Action::ExpertImport, &Object::kind(Kind::Expert))?;
    Ok(Seen::by(permit, act.user()?))
}

/// Takes the people of a table into the pool: all of them, or the good ones if that is asked for.
///
/// # Errors
/// Denied; rows are faulty and all were to be taken: each with its number, and nothing is kept. A dry run answers with the report
/// instead.
pub fn import(act: &mut Act<'_>, candidates: &[Candidate], take: Take) -> Result<Done<Vec<Outcome>>, AppError> {
    let permit = act.permit(Action::ExpertImport, &Object::kind(Kind::Expert))?;
    let known = Known::of(act, candidates)?;
    let (mut seen, mut judged) = (HashMap::new(), Vec::with_capacity(candidates.len()));
    for one in candidates {
        let mut faults = Faults(one.faults.clone());
        let first = one.email.as_ref().map_or(one.number, |email| *seen.entry(email).or_insert(one.number));
        faults.check(first != one.number, Column::Email.code(), || {
            Fault::new("repeated_row", format!("与第{first}行重复"), format!("stands in row {first} already"))
        });
        let id = known.judge(one, &mut faults);
        judged.push((one, id, faults.0));
    }
    let all_good = judged.iter().all(|(.., faults)| faults.is_empty());
    if !all_good && take == Take::All && !act.asked.dry_run {
        let told = judged.into_iter().flat_map(|(one, _, faults)| {
            let place = format!("rows[{}]", one.number);
            faults.into_iter().map(move |fault| fault.within(&place))
        });
        return Err(Faults(told.collect()).into());
    }
    let mut outcomes = Vec::with_capacity(judged.len());
    for (one, id, faults) in judged {
        let taken = faults.is_empty() && (all_good || take == Take::Good);
        if let (true, Some(id), Some(profile)) = (taken, id, &one.profile) {
            let row = expert_cases::join(act, id, profile)?.into_inner();
            if one.paused {
                let _paused = expert_cases::change(act, row.id, Action::ExpertPause, PAUSED)?;
            }
        }
        let email = one.email.as_ref().map(masked).unwrap_or_default();
        outcomes.push(Outcome { number: one.number, email, taken, faults });
    }
    let detail = format!("rows {} taken {}", outcomes.len(), outcomes.iter().filter(|one| one.taken).count());
    let about = About { detail, ..About::default() };
    Ok(act.record_plain(permit, Object::kind(Kind::Expert), about)?.with(outcomes))
}
