//! The operator's door: one binary, one command each. Calls use cases, never the database.
//!
//! Exit codes follow sysexits: 0 done, 1 failed, 2 wrong usage, 65 the audit log, a receipt or a draw does not hold, 78 configuration.

pub mod admin;
pub mod audit;
pub mod demo;
pub mod draw;
pub mod inspect;
pub mod keys;
pub mod receipt;
pub mod seed;
pub mod serve;

use crate::app::receipts::Unsound;
use crate::app::{App, AppError, Clock, Cost, FILES, Opening, SEALS};
use crate::config::{self, Config, ConfigFault};
use anyhow::Context;
use clap::{Parser, Subcommand};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::ExitCode;

/// 揭榜: the portfolio of a science department's open-challenge projects.
#[derive(Debug, Parser)]
#[command(name = "jiebang", version)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// What can be done.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the API; brings the schema up to date first.
    Serve,
    /// Bring the schema up to date and stop.
    Migrate,
    /// Serve a demo portfolio from a fresh database, on a clock that runs on in its days.
    Demo {
        /// Where to listen.
        #[arg(long, default_value = "127.0.0.1:8080")]
        listen: SocketAddr,
        /// Where to keep the demo; a fresh temporary folder by default.
        #[arg(long)]
        data_dir: Option<PathBuf>,
    },
    /// Load the demo portfolio into an empty database. The password of all its accounts is read from standard input.
    Seed,
    /// Accounts, on the host.
    User {
        /// What to do.
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Letters that wait or could not be delivered.
    Outbox {
        /// What to do.
        #[command(subcommand)]
        command: OutboxCommand,
    },
    /// The audit log.
    Audit {
        /// What to do.
        #[command(subcommand)]
        command: AuditCommand,
    },
    /// Receipts of bids.
    Receipt {
        /// What to do.
        #[command(subcommand)]
        command: receipt::ReceiptCommand,
    },
    /// Draws of panels.
    Draw {
        /// What to do.
        #[command(subcommand)]
        command: draw::DrawCommand,
    },
    /// Keys of access tokens.
    Keys {
        /// What to do.
        #[command(subcommand)]
        command: KeysCommand,
    },
    /// The configuration.
    Config {
        /// What to do.
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Print every route with its action.
    Routes,
    /// Print who may do what, as Markdown.
    Permissions,
    /// Print every stage table, as Markdown with diagrams.
    Stages,
    /// Print the OpenAPI document.
    Openapi,
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
}

/// Accounts, on the host.
#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Create an account with a role: the way to the first administrators. The password is asked for, or read from
    /// standard input.
    Create {
        /// Address to sign in with.
        #[arg(long)]
        email: String,
        /// 姓名.
        #[arg(long)]
        name: String,
        /// Role; give it again for several.
        #[arg(long = "role", required = true)]
        roles: Vec<String>,
        /// 统一社会信用代码 of the person's organisation. Needs --organization when it is not registered yet.
        #[arg(long)]
        uscc: String,
        /// 单位全称, to register the organisation.
        #[arg(long)]
        organization: Option<String>,
    },
    /// Turn off the second factor of someone who has lost it, when there is nobody left who could do it through the service.
    /// The person and the security administrators are told.
    ResetSecondFactor {
        /// Address that the person signs in with.
        #[arg(long)]
        email: String,
    },
}

/// Letters.
#[derive(Debug, Subcommand)]
pub enum OutboxCommand {
    /// List letters of a state, oldest first.
    List {
        /// pending, sent or dead.
        #[arg(long, default_value = "pending")]
        state: String,
        /// How many.
        #[arg(long, default_value_t = 100)]
        limit: i64,
    },
    /// Give dead letters another life: one, or all.
    Retry {
        /// Id of the letter.
        id: Option<String>,
    },
}

