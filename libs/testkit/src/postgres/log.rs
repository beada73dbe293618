//! The write-ahead log of a server that has run for a while.

use anyhow::Result;

use super::Postgres;

/// Segments of 16 MB that lie ready afterwards.
const SEGMENTS: u32 = 24;

impl Postgres {
    /// Leaves segments of the write-ahead log ready to be used again, as they are on a server that has run for a while. A fresh
    /// server has to make and fill each one first, which stops all commits meanwhile: it would be measured instead of the load.
    ///
    /// # Errors
    /// When the server refuses a statement.
    pub fn recycle_log(&self) -> Result<()> {
        self.sql("ALTER SYSTEM SET min_wal_size = '1GB'")?;
        self.sql("SELECT pg_reload_conf()")?;
        self.sql(&format!(
            "DO $$ BEGIN FOR segment IN 1..{SEGMENTS} LOOP
                 PERFORM pg_logical_emit_message(false, 'segment', segment::text);
                 PERFORM pg_switch_wal();
             END LOOP; END $$"
        ))?;
        // The first checkpoint sets the place up to which the second one may take segments back.
        self.sql("CHECKPOINT")?;
        self.sql("CHECKPOINT")?;
        Ok(())
    }
}
