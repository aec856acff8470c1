//! What lies in a zip container, read from its directory at the end: names alone, nothing is unpacked.

/// Bytes at the end of a content that are looked at: more directory than an honest document has.
pub const TAIL: usize = 256 * 1024;
/// Entries that a container may hold.
const MOST_ENTRIES: usize = 4_096;
/// Bytes of the record that ends a directory, and of each entry before its name.
const END: usize = 22;
const ENTRY: usize = 46;
/// What nobody needs in a document, by the last part of its name: programs, scripts, and other documents' macros.
const HARMFUL: &[&str] = &[
    "exe", "dll", "scr", "com", "bat", "cmd", "ps1", "vbs", "vbe", "js", "jse", "wsf", "hta", "jar", "msi", "lnk", "sh", "docm", "xlsm",
    "dotm", "xltm", "html", "htm", "svg",
];

fn number(bytes: &[u8], at: usize, length: usize) -> Option<usize> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    Some(field.iter().rev().fold(0usize, |sum, byte| sum.wrapping_shl(8) | usize::from(*byte)))
}

/// The names of the entries of a container of `bytes` that ends with `tail`; none when its directory is not sound.
#[must_use]
pub fn entries(tail: &[u8], bytes: u64) -> Option<Vec<String>> {
    // No comment behind the directory: what a container ends with is what it is.
    let end = tail.len().checked_sub(END)?;
    let record = tail.get(end..)?;
    let sound = record.starts_with(b"PK\x05\x06") && number(record, 4, 4)? == 0 && number(record, 20, 2)? == 0;
    let (count, size, offset) = (number(record, 10, 2)?, number(record, 12, 4)?, number(record, 16, 4)?);
    let placed = u64::try_from(offset.checked_add(size)?.checked_add(END)?).ok()? == bytes;
    if !sound || !placed || count == 0 || count > MOST_ENTRIES || number(record, 8, 2)? != count {
        return None;
    }
    let mut rest = tail.get(end.checked_sub(size)?..end)?;
    let mut names = Vec::with_capacity(count);
    while !rest.is_empty() {
        if !rest.starts_with(b"PK\x01\x02") {
            return None;
        }
        // Encrypted entries hide what they are.
        if number(rest, 8, 2)? & 1 == 1 {
            return None;
        }
        let (name, extra, comment) = (number(rest, 28, 2)?, number(rest, 30, 2)?, number(rest, 32, 2)?);
        let behind = ENTRY.checked_add(name)?;
        names.push(String::from_utf8(rest.get(ENTRY..behind)?.to_vec()).ok()?);
        rest = rest.get(behind.checked_add(extra)?.checked_add(comment)?..)?;
    }
    (names.len() == count).then_some(names)
}

/// Whether a container holds all of `wanted` and nothing that is harmful, repeated or beside its own folder.
#[must_use]
pub fn holds(tail: &[u8], bytes: u64, wanted: &[&str]) -> bool {
    let Some(names) = entries(tail, bytes) else { return false };
    let mut seen = std::collections::BTreeSet::new();
    let fine = |name: &String| {
        let lower = name.to_lowercase();
        let ending = lower.rsplit_once('.').map_or("", |(_, ending)| ending);
        let strays = lower.starts_with('/') || lower.contains('\\') || lower.contains(':') || lower.split('/').any(|part| part == "..");
        !strays && !lower.contains("vbaproject") && !lower.contains("vbadata") && !HARMFUL.contains(&ending)
    };
    names.iter().all(|name| fine(name) && seen.insert(name.to_lowercase())) && wanted.iter().all(|wanted| names.iter().any(|n| n == wanted))
}
