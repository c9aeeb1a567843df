use askama::Template;

/// The drawing's width and height, in units of its own.
const WIDTH: u64 = 1_000;
const HEIGHT: u64 = 240;

/// What something came to in each interval: bars for eyes, a table for those who hear it.
#[derive(Template)]
#[template(path = "chart.html")]
pub(crate) struct Chart {
    /// Told apart from the page's other charts by this.
    id: &'static str,
    title: &'static str,
    /// All of it in a sentence.
    summary: String,
    /// What the bars measure, as the heading of their column.
    measure: &'static str,
    bars: Vec<Bar>,
    /// The values at the top and in the middle.
    scale: [String; 2],
}

struct Bar {
    /// Its first day, for people.
    day: String,
    /// The same for a narrow place.
    short: String,
    value: String,
    x: u64,
    y: u64,
    width: u64,
    height: u64,
}

/// A value and when it was: its first day, in full and in short.
pub(crate) struct Point {
    pub(crate) day: String,
    pub(crate) short: String,
    pub(crate) value: u64,
}

impl Chart {
    /// Of `points` in order, whose values `words` tells, up to `least` at least.
    pub(crate) fn new(
        id: &'static str,
        (title, measure): (&'static str, &'static str),
        summary: String,
        points: Vec<Point>,
        least: u64,
        words: impl Fn(u64) -> String,
    ) -> Self {
        let top = round_above(points.iter().map(|point| point.value).max().unwrap_or_default().max(least));
        let step = WIDTH / u64::try_from(points.len().max(1)).unwrap_or(1);
        let gap = step / 5;
        let bars = points.into_iter().zip(0..).map(|(Point { day, short, value }, index)| {
            // Something is never nothing to see.
            let height = (value * HEIGHT / top).max(u64::from(value > 0) * 2);
            Bar { day, short, value: words(value), x: index * step + gap / 2, y: HEIGHT - height, width: step - gap, height }
        });
        Self { id, title, summary, measure, bars: bars.collect(), scale: [words(top), words(top / 2)] }
    }

    /// The days under its beginning, middle and end.
    fn days(&self) -> impl Iterator<Item = &str> {
        let last = self.bars.len().saturating_sub(1);
        let ends = if last > 1 { vec![0, last / 2, last] } else { vec![0] };
        ends.into_iter().filter_map(|index| self.bars.get(index)).map(|bar| bar.short.as_str())
    }
}

/// The least even number of one or two digits and zeros that is not less than `value`.
fn round_above(value: u64) -> u64 {
    let mut unit = 1;
    while value > unit * 10 {
        unit *= 10;
    }
    [2, 4, 6, 8, 10].into_iter().map(|times| times * unit).find(|top| *top >= value).unwrap_or(value.max(2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scale_ends_at_a_round_number() {
        for (value, top) in [(0, 2), (1, 2), (3, 4), (10, 10), (11, 20), (2999, 4000), (60_001, 80_000), (99_999, 100_000)] {
            assert_eq!(round_above(value), top, "{value}");
        }
    }

    #[test]
    fn bars_stand_on_the_ground_and_within_the_frame() {
        let points = [0, 1, 2_999, 4_000].map(|value| Point { day: String::new(), short: String::new(), value });
        let chart = Chart::new("x", ("X", "X"), String::new(), points.into(), 2, |value| value.to_string());
        for bar in &chart.bars {
            assert_eq!(bar.y + bar.height, HEIGHT);
            assert!(bar.x + bar.width <= WIDTH);
        }
        let heights: Vec<_> = chart.bars.iter().map(|bar| bar.height).collect();
        assert_eq!(heights, [0, 2, 179, 240]);
    }
}
