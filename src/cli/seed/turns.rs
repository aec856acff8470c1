//! What does not go straight in the judging of the demo: objections, an expert who steps aside, a winner that gives up.

use crate::app::objections::handling;
use crate::app::{forfeits, objections, recusals};
use crate::cli::seed::calendar::{RESERVE_2022, SECOND_2023};
use crate::cli::seed::data::Challenge;
use crate::cli::seed::forms::form;
use crate::cli::seed::racing;
use crate::cli::seed::story::Story;
use crate::cli::seed::timeline::{ChallengeDeed, Deed, Diary};
use crate::domain::challenge::ReasonInput;
use crate::domain::decision::Choice;
use crate::domain::objection::{AnswerInput, ObjectionInput, RuleOutInput};
use crate::domain::policy::Role;
use crate::domain::project::ProjectStage;
use crate::domain::recusal::RecusalInput;
use anyhow::Context;
use serde::Deserialize;
use serde_json::json;

/// What happens out of turn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turn {
    /// An objection that supervision finds without ground.
    ObjectionDismissed,
    /// An objection without a real name, which is not admitted.
    ObjectionAnonymous,
    /// An objection that is upheld: the decision is taken anew.
    ObjectionUpheld,
    /// An expert steps aside.
    Recused,
    /// The winner gives up, and the first reserve moves up.
    Forfeited,
    /// A gate of the race cuts the last lane, which is settled.
    RaceCut,
    /// A gate of the race merges the last lane into the first one.
    RaceMerged,
}

/// Notes what happens to a challenge out of turn.
///
/// # Errors
/// A day is none.
pub fn notes(diary: &mut Diary, challenge: &Challenge) -> anyhow::Result<()> {
    use ChallengeDeed as D;
    let Some(turn) = challenge.turn else { return Ok(()) };
    let days: &[(&str, D)] = match turn {
        Turn::ObjectionDismissed | Turn::ObjectionAnonymous => &[("2022-02-09", D::Turn(turn))],
        Turn::ObjectionUpheld => &[
            ("2023-03-14", D::Turn(turn)),
            ("2023-03-15", D::Propose),
            ("2023-03-15", D::Decide),
            ("2023-03-16", D::Publicise(&SECOND_2023)),
        ],
        Turn::Recused => &[("2023-03-16", D::Turn(turn))],
        Turn::Forfeited => &[("2022-03-08", D::Turn(turn)), ("2022-03-09", D::Publicise(&RESERVE_2022)), ("2022-03-21", D::Award)],
        Turn::RaceCut => racing::CUT,
        Turn::RaceMerged => racing::MERGED,
    };
    for ((day, deed), seconds) in days.iter().zip((400..).step_by(60)) {
        diary.note(day, seconds, Deed::Challenge(*deed))?;
    }
    Ok(())
}

impl Story<'_> {
    /// Something happens to a challenge out of turn.
    ///
    /// # Errors
    /// A rule says no.
    pub async fn turn(&self, of: usize, turn: Turn) -> anyhow::Result<()> {
        match turn {
            Turn::Recused => self.recuse(of).await,
            Turn::Forfeited => self.give_up(of).await,
            Turn::RaceCut | Turn::RaceMerged => Ok(()),
            _ => self.object(of, turn).await,
        }
    }

    /// A team that was not chosen objects, and supervision handles it.
    async fn object(&self, of: usize, turn: Turn) -> anyhow::Result<()> {
        let case = self.case(of)?;
        let id = case.id()?;
        let rival = case.data.bids.iter().find(|bid| bid.choice.is_some_and(|choice| choice != Choice::Recommended));
        let team = self.people.agent(&rival.context("nobody to object")?.organization, Role::Team)?;
        let name = if turn == Turn::ObjectionAnonymous { "一名知情人" } else { "周维真" };
        let input: ObjectionInput = form(json!({
            "kind": "person", "name": name, "facts": "拟立项单位申报的中试装置运行记录与其公开披露的投产时间不一致，请予核查。",
            "evidence": ["企业公开披露的投产公告（2021年第17号）"]
        }))?;
        let objection = self.by(team, move |act| objections::file(act, id, &input)).await?.shown.record.id;
        let supervisor = self.people.person("supervisor")?;
        if turn == Turn::ObjectionAnonymous {
            let out: RuleOutInput = form(json!({"ground": "anonymous", "reply": "经核实并非真实姓名，依照规定不予受理。"}))?;
            self.by(supervisor, move |act| handling::rule_out(act, objection, &out)).await?;
            return Ok(());
        }
        self.by(supervisor, move |act| handling::admit(act, objection)).await?;
        let (verdict, reply) = match turn {
            Turn::ObjectionUpheld => ("upheld", "经核查，运行记录的起止时间填报有误，评审所依据的情况须重新认定。"),
            _ => ("dismissed", "经核查，公告所指为另一条生产线，申报材料与实际相符，异议不成立。"),
        };
        let answer: AnswerInput = form(json!({"verdict": verdict, "reply": reply}))?;
        self.by(supervisor, move |act| handling::answer(act, objection, &answer)).await?;
        Ok(())
    }

    /// An expert who was asked steps aside.
    async fn recuse(&self, of: usize) -> anyhow::Result<()> {
        let (id, expert) = (self.case(of)?.id()?, self.people.expert(of, 2)?);
        let input: RecusalInput = form(json!({"reason": "与申请单位的项目负责人系师生关系，申请回避。"}))?;
        self.by(expert, move |act| recusals::declare(act, id, &input)).await?;
        Ok(())
    }

    /// The winner of a challenge gives up before it has signed.
    async fn give_up(&self, of: usize) -> anyhow::Result<()> {
        let case = self.case(of)?;
        let open = case.projects.iter().find(|(_, project)| project.stage == ProjectStage::Signing);
        let (number, project) = open.context("nothing to give up")?;
        let (id, bid) = (project.id, case.data.bids.get(*number).context("no such bid")?);
        let team = self.people.agent(&bid.organization, Role::Team)?;
        let why: ReasonInput = form(json!({"reason": "主要技术骨干调离，无法按期组建团队，放弃签约。"}))?;
        self.by(team, move |act| forfeits::forfeit(act, id, &why)).await?;
        Ok(())
    }
}
