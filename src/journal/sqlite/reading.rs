//! Rows of a journal file become entries again, held against the chain, and what cannot be one is
//! named: it is damaged, or of a version that is newer than this one. Nothing is written here.

use crate::{
    journal::{
        Journal as _, JournalError, Sqlite,
        sqlite::row::{Raw, raw, understood},
    },
    model::Entry,
};

impl Sqlite {
    pub(super) fn entries<P: rusqlite::Params>(
        &self,
        doing: &'static str,
        sql: &str,
        params: P,
    ) -> Result<Vec<Entry>, JournalError> {
        let rows = self.rows(doing, sql, params)?;
        rows.iter().map(|row| self.understand(row)).collect()
    }

    pub(super) fn rows<P: rusqlite::Params>(
        &self,
        doing: &'static str,
        sql: &str,
        params: P,
    ) -> Result<Vec<Raw>, JournalError> {
        let rows = || {
            let mut statement = self.db.prepare_cached(sql)?;
            let rows = statement.query_map(params, raw)?;
            rows.collect::<rusqlite::Result<Vec<Raw>>>()
        };
        rows().map_err(|source| self.failed(doing, source))
    }

    pub(super) fn understand(&self, row: &Raw) -> Result<Entry, JournalError> {
        understood(row).map_err(|why| {
            if self.is_as_recorded(row) {
                JournalError::Unknown {
                    path: self.path.clone(),
                    seq: row.seq.cast_unsigned(),
                    why,
                    writer: self.writer.clone(),
                }
            } else {
                self.damaged(row.seq, why)
            }
        })
    }

    /// Whether an entry follows from the one before it, whatever it says.
    fn is_as_recorded(&self, row: &Raw) -> bool {
        let before = self.link(row.seq.cast_unsigned() - 1).ok().flatten();
        before.is_some_and(|before| before.next(&row.kept()).bytes() == row.link)
    }

    /// Holds rows against the chain: the first is the one after `after`, and each follows from the
    /// one before it.
    pub(super) fn check(&self, after: i64, rows: &[Raw]) -> Result<(), JournalError> {
        let Some(first) = rows.first() else {
            return Ok(());
        };
        let mut before = self.link(after.cast_unsigned())?.ok_or_else(|| {
            let why = format!("it is missing, and entry {} is there", first.seq);
            self.damaged(after, why)
        })?;
        for (row, seq) in rows.iter().zip(after + 1..) {
            if row.seq != seq {
                let why = format!("it is missing, and entry {} is there", row.seq);
                return Err(self.damaged(seq, why));
            }
            let link = before.next(&row.kept());
            if link.bytes() != row.link {
                let why = "it does not follow from the entry before it, so one of the two was \
                           changed (`pilothouse audit verify` tells more)";
                return Err(self.damaged(seq, why.to_owned()));
            }
            before = link;
        }
        Ok(())
    }

    fn damaged(&self, seq: i64, why: String) -> JournalError {
        JournalError::Damaged {
            path: self.path.clone(),
            seq: seq.cast_unsigned(),
            why,
        }
    }
}
