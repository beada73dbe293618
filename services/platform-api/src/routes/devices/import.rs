//! `POST /v1/devices:import`.

use std::collections::HashMap;

use axum::Json;
use axum::extract::{Request, State};
use sens_schema::Serial;
use sens_storage::query::devices::{
    DeviceFields, Imported, Line, LineOutcome, Refusal, import_devices,
};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::fields::{members, merged, refused, serial};
use super::lines::{self, Said};
use crate::app::App;
use crate::auth::Operator;
use crate::http::body;
use crate::http::params::Params;
use crate::problem::{AccessErrors, BodyErrors, Code, ParameterErrors, Problem};

/// Most lines of one import.
const LINES_MAX: usize = 10_000;

/// What became of an import.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct ImportResult {
    /// Whether nothing was changed.
    dry_run: bool,
    /// Devices that are new.
    created: usize,
    /// Devices that are other ones now.
    changed: usize,
    /// Devices that were like this.
    unchanged: usize,
    /// Lines of which nothing was done.
    refused: usize,
    /// One entry for each line with a device, in their order.
    items: Vec<ImportLine>,
}

/// What became of a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
struct ImportLine {
    /// Its number in the file, from 1; where it begins, when it has several.
    line: usize,
    /// Its device, where it names one.
    serial: Option<String>,
    /// `created`, `changed`, `unchanged` or `refused`.
    outcome: &'static str,
    /// Why it was refused: the code of the problem.
    #[serde(skip_serializing_if = "Option::is_none")]
    code: Option<&'static str>,
    /// The same for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Import devices
///
/// CSV with a header, or NDJSON, of at most 10,000 devices; gzip is understood. A device that is not known is entered, one that
/// is known is changed: what a line does not say stays, an empty cell or `null` empties. Columns are `serial`, `name`, `model`,
/// `legacy_id` and `labels` (`site=vie;line=3`, all of them); what an export says besides is passed over. Every line stands for itself: those
/// that are wrong are refused with their number, the others are done. With `dry_run=true` nothing is changed. The same file
/// again changes nothing.
#[utoipa::path(
    post,
    path = "/v1/devices:import",
    tag = "devices",
    params(("dry_run" = Option<bool>, Query, description = "given bare or as `true`: only say what would be done")),
    request_body(content((String = "text/csv"), (String = "application/x-ndjson")), description = "a device per line"),
    responses(
        (status = 200, description = "what became of every line", body = ImportResult),
        ParameterErrors,
        BodyErrors,
        AccessErrors
    )
)]
pub(crate) async fn import_devices_route(
    Operator(caller): Operator,
    State(app): State<App>,
    mut params: Params,
    request: Request,
) -> Result<Json<ImportResult>, Problem> {
    let dry_run = params.flag("dry_run");
    params.finish()?;
    let media_type = body::media_type(request.headers()).unwrap_or_default();
    let read = lines::reader(&media_type)?;
    let (_, bytes) = body::read(request, app.config.api.max_body_bytes).await?;
    let text = std::str::from_utf8(&bytes).map_err(|error| {
        Problem::new(Code::BadRequest, format!("the body is no UTF-8: {error}"))
    })?;
    let actor = caller.actor();
    let mut import = import_devices(&app.pools.primary, &actor, dry_run);
    let mut result = ImportResult {
        dry_run,
        created: 0,
        changed: 0,
        unchanged: 0,
        refused: 0,
        items: Vec::new(),
    };
    let mut seen = HashMap::new();
    let mut waiting = Vec::new();
    for said in read(text)? {
        if result.items.len() + waiting.len() >= LINES_MAX {
            // What was done until here stays; the rest is told apart by its line.
            let line = said.line;
            result
                .note(&mut import, std::mem::take(&mut waiting))
                .await?;
            result.items.push(refusal(line, None, &too_many()));
            result.refused += 1;
            break;
        }
        waiting.push(prepare(said, &mut seen));
        if waiting.len() >= Imported::CHUNK {
            result
                .note(&mut import, std::mem::take(&mut waiting))
                .await?;
        }
    }
    result.note(&mut import, waiting).await?;
    import.finish(result.refused as u64).await?;
    tracing::info!(
        dry_run,
        created = result.created,
        changed = result.changed,
        refused = result.refused,
        actor = caller.name,
        "devices were imported"
    );
    Ok(Json(result))
}

fn too_many() -> Problem {
    Problem::new(
        Code::PayloadTooLarge,
        format!(
            "an import has at most {LINES_MAX} devices: send this line and those after it by themselves"
        ),
    )
}

/// A line that is ready to be done: its number, its device and what it says; or one that is refused.
type Prepared = Result<(usize, Serial, Map<String, Value>), ImportLine>;

/// Reads a line as far as that can be done without the database. A device stands once in a file.
fn prepare(said: Said, seen: &mut HashMap<String, usize>) -> Prepared {
    let line = said.line;
    let nameless = |problem: Problem| refusal(line, None, &problem);
    let (text, members) = said.value.and_then(members).map_err(nameless)?;
    let of_device = |problem: Problem| refusal(line, text.clone(), &problem);
    let serial = serial(text.clone()).map_err(of_device)?;
    // Faults are found before anything is locked.
    merged(&DeviceFields::default(), members.clone()).map_err(of_device)?;
    if let Some(first) = seen.insert(serial.to_string(), line) {
        let detail = format!("line {first} speaks of this device already");
        return Err(of_device(Problem::new(Code::InvalidBody, detail)));
    }
    Ok((line, serial, members))
}

fn refusal(line: usize, serial: Option<String>, problem: &Problem) -> ImportLine {
    ImportLine {
        line,
        serial,
        outcome: "refused",
        code: Some(problem.name()),
        detail: Some(problem.detail().to_owned()),
    }
}

impl ImportResult {
    /// Does some lines and notes what became of them.
    async fn note(
        &mut self,
        import: &mut Imported<'_>,
        prepared: Vec<Prepared>,
    ) -> Result<(), Problem> {
        let mut lines = Vec::with_capacity(prepared.len());
        let mut ready = Vec::with_capacity(prepared.len());
        for read in prepared {
            match read {
                Err(refused) => lines.push(refused),
                Ok((line, serial, members)) => {
                    lines.push(ImportLine {
                        line,
                        serial: Some(serial.to_string()),
                        outcome: "unchanged",
                        code: None,
                        detail: None,
                    });
                    ready.push(Line {
                        serial,
                        change: Box::new(|mut old| {
                            // Labels are said as a whole.
                            if members.contains_key("labels") {
                                old.labels.clear();
                            }
                            merged(&old, members).map_err(|_| Refusal::Invalid(Vec::new()))
                        }),
                    });
                }
            }
        }
        let mut outcomes = import.take(ready).await?.into_iter();
        for line in lines.iter_mut().filter(|line| line.code.is_none()) {
            match outcomes.next() {
                Some(LineOutcome::Created) => line.outcome = "created",
                Some(LineOutcome::Changed) => line.outcome = "changed",
                Some(LineOutcome::Refused(why)) => {
                    let serial = line.serial.take().unwrap_or_default();
                    let problem = refused(&serial, why);
                    *line = refusal(line.line, Some(serial), &problem);
                }
                Some(LineOutcome::Unchanged) | None => {}
            }
        }
        for line in &lines {
            match line.outcome {
                "created" => self.created += 1,
                "changed" => self.changed += 1,
                "unchanged" => self.unchanged += 1,
                _ => self.refused += 1,
            }
        }
        self.items.append(&mut lines);
        Ok(())
    }
}
