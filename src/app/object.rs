//! Actor and object: who acts, on what, and how the two stand to each other.

use crate::domain::id::{ChallengeId, KeyId, OrganizationId, ProjectId, SessionId, UserId};
use crate::domain::policy::{Action, KeyScope, Kind, Role, Tie, scopes};
use crate::domain::time::Timestamp;
use crate::domain::workflow::Stage;

/// Who acts.
#[derive(Clone, Debug)]
pub struct Actor {
    /// The person; none for the public, for the service itself and for the operator on the host.
    pub user: Option<UserId>,
    /// The person's organisation.
    pub organization: Option<OrganizationId>,
    /// 处室 of staff.
    pub division: Option<String>,
    /// Name, as the audit log shows it.
    pub name: String,
    /// Roles as of this request.
    pub roles: Vec<Role>,
    /// The session that the request belongs to.
    pub session: Option<SessionId>,
    /// The machine key that acts on the person's behalf.
    pub key: Option<KeyUse>,
    /// What the person did before in another role.
    pub past: Past,
    /// How sure the service is that it is this person.
    pub assurance: Assurance,
}

/// What somebody did in one role that keeps them from doing something in another.
#[derive(Clone, Debug, Default)]
pub struct Past {
    /// Challenges of which the person examined a bid: neither decides nor pays there (SD1).
    pub examined: Vec<ChallengeId>,
    /// Projects that the person follows or followed as commissioner: never approves there (SD6).
    pub followed: Vec<ProjectId>,
    /// Challenges from which the person stepped aside 回避: does nothing there.
    pub recused: Vec<ChallengeId>,
    /// Rounds of which the person holds or held a share of the key: does nothing else with those challenges.
    pub kept: Vec<(ChallengeId, i32)>,
}

/// A machine key in use.
#[derive(Clone, Debug)]
pub struct KeyUse {
    /// Which one.
    pub id: KeyId,
    /// What it may be used for.
    pub scopes: Vec<KeyScope>,
}

/// How sure the service is of who acts. Matters for sessions only: the host and the service itself are taken at their word.
#[derive(Clone, Copy, Debug, Default)]
pub struct Assurance {
    /// When the person last proved who they are.
    pub proved_at: Option<Timestamp>,
    /// Whether one of the person's roles needs a second factor,
    pub factor_required: bool,
    /// and the person has none yet.
    pub factor_missing: bool,
}

impl Actor {
    /// Someone without an account.
    #[must_use]
    pub fn public() -> Self {
        Self {
            user: None,
            organization: None,
            division: None,
            name: "public".into(),
            roles: Vec::new(),
            session: None,
            key: None,
            past: Past::default(),
            assurance: Assurance::default(),
        }
    }

    /// The service itself: the clock, or the operator on the host.
    #[must_use]
    pub fn system(name: &str) -> Self {
        Self { name: name.into(), roles: vec![Role::System], ..Self::public() }
    }

    /// Whether the scopes of the key that acts name `action`; a person is not bound by any.
    #[must_use]
    pub fn within_scopes(&self, action: Action) -> bool {
        self.key.as_ref().is_none_or(|key| scopes::within(&key.scopes, action))
    }

    /// Whether the actor is this person.
    #[must_use]
    pub fn is(&self, user: UserId) -> bool {
        self.user == Some(user)
    }

    /// Whether the actor examined a bid on this challenge, or stepped aside from it.
    #[must_use]
    pub fn must_step_aside(&self, challenge: ChallengeId) -> bool {
        self.past.examined.contains(&challenge) || self.past.recused.contains(&challenge)
    }

    /// Whether the actor stepped aside from this challenge.
    #[must_use]
    pub fn is_recused(&self, challenge: ChallengeId) -> bool {
        self.past.recused.contains(&challenge)
    }

    /// Whether the actor follows or followed this project as commissioner.
    #[must_use]
    pub fn has_followed(&self, project: ProjectId) -> bool {
        self.past.followed.contains(&project)
    }

    /// Whether the actor holds or held a share of the key of this round.
    #[must_use]
    pub fn keeps(&self, challenge: ChallengeId, round: i32) -> bool {
        self.past.kept.contains(&(challenge, round))
    }

    /// Whether the actor belongs to this organisation.
    #[must_use]
    pub fn belongs_to(&self, organization: OrganizationId) -> bool {
        self.organization == Some(organization)
    }
}

/// A record that has stages.
pub trait Record {
    /// Its stages.
    type Stage: Stage;
    /// Its kind.
    const KIND: Kind;
    /// Its id.
    fn id(&self) -> &str;
    /// Its version.
    fn version(&self) -> i64;
    /// Where it stands.
    fn stage(&self) -> Self::Stage;
    /// The round whose seal covers it, for a record that only a sealed bid brought about.
    fn seal(&self) -> Option<(ChallengeId, i32)> {
        None
    }
}

/// What the caller may know of an object before any rule on the action is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// Whoever may read it, by the permission table.
    ByRule,
    /// Everyone: it is published.
    Always,
    /// Nobody but its party: it is sealed.
    PartyOnly,
}

/// The object of an act, as it stands to the actor.
#[derive(Clone, Debug)]
pub struct Object {
    /// Its kind.
    pub kind: Kind,
    /// Its id; empty for something that is about to be made.
    pub id: String,
    /// How the actor stands to it, for what is to be done.
    pub tie: Tie,
    /// How the actor stands to it as a reader, where that is more: a sponsor reads what only the team works on.
    pub reads_as: Tie,
    /// Its version, for `If-Match`.
    pub version: Option<i64>,
    /// Who may know of it.
    pub known: Known,
    /// The round whose seal covers it.
    pub seal: Option<(ChallengeId, i32)>,
}

impl Object {
    /// A kind of object as such: for making a new one, or for lists.
    #[must_use]
    pub fn kind(kind: Kind) -> Self {
        Self { kind, id: String::new(), tie: Tie::Stranger, reads_as: Tie::Stranger, version: None, known: Known::ByRule, seal: None }
    }

    /// A record, standing so to the actor.
    #[must_use]
    pub fn record<R: Record>(row: &R, tie: Tie) -> Self {
        Self {
            kind: R::KIND,
            id: row.id().to_owned(),
            tie,
            reads_as: tie,
            version: Some(row.version()),
            known: Known::ByRule,
            seal: row.seal(),
        }
    }

    /// An object without stages.
    #[must_use]
    pub fn plain(kind: Kind, id: impl ToString, tie: Tie, version: i64) -> Self {
        Self { id: id.to_string(), tie, reads_as: tie, version: Some(version), ..Self::kind(kind) }
    }

    /// The same object, read by the actor as someone who stands so to it.
    #[must_use]
    pub fn read_as(mut self, tie: Tie) -> Self {
        self.reads_as = tie;
        self
    }

    /// The same object, known to others than the table says.
    #[must_use]
    pub fn known(mut self, known: Known) -> Self {
        self.known = known;
        self
    }
}
