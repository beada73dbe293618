//! As many points as a chart can show, chosen so that it looks the same.
//!
//! Points are taken one at a time and in order of time. Only the extremes of narrow slices of time are kept, so that memory
//! follows the points wanted and not those read; LTTB (Steinarsson 2013) then chooses among them.

/// Slices of time per point wanted: what LTTB chooses from has twice as many points.
const SLICES: usize = 2;

/// How points are chosen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Method {
    /// Largest triangle three buckets: keeps the shape.
    Lttb,
    /// Least and greatest value of equal slices of time: keeps every peak.
    MinMax,
}

/// Microseconds and a number.
pub(super) type Point = (i64, f64);

/// Takes points in order of time, gives at most as many as wanted.
#[derive(Debug)]
pub(super) struct Sampler {
    wanted: usize,
    method: Method,
    start: i64,
    span: i64,
    slices: usize,
    slice: Option<(usize, Point, Point)>,
    first: Option<Point>,
    last: Option<Point>,
    /// Everything, as long as it is not more than wanted.
    few: Option<Vec<Point>>,
    extremes: Vec<Point>,
}

impl Sampler {
    /// For `wanted` points of the interval, which is not empty.
    pub(super) fn new(wanted: usize, method: Method, (from, to): (i64, i64)) -> Self {
        let slices = match method {
            Method::Lttb => wanted * SLICES,
            // The first and the last point come on top.
            Method::MinMax => (wanted.saturating_sub(2) / 2).max(1),
        };
        Self {
            wanted,
            method,
            start: from,
            span: to.saturating_sub(from).max(1),
            slices,
            slice: None,
            first: None,
            last: None,
            few: Some(Vec::new()),
            extremes: Vec::new(),
        }
    }

    /// Takes the next point.
    pub(super) fn push(&mut self, point: Point) {
        self.first.get_or_insert(point);
        self.last = Some(point);
        if let Some(few) = &mut self.few {
            if few.len() < self.wanted {
                few.push(point);
            } else {
                self.few = None;
            }
        }
        let index = self.index(point.0);
        match &mut self.slice {
            Some((open, low, high)) if *open == index => {
                if point.1 < low.1 {
                    *low = point;
                }
                if point.1 > high.1 {
                    *high = point;
                }
            }
            _ => {
                self.close();
                self.slice = Some((index, point, point));
            }
        }
    }

    fn index(&self, at: i64) -> usize {
        let offset = i128::from(at.saturating_sub(self.start).max(0));
        let index = offset * self.slices as i128 / i128::from(self.span);
        usize::try_from(index)
            .unwrap_or(usize::MAX)
            .min(self.slices - 1)
    }

    fn close(&mut self) {
        let Some((_, low, high)) = self.slice.take() else {
            return;
        };
        let (early, late) = if low.0 <= high.0 {
            (low, high)
        } else {
            (high, low)
        };
        self.extremes.push(early);
        if early != late {
            self.extremes.push(late);
        }
    }

    /// The points chosen, in order of time.
    pub(super) fn finish(mut self) -> Vec<Point> {
        if let Some(few) = self.few {
            return few;
        }
        self.close();
        let mut kept = self.extremes;
        if let Some(first) = self.first.filter(|first| kept.first() != Some(first)) {
            kept.insert(0, first);
        }
        if let Some(last) = self.last.filter(|last| kept.last() != Some(last)) {
            kept.push(last);
        }
        match self.method {
            Method::MinMax => kept,
            Method::Lttb => lttb(&kept, self.wanted),
        }
    }
}

/// Chooses `wanted` (at least 3) of the points: the first, the last, and of each group between them the one that spans the
/// largest triangle with the one chosen before and the mean of the next group.
fn lttb(points: &[Point], wanted: usize) -> Vec<Point> {
    if points.len() <= wanted || wanted < 3 {
        return points.to_vec();
    }
    let groups = wanted - 2;
    let inner = points.len() - 2;
    let bound = |group: usize| 1 + inner * group / groups;
    let mut chosen = Vec::with_capacity(wanted);
    let mut before = points[0];
    chosen.push(before);
    for group in 0..groups {
        let next = if group + 1 < groups {
            &points[bound(group + 1)..bound(group + 2)]
        } else {
            &points[points.len() - 1..]
        };
        let count = next.len() as f64;
        let mean_at = next
            .iter()
            .map(|point| (point.0 - before.0) as f64)
            .sum::<f64>()
            / count;
        let mean = next.iter().map(|point| point.1).sum::<f64>() / count;
        let area = |point: &Point| {
            ((point.0 - before.0) as f64 * (mean - before.1) - mean_at * (point.1 - before.1)).abs()
        };
        let group = &points[bound(group)..bound(group + 1)];
        let largest = group.iter().max_by(|a, b| area(a).total_cmp(&area(b)));
        before = largest.copied().unwrap_or(before);
        chosen.push(before);
    }
    chosen.push(points[points.len() - 1]);
    chosen
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample(points: &[Point], wanted: usize, method: Method) -> Vec<Point> {
        let end = points.last().map_or(1, |point| point.0 + 1);
        let mut sampler = Sampler::new(wanted, method, (0, end));
        for point in points {
            sampler.push(*point);
        }
        sampler.finish()
    }

    #[test]
    fn a_million_points_become_few_and_keep_their_peaks() {
        let mut points: Vec<Point> = (0..1_000_000)
            .map(|index| (index * 1000, (index as f64 / 50_000.0).sin()))
            .collect();
        points[777_777].1 = 9.0;
        points[123_456].1 = -9.0;
        for method in [Method::Lttb, Method::MinMax] {
            let few = sample(&points, 500, method);
            assert!(
                few.len() <= 500 && few.len() > 300,
                "{method:?} {}",
                few.len()
            );
            assert!(
                few.contains(&points[777_777]) && few.contains(&points[123_456]),
                "{method:?}"
            );
            assert_eq!((few[0], few[few.len() - 1]), (points[0], points[999_999]));
        }
    }

    #[test]
    fn few_points_stay_as_they_are() {
        let points = [(5, 1.0), (5, 1.0), (6, 2.0)];
        for method in [Method::Lttb, Method::MinMax] {
            assert_eq!(sample(&points, 4, method), points);
            assert_eq!(sample(&[], 4, method), []);
        }
    }

    proptest! {
        #[test]
        fn chosen_points_are_some_of_those_given(
            values in prop::collection::vec((0_i64..50, -1e6_f64..1e6), 0..400), wanted in 4_usize..60,
            lttb in any::<bool>(),
        ) {
            let method = if lttb { Method::Lttb } else { Method::MinMax };
            let mut at = 0;
            let points: Vec<Point> = values.iter().map(|(pause, value)| { at += pause; (at, *value) }).collect();
            let few = sample(&points, wanted, method);
            prop_assert!(few.len() <= wanted);
            prop_assert!(few.is_sorted_by_key(|point| point.0));
            prop_assert!(few.iter().all(|point| points.contains(point)));
            prop_assert_eq!((few.first(), few.last()), (points.first(), points.last()));
            if method == Method::MinMax {
                let greatest = |points: &[Point]| points.iter().map(|point| point.1).fold(f64::MIN, f64::max);
                prop_assert!((greatest(&few) - greatest(&points)).abs() < f64::EPSILON);
            }
        }
    }
}
