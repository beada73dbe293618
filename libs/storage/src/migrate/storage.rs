//! Which storage the large tables get: hypertables where TimescaleDB serves, native partitions otherwise.

use std::fmt;

/// TimescaleDB before this loses rows of `INSERT … ON CONFLICT DO NOTHING` into compressed chunks.
const OLDEST: Version = Version(2, 18, 1);

/// What the operator asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum StorageWish {
    /// Hypertables in a database without data where TimescaleDB can be used; an existing database stays what it is.
    #[default]
    Auto,
    /// Native partitions, whatever the server offers.
    Plain,
    /// Hypertables; data that is there is moved.
    Timescale,
}

/// What the server and the database say.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts")]
pub(super) struct Facts {
    /// Version of the extension in this database.
    pub(super) installed: Option<String>,
    /// Version that the server would install.
    pub(super) available: Option<String>,
    /// Whether the server loaded the extension's library at its start.
    pub(super) preloaded: bool,
    /// Whether at least one of the tables is a hypertable.
    pub(super) some_hyper: bool,
    /// Whether at least one of the tables has native partitions.
    pub(super) some_plain: bool,
    /// Whether there are rows in the tables.
    pub(super) has_rows: bool,
}

/// What to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    /// Native partitions; maybe with a word about what could be had.
    Plain(Option<String>),
    /// The tables are hypertables: make sure of their compression.
    Keep,
    /// Turn the tables into hypertables.
    Convert {
        /// The extension is to be created first.
        create_extension: bool,
    },
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Version(u32, u32, u32);

impl Version {
    /// `2.28.3`, `2.30.0-dev`. What cannot be read counts as old.
    fn parse(text: &str) -> Self {
        let mut numbers = text
            .split(['.', '-'])
            .map(|part| part.parse().unwrap_or_default());
        let mut next = || numbers.next().unwrap_or_default();
        Self(next(), next(), next())
    }
}

impl fmt::Display for Version {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}.{}.{}", self.0, self.1, self.2)
    }
}

/// Decides, or says in one line why what is asked for cannot be.
pub(super) fn decide(facts: &Facts, wish: StorageWish) -> Result<Step, String> {
    if wish == StorageWish::Plain && !facts.some_hyper {
        return Ok(Step::Plain(None));
    }
    if wish == StorageWish::Plain {
        return Err("the tables are hypertables already: restore a dump into a plain database to leave TimescaleDB".to_owned());
    }
    if let Some(installed) = &facts.installed {
        if Version::parse(installed) < OLDEST {
            return Err(format!(
                "TimescaleDB {installed} is installed in this database, {OLDEST} or newer is needed (older ones lose rows in \
                 compressed chunks): run ALTER EXTENSION timescaledb UPDATE, or migrate with --plain"
            ));
        }
    } else if let Err(reason) = installable(facts) {
        return match (wish, &facts.available) {
            (StorageWish::Timescale, _) => Err(reason),
            (_, None) => Ok(Step::Plain(None)),
            (_, Some(_)) => Ok(Step::Plain(Some(reason))),
        };
    }
    if !facts.some_plain {
        return Ok(Step::Keep);
    }
    // Where one table is converted, an earlier conversion was interrupted.
    if facts.has_rows && wish == StorageWish::Auto && !facts.some_hyper {
        return Ok(Step::Plain(Some(
            "TimescaleDB can be used here: `sensctl migrate --to-timescale` moves the data into hypertables".to_owned(),
        )));
    }
    Ok(Step::Convert {
        create_extension: facts.installed.is_none(),
    })
}

fn installable(facts: &Facts) -> Result<(), String> {
    let Some(available) = &facts.available else {
        return Err("this server has no TimescaleDB: install its packages first".to_owned());
    };
    if Version::parse(available) < OLDEST {
        return Err(format!(
            "this server has TimescaleDB {available}, {OLDEST} or newer is needed: update its packages"
        ));
    }
    if !facts.preloaded {
        return Err(format!(
            "this server has TimescaleDB {available} but does not load it: put timescaledb into shared_preload_libraries and restart it"
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn server(installed: Option<&str>, available: Option<&str>, preloaded: bool) -> Facts {
        Facts {
            installed: installed.map(str::to_owned),
            available: available.map(str::to_owned),
            preloaded,
            some_plain: true,
            ..Facts::default()
        }
    }

    #[test]
    fn a_server_without_the_extension_gets_native_partitions() {
        let facts = server(None, None, false);
        assert_eq!(decide(&facts, StorageWish::Auto), Ok(Step::Plain(None)));
        let refused = decide(&facts, StorageWish::Timescale).unwrap_err();
        assert!(refused.contains("install its packages"), "{refused}");
    }

    #[test]
    fn an_old_version_is_refused_in_one_line_and_2_18_1_is_not() {
        for (version, good) in [
            ("2.17.2", false),
            ("2.18.0", false),
            ("2.18.1", true),
            ("2.28.3", true),
            ("2.30.0-dev", true),
            ("3.0.0", true),
            ("unreadable", false),
        ] {
            let step = decide(
                &server(Some(version), Some("2.28.3"), true),
                StorageWish::Auto,
            );
            assert_eq!(step.is_ok(), good, "{version}: {step:?}");
            if let Err(line) = step {
                assert!(line.contains(version) && !line.contains('\n'), "{line}");
            }
        }
        let old = server(Some("2.17.2"), Some("2.17.2"), true);
        assert_eq!(decide(&old, StorageWish::Plain), Ok(Step::Plain(None)));
    }

    #[test]
    fn an_extension_that_is_merely_there_is_created_for_a_new_database() {
        let mut facts = server(None, Some("2.28.3"), true);
        let create = Step::Convert {
            create_extension: true,
        };
        assert_eq!(decide(&facts, StorageWish::Auto), Ok(create));
        facts.preloaded = false;
        let Ok(Step::Plain(Some(hint))) = decide(&facts, StorageWish::Auto) else {
            panic!("not plain");
        };
        assert!(hint.contains("shared_preload_libraries"), "{hint}");
        assert!(decide(&facts, StorageWish::Timescale).is_err());
    }

    #[test]
    fn data_moves_only_when_asked_for() {
        let mut facts = server(Some("2.28.3"), Some("2.28.3"), true);
        facts.has_rows = true;
        assert!(matches!(
            decide(&facts, StorageWish::Auto),
            Ok(Step::Plain(Some(_)))
        ));
        let convert = Ok(Step::Convert {
            create_extension: false,
        });
        assert_eq!(decide(&facts, StorageWish::Timescale), convert);
        // An interrupted move goes on by itself.
        facts.some_hyper = true;
        assert_eq!(decide(&facts, StorageWish::Auto), convert);
    }

    #[test]
    fn hypertables_stay_hypertables() {
        let mut facts = server(Some("2.28.3"), Some("2.28.3"), true);
        (facts.some_hyper, facts.some_plain, facts.has_rows) = (true, false, true);
        assert_eq!(decide(&facts, StorageWish::Auto), Ok(Step::Keep));
        assert_eq!(decide(&facts, StorageWish::Timescale), Ok(Step::Keep));
        assert!(decide(&facts, StorageWish::Plain).is_err());
    }
}
