//! Files 附件 of bids and projects: what may be handed in, under which name, and how much of it.
//!
//! A file is taken when its name's ending, what it begins with, and (for a container) what lies in it all say the same kind of the
//! list ([`MediaType`]). Everything else is refused.

pub mod archive;

use crate::domain::codes::codes;
use crate::domain::fault::{Fault, Faults};
use crate::domain::id::FileId;
use crate::domain::text::Line;

codes! {
    /// What a file of a bid is.
    pub enum FileKind {
        TechnicalPlan = "technical_plan" "技术方案",
        Agreement = "agreement" "联合体协议",
        Commitment = "commitment" "承诺书",
        Ethics = "ethics" "伦理审批",
        Other = "other" "其他材料",
    }
}

codes! {
    /// The kinds of content that are taken, and no others.
    pub enum MediaType {
        Pdf = "application/pdf" "PDF",
        Png = "image/png" "PNG图片",
        Jpeg = "image/jpeg" "JPEG图片",
        Docx = "application/vnd.openxmlformats-officedocument.wordprocessingml.document" "Word文档",
        Xlsx = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" "Excel表格",
        Ofd = "application/ofd" "OFD版式文件",
    }
}

/// The name of a file: one line in NFC, without anything that a path, a header or an eye could stumble over.
pub type FileName = Line<3, 120>;

/// What a file holds. The receipt of a submission vouches for it, so its fields keep their order.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FileContent {
    /// Its name.
    pub name: FileName,
    /// What it holds.
    pub media_type: MediaType,
    /// Its size in bytes.
    pub bytes: u64,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
}

/// What is known of a file of a bid. The receipt of a submission vouches for it, so its fields keep their order.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema)]
pub struct FileNote {
    /// Its id: `GET /files/{id}` downloads it.
    pub id: FileId,
    /// What it is.
    pub kind: FileKind,
    /// What it holds.
    #[serde(flatten)]
    pub content: FileContent,
}

/// Why a file is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// It is larger than a file may be.
    TooLarge,
    /// With it the bid would hold more bytes than it may.
    BidFull,
    /// With it the project would hold more bytes than it may.
    ProjectFull,
    /// The bid or the project holds as many files as it may.
    TooMany,
    /// With it the organisation would hold more than its quota.
    OverQuota,
    /// Its ending, its first bytes and its content do not agree on a kind of the list.
    Kind,
    /// The virus scanner found something in it.
    Infected,
    /// The virus scanner does not answer: nothing is taken unscanned.
    Unscanned,
    /// So many of this person's, or of everyone's, are on their way already.
    Busy,
}

/// How much may be handed in.
#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    /// Bytes of one file,
    pub file: u64,
    /// files of one bid,
    pub files: usize,
    /// bytes of all of them,
    pub bid: u64,
    /// and bytes on disk of all bids of one organisation;
    pub team: u64,
    /// files of one project,
    pub evidence: usize,
    /// and bytes of all of them.
    pub project: u64,
}

/// Where the virus scanner clamd listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Clamd {
    /// An address with a port.
    Tcp(String),
    /// A socket of this machine.
    Unix(String),
}

impl std::fmt::Display for Clamd {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Tcp(address) => write!(f, "tcp://{address}"),
            Self::Unix(path) => write!(f, "unix://{path}"),
        }
    }
}

impl std::str::FromStr for Clamd {
    type Err = Fault;
    fn from_str(text: &str) -> Result<Self, Fault> {
        let tcp = text
            .strip_prefix("tcp://")
            .filter(|address| address.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && port.parse::<u16>().is_ok()));
        let unix = text.strip_prefix("unix://").filter(|path| path.starts_with('/'));
        let known = tcp.map(|address| Self::Tcp(address.into())).or_else(|| unix.map(|path| Self::Unix(path.into())));
        known.ok_or_else(|| Fault::new("not_an_address", "应为tcp://主机:端口或unix:///路径", "must be tcp://HOST:PORT or unix:///PATH"))
    }
}

/// Bytes of a MiB.
pub const MIB: u64 = 1024 * 1024;

impl Default for FileLimits {
    fn default() -> Self {
        Self { file: 50 * MIB, files: 20, bid: 200 * MIB, team: 2_048 * MIB, evidence: 200, project: 1_024 * MIB }
    }
}

