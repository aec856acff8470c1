//! Parses the command line and hands over to `cli`.

use clap::Parser;

/// Many small pieces of memory, taken and given back on several threads: the system's own allocator is slower at it.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    jiebang::cli::run(jiebang::cli::Cli::parse())
}
