//! Load curves as tables: lines of `time,pods[,cpu,memory]`.
//!
//! Times are durations from the beginning (`90s`, `1h30m`) or seconds. Lines end with a line break or a
//! semicolon, so that a short table fits on one line. A header line is skipped.

use crate::ground::duration::parse_seconds_ms;
use crate::ground::quantity::{parse_bytes, parse_cpu_millis};
use scale_down_engine::kubernetes::Resources;
use scale_down_engine::workloads::CurvePoint;

/// Most lines of a table.
const LINES_MAX: usize = 10_000;

/// Reads a table into the points of a load curve of at most `pods_max` pods.
///
/// # Errors
///
/// The first invalid line and the reason, or that there are too many lines or none.
pub fn read(text: &str, pods_max: u32) -> Result<Vec<CurvePoint>, String> {
    let mut points = Vec::new();
    for (number, line) in (1..).zip(text.split(['\n', ';'])) {
        let line = line.trim();
        let is_head = points.is_empty() && line.to_ascii_lowercase().starts_with("time");
        if line.is_empty() || line.starts_with('#') || is_head {
            continue;
        }
        if points.len() == LINES_MAX {
            return Err(format!("more than {LINES_MAX} lines"));
        }
        points.push(point(line, pods_max).map_err(|reason| format!("line {number}, '{line}': {reason}"))?);
    }
    if points.is_empty() {
        return Err("no line of time,pods[,cpu,memory]".to_owned());
    }
    Ok(points)
}

fn point(line: &str, pods_max: u32) -> Result<CurvePoint, &'static str> {
    let fields: Vec<&str> = line.split(',').map(str::trim).collect();
    let (time, pods, requests) = match fields.as_slice() {
        [time, pods] => (time, pods, None),
        [time, pods, cpu, memory] => (time, pods, Some((cpu, memory))),
        _ => return Err("time,pods or time,pods,cpu,memory is expected"),
    };
    let at_ms = parse_seconds_ms(time);
    let at_ms = at_ms.ok_or("the time is neither a duration such as 5m nor a number of seconds")?;
    let pods = pods.parse().ok().filter(|pods| *pods <= pods_max).ok_or("not a number of pods that a cluster holds")?;
    let requests = match requests {
        None => None,
        Some((cpu, memory)) => {
            let cpu_millis = parse_cpu_millis(cpu).ok_or("the processor time is no quantity such as 250m")?;
            let memory_bytes = parse_bytes(memory).ok_or("the memory is no quantity such as 256Mi")?;
            Some(Resources::new(cpu_millis, memory_bytes))
        }
    };
    Ok(CurvePoint { at_ms, pods, requests })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_are_read_line_by_line() {
        let points = read("time,pods,cpu,memory\n0,5\n\n# noon\n90s,7,250m,64Mi\n1h,0", 100);
        let requests = Some(Resources::new(250, 64 << 20));
        let expected =
            [CurvePoint::new(0, 5), CurvePoint { at_ms: 90_000, pods: 7, requests }, CurvePoint::new(3_600_000, 0)];
        assert_eq!(points.as_deref(), Ok(&expected[..]));
        assert_eq!(read("0,1; 60,2", 100).map(|points| points.len()), Ok(2));
    }

    #[test]
    fn a_line_that_is_none_is_named() {
        let check = |text: &str, expected: &str| {
            let error = read(text, 100).expect_err(text);
            assert!(error.contains(expected), "{text:?}: {error}");
        };
        check("0,1\n5m", "line 2, '5m'");
        check("soon,1", "neither a duration");
        check("0,101", "not a number of pods");
        check("0,-1", "not a number of pods");
        check("0,1,lots,64Mi", "processor time");
        check("0,1,1,lots", "memory");
        check("time,pods", "no line");
    }
}
