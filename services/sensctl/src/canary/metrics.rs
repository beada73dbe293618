//! Metrics as a service shows them, and what came to them in between.

use std::collections::BTreeMap;

/// Samples by name with labels.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Metrics(BTreeMap<Series, f64>);

/// Name and labels of a sample.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Series {
    name: String,
    labels: BTreeMap<String, String>,
}

impl Series {
    /// A label, empty where there is none.
    pub(super) fn label(&self, name: &str) -> &str {
        self.labels.get(name).map_or("", String::as_str)
    }
}

impl Metrics {
    /// Reads the text format of Prometheus; lines of other forms are left out.
    pub(crate) fn parse(text: &str) -> Self {
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        Self(lines.filter_map(sample).collect())
    }

    /// How much each sample grew since `before`; one that shrank was reset and counts from zero.
    pub(super) fn since(&self, before: &Self) -> Self {
        let grown = |(series, now): (&Series, &f64)| {
            let then = before.0.get(series).copied().unwrap_or(0.0);
            let grown = if *now >= then { now - then } else { *now };
            (series.clone(), grown)
        };
        Self(self.0.iter().map(grown).collect())
    }

    /// The sum of the samples of a name that `wanted` takes.
    pub(super) fn sum(&self, name: &str, wanted: impl Fn(&Series) -> bool) -> f64 {
        self.of(name, wanted).map(|(_, value)| value).sum()
    }

    /// The upper bound of the bucket that holds the given share of a histogram; `None` when it is empty.
    pub(super) fn quantile(
        &self,
        name: &str,
        share: f64,
        wanted: impl Fn(&Series) -> bool,
    ) -> Option<f64> {
        let mut buckets: Vec<(f64, f64)> = Vec::new();
        for (series, count) in self.of(&format!("{name}_bucket"), wanted) {
            let bound = match series.label("le") {
                "+Inf" => f64::INFINITY,
                bound => bound.parse().ok()?,
            };
            match buckets
                .iter_mut()
                .find(|(known, _)| known.total_cmp(&bound).is_eq())
            {
                Some((_, sum)) => *sum += count,
                None => buckets.push((bound, count)),
            }
        }
        buckets.sort_by(|(one, _), (other, _)| one.total_cmp(other));
        let total = buckets.last().map(|(_, count)| *count)?;
        let reached = |(bound, count): &(f64, f64)| (*count >= share * total).then_some(*bound);
        (total > 0.0).then(|| buckets.iter().find_map(reached))?
    }

    fn of(
        &self,
        name: &str,
        wanted: impl Fn(&Series) -> bool,
    ) -> impl Iterator<Item = (&Series, f64)> {
        let mine = self.0.iter().filter(move |(series, _)| series.name == name);
        mine.filter(move |(series, _)| wanted(series))
            .map(|(series, value)| (series, *value))
    }
}

fn sample(line: &str) -> Option<(Series, f64)> {
    let (series, value) = line.rsplit_once(' ')?;
    let value = value.parse().ok()?;
    let (name, labels) = match series.split_once('{') {
        None => (series, BTreeMap::new()),
        Some((name, rest)) => (name, labels(rest.strip_suffix('}')?)?),
    };
    let name = name.to_owned();
    Some((Series { name, labels }, value))
}

/// Reads `name="value",…` with escaped quotes.
fn labels(mut text: &str) -> Option<BTreeMap<String, String>> {
    let mut labels = BTreeMap::new();
    while !text.is_empty() {
        let (name, rest) = text.split_once("=\"")?;
        let mut value = String::new();
        let mut end = None;
        let mut characters = rest.char_indices();
        while let Some((index, character)) = characters.next() {
            match character {
                '"' => {
                    end = Some(index);
                    break;
                }
                '\\' => value.extend(characters.next().map(|(_, escaped)| escaped)),
                other => value.push(other),
            }
        }
        labels.insert(name.to_owned(), value);
        text = rest.get(end? + 1..)?.trim_start_matches(',');
    }
    Some(labels)
}

#[cfg(test)]
mod tests {
    use super::*;

    const BEFORE: &str = "# HELP x y\nrequests_count{route=\"/a\",status=\"200\"} 10\nseconds_bucket{le=\"0.1\"} 10\n\
                          seconds_bucket{le=\"2.5\"} 10\nseconds_bucket{le=\"+Inf\"} 10\n";
    const AFTER: &str = "requests_count{route=\"/a\",status=\"200\"} 110\nrequests_count{route=\"/\\\"b,\",status=\"503\"} 5\n\
                         seconds_bucket{le=\"0.1\"} 20\nseconds_bucket{le=\"2.5\"} 109\nseconds_bucket{le=\"+Inf\"} 110\nbroken{ 1\nup 1\n";

    #[test]
    fn what_came_in_between_is_counted() {
        let grown = Metrics::parse(AFTER).since(&Metrics::parse(BEFORE));
        assert!((grown.sum("requests_count", |_| true) - 105.0).abs() < 1e-9);
        let failed = grown.sum("requests_count", |s| s.label("status").starts_with('5'));
        assert!((failed - 5.0).abs() < 1e-9);
        let quoted = grown.sum("requests_count", |s| s.label("route") == "/\"b,");
        assert!((quoted - 5.0).abs() < 1e-9);
    }

    #[test]
    fn a_quantile_is_the_bound_of_its_bucket() {
        let grown = Metrics::parse(AFTER).since(&Metrics::parse(BEFORE));
        assert_eq!(grown.quantile("seconds", 0.95, |_| true), Some(2.5));
        assert_eq!(grown.quantile("seconds", 0.05, |_| true), Some(0.1));
        assert_eq!(
            grown.quantile("seconds", 1.0, |_| true),
            Some(f64::INFINITY)
        );
        assert_eq!(grown.quantile("nothing", 0.95, |_| true), None);
        let still = Metrics::parse(BEFORE).since(&Metrics::parse(BEFORE));
        assert_eq!(still.quantile("seconds", 0.95, |_| true), None);
    }

    #[test]
    fn a_counter_that_started_again_counts_from_zero() {
        let grown = Metrics::parse("a 3").since(&Metrics::parse("a 10"));
        assert!((grown.sum("a", |_| true) - 3.0).abs() < 1e-9);
    }
}
