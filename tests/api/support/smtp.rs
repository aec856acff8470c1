//! A mail server in a process of its own: this test binary, run again.

use mailin_embedded::{Handler, Response, Server, response};
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

const FOLDER: &str = "JIEBANG_TEST_SMTP_FOLDER";

pub struct Process {
    child: Child,
    port: u16,
}

impl Process {
    pub fn start(folder: &Path) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "support::smtp::the_server_in_a_process_of_its_own", "--nocapture"])
            .env(FOLDER, folder)
            .stdout(Stdio::piped())
            .stdin(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let port = lines.map_while(Result::ok).find_map(|line| line.rsplit_once("port ")?.1.trim().parse().ok()).unwrap();
        Self { child, port }
    }

    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }
}

#[derive(Clone)]
struct Keeper {
    folder: PathBuf,
    mail: Vec<u8>,
}

impl Handler for Keeper {
    fn rcpt(&mut self, to: &str) -> Response {
        match to {
            to if to.contains("later") => response::INTERNAL_ERROR,
            to if to.contains("never") => response::NO_MAILBOX,
            _ => response::OK,
        }
    }

    fn data(&mut self, line: &[u8]) -> std::io::Result<()> {
        self.mail.extend_from_slice(line);
        Ok(())
    }

    fn data_end(&mut self) -> Response {
        let number = std::fs::read_dir(&self.folder).unwrap().count() + 1;
        std::fs::write(self.folder.join(format!("{number}.eml")), std::mem::take(&mut self.mail)).unwrap();
        response::OK
    }
}

/// Does nothing when it is run as a test; is the mail server when it is run by [`Process`].
#[test]
fn the_server_in_a_process_of_its_own() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    std::io::Write::write_all(&mut std::io::stdout(), format!("\nport {}\n", listener.local_addr().unwrap().port()).as_bytes()).unwrap();
    // The server ends with the process that started it: its end of our input closes then.
    std::thread::spawn(|| {
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        std::process::exit(0);
    });
    let mut server = Server::new(Keeper { folder: folder.into(), mail: Vec::new() });
    server.with_name("mail.test.example").with_tcp_listener(listener);
    server.serve().unwrap();
}
