//! A whole answer, written piece by piece: nothing but a piece of it is held.

use std::sync::Arc;

use super::format::{About, Encoder, Format};
use super::rows::Table;
use super::whole::Whole;
use crate::problem::Problem;

/// An answer on its way into its format.
pub(crate) struct Pieces {
    whole: Whole,
    table: Arc<Table>,
    /// Gone at the end.
    encoder: Option<Encoder>,
    rows: u64,
}

impl Pieces {
    /// Begins to write.
    ///
    /// # Errors
    /// `internal_error` when the start cannot be written.
    pub(super) fn new(format: Format, about: &About, whole: Whole) -> Result<Self, Problem> {
        let table = whole.table();
        Ok(Self {
            encoder: Some(Encoder::new(format, about, &table)?),
            table,
            whole,
            rows: 0,
        })
    }

    /// What is to be sent next; `None` after the end.
    ///
    /// # Errors
    /// When the database cannot answer, or rows cannot be written.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        while let Some(encoder) = &mut self.encoder {
            let piece = match self.whole.next().await? {
                Some(rows) => {
                    self.rows += rows.len() as u64;
                    encoder.rows(&self.table, &rows)?
                }
                None => match self.encoder.take() {
                    Some(encoder) => encoder.end(&self.table)?,
                    None => break,
                },
            };
            if !piece.is_empty() {
                return Ok(Some(piece));
            }
        }
        Ok(None)
    }

    /// Rows that were read.
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// How much of what was asked for was read, 0 to 1: series for series, each by how far it is in time.
    pub(crate) fn share(&self) -> f64 {
        self.whole.share()
    }
}
