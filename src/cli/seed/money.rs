//! Payments of the demo that do not go straight: held 缓拨, or sent back by the bank 退汇.

use crate::app::payments::holding;
use crate::cli::seed::forms::form;
use crate::cli::seed::story::Story;
use crate::cli::seed::works::Work;
use crate::domain::challenge::ReasonInput;
use crate::domain::payment::ReverseInput;
use serde_json::json;

/// What is done about a payment, by its number.
#[derive(Clone, Copy, Debug)]
pub enum MoneyDeed {
    /// The commissioner holds it.
    Hold(usize),
    /// Finance records that it came back.
    Reverse(usize),
}

impl Story<'_> {
    /// Something is done about the money of a project.
    ///
    /// # Errors
    /// A rule says no.
    pub(super) async fn money(&self, work: &Work, deed: MoneyDeed) -> anyhow::Result<()> {
        match deed {
            MoneyDeed::Hold(number) => {
                let id = self.payment(work.id, number).await?;
                let input: ReasonInput = form(json!({"reason": "自筹资金到位凭证尚未补齐，暂缓拨付。"}))?;
                self.by(work.commissioner, move |act| holding::hold(act, id, &input)).await?;
            }
            MoneyDeed::Reverse(number) => {
                let id = self.payment(work.id, number).await?;
                let back = self.app.clock.now().date();
                let input: ReverseInput = form(json!({"reason": "收款账户户名与单位名称不符，银行退汇。", "returned_on": back}))?;
                self.by(self.desks.finance, move |act| holding::reverse(act, id, &input)).await?;
            }
        }
        Ok(())
    }
}
