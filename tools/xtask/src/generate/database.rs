//! Tables and views, read from the migrations.

use std::fs;

use anyhow::{Context, Result};

use super::markdown::{code, prose, table};
use crate::repository;

const MIGRATIONS: &str = "libs/storage/migrations";

const INTRODUCTION: &str = "\
Made by `sensctl migrate` in the schema of the connection. Dashboards and analysts connect with a login of the group role
`sens_readonly`:

| Group role | For | May |
|---|---|---|
| `sens_ingest` | `telemetry-worker` | read and write what ingest writes |
| `sens_api` | `platform-api` | read everything, change devices, metrics and API keys |
| `sens_readonly` | dashboards, analysts | read everything but API keys |

The tables that `time_table` names are partitioned by time: `raw_record` by day of `received_at`, `ingest_error` by its week, `processed_record` and
`text_record` by week of `recorded_at`. A query without a range of that column looks into every partition. Where TimescaleDB is used, the large
ones are hypertables; what stands here is the same.

What stands here is kept: migrations add, and what must go is announced two releases before.
";

struct Table {
    name: String,
    about: String,
    columns: Vec<(String, String)>,
}

struct View {
    name: String,
    sql: String,
}

pub(super) fn body() -> Result<String> {
    let sql = migrations()?;
    let tables = tables(&sql);
    let views = views(&sql);
    let mut text = vec![INTRODUCTION.to_owned()];
    text.push(
        "\n## Views\n\nConversion happens here, never in stored values (20 ticks = 1 mm).\n"
            .to_owned(),
    );
    for view in views {
        text.push(format!(
            "\n### {}\n\n```sql\n{}\n```\n",
            view.name, view.sql
        ));
    }
    text.push("\n## Tables\n".to_owned());
    for entry in tables {
        let rows = entry
            .columns
            .into_iter()
            .map(|(name, kind)| vec![code(&name), code(&kind)]);
        let rows = table(&["Column", "Type"], rows);
        let about = if entry.about.is_empty() {
            String::new()
        } else {
            format!("{}\n\n", prose(&entry.about))
        };
        text.push(format!("\n### {}\n\n{about}{rows}", entry.name));
    }
    Ok(text.concat())
}

/// The numbered migrations, one after the other.
fn migrations() -> Result<String> {
    let folder = repository::root().join(MIGRATIONS);
    let mut paths = fs::read_dir(&folder)
        .with_context(|| format!("list {MIGRATIONS}"))?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    paths.retain(|path| {
        path.file_name()
            .and_then(|name| name.to_str())
            .is_some_and(|name| name.starts_with(|first: char| first.is_ascii_digit()))
    });
    paths.sort();
    paths
        .iter()
        .map(|path| fs::read_to_string(path).with_context(|| format!("read {}", path.display())))
        .collect::<Result<Vec<_>>>()
        .map(|texts| texts.join("\n"))
}

fn tables(sql: &str) -> Vec<Table> {
    let mut found: Vec<Table> = Vec::new();
    let mut about: Vec<&str> = Vec::new();
    let mut open = false;
    for line in sql.lines() {
        if let Some(rest) = line.strip_prefix("CREATE TABLE ") {
            let name = rest.trim_start_matches("IF NOT EXISTS ");
            let name = name.split([' ', '(']).next().unwrap_or_default();
            // A later migration makes a table anew.
            found.retain(|known| known.name != name);
            found.push(Table {
                name: name.to_owned(),
                about: about.join(" "),
                columns: Vec::new(),
            });
            open = true;
        } else if line.starts_with(')') {
            open = false;
        } else if let Some(rest) = line.strip_prefix("ALTER TABLE ") {
            added_column(rest, &mut found);
        } else if let (true, Some(table)) = (open, found.last_mut()) {
            table.columns.extend(column(line));
        }
        match line.strip_prefix("-- ") {
            Some(comment) => about.push(comment),
            None => about.clear(),
        }
    }
    found
}

/// `name ADD COLUMN column type …;` on one line.
fn added_column(rest: &str, tables: &mut [Table]) {
    let Some((name, definition)) = rest.split_once(" ADD COLUMN ") else {
        return;
    };
    let definition = definition.trim_start_matches("IF NOT EXISTS ");
    if let Some(table) = tables.iter_mut().find(|table| table.name == name.trim()) {
        table.columns.extend(column(definition));
    }
}

/// A column and its type; nothing for a constraint.
fn column(line: &str) -> Option<(String, String)> {
    let line = line.split("--").next()?.trim().trim_end_matches([',', ';']);
    let (name, rest) = line.split_once(' ')?;
    if !name.starts_with(|first: char| first.is_ascii_lowercase()) {
        return None;
    }
    // The type is in lower case; what follows (NOT NULL, DEFAULT, CHECK, REFERENCES) is not.
    let kind: Vec<&str> = rest
        .split_whitespace()
        .take_while(|word| word.starts_with(|first: char| first.is_ascii_lowercase()))
        .collect();
    let optional = !rest.contains("NOT NULL") && !rest.contains("PRIMARY KEY");
    let suffix = if optional { ", may be null" } else { "" };
    Some((name.to_owned(), format!("{}{suffix}", kind.join(" "))))
}

fn views(sql: &str) -> Vec<View> {
    let mut found: Vec<View> = Vec::new();
    for statement in sql.split(";\n") {
        let Some(start) = ["CREATE VIEW ", "CREATE OR REPLACE VIEW "]
            .iter()
            .find_map(|prefix| Some(statement.find(prefix)? + prefix.len()))
        else {
            continue;
        };
        let Some((head, select)) = statement[start..].split_once(" AS\n") else {
            continue;
        };
        let view = View {
            name: head
                .split([' ', '\n'])
                .next()
                .unwrap_or_default()
                .to_owned(),
            sql: select.trim().to_owned(),
        };
        // A later migration replaces a view.
        match found.iter_mut().find(|known| known.name == view.name) {
            Some(known) => *known = view,
            None => found.push(view),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const SAMPLE: &str = "\
-- What it is.
CREATE TABLE thing (
    id    bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    value double precision NOT NULL, -- in mm
    note  text,
    UNIQUE (note)
) PARTITION BY RANGE (id);
CREATE TABLE other (
    id bigint NOT NULL
);
CREATE TABLE other (
    id integer NOT NULL
);
ALTER TABLE thing ADD COLUMN more text NOT NULL DEFAULT '';
CREATE VIEW v AS
SELECT 1;
CREATE OR REPLACE VIEW v AS
SELECT 2;
";

    #[test]
    fn reads_tables_with_their_columns() {
        let tables = tables(SAMPLE);
        assert_eq!(
            (tables[0].name.as_str(), tables[0].about.as_str()),
            ("thing", "What it is.")
        );
        let columns: Vec<_> = tables[0]
            .columns
            .iter()
            .map(|(n, k)| format!("{n}: {k}"))
            .collect();
        assert_eq!(
            columns,
            [
                "id: bigint",
                "value: double precision",
                "note: text, may be null",
                "more: text"
            ]
        );
        assert_eq!(tables.len(), 2);
        assert_eq!(tables[1].columns, [("id".to_owned(), "integer".to_owned())]);
    }

    #[test]
    fn a_view_is_the_newest_of_its_name() {
        let views = views(SAMPLE);
        assert_eq!(views.len(), 1);
        assert_eq!(views[0].sql, "SELECT 2");
    }
}
