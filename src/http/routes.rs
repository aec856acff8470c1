//! Every route: one line each. A line names what is done ([`A`]); the tests compare lines, permits and cases.

use crate::domain::custody::{NewPassphraseInput, PassphraseInput};
use crate::domain::evidence::EvidenceFile;
use crate::domain::file::FileNote;
use crate::domain::key::{KeyInput, RotationInput};
use crate::domain::ledger::LedgerKind;
use crate::domain::person::IdentityInput;
use crate::domain::policy::Action as A;
use crate::domain::user::{InvitationInput, UserInput};
use crate::http::door::{Route, create, get, get_with, list, put, verb};
use crate::http::openapi::Described;
use crate::http::{
    acceptances, amendments, audit, auth, batches, bids, calendars, challenges, changes, clawbacks, commissioners, commitments, custody,
    decisions, desk, disqualifications, draws, evidence, examinations, expert_import, experts, files, grants, keys, lanes, ledgers,
    measures, milestones, objections, organizations, outcomes, papers, partnerships, payments, portfolio, problems, projects, publicity,
    questions, race_gates, receipts, recusals, reports, restrictions, reviews, rounds, satisfactions, schemes, scores, second_factor,
    sessions, targets, users, visits,
};
use actix_web::http::Method;

/// Signing in, one's own account, sessions and second factor.
#[rustfmt::skip]
fn signing_in() -> Vec<Route> {
    let login = Described::new("/auth/login", A::SessionLogin).body::<auth::LoginInput>().answers::<auth::LoginView>(200);
    let refresh = Described::new("/auth/refresh", A::SessionRefresh).body::<auth::RefreshInput>().answers::<auth::TokensView>(200);
    let verify = Described::new("/auth/verify", A::SessionVerify).body::<auth::VerifyInput>().answers::<auth::TokensView>(200);
    let forgot = Described::new("/auth/forgot_password", A::MeForgotPassword).body::<auth::ForgotInput>().answers_nothing();
    let set_anew = Described::new("/auth/reset_password", A::MeResetPassword).body::<auth::ResetInput>().answers_nothing();
    let step_up = Described::new("/auth/step_up", A::SessionStepUp).body::<auth::StepUpInput>().answers::<auth::StepUpView>(200);
    let factor = |path, action| Described::new(path, action);
    let enrol = factor("/me/second_factor/enrol", A::SecondFactorEnrol).answers::<second_factor::EnrolmentView>(200);
    let confirm = factor("/me/second_factor/confirm", A::SecondFactorConfirm)
        .body::<second_factor::CodeInput>().answers::<second_factor::RecoveryCodesView>(200);
    let regenerate = factor("/me/second_factor/regenerate", A::SecondFactorRegenerate)
        .body::<second_factor::CodeInput>().answers::<second_factor::RecoveryCodesView>(200);
    let disable = factor("/me/second_factor/disable", A::SecondFactorDisable).body::<second_factor::BothInput>().answers_nothing();
    let reset = factor("/users/{id}/reset_second_factor", A::UserResetSecondFactor).answers_nothing();
    let key = Described::new("/me/keys", A::KeyCreate).body::<KeyInput>().answers::<keys::NewKeyView>(201);
    let rotation = Described::new("/keys/{id}/rotate", A::KeyRotate).body::<RotationInput>().answers::<keys::NewKeyView>(201);
    let logout = Described::new("/auth/logout", A::SessionLogout).answers_nothing();
    let password = Described::new("/me/password", A::MeChangePassword).body::<users::PasswordInput>().answers_nothing();
    let identity = Described::new("/me/identity_number", A::MeSetIdentity).body::<IdentityInput>().answers::<users::MeView>(200);
    vec![
        Route::new(Method::POST, "/auth/login", A::SessionLogin, login, auth::login).public(),
        Route::new(Method::POST, "/auth/refresh", A::SessionRefresh, refresh, auth::refresh).public(),
        Route::new(Method::POST, "/auth/verify", A::SessionVerify, verify, auth::verify).public(),
        Route::new(Method::POST, "/auth/forgot_password", A::MeForgotPassword, forgot, auth::forgot_password).public(),
        Route::new(Method::POST, "/auth/reset_password", A::MeResetPassword, set_anew, auth::reset_password).public(),
        Route::new(Method::POST, "/auth/step_up", A::SessionStepUp, step_up, auth::step_up),
        Route::new(Method::POST, "/auth/logout", A::SessionLogout, logout, auth::logout),
        get("/me", A::MeRead, users::me),
        verb("/me/subscriptions", A::MeSubscribe, users::subscribe),
        verb("/me/phone", A::MeSetPhone, users::set_phone),
        Route::new(Method::POST, "/me/identity_number", A::MeSetIdentity, identity, users::set_identity),
        Route::new(Method::POST, "/me/password", A::MeChangePassword, password, users::change_password),
        get("/me/sessions", A::SessionRead, sessions::own),
        verb("/me/sessions/end_others", A::SessionEndOthers, sessions::end_others),
        get("/users/{id}/sessions", A::SessionRead, sessions::of_user),
        verb("/sessions/{id}/end", A::SessionEnd, sessions::end),
        get("/me/second_factor", A::SecondFactorRead, second_factor::state),
        Route::new(Method::POST, "/me/second_factor/enrol", A::SecondFactorEnrol, enrol, second_factor::enrol),
        Route::new(Method::POST, "/me/second_factor/confirm", A::SecondFactorConfirm, confirm, second_factor::confirm),
        Route::new(Method::POST, "/me/second_factor/regenerate", A::SecondFactorRegenerate, regenerate, second_factor::regenerate),
        Route::new(Method::POST, "/me/second_factor/disable", A::SecondFactorDisable, disable, second_factor::disable),
        Route::new(Method::POST, "/me/keys", A::KeyCreate, key, keys::create),
        list("/keys", A::KeyRead, keys::list),
        get("/keys/{id}", A::KeyRead, keys::get),
        Route::new(Method::POST, "/keys/{id}/rotate", A::KeyRotate, rotation, keys::rotate),
        verb("/keys/{id}/revoke", A::KeyRevoke, keys::revoke),
        Route::new(Method::POST, "/users/{id}/reset_second_factor", A::UserResetSecondFactor, reset, second_factor::reset),
    ]
}

