//! The reasons of ingest errors.

use sens_schema::Reason;

use super::markdown::{code, prose, table};

const INTRODUCTION: &str = "\
Everything that arrives is kept as a raw record. What did not become a reading has a row in `ingest_error`, and an item in
`GET /v1/ingest-errors`, with a `reason` from this list, a `detail` for people, and a `pointer`, the JSON Pointer to the
place in the payload (empty: the whole payload). The names never change; new ones may be added.

There is one row per bad item. In a batch the good readings beside it are stored.

The order below is the order in which they are looked for. [Payload formats](/reference/payloads/#which-error-when) has examples.
";

pub(super) fn body() -> String {
    let rows = Reason::ALL
        .iter()
        .map(|reason| vec![code(reason.as_str()), prose(reason.describe())]);
    format!("{INTRODUCTION}\n{}", table(&["Reason", "Meaning"], rows))
}
