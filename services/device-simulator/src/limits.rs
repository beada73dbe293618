//! The operating system's limit of open files: each connection is one.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

use crate::target::BadArgument;

/// Files that are open beside the connections.
const OTHERS: u64 = 100;

/// Makes room for so many connections, as far as the operating system allows it without being asked.
///
/// # Errors
/// [`BadArgument`] when that is not far enough; it says what to do.
pub(crate) fn make_room(connections: usize) -> Result<(), BadArgument> {
    let needed = (connections as u64).saturating_add(OTHERS);
    // In a storm the new connection stands before the old one is gone.
    let best = needed.saturating_mul(2);
    let limit = getrlimit(Resource::Nofile);
    if enough(limit.current, best) {
        return Ok(());
    }
    let raised = Rlimit {
        current: Some(limit.maximum.unwrap_or(best).min(best)),
        maximum: limit.maximum,
    };
    if enough(limit.maximum, needed) && setrlimit(Resource::Nofile, raised).is_ok() {
        return Ok(());
    }
    Err(BadArgument(format!(
        "{connections} connections need {needed} open files, and this user may have {}; raise it (ulimit -Hn, \
         LimitNOFILE=) or share connections with --connections",
        limit.maximum.unwrap_or(u64::MAX)
    )))
}

fn enough(limit: Option<u64>, needed: u64) -> bool {
    limit.is_none_or(|limit| limit >= needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_to_do_when_there_is_no_room() {
        make_room(10).unwrap();
        if getrlimit(Resource::Nofile).maximum.is_some() {
            let said = make_room(usize::MAX / 4).unwrap_err().to_string();
            assert!(said.contains("--connections"), "{said}");
        }
    }
}
