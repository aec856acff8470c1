//! The table of the matrix, written by hand and from PRODUCT's words, not from the program's own table: who may do what, when.
//!
//! A row names a route, what its `{id}` is, the worlds at which it can be done, and the people who may. At any other world those
//! people are told that the stage forbids it (409, or not found for a read); everyone else is denied (403), and where the record
//! is not theirs to know they cannot even tell that it is there (404).

/// What fills `{id}`.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum On {
    Nothing,
    Organization,
    User,
    Grant,
    Key,
    Session,
    Batch,
    Challenge,
    Bid,
    File,
    Question,
    Partnership,
    Restriction,
    Review,
    Decision,
    Project,
    Milestone,
    Payment,
}

/// Route, its record, worlds, people. Several rows of one route add up.
pub struct Row(pub &'static str, pub On, pub &'static str, pub &'static str);

/// Everyone with an account who takes part.
pub const PEOPLE: &str = "officer officer2 director examiner own_examiner expert expert2 finance supervisor commissioner commissioner2 \
    sponsor sponsor2 team colleague team2 leader auditor sysadmin secadmin";
const STAFF: &str = "officer officer2 director examiner own_examiner finance supervisor commissioner commissioner2 leader auditor";
const ALL: &str = "*";

/// The worlds: how far the story of one challenge went.
pub const WORLDS: &str = "draft in_approval approved open closed screening reviewing deciding publicity awarded active acceptance";
pub const PUBLIC: &str = "open closed screening reviewing deciding publicity awarded active acceptance";
const ANY: &str = WORLDS;

/// Who has not been appointed yet at some worlds, and is a bystander there.
pub const NOT_YET: &[(&str, &str)] = &[("commissioner", "awarded"), ("expert", "open closed screening")];

/// Routes that are for everyone, whose own tests say what they do: here it is only asked that nobody gets in without a token
/// where one is needed.
pub const OWN: &[(&str, bool)] = &[
    ("POST /auth/login", true),
    ("POST /auth/refresh", true),
    ("POST /auth/verify", true),
    ("POST /auth/forgot_password", true),
    ("POST /auth/reset_password", true),
    ("POST /auth/logout", false),
    ("POST /auth/step_up", false),
    ("GET /me", false),
    ("GET /me/sessions", false),
    ("POST /me/sessions/end_others", false),
    ("POST /me/subscriptions", false),
    ("POST /me/password", false),
    ("POST /me/phone", false),
    ("POST /me/identity_number", false),
    ("GET /me/second_factor", false),
    ("POST /me/second_factor/enrol", false),
    ("POST /me/second_factor/confirm", false),
    ("POST /me/second_factor/regenerate", false),
    ("POST /me/second_factor/disable", false),
];

/// Fields that not every reader of a record sees: the route, the field, the worlds at which it is kept from the others, and who
/// sees it nevertheless.
#[rustfmt::skip]
pub const HIDDEN: &[(&str, &str, &str, &str)] = &[
    ("/bids/{id}",    "members",           ANY, "team colleague"),
    // An expert reads the bid with the review; everyone else reads the bid itself.
    ("/reviews/{id}", "bid.team",           ANY, "expert"),
    ("/reviews/{id}", "bid.technical_plan", ANY, "expert"),
    ("/reviews/{id}", "bid.requested_fen",  ANY, "expert"),
    ("/reviews/{id}", "bid.self_fund_fen",  ANY, "expert"),
    ("/reviews/{id}", "bid.indicators",     ANY, "expert"),
    ("/reviews/{id}", "bid.milestones",     ANY, "expert"),
    ("/reviews/{id}", "bid.avoid_experts", ANY, "expert"),
    ("/reviews/{id}", "bid.budget", ANY, "expert"),
    ("/reviews/{id}", "bid.commitments.ethics", ANY, "expert"),
    ("/reviews/{id}", "bid.commitments.integrity", ANY, "expert"),
    ("/reviews/{id}", "bid.commitments.no_double_funding", ANY, "expert"),
    ("/reviews/{id}", "bid.commitments.truthful", ANY, "expert"),
    ("/reviews/{id}", "bid.innovation", ANY, "expert"),
    ("/reviews/{id}", "bid.lead_share_bps", ANY, "expert"),
    ("/reviews/{id}", "bid.market_plan", ANY, "expert"),
    ("/reviews/{id}", "bid.partners", ANY, "expert"),
    ("/reviews/{id}", "bid.risks", ANY, "expert"),
];

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    // Accounts. `{id}` of a user, a session and a grant is that of the team's person.
    Row("POST /sessions/{id}/end",              On::Session,      ANY, "team sysadmin"),
    Row("GET /users/{id}/sessions",             On::User,         ANY, "team sysadmin"),
    Row("POST /users/{id}/reset_second_factor", On::User,         "",  "sysadmin"),
    Row("POST /users",                          On::Nothing,      ANY, "sysadmin"),
    Row("POST /users/{id}/invite",              On::User,         "",  "sysadmin"),
    Row("POST /users/{id}/withdraw_invitation", On::User,         "",  "sysadmin"),
    Row("POST /users/{id}/anonymise",           On::User,         "",  "sysadmin"),
    Row("GET /users",                           On::Nothing,      ANY, "officer officer2 auditor sysadmin secadmin"),
    Row("GET /users/{id}",                      On::User,         ANY, "officer officer2 auditor sysadmin secadmin"),
    Row("POST /users/{id}/disable",             On::User,         ANY, "sysadmin"),
    Row("POST /users/{id}/enable",              On::User,         ANY, "sysadmin"),
    Row("POST /users/{id}/grants",              On::User,         ANY, "sysadmin secadmin"),
    Row("GET /grants",                          On::Nothing,      ANY, "auditor sysadmin secadmin"),
    Row("GET /grants/{id}",                     On::Grant,        ANY, "auditor sysadmin secadmin"),
    Row("POST /grants/{id}/approve",            On::Grant,        ANY, "secadmin"),
    Row("POST /grants/{id}/decline",            On::Grant,        ANY, "secadmin"),
    Row("POST /organizations",                  On::Nothing,      ANY, "officer officer2 sysadmin"),
    Row("GET /organizations",                   On::Nothing,      ANY, PEOPLE),
    Row("GET /organizations/{id}",              On::Organization, ANY, STAFF),
    Row("GET /organizations/{id}",              On::Organization, ANY, "team colleague sysadmin secadmin"),
    Row("POST /organizations/{id}/verify",      On::Organization, "",  "officer officer2"),
    Row("POST /organizations/{id}/suspend",     On::Organization, ANY, "officer officer2"),
    Row("POST /organizations/{id}/reinstate",   On::Organization, "",  "officer officer2"),
    Row("GET /keys",                            On::Nothing,      ANY, "team colleague team2 auditor sysadmin"),
    Row("GET /keys/{id}",                       On::Key,          ANY, "team colleague auditor sysadmin"),
    Row("POST /keys/{id}/rotate",               On::Key,          ANY, "team"),
    Row("POST /keys/{id}/revoke",               On::Key,          ANY, "team colleague sysadmin"),
    Row("POST /me/keys",                        On::Nothing,      ANY, "team colleague team2"),
    // Batches and challenges.
    Row("POST /batches",                        On::Nothing,      ANY, "officer officer2"),
    Row("GET /batches",                         On::Nothing,      ANY, STAFF),
    Row("POST /calendars/import",               On::Nothing,      ANY, "sysadmin"),
    Row("GET /calendars",                       On::Nothing,      ANY, PEOPLE),
    Row("GET /batches/{id}",                    On::Batch,        ANY, STAFF),
    Row("POST /challenges",                     On::Nothing,      ANY, "officer officer2"),
    Row("GET /challenges",                      On::Nothing,      ANY, ALL),
    Row("GET /challenges/{id}",                 On::Challenge,    "draft in_approval approved", STAFF),
    Row("GET /challenges/{id}",                 On::Challenge,    "draft in_approval approved", "sponsor"),
    Row("GET /challenges/{id}",                 On::Challenge,    PUBLIC, ALL),
    Row("GET /challenges/{id}/rounds",          On::Challenge,    "draft in_approval approved", STAFF),
    Row("GET /challenges/{id}/rounds",          On::Challenge,    "draft in_approval approved", "sponsor"),
    Row("GET /challenges/{id}/rounds",          On::Challenge,    PUBLIC, ALL),
    Row("PUT /challenges/{id}",                 On::Challenge,    "draft", "officer officer2"),
    Row("POST /challenges/{id}/submit",         On::Challenge,    "draft", "officer officer2"),
    Row("POST /challenges/{id}/return",         On::Challenge,    "in_approval", "director"),
    Row("POST /challenges/{id}/reject",         On::Challenge,    "in_approval", "director"),
    Row("POST /challenges/{id}/approve",        On::Challenge,    "in_approval", "director"),
    Row("POST /challenges/{id}/publish",        On::Challenge,    "approved", "officer officer2"),
    Row("POST /challenges/{id}/open_bids",      On::Challenge,    "closed", "officer officer2"),
    Row("POST /challenges/{id}/start_review",   On::Challenge,    "", "officer officer2"),
    Row("POST /challenges/{id}/propose",        On::Challenge,    "", "officer officer2"),
    Row("GET /challenges/{id}/decisions",       On::Challenge,    ANY, "officer officer2 director examiner own_examiner finance supervisor leader auditor"),
    Row("POST /challenges/{id}/publicise",      On::Challenge,    "", "officer officer2"),
    Row("POST /challenges/{id}/award",          On::Challenge,    "publicity", "director"),
    Row("POST /challenges/{id}/fail",           On::Challenge,    "screening reviewing deciding", "director"),
    Row("POST /challenges/{id}/republish",      On::Challenge,    "", "director"),
    Row("POST /challenges/{id}/withdraw",       On::Challenge,    "draft in_approval approved open closed screening reviewing deciding publicity", "director"),
    Row("POST /challenges/{id}/finish",         On::Challenge,    "", "officer officer2"),
    Row("GET /decisions/{id}",                  On::Decision,     ANY, "officer officer2 director examiner own_examiner finance supervisor leader auditor"),
    Row("POST /decisions/{id}/approve",         On::Decision,     "deciding", "director"),
    Row("POST /decisions/{id}/return",          On::Decision,     "deciding", "director"),
    // Bids: before the opening their team's alone.
    Row("POST /challenges/{id}/questions",      On::Challenge,    "open", "team colleague team2"),
    Row("GET /challenges/{id}/questions",       On::Challenge,    "draft in_approval approved", STAFF),
    Row("GET /challenges/{id}/questions",       On::Challenge,    "draft in_approval approved", "sponsor"),
    Row("GET /challenges/{id}/questions",       On::Challenge,    PUBLIC, ALL),
    Row("GET /questions/{id}",                  On::Question,     "open", "officer officer2 director supervisor team colleague"),
    Row("POST /questions/{id}/answer",          On::Question,     "open", "officer officer2"),
    Row("POST /questions/{id}/decline",         On::Question,     "open", "officer officer2"),
    Row("POST /challenges/{id}/bids",           On::Challenge,    "open", "team2"),
    Row("POST /challenges/{id}/bids",           On::Challenge,    "", "team colleague"),
    Row("GET /bids",                            On::Nothing,      ANY, "officer officer2 director examiner own_examiner expert expert2 supervisor auditor team colleague team2"),
    Row("GET /bids/{id}",                       On::Bid,          "open closed", "team colleague"),
    Row("GET /bids/{id}",                       On::Bid,          "screening reviewing deciding publicity awarded active acceptance", "team colleague officer officer2 director examiner own_examiner supervisor auditor"),
    Row("GET /bids/{id}",                       On::Bid,          "deciding publicity awarded active acceptance", "expert"),
    Row("GET /bids/{id}/receipt",               On::Bid,          "open closed screening reviewing deciding publicity awarded active acceptance", "team colleague"),
    Row("PUT /bids/{id}",                       On::Bid,          "open", "team"),
    Row("PUT /bids/{id}/members",               On::Bid,          "open closed screening", "team"),
    Row("POST /bids/{id}/submit",               On::Bid,          "", "team"),
    Row("POST /bids/{id}/resubmit",             On::Bid,          "open", "team"),
    Row("POST /bids/{id}/withdraw",             On::Bid,          "open", "team"),
    Row("POST /bids/{id}/files",                On::Bid,          "open", "team"),
    Row("GET /bids/{id}/files",                 On::Bid,          "open closed", "team colleague"),
    Row("GET /bids/{id}/files",                 On::Bid,          "screening reviewing deciding publicity awarded active acceptance", "team colleague officer officer2 director examiner own_examiner supervisor auditor"),
    Row("GET /bids/{id}/files",                 On::Bid,          "deciding publicity awarded active acceptance", "expert"),
    Row("GET /files/{id}",                      On::File,         "open", "team colleague"),
    Row("POST /files/{id}/remove",              On::File,         "open", "team"),
    Row("GET /partnerships",                    On::Nothing,      ANY, "officer officer2 director examiner own_examiner supervisor auditor team colleague team2"),
    Row("GET /partnerships/{id}",               On::Partnership,  "open", "team2"),
    Row("POST /partnerships/{id}/confirm",      On::Partnership,  "open", "team2"),
    Row("POST /partnerships/{id}/refuse",      On::Partnership,  "open", "team2"),
    Row("GET /restrictions",                    On::Nothing,      ANY, "officer officer2 director examiner own_examiner supervisor auditor"),
    Row("GET /restrictions/{id}",               On::Restriction,  ANY, "officer officer2 director examiner own_examiner supervisor auditor"),
    Row("POST /restrictions",                   On::Nothing,      ANY, "supervisor"),
    Row("POST /restrictions/{id}/approve",      On::Restriction,  ANY, "director"),
    Row("POST /restrictions/{id}/decline",      On::Restriction,  ANY, "director"),
    Row("POST /restrictions/{id}/lift",         On::Restriction,  "", "director"),
    Row("POST /bids/{id}/examine",              On::Bid,          "screening", "examiner"),
    Row("POST /bids/{id}/shortlist",            On::Bid,          "reviewing", "officer officer2"),
    Row("POST /bids/{id}/reviews",              On::Bid,          "reviewing", "officer officer2"),
    // Reviews.
    Row("GET /reviews",                         On::Nothing,      ANY, "officer officer2 director supervisor auditor expert expert2"),
    Row("GET /reviews/{id}",                    On::Review,       ANY, "officer officer2 director supervisor auditor expert"),
    Row("POST /reviews/{id}/declare",           On::Review,       "reviewing", "expert"),
    Row("POST /reviews/{id}/decline",           On::Review,       "reviewing", "expert"),
    Row("POST /reviews/{id}/submit",            On::Review,       "", "expert"),
    // Projects.
    Row("GET /projects",                        On::Nothing,      ANY, STAFF),
    Row("GET /projects",                        On::Nothing,      ANY, "team colleague team2 sponsor sponsor2"),
    Row("GET /projects/{id}",                   On::Project,      ANY, STAFF),
    Row("GET /projects/{id}",                   On::Project,      ANY, "team colleague sponsor"),
    Row("PUT /projects/{id}/plan",              On::Project,      "awarded", "officer officer2"),
    Row("POST /projects/{id}/sign",             On::Project,      "awarded", "team colleague"),
    Row("POST /projects/{id}/assign",           On::Project,      "awarded active", "officer officer2"),
    Row("POST /projects/{id}/apply_acceptance", On::Project,      "", "team colleague"),
    Row("POST /projects/{id}/conclude",         On::Project,      "acceptance", "director"),
    Row("GET /projects/{id}/milestones",        On::Project,      ANY, STAFF),
    Row("GET /projects/{id}/milestones",        On::Project,      ANY, "team colleague sponsor"),
    Row("GET /projects/{id}/payments",          On::Project,      ANY, STAFF),
    Row("GET /projects/{id}/payments",          On::Project,      ANY, "team colleague sponsor"),
    Row("GET /milestones/{id}",                 On::Milestone,    ANY, STAFF),
    Row("GET /milestones/{id}",                 On::Milestone,    ANY, "team colleague sponsor"),
    Row("POST /milestones/{id}/start",          On::Milestone,    "", "team colleague"),
    Row("POST /milestones/{id}/submit",         On::Milestone,    "", "team colleague"),
    Row("POST /milestones/{id}/verify",         On::Milestone,    "active", "commissioner"),
    Row("POST /milestones/{id}/return",         On::Milestone,    "active", "commissioner"),
    Row("POST /milestones/{id}/fail",           On::Milestone,    "active", "commissioner"),
    Row("GET /payments",                        On::Nothing,      ANY, STAFF),
    Row("GET /payments",                        On::Nothing,      ANY, "team colleague team2 sponsor sponsor2"),
    Row("GET /payments/{id}",                   On::Payment,      ANY, STAFF),
    Row("GET /payments/{id}",                   On::Payment,      ANY, "team colleague sponsor"),
    Row("POST /payments/{id}/request",          On::Payment,      "acceptance", "team colleague"),
    Row("POST /payments/{id}/check",            On::Payment,      "active", "commissioner"),
    Row("POST /payments/{id}/approve",          On::Payment,      "", "finance"),
    Row("POST /payments/{id}/pay",              On::Payment,      "", "finance"),
    Row("POST /payments/{id}/return",           On::Payment,      "active", "commissioner finance"),
    // The whole.
    Row("GET /audit",                           On::Nothing,      ANY, "auditor"),
    Row("GET /notary",                          On::Nothing,      ANY, ALL),
    Row("GET /portfolio/summary",               On::Nothing,      ANY, STAFF),
];