/// The keys of custodians, and the shares that they release.
#[rustfmt::skip]
fn custodians() -> Vec<Route> {
    let of_custody = |path, action| Described::new(path, action).answers::<custody::CustodyView>(200);
    let enrol_custody = of_custody("/me/custody/enrol", A::CustodyEnrol).body::<PassphraseInput>();
    let renew_custody = of_custody("/me/custody/renew", A::CustodyRenew).body::<PassphraseInput>();
    let passphrase = of_custody("/me/custody/change_passphrase", A::CustodyChangePassphrase).body::<NewPassphraseInput>();
    let release = Described::new("/challenges/{id}/release_share", A::ChallengeReleaseShare)
        .body::<PassphraseInput>().answers::<challenges::ChallengeView>(200);
    vec![
        get("/me/custody", A::CustodyRead, custody::state),
        Route::new(Method::POST, "/me/custody/enrol", A::CustodyEnrol, enrol_custody, custody::enrol),
        Route::new(Method::POST, "/me/custody/renew", A::CustodyRenew, renew_custody, custody::renew),
        Route::new(Method::POST, "/me/custody/change_passphrase", A::CustodyChangePassphrase, passphrase, custody::change_passphrase),
        Route::new(Method::POST, "/challenges/{id}/release_share", A::ChallengeReleaseShare, release, custody::release_share),
    ]
}

