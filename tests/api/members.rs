//! Members of a bid: all of the team read it, members edit it, and those with the right to submit decide who does what.

use crate::support::{Caller, Story, TestApp, inputs, on_both};
use jiebang::domain::policy::Role;
use serde_json::{Value, json};

async fn colleague(app: &TestApp, name: &str) -> Caller {
    app.person(name, "keda", None, &[Role::Team]).await
}

async fn appoint(caller: &Caller, bid: &str, members: &[(&Caller, &str)]) -> crate::support::Reply {
    let version = caller.get(&format!("/bids/{bid}")).await.is(200)["version"].as_i64().unwrap();
    let members: Vec<Value> = members.iter().map(|(who, access)| json!({"user_id": who.id(), "access": access})).collect();
    caller.put(&format!("/bids/{bid}/members"), version, json!({"members": members})).await
}

async fn edit(caller: &Caller, bid: &str) -> crate::support::Reply {
    let version = caller.get(&format!("/bids/{bid}")).await.is(200)["version"].as_i64().unwrap();
    caller.put(&format!("/bids/{bid}"), version, inputs::bid()).await
}

on_both! {
    async fn colleagues_read_members_edit_and_only_some_submit(app: TestApp) {
        let story = Story::open(&app).await;
        let (drafter, editor, reader) = (app.team("keda").await, colleague(&app, "editor").await, colleague(&app, "reader").await);
        let bid = story.drafted("keda").await;
        let submit = format!("/bids/{bid}/submit");
        let seen = reader.get(&format!("/bids/{bid}")).await.is(200);
        assert_eq!((&seen["allowed_actions"], &seen["members"]), (&json!([]), &json!([{"user_id": drafter.id(), "access": "submit"}])));
        edit(&reader, &bid).await.is_refused(403, "forbidden");
        reader.does(&submit).await.is_refused(403, "forbidden");
        appoint(&reader, &bid, &[(&reader, "submit")]).await.is_refused(403, "forbidden");
        app.letters().await;
        appoint(&drafter, &bid, &[(&drafter, "submit"), (&editor, "edit")]).await.is(200);
        assert_eq!(app.mail().await, [("bid_member_added".to_owned(), editor.email.clone())]);
        edit(&editor, &bid).await.is(200);
        assert_eq!(editor.get("/bids").await.is(200)["items"][0]["allowed_actions"], json!(["bid.edit", "file.add", "file.remove"]));
        editor.does(&submit).await.is_refused(403, "forbidden");
        appoint(&editor, &bid, &[(&editor, "submit")]).await.is_refused(403, "forbidden");
        app.team("yuan").await.does(&submit).await.is_refused(404, "not_found");
        drafter.does(&submit).await.is(200);
        editor.does(&format!("/bids/{bid}/withdraw")).await.is_refused(403, "forbidden");
        app.letters().await;
        appoint(&drafter, &bid, &[(&drafter, "submit")]).await.is(200);
        assert_eq!(app.mail().await, [("bid_member_removed".to_owned(), editor.email.clone())]);
        edit(&editor, &bid).await.is_refused(403, "forbidden");
    }

    async fn members_are_of_the_organisations_team_and_one_may_submit(app: TestApp) {
        let story = Story::open(&app).await;
        let (drafter, stranger) = (app.team("keda").await, app.team("yuan").await);
        let other = app.person("buyer", "keda", None, &[Role::Sponsor]).await;
        let bid = story.drafted("keda").await;
        appoint(&drafter, &bid, &[(&drafter, "edit")]).await.has_faults(&[("members", "submitter_missing")]);
        appoint(&drafter, &bid, &[(&drafter, "submit"), (&drafter, "edit")]).await.has_faults(&[("members[1].user_id", "repeated")]);
        appoint(&drafter, &bid, &[(&drafter, "submit"), (&stranger, "edit"), (&other, "edit")]).await
            .has_faults(&[("members[1].user_id", "not_of_the_team"), ("members[2].user_id", "not_of_the_team")]);
        appoint(&drafter, &bid, &[(&drafter, "submit"), (&drafter, "view")]).await.has_faults(&[("members[1].access", "unknown_code")]);
    }

    async fn a_bid_whose_only_submitter_left_can_still_be_submitted(app: TestApp) {
        let story = Story::open(&app).await;
        let (drafter, heir) = (app.team("keda").await, colleague(&app, "heir").await);
        let bid = story.drafted("keda").await;
        heir.does(&format!("/bids/{bid}/submit")).await.is_refused(403, "forbidden");
        app.sysadmin().await.does(&format!("/users/{}/disable", drafter.id())).await.is(200);
        heir.does(&format!("/bids/{bid}/submit")).await.is(200);
    }

    async fn who_works_on_a_bid_is_under_its_seal(app: TestApp) {
        let story = Story::open(&app).await;
        let (drafter, editor) = (app.team("keda").await, colleague(&app, "editor").await);
        let bid = story.drafted("keda").await;
        appoint(&drafter, &bid, &[(&drafter, "submit"), (&editor, "edit")]).await.is(200);
        app.officer().await.get(&format!("/bids/{bid}")).await.is_refused(404, "not_found");
        let audit = app.auditor().await.get("/audit?limit=100").await.is(200).to_string();
        assert!(!audit.contains("bid.appoint") && !audit.contains("bid.admit") && !audit.contains(&bid), "{audit}");
        drafter.does(&format!("/bids/{bid}/submit")).await.is(200);
        story.close().await;
        app.officer().await.does(&story.path("open_bids")).await.is(200);
        assert_eq!(app.officer().await.get(&format!("/bids/{bid}")).await.is(200)["members"], Value::Null);
    }
}