/// The audit log.
#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Find out whether it is as it was written: exit 65 and the first bad record, if not.
    Verify {
        /// An exported log instead of the database's.
        #[arg(long)]
        file: Option<PathBuf>,
        /// A public key whose checkpoints are trusted, besides this service's own; with --file, the only ones.
        #[arg(long = "key")]
        keys: Vec<String>,
        /// Do not ask for checkpoints, only whether the records hold together.
        #[arg(long, conflicts_with = "file")]
        without_checkpoints: bool,
    },
    /// Print records with what proves them, one JSON object a line.
    Export {
        /// Number of the first record.
        #[arg(long, default_value_t = 1)]
        from: i64,
        /// Number of the last record.
        #[arg(long, default_value_t = i64::MAX)]
        to: i64,
    },
    /// Print the public key that checkpoints are verified with.
    Key,
}

/// Keys of access tokens.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Make a new key that signs; older ones go on verifying until their tokens have expired. A running service takes it
    /// up on SIGHUP.
    Rotate {
        /// Drop all older keys, as when one is known to others. Restart the service: everyone's access token ends.
        #[arg(long)]
        at_once: bool,
    },
    /// List the keys, the one that signs first.
    List,
}

/// The configuration.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Say everything that is wrong with it (exit 78), or print it without secrets.
    Check,
}

/// Exit code for an audit log that was changed (`EX_DATAERR`).
pub const EX_DATAERR: u8 = 65;
/// Exit code for a configuration that the service does not start with (`EX_CONFIG`).
const EX_CONFIG: u8 = 78;

/// Runs a command to its end.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let runtime = match tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.into()),
    };
    match runtime.block_on(command(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(Stopped::Failed(error)) => failed(&error),
        Err(Stopped::Tampered(what)) => {
            say(&format!("审计日志已被改动 / the audit log was changed: {what}"));
            ExitCode::from(EX_DATAERR)
        }
        Err(Stopped::Unsound(what)) => {
            say(&format!("回执核验不通过 / the receipt does not hold: {what}"));
            ExitCode::from(EX_DATAERR)
        }
        Err(Stopped::NotDrawn(what)) => {
            say(&format!("抽取核验不通过 / the draw does not hold: {what}"));
            ExitCode::from(EX_DATAERR)
        }
        Err(Stopped::Unconfigured(faults)) => {
            say("the configuration has faults:");
            for ConfigFault { key, problem } in faults {
                say(&format!("  {key} {problem}"));
            }
            ExitCode::from(EX_CONFIG)
        }
    }
}

/// Why a command did not end well.
pub enum Stopped {
    /// It failed.
    Failed(anyhow::Error),
    /// The configuration is not one to start with.
    Unconfigured(Vec<ConfigFault>),
    /// The audit log is not as it was written.
    Tampered(String),
    /// A receipt does not hold.
    Unsound(Unsound),
    /// A draw comes out otherwise.
    NotDrawn(String),
}

impl<E: Into<anyhow::Error>> From<E> for Stopped {
    fn from(error: E) -> Self {
        Self::Failed(error.into())
    }
}

fn failed(error: &anyhow::Error) -> ExitCode {
    match error.downcast_ref::<AppError>().map(|error| (error, error.row())) {
        Some((AppError::Duplicate(field), row)) => say(&format!("jiebang: {field}: {} / {}", row.zh, row.en)),
        Some((AppError::Internal(_) | AppError::Unavailable(_), _)) | None => say(&format!("jiebang: {error:#}")),
        Some((AppError::Faults(faults), _)) => {
            for fault in &faults.0 {
                say(&format!("jiebang: {}: {} / {}", fault.field, fault.zh, fault.en));
            }
        }
        Some((_, row)) => say(&format!("jiebang: {} / {}", row.zh, row.en)),
    }
    ExitCode::FAILURE
}

/// For people, on standard error; data goes to standard output.
fn say(text: &str) {
    use std::io::Write;
    // Nobody is left to tell when standard error is closed.
    drop(writeln!(std::io::stderr(), "{text}"));
}

