//! Access tokens: forged ones are refused, whatever is wrong with them; keys change while the service runs.

use crate::support::app::SECRET;
use crate::support::{TestApp, on_both};
use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE, BASE64_URL_SAFE_NO_PAD as B64};
use hmac::{Hmac, KeyInit, Mac};
use jiebang::auth::ring::KeyFile;
use serde_json::{Value, json};
use sha2::Sha256;

const HEAD: &str = r#"{"alg":"HS256","typ":"JWT","kid":"1"}"#;

fn mac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(key).unwrap();
    mac.update(message);
    mac.finalize().into_bytes().to_vec()
}

/// The key of the service itself: what is refused is refused for what it says, not for its signature.
fn own_key() -> Vec<u8> {
    mac(SECRET, b"jiebang access token")
}

fn sign(key: &[u8], head: &str, claims: &str) -> String {
    let message = format!("{}.{}", B64.encode(head), B64.encode(claims));
    format!("{message}.{}", B64.encode(mac(key, message.as_bytes())))
}

fn signed(head: &str, claims: &str) -> String {
    sign(&own_key(), head, claims)
}

/// Headers of tokens, each with what is wrong in it.
const HEADS: &[&str] = &[
    r#"{"alg":"none","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"None","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"NONE","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"HS384","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"HS512","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"hs256","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"RS256","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"ES256","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"PS256","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"EdDSA","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"","typ":"JWT","kid":"1"}"#,
    r#"{"alg":null,"typ":"JWT","kid":"1"}"#,
    r#"{"alg":256,"typ":"JWT","kid":"1"}"#,
    r#"{"alg":["HS256"],"typ":"JWT","kid":"1"}"#,
    r#"{"typ":"JWT","kid":"1"}"#,
    r#"{"alg":"HS256","alg":"none","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"none","alg":"HS256","typ":"JWT","kid":"1"}"#,
    r#"{"alg":"HS256","typ":"JWT"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":""}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"2"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":1}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":null}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":["1"]}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":" 1"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"1\u0000"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"../1"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"1","kid":"1"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"1' OR '1'='1"}"#,
    r#"{"alg":"HS256","kid":"1"}"#,
    r#"{"alg":"HS256","typ":"JWS","kid":"1"}"#,
    r#"{"alg":"HS256","typ":7,"kid":"1"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"1","jku":"https://evil.example/keys"}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"1","crit":["exp"]}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"1","jwk":{"kty":"oct","k":"AAAA"}}"#,
    r#"{"alg":"HS256","typ":"JWT","kid":"1","b64":false}"#,
    r#"["HS256","JWT","1"]"#,
    r#""HS256""#,
    r"{}",
    r"null",
    "",
    "{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"1\"} x",
    "\u{FEFF}{\"alg\":\"HS256\",\"typ\":\"JWT\",\"kid\":\"1\"}",
    "{'alg':'HS256','typ':'JWT','kid':'1'}",
];

/// Claims that differ from `good` in one thing each.
fn claims(good: &Value, now: i64) -> Vec<(String, String)> {
    let mut all = Vec::new();
    let fields: Vec<String> = good.as_object().unwrap().keys().cloned().collect();
    for field in &fields {
        let with = |value: Value| {
            let mut claims = good.clone();
            claims[field.as_str()] = value;
            claims.to_string()
        };
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(field);
        let twice = good.to_string().replacen('{', &format!("{{\"{field}\":{},", good[field.as_str()]), 1);
        let other = if good[field.as_str()].is_string() { json!(7) } else { json!(good[field.as_str()].to_string()) };
        all.push((format!("{field} is missing"), without.to_string()));
        all.push((format!("{field} stands twice"), twice));
        all.push((format!("{field} is of another type"), with(other)));
        all.push((format!("{field} is null"), with(Value::Null)));
        all.push((format!("{field} is a list"), with(json!([good[field.as_str()]]))));
    }
    let mut with = |name: &str, field: &str, value: Value| {
        let mut claims = good.clone();
        claims[field] = value;
        all.push((name.to_owned(), claims.to_string()));
    };
    with("another issuer", "iss", json!("jiebang2"));
    with("an issuer with a space", "iss", json!("jiebang "));
    with("another audience", "aud", json!("jiebang"));
    with("several audiences", "aud", json!(["jiebang-api", "other"]));
    with("somebody else", "sub", json!(uuid::Uuid::now_v7()));
    with("no id of a person", "sub", json!("1"));
    with("another session", "sid", json!(uuid::Uuid::now_v7()));
    with("no id of a session", "sid", json!("' OR 1=1"));
    with("no id of a token", "jti", json!("x"));
    with("roles inside", "roles", json!(["sysadmin"]));
    with("issued in six seconds", "iat", json!(now + 6));
    with("good in six seconds", "nbf", json!(now + 6));
    with("over now", "exp", json!(now));
    with("over before it began", "exp", json!(now - 3_600));
    with("good for too long", "exp", json!(now + 601));
    with("good for ever", "exp", json!(i64::MAX));
    with("beyond all numbers", "exp", json!(u64::MAX));
    with("over by half", "exp", json!(599.5));
    with("a time as a word", "exp", json!("never"));
    with("a time below all", "iat", json!(i64::MIN));
    let list: Vec<Value> = ["iss", "aud", "sub", "sid", "jti", "iat", "nbf", "exp"].iter().map(|field| good[*field].clone()).collect();
    all.push(("claims in a list".into(), json!(list).to_string()));
    for text in ["{}", "null", "", "0", "[]", "{", "\"x\""] {
        all.push((format!("claims are {text:?}"), text.to_owned()));
    }
    all.push(("claims with something after".into(), format!("{good}{{}}")));
    all.push(("claims that are too many".into(), good.to_string().replacen('{', &format!("{{\"x\":\"{}\",", "y".repeat(900)), 1)));
    all
}

