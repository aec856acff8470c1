//! Uploads: forms with a file, the least that is a file of each kind, and downloads as bytes.

use super::{Caller, Reply, inputs};
use reqwest::header::HeaderMap;
use serde_json::Value;

/// The line between the fields of a form.
pub const BOUNDARY: &str = "a-line-that-no-file-holds";

/// The form of an upload.
pub fn form(kind: &str, name: &str, content: &[u8]) -> Vec<u8> {
    let kind = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"kind\"\r\n\r\n{kind}\r\n");
    let file = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n");
    [kind.as_bytes(), file.as_bytes(), content, format!("\r\n--{BOUNDARY}--\r\n").as_bytes()].concat()
}

/// A document of about `bytes` bytes.
pub fn pdf(text: &str, bytes: usize) -> Vec<u8> {
    let mut content = format!("%PDF-1.7\n% {text}\n").into_bytes();
    let mut state = 7u32;
    while content.len() < bytes {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        content.extend_from_slice(&state.to_le_bytes());
    }
    content.extend_from_slice(b"\n%%EOF\n");
    content
}

/// A zip container with these entries, stored as they are.
pub fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let (mut body, mut directory) = (Vec::new(), Vec::new());
    for (name, content) in entries {
        let (length, size) = (u16::try_from(name.len()).unwrap().to_le_bytes(), u32::try_from(content.len()).unwrap().to_le_bytes());
        let sizes = [&[0u8; 4][..], &size, &size, &length].concat();
        let offset = u32::try_from(body.len()).unwrap().to_le_bytes();
        body.extend_from_slice(&[b"PK\x03\x04\x14\0\0\0\0\0\0\0\0\0", &sizes[..], &[0; 2], name.as_bytes(), content].concat());
        let rest = [&[0u8; 12][..], &offset].concat();
        directory.extend_from_slice(&[b"PK\x01\x02\x14\0\x14\0\0\0\0\0\0\0\0\0", &sizes[..], &rest, name.as_bytes()].concat());
    }
    let count = u16::try_from(entries.len()).unwrap().to_le_bytes();
    let (size, offset) = (u32::try_from(directory.len()).unwrap().to_le_bytes(), u32::try_from(body.len()).unwrap().to_le_bytes());
    [&body[..], &directory, b"PK\x05\x06\0\0\0\0", &count, &count, &size, &offset, &[0; 2]].concat()
}

pub fn docx() -> Vec<u8> {
    zip(&[("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b"<r/>"), ("word/document.xml", b"<w:document/>")])
}

pub fn xlsx() -> Vec<u8> {
    zip(&[("[Content_Types].xml", b"<Types/>"), ("_rels/.rels", b"<r/>"), ("xl/workbook.xml", b"<workbook/>")])
}

pub fn ofd() -> Vec<u8> {
    zip(&[("OFD.xml", b"<ofd:OFD/>"), ("Doc_0/Document.xml", b"<ofd:Document/>")])
}

pub fn png() -> Vec<u8> {
    b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01\x08\x06\0\0\0".to_vec()
}

pub fn jpeg() -> Vec<u8> {
    b"\xff\xd8\xff\xe0\0\x10JFIF\0\x01\x01\0\0\x01\0\x01\0\0\xff\xd9".to_vec()
}

impl Caller {
    /// Hands in a file to a bid.
    pub async fn uploads(&self, bid: &str, kind: &str, name: &str, content: &[u8]) -> Reply {
        self.posts_form(&format!("/bids/{bid}/files"), form(kind, name, content)).await
    }

    /// Uploads evidence of a kind to a project. Answers its id.
    pub async fn proof(&self, project: &str, kind: &str) -> String {
        let form = form(kind, "检测报告.pdf", &pdf(kind, 200));
        self.posts_form(&format!("/projects/{project}/evidence"), form).await.is(201)["id"].as_str().unwrap().to_owned()
    }

    /// What a milestone is handed in with: values of indicators, and a file for each that fits it.
    pub async fn evidence(&self, project: &str, values: &[(&str, &str)]) -> Value {
        let mut shown = Vec::new();
        for (code, actual) in values {
            let kind = if *code == "K3" { "user_report" } else { "test_report" };
            shown.push((*code, *actual, self.proof(project, kind).await));
        }
        let named: Vec<_> = shown.iter().map(|(code, actual, file)| (*code, *actual, file.as_str())).collect();
        inputs::evidence(&named)
    }

    pub async fn posts_form(&self, path: &str, body: Vec<u8>) -> Reply {
        let mut request = self.client.post(format!("{}/api/v1{path}", self.address)).headers(self.own_headers());
        if let Some(token) = self.token().await {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let request = request.header("Content-Type", format!("multipart/form-data; boundary={BOUNDARY}"));
        let answer = request.body(body).send().await.unwrap();
        Reply { status: answer.status(), headers: answer.headers().clone(), text: answer.text().await.unwrap() }
    }

    /// Downloads a file of a bid: status, headers, bytes.
    pub async fn downloads(&self, file: &str) -> (u16, HeaderMap, Vec<u8>) {
        self.fetches(&format!("/files/{file}")).await
    }

    /// Bytes: status, headers, content.
    pub async fn fetches(&self, path: &str) -> (u16, HeaderMap, Vec<u8>) {
        let mut request = self.client.get(format!("{}/api/v1{path}", self.address)).headers(self.own_headers());
        if let Some(token) = self.token().await {
            request = request.header("Authorization", format!("Bearer {token}"));
        }
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.headers().clone(), answer.bytes().await.unwrap().to_vec())
    }

    fn own_headers(&self) -> HeaderMap {
        self.headers.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }
}
