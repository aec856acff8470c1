//! Sub-payments: the lead passes on to its partners what is theirs of the money that was paid, and no more.

use crate::changes::{advised, asked};
use crate::measures::in_consortium;
use crate::partners::member;
use crate::support::{Story, TestApp, inputs, on_both};
use futures_util::future::join_all;
use serde_json::{Value, json};

fn passed_on(app: &TestApp, to: &str, fen: i64, voucher: &str) -> Value {
    json!({"organization": to, "amount_fen": fen, "forwarded_on": app.app.clock.now().date().to_string(), "voucher_no": voucher})
}

/// The consortium is this one partner from now on, with so much of the money.
async fn partnered(app: &TestApp, story: &Story<'_>, partner: &str, bps: i64) {
    let change = asked(app, story, json!({"kind": "member", "members": [member(partner, bps)]})).await;
    assert_eq!(advised(app, &change, "support").await.is(200)["stage"], "effective");
}

on_both! {
    async fn a_partner_gets_its_share_of_what_was_paid_and_no_more(app: TestApp) {
        let story = in_consortium(&app).await;
        let (team, partner) = (app.team("keda").await, app.organization("yuan").await.to_string());
        let path = |index: usize| format!("/payments/{}/forward", story.payments[index]);
        team.post(&path(0), passed_on(&app, &partner, 1, "ZB-0")).await.is_refused(409, "wrong_stage");
        story.paid(0).await;
        // A fifth of 2.6 million.
        let share = 52 * inputs::WAN;
        let stranger = app.organization("third").await.to_string();
        team.post(&path(0), passed_on(&app, &stranger, 1, "ZB-1")).await.has_faults(&[("organization", "not_a_partner")]);
        let mut wrong = passed_on(&app, &partner, share + 1, "ZB-1");
        wrong["forwarded_on"] = json!("2026-01-01");
        team.post(&path(0), wrong).await.has_faults(&[("amount_fen", "over_the_share"), ("forwarded_on", "before_the_transfer")]);
        app.sponsor().await.post(&path(0), passed_on(&app, &partner, 1, "ZB-1")).await.is_refused(403, "forbidden");
        app.mail().await;
        team.post(&path(0), passed_on(&app, &partner, share - 1, "ZB-1")).await.is(200);
        let told = app.mail().await;
        assert!(told.contains(&("payment_forwarded".into(), "team-yuan@test.example".into())), "{told:?}");
        team.post(&path(0), passed_on(&app, &partner, 1, "ZB-1")).await.is_refused(409, "already_exists");
        team.post(&path(0), passed_on(&app, &partner, 2, "ZB-2")).await.has_faults(&[("amount_fen", "over_the_share")]);
        app.days_later(31);
        team.post(&path(0), passed_on(&app, &partner, 1, "ZB-2")).await.is(200);
        let seen = team.get(&format!("/payments/{}", story.payments[0])).await.is(200);
        let late: Vec<&Value> = seen["sub_payments"].as_array().unwrap().iter().map(|row| &row["late"]).collect();
        assert_eq!(late, [&json!(false), &json!(true)], "due by {}", seen["forward_by"]);
        // What partners have got of it does not come back from the bank.
        let back = json!({"reason": "账号有误", "returned_on": app.app.clock.now().date().to_string()});
        app.finance().await.post(&format!("/payments/{}/reverse", story.payments[0]), back).await.is_refused(409, "forwarded_on");
        // With the next payment there is more to pass on.
        story.met(0, &[("K1", "91")]).await;
        story.paid(1).await;
        team.post(&path(1), passed_on(&app, &partner, 39 * inputs::WAN + 1, "ZB-3")).await.has_faults(&[("amount_fen", "over_the_share")]);
        team.post(&path(1), passed_on(&app, &partner, 39 * inputs::WAN, "ZB-3")).await.is(200);
    }

    async fn what_went_to_a_partner_who_left_is_not_passed_on_to_another_one_again(app: TestApp) {
        use diesel::RunQueryDsl;
        let story = Story::active(&app).await;
        story.paid(0).await;
        let (team, finance) = (app.team("keda").await, app.finance().await);
        let (one, other) = (app.organization("yuan").await.to_string(), app.organization("far-east").await.to_string());
        let path = |index: usize| format!("/payments/{}/forward", story.payments[index]);
        let back = json!({"reason": "账号有误", "returned_on": app.app.clock.now().date().to_string()});
        let reverse = format!("/payments/{}/reverse", story.payments[0]);
        partnered(&app, &story, &one, 10_000).await;
        let shown = team.post(&path(0), passed_on(&app, &one, 260 * inputs::WAN, "ZB-1")).await.is(200);
        let sent = (&shown["sub_payments"][0]["amount_fen"], &shown["sub_payments"][0]["organization_id"]);
        assert_eq!(sent, (&json!(260 * inputs::WAN), &json!(one)), "the answer shows what was recorded");
        assert_eq!(shown["transfers"][0]["amount_fen"], 260 * inputs::WAN);
        partnered(&app, &story, &other, 10_000).await;
        for fen in [260 * inputs::WAN, 1] {
            team.post(&path(0), passed_on(&app, &other, fen, "ZB-2")).await.has_faults(&[("amount_fen", "over_the_payment")]);
        }
        assert_eq!(app.count("sub_payments").await, 1);
        // Nor does the bank send back what one has who left, also when another payment would make up for it.
        finance.post(&reverse, back.clone()).await.is_refused(409, "forwarded_on");
        story.met(0, &[("K1", "91")]).await;
        story.paid(1).await;
        finance.post(&reverse, back).await.is_refused(409, "forwarded_on");
        // Of the next payment there is as much as was paid.
        team.post(&path(1), passed_on(&app, &other, 195 * inputs::WAN + 1, "ZB-3")).await.has_faults(&[("amount_fen", "over_the_payment")]);
        team.post(&path(1), passed_on(&app, &other, 195 * inputs::WAN, "ZB-3")).await.is(200);
        // The database itself takes no more of a payment.
        let sql = "INSERT INTO sub_payments SELECT payment_id, 9, organization_id, 1, forwarded_on, 'ZB-9', recorded_by FROM sub_payments";
        let added = app.app.db.write(move |conn| diesel::sql_query(sql).execute(conn).map_err(|e| e.to_string()), |_, _| Ok(())).await.unwrap();
        let words = added.unwrap_err();
        assert!(words.contains("more than the payment"), "{words}");
    }

    async fn twenty_clients_pass_a_share_on_once(app: TestApp) {
        let story = in_consortium(&app).await;
        story.paid(0).await;
        let (team, partner) = (app.team("keda").await, app.organization("yuan").await.to_string());
        team.token().await;
        let path = format!("/payments/{}/forward", story.payments[0]);
        let replies = join_all((0..20).map(|number| team.post(&path, passed_on(&app, &partner, 52 * inputs::WAN, &format!("ZB-{number}"))))).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 200).count(), 1);
        assert!(replies.iter().all(|reply| matches!(reply.status.as_u16(), 200 | 409 | 422)));
        assert_eq!(app.count("sub_payments").await, 1);
    }

    async fn without_partners_there_is_nobody_to_pass_money_on_to(app: TestApp) {
        let story = Story::active(&app).await;
        story.paid(0).await;
        let other = app.organization("yuan").await.to_string();
        let path = format!("/payments/{}/forward", story.payments[0]);
        app.team("keda").await.post(&path, passed_on(&app, &other, 1, "ZB-1")).await.has_faults(&[("organization", "not_a_partner")]);
    }
}