/// A good token, spoilt in its outer form or its signature.
fn spoilt(good: &str, claims: &str) -> Vec<(String, String)> {
    let parts: Vec<&str> = good.split('.').collect();
    let (head, body, tag) = (parts[0], parts[1], parts[2]);
    let bytes = B64.decode(tag).unwrap();
    let mut all: Vec<(String, String)> = Vec::new();
    for position in [0, 1, 15, 30, 31] {
        for bit in [0, 7] {
            let mut edited = bytes.clone();
            edited[position] ^= 1 << bit;
            all.push((format!("bit {bit} of byte {position} of the signature"), format!("{head}.{body}.{}", B64.encode(edited))));
        }
    }
    // 32 bytes leave two bits of the last character unused: another character may mean the same bytes.
    let last = tag.chars().last().unwrap();
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let twin = alphabet.chars().nth(alphabet.find(last).unwrap() + 1).unwrap();
    let message = format!("{head}.{body}");
    let other = |key: &[u8]| sign(key, HEAD, claims);
    for (name, token) in [
        ("nothing", String::new()),
        ("dots", "..".into()),
        ("three letters", "a.b.c".into()),
        ("one part", head.to_owned()),
        ("two parts", message.clone()),
        ("no signature", format!("{message}.")),
        ("no claims", format!("{head}..{tag}")),
        ("no head", format!(".{body}.{tag}")),
        ("four parts", format!("{good}.{tag}")),
        ("five parts", format!("{good}.{tag}.{tag}")),
        ("a dot in front", format!(".{good}")),
        ("the signature twice", format!("{message}.{tag}{tag}")),
        ("a shorter signature", format!("{message}.{}", &tag[..42])),
        ("half a signature", format!("{message}.{}", B64.encode(&bytes[..16]))),
        ("a longer signature", format!("{message}.{tag}A")),
        ("a signature with padding", format!("{message}.{}", BASE64_URL_SAFE.encode(&bytes))),
        ("the same bytes written otherwise", format!("{message}.{}{twin}", &tag[..42])),
        ("a hash in hexadecimal", format!("{message}.{}", jiebang::app::sha256_hex(&bytes))),
        ("claims with padding", format!("{head}.{body}=.{tag}")),
        ("claims in the other alphabet", format!("{head}.{}.{tag}", BASE64_STANDARD_NO_PAD.encode("{\"sub\":\"??>>~~\"}"))),
        ("a space inside", format!("{head}. {body}.{tag}")),
        ("a token in capitals", good.to_uppercase()),
        ("a part exchanged", format!("{body}.{head}.{tag}")),
        ("signed with nothing", other(b"")),
        ("signed with the name of the key", other(b"1")),
        ("signed with the root secret", other(SECRET)),
        ("signed with zeros", other(&[0; 32])),
        ("signed with the key of cursors", other(&mac(SECRET, b"jiebang cursor"))),
        ("signed over the claims alone", format!("{message}.{}", B64.encode(mac(&own_key(), body.as_bytes())))),
        ("signed for other claims", format!("{head}.{}.{tag}", B64.encode(claims.replace("jiebang-api", "jiebang-all")))),
        ("as JSON", json!({"protected": head, "payload": body, "signature": tag}).to_string()),
        ("too long by its signature", format!("{good}{}", "A".repeat(1_024))),
        ("far too long", "x".repeat(5_000)),
    ] {
        all.push((name.to_owned(), token));
    }
    all
}

