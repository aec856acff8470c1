//! The demo: a fresh database, the demo portfolio, one account a role, and a clock that runs on in the demo's days.

use crate::app::{App, Clock, Cost, FILES, Opening, Place, SEALS};
use crate::cli::{print, say, seed, serve};
use crate::config::{Config, Forwarding, MailRoute, cores};
use crate::domain::audit::ChainHash;
use crate::domain::file::FileLimits;
use crate::domain::password::Profile;
use crate::domain::proposal::complete::BidRules;
use crate::domain::seal::Cipher;
use anyhow::Context;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;

/// The password of every demo account. The demo listens where its user says, this machine by default.
const PASSWORD: &str = "willow-lantern-2026";

/// Loads the demo and serves it.
///
/// # Errors
/// The folder holds a demo already, or the data breaks a rule.
pub async fn demo(listen: SocketAddr, data_dir: Option<PathBuf>) -> anyhow::Result<()> {
    serve::start_log();
    let data_dir = data_dir.unwrap_or_else(|| std::env::temp_dir().join(format!("jiebang-demo-{}", uuid::Uuid::new_v4().simple())));
    let file = data_dir.join("jiebang.db");
    anyhow::ensure!(!file.exists(), "{} is there already: choose an empty folder", file.display());
    let listener = TcpListener::bind(listen).with_context(|| listen.to_string())?;
    let listen = listener.local_addr()?;
    let secret = crate::auth::token::random_token()?;
    let database = Place::Sqlite(file);
    let app = App::open(Opening {
        database: &database,
        pool: 4,
        secret: secret.as_bytes(),
        cost: Cost::Full,
        hashers: cores(),
        clock: Clock::settable(seed::begins()?),
        calendar: None,
        seals: &data_dir.join(SEALS),
        files: &data_dir.join(FILES),
    })?;
    let loaded = seed::load(&app, PASSWORD).await?;
    let app = App { clock: app.clock.running_on(), ..app };
    say(&format!("loaded {} challenges, {} bids, {} projects", loaded.challenges, loaded.bids, loaded.projects));
    print(&format!("Jiebang 揭榜 demo on http://{listen}  ·  API description on http://{listen}/docs/"));
    print(&format!("The demo's clock says {} (Beijing). Letters are kept in {}/mail.", app.clock.now().in_beijing(), data_dir.display()));
    print(&format!("One account for each role, all with the password {PASSWORD}:"));
    for (role, email) in &loaded.accounts {
        print(&format!("  {:<13} {:<26} {email}", role.code(), role.zh()));
    }
    print("A payment needs two people of finance, and some work a second officer: finance2@, officer2@, director2@ have accounts, too.");
    let config = Config {
        listen,
        database,
        mail: MailRoute::Folder(data_dir.join("mail")),
        data_dir,
        secret: secret.into_bytes(),
        second_factor: Vec::new(),
        profile: Profile::Modern,
        chain: ChainHash::Sha256,
        cipher: Cipher::Aes256Gcm,
        bid_rules: BidRules::default(),
        file_limits: FileLimits::default(),
        clamd: None,
        public_url: format!("http://{listen}"),
        mail_from: "Jiebang <jiebang@demo.jiebang.example>".into(),
        calendar: None,
        workers: cores(),
        pool: 4,
        rate: 50,
        burst: 200,
        in_flight: 256,
        trusted_proxies: Vec::new(),
        forwarding: Forwarding::XForwardedFor,
        origins: Vec::new(),
        metrics_token: None,
        warnings: Vec::new(),
    };
    serve::serve(app, &config, listener).await
}
