//! PostgreSQL's programs and the making of a data folder.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use anyhow::{Context, Result, anyhow, bail};

use crate::programs;

/// The superuser of every cluster we make.
pub(crate) const SUPERUSER: &str = "postgres";

/// The user that runs the server when we are root (PostgreSQL refuses to run as root).
const SYSTEM_USER: &str = "postgres";

/// The programs of one PostgreSQL installation.
#[derive(Debug, Clone)]
pub(crate) struct Tools {
    bin: PathBuf,
    /// The user to run servers as; `None` for our own.
    pub(crate) user: Option<String>,
}

impl Tools {
    /// The folder that `SENS_PG_BIN` names, else that of `initdb` on PATH, else the newest of the usual folders.
    pub(crate) fn find() -> Result<Self> {
        let bin = Self::bin_folder()?;
        let user = if programs::is_root() {
            if programs::on_path("setpriv").is_none() {
                bail!(
                    "PostgreSQL does not run as root and setpriv (util-linux) is missing: run this as an ordinary user"
                );
            }
            Some(SYSTEM_USER.to_owned())
        } else {
            None
        };
        Ok(Self { bin, user })
    }

    fn bin_folder() -> Result<PathBuf> {
        if let Some(folder) = std::env::var_os("SENS_PG_BIN").filter(|value| !value.is_empty()) {
            let folder = PathBuf::from(folder);
            if folder.join("initdb").is_file() {
                return Ok(folder);
            }
            bail!(
                "SENS_PG_BIN names {}, which holds no initdb",
                folder.display()
            );
        }
        if let Some(initdb) = programs::on_path("initdb") {
            // A link (Homebrew, distributions) leads to the folder that holds the other programs too.
            let real = initdb.canonicalize().unwrap_or_else(|_| initdb.clone());
            for file in [&real, &initdb] {
                if let Some(folder) = file.parent()
                    && folder.join("postgres").is_file()
                {
                    return Ok(folder.to_path_buf());
                }
            }
        }
        newest(&["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", "/usr/pgsql"]).ok_or_else(|| {
            anyhow!(
                "PostgreSQL's server programs (initdb, postgres) not found: install PostgreSQL 15 or newer \
                 (apt install postgresql, brew install postgresql@17), or name the folder with SENS_PG_BIN"
            )
        })
    }

    /// The path of one program.
    pub(crate) fn program(&self, name: &str) -> PathBuf {
        self.bin.join(name)
    }

    /// `postgres --version`, as a file name.
    fn version_key(&self) -> Result<String> {
        let output = run(Command::new(self.program("postgres")).arg("--version"))?;
        Ok(output
            .trim()
            .chars()
            .map(|letter| {
                if letter.is_ascii_alphanumeric() {
                    letter
                } else {
                    '-'
                }
            })
            .collect())
    }

    /// Runs a program of the installation as the servers' user.
    pub(super) fn run_as_server_user(&self, program: &Path, args: &[&str]) -> Result<String> {
        let mut command = match &self.user {
            Some(user) => {
                let mut command = Command::new("setpriv");
                command
                    .args([
                        format!("--reuid={user}"),
                        format!("--regid={user}"),
                        "--clear-groups".into(),
                        "--".into(),
                    ])
                    .arg(program);
                command
            }
            None => Command::new(program),
        };
        command.args(args).current_dir("/").env("LC_ALL", "C");
        run(&mut command)
    }

    /// Makes a new cluster in `folder/data`; `folder` exists.
    pub(crate) fn initdb(&self, folder: &Path, password: &str) -> Result<()> {
        self.give_to_server_user(folder)?;
        let password_file = folder.join("initial-password");
        fs::write(&password_file, format!("{password}\n"))?;
        self.give_to_server_user(&password_file)?;
        let result = self.run_as_server_user(
            &self.program("initdb"),
            &[
                "--pgdata",
                &folder.join("data").display().to_string(),
                "--username",
                SUPERUSER,
                "--pwfile",
                &password_file.display().to_string(),
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync",
                "--no-instructions",
            ],
        );
        fs::remove_file(&password_file).ok();
        result.map(drop)
    }