on_both! {
    async fn a_forged_token_is_refused_whatever_is_wrong_with_it(app: TestApp) {
        let officer = app.officer().await;
        let own = officer.token().await.unwrap();
        let good: Value = serde_json::from_slice(&B64.decode(own.split('.').nth(1).unwrap()).unwrap()).unwrap();
        let now = app.app.clock.now().unix();
        let bearer = |token: &str| app.anyone().with("Authorization", format!("Bearer {token}"));
        let control = signed(HEAD, &good.to_string());
        bearer(&control).get("/me").await.is(200);
        let mut forged: Vec<(String, String)> = HEADS.iter().map(|head| ((*head).to_owned(), signed(head, &good.to_string()))).collect();
        forged.extend(claims(&good, now).into_iter().map(|(name, claims)| (name, signed(HEAD, &claims))));
        forged.extend(spoilt(&control, &good.to_string()));
        assert!(forged.len() >= 120, "{}", forged.len());
        for (name, token) in &forged {
            let reply = bearer(token).get("/me").await;
            assert_eq!(reply.status, 401, "{name}: {token}");
            let code = reply.json()["code"].as_str().unwrap().to_owned();
            assert!(code == "invalid_token" || code == "expired_token", "{name}: {code}");
        }
        // Not even where no token is needed at all.
        bearer("a.b.c").get("/challenges").await.is_refused(401, "invalid_token");
        app.anyone().with("Authorization", format!("Basic {own}")).get("/me").await.is_refused(401, "invalid_token");
        bearer(&own).with("Authorization", format!("Bearer {own}")).get("/me").await.is_refused(401, "invalid_token");
        bearer(&own).get("/me").await.is(200);
    }

    async fn a_key_is_changed_while_the_service_runs_and_nobody_is_turned_away(app: TestApp) {
        let officer = app.officer().await;
        let kid = |token: &str| {
            let head: Value = serde_json::from_slice(&B64.decode(token.split('.').next().unwrap()).unwrap()).unwrap();
            head["kid"].as_str().unwrap().to_owned()
        };
        let token = |tokens: &Value| tokens["access_token"].as_str().unwrap().to_owned();
        let bearer = |token: &str| app.anyone().with("Authorization", format!("Bearer {token}"));
        let first = token(&officer.log_in().await);
        let file = KeyFile::default().rotated(app.app.clock.now(), false).unwrap();
        assert_eq!(file.key.len(), 2);
        let signs = app.app.keys.adopt(&file, app.app.clock.now()).unwrap();
        let second = token(&officer.log_in().await);
        assert_eq!((kid(&first).as_str(), kid(&second)), ("1", signs));
        for token in [&first, &second] {
            bearer(token).get("/me").await.is(200);
        }
        // A file that forgets both keys at once: the tokens that they signed live to their end, no longer.
        let file = file.rotated(app.app.clock.now(), true).unwrap();
        assert_eq!(file.key.len(), 1);
        app.app.keys.adopt(&file, app.app.clock.now()).unwrap();
        app.later(chrono::TimeDelta::seconds(599));
        for token in [&first, &second] {
            bearer(token).get("/me").await.is(200);
        }
        app.later(chrono::TimeDelta::seconds(7));
        let now = app.app.clock.now().unix();
        let mut claims: Value = serde_json::from_slice(&B64.decode(first.split('.').nth(1).unwrap()).unwrap()).unwrap();
        (claims["iat"], claims["nbf"], claims["exp"]) = (json!(now), json!(now), json!(now + 600));
        bearer(&signed(HEAD, &claims.to_string())).get("/me").await.is_refused(401, "invalid_token");
    }
}

#[test]
fn a_rotation_drops_keys_whose_tokens_have_all_expired() {
    let start: jiebang::domain::time::Timestamp = "2026-03-02T01:00:00Z".parse().unwrap();
    let after = |seconds| start.plus(chrono::TimeDelta::seconds(seconds));
    let first = KeyFile::default().rotated(start, false).unwrap();
    let second = first.rotated(after(300), false).unwrap();
    let third = second.rotated(after(605), false).unwrap();
    let kids = |file: &KeyFile| file.key.iter().map(|key| key.kid.clone()).collect::<Vec<_>>();
    assert_eq!(kids(&second)[1..], kids(&first));
    assert_eq!(kids(&third)[1..], kids(&second)[..2], "the key without a salt is gone");
}

#[test]
fn a_key_file_is_its_owners_alone_and_sound() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("token-keys.toml");
    assert_eq!(KeyFile::read(&path), Ok(KeyFile::default()));
    let file = KeyFile::default().rotated("2026-03-02T01:00:00Z".parse().unwrap(), false).unwrap();
    file.write(&path).unwrap();
    assert_eq!(KeyFile::read(&path), Ok(file.clone()));
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o640)).unwrap();
    assert!(KeyFile::read(&path).unwrap_err().contains("chmod 600"));
    let twice = KeyFile { key: vec![file.key[0].clone(), file.key[0].clone()] };
    let mut short = file.clone();
    short.key[0].salt = "AAAA".into();
    for bad in [twice, short, KeyFile { key: Vec::new() }] {
        bad.write(&path).unwrap();
        assert!(KeyFile::read(&path).is_err());
    }
    std::fs::write(&path, "what = \"ever\"").unwrap();
    assert!(KeyFile::read(&path).is_err());
}
