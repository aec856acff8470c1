//! Uploads that are not taken, and what stays of them: nothing.

use crate::files::{drafted, folder, id};
use crate::support::upload::{BOUNDARY, docx, form, jpeg, ofd, pdf, png, xlsx, zip};
use crate::support::{Caller, TestApp, door, on_both};
use jiebang::domain::file::{Clamd, FileLimits, MIB};
use jiebang::http::Edge;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// The same caller at a door with other limits and another scanner.
pub fn at(app: &TestApp, caller: &Caller, limits: FileLimits, clamd: Option<Clamd>) -> Caller {
    let mut other = app.app.clone();
    other.files = other.files.held_to(limits, clamd);
    caller.at(&door(other, Edge::default()))
}

/// What stands in a file, and in its name.
const CANARY: &str = "CANARY-b7d1f3-IN-A-FILE";
const NAME: &str = "CANARY-9a2c44-NAME.pdf";

/// Asks until it is so, without waiting for a time.
async fn until(mut so: impl FnMut() -> bool) {
    let waiting = async {
        while !so() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(20), waiting).await.unwrap();
}

/// Fifty files that somebody might try: name, content, and whether it is taken. What is taken is what it says that it is.
#[rustfmt::skip]
fn hostile() -> Vec<(String, Vec<u8>, bool)> {
    let exe = b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0".to_vec();
    let elf = b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0".to_vec();
    let html = b"<!doctype html><script>alert(1)</script>".to_vec();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" onload=\"alert(1)\"/>".to_vec();
    let script = b"#!/bin/sh\nrm -rf /\n".to_vec();
    let ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1".to_vec();
    let (types, document) = (("[Content_Types].xml", &b"<Types/>"[..]), ("word/document.xml", &b"<w/>"[..]));
    let with = |name: &'static str| zip(&[types, document, (name, b"x")]);
    let glued = |mut first: Vec<u8>, second: Vec<u8>| { first.extend(second); first };
    let mut locked = docx();
    let entry = locked.windows(4).position(|part| part == b"PK\x01\x02").unwrap();
    locked[entry + 8] |= 1;
    let mut commented = docx();
    let length = commented.len();
    commented[length - 2] = 6;
    commented.extend(b"MZ\x90\0<>");
    let mut lying = docx();
    let length = lying.len();
    lying[length - 12] = 200;
    let refused = [
        ("方案.pdf", exe.clone()), ("方案.pdf", elf.clone()), ("方案.pdf", html.clone()), ("方案.pdf", svg.clone()), ("方案.pdf", script.clone()),
        ("方案.pdf", png()), ("方案.pdf", docx()), ("方案.pdf", b"\xef\xbb\xbf%PDF-1.7".to_vec()), ("方案.pdf", glued(b"<script>".to_vec(), pdf("", 9))),
        ("方案.exe", exe.clone()), ("方案.exe", pdf("", 9)), ("方案.html", html.clone()), ("方案.svg", svg.clone()), ("方案.sh", script.clone()),
        ("方案.js", script.clone()), ("方案.pdf.exe", pdf("", 9)), ("方案.pdf.html", pdf("", 9)), ("方案文件", pdf("", 9)), ("方案.php", pdf("", 9)),
        ("照片.png", svg.clone()), ("照片.png", jpeg()), ("照片.jpg", png()), ("照片.png", html.clone()), ("照片.gif", b"GIF89a".to_vec()),
        ("协议.doc", ole.clone()), ("协议.docx", ole), ("协议.docm", docx()), ("协议.docx", with("word/vbaProject.bin")),
        ("协议.docx", with("word/VBAPROJECT.BIN")), ("协议.docx", with("word/run.exe")), ("协议.docx", with("../../etc/passwd")), ("协议.docx", with("/etc/passwd")),
        ("协议.docx", with("C:\\windows\\a.dll")), ("协议.docx", with("word/document.xml")), ("协议.docx", with("word/a.html")), ("协议.docx", xlsx()),
        ("协议.docx", zip(&[types])), ("协议.docx", locked), ("协议.docx", commented), ("协议.docx", lying), ("协议.docx", glued(docx(), exe.clone())),
        ("协议.docx", glued(exe, docx())), ("预算.xlsx", docx()), ("预算.xlsm", xlsx()), ("承诺书.ofd", docx()), ("承诺书.ofd", zip(&[("OFD.xml.exe", b"x")])),
        ("材料.zip", zip(&[("a.pdf", b"x")])), ("方案.pdf", Vec::new()),
    ];
    let taken = [
        // Each is a document to some and something else to others: served as an attachment of its own kind, never shown.
        ("方案.pdf", glued(pdf("<script>alert(1)</script>", 9), html)), ("方案.pdf", glued(pdf("/JavaScript (app.alert(1)) /OpenAction", 9), docx())),
        ("照片.png", glued(png(), b"<script>alert(1)</script>".to_vec())), ("照片.jpg", glued(jpeg(), script)),
    ];
    let all = refused.into_iter().map(|(name, content)| (name, content, false)).chain(taken.into_iter().map(|(name, content)| (name, content, true)));
    all.map(|(name, content, taken)| (name.to_owned(), content, taken)).collect()
}

