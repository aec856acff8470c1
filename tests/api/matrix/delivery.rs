//! The rows of the matrix for what follows an award.

use super::table::{ANY, On, Row, STAFF};

#[rustfmt::skip]
pub const ROWS: &[Row] = &[
    // Projects.
    Row("GET /projects",                        On::Nothing,      ANY, STAFF),
    Row("GET /projects",                        On::Nothing,      ANY, "team colleague team2 sponsor sponsor2"),
    Row("GET /projects/{id}",                   On::Project,      ANY, STAFF),
    Row("GET /projects/{id}",                   On::Project,      ANY, "team colleague sponsor"),
    Row("PUT /projects/{id}/plan",              On::Project,      "awarded", "officer officer2"),
    Row("POST /projects/{id}/sign",             On::Project,      "awarded", "team colleague"),
    Row("POST /projects/{id}/forfeit",          On::Project,      "awarded", "team colleague"),
    Row("POST /projects/{id}/forfeit",          On::Project,      "", "director"),
    Row("POST /projects/{id}/assign",           On::Project,      "awarded active", "officer officer2"),
    Row("POST /projects/{id}/apply_acceptance", On::Project,      "", "team colleague"),
    Row("POST /projects/{id}/conclude",         On::Project,      "acceptance", "director"),
    Row("GET /projects/{id}/acceptances",       On::Project,      ANY, STAFF),
    Row("GET /projects/{id}/acceptances",       On::Project,      ANY, "team colleague sponsor"),
    Row("GET /acceptances/{id}",                On::Acceptance,   ANY, STAFF),
    Row("GET /acceptances/{id}",                On::Acceptance,   ANY, "team colleague sponsor"),
    Row("POST /acceptances/{id}/assess",        On::Acceptance,   "acceptance", "officer officer2"),
    // Nothing has passed in this story.
    Row("GET /acceptances/{id}/certificate",    On::Acceptance,   "", STAFF),
    Row("GET /acceptances/{id}/certificate",    On::Acceptance,   "", "team colleague sponsor"),
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
];
