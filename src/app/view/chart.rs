//! The run at a glance, behind the slider that goes back: three lanes over time.
//!
//! Nodes by state are step-shaped areas, drawn over one another from the last state down, every one from the ground
//! up to its share and those below it. Pods are a line of those that run and an area of those that wait, peaks
//! between samples included. The price is a line, beside a dashed one of the way that the run is held against first,
//! which ends where that way is not worked out yet. Above them stand flags where something was typed. Each area is one
//! path in units of its own, which is stretched; text is apart from it.

use std::fmt::Write as _;

use yew::prelude::*;

use super::axis::{WIDTH, Window, Zoom, hour, ticks};
use crate::format::{TOLD, clock, dollars, grouped, pods_at_work, summary};
use scale_down_engine::NodeState;
use scale_down_session::TimelineView;
use scale_down_session::timeline::{OtherPrices, Sample, TypedLine};

/// Units of a lane from top to bottom.
const HEIGHT: u64 = 100;
/// Least distance of two flags, in units of [`WIDTH`]; what is typed closer together shares one.
const FLAG_GAP: u64 = 12;
/// Least room for the words of a flag, in units of [`WIDTH`].
const WORDS_ROOM: u64 = 80;

/// The chart, ready to be shown.
#[derive(Clone, Default)]
pub struct Chart {
    /// The run that it shows, for the values at a moment.
    run: TimelineView,
    /// The part of the run that it shows.
    pub window: Window,
    nodes: Lane,
    pods: Lane,
    price: Lane,
    flags: Vec<Flag>,
}

/// One lane: paths with their classes in the style sheet, the last drawn on top.
#[derive(Clone, Default)]
struct Lane {
    paths: Vec<(AttrValue, AttrValue)>,
    /// The greatest value, as its label says it.
    most: AttrValue,
}

/// A flag where something was typed.
#[derive(Clone)]
struct Flag {
    x: u64,
    /// Distance to the next one or to the end.
    room: u64,
    /// The lines that were typed, one a line.
    title: String,
}

/// The values at a moment, in words.
pub struct Readout {
    /// The time since the beginning, and the time of day where a load knows hours.
    pub time: String,
    /// Nodes, pods, the price, and that of the other way if there is one.
    pub values: Vec<String>,
}

impl Chart {
    /// Draws the part of a run in which the moment `now_ms` is shown.
    #[must_use]
    pub fn new(run: TimelineView, earlier: Window, zoom: Zoom, now_ms: u64) -> Self {
        let window = earlier.follow(zoom, now_ms, run.end_ms);
        // What holds at the beginning of the window was sampled before it.
        let first = run.samples.partition_point(|sample| sample.at_ms <= window.from_ms).saturating_sub(1);
        let shown = run.samples.iter().skip(first).take_while(|sample| sample.at_ms <= window.to_ms);
        let points: Vec<(u64, &Sample)> = shown.map(|sample| (window.x(sample.at_ms), sample)).collect();
        let (nodes, pods, price) = (nodes(&points), pods(&points, window), price(&points, run.other.as_ref(), window));
        let flags = flags(&run.typed, window);
        Self { run, window, nodes, pods, price, flags }
    }

