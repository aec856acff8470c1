//! Embedded files are part of the program: when one changes, the program is built anew.

fn main() {
    for folder in ["migrations", "src/mail/templates", "src/store/guards", "src/domain/calendar.toml", "seeds"] {
        println!("cargo:rerun-if-changed={folder}");
    }
}
