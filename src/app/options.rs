//! The options that the page's address carries: query words and the fragment.
//!
//! Links are written by hand into documentation, so every word is optional, unknown ones are
//! ignored and a value that cannot be read leaves the default in place.

use super::pace::SPEED_MAX;
use scale_down_cli::ground::duration::parse_duration_ms;
use scale_down_session::{address, share};

/// The view of the nodes: the picture or the table, which shows the same.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum View {
    /// Cells on a canvas.
    #[default]
    Picture,
    /// One row per node.
    Table,
}

/// The content of the fragment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Link {
    /// Nothing that the page knows.
    #[default]
    None,
    /// `#run=…`: command lines, one a line, for the prompt.
    Run(String),
    /// `#s1:…` or `#s2:…`: a shared session, as the session layer encodes it (with its `#`).
    Shared(String),
}

/// The options of one page view.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is one word of the address")]
pub struct Options {
    /// Compact form for an iframe: grid and console, no focus taken.
    pub embed: bool,
    /// `?view=`.
    pub view: View,
    /// `?speed=`: simulated milliseconds per real one.
    pub speed: Option<u32>,
    /// `?seed=`.
    pub seed: Option<u64>,
    /// `?strict=1`: the real CLI's verdict on the 2021 document's spellings.
    pub strict: bool,
    /// `?api=0` keeps `window.scaleDown` away.
    pub api: bool,
    /// `?autorun=1`: run what `#run=` carries.
    pub autorun: bool,
    /// `restore=1`, the crash panel's word: the fragment is the script of a run, waits included,
    /// and is played at once.
    pub restore: bool,
    /// `?t=`: the moment to stand still at, in milliseconds of simulated time.
    pub at_ms: Option<u64>,
    /// `?compare=`: the ways to be shown beside the run, with commas between them.
    pub compare: String,
    /// The content of the fragment.
    pub link: Link,
}

impl Options {
    /// Reads `location.search` and `location.hash`, each with its leading mark or empty.
    #[must_use]
    pub fn parse(search: &str, hash: &str) -> Self {
        let mut options = Self { api: true, ..Self::default() };
        for word in search.trim_start_matches('?').split('&') {
            options.take(word);
        }
        let fragment = hash.trim_start_matches('#');
        if let Some((commands, words)) = address::commands(fragment) {
            words.split('&').for_each(|word| options.take(word));
            options.link = Link::Run(if options.restore { commands } else { address::one_a_line(&commands) });
        } else if share::is_fragment(fragment) {
            options.link = Link::Shared(hash.to_owned());
        }
        options
    }

    fn take(&mut self, word: &str) {
        let (name, value) = word.split_once('=').unwrap_or((word, "1"));
        let on = !matches!(value, "0" | "false" | "no");
        match name {
            "embed" => self.embed = on,
            "compare" => self.compare = address::percent_decoded(value),
            "view" if value == "table" => self.view = View::Table,
            "view" if value == "picture" => self.view = View::Picture,
            "speed" => {
                let digits = value.trim_end_matches(['x', '×']);
                self.speed = digits.parse().ok().map(|n: u32| n.clamp(1, SPEED_MAX));
            }
            "seed" => self.seed = value.parse().ok(),
            "strict" => self.strict = on,
            "api" => self.api = on,
            "autorun" => self.autorun = on,
            "restore" => self.restore = on,
            "t" => self.at_ms = moment_ms(value),
            _ => {}
        }
    }
}

/// Parses a moment: `61000` in milliseconds, or a duration such as `1m1s`, `90s`, `2h`.
fn moment_ms(text: &str) -> Option<u64> {
    text.parse().ok().or_else(|| parse_duration_ms(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn query_words() {
        let check = |search: &str, expected: fn(&mut Options)| {
            let mut options = Options::parse("", "");
            expected(&mut options);
            assert_eq!(Options::parse(search, ""), options, "{search}");
        };
        check("", |_| {});
        check("?embed=1", |o| o.embed = true);
        check("?embed", |o| o.embed = true);
        check("?embed=0", |_| {});
        check("?view=table", |o| o.view = View::Table);
        check("?view=cinema&unknown=1", |_| {});
        check("?speed=120", |o| o.speed = Some(120));
        check("?speed=120x", |o| o.speed = Some(120));
        check("?speed=9999", |o| o.speed = Some(SPEED_MAX));
        check("?speed=0", |o| o.speed = Some(1));
        check("?speed=fast", |_| {});
        check("?t=61000", |o| o.at_ms = Some(61_000));
        check("?t=1m1s", |o| o.at_ms = Some(61_000));
        check("?t=2h5s", |o| o.at_ms = Some(7_205_000));
        check("?t=soon", |_| {});
        check("?t=", |_| {});
        check("?t=5m3", |_| {});
        check("?t=99999999999999999h", |_| {});
        check("?seed=7&api=0", |o| {
            o.seed = Some(7);
            o.api = false;
        });
    }

    #[test]
    fn fragments() {
        let check = |hash: &str, link: Link, autorun: bool| {
            let options = Options::parse("", hash);
            assert_eq!((options.link, options.autorun), (link, autorun), "{hash}");
        };
        let run = |text: &str| Link::Run(text.to_owned());
        check("", Link::None, false);
        check("#elsewhere", Link::None, false);
        check("#s1:abc", Link::Shared("#s1:abc".to_owned()), false);
        check("#s2:abc", Link::Shared("#s2:abc".to_owned()), false);
        check("#run=az%20aks%20list", run("az aks list"), false);
        check("#run=az%20aks%20list&autorun=1", run("az aks list"), true);
        check("#run=a;b%3B%20c%0Ad", run("a\nb\nc\nd"), false);
        check("#run=a%20';'%20b", run("a ';' b"), false);
        check("#run=100%", run("100%"), false);
        check("#run=%e2%82%ac%zz", run("€%zz"), false);
    }
}
