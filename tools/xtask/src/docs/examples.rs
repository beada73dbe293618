//! Payload examples: fences that open with ` ```json sens:telemetry ` are given to the real decoder.
//!
//! Attributes behind the mark: `topic=` (as the message would have), and what must come out: `readings=`, `startups=`,
//! `control=` as numbers, `reasons=` as a list with commas, in order. What is not given must be none; only `readings` may be any
//! number but 0 when nothing else is given.

use sens_schema::{Catalogue, ClockPolicy, DecodeContext, Decoded, Position, Topic, decode};

use super::Page;

const MARK: &str = "sens:telemetry";

/// 2026-11-20T10:00:05Z, when the examples arrive.
const ARRIVAL: i64 = 1_795_168_805_000_000;

/// What a fence says must come out.
#[derive(Default)]
struct Expected<'a> {
    topic: &'a str,
    readings: Option<usize>,
    startups: usize,
    control: usize,
    reasons: Vec<&'a str>,
}

/// Decodes every marked example of a page. Gives how many there are, and a line for each that does not hold.
pub(super) fn check(page: &Page) -> (usize, Vec<String>) {
    let mut faults = Vec::new();
    let mut count = 0;
    let mut lines = page.text.lines().enumerate();
    while let Some((number, line)) = lines.next() {
        let Some(attributes) = opening(line) else {
            continue;
        };
        count += 1;
        let payload: Vec<&str> = lines
            .by_ref()
            .map(|(_, line)| line)
            .take_while(|line| !line.trim_start().starts_with("```"))
            .collect();
        let outcome = expected(attributes)
            .and_then(|expected| compare(&expected, &decoded(expected.topic, &payload.join("\n"))));
        if let Err(what) = outcome {
            faults.push(page.fault(number, &what));
        }
    }
    (count, faults)
}

/// The attributes of a line that opens a marked fence.
fn opening(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("```")?;
    rest.split_once(MARK).map(|(_, attributes)| attributes)
}

fn expected(attributes: &str) -> Result<Expected<'_>, String> {
    let mut expected = Expected::default();
    for attribute in attributes.split_whitespace() {
        let (key, value) = attribute
            .split_once('=')
            .ok_or_else(|| format!("{attribute:?} is no key=value"))?;
        let number = || {
            value
                .parse()
                .map_err(|_| format!("{attribute:?} is no number"))
        };
        match key {
            "topic" => expected.topic = value,
            "readings" => expected.readings = Some(number()?),
            "startups" => expected.startups = number()?,
            "control" => expected.control = number()?,
            "reasons" => expected.reasons = value.split(',').collect(),
            _ => return Err(format!("{key:?} is no attribute of a payload example")),
        }
    }
    if expected.topic.is_empty() {
        return Err("a payload example needs topic=".to_owned());
    }
    Ok(expected)
}

fn decoded(topic: &str, payload: &str) -> Decoded {
    let context = DecodeContext {
        topic: &Topic::parse(topic),
        received_at: ARRIVAL,
        content_type: None,
        truncated: false,
        full_length: payload.len() as u64,
        position: Position { epoch: 1, seq: 1 },
        catalogue: &Catalogue::builtin(),
        clock: ClockPolicy::default(),
    };
    decode(payload.as_bytes(), &context)
}

fn compare(expected: &Expected<'_>, decoded: &Decoded) -> Result<(), String> {
    let reasons: Vec<&str> = decoded
        .errors
        .iter()
        .map(|error| error.reason.as_str())
        .collect();
    let control = usize::from(decoded.control.is_some());
    let readings = match expected.readings {
        Some(readings) => decoded.readings.len() == readings,
        None => expected.startups + expected.control > 0 || !decoded.readings.is_empty(),
    };
    let same = readings
        && decoded.startups.len() == expected.startups
        && control == expected.control
        && reasons == expected.reasons;
    if same {
        return Ok(());
    }
    let details: Vec<&str> = decoded
        .errors
        .iter()
        .map(|error| error.detail.as_str())
        .collect();
    Err(format!(
        "the example gives readings={} startups={} control={control} reasons={} {details:?}",
        decoded.readings.len(),
        decoded.startups.len(),
        reasons.join(","),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str) -> Page {
        Page {
            path: "page.md".to_owned(),
            text: text.to_owned(),
        }
    }

    #[test]
    fn a_good_example_passes_and_a_wrong_one_names_its_line() {
        let good = "text\n```json sens:telemetry topic=sens/legacy/telemetry readings=1\n{\"device_id\":7,\"event_type\":\"battery_charge\",\"value\":88}\n```\n";
        assert_eq!(check(&page(good)), (1, Vec::new()));
        let (count, faults) = check(&page(&good.replace("88", "188")));
        assert_eq!(count, 1);
        assert!(
            faults[0].starts_with("page.md:2: the example gives readings=0"),
            "{faults:?}"
        );
        assert!(faults[0].contains("out_of_range"), "{faults:?}");
    }

    #[test]
    fn a_typing_error_in_the_attributes_is_a_fault() {
        let (_, faults) = check(&page("```json sens:telemetry topc=x\n1\n```\n"));
        assert_eq!(
            faults,
            ["page.md:1: \"topc\" is no attribute of a payload example"]
        );
    }

    #[test]
    fn other_fences_are_left_alone() {
        assert_eq!(check(&page("```json\nno\n```\n")), (0, Vec::new()));
    }
}
