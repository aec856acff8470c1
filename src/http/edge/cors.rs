//! Web pages of other origins: none, unless the configuration names them. No cookies are used, so none are allowed.

use actix_cors::Cors;
use actix_web::middleware::Condition;

/// Headers that a page may send.
const SENT: [&str; 8] =
    ["accept", "authorization", "content-type", "accept-language", "if-match", "if-none-match", "idempotency-key", "x-request-id"];
/// Headers that a page may read.
const READ: [&str; 8] =
    ["etag", "location", "retry-after", "ratelimit", "ratelimit-policy", "www-authenticate", "idempotency-replayed", "x-request-id"];
/// How long a browser remembers what it was told, in seconds.
const REMEMBERED: usize = 600;

/// The middleware; without origins it is not there.
#[must_use]
pub fn cors(origins: &[String]) -> Condition<Cors> {
    let methods = ["GET", "HEAD", "POST", "PUT"];
    let bare = Cors::default().allowed_methods(methods).allowed_headers(SENT).expose_headers(READ).max_age(REMEMBERED);
    let cors = origins.iter().fold(bare, |cors, origin| cors.allowed_origin(origin));
    // A caller that is no browser may say what it likes: the answer then names no origin.
    Condition::new(!origins.is_empty(), cors.block_on_origin_mismatch(false))
}
