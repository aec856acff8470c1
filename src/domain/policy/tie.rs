//! Ties: how an actor stands to an object. One tie for each pair, the strongest.

use crate::domain::codes::codes;

codes! {
    /// How the actor stands to the object.
    pub enum Tie {
        Stranger = "stranger" "无关",
        Party = "party" "当事方",
        Editor = "editor" "可编辑成员",
        Submitter = "submitter" "可提交成员",
        Assigned = "assigned" "受指派",
        Author = "author" "经手人",
        Conflicted = "conflicted" "应回避",
        Custodian = "custodian" "份额保管人",
    }
}

impl Tie {
    /// Whether it is that of someone of an organisation that is a party, with whatever right.
    #[must_use]
    pub const fn of_party(self) -> bool {
        matches!(self, Self::Party | Self::Editor | Self::Submitter)
    }

    /// Why this tie is in the way, for the message of a denial: Chinese, English.
    #[must_use]
    pub const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Stranger => ("您的角色无权进行此操作", "Your roles do not allow this."),
            Self::Party => ("您的单位是本事项的当事方，不能进行此操作", "Your organisation is a party to this, so you may not do it."),
            Self::Editor => ("您对本申请只有编辑权限", "You may edit this, but not do that."),
            Self::Submitter => ("您对本申请的权限不含此操作", "Your right to this does not allow it."),
            Self::Assigned => ("您已受指派负责本事项，不能进行此操作", "You are assigned to this, so you may not do it."),
            Self::Author => ("本事项由您经手，须由他人办理", "You prepared or signed this yourself: someone else must do it."),
            Self::Conflicted => ("您与本事项存在利益关系，应当回避", "You have an interest in this and must step aside."),
            Self::Custodian => ("您持有本轮的密钥份额，不能进行此操作", "You hold a share of this round's key, so you may not do it."),
        }
    }
}

/// The facts from which a tie follows; each noun fills in those that exist for it.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts, of which the strongest counts")]
pub struct Standing {
    /// Holds a share of the key of the challenge's round: does nothing else with the challenge.
    pub custodian: bool,
    /// An interest in the matter: same organisation as a bidder, owning division of the challenge (回避).
    pub conflicted: bool,
    /// Prepared the object, or signed an earlier desk of it.
    pub author: bool,
    /// Appointed to the object by name.
    pub assigned: bool,
    /// May edit it for their organisation,
    pub editor: bool,
    /// or also submit it.
    pub submitter: bool,
    /// The actor's organisation is a party to it.
    pub party: bool,
}

impl Standing {
    /// The strongest tie that holds.
    #[must_use]
    pub const fn tie(self) -> Tie {
        match self {
            Self { custodian: true, .. } => Tie::Custodian,
            Self { conflicted: true, .. } => Tie::Conflicted,
            Self { author: true, .. } => Tie::Author,
            Self { assigned: true, .. } => Tie::Assigned,
            Self { submitter: true, .. } => Tie::Submitter,
            Self { editor: true, .. } => Tie::Editor,
            Self { party: true, .. } => Tie::Party,
            _ => Tie::Stranger,
        }
    }
}
