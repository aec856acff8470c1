//! The query of the ledger of targets: the register as it is, but for what was replaced. It has no projects, and comes in the order of its codes.

use super::{Base, Line, Order, Origin, Shape};
use crate::store::targets::TargetRow;

impl Line for TargetRow {
    const BASE: Base = Base::Alone { from: "targets t", year: "t.year" };
    const SHAPE: Shape = Shape { select: "t.*", join: "", keep: "t.replaced_by IS NULL", order: Order::Id("t.code") };

    fn mark(&self) -> String {
        self.code.clone()
    }

    fn origin(&self) -> Origin {
        Origin { id: Some(self.id.to_string()), project_id: None }
    }
}
