//! Mail of judging: who gets which letter at every step that is not on the straight path of `mail`.

use crate::disqualifications::{disqualified, proposed};
use crate::draws::{operator, pool, terms};
use crate::forfeits::{why, with_reserve};
use crate::leaving::{leaves, publicised};
use crate::mail::{everyone, golden, note};
use crate::objections::{answer, filed, from_outside, running};
use crate::satisfactions::{due, first};
use crate::schemes::{phased, reviewing};
use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::json;

/// The panel: whoever was drawn is an expert.
const PANEL: &str = "\
expert.enlist: expert_enlisted -> an expert
expert.confirm: nobody
draw.prepare: draw_prepared -> supervisor
draw.void: draw_voided -> officer, operator
draw.witness: panel_drawn -> officer, operator
draw.invite: panel_invited -> an expert, an expert, an expert, an expert, an expert
draw.replace: panel_changed -> officer, supervisor; review_released -> an expert
recusal.order: recusal_recorded -> an expert, officer, supervisor
recusal.declare: recusal_recorded -> examiner, officer, supervisor
";

/// The phases, the sponsor's word, and the decision at two desks.
const DECISION: &str = "\
challenge.next_phase: phase_started -> team-keda
challenge.ask_sponsor: satisfaction_asked -> sponsor
satisfaction.waive: satisfaction_waived -> officer, sponsor
challenge.propose: decision_proposed -> deputy, director
decision.approve (first desk): decision_signed -> deputy, director
decision.return: decision_returned -> officer
decision.approve (last desk): decision_approved -> officer
";

/// Objections.
const OBJECTIONS: &str = "\
objection.receive: objection_filed -> team-yuan; objection_received -> director, officer, supervisor
objection.admit: objection_admitted -> team-yuan
objection.extend: objection_extended -> team-yuan
objection.answer dismissed: objection_answered -> team-yuan; objection_concluded -> director, officer, team-keda
objection.confirm: objection_filed -> zhao@elsewhere.example; objection_received -> director, officer, supervisor
objection.rule_out: objection_concluded -> director, officer; objection_ruled_out -> zhao@elsewhere.example
objection.answer partly upheld: objection_answered -> team-yuan; objection_concluded -> director, officer, team-keda
objection.answer upheld: objection_answered -> team-yuan; objection_concluded -> director, officer, team-keda; publicity_interrupted -> director, officer, sponsor, team-keda
";

/// Winners that give up.
const FORFEITS: &str = "\
project.forfeit (with a reserve): project_forfeited -> director, officer, sponsor, team-keda; reserve_called -> officer, team-yuan
challenge.publicise (the reserve): bid_recommended -> team-yuan; publicity_opened -> director, officer, sponsor
challenge.award (the reserve): bid_awarded -> team-yuan; challenge_awarded -> director, officer, sponsor
project.forfeit (nobody left): challenge_failed -> director, officer, sponsor; project_forfeited -> director, officer, sponsor, team-yuan
";

/// Teams that leave after the closing: a rival hears that the publicity changed, and no name.
const EXITS: &str = "\
bid.leave (sealed): bid_left -> team-yuan
bid.leave (its review open): bid_left -> team-keda; bidder_left -> officer; review_released -> expert1
bid.leave (in publicity, with a reserve): bid_given_up -> officer, supervisor; bid_left -> team-keda; publicity_replaced -> sponsor; reserve_called -> officer, team-yuan
bid.leave (nobody left to win): bid_given_up -> officer, supervisor; bid_left -> team-yuan; decision_lapsed -> director, officer
disqualification.propose: disqualification_proposed -> director
disqualification.decline: disqualification_declined -> supervisor
disqualification.approve: bid_disqualified -> officer, team-fan
";

/// Those of a drawn panel by another name: who was drawn is chance.
fn anonymous(record: &str) -> String {
    let mut record = record.to_owned();
    for number in (1..=9).rev() {
        for name in ["far", "money", "expert"] {
            record = record.replace(&format!("{name}{number}"), "an expert");
        }
    }
    record
}

