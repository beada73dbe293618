//! Taking a file in, piece by piece: nothing is held but the part that is being filled.

use sens_schema::import::{Format, LINE_MAX};
use sqlx::{PgPool, Postgres, Transaction};

use crate::Error;
use crate::audit::{self, Actor, Entry};

/// Bytes of a part.
const PART: usize = 256 * 1024;
/// Most bytes of a file.
const BYTES: usize = 1024 * 1024 * 1024;
/// Imports that may wait or be at work at a time.
const OPEN: i64 = 8;

const BEGIN: &str = "
    INSERT INTO import_run (dry_run, requested_by, total, bytes) VALUES ($1, $2, 0, 0) RETURNING id";

const PUT: &str =
    "INSERT INTO import_part (run_id, part, first_line, lines, body) VALUES ($1, $2, $3, $4, $5)";

const END: &str = "UPDATE import_run SET columns = $2, total = $3, bytes = $4 WHERE id = $1";

/// Why a file is not taken.
#[derive(Debug, thiserror::Error)]
pub enum Refusal {
    /// The file itself is wrong.
    #[error("{0}")]
    Invalid(String),
    /// It is too large.
    #[error("a file has at most {} MiB: split it", BYTES / 1024 / 1024)]
    TooLarge,
    /// Others wait already.
    #[error("{OPEN} imports wait or are at work: try again when one of them is over")]
    TooMany,
    /// The database did not take it.
    #[error(transparent)]
    Database(#[from] Error),
}

/// A file on its way in. Nothing is there before [`Intake::finish`].
#[derive(Debug)]
pub struct Intake {
    transaction: Transaction<'static, Postgres>,
    id: i64,
    dry_run: bool,
    csv: bool,
    columns: Option<Vec<String>>,
    /// The beginning of a line whose end is not there yet.
    rest: Vec<u8>,
    part: Vec<u8>,
    /// Lines of the part, and of the file so far.
    lines: (i64, i64),
    first_line: i64,
    number: i64,
    parts: i32,
    bytes: usize,
}

impl Intake {
    /// Begins to take a file in.
    ///
    /// # Errors
    /// [`Refusal::TooMany`], or that the database is away.
    pub async fn begin(
        pool: &PgPool,
        csv: bool,
        dry_run: bool,
        actor: &Actor,
    ) -> Result<Self, Refusal> {
        let failed = Error::during("take an import in");
        let mut transaction = pool.begin().await.map_err(&failed)?;
        let open: i64 = sqlx::query_scalar(
            "SELECT count(*) FROM import_run WHERE state IN ('requested', 'running')",
        )
        .fetch_one(&mut *transaction)
        .await
        .map_err(&failed)?;
        if open >= OPEN {
            return Err(Refusal::TooMany);
        }
        let id = sqlx::query_scalar(BEGIN)
            .bind(dry_run)
            .bind(&actor.name)
            .fetch_one(&mut *transaction)
            .await
            .map_err(&failed)?;
        Ok(Self {
            transaction,
            id,
            dry_run,
            csv,
            columns: None,
            rest: Vec::new(),
            part: Vec::new(),
            lines: (0, 0),
            first_line: 1,
            number: 0,
            parts: 0,
            bytes: 0,
        })
    }

    /// Takes the next piece of the file.
    ///
    /// # Errors
    /// [`Refusal`]: the file is given up.
    pub async fn push(&mut self, piece: &[u8]) -> Result<(), Refusal> {
        self.bytes += piece.len();
        if self.bytes > BYTES {
            return Err(Refusal::TooLarge);
        }
        for run in piece.split_inclusive(|byte| *byte == b'\n') {
            self.rest.extend_from_slice(run);
            if self.rest.len() > LINE_MAX {
                let line = self.number + 1;
                return Err(Refusal::Invalid(format!(
                    "line {line} is longer than {LINE_MAX} bytes"
                )));
            }
            if run.ends_with(b"\n") {
                self.line().await?;
            }
        }
        Ok(())
    }

    async fn line(&mut self) -> Result<(), Refusal> {
        self.number += 1;
        let line = std::mem::take(&mut self.rest);
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        if self.csv && self.columns.is_none() {
            if is_blank {
                return Ok(());
            }
            let header = std::str::from_utf8(&line)
                .map_err(|_| Refusal::Invalid("the header is no UTF-8".to_owned()))?;
            let header = header.trim_start_matches('\u{feff}');
            if let Format::Csv(columns) = Format::csv(header).map_err(Refusal::Invalid)? {
                self.columns = Some(columns);
            }
            self.first_line = self.number + 1;
            return Ok(());
        }
        self.part.extend_from_slice(&line);
        if !line.ends_with(b"\n") {
            self.part.push(b'\n');
        }
        self.lines.0 += i64::from(!is_blank);
        if self.part.len() >= PART {
            self.put().await?;
        }
        Ok(())
    }

    async fn put(&mut self) -> Result<(), Refusal> {
        sqlx::query(PUT)
            .bind(self.id)
            .bind(self.parts)
            .bind(self.first_line)
            .bind(self.lines.0)
            .bind(&self.part)
            .execute(&mut *self.transaction)
            .await
            .map_err(Error::during("keep a part of an import"))?;
        self.parts += 1;
        self.lines = (0, self.lines.1 + self.lines.0);
        self.first_line = self.number + 1;
        self.part.clear();
        Ok(())
    }

    /// Ends the file, and asks for the import. Gives its number.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] when the file holds no line, or that the database is away.
    pub async fn finish(mut self, actor: &Actor) -> Result<i64, Refusal> {
        if !self.rest.is_empty() {
            self.line().await?;
        }
        if self.lines.0 > 0 {
            self.put().await?;
        }
        let total = self.lines.1;
        if total == 0 {
            return Err(Refusal::Invalid("the file holds no reading".to_owned()));
        }
        let failed = Error::during("take an import in");
        let bytes = i64::try_from(self.bytes).unwrap_or(i64::MAX);
        sqlx::query(END)
            .bind(self.id)
            .bind(&self.columns)
            .bind(total)
            .bind(bytes)
            .execute(&mut *self.transaction)
            .await
            .map_err(&failed)?;
        let entry = Entry {
            action: "request",
            kind: "import",
            id: &self.id.to_string(),
            before: None,
            after: Some(serde_json::json!({
                "dry_run": self.dry_run, "lines": total, "bytes": bytes,
            })),
        };
        audit::record(&mut self.transaction, actor, entry).await?;
        self.transaction.commit().await.map_err(&failed)?;
        Ok(self.id)
    }
}