impl MediaType {
    /// The kind that the ending of a name stands for.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        let (_, ending) = name.rsplit_once('.')?;
        match ending.to_ascii_lowercase().as_str() {
            "pdf" => Some(Self::Pdf),
            "png" => Some(Self::Png),
            "jpg" | "jpeg" => Some(Self::Jpeg),
            "docx" => Some(Self::Docx),
            "xlsx" => Some(Self::Xlsx),
            "ofd" => Some(Self::Ofd),
            _ => None,
        }
    }

    /// Whether it is a container, whose entries say what it is.
    #[must_use]
    pub const fn is_archive(self) -> bool {
        matches!(self, Self::Docx | Self::Xlsx | Self::Ofd)
    }

    /// Whether a content that begins with `head` and ends with `tail`, of `bytes` in all, is of this kind.
    #[must_use]
    pub fn holds(self, head: &[u8], tail: &[u8], bytes: u64) -> bool {
        let found = infer::get(head).map(|kind| kind.mime_type());
        match self {
            Self::Pdf => head.starts_with(b"%PDF-") && found == Some("application/pdf"),
            Self::Png | Self::Jpeg => found == Some(self.code()),
            Self::Docx => head.starts_with(b"PK\x03\x04") && archive::holds(tail, bytes, &["[Content_Types].xml", "word/document.xml"]),
            Self::Xlsx => head.starts_with(b"PK\x03\x04") && archive::holds(tail, bytes, &["[Content_Types].xml", "xl/workbook.xml"]),
            Self::Ofd => head.starts_with(b"PK\x03\x04") && archive::holds(tail, bytes, &["OFD.xml"]),
        }
    }
}

/// Reads a name as it came along.
///
/// # Errors
/// It is no name of a file, or would be misread.
pub fn name(text: &str) -> Result<FileName, Faults> {
    let forbidden = || Fault::new("forbidden_character", "文件名不得含有路径或保留字符", "must hold nothing that belongs to a path");
    let line: FileName = text.parse().map_err(|fault: Fault| Faults::from(fault.at("file")))?;
    let odd =
        |c: char| matches!(c, '/' | '\\' | ':' | '*' | '?' | '"' | '<' | '>' | '|' | '\u{2215}' | '\u{2044}' | '\u{FF0F}' | '\u{FF3C}');
    if line.as_str().chars().any(odd) || line.as_str().starts_with('.') || line.as_str().contains("..") {
        return Err(forbidden().at("file").into());
    }
    Ok(line)
}

/// What a bid needs beside its content before it is submitted.
pub fn complete(partners: usize, files: &[FileNote], faults: &mut Faults) {
    let agreed = files.iter().any(|file| file.kind == FileKind::Agreement);
    faults.check(partners > 0 && !agreed, "files", || {
        Fault::new("agreement_missing", "联合体须上传各方签署的联合体协议", "a consortium needs its signed agreement as a file")
    });
}

#[cfg(test)]
mod tests {
    use super::{MediaType, name};

    #[test]
    fn a_name_that_could_be_a_path_or_deceive_is_refused() {
        for bad in
            ["../a.pdf", "a/b.pdf", "a\\b.pdf", "C:a.pdf", ".pdf", "a\u{202E}fdp.exe", "a\0.pdf", "a\n.pdf", "a..pdf", "a\u{2215}b.pdf", ""]
        {
            assert!(name(bad).is_err(), "{bad:?}");
        }
        assert!(name(&format!("{}.pdf", "长".repeat(117))).is_err());
        assert_eq!(name(" 技术方案 v1.2.pdf ").map(String::from), Ok("技术方案 v1.2.pdf".to_owned()));
    }

    #[test]
    fn an_ending_alone_is_not_enough() {
        assert_eq!(MediaType::of_name("a.PDF"), Some(MediaType::Pdf));
        assert_eq!(MediaType::of_name("a.pdf.exe"), None);
        assert_eq!(MediaType::of_name("a.docm"), None);
        assert!(MediaType::Pdf.holds(b"%PDF-1.7\n", b"%PDF-1.7\n", 9));
        assert!(!MediaType::Pdf.holds(b"MZ\x90\0", b"MZ\x90\0", 4));
        assert!(!MediaType::Docx.holds(b"PK\x03\x04", b"PK\x03\x04", 4));
    }
}
