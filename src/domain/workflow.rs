//! Stages as data: each noun has one table of (from, action, to), and this is how every table is read.

use crate::domain::policy::Action;

/// One row of a stage table. A row that leads back to where it starts is something one may do without moving on.
#[derive(Debug)]
pub struct Path<S: 'static> {
    /// Where the record stands.
    pub from: S,
    /// What is done.
    pub action: Action,
    /// Where it may stand afterwards: one stage, or one of several outcomes.
    pub to: &'static [S],
}

/// Builds a row of a stage table.
pub const fn path<S>(from: S, action: Action, to: &'static [S]) -> Path<S> {
    Path { from, action, to }
}

/// A closed list of stages with its table.
pub trait Stage: Copy + Eq + std::fmt::Debug + 'static {
    /// The table.
    const PATHS: &'static [Path<Self>];

    /// Every stage.
    fn all() -> &'static [Self];

    /// The stage's code.
    fn code(self) -> &'static str;

    /// The stage's Chinese name.
    fn zh(self) -> &'static str;

    /// The stages that `action` may lead to from here: none when the table knows no such path.
    fn outcomes(self, action: Action) -> &'static [Self] {
        Self::PATHS.iter().find(|path| path.from == self && path.action == action).map_or(&[], |path| path.to)
    }

    /// What can be done from here, by whomever.
    fn actions(self) -> impl Iterator<Item = Action> {
        Self::PATHS.iter().filter(move |path| path.from == self).map(|path| path.action)
    }

    /// Whether nothing moves a record on from here.
    fn ended(self) -> bool {
        !Self::PATHS.iter().any(|path| path.from == self && path.to.iter().any(|to| *to != self))
    }
}

/// A stage table in codes and words: for whoever reads them all, such as the generated page and the house tests.
#[derive(Clone, Debug)]
pub struct Table {
    /// What moves, in English and Chinese.
    pub title: &'static str,
    /// Every stage: code and Chinese name. A record begins at the first.
    pub stages: Vec<(&'static str, &'static str)>,
    /// Every row: from, action, to.
    pub rows: Vec<(&'static str, Action, Vec<&'static str>)>,
}

impl Table {
    /// The table of one kind of stage.
    #[must_use]
    pub fn of<S: Stage>(title: &'static str) -> Self {
        let codes = |to: &[S]| to.iter().map(|stage| stage.code()).collect();
        Self {
            title,
            stages: S::all().iter().map(|stage| (stage.code(), stage.zh())).collect(),
            rows: S::PATHS.iter().map(|path| (path.from.code(), path.action, codes(path.to))).collect(),
        }
    }

    /// The Chinese name of a stage.
    #[must_use]
    pub fn zh(&self, code: &str) -> &'static str {
        self.stages.iter().find(|(known, _)| *known == code).map_or("", |(_, zh)| zh)
    }
}

/// Makes an enum of `codes!` a [`Stage`] with its table.
macro_rules! stage_table {
    ($stage:ty, $paths:expr) => {
        impl $crate::domain::workflow::Stage for $stage {
            const PATHS: &'static [$crate::domain::workflow::Path<Self>] = $paths;
            fn all() -> &'static [Self] {
                Self::ALL
            }
            fn code(self) -> &'static str {
                Self::code(self)
            }
            fn zh(self) -> &'static str {
                Self::zh(self)
            }
        }
    };
}
pub(crate) use stage_table;