    /// Returns `true` if nothing was typed and nothing exists.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.run.typed.is_empty() && self.nodes.paths.is_empty()
    }

    /// Reads the values at a moment.
    #[must_use]
    pub fn read(&self, at_ms: u64) -> Readout {
        let reading = self.run.at(at_ms);
        let (totals, pending) = (reading.totals, reading.pending_max);
        let up_to = if pending > totals.pods.pending { "up to " } else { "" };
        let of_day =
            self.run.time_of_day_ms.map(|begin_ms| format!(" · {}", hour((begin_ms + at_ms) / 60_000 * 60_000)));
        let mut values = vec![
            summary(&totals.counts),
            format!("pods: {}, {up_to}{} pending", pods_at_work(totals.pods), grouped(pending.into())),
            format!("{} an hour", dollars(totals.per_hour_microdollars)),
        ];
        values.extend(self.run.other.as_ref().map(|other| match other.at(at_ms) {
            Some(price) => format!("{}: {} an hour", other.name, dollars(price)),
            None => format!("{}: being worked out", other.name),
        }));
        Readout { time: clock(at_ms) + &of_day.unwrap_or_default(), values }
    }

    /// Returns what was typed about a moment, to within the distance of two flags.
    #[must_use]
    pub fn typed_about(&self, at_ms: u64) -> Option<&str> {
        let x = self.window.x(at_ms);
        let nearest = self.flags.iter().min_by_key(|flag| flag.x.abs_diff(x))?;
        (nearest.x.abs_diff(x) < FLAG_GAP).then_some(nearest.title.as_str())
    }

    /// Renders the names of the lanes, with their greatest values.
    pub fn view_names(&self) -> Html {
        let name = |class: &'static str, name: &'static str, lane: &Lane| {
            html! { <span class={classes!("lane-name", class)}>{ name }<b>{ &lane.most }</b></span> }
        };
        html! {
            <>
                { name("of-nodes", "nodes", &self.nodes) }
                { name("of-pods", "pods", &self.pods) }
                { name("of-price", "$/hour", &self.price) }
            </>
        }
    }

    /// Renders what the dashed line is, if there is one.
    pub fn view_key(&self) -> Html {
        let key = |other: &OtherPrices| {
            html! {
                <p class="mute chart-key">
                    <svg width="22" height="8" aria-hidden="true"><path class="other-price" d="M0 4h22" /></svg>
                    { format!("$/hour with {}", other.name) }
                </p>
            }
        };
        html! { <>{ for self.run.other.iter().map(key) }</> }
    }

    /// Renders all lanes.
    pub fn view_lanes(&self) -> Html {
        html! { <>{ self.view_nodes() }{ self.pods.view("of-pods") }{ self.price.view("of-price") }</> }
    }

    /// Renders the lane of the nodes.
    pub fn view_nodes(&self) -> Html {
        self.nodes.view("of-nodes")
    }

    /// Renders the flags of what was typed.
    pub fn view_flags(&self) -> Html {
        let flag = |flag: &Flag| {
            let mut lines = flag.title.lines();
            let first = lines.next().unwrap_or_default();
            let words = match lines.count() {
                0 => first.to_owned(),
                more => format!("{first} +{more}"),
            };
            html! {
                <svg class="flag" x={percent(flag.x)} width={percent(flag.room.max(FLAG_GAP))} height="15">
                    <title>{ &flag.title }</title>
                    <path d="M0 15V2h7l-2 3 2 3H1.5v7z" />
                    if flag.room >= WORDS_ROOM { <text x="10" y="11">{ words }</text> }
                </svg>
            }
        };
        html! { <svg class="flags" aria-hidden="true">{ for self.flags.iter().map(flag) }</svg> }
    }

    /// Renders the time axis.
    pub fn view_axis(&self) -> Html {
        let tick = |tick: super::axis::Tick| {
            let x = percent(tick.x);
            let anchor = if tick.x > WIDTH - 60 { "end" } else { "middle" };
            html! {
                <g class={tick.is_odd.then_some("odd")}>
                    <line x1={x.clone()} x2={x.clone()} y2="4" /><text {x} y="15" text-anchor={anchor}>{ tick.label }</text>
                </g>
            }
        };
        let ticks = ticks(self.window, self.run.time_of_day_ms).into_iter().map(tick);
        html! { <svg class="axis" aria-hidden="true">{ for ticks }</svg> }
    }

    /// Renders what lies over the lanes: a veil over what is later than `now_ms`, and a line at `pointed_ms`.
    pub fn view_veil(&self, now_ms: u64, pointed_ms: Option<u64>) -> Html {
        let now = self.window.x(now_ms);
        let pointed = pointed_ms.map(|at_ms| percent(self.window.x(at_ms)));
        html! {
            <svg class="veil" aria-hidden="true">
                if now < WIDTH { <rect x={percent(now)} width={percent(WIDTH - now)} height="100%" /> }
                if let Some(x) = pointed { <line x1={x.clone()} x2={x} y2="100%" /> }
            </svg>
        }
    }
}

impl Lane {
    fn view(&self, class: &'static str) -> Html {
        html! {
            <svg class={classes!("lane", class)} viewBox="0 0 1000 100" preserveAspectRatio="none" aria-hidden="true">
                { for self.paths.iter().map(|(class, path)| html! { <path {class} d={path} /> }) }
            </svg>
        }
    }
}

/// A place of the axis, for text that is not stretched with the lanes.
fn percent(x: u64) -> String {
    format!("{}.{}%", x / 10, x % 10)
}

