//! The commands that the documentation shows, run as they stand there against a running platform.
//!
//! A fence that opens with ` ```bash sens:run ` is run. The fences of a page run in one shell, one after the other, so a page may
//! set a variable in one and use it in the next. `expect=WORD` (any number of times) says what the output must hold; such a
//! fence is repeated until it does, because what was published is committed a moment later.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use sens_testkit::{Platform, binary_path};

/// The addresses that the pages use, those of the demo.
const API: &str = "127.0.0.1:8080";

/// How `./justw feed` is called on the pages; here the binary is used that the tests were built with.
const FEED: &str = "./justw feed";

const PREAMBLE: &str = r#"set -euo pipefail
cd "$WORKING_FOLDER"
mosquitto_pub() { command mosquitto_pub "$@" -h 127.0.0.1 -p "$MQTT_PORT"; }
feed() { device-simulator feed "$@" --mqtt-url "$SENS_MQTT__URL" --api-url "$API_URL"; }
# until_expected WHERE WORD...: runs `fence` until its output holds all words.
until_expected() {
  local where="$1" output="$WORKING_FOLDER/output" deadline=$((SECONDS + 20)) word missing
  shift
  while true; do
    missing=""
    fence >"$output" 2>&1 || missing="exit status $?"
    for word in "$@"; do
      grep -qF -- "$word" "$output" || missing="no $word in the output"
    done
    [ -n "$missing" ] || return 0
    if [ "$SECONDS" -ge "$deadline" ]; then
      printf '%s: %s:\n%s\n' "$where" "$missing" "$(cat "$output")" >&2
      return 1
    fi
    sleep 0.1
  done
}
"#;

/// A fence to run.
struct Fence {
    line: usize,
    expected: Vec<String>,
    text: String,
}

#[tokio::test(flavor = "multi_thread")]
async fn the_commands_on_every_page_do_what_the_page_says() -> Result<()> {
    let pages = pages_with_fences()?;
    ensure!(
        !pages.is_empty(),
        "no page has a fence marked bash sens:run"
    );
    let platform = Platform::builder().start().await?;
    for (page, fences) in pages {
        run_page(&platform, &page, &fences).with_context(|| page.display().to_string())?;
    }
    Ok(())
}

fn run_page(platform: &Platform, page: &Path, fences: &[Fence]) -> Result<()> {
    let bash = Command::new("bash")
        .arg("-c")
        .arg(script(page, fences, &platform.api_address())?)
        .env("PATH", path_with_binaries()?)
        .env("WORKING_FOLDER", platform.dir())
        .env("MQTT_PORT", platform.mosquitto.port().to_string())
        .env("API_URL", platform.api_url())
        .env("SENS_API_KEY", platform.api_key())
        .env("DATABASE_URL", platform.sql_url())
        .env("SENS_NATS__URL", platform.nats_url())
        .env("SENS_MQTT__URL", platform.mqtt_url())
        .output()?;
    ensure!(
        bash.status.success(),
        "{}\n{}",
        bash.status,
        String::from_utf8_lossy(&bash.stderr)
    );
    Ok(())
}

fn script(page: &Path, fences: &[Fence], api: &str) -> Result<String> {
    let mut script = PREAMBLE.to_owned();
    for fence in fences {
        let text = fence.text.replace(API, api).replace(FEED, "feed");
        let place = format!("{}:{}", page.display(), fence.line);
        if fence.expected.is_empty() {
            writeln!(script, "# {place}\n{text}")?;
        } else {
            let words = fence.expected.join("' '");
            writeln!(
                script,
                "fence() {{\n{text}\n}}\nuntil_expected '{place}' '{words}'"
            )?;
        }
    }
    Ok(script)
}

/// The binaries under test before everything else.
fn path_with_binaries() -> Result<String> {
    let binary = binary_path("sensctl")?;
    let folder = binary.parent().context("sensctl is in no folder")?;
    let path = std::env::var("PATH").unwrap_or_default();
    Ok(format!("{}:{path}", folder.display()))
}

fn pages_with_fences() -> Result<Vec<(PathBuf, Vec<Fence>)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/src/content/docs");
    let mut pages = Vec::new();
    let mut folders = vec![root];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
            let path = entry?.path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let page = path
                .extension()
                .is_some_and(|kind| kind == "md" || kind == "mdx");
            let fences = if page {
                fences(&fs::read_to_string(&path)?)
            } else {
                Vec::new()
            };
            if !fences.is_empty() {
                pages.push((path, fences));
            }
        }
    }
    pages.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(pages)
}

fn fences(text: &str) -> Vec<Fence> {
    let mut found = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some((indent, attributes)) = line.split_once("```bash sens:run") else {
            continue;
        };
        let expected = attributes
            .split_whitespace()
            .filter_map(|attribute| attribute.strip_prefix("expect="))
            .map(str::to_owned)
            .collect();
        let body: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line.strip_prefix(indent).unwrap_or(line))
            .take_while(|line| !line.starts_with("```"))
            .collect();
        found.push(Fence {
            line: number + 1,
            expected,
            text: body.join("\n"),
        });
    }
    found
}
