//! Delivery: claim by lease, compose, hand over, report. Never inside a request or a transaction.

use crate::app::letters::LetterRow;
use crate::app::{App, AppError};
use crate::domain::notice::{Facts, Notice};
use crate::mail::transport::Unsent;
use crate::mail::{Composer, Draft, Transport};
use futures_util::StreamExt;
use futures_util::stream;

/// Letters handed over at the same time.
const AT_ONCE: usize = 4;

/// Empties the outbox.
#[derive(Clone)]
pub struct Postman {
    /// Where the letters come from.
    pub app: App,
    /// How they are written.
    pub composer: Composer,
    /// How they leave.
    pub transport: Transport,
}

impl Postman {
    /// Sends everything that is due. Answers how many letters were handed over.
    ///
    /// # Errors
    /// The database cannot be asked. A letter that is not taken is tried again later and stops no other.
    pub async fn deliver(&self) -> Result<usize, AppError> {
        self.app.write_links().await;
        self.app.write_warnings().await;
        let mut sent: usize = 0;
        loop {
            let claimed = self.app.claim_letters().await?;
            if claimed.is_empty() {
                return Ok(sent);
            }
            let outcomes: Vec<Result<bool, AppError>> =
                stream::iter(claimed).map(|letter| self.one(letter)).buffer_unordered(AT_ONCE).collect().await;
            for outcome in outcomes {
                sent = sent.saturating_add(usize::from(outcome?));
            }
        }
    }

    async fn one(&self, row: LetterRow) -> Result<bool, AppError> {
        match self.hand_over(&row).await {
            Ok(()) => {
                self.app.letter_sent(row.id).await?;
                Ok(true)
            }
            Err(unsent) => {
                let hopeless = matches!(unsent, Unsent::Never(_));
                tracing::warn!(letter = %row.id, template = %row.template, error = %unsent, hopeless, "a letter was not taken");
                self.app.letter_failed(&row, unsent.to_string(), hopeless).await?;
                Ok(false)
            }
        }
    }

    /// The signed receipt of a submission. It names the submission's place in the audit log, so it is made after that was written.
    async fn receipt(&self, facts: &Facts) -> Result<String, AppError> {
        let bid = facts.path.trim_start_matches("/bids/").parse().map_err(|_| AppError::NotFound)?;
        self.app.receipt_text(bid, i32::try_from(facts.number).unwrap_or_default()).await
    }

    async fn hand_over(&self, row: &LetterRow) -> Result<(), Unsent> {
        let mut facts = row.facts.read().map_err(|e| Unsent::Never(e.to_string()))?;
        if !facts.sealed.is_empty() {
            let end = self.app.open_link(&row.recipient, &facts.sealed);
            facts.path.push_str(&end.ok_or_else(|| Unsent::Never("the link cannot be opened: is JIEBANG_SECRET another one?".into()))?);
        }
        if row.template == Notice::BidReceived {
            facts.receipt = self.receipt(&facts).await.map_err(|e| Unsent::Later(e.to_string()))?;
        }
        let draft = Draft {
            id: row.id.to_string(),
            notice: row.template,
            locale: row.locale,
            recipient: row.recipient.clone(),
            name: row.recipient_name.clone(),
            facts,
        };
        let letter = self.composer.compose(&draft).map_err(|e| Unsent::Never(e.to_string()))?;
        self.transport.send(&letter).await
    }
}
