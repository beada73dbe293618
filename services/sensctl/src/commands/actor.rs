//! Who is at the command line, for what is written down with a name.

/// Who decides, as far as this machine knows.
pub(super) fn actor() -> String {
    let user = std::env::var("SUDO_USER")
        .or_else(|_| std::env::var("USER"))
        .unwrap_or_else(|_| "unknown".to_owned());
    format!("sensctl:{user}")
}