on_both! {
    async fn fifty_hostile_files_are_refused_or_inert(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let files = hostile();
        assert!(files.len() >= 50, "{}", files.len());
        let before = app.written().await;
        for (name, content, _) in files.iter().filter(|(_, _, taken)| !taken) {
            let reply = team.uploads(&story.bid, "other", name, content).await;
            assert!(reply.status == 415, "{name}: {}", reply.text);
            reply.is_refused(415, "file_type");
        }
        for name in ["../方案.pdf", "a/b.pdf", "..\\\\a.pdf", "a\u{202E}fdp.exe.pdf", ".htaccess.pdf", "C:a.pdf", "a\u{200B}.pdf", "", "a\u{2215}b.pdf"] {
            team.uploads(&story.bid, "other", name, &pdf("", 9)).await.is_refused(422, "invalid");
        }
        team.uploads(&story.bid, "other", &format!("{}.pdf", "长".repeat(120)), &pdf("", 9)).await.has_faults(&[("file", "too_long")]);
        assert_eq!((app.written().await, folder(&app).len()), (before, 0), "nothing stays");
        for (name, content, _) in files.iter().filter(|(_, _, taken)| *taken) {
            let file = id(&team.uploads(&story.bid, "other", name, content).await.is(201));
            let (status, headers, back) = team.downloads(&file).await;
            assert_eq!((status, &back == content), (200, true), "{name}");
            assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment; "));
            assert!(headers["content-type"] == "application/pdf" || headers["content-type"].to_str().unwrap().starts_with("image/"));
            assert_eq!(headers["x-content-type-options"], "nosniff");
            assert!(headers["content-security-policy"].to_str().unwrap().starts_with("sandbox; default-src 'none'"));
        }
    }

    async fn a_form_that_is_not_right_is_told_so_and_leaves_nothing(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let (path, fine) = (format!("/bids/{}/files", story.bid), form("other", "a.pdf", &pdf("", 9)));
        team.post(&path, serde_json::json!({"kind": "other"})).await.is_refused(415, "unsupported_media_type");
        team.with("Idempotency-Key", "k1").posts_form(&path, fine.clone()).await.has_faults(&[("Idempotency-Key", "bad_key")]);
        team.posts_form(&format!("{path}?public=true"), fine.clone()).await.has_faults(&[("public", "unknown_field")]);
        team.posts_form(&path, form("plan", "a.pdf", &pdf("", 9))).await.has_faults(&[("kind", "unknown_code")]);
        team.posts_form(&path, format!("--{BOUNDARY}--\r\n").into_bytes()).await.is_refused(422, "invalid");
        let text = String::from_utf8_lossy(&form("other", "a.pdf", b"%PDF-1.7")).into_owned();
        team.posts_form(&path, text.replace("name=\"kind\"", "name=\"sort\"").into_bytes()).await.has_faults(&[("kind", "unknown_field")]);
        let second = text.replace(&format!("--{BOUNDARY}--"), &format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"b.pdf\"\r\n\r\n%PDF-1.7\r\n--{BOUNDARY}--"));
        team.posts_form(&path, second.into_bytes()).await.has_faults(&[("file", "unknown_field")]);
        let cut = fine[..fine.len() - BOUNDARY.len() - 6].to_vec();
        team.posts_form(&path, cut).await.is_refused(422, "invalid");
        let tried = team.posts_form(&format!("{path}?dry_run=true"), fine).await.is(201);
        team.get(&format!("/files/{}", id(&tried))).await.is_refused(404, "not_found");
        assert_eq!((app.count("bid_files").await, folder(&app).len()), (0, 0));
    }

    async fn an_upload_that_breaks_off_leaves_nothing(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let body = form("other", "a.pdf", &pdf("方案", 3_000_000));
        let head = format!(
            "POST /api/v1/bids/{}/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
            story.bid, team.token().await.unwrap(), body.len(),
        );
        let mut stream = TcpStream::connect(app.address.trim_start_matches("http://")).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body[..body.len() / 2]).await.unwrap();
        until(|| folder(&app).iter().any(|file| file.extension().is_some_and(|part| part == "part"))).await;
        drop(stream);
        until(|| folder(&app).is_empty()).await;
        assert_eq!(app.count("bid_files").await, 0);
        // The lanes are free again, and the bid takes the same file whole.
        team.posts_form(&format!("/bids/{}/files", story.bid), body).await.is(201);
    }

    async fn what_is_too_large_or_too_much_leaves_nothing(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let limits = FileLimits { file: MIB, files: 3, bid: MIB + 400_000, team: 2 * MIB, ..FileLimits::default() };
        let small = at(&app, &team, limits, None);
        small.uploads(&story.bid, "other", "大.pdf", &pdf("", 2_500_000)).await.is_refused(413, "file_too_large");
        assert_eq!(folder(&app).len(), 0);
        let first = id(&small.uploads(&story.bid, "other", "一.pdf", &pdf("", 900_000)).await.is(201));
        small.uploads(&story.bid, "other", "二.pdf", &pdf("", 900_000)).await.is_refused(413, "bid_too_large");
        for name in ["二.pdf", "三.pdf"] {
            small.uploads(&story.bid, "other", name, &pdf("", 1_000)).await.is(201);
        }
        small.uploads(&story.bid, "other", "四.pdf", &pdf("", 10)).await.is_refused(409, "too_many_files");
        assert_eq!(folder(&app).len(), 3);
        // The quota counts what lies on the disk, also for a submission that is over; it is a team's own.
        team.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
        small.does(&format!("/files/{first}/remove")).await.is(200);
        assert_eq!(folder(&app).len(), 3, "the submission names it");
        small.uploads(&story.bid, "other", "五.pdf", &pdf("", 1_000_000)).await.is(201);
        small.does(&format!("/bids/{}/withdraw", story.bid)).await.is(200);
        let limits = FileLimits { files: 9, team: MIB, ..limits };
        at(&app, &team, limits, None).uploads(&story.bid, "other", "六.pdf", &pdf("", 10)).await.is_refused(413, "quota_exceeded");
        let other = story.drafted("yuan").await;
        at(&app, &app.team("yuan").await, limits, None).uploads(&other, "other", "一.pdf", &pdf("", 900_000)).await.is(201);
    }

    async fn a_canary_in_a_file_is_found_nowhere(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let mut content = pdf(CANARY, 200_000);
        content.extend_from_slice(CANARY.as_bytes());
        team.uploads(&story.bid, "technical_plan", NAME, &content).await.is(201);
        team.does(&format!("/bids/{}/submit", story.bid)).await.is(200);
        for table in ["bid_files", "audit", "outbox", "bid_submissions"] {
            assert!(app.count(table).await > 0, "{table}");
        }
        let mut folders = vec![app.folder().to_owned()];
        let mut looked = 0;
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                    continue;
                }
                let bytes = std::fs::read(&path).unwrap();
                looked += bytes.len();
                for canary in [CANARY, NAME, "CANARY-", &jiebang::app::sha256_hex(&content)] {
                    assert!(!bytes.windows(canary.len()).any(|part| part == canary.as_bytes()), "{canary} is in {}", path.display());
                }
            }
        }
        assert!(looked > 200_000, "{looked}");
        let log = app.auditor().await.get("/audit?limit=100").await.text;
        assert!(!log.contains("file.add") && !log.contains("CANARY"), "{log}");
        // Sizes tell little: two of about the same length take the same.
        for bytes in [150_000, 150_400] {
            team.uploads(&story.bid, "other", "a.pdf", &pdf("", bytes)).await.is(201);
        }
        assert_eq!(app.count("(SELECT DISTINCT bytes_on_disk FROM bid_files) AS sizes").await, 2);
    }

    async fn the_virus_scanner_looks_before_anything_is_taken(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let clamd = tokio::spawn(async move {
            for round in 0..3 {
                let (mut stream, _) = listener.accept().await.unwrap();
                let mut seen = Vec::new();
                while !seen.ends_with(&[0; 4]) || seen.len() < 20 {
                    let mut piece = vec![0; 65_536];
                    let length = stream.read(&mut piece).await.unwrap();
                    seen.extend_from_slice(&piece[..length]);
                }
                let found = seen.windows(14).any(|part| part == b"EICAR-STANDARD");
                let answer: &[u8] = if round == 2 { b"INSTREAM size limit exceeded. ERROR\0" } else if found { b"stream: Eicar-Test-Signature FOUND\0" } else { b"stream: OK\0" };
                stream.write_all(answer).await.unwrap();
            }
        });
        let scanned = at(&app, &team, FileLimits::default(), Some(Clamd::Tcp(address)));
        let eicar = pdf("X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*", 100_000);
        scanned.uploads(&story.bid, "other", "a.pdf", &eicar).await.is_refused(422, "infected");
        assert_eq!(folder(&app).len(), 0);
        scanned.uploads(&story.bid, "other", "b.pdf", &pdf("clean", 100_000)).await.is(201);
        scanned.uploads(&story.bid, "other", "c.pdf", &pdf("clean", 100)).await.is_refused(503, "scanner_unavailable");
        clamd.await.unwrap();
        // Gone: nothing is taken unscanned.
        scanned.uploads(&story.bid, "other", "d.pdf", &pdf("clean", 100)).await.is_refused(503, "scanner_unavailable");
        let socket = Clamd::Unix(app.folder().join("no.sock").display().to_string());
        at(&app, &team, FileLimits::default(), Some(socket)).uploads(&story.bid, "other", "e.pdf", &pdf("", 9)).await.is_refused(503, "scanner_unavailable");
        assert_eq!((folder(&app).len(), app.count("bid_files").await), (1, 1));
    }

    async fn what_no_row_names_is_swept_after_a_day(app: TestApp) {
        let (story, team) = drafted(&app).await;
        let content = pdf("kept", 100);
        let kept = id(&team.uploads(&story.bid, "other", "a.pdf", &content).await.is(201));
        let day = Duration::from_hours(25);
        let orphan = |name: &str, old: bool| {
            let file = std::fs::File::create(app.folder().join("files").join(name)).unwrap();
            if old { file.set_modified(std::fs::metadata(app.folder()).unwrap().modified().unwrap() - day).unwrap(); }
        };
        for file in folder(&app) {
            let old = std::fs::metadata(&file).unwrap().modified().unwrap() - day;
            std::fs::File::open(&file).unwrap().set_modified(old).unwrap();
        }
        orphan("0123.part", true);
        orphan("4567", true);
        orphan("89ab.part", false);
        app.app.tidy().await.unwrap();
        let mut left: Vec<String> = folder(&app).iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect();
        left.sort_by_key(String::len);
        assert_eq!((left.len(), left[0].as_str()), (2, "89ab.part"), "{left:?}");
        assert!(team.downloads(&kept).await.2 == content);
    }
}

#[test]
fn documents_of_each_kind_are_what_they_say() {
    for (name, content) in
        [("a.docx", docx()), ("a.xlsx", xlsx()), ("a.ofd", ofd()), ("a.png", png()), ("a.jpeg", jpeg()), ("a.pdf", pdf("", 9))]
    {
        let kind = jiebang::domain::file::MediaType::of_name(name).unwrap();
        assert!(kind.holds(&content, &content, u64::try_from(content.len()).unwrap()), "{name}");
    }
}
