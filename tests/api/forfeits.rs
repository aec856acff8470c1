//! Winners that give up or do not sign in time, and the reserves that move up.

use crate::reviews::race;
use crate::support::{Story, TestApp, inputs, on_both};
use serde_json::{Value, json};

pub fn why() -> Value {
    json!({"reason": "单位战略调整，无法承担"})
}

/// Awarded to keda, with yuan as the first reserve; answers the bids and the project.
pub async fn with_reserve(app: &TestApp) -> (Story<'_>, Vec<String>, String) {
    let (story, lanes, mut proposal) = race(app, [inputs::bid(), inputs::bid()]).await;
    let officer = app.officer().await;
    proposal["selections"] = json!([
        {"bid_id": lanes[0], "choice": "recommended", "award_fen": 400 * inputs::WAN},
        {"bid_id": lanes[1], "choice": "reserve", "reserve_order": 1},
    ]);
    story.satisfied().await;
    let decision = officer.post(&story.path("propose"), proposal).await.is(201)["id"].as_str().unwrap().to_owned();
    app.director().await.does(&format!("/decisions/{decision}/approve")).await.is(200);
    officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
    app.days_later(13);
    app.director().await.does(&story.path("award")).await.is(200);
    let project =
        officer.get(&format!("/projects?challenge_id={}", story.challenge)).await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
    (story, lanes, project)
}

on_both! {
    async fn the_first_reserve_moves_up_with_a_new_publicity_and_signs_in_the_winners_place(app: TestApp) {
        let (story, lanes, project) = with_reserve(&app).await;
        let (officer, director) = (app.officer().await, app.director().await);
        let path = format!("/projects/{project}/forfeit");
        director.post(&path, why()).await.is_refused(409, "time_to_sign");
        app.team("yuan").await.post(&path, why()).await.is_refused(404, "not_found");
        officer.post(&path, why()).await.is_refused(403, "forbidden");
        app.letters().await;
        assert_eq!(app.team("keda").await.post(&path, why()).await.is(200)["stage"], "forfeited");
        let told: Vec<String> = app.mail().await.into_iter().map(|(name, to)| format!("{name} {to}")).collect();
        assert_eq!(told, [
            "project_forfeited director@test.example", "project_forfeited officer@test.example", "project_forfeited sponsor@test.example",
            "project_forfeited team-keda@test.example", "reserve_called officer@test.example", "reserve_called team-yuan@test.example",
        ]);
        let stage = async |path: String| officer.get(&path).await.is(200)["stage"].as_str().unwrap().to_owned();
        assert_eq!(stage(format!("/challenges/{}", story.challenge)).await, "deciding");
        assert_eq!((stage(format!("/bids/{}", lanes[0])).await.as_str(), stage(format!("/bids/{}", lanes[1])).await.as_str()), ("forfeited", "eligible"));
        let decisions = officer.get(&story.path("decisions")).await.is(200);
        let stages: Vec<&Value> = decisions["items"].as_array().unwrap().iter().map(|decision| &decision["stage"]).collect();
        assert_eq!(stages, [&json!("replaced"), &json!("approved")]);
        assert_eq!(decisions["items"][1]["selections"][0]["award_fen"], 400 * inputs::WAN, "what the winner was to get");
        app.team("keda").await.post(&path, why()).await.is_refused(409, "wrong_stage");
        officer.post(&story.path("publicise"), story.publicity_window()).await.is(200);
        assert_eq!(app.anyone().get(&story.path("publicity")).await.is(200)["items"].as_array().unwrap().len(), 2);
        app.days_later(13);
        director.does(&story.path("award")).await.is(200);
        let projects = officer.get(&format!("/projects?challenge_id={}", story.challenge)).await.is(200);
        let mut codes: Vec<(&str, &str)> = projects["items"].as_array().unwrap().iter()
            .map(|project| (project["code"].as_str().unwrap().rsplit_once('-').unwrap().1, project["stage"].as_str().unwrap())).collect();
        codes.sort_unstable();
        assert_eq!(codes, [("P1", "forfeited"), ("P2", "signing")]);
        assert_eq!(app.team("yuan").await.get("/projects").await.is(200)["items"].as_array().unwrap().len(), 1);
    }

    async fn whoever_does_not_sign_in_time_has_given_up_and_without_a_reserve_the_round_has_failed(app: TestApp) {
        let story = Story::planned(&app).await;
        story.signed_by("team").await;
        let project = format!("/projects/{}", story.project);
        let sign_by = app.officer().await.get(&project).await.is(200)["sign_by"].as_str().unwrap().to_owned();
        app.at(&format!("{sign_by}T15:59:59.999999Z"));
        let director = app.director().await;
        director.post(&format!("{project}/forfeit"), json!({"reason": "逾期未签约"})).await.is_refused(409, "time_to_sign");
        app.sponsor().await.post(&format!("{project}/sign?dry_run=true"), json!({"party": "sponsor", "pledge": true})).await.is(200);
        app.at(&format!("{sign_by}T16:00:00Z"));
        app.sponsor().await.post(&format!("{project}/sign"), json!({"party": "sponsor", "pledge": true})).await.is_refused(409, "signing_over");
        director.post(&format!("{project}/forfeit"), json!({"reason": "逾期未签约"})).await.is(200);
        let challenge = app.officer().await.get(&format!("/challenges/{}", story.challenge)).await.is(200);
        assert_eq!(challenge["stage"], "failed");
        let rounds = app.anyone().get(&story.path("rounds")).await.is(200);
        assert!(rounds.to_string().contains("forfeited"), "{rounds}");
        assert_eq!(app.count("payments WHERE stage <> 'cancelled'").await, 0);
        // What failed can be published anew, and the one who gave up may bid again.
        director.post(&story.path("republish"), story.window()).await.is(200);
        app.team("keda").await.post(&story.path("bids"), inputs::bid()).await.is(201);
    }

    async fn a_signed_project_is_not_given_up_and_another_lane_goes_on(app: TestApp) {
        let story = Story::active(&app).await;
        app.team("keda").await.post(&format!("/projects/{}/forfeit", story.project), why()).await.is_refused(409, "wrong_stage");
        let (race, _, proposal) = race(&app, [inputs::bid(), inputs::bid()]).await;
        let officer = app.officer().await;
        race.satisfied().await;
        let decision = officer.post(&race.path("propose"), proposal).await.is(201)["id"].as_str().unwrap().to_owned();
        app.director().await.does(&format!("/decisions/{decision}/approve")).await.is(200);
        officer.post(&race.path("publicise"), race.publicity_window()).await.is(200);
        app.days_later(13);
        app.director().await.does(&race.path("award")).await.is(200);
        let own = app.team("yuan").await.get("/projects").await.is(200)["items"][0]["id"].as_str().unwrap().to_owned();
        app.team("yuan").await.post(&format!("/projects/{own}/forfeit"), why()).await.is(200);
        assert_eq!(officer.get(&format!("/challenges/{}", race.challenge)).await.is(200)["stage"], "awarded", "nobody is in reserve, keda goes on");
    }
}