    /// Copies a cluster made once per PostgreSQL version to `folder/data`: an `initdb` costs about two seconds, a copy
    /// a tenth of that.
    pub(crate) fn copy_cached(&self, folder: &Path, password: &str) -> Result<()> {
        let cache = self.cache_folder()?;
        let template = cache.join(format!(
            "{}-{}",
            self.version_key()?,
            self.user.as_deref().unwrap_or("self")
        ));
        if !template.join("data/PG_VERSION").is_file() {
            self.fill_cache(&cache, &template, password)?;
        }
        run(Command::new("cp")
            .arg("-a")
            .arg(template.join("data"))
            .arg(folder))?;
        Ok(())
    }

    /// `testkit-cache` in the cargo target folder that holds this executable, else in the temporary folder.
    fn cache_folder(&self) -> Result<PathBuf> {
        let target = std::env::current_exe()?
            .ancestors()
            .find(|folder| folder.join("CACHEDIR.TAG").is_file())
            .filter(|folder| self.can_reach(folder))
            .map_or_else(std::env::temp_dir, Path::to_path_buf);
        let folder = target.join("testkit-cache");
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    /// Makes the template beside its place and moves it there: of several test processes at once the first one wins.
    fn fill_cache(&self, cache: &Path, template: &Path, password: &str) -> Result<()> {
        let work = tempfile::Builder::new().prefix("new-").tempdir_in(cache)?;
        self.initdb(work.path(), password)?;
        let made = work.keep();
        if fs::rename(&made, template).is_err() {
            fs::remove_dir_all(&made).ok();
            if !template.join("data/PG_VERSION").is_file() {
                bail!("cannot move the new cluster to {}", template.display());
            }
        }
        Ok(())
    }

    /// Whether the user that runs servers gets to a folder; a project below `/root` is closed to it.
    pub(crate) fn can_reach(&self, folder: &Path) -> bool {
        let path = folder.display().to_string();
        self.run_as_server_user(Path::new("test"), &["-x", &path])
            .is_ok()
    }

    /// Hands a file or folder to the user that runs servers.
    pub(crate) fn give_to_server_user(&self, path: &Path) -> Result<()> {
        if let Some(user) = &self.user {
            run(Command::new("chown").arg(format!("{user}:")).arg(path))?;
        }
        Ok(())
    }

    /// Runs SQL through `psql` and gives what it prints (unaligned, no headings). The SQL goes through stdin.
    pub(crate) fn psql(&self, url: &str, sql: &str) -> Result<String> {
        let beside = self.program("psql");
        let program = if beside.is_file() {
            beside
        } else {
            PathBuf::from("psql")
        };
        let mut child = Command::new(program)
            .args([
                "--no-psqlrc",
                "--quiet",
                "--no-align",
                "--tuples-only",
                "--set=ON_ERROR_STOP=1",
                "--file=-",
            ])
            .arg(format!("--dbname={url}"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start psql: install PostgreSQL's client programs")?;
        if let Some(mut stdin) = child.stdin.take() {
            std::io::Write::write_all(&mut stdin, sql.as_bytes())?;
        }
        let output = child.wait_with_output()?;
        text_of(&output).with_context(|| format!("psql: {sql}"))
    }
}

/// The `bin` folder with `initdb` of the highest version below the roots (`15/bin`, `postgresql@17/bin`).
fn newest(roots: &[&str]) -> Option<PathBuf> {
    let mut found: Vec<(u32, PathBuf)> = Vec::new();
    for root in roots {
        for entry in fs::read_dir(root).into_iter().flatten().flatten() {
            let name = entry.file_name().to_string_lossy().into_owned();
            let version = name
                .trim_start_matches("postgresql")
                .trim_start_matches(['@', '-'])
                .parse();
            let bin = entry.path().join("bin");
            if let Ok(version) = version
                && bin.join("initdb").is_file()
            {
                found.push((version, bin));
            }
        }
    }
    found.into_iter().max().map(|(_, bin)| bin)
}

fn run(command: &mut Command) -> Result<String> {
    let output = command
        .stdin(Stdio::null())
        .output()
        .with_context(|| format!("cannot start {}", command.get_program().display()))?;
    text_of(&output).with_context(|| format!("{} failed", command.get_program().display()))
}

fn text_of(output: &Output) -> Result<String> {
    if output.status.success() {
        return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
    }
    let stderr = String::from_utf8_lossy(&output.stderr);
    bail!(
        "{}: {}",
        crate::process::describe(output.status),
        stderr.trim()
    )
}
