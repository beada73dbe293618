//! Who is at the command line, for what is written down with a name.

use sens_storage::audit::Actor;

/// Who decides, as far as this machine knows.
pub(super) fn actor() -> Actor {
    let user = std::env::var("SUDO_USER")
        .or_else(|_| std::env::var("USER"))
        .unwrap_or_else(|_| "unknown".to_owned());
    Actor::local(format!("sensctl:{user}"))
}
