//! Who does what when a project of the demo is stopped 处置 and settled 清算.

use crate::app::clawbacks::{self, ClawbackFilter, collecting, settling};
use crate::app::{Page, measures, payments};
use crate::cli::seed::forms::form;
use crate::cli::seed::story::Story;
use crate::domain::clawback::{ReceiptInput, SettlementInput};
use crate::domain::id::ProjectId;
use crate::domain::measure::{Cause, DecidedInput, MeasureInput, MeasureKind};
use crate::domain::money::Fen;
use crate::domain::payment::PaymentStage;
use anyhow::Context;
use serde_json::json;

/// What is done to stop a project.
#[derive(Clone, Copy, Debug)]
pub enum StopDeed {
    /// The officer proposes a measure.
    Propose(MeasureKind, Cause),
    /// A director decides on it.
    Decide,
    /// The officer makes the sheet, at a rate in basis points where interest is due: 85 % were spent.
    Settle(Option<i64>),
    /// A director decides that the money goes back.
    Claim,
    /// So many percent of it come in.
    Receive(i64),
}

impl Story<'_> {
    /// Something is done to stop a project.
    ///
    /// # Errors
    /// A rule says no.
    pub(super) async fn stop(&mut self, project: ProjectId, deed: StopDeed) -> anyhow::Result<()> {
        match deed {
            StopDeed::Propose(kind, cause) => {
                let suspends = kind == MeasureKind::Suspend;
                let until = suspends.then(|| self.app.clock.now().date().plus_days(150));
                let input: MeasureInput = form(json!({
                    "kind": kind, "cause": cause, "reason": words(cause), "clock_stops": suspends.then_some(true), "until_on": until,
                }))?;
                self.by(self.desks.officer, move |act| measures::propose(act, project, &input)).await?;
            }
            StopDeed::Decide => {
                let all = self.look(move |act| measures::of_project(act, project)).await?;
                let id = all.into_iter().next_back().context("nothing was proposed")?.record.id;
                let input = self.decided("处")?;
                self.by(self.desks.director, move |act| measures::approve(act, id, &input)).await?;
            }
            StopDeed::Settle(rate) => self.settle(project, rate).await?,
            StopDeed::Claim => {
                let (id, input) = (self.clawback(project).await?.id, self.decided("追")?);
                self.by(self.desks.director, move |act| settling::approve(act, id, &input)).await?;
            }
            StopDeed::Receive(percent) => {
                let row = self.clawback(project).await?;
                self.receipts = self.receipts.saturating_add(1);
                let amount = Fen(row.outstanding().0.saturating_mul(percent) / 100);
                let input: ReceiptInput = form(json!({
                    "amount_fen": amount, "received_on": self.app.clock.now().date(), "voucher_no": format!("示科收2023-{:04}", self.receipts),
                }))?;
                self.by(self.desks.cashier, move |act| collecting::receive(act, row.id, &input)).await?;
            }
        }
        Ok(())
    }

    async fn settle(&self, project: ProjectId, rate: Option<i64>) -> anyhow::Result<()> {
        let all = self.look(move |act| payments::of_project(act, project)).await?;
        let paid = Fen::total(all.iter().filter(|shown| shown.record.stage == PaymentStage::Paid).map(|shown| shown.record.amount_fen));
        let spent = Fen(paid.0.saturating_mul(85) / 100);
        let mut sheet = json!({
            "audit_no": "示审专字〔2023〕16号", "spent_fen": spent, "reason": "专项审计确认，支出符合预算，结余资金依照任务书第九条退回。",
        });
        if let (Some(fields), Some(rate)) = (sheet.as_object_mut(), rate) {
            fields.insert("interest_rate_bps".into(), json!(rate));
            fields.insert("reason".into(), json!("立项依据不实，依照任务书第九条追回全部已拨资金并计利息。"));
        }
        let input: SettlementInput = form(sheet)?;
        self.by(self.desks.officer, move |act| settling::propose(act, project, &input)).await?;
        Ok(())
    }

    async fn clawback(&self, project: ProjectId) -> anyhow::Result<clawbacks::ClawbackRow> {
        let filter = ClawbackFilter { project_id: Some(project), stage: None };
        let page = Page { limit: 1, after: None, descending: true };
        let all = self.look(move |act| clawbacks::list(act, &filter, &page)).await?;
        Ok(all.into_iter().next().context("it is not settled")?.record)
    }

    /// The number of a decision, one for each day and what it is on.
    pub(super) fn decided(&self, on: &str) -> anyhow::Result<DecidedInput> {
        form(json!({"decision_no": format!("示科{on}〔{}〕", self.app.clock.now().date())}))
    }
}

const fn words(cause: Cause) -> &'static str {
    match cause {
        Cause::PiAbsent => "挂帅人因病在较长时间内无法履职，团队正在物色接任人选，依照任务书第八条暂停执行。",
        Cause::NotFeasible => "经专家论证，现有技术路线在工业规模下无法达到考核指标，团队已尽职，依照尽职免责条款终止。",
        Cause::Breach => "第一阶段必达指标经限期整改仍未达到，依照任务书第八条终止。",
        Cause::Fraud => "经核查，申报材料中的中试运行数据系伪造，依照任务书第八条撤销立项。",
        _ => "依照任务书第八条处置。",
    }
}