/// Data, on standard output.
fn print(text: &str) {
    use std::io::Write;
    drop(writeln!(std::io::stdout(), "{text}"));
}

fn configured() -> Result<Config, Stopped> {
    config::from_environment().map_err(Stopped::Unconfigured)
}

fn open(config: &Config, clock: Clock) -> anyhow::Result<App> {
    let app = App::open(Opening {
        database: &config.database,
        pool: config.pool,
        secret: &config.secret,
        cost: Cost::Full,
        hashers: config::cores(),
        clock,
        calendar: config.calendar.as_deref(),
        seals: &config.data_dir.join(SEALS),
        files: &config.data_dir.join(FILES),
    })?;
    keys::load(&app, config)?;
    Ok(App {
        second_factor: config.second_factor.clone().into(),
        profile: config.profile,
        chain: config.chain,
        cipher: config.cipher,
        bid_rules: config.bid_rules,
        files: app.files.held_to(config.file_limits, config.clamd.clone()),
        ..app
    })
}

async fn command(command: Command) -> Result<(), Stopped> {
    match command {
        Command::Serve => {
            serve::start_log();
            let config = configured()?;
            let listener = std::net::TcpListener::bind(config.listen).with_context(|| config.listen.to_string())?;
            let app = open(&config, Clock::System)?;
            serve::serve(app, &config, listener).await?;
        }
        Command::Migrate => {
            open(&configured()?, Clock::System)?;
            say("the schema is up to date");
        }
        Command::Demo { listen, data_dir } => demo::demo(listen, data_dir).await?,
        Command::Seed => admin::seed(&configured()?).await?,
        Command::User { command: UserCommand::Create { email, name, roles, uscc, organization } } => {
            admin::create_user(&open(&configured()?, Clock::System)?, admin::NewUser { email, name, roles, uscc, organization }).await?;
        }
        Command::User { command: UserCommand::ResetSecondFactor { email } } => {
            admin::reset_second_factor(&open(&configured()?, Clock::System)?, &email).await?;
        }
        Command::Outbox { command: OutboxCommand::List { state, limit } } => {
            admin::list_letters(&open(&configured()?, Clock::System)?, &state, limit).await?;
        }
        Command::Outbox { command: OutboxCommand::Retry { id } } => {
            admin::retry_letters(&open(&configured()?, Clock::System)?, id).await?;
        }
        Command::Audit { command: AuditCommand::Verify { file: Some(file), keys, .. } } => audit::verify_file(&file, &keys)?,
        Command::Audit { command: AuditCommand::Verify { file: None, keys, without_checkpoints } } => {
            let config = configured()?;
            audit::verify(&open(&config, Clock::System)?, &config, without_checkpoints, keys).await?;
        }
        Command::Audit { command: AuditCommand::Export { from, to } } => {
            let config = configured()?;
            audit::export(&open(&config, Clock::System)?, &config, from, to).await?;
        }
        Command::Audit { command: AuditCommand::Key } => audit::key(&open(&configured()?, Clock::System)?)?,
        Command::Receipt { command } => receipt::run(command)?,
        Command::Draw { command } => draw::run(command)?,
        Command::Keys { command: KeysCommand::Rotate { at_once } } => keys::rotate(&configured()?, at_once)?,
        Command::Keys { command: KeysCommand::List } => keys::list(&configured()?)?,
        Command::Config { command: ConfigCommand::Check } => {
            let config = configured()?;
            print(config.redacted().trim_end());
            for ConfigFault { key, problem } in &config.warnings {
                say(&format!("note: {key} {problem}"));
            }
        }
        Command::Routes => print(inspect::routes().trim_end()),
        Command::Permissions => print(inspect::permissions().trim_end()),
        Command::Stages => print(inspect::stages().trim_end()),
        Command::Openapi => print(inspect::openapi()?.trim_end()),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut <Cli as clap::CommandFactory>::command(), "jiebang", &mut std::io::stdout());
        }
    }
    Ok(())
}
