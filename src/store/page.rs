//! Pages: a range of a stable order, from where the last one ended.

/// Which part of a list is asked for.
#[derive(Clone, Debug)]
pub struct Page {
    /// At most so many records, 1 to 100. One more is fetched, to know whether there is a next page.
    pub limit: i64,
    /// The last record of the page before.
    pub after: Option<Mark>,
    /// Newest (or latest) first.
    pub descending: bool,
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Mark {
    /// Value of the sort column, empty when the id alone sorts.
    pub key: String,
    /// Id of the record.
    pub id: String,
}

impl Page {
    /// How many rows to fetch: one more than asked for.
    #[must_use]
    pub const fn fetch(&self) -> i64 {
        self.limit.saturating_add(1)
    }
}

/// Orders a boxed query by id and starts it after the page's mark. Ids are time-ordered, so this is the order of creation.
macro_rules! by_id {
    ($query:expr, $table:ident, $page:expr) => {{
        let mut query = $query.limit($page.fetch());
        if let Some(mark) = &$page.after {
            query =
                if $page.descending { query.filter($table::id.lt(mark.id.clone())) } else { query.filter($table::id.gt(mark.id.clone())) };
        }
        if $page.descending { query.order($table::id.desc()) } else { query.order($table::id.asc()) }
    }};
}
pub(crate) use by_id;