/// Draws the nodes by state.
fn nodes(points: &[(u64, &Sample)]) -> Lane {
    let most = points.iter().map(|(_, sample)| sample.totals.counts.total()).max().unwrap_or(0);
    let mut shares = vec![0_u32; points.len()];
    let mut paths = Vec::new();
    for state in TOLD {
        let mut is_there = false;
        for (share, (_, sample)) in shares.iter_mut().zip(points) {
            let count = sample.totals.counts.of(state);
            *share += count;
            is_there |= count > 0;
        }
        if is_there {
            let steps = points.iter().zip(&shares).map(|((x, _), share)| (*x, u64::from(*share)));
            paths.push((of_state(state), area(steps, most.into())));
        }
    }
    paths.reverse();
    Lane { paths, most: grouped(most.into()).into() }
}

fn of_state(state: NodeState) -> AttrValue {
    format!("bar-part {}", state.name()).into()
}

/// Draws the pods that run and those that wait.
fn pods(points: &[(u64, &Sample)], window: Window) -> Lane {
    let ready = points.iter().map(|(x, sample)| (*x, u64::from(sample.totals.pods.ready)));
    // A peak lasts until the sample behind it.
    let mut pending: Vec<(u64, u64)> = Vec::new();
    let mut known = 0;
    for (x, sample) in points {
        let peak = u64::from(sample.peak.pending);
        if peak > known {
            pending.push((window.x(sample.peak.since_ms), peak));
        }
        known = u64::from(sample.totals.pods.pending);
        pending.push((*x, known));
    }
    let most = ready.clone().chain(pending.iter().copied()).map(|(_, pods)| pods).max().unwrap_or(0);
    let paths = vec![("pods-pending".into(), area(pending, most)), ("pods-ready".into(), line(ready, most, WIDTH))];
    Lane { paths, most: grouped(most).into() }
}

/// Draws the price, and that of another way as far as it is known.
fn price(points: &[(u64, &Sample)], other: Option<&OtherPrices>, window: Window) -> Lane {
    let prices = points.iter().map(|(x, sample)| (*x, sample.totals.per_hour_microdollars));
    let (known_ms, others) = other.map_or((0, &[][..]), |other| (other.known_ms, other.prices.as_slice()));
    let first = others.partition_point(|(at_ms, _)| *at_ms <= window.from_ms).saturating_sub(1);
    let others = others.iter().skip(first).take_while(|(at_ms, _)| *at_ms <= window.to_ms);
    let others = others.map(|(at_ms, price)| (window.x(*at_ms), *price));
    let most = prices.clone().chain(others.clone()).map(|(_, price)| price).max().unwrap_or(0);
    let mut paths = vec![("price-area".into(), area(prices.clone(), most))];
    if known_ms > window.from_ms {
        paths.push(("other-price".into(), line(others, most, window.x(known_ms))));
    }
    paths.push(("price".into(), line(prices, most, WIDTH)));
    Lane { paths, most: dollars(most).into() }
}

/// Returns the steps of a line as a path, each a place and a value; without its move to the first point.
fn steps(steps: impl IntoIterator<Item = (u64, u64)>, most: u64) -> String {
    let mut path = String::new();
    let mut known_y = HEIGHT;
    for (x, value) in steps {
        let y = HEIGHT - value * HEIGHT / most.max(1);
        if y != known_y {
            let _ = write!(path, "H{x}V{y}");
            known_y = y;
        }
    }
    path
}

/// The area below steps, as a path; empty if there is nothing below them.
fn area(values: impl IntoIterator<Item = (u64, u64)>, most: u64) -> AttrValue {
    let steps = steps(values, most);
    if steps.is_empty() { AttrValue::default() } else { format!("M0 {HEIGHT}{steps}H{WIDTH}V{HEIGHT}z").into() }
}

/// The line along steps until `end_x`, as a path; empty if it never leaves the ground.
fn line(values: impl IntoIterator<Item = (u64, u64)>, most: u64, end_x: u64) -> AttrValue {
    let steps = steps(values, most);
    if steps.is_empty() { AttrValue::default() } else { format!("M0 {HEIGHT}{steps}H{end_x}").into() }
}

/// Puts flags where something was typed within the window.
fn flags(typed: &[TypedLine], window: Window) -> Vec<Flag> {
    let mut flags: Vec<Flag> = Vec::new();
    for line in typed.iter().filter(|line| window.share(line.at_ms).is_some()) {
        let x = window.x(line.at_ms);
        match flags.last_mut() {
            Some(last) if x < last.x + FLAG_GAP => {
                last.title.push('\n');
                last.title.push_str(&line.words);
            }
            last => {
                if let Some(last) = last {
                    last.room = x - last.x;
                }
                flags.push(Flag { x, room: WIDTH - x, title: line.words.clone() });
            }
        }
    }
    flags
}