/// The list.
#[must_use]
#[rustfmt::skip]
#[expect(clippy::too_many_lines, reason = "one flat list, a line a route")]
pub fn routes() -> Vec<Route> {
    let user = Described::new("/users", A::UserCreate).body::<UserInput>().answers::<users::UserView>(201);
    let invite = Described::new("/users/{id}/invite", A::UserInvite).body::<InvitationInput>().answers::<users::UserView>(200);
    let file = Described::new("/bids/{id}/files", A::FileAdd).form::<files::FileForm>().answers::<FileNote>(201);
    let import = Described::new("/experts/import", A::ExpertImport)
        .query::<expert_import::ImportQuery>().form::<expert_import::ImportForm>().answers::<expert_import::ImportView>(200);
    let certificate = Described::new("/acceptances/{id}/certificate", A::AcceptanceRead).answers_bytes();
    let download = Described::new("/files/{id}", A::FileRead).answers_a_part();
    let proof = Described::new("/projects/{id}/evidence", A::EvidenceAdd).form::<evidence::EvidenceForm>().answers::<EvidenceFile>(201);
    let shown = Described::new("/evidence/{id}", A::EvidenceRead).answers_a_part();
    let print = Described::new("/challenges/{id}/publicity/page", A::ChallengeReadPublished).answers_bytes();
    let feed = Described::new("/publicity.atom", A::ChallengeReadPublished).answers_bytes();
    let commitment_page = Described::new("/projects/{id}/commitment/page", A::ProjectRead).answers_bytes();
    let paper = Described::new("/challenges/{id}/papers", A::PaperRead).query::<papers::PaperQuery>().answers_bytes();
    let ledger = Described::new("/ledgers/{id}", A::LedgerRead)
        .named::<LedgerKind>().paged().query::<ledgers::LedgerQuery>().answers::<ledgers::LedgerPageView>(200);
    let ledger_file = Described::new("/ledgers/{id}/file", A::LedgerRead)
        .named::<LedgerKind>().query::<ledgers::LedgerQuery>().query::<ledgers::LedgerFileQuery>().answers_bytes();
    let others = vec![
        create("/organizations", A::OrganizationCreate, organizations::create, "/organizations"),
        list("/organizations", A::OrganizationRead, organizations::list),
        get("/organizations/{id}", A::OrganizationRead, organizations::get),
        verb("/organizations/{id}/verify", A::OrganizationVerify, organizations::verify),
        verb("/organizations/{id}/suspend", A::OrganizationSuspend, organizations::suspend),
        verb("/organizations/{id}/reinstate", A::OrganizationReinstate, organizations::reinstate),
        Route::new(Method::POST, "/users", A::UserCreate, user, users::create),
        Route::new(Method::POST, "/users/{id}/invite", A::UserInvite, invite, users::invite),
        verb("/users/{id}/withdraw_invitation", A::UserWithdrawInvitation, users::withdraw_invitation),
        list("/users", A::UserRead, users::list),
        get("/users/{id}", A::UserRead, users::get),
        create("/users/{id}/grants", A::GrantPropose, grants::propose, "/grants"),
        list("/grants", A::GrantRead, grants::list),
        get("/grants/{id}", A::GrantRead, grants::get),
        verb("/grants/{id}/approve", A::GrantApprove, grants::approve),
        verb("/grants/{id}/decline", A::GrantDecline, grants::decline),
        verb("/users/{id}/disable", A::UserDisable, users::disable),
        verb("/users/{id}/enable", A::UserEnable, users::enable),
        verb("/users/{id}/anonymise", A::UserAnonymise, users::anonymise),
        create("/batches", A::BatchCreate, batches::create, "/batches"),
        list("/batches", A::BatchRead, batches::list),
        get("/batches/{id}", A::BatchRead, batches::get),
        verb("/calendars/import", A::CalendarImport, calendars::import),
        get_with("/calendars", A::CalendarRead, calendars::list),
        create("/challenges", A::ChallengeCreate, challenges::create, "/challenges"),
        list("/challenges", A::ChallengeReadPublished, challenges::list).public(),
        get("/challenges/{id}", A::ChallengeReadPublished, challenges::get).public(),
        get("/challenges/{id}/rounds", A::ChallengeReadPublished, rounds::of_challenge).public(),
        get("/challenges/{id}/publicity", A::ChallengeReadPublished, publicity::of_challenge).public(),
        Route::new(Method::GET, "/challenges/{id}/publicity/page", A::ChallengeReadPublished, print, publicity::page).public(),
        Route::new(Method::GET, "/publicity.atom", A::ChallengeReadPublished, feed, publicity::feed).public(),
        put("/challenges/{id}", A::ChallengeEdit, challenges::edit),
        verb("/challenges/{id}/submit", A::ChallengeSubmit, challenges::submit),
        verb("/challenges/{id}/return", A::ChallengeReturn, challenges::send_back),
        verb("/challenges/{id}/reject", A::ChallengeReject, challenges::reject),
        verb("/challenges/{id}/approve", A::ChallengeApprove, challenges::approve),
        verb("/challenges/{id}/publish", A::ChallengePublish, challenges::publish),
        verb("/challenges/{id}/republish", A::ChallengeRepublish, challenges::republish),
        verb("/challenges/{id}/suspend", A::ChallengeSuspend, challenges::suspend),
        verb("/challenges/{id}/resume", A::ChallengeResume, challenges::resume),
        create("/challenges/{id}/amendments", A::AmendmentPropose, amendments::propose, "/amendments"),
        list("/challenges/{id}/amendments", A::AmendmentReadInEffect, amendments::list).public(),
        get("/amendments/{id}", A::AmendmentReadInEffect, amendments::get).public(),
        verb("/amendments/{id}/approve", A::AmendmentApprove, amendments::approve),
        verb("/amendments/{id}/decline", A::AmendmentDecline, amendments::decline),
        verb("/challenges/{id}/open_bids", A::ChallengeOpenBids, challenges::open_bids).then(bids::unseal),
        verb("/challenges/{id}/start_review", A::ChallengeStartReview, challenges::start_review),
        verb("/challenges/{id}/next_phase", A::ChallengeNextPhase, challenges::next_phase),
        create("/challenges/{id}/propose", A::ChallengePropose, decisions::propose, "/decisions"),
        get("/challenges/{id}/decisions", A::DecisionRead, decisions::of_challenge),
        verb("/challenges/{id}/publicise", A::ChallengePublicise, challenges::publicise),
        verb("/challenges/{id}/award", A::ChallengeAward, challenges::award),
        verb("/challenges/{id}/fail", A::ChallengeFail, challenges::fail),
        verb("/challenges/{id}/adjust", A::ChallengeAdjust, challenges::adjust),
        verb("/challenges/{id}/withdraw", A::ChallengeWithdraw, challenges::withdraw),
        verb("/challenges/{id}/finish", A::ChallengeFinish, challenges::finish),
        get("/decisions/{id}", A::DecisionRead, decisions::get),
        verb("/decisions/{id}/approve", A::DecisionApprove, decisions::approve),
        verb("/decisions/{id}/return", A::DecisionReturn, decisions::send_back),
        create("/challenges/{id}/objections", A::ObjectionFile, objections::file, "/objections").public(),
        verb("/objections/confirm", A::ObjectionConfirm, objections::confirm).public(),
        list("/challenges/{id}/objections", A::ObjectionRead, objections::list),
        get("/objections/{id}", A::ObjectionRead, objections::get),
        verb("/objections/{id}/admit", A::ObjectionAdmit, objections::admit),
        verb("/objections/{id}/rule_out", A::ObjectionRuleOut, objections::rule_out),
        verb("/objections/{id}/extend", A::ObjectionExtend, objections::extend),
        verb("/objections/{id}/answer", A::ObjectionAnswer, objections::answer),
        create("/challenges/{id}/questions", A::QuestionAsk, questions::ask, "/questions"),
        list("/challenges/{id}/questions", A::QuestionReadAnswered, questions::list).public(),
        get("/questions/{id}", A::QuestionReadAnswered, questions::get).public(),
        verb("/questions/{id}/answer", A::QuestionAnswer, questions::answer),
        verb("/questions/{id}/decline", A::QuestionDecline, questions::decline),
        create("/challenges/{id}/bids", A::BidCreate, bids::create, "/bids"),
        list("/bids", A::BidRead, bids::list),
        get("/bids/{id}", A::BidRead, bids::get),
        put("/bids/{id}", A::BidEdit, bids::edit),
        get("/bids/{id}/receipt", A::BidReceipt, receipts::get),
        Route::new(Method::POST, "/bids/{id}/files", A::FileAdd, file, files::add).streaming(),
        get("/bids/{id}/files", A::FileRead, files::of_bid),
        Route::new(Method::GET, "/files/{id}", A::FileRead, download, files::download),
        verb("/files/{id}/remove", A::FileRemove, files::remove).then(files::forget),
        list("/partnerships", A::PartnershipRead, partnerships::list),
        get("/partnerships/{id}", A::PartnershipRead, partnerships::get),
        verb("/partnerships/{id}/confirm", A::PartnershipConfirm, partnerships::confirm),
        verb("/partnerships/{id}/refuse", A::PartnershipRefuse, partnerships::refuse),
        create("/restrictions", A::RestrictionPropose, restrictions::propose, "/restrictions"),
        list("/restrictions", A::RestrictionRead, restrictions::list),
        get("/restrictions/{id}", A::RestrictionRead, restrictions::get),
        verb("/restrictions/{id}/approve", A::RestrictionApprove, restrictions::approve),
        verb("/restrictions/{id}/decline", A::RestrictionDecline, restrictions::decline),
        verb("/restrictions/{id}/lift", A::RestrictionLift, restrictions::lift),
        put("/bids/{id}/members", A::BidAppoint, bids::appoint),
        verb("/bids/{id}/submit", A::BidSubmit, bids::submit).then(bids::shred),
        verb("/bids/{id}/resubmit", A::BidResubmit, bids::resubmit).then(bids::shred),
        verb("/bids/{id}/withdraw", A::BidWithdraw, bids::withdraw),
        verb("/bids/{id}/leave", A::BidLeave, bids::leave),
        create("/bids/{id}/disqualifications", A::DisqualificationPropose, disqualifications::propose, "/disqualifications"),
        get("/bids/{id}/disqualifications", A::DisqualificationRead, disqualifications::of_bid),
        get("/disqualifications/{id}", A::DisqualificationRead, disqualifications::get),
        verb("/disqualifications/{id}/approve", A::DisqualificationApprove, disqualifications::approve),
        verb("/disqualifications/{id}/decline", A::DisqualificationDecline, disqualifications::decline),
        get("/bids/{id}/examination", A::BidRead, examinations::get),
        verb("/bids/{id}/examine", A::BidExamine, examinations::examine),
        verb("/bids/{id}/request_correction", A::BidRequestCorrection, examinations::request_correction),
        verb("/bids/{id}/correct", A::BidCorrect, examinations::correct),
        verb("/bids/{id}/confirm_failure", A::BidConfirmFailure, examinations::confirm_failure),
        verb("/bids/{id}/return_examination", A::BidReturnExamination, examinations::return_examination),
        verb("/bids/{id}/appeal", A::BidAppeal, examinations::appeal),
        verb("/bids/{id}/decide_appeal", A::BidDecideAppeal, examinations::decide_appeal),
        verb("/bids/{id}/shortlist", A::BidShortlist, bids::shortlist),
        verb("/challenges/{id}/ask_sponsor", A::ChallengeAskSponsor, satisfactions::ask),
        get("/challenges/{id}/satisfactions", A::SatisfactionRead, satisfactions::of_challenge),
        get("/satisfactions/{id}", A::SatisfactionRead, satisfactions::get),
        verb("/satisfactions/{id}/give", A::SatisfactionGive, satisfactions::give),
        verb("/satisfactions/{id}/waive", A::SatisfactionWaive, satisfactions::waive),
        create("/schemes", A::SchemeCreate, schemes::create, "/schemes"),
        list("/schemes", A::SchemeRead, schemes::list).public(),
        get("/schemes/{id}", A::SchemeRead, schemes::get).public(),
        get("/challenges/{id}/scheme", A::SchemeRead, schemes::of_challenge).public(),
        create("/experts", A::ExpertEnlist, experts::enlist, "/experts"),
        Route::new(Method::POST, "/experts/import", A::ExpertImport, import, expert_import::import).streaming(),
        list("/experts", A::ExpertRead, experts::list),
        get("/experts/{id}", A::ExpertRead, experts::get),
        put("/experts/{id}", A::ExpertEdit, experts::edit),
        verb("/experts/{id}/confirm", A::ExpertConfirm, experts::confirm),
        verb("/experts/{id}/pause", A::ExpertPause, experts::pause),
        verb("/experts/{id}/resume", A::ExpertResume, experts::resume),
        verb("/experts/{id}/remove", A::ExpertRemove, experts::remove),
        create("/challenges/{id}/draws", A::DrawPrepare, draws::prepare, "/draws"),
        get("/challenges/{id}/draws", A::DrawRead, draws::of_challenge),
        get("/draws/{id}", A::DrawRead, draws::get),
        verb("/draws/{id}/witness", A::DrawWitness, draws::witness),
        verb("/draws/{id}/void", A::DrawVoid, draws::void),
        verb("/draws/{id}/replace", A::DrawReplace, draws::replace),
        verb("/draws/{id}/invite", A::DrawInvite, draws::invite),
        create("/bids/{id}/reviews", A::ReviewAssign, reviews::assign, "/reviews"),
        list("/reviews", A::ReviewRead, reviews::list),
        get("/reviews/{id}", A::ReviewRead, reviews::get),
        verb("/reviews/{id}/declare", A::ReviewDeclare, reviews::declare),
        verb("/reviews/{id}/decline", A::ReviewDecline, reviews::decline),
        verb("/reviews/{id}/save", A::ReviewSave, reviews::save),
        verb("/reviews/{id}/submit", A::ReviewSubmit, reviews::submit),
        create("/challenges/{id}/recusals", A::RecusalDeclare, recusals::declare, "/recusals"),
        list("/challenges/{id}/recusals", A::RecusalRead, recusals::list),
        get("/recusals/{id}", A::RecusalRead, recusals::get),
        get("/challenges/{id}/scores", A::ReviewReadScores, scores::table),
        get("/challenges/{id}/lanes", A::ProjectReadLanes, lanes::compare),
        create("/challenges/{id}/race_gates", A::RaceGatePropose, race_gates::propose, "/race_gates"),
        get("/challenges/{id}/race_gates", A::RaceGateRead, race_gates::of_challenge),
        get("/race_gates/{id}", A::RaceGateRead, race_gates::get),
        verb("/race_gates/{id}/approve", A::RaceGateApprove, race_gates::approve),
        verb("/race_gates/{id}/decline", A::RaceGateDecline, race_gates::decline),
        list("/projects", A::ProjectRead, projects::list),
        get("/projects/{id}", A::ProjectRead, projects::get),
        get("/projects/{id}/commitment", A::ProjectRead, commitments::get),
        Route::new(Method::GET, "/projects/{id}/commitment/page", A::ProjectRead, commitment_page, commitments::page),
        get("/projects/{id}/versions", A::ProjectRead, commitments::versions),
        put("/projects/{id}/plan", A::ProjectPlan, projects::plan),
        verb("/projects/{id}/sign", A::ProjectSign, projects::sign),
        verb("/projects/{id}/forfeit", A::ProjectForfeit, projects::forfeit),
        verb("/projects/{id}/assign", A::ProjectAssign, projects::assign),
        verb("/projects/{id}/apply_acceptance", A::ProjectApplyAcceptance, projects::apply_acceptance),
        verb("/projects/{id}/conclude", A::ProjectConclude, projects::conclude),
        get("/projects/{id}/acceptances", A::AcceptanceRead, acceptances::of_project),
        get("/acceptances/{id}", A::AcceptanceRead, acceptances::get),
        verb("/acceptances/{id}/assess", A::AcceptanceAssess, acceptances::assess),
        Route::new(Method::GET, "/acceptances/{id}/certificate", A::AcceptanceRead, certificate, acceptances::certificate),
        create("/projects/{id}/measures", A::MeasurePropose, measures::propose, "/measures"),
        get("/projects/{id}/measures", A::MeasureRead, measures::of_project),
        get("/measures/{id}", A::MeasureRead, measures::get),
        verb("/measures/{id}/approve", A::MeasureApprove, measures::approve),
        verb("/measures/{id}/decline", A::MeasureDecline, measures::decline),
        create("/projects/{id}/clawbacks", A::ClawbackPropose, clawbacks::propose, "/clawbacks"),
        list("/clawbacks", A::ClawbackRead, clawbacks::list),
        get("/clawbacks/{id}", A::ClawbackRead, clawbacks::get),
        verb("/clawbacks/{id}/approve", A::ClawbackApprove, clawbacks::approve),
        verb("/clawbacks/{id}/decline", A::ClawbackDecline, clawbacks::decline),
        verb("/clawbacks/{id}/receive", A::ClawbackReceive, clawbacks::receive),
        verb("/clawbacks/{id}/propose_write_off", A::ClawbackProposeWriteOff, clawbacks::propose_write_off),
        verb("/clawbacks/{id}/approve_write_off", A::ClawbackApproveWriteOff, clawbacks::approve_write_off),
        verb("/clawbacks/{id}/decline_write_off", A::ClawbackDeclineWriteOff, clawbacks::decline_write_off),
        create("/projects/{id}/outcomes", A::OutcomeRegister, outcomes::register, "/outcomes"),
        list("/outcomes", A::OutcomeRead, outcomes::list),
        get_with("/outcomes/totals", A::OutcomeRead, outcomes::totals),
        get("/outcomes/{id}", A::OutcomeRead, outcomes::get),
        put("/outcomes/{id}", A::OutcomeEdit, outcomes::edit),
        verb("/outcomes/{id}/confirm_share", A::OutcomeConfirmShare, outcomes::confirm_share),
        verb("/outcomes/{id}/refuse_share", A::OutcomeRefuseShare, outcomes::refuse_share),
        verb("/outcomes/{id}/confirm", A::OutcomeConfirm, outcomes::confirm),
        verb("/outcomes/{id}/return", A::OutcomeReturn, outcomes::send_back),
        verb("/outcomes/{id}/follow_up", A::OutcomeFollowUp, outcomes::follow_up),
        get("/projects/{id}/milestones", A::MilestoneRead, milestones::of_project),
        get("/projects/{id}/payments", A::PaymentRead, payments::of_project),
        create("/projects/{id}/changes", A::ChangeSubmit, changes::submit, "/changes"),
        list("/projects/{id}/changes", A::ChangeRead, changes::list),
        get("/changes/{id}", A::ChangeRead, changes::get),
        verb("/changes/{id}/resubmit", A::ChangeResubmit, changes::resubmit),
        verb("/changes/{id}/drop", A::ChangeDrop, changes::drop),
        verb("/changes/{id}/comment", A::ChangeComment, changes::comment),
        verb("/changes/{id}/advise", A::ChangeAdvise, changes::advise),
        verb("/changes/{id}/approve", A::ChangeApprove, changes::approve),
        verb("/changes/{id}/reject", A::ChangeReject, changes::reject),
        verb("/changes/{id}/return", A::ChangeReturn, changes::send_back),
        verb("/changes/{id}/sign", A::ChangeSign, changes::sign),
        Route::new(Method::POST, "/projects/{id}/evidence", A::EvidenceAdd, proof, evidence::add).streaming(),
        get("/projects/{id}/evidence", A::EvidenceRead, evidence::of_project),
        Route::new(Method::GET, "/evidence/{id}", A::EvidenceRead, shown, evidence::download),
        verb("/evidence/{id}/remove", A::EvidenceRemove, evidence::remove).then(files::forget),
        get("/milestones/{id}", A::MilestoneRead, milestones::get),
        verb("/milestones/{id}/start", A::MilestoneStart, milestones::start),
        verb("/milestones/{id}/submit", A::MilestoneSubmit, milestones::submit),
        get("/milestones/{id}/history", A::MilestoneRead, milestones::history),
        verb("/milestones/{id}/assess", A::MilestoneAssess, milestones::assess),
        verb("/milestones/{id}/verify", A::MilestoneVerify, milestones::verify),
        verb("/milestones/{id}/return", A::MilestoneReturn, milestones::send_back),
        verb("/milestones/{id}/fail", A::MilestoneFail, milestones::fail),
        get("/projects/{id}/commissioners", A::ProjectReadCandidates, commissioners::candidates),
        get("/projects/{id}/assignments", A::ProjectRead, commissioners::history),
        get("/me/desk", A::MeReadDesk, desk::mine),
        verb("/me/status_reports", A::ProjectReportStatus, commissioners::report),
        list("/projects/{id}/reports", A::ReportRead, reports::of_project),
        get("/projects/{id}/yellow_cards", A::ReportRead, reports::cards),
        get("/reports/{id}", A::ReportRead, reports::get),
        verb("/reports/{id}/submit", A::ReportSubmit, reports::submit),
        verb("/reports/{id}/comment", A::ReportComment, reports::comment),
        verb("/reports/{id}/return", A::ReportReturn, reports::send_back),
        create("/projects/{id}/visits", A::VisitLog, visits::log, "/visits"),
        list("/projects/{id}/visits", A::VisitRead, visits::of_project),
        get("/visits/{id}", A::VisitRead, visits::get),
        put("/visits/{id}", A::VisitEdit, visits::edit),
        create("/projects/{id}/problems", A::ProblemRaise, problems::raise, "/problems"),
        list("/problems", A::ProblemRead, problems::list),
        get("/problems/{id}", A::ProblemRead, problems::get),
        verb("/problems/{id}/close", A::ProblemClose, problems::close),
        list("/payments", A::PaymentRead, payments::list),
        get("/payments/{id}", A::PaymentRead, payments::get),
        verb("/payments/{id}/request", A::PaymentRequest, payments::request),
        verb("/payments/{id}/check", A::PaymentCheck, payments::check),
        verb("/payments/{id}/approve", A::PaymentApprove, payments::approve),
        verb("/payments/{id}/pay", A::PaymentPay, payments::pay),
        verb("/payments/{id}/return", A::PaymentReturn, payments::send_back),
        verb("/payments/{id}/hold", A::PaymentHold, payments::hold),
        verb("/payments/{id}/release", A::PaymentRelease, payments::release),
        verb("/payments/{id}/reverse", A::PaymentReverse, payments::reverse),
        verb("/payments/{id}/forward", A::PaymentForward, payments::forward),
        create("/targets", A::TargetCreate, targets::create, "/targets"),
        list("/targets", A::TargetRead, targets::list),
        get("/targets/{id}", A::TargetRead, targets::get),
        verb("/targets/{id}/record", A::TargetRecord, targets::record),
        Route::new(Method::GET, "/challenges/{id}/papers", A::PaperRead, paper, papers::get),
        get("/ledgers", A::LedgerRead, ledgers::index),
        Route::new(Method::GET, "/ledgers/{id}", A::LedgerRead, ledger, ledgers::page),
        Route::new(Method::GET, "/ledgers/{id}/file", A::LedgerRead, ledger_file, ledgers::file),
        list("/audit", A::AuditRead, audit::list),
        get_with("/portfolio/summary", A::PortfolioRead, portfolio::summary),
        get_with("/notary", A::NotaryRead, receipts::notary).public(),
    ];
    signing_in().into_iter().chain(custodians()).chain(others).collect()
}
