//! The hook for a virus scanner: clamd reads each file before any row names it.

use crate::app::error::AppError;
use crate::app::files::folder::Reader;
use crate::domain::file::{Clamd, Unfit};
use bytes::Bytes;
use clamav_client::tokio::{Socket, Tcp, scan_stream};
use futures_util::Stream;
use std::io;
use std::time::Duration;

/// How long a scan may take.
const DEADLINE: Duration = Duration::from_mins(2);

/// The content of a file, piece by piece, read where blocking harms nobody.
pub fn pieces(reader: Reader) -> impl Stream<Item = io::Result<Bytes>> + Send + Unpin {
    let read = |reader: Option<Reader>| async move {
        let mut reader = reader?;
        let read = tokio::task::spawn_blocking(move || (reader.read(), reader)).await.map_err(io::Error::other);
        match read {
            Ok((Ok(Some(piece)), reader)) => Some((Ok(Bytes::from(piece)), Some(reader))),
            Ok((Ok(None), _)) => None,
            Ok((Err(error), _)) | Err(error) => {
                tracing::error!(%error, "a file could not be read");
                Some((Err(error), None))
            }
        }
    };
    Box::pin(futures_util::stream::unfold(Some(reader), read))
}

/// Has clamd look at a content.
///
/// # Errors
/// It found something, or did not answer: what was not looked at is not taken.
pub async fn scan(clamd: &Clamd, reader: Reader) -> Result<(), AppError> {
    let content = pieces(reader);
    let asked = async {
        match clamd {
            Clamd::Tcp(address) => scan_stream(content, Tcp { host_address: address.as_str() }, None).await,
            Clamd::Unix(path) => scan_stream(content, Socket { socket_path: path.as_str() }, None).await,
        }
    };
    let answer = tokio::time::timeout(DEADLINE, asked).await.map_err(io::Error::other).and_then(|answer| answer);
    let answer = answer.map_err(|error| {
        tracing::error!(%error, "the virus scanner does not answer");
        Unfit::Unscanned
    })?;
    match clamav_client::clean(&answer) {
        Ok(true) => Ok(()),
        Ok(false) if String::from_utf8_lossy(&answer).contains("FOUND") => Err(Unfit::Infected.into()),
        _ => {
            tracing::error!(answer = %String::from_utf8_lossy(&answer), "the virus scanner did not look at a file");
            Err(Unfit::Unscanned.into())
        }
    }
}
