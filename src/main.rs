//! Parses the command line and hands over to `cli`.

use clap::Parser;

fn main() -> std::process::ExitCode {
    jiebang::cli::run(jiebang::cli::Cli::parse())
}
