//! Updates whose compiled form is kept by the connection, as it is for queries.
//!
//! diesel compiles every UPDATE anew, since the columns of its SET may differ from call to call. Those of a step never do, and
//! their triggers make them dear to compile.

use diesel::QueryResult;
use diesel::RunQueryDsl;
use diesel::backend::Backend;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use std::marker::PhantomData;

/// A statement that always comes as the same SQL, which `Name` stands for.
pub(super) struct Kept<Name, Q>(Q, PhantomData<Name>);

impl<Name, Q> Kept<Name, Q> {
    /// Keeps `statement` as `Name`.
    pub(super) const fn new(statement: Q) -> Self {
        Self(statement, PhantomData)
    }
}

impl<DB: Backend, Name, Q: QueryFragment<DB>> QueryFragment<DB> for Kept<Name, Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Name: 'static, Q> QueryId for Kept<Name, Q> {
    type QueryId = Name;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<Name, Q: Query> Query for Kept<Name, Q> {
    type SqlType = Q::SqlType;
}

impl<Name, Q, C> RunQueryDsl<C> for Kept<Name, Q> {}