on_both! {
    async fn of_a_panel_those_hear_who_are_on_it_and_those_who_answer_for_it(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        pool(&app, 0, 6, 2).await;
        let (officer, operator, supervisor) = (app.officer().await, operator(&app).await, app.supervisor().await);
        app.mail().await;
        let far = app.person("far7", "far-academy7", None, &[Role::Expert]).await;
        let input = json!({"user_id": far.id(), "profile": inputs::profile("technical")});
        officer.post("/experts", input).await.is(201);
        note(&app, &mut record, "expert.enlist").await;
        far.does(&format!("/experts/{}/confirm", far.id())).await.is(200);
        note(&app, &mut record, "expert.confirm").await;
        let story = Story::reviewing(&app).await;
        app.mail().await;
        let prepare = async || format!("/draws/{}", operator.post(&story.path("draws"), terms()).await.is(201)["id"].as_str().unwrap());
        let path = prepare().await;
        note(&app, &mut record, "draw.prepare").await;
        supervisor.post(&format!("{path}/void"), json!({"reason": "条件有误"})).await.is(200);
        note(&app, &mut record, "draw.void").await;
        let path = prepare().await;
        app.mail().await;
        let shown = supervisor.post(&format!("{path}/witness"), json!({"contribution": "骰子：3 5 1"})).await.is(200);
        note(&app, &mut record, "draw.witness").await;
        officer.post(&format!("{path}/invite"), json!({"due_at": "2027-01-01T00:00:00Z"})).await.is(200);
        note(&app, &mut record, "draw.invite").await;
        let panel: Vec<&str> = shown["drawn"]["panel"].as_array().unwrap().iter().map(|id| id.as_str().unwrap()).collect();
        operator.post(&format!("{path}/replace"), json!({"expert_id": panel[0], "reason": "因病不能参加"})).await.is(200);
        note(&app, &mut record, "draw.replace").await;
        let order = json!({"user_id": panel[1], "ground": "requested", "reason": "两年前与该团队合作发表论文"});
        supervisor.post(&story.path("recusals"), order).await.is(201);
        note(&app, &mut record, "recusal.order").await;
        app.examiner().await.post(&story.path("recusals"), json!({"reason": "亲属在申请单位任职"})).await.is(201);
        note(&app, &mut record, "recusal.declare").await;
        golden(&anonymous(&record), PANEL);
    }

    async fn of_phases_satisfaction_and_desks_those_hear_whose_turn_it_is(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        let mut scheme = phased();
        scheme["desks"] = json!([{"name": "处长"}, {"name": "分管领导"}]);
        let story = reviewing(&app, scheme).await;
        let (officer, director) = (app.officer().await, app.director().await);
        let deputy = app.person("deputy", "department", Some("办公室"), &[Role::Director]).await;
        story.scored(&story.bid, 1, "26").await;
        story.scored(&story.bid, 2, "24").await;
        officer.post(&format!("/bids/{}/shortlist", story.bid), json!({"shortlisted": true, "reason": "方案可行"})).await.is(200);
        app.mail().await;
        officer.post(&story.path("next_phase"), json!({"starts_at": "2027-01-05T01:00:00Z", "place": "三楼会议室"})).await.is(200);
        note(&app, &mut record, "challenge.next_phase").await;
        story.scored(&story.bid, 1, "25").await;
        app.mail().await;
        officer.post(&story.path("ask_sponsor"), due(&app)).await.is(200);
        note(&app, &mut record, "challenge.ask_sponsor").await;
        app.days_later(6);
        let asked = first(&story).await;
        director.post(&format!("{asked}/waive"), json!({"reason": "逾期未答复"})).await.is(200);
        note(&app, &mut record, "satisfaction.waive").await;
        let propose = async || officer.post(&story.path("propose"), story.proposal()).await.is(201)["id"].as_str().unwrap().to_owned();
        let decision = propose().await;
        note(&app, &mut record, "challenge.propose").await;
        director.does(&format!("/decisions/{decision}/approve")).await.is(200);
        note(&app, &mut record, "decision.approve (first desk)").await;
        deputy.post(&format!("/decisions/{decision}/return"), json!({"reason": "金额依据不足"})).await.is(200);
        note(&app, &mut record, "decision.return").await;
        let decision = propose().await;
        director.does(&format!("/decisions/{decision}/approve")).await.is(200);
        app.mail().await;
        deputy.does(&format!("/decisions/{decision}/approve")).await.is(200);
        note(&app, &mut record, "decision.approve (last desk)").await;
        golden(&record, DECISION);
    }

    async fn of_an_objection_the_objector_hears_the_answer_and_the_others_what_comes_of_it(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        let story = running(&app).await;
        let supervisor = app.supervisor().await;
        let path = filed(&app, &story).await;
        note(&app, &mut record, "objection.receive").await;
        supervisor.does(&format!("{path}/admit")).await.is(200);
        note(&app, &mut record, "objection.admit").await;
        let until = json!({"until": "2026-06-30", "reason": "需委托第三方检测机构复测。"});
        supervisor.post(&format!("{path}/extend"), until).await.is(200);
        note(&app, &mut record, "objection.extend").await;
        supervisor.post(&format!("{path}/answer"), answer("dismissed")).await.is(200);
        note(&app, &mut record, "objection.answer dismissed").await;
        let kept = app.anyone().post(&story.path("objections"), from_outside()).await.is(201);
        let letters = app.letters().await;
        assert_eq!(letters.iter().map(|letter| letter.to.as_str()).collect::<Vec<_>>(), ["zhao@elsewhere.example"]);
        let token = letters[0].text.split("#token=").nth(2).unwrap().split_whitespace().next().unwrap().to_owned();
        app.anyone().post("/objections/confirm", json!({"token": token})).await.is(200);
        note(&app, &mut record, "objection.confirm").await;
        let out = json!({"ground": "anonymous", "reply": "所留姓名经核实并非本人。"});
        supervisor.post(&format!("/objections/{}/rule_out", kept["id"].as_str().unwrap()), out).await.is(200);
        note(&app, &mut record, "objection.rule_out").await;
        let mut partly = answer("partly_upheld");
        partly["reopens"] = json!(false);
        for (verdict, input) in [("partly upheld", partly), ("upheld", answer("upheld"))] {
            let path = filed(&app, &story).await;
            supervisor.does(&format!("{path}/admit")).await.is(200);
            app.mail().await;
            supervisor.post(&format!("{path}/answer"), input).await.is(200);
            note(&app, &mut record, &format!("objection.answer {verdict}")).await;
        }
        golden(&record, OBJECTIONS);
    }

    async fn of_a_winner_that_gives_up_the_reserve_hears_and_no_other_bidder(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        let (story, _, project) = with_reserve(&app).await;
        let officer = app.officer().await;
        app.mail().await;
        app.team("keda").await.post(&format!("/projects/{project}/forfeit"), why()).await.is(200);
        note(&app, &mut record, "project.forfeit (with a reserve)").await;
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        note(&app, &mut record, "challenge.publicise (the reserve)").await;
        app.days_later(13);
        app.director().await.does(&story.path("award")).await.is(200);
        note(&app, &mut record, "challenge.award (the reserve)").await;
        let projects = officer.get(&format!("/projects?challenge_id={}", story.challenge)).await.is(200);
        let next = projects["items"].as_array().unwrap().iter().find(|row| row["stage"] == "signing").unwrap()["id"].as_str().unwrap().to_owned();
        app.team("yuan").await.post(&format!("/projects/{next}/forfeit"), why()).await.is(200);
        note(&app, &mut record, "project.forfeit (nobody left)").await;
        golden(&record, FORFEITS);
    }

    async fn of_a_team_that_leaves_it_hears_itself_and_those_for_whom_something_changes(app: TestApp) {
        everyone(&app).await;
        app.supervisor().await;
        let mut record = String::new();
        let mut story = Story::open(&app).await;
        story.bid = story.submitted("keda").await;
        let yuan = story.submitted("yuan").await;
        story.close().await;
        app.mail().await;
        leaves(&app, "yuan", &yuan).await;
        note(&app, &mut record, "bid.leave (sealed)").await;
        let officer = app.officer().await;
        officer.does(&story.path("open_bids")).await.is(200);
        story.examined(&story.bid, &[]).await;
        officer.does(&story.path("start_review")).await.is(200);
        story.assigned(&story.bid, 1).await;
        app.mail().await;
        leaves(&app, "keda", &story.bid).await;
        note(&app, &mut record, "bid.leave (its review open)").await;
        let (_story, lanes) = publicised(&app).await;
        leaves(&app, "keda", &lanes[0]).await;
        note(&app, &mut record, "bid.leave (in publicity, with a reserve)").await;
        leaves(&app, "yuan", &lanes[1]).await;
        note(&app, &mut record, "bid.leave (nobody left to win)").await;
        let case = proposed(&app, &lanes[2]).await;
        note(&app, &mut record, "disqualification.propose").await;
        app.director().await.post(&format!("{case}/decline"), json!({"reason": "证据不足"})).await.is(200);
        note(&app, &mut record, "disqualification.decline").await;
        disqualified(&app, &lanes[2]).await;
        note(&app, &mut record, "disqualification.approve").await;
        golden(&record, EXITS);
    }
}
