//! Mail of delivery: who gets which letter at every step that is neither on the straight path of `mail` nor an unhappy end (`measures`) nor a race's.

use crate::changes::{advised, asked, signed_by};
use crate::mail::{everyone, golden, note};
use crate::measures::in_consortium;
use crate::reports::owing;
use crate::support::{Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::json;

/// Changes, major and minor.
const CHANGES: &str = "\
change.submit: change_submitted -> commissioner, officer, sponsor
change.advise return: change_returned -> team-keda
change.resubmit: change_submitted -> commissioner, officer, sponsor
change.advise support: change_advised -> director
change.return: change_returned -> commissioner, team-keda
change.approve: change_approved -> commissioner, director, officer, sponsor, team-keda
change.sign (team): commitment_signed -> director, officer
change.sign (sponsor): commitment_signed -> director, officer
change.sign (department): change_in_effect -> commissioner, finance2, finance, officer, sponsor, team-keda; commitment_signed -> officer, sponsor, team-keda
change.advise (filed): change_in_effect -> director, officer, sponsor, team-keda
change.reject: change_rejected -> commissioner, officer, sponsor, team-keda
change.drop: change_dropped -> commissioner, director, officer, sponsor
";

/// What a commissioner does, and what is done about them.
const FOLLOWING: &str = "\
report.submit: report_submitted -> commissioner
report.return: report_returned -> team-keda
report.comment: report_commented -> team-keda
visit.log: visit_logged -> team-keda
problem.raise: problem_raised -> officer, team-keda
problem.close: problem_closed -> commissioner, officer, team-keda
project.assign (backup): commissioner_assigned -> commissioner2, officer, team-keda
project.assign (handover): commissioner_assigned -> commissioner2, commissioner, officer, team-keda
";

/// Money that is passed on, a panel at a milestone, a waiver.
const WORK: &str = "\
payment.forward: payment_forwarded -> commissioner, team-yuan
change.sign (a waiver): change_in_effect -> commissioner, finance2, finance, officer, sponsor, team-keda; commitment_signed -> officer, sponsor, team-keda; payment_due -> commissioner, team-keda
milestone.assess: milestone_assessed -> commissioner
";

on_both! {
    async fn of_a_change_all_parties_hear_what_becomes_of_it(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        let story = Story::active(&app).await;
        let (team, director) = (app.team("keda").await, app.director().await);
        app.mail().await;
        let title = json!({"kind": "title", "title": "低浓度煤层气提浓成套技术与工程示范"});
        let change = asked(&app, &story, title.clone()).await;
        note(&app, &mut record, "change.submit").await;
        advised(&app, &change, "return").await.is(200);
        note(&app, &mut record, "change.advise return").await;
        team.post(&format!("{change}/resubmit"), inputs::change(&app, title.clone())).await.is(200);
        note(&app, &mut record, "change.resubmit").await;
        advised(&app, &change, "support").await.is(200);
        note(&app, &mut record, "change.advise support").await;
        director.post(&format!("{change}/return"), json!({"reason": "请补充论证"})).await.is(200);
        note(&app, &mut record, "change.return").await;
        team.post(&format!("{change}/resubmit"), inputs::change(&app, title)).await.is(200);
        advised(&app, &change, "support").await.is(200);
        app.mail().await;
        director.post(&format!("{change}/approve"), json!({"opinion": "同意变更"})).await.is(200);
        note(&app, &mut record, "change.approve").await;
        for party in ["team", "sponsor", "department"] {
            signed_by(&app, &change, party).await;
            note(&app, &mut record, &format!("change.sign ({party})")).await;
        }
        let route = |text: &str| json!({"kind": "technical_route", "technical_route": text});
        let filed = asked(&app, &story, route("改用三段变压吸附。")).await;
        app.mail().await;
        advised(&app, &filed, "support").await.is(200);
        note(&app, &mut record, "change.advise (filed)").await;
        let opposed = asked(&app, &story, route("改用深冷分离。")).await;
        advised(&app, &opposed, "oppose").await.is(200);
        app.mail().await;
        director.post(&format!("{opposed}/reject"), json!({"reason": "技术路线不成熟"})).await.is(200);
        note(&app, &mut record, "change.reject").await;
        let dropped = asked(&app, &story, route("改用膜分离。")).await;
        app.mail().await;
        team.does(&format!("{dropped}/drop")).await.is(200);
        note(&app, &mut record, "change.drop").await;
        golden(&record, CHANGES);
    }

    async fn of_visits_problems_reports_and_handovers_the_team_and_its_commissioners_hear(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        let (story, report) = owing(&app).await;
        let (team, commissioner, officer) = (app.team("keda").await, app.commissioner().await, app.officer().await);
        let path = format!("/projects/{}", story.project);
        team.post(&format!("{report}/submit"), inputs::report()).await.is(200);
        note(&app, &mut record, "report.submit").await;
        commissioner.post(&format!("{report}/return"), json!({"reason": "支出与凭证不符"})).await.is(200);
        note(&app, &mut record, "report.return").await;
        team.post(&format!("{report}/submit"), inputs::report()).await.is(200);
        app.mail().await;
        commissioner.post(&format!("{report}/comment"), json!({"comment": "进展符合计划"})).await.is(200);
        note(&app, &mut record, "report.comment").await;
        commissioner.post(&format!("{path}/visits"), inputs::visit(&app)).await.is(201);
        note(&app, &mut record, "visit.log").await;
        let problem = commissioner.post(&format!("{path}/problems"), inputs::problem(&app)).await.is(201)["id"].as_str().unwrap().to_owned();
        note(&app, &mut record, "problem.raise").await;
        commissioner.post(&format!("/problems/{problem}/close"), json!({"resolution": "设备已到位"})).await.is(200);
        note(&app, &mut record, "problem.close").await;
        let next = app.person("commissioner2", "department", None, &[Role::Commissioner]).await;
        app.mail().await;
        officer.post(&format!("{path}/assign"), json!({"commissioner_id": next.id(), "kind": "backup"})).await.is(200);
        note(&app, &mut record, "project.assign (backup)").await;
        officer.post(&format!("{path}/assign"), json!({"commissioner_id": next.id(), "note": "工作调整"})).await.is(200);
        note(&app, &mut record, "project.assign (handover)").await;
        golden(&record, FOLLOWING);
    }

    async fn of_money_passed_on_the_partner_hears_and_of_a_panel_the_commissioner(app: TestApp) {
        everyone(&app).await;
        let mut record = String::new();
        let mut story = in_consortium(&app).await;
        story.paid(0).await;
        app.mail().await;
        let today = app.app.clock.now().date().to_string();
        let partner = app.organization("yuan").await.to_string();
        let input = json!({"organization": partner, "amount_fen": inputs::WAN, "forwarded_on": today, "voucher_no": "ZB-1"});
        app.team("keda").await.post(&format!("/payments/{}/forward", story.payments[0]), input).await.is(200);
        note(&app, &mut record, "payment.forward").await;
        let waived = json!({"kind": "milestone", "milestones": [{"number": 1, "waive": true}]});
        let change = asked(&app, &story, waived).await;
        advised(&app, &change, "support").await.is(200);
        app.director().await.post(&format!("{change}/approve"), json!({"opinion": "同意"})).await.is(200);
        for party in ["team", "sponsor"] {
            signed_by(&app, &change, party).await;
        }
        app.mail().await;
        signed_by(&app, &change, "department").await;
        note(&app, &mut record, "change.sign (a waiver)").await;

        story = Story::awarded(&app).await;
        let mut plan = inputs::plan(650 * inputs::WAN);
        plan["milestones"][0]["panel_required"] = json!(true);
        crate::payments::replanned(&mut story, plan).await;
        for party in ["team", "sponsor", "department"] {
            story.signed_by(party).await;
        }
        let commissioner = json!({"commissioner_id": app.commissioner().await.id()});
        app.officer().await.post(&format!("/projects/{}/assign", story.project), commissioner).await.is(200);
        story.handed_in(0, &[("K1", "91")]).await;
        app.mail().await;
        app.officer().await.post(&format!("/milestones/{}/assess", story.milestones[0]), inputs::node_assessment("pass")).await.is(200);
        note(&app, &mut record, "milestone.assess").await;
        golden(&record, WORK);
    }
}
