//! Publicity: what a challenge's decisions say in public, as JSON, as a page to print, and as an Atom feed of what runs.

use crate::app::decisions::publicity::{self, Publicity};
use crate::app::{Act, App, AppError, Seen};
use crate::domain::decision::{Announcement, PublicityState};
use crate::domain::id::ChallengeId;
use crate::domain::policy::Action;
use crate::domain::time::Timestamp;
use crate::http::answer::View;
use crate::http::call::{Call, Turned};
use crate::http::door::{PathId, same};
use crate::http::pages::{self, printed};
use actix_web::HttpResponse;
use atom_syndication::{Content, Entry, Feed, Link, Text};

/// A publicity, as it was when it began.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PublicityView {
    /// What is made public.
    content: Announcement,
    /// SHA-256 of `content` as JSON without spaces, its fields in the order of this page.
    sha256: String,
    announced_at: Timestamp,
    /// `interrupted` by an upheld objection: what follows is a new decision with a new window.
    state: PublicityState,
}

/// The publicities of a challenge.
#[derive(Debug, serde::Serialize, utoipa::ToSchema)]
pub struct PublicitiesView {
    /// Newest first.
    items: Vec<PublicityView>,
    /// Who judged, by name: once the challenge is awarded, where its scheme names them.
    experts: Vec<String>,
}

impl View for PublicitiesView {}

impl From<Publicity> for PublicityView {
    fn from(Publicity { announcement, sha256, announced_at, state }: Publicity) -> Self {
        Self { content: announcement, sha256, announced_at, state }
    }
}

/// `GET /challenges/{id}/publicity`
pub fn of_challenge(act: &mut Act<'_>, id: ChallengeId) -> Result<Seen<PublicitiesView>, AppError> {
    Ok(publicity::of_challenge(act, id)?
        .map(|all| PublicitiesView { items: all.publicities.into_iter().map(Into::into).collect(), experts: all.experts }))
}

/// `GET /challenges/{id}/publicity/page`: the same, to print.
///
/// # Errors
/// Not there, or not for the caller to know.
pub async fn page(app: App, call: Call) -> Result<HttpResponse, Turned> {
    const READ: Action = Action::ChallengeReadPublished;
    let id = ChallengeId::read(&call.id)?;
    call.no_parameters()?;
    let read = move |act: &mut Act<'_>| {
        let seen = publicity::of_challenge(act, id)?;
        same(READ, seen.action())?;
        Ok(seen)
    };
    let all: Vec<PublicityView> = app.read(call.request(READ), read).await?.publicities.into_iter().map(Into::into).collect();
    let states: Vec<&str> = all.iter().map(|one| one.state.zh()).collect();
    let context = minijinja::context! { all => minijinja::value::Serde(&all), states => minijinja::value::Serde(&states) };
    Ok(printed(pages::rendered("publicity.html", include_str!("pages/publicity.html"), context)?))
}

/// `GET /publicity.atom`: what is in publicity today, for whoever follows it.
///
/// # Errors
/// The database does not answer.
pub async fn feed(app: App, call: Call) -> Result<HttpResponse, Turned> {
    const READ: Action = Action::ChallengeReadPublished;
    call.no_parameters()?;
    let read = |act: &mut Act<'_>| {
        let seen = publicity::running(act)?;
        same(READ, seen.action())?;
        Ok(seen)
    };
    let all = app.read(call.request(READ), read).await?;
    let latest = all.iter().map(|(_, one)| one.announced_at).max();
    let mut feed = Feed::default();
    feed.set_title("拟立项公示 · Publicity");
    feed.set_id("urn:jiebang:publicity");
    feed.set_updated(latest.unwrap_or_else(|| app.clock.now()).utc().fixed_offset());
    feed.set_entries(all.into_iter().map(|(id, one)| entry(id, &one)).collect::<Vec<_>>());
    Ok(HttpResponse::Ok().content_type("application/atom+xml; charset=utf-8").body(feed.to_string()))
}

fn entry(id: ChallengeId, one: &Publicity) -> Entry {
    let said = &one.announcement;
    let winners: Vec<String> = said.winners.iter().map(|winner| format!("{}（{}）", winner.lead_organization, winner.principal)).collect();
    let (mut entry, mut content, mut link) = (Entry::default(), Content::default(), Link::default());
    entry.set_id(format!("urn:sha256:{}", one.sha256));
    entry.set_title(Text::plain(format!("{} {}", said.code, said.challenge)));
    entry.set_updated(one.announced_at.utc().fixed_offset());
    link.set_href(format!("/api/v1/challenges/{id}/publicity/page"));
    entry.set_links(vec![link]);
    content.set_content_type("text".to_owned());
    content.set_value(format!("公示{}至{}，共{}个工作日。拟立项：{}", said.starts_on, said.ends_on, said.working_days, winners.join("；")));
    entry.set_content(content);
    entry
}
