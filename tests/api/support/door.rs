//! Another door to the same data, for a service that is configured otherwise; and connections that speak without a client.

use jiebang::app::App;
use jiebang::http::{self, Edge, Limits};
use std::net::TcpListener;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Opens it: its address.
pub fn door(app: App, edge: Edge) -> String {
    sized_door(app, Limits { workers: 1, connections: 512, blocking: 8, shutdown: Duration::from_secs(1), edge })
}

/// As [`door`], of another size.
pub fn sized_door(app: App, limits: Limits) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(http::serve(app, listener, limits).unwrap());
    address
}

/// A connection on which `bytes` were said.
pub async fn said(address: &str, bytes: &str) -> TcpStream {
    let mut stream = TcpStream::connect(address.trim_start_matches("http://")).await.unwrap();
    stream.write_all(bytes.as_bytes()).await.unwrap();
    stream
}

/// What is answered on it until the other side has nothing more to say: the connection must be one that ends.
pub async fn heard(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A connection that is reset has said before what it had to say.
    drop(stream.read_to_end(&mut answer).await);
    String::from_utf8_lossy(&answer).to_lowercase()
}