#[cfg(test)]
mod tests {
    use super::*;
    use scale_down_engine::Totals;
    use scale_down_engine::{PodCounts, StateCounts};
    use scale_down_session::timeline::Peak;

    fn sample(at_ms: u64, ready: u32, pending: u32, per_hour_microdollars: u64) -> Sample {
        let pods = PodCounts { ready, starting: 0, pending };
        let totals = Totals { counts: StateCounts::default(), pods, per_hour_microdollars };
        Sample { at_ms, totals, peak: Peak::default() }
    }

    fn typed(at_ms: u64, words: &str) -> TypedLine {
        TypedLine { at_ms, words: words.to_owned() }
    }

    fn run() -> TimelineView {
        let mut samples = vec![sample(0, 0, 0, 0), sample(20_000, 4, 2, 1_500_000), sample(60_000, 8, 0, 3_000_000)];
        samples[2].peak = Peak { pending: 8, since_ms: 40_000 };
        let typed = vec![typed(0, "az aks create"), typed(500, "wait 1m"), typed(50_000, "wait 2m")];
        TimelineView {
            end_ms: 100_000,
            samples,
            typed,
            time_of_day_ms: None,
            other: Some(OtherPrices {
                name: "Delete".to_owned(),
                prices: vec![(0, 0), (50_000, 6_000_000)],
                known_ms: 80_000,
            }),
        }
    }

    #[test]
    fn lanes_are_steps_and_peaks_between_samples_are_drawn() {
        let chart = Chart::new(run(), Window::default(), Zoom::All, 100_000);
        let paths: Vec<&str> = chart.pods.paths.iter().map(|(_, path)| path.as_str()).collect();
        assert_eq!(paths, ["M0 100H200V75H400V0H600V100H1000V100z", "M0 100H200V50H600V0H1000"]);
        assert_eq!(chart.price.paths[1].1.as_str(), "M0 100H500V0H800");
        assert_eq!(chart.price.paths[2].1.as_str(), "M0 100H200V75H600V50H1000");
        assert_eq!((chart.pods.most.as_str(), chart.price.most.as_str()), ("8", "$6.00"));
        assert!(chart.nodes.paths.is_empty());
    }

    #[test]
    fn a_window_begins_with_what_held_before_it() {
        let window = Window { from_ms: 30_000, to_ms: 50_000 };
        let mut run = run();
        run.samples[2].at_ms = 40_000;
        let points: Vec<_> = run.samples[1..].iter().map(|sample| (window.x(sample.at_ms), sample)).collect();
        assert_eq!(price(&points, None, window).paths[1].1.as_str(), "M0 100H0V50H500V0H1000");
    }

    #[test]
    fn values_are_read_at_a_moment() {
        let mut run = run();
        let check = |run: &TimelineView, at_ms: u64, time: &str, pods: &str, price: &str, other: &str| {
            let readout = Chart::new(run.clone(), Window::default(), Zoom::All, 100_000).read(at_ms);
            assert_eq!(
                (readout.time.as_str(), readout.values.join("; ")),
                (time, ["no nodes", pods, price, other].join("; "))
            );
        };
        check(&run, 0, "00:00:00", "pods: 0 running, 0 pending", "$0.00 an hour", "Delete: $0.00 an hour");
        check(&run, 21_000, "00:00:21", "pods: 4 running, 2 pending", "$1.50 an hour", "Delete: $0.00 an hour");
        check(&run, 41_000, "00:00:41", "pods: 4 running, up to 8 pending", "$1.50 an hour", "Delete: $0.00 an hour");
        check(&run, 90_000, "00:01:30", "pods: 8 running, 0 pending", "$3.00 an hour", "Delete: being worked out");
        run.time_of_day_ms = Some(8 * 3_600_000);
        check(&run, 61_000, "00:01:01 · 08:01", "pods: 8 running, 0 pending", "$3.00 an hour", "Delete: $6.00 an hour");
    }

    #[test]
    fn lines_typed_close_together_share_a_flag() {
        let chart = Chart::new(run(), Window::default(), Zoom::All, 100_000);
        let flags: Vec<_> = chart.flags.iter().map(|flag| (flag.x, flag.room, flag.title.as_str())).collect();
        assert_eq!(flags, [(0, 500, "az aks create\nwait 1m"), (500, 500, "wait 2m")]);
        assert_eq!(chart.typed_about(49_500), Some("wait 2m"));
        assert_eq!(chart.typed_about(30_000), None);
    }
}
