//! Updates whose compiled form is kept by the connection, as it is for queries.
//!
//! diesel compiles every UPDATE anew, since the columns of its SET may differ from call to call. Those of a step never do, and
//! their triggers make them dear to compile.

use crate::store::Multi;
use diesel::QueryResult;
use diesel::RunQueryDsl;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};

/// A statement that always comes as the same SQL.
pub(super) struct Kept<Q>(pub Q);

impl<Q: QueryFragment<Multi>> QueryFragment<Multi> for Kept<Q> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Multi>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &Multi) -> QueryResult<bool> {
        Ok(true)
    }
}

impl<Q> QueryId for Kept<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Kept<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Kept<Q> {}
