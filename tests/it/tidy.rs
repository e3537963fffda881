//! House rules that a test can hold: purity, module documents, clean text, links that lead
//! somewhere, documents that say what the code does.
//!
//! The compiler holds the layers, which are crates, and its lints what they can (see `Cargo.toml` and `clippy.toml`).
//! The rest is text, and is read as text: every rule is a row of a table with its reason, and a breach names file, line
//! and reason.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use super::modules::Modules;
use scale_down::engine::NodeState;
use scale_down::engine::azure::lifecycle::TRANSITIONS;
use scale_down::session::{Session, SessionOptions, report};

/// A committed text file.
struct Source {
    /// From the root of the repository, with `/`.
    path: String,
    text: String,
}

/// Text that must not stand in some files.
struct Ban {
    /// Beginnings of the paths that it concerns.
    places: &'static [&'static str],
    words: &'static [&'static str],
    reason: &'static str,
}

const BANS: &[Ban] = &[
    Ban {
        places: &["src/engine/", "src/cli/", "src/session/", "src/conformance/"],
        words: &[
            "std::time",
            "std::env",
            "std::fs",
            "std::process",
            "std::thread",
            "std::io",
            "thread_local",
            "TcpStream",
            "UdpSocket",
        ],
        reason: "a run depends on nothing but its seed and its command log",
    },
    Ban {
        places: &["src/"],
        words: &["HashMap", "HashSet", "RandomState"],
        reason: "their order differs from run to run: use BTreeMap or BTreeSet",
    },
    Ban {
        places: &["src/engine/", "src/cli/", "src/session/", "src/conformance/", "src/js/", "src/app/"],
        words: &["println!", "eprintln!", "print!", "eprint!"],
        reason: "output is data that the faces render",
    },
    Ban {
        places: &["src/", "tests/", "benches/"],
        words: &["todo!", "unimplemented!", "dbg!"],
        reason: "nothing unfinished is committed",
    },
    Ban {
        places: &["src/app/", "www/", "index.html"],
        words: &[
            "innerHTML",
            "set_inner_html",
            "outerHTML",
            "insertAdjacentHTML",
            "from_html_unchecked",
            "document.write",
        ],
        reason: "what a person typed enters the page as text, never as markup",
    },
    Ban {
        places: &["src/app/", "www/"],
        words: &["fetch_with_str", "XmlHttpRequest", "WebSocket", "sendBeacon", "EventSource"],
        reason: "nothing leaves the page",
    },
];

/// Text that must not stand in any committed file. Split here, so that this file has none of it.
const EVERYWHERE: &[(&str, &str)] = &[
    (concat!("/wo", "rk/"), "a path of somebody's machine"),
    (concat!("/ro", "ot/"), "a path of somebody's machine"),
    (concat!("/ho", "me/"), "a path of somebody's machine"),
    (concat!("/tm", "p/"), "a path of somebody's machine: ask the system for a temporary folder"),
    (concat!("registry.npm", "js.org"), "which registry is used is up to the machine's own settings"),
    (concat!("static.crates", ".io"), "which registry is used is up to the machine's own settings"),
    (concat!("index.crates", ".io"), "which registry is used is up to the machine's own settings"),
    (concat!("files.pythonhosted", ".org"), "which registry is used is up to the machine's own settings"),
];

/// Recorded or third-party text, kept as it came.
const AS_RECORDED: [&str; 1] = ["tests/data/"];

/// A Rust file this long holds more than one noun. Tests count: they can move into a file too.
const FILE_LINES_MAX: usize = 620;

const BINARY: [&str; 6] = ["png", "ico", "jpg", "woff2", "wasm", "gif"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Returns `true` for a name that `.gitignore` keeps out, and for the history itself.
fn is_ignored(name: &str, ignored: &BTreeSet<String>) -> bool {
    name == ".git" || ignored.contains(name)
}

fn collect(folder: &str, ignored: &BTreeSet<String>, sources: &mut Vec<Source>) {
    let entries = fs::read_dir(root().join(folder)).expect("a folder of the repository");
    for entry in entries {
        let entry = entry.expect("an entry");
        let name = entry.file_name().into_string().expect("a name in UTF-8");
        if is_ignored(&name, ignored) {
            continue;
        }
        let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
        let kind = entry.file_type().expect("a type");
        if kind.is_dir() {
            collect(&path, ignored, sources);
        } else if kind.is_file() && !BINARY.iter().any(|binary| extension(&path) == Some(binary)) {
            let text = fs::read(entry.path()).map(String::from_utf8);
            let text = text.expect("a readable file").expect(&path);
            sources.push(Source { path, text });
        }
    }
}

/// Every text file of the repository, in order.
fn sources() -> Vec<Source> {
    let ignored = fs::read_to_string(root().join(".gitignore")).expect("a list of what is ignored");
    let ignored = ignored.lines().map(|line| line.trim_matches('/').to_owned()).collect();
    let mut sources = Vec::new();
    collect("", &ignored, &mut sources);
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    assert!(sources.len() > 100, "only {} files were found", sources.len());
    sources
}

fn extension(path: &str) -> Option<&str> {
    Path::new(path).extension()?.to_str()
}

fn begins_with_any(path: &str, places: &[&str]) -> bool {
    places.iter().any(|place| path.starts_with(place))
}

impl Source {
    fn is_rust(&self) -> bool {
        extension(&self.path) == Some("rs")
    }

    /// A file of tests in `src/`, which may use what the code itself may not.
    fn is_tests(&self) -> bool {
        self.path.ends_with("/tests.rs")
    }

    /// Its lines with their numbers, without comments; of Rust, up to the tests of the module.
    fn code(&self) -> impl Iterator<Item = (usize, &str)> {
        let is_own_tests = |line: &&str| line.trim() == "#[cfg(test)]" && self.path.starts_with("src/");
        let lines = self.text.lines().take_while(move |line| !is_own_tests(line));
        let numbered = (1..).zip(lines);
        numbered.filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Returns `true` if a line has a word, and not merely a longer one around it.
fn has_word(line: &str, word: &str) -> bool {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_';
    line.match_indices(word).any(|(at, _)| {
        let (before, after) = (&line[..at], &line[at + word.len()..]);
        let begins = !word.starts_with(is_part) || !before.ends_with(is_part);
        let ends = !word.ends_with(is_part) || !after.starts_with(is_part);
        begins && ends
    })
}

/// Fails with every breach, each on a line of its own.
fn hold(breaches: &[String]) {
    assert!(breaches.is_empty(), "{} breaches of the house rules:\n{}", breaches.len(), breaches.join("\n"));
}

#[test]
fn nothing_uses_what_its_place_may_not() {
    let mut breaches = Vec::new();
    // This file has the banned words in its tables; a build script talks to cargo by printing.
    let sources = sources().into_iter().filter(|source| {
        !source.is_tests() && !source.path.ends_with("/build.rs") && source.path != "tests/it/tidy.rs"
    });
    for source in sources {
        for ban in BANS.iter().filter(|ban| begins_with_any(&source.path, ban.places)) {
            for (number, line) in source.code() {
                for word in ban.words.iter().filter(|word| has_word(line, word)) {
                    breaches.push(format!("{}:{number}: {word}: {}", source.path, ban.reason));
                }
            }
        }
    }
    hold(&breaches);
}

#[test]
fn words_are_found_whole() {
    let check = |line: &str, word: &str, expected: bool| assert_eq!(has_word(line, word), expected, "{word} in {line}");
    check("use crate::cli::parse;", "crate::cli", true);
    check("use crate::client;", "crate::cli", false);
    check("#![forbid(unsafe_code)]", "unsafe", false);
    check("print!(\"\")", "print!", true);
    check("eprint!(\"\")", "print!", false);
    check("let a: HashMap<u8, u8>;", "HashMap", true);
}

#[test]
fn every_module_says_what_it_is() {
    let mut breaches = Vec::new();
    for source in sources().iter().filter(|source| source.is_rust()) {
        let lines = source.text.lines().map_while(|line| line.strip_prefix("//!")).map(str::trim);
        let paragraph: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
        let sentence = paragraph.join(" ");
        if sentence.is_empty() {
            breaches.push(format!("{}:1: the file does not begin with a module document (//!)", source.path));
        } else if !sentence.ends_with(['.', ':']) || sentence.starts_with(char::is_lowercase) {
            breaches.push(format!("{}:1: the module document does not begin with a sentence: {sentence}", source.path));
        }
    }
    hold(&breaches);
}

#[test]
fn files_stay_small() {
    let mut breaches = Vec::new();
    for source in sources().iter().filter(|source| source.is_rust() && source.path.starts_with("src/")) {
        let lines = source.text.lines().count();
        if lines > FILE_LINES_MAX {
            breaches.push(format!("{}: {lines} lines, of at most {FILE_LINES_MAX}", source.path));
        }
    }
    hold(&breaches);
}

/// The home of the person at the simulated machine.
const SIMULATED_HOME: &str = concat!("/ho", "me/user");

#[test]
fn text_is_clean() {
    let mut breaches = Vec::new();
    for source in sources().iter().filter(|source| !begins_with_any(&source.path, &AS_RECORDED)) {
        let mut breach = |number: usize, what: &str| breaches.push(format!("{}:{number}: {what}", source.path));
        for (number, line) in (1..).zip(source.text.split('\n')) {
            // The simulated machine has a person too.
            let line = &line.replace(SIMULATED_HOME, "~");
            for (text, reason) in EVERYWHERE.iter().filter(|(text, _)| line.contains(text)) {
                breach(number, &format!("{text}: {reason}"));
            }
            if line.contains('\r') {
                breach(number, "a carriage return: lines end with a line feed");
            }
            // Expected output is as the commands print it.
            if line.ends_with([' ', '\t']) && extension(&source.path) != Some("out") {
                breach(number, "white space at the end of the line");
            }
        }
        if !source.text.is_empty() && !source.text.ends_with('\n') {
            breach(source.text.lines().count(), "the last line has no end");
        }
    }
    hold(&breaches);
}

/// The fragment that a heading is linked by.
fn slug(heading: &str) -> String {
    let heading = heading.trim_start_matches('#').trim().to_lowercase().replace(' ', "-");
    heading.chars().filter(|letter| letter.is_alphanumeric() || matches!(letter, '-' | '_')).collect()
}

/// Lines of a document outside its blocks of code.
fn prose(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_code = false;
    (1..).zip(text.lines()).filter(move |(_, line)| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    })
}

/// Returns every text between an opening and a closing mark.
fn between<'a>(line: &'a str, open: &'a str, close: &'a str) -> impl Iterator<Item = &'a str> {
    line.split(open).skip(1).filter_map(move |rest| rest.split_once(close).map(|(inner, _)| inner))
}

fn documents(sources: &[Source]) -> impl Iterator<Item = &Source> {
    sources
        .iter()
        .filter(|source| extension(&source.path) == Some("md") && !begins_with_any(&source.path, &AS_RECORDED))
}

#[test]
fn links_lead_somewhere() {
    let mut breaches = Vec::new();
    let sources = sources();
    for document in documents(&sources) {
        let folder = Path::new(&document.path).parent().unwrap_or(Path::new(""));
        for (number, line) in prose(&document.text) {
            for link in between(line, "](", ")").filter(|link| !link.contains("://")) {
                let (path, fragment) = link.split_once('#').unwrap_or((link, ""));
                let target = if path.is_empty() { root().join(&document.path) } else { root().join(folder).join(path) };
                let found = if fragment.is_empty() {
                    target.exists()
                } else {
                    let text = fs::read_to_string(&target).unwrap_or_default();
                    prose(&text).any(|(_, line)| line.starts_with('#') && slug(line) == fragment)
                };
                if !found {
                    breaches.push(format!("{}:{number}: the link {link} leads nowhere", document.path));
                }
            }
        }
    }
    hold(&breaches);
}

/// Documents name files as `src/engine/azure/scale.rs`, and tests as `tests/it/engine.rs::name_of_the_test`.
#[test]
fn files_and_tests_that_documents_name_exist() {
    const PLACES: [&str; 6] = ["src/", "tests/", "tools/", "www/", "docs/", "benches/"];
    let mut breaches = Vec::new();
    let sources = sources();
    for document in documents(&sources) {
        for (number, line) in prose(&document.text) {
            let named = line.split('`').skip(1).step_by(2).filter(|name| begins_with_any(name, &PLACES));
            for name in named.filter(|name| !name.contains(['*', ' ']) && !name.contains("NAME")) {
                let (path, test) = name.split_once("::").unwrap_or((name, ""));
                let file = root().join(path);
                let has_test = || {
                    let code = fs::read_to_string(&file).unwrap_or_default();
                    code.contains(&format!("fn {test}("))
                };
                if !file.exists() || (!test.is_empty() && !has_test()) {
                    breaches.push(format!("{}:{number}: {name} does not exist", document.path));
                }
            }
        }
    }
    hold(&breaches);
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect(path)
}

/// The rows of the table under a heading, cell by cell, without the head.
fn rows<'a>(document: &'a str, heading: &str) -> Vec<Vec<&'a str>> {
    let section = document.lines().skip_while(|line| *line != heading).skip(1);
    let table = section.skip_while(|line| !line.starts_with('|')).take_while(|line| line.starts_with('|'));
    let rows: Vec<_> = table.skip(2).map(|row| row.trim_matches('|').split('|').map(str::trim).collect()).collect();
    assert!(!rows.is_empty(), "there is no table under '{heading}'");
    rows
}

#[test]
fn the_changelog_knows_this_version() {
    let heading = format!("## [{}] - ", env!("CARGO_PKG_VERSION"));
    assert!(read("CHANGELOG.md").contains(&heading), "CHANGELOG.md has no '{heading}…'");
}

#[test]
fn the_documented_life_cycle_is_the_real_one() {
    let document = read("ARCHITECTURE.md");
    let rows = rows(&document, "## The life of a node");
    assert_eq!(rows.len(), NodeState::ALL.len(), "one row for each state");
    for row in rows {
        let [name, _, _, to] = row.as_slice() else { panic!("a row of {} cells: {row:?}", row.len()) };
        let state = NodeState::ALL.into_iter().find(|state| format!("`{}`", state.name()) == *name);
        let state = state.unwrap_or_else(|| panic!("{name} is not a state"));
        let documented: BTreeSet<&str> = to.split('`').skip(1).step_by(2).collect();
        let real = TRANSITIONS.iter().filter(|(from, _, _)| *from == state).map(|(_, _, to)| to.name());
        assert_eq!(documented, real.collect(), "from {name}");
    }
}

#[test]
fn the_documented_words_of_the_address_are_those_that_are_read() {
    let document = read("docs/embedding.md");
    let documented = document.lines().filter(|line| line.starts_with("| `"));
    let documented = documented.flat_map(|row| row.split('|').nth(1).unwrap_or_default().split('`').skip(1).step_by(2));
    let documented: BTreeSet<&str> = documented.filter_map(|word| Some(word.split_once('=')?.0)).collect();
    let code = read("src/app/options.rs");
    let (_, table) = code.split_once("match name {").expect("the table of words");
    let (table, _) = table.split_once("_ => {}").expect("the end of the table of words");
    let arms = table.lines().filter(|line| line.contains("=>") && line.trim_start().starts_with('"'));
    let mut real: BTreeSet<&str> = arms.filter_map(|arm| arm.split('"').nth(1)).collect();
    // Words that must be known before the simulator is there.
    let scripts = ["www/before-paint.js", "www/panels.js", "www/frame.js"].map(read).join("\n");
    real.extend(["on(\"", "words.get(\"", "words.has(\""].into_iter().flat_map(|call| between(&scripts, call, "\"")));
    // The crash panel's own word, not for people.
    real.remove("restore");
    assert_eq!(documented, real);
}

#[test]
fn every_line_of_the_readme_runs() {
    let readme = read("README.md");
    let mut session = Session::new(SessionOptions::default());
    // What is fenced is output, or of another language.
    let lines = prose(&readme).map(|(_, line)| line.trim());
    let lines: Vec<&str> = lines.filter(|line| line.starts_with("az ")).collect();
    assert!(lines.len() >= 3, "the tour is missing");
    for line in lines {
        session.submit(line);
        session.advance_until_idle();
        let entry = session.transcript().last().expect("an entry");
        assert_eq!(entry.exit_code, Some(0), "{line}\n{}", entry.stderr());
        assert!(!entry.stderr().contains("WARNING"), "{line}\n{}", entry.stderr());
    }
}

/// The figures that docs/command.md shows are those that its script ends with.
#[test]
fn the_outcome_in_the_document_of_the_command_is_real() {
    let document = read("docs/command.md");
    let mut session = Session::new(SessionOptions::default());
    session.submit(&read("tests/scripts/frozen-hour.az"));
    session.advance_until_answered();
    let snapshot = report::snapshot(&session, false);
    let figures = snapshot["cost"].as_object().expect("an object").iter().map(|(name, value)| (name.as_str(), value));
    let dollars = |name: &str| format!("${:.2}", snapshot["cost"][name].as_f64().expect("a number") / 1e6);
    for (name, value) in figures.chain([("at_ms", &snapshot["at_ms"])]) {
        assert!(document.contains(&format!("\"{name}\":{value}")), "{name} is {value}");
    }
    for name in ["kept_disk_microdollars", "avoided_compute_microdollars"] {
        assert!(document.contains(&dollars(name)), "{name} is {}", dollars(name));
    }
}

/// Rooms of the engine, from the ground up: folders, and files that are rooms by themselves. Each knows those before it,
/// and nothing else of the crate.
const ROOMS: [&str; 12] = [
    "ground",
    "azure",
    "kubernetes",
    "autoscaler",
    "event",
    "record",
    "measures",
    "workloads",
    "provider",
    "scaler",
    "snapshot",
    "cloud",
];

/// The first names of the paths in a line that begin at the root of the crate; `depth` is that of the line's module.
fn names_at_the_root(line: &str, depth: usize) -> Vec<&str> {
    let is_name = |letter: char| letter.is_alphanumeric() || letter == '_';
    let mut names = Vec::new();
    for (at, _) in line.match_indices("crate::") {
        let rest = &line[at + "crate::".len()..];
        names.push(rest.split(|letter| !is_name(letter)).next().unwrap_or_default());
    }
    let up = "super::".repeat(depth);
    if let Some((_, rest)) = line.split_once(&up) {
        names.push(rest.split(|letter| !is_name(letter)).next().unwrap_or_default());
    }
    names
}

/// Returns the room of a file of the engine; `None` for the root of the crate, which knows all of them.
fn room_of(path: &str) -> Option<&str> {
    let room = path.split_once('/').map_or_else(|| path.trim_end_matches(".rs"), |(folder, _)| folder);
    (room != "lib").then_some(room)
}

#[test]
fn rooms_of_the_engine_know_only_those_below_them() {
    let mut breaches = Vec::new();
    for source in sources() {
        let Some(path) = source.path.strip_prefix("src/engine/").filter(|_| source.is_rust()) else { continue };
        let Some(room) = room_of(path) else { continue };
        let Some(floor) = ROOMS.iter().position(|known| *known == room) else {
            breaches.push(format!("{}: '{room}' has no place among the rooms", source.path));
            continue;
        };
        let depth = path.trim_end_matches("mod.rs").trim_end_matches('/').split('/').count();
        for (number, line) in source.code().filter(|_| !source.is_tests()) {
            let known = &ROOMS[..=floor];
            let unknown = names_at_the_root(line, depth).into_iter().filter(|name| !known.contains(name));
            breaches.extend(unknown.map(|name| format!("{}:{number}: '{name}' is no room below", source.path)));
        }
    }
    hold(&breaches);
}

/// Rooms of the command line, from the ground up: each knows those before it, and nothing else of the crate.
const COMMAND_LINE_ROOMS: [&str; 6] = ["ground", "shell", "output", "az", "kubectl", "playground"];

#[test]
fn rooms_of_the_command_line_know_only_those_below_them() {
    let mut breaches = Vec::new();
    for source in sources() {
        let Some(path) = source.path.strip_prefix("src/cli/").filter(|path| source.is_rust() && *path != "lib.rs")
        else {
            continue;
        };
        let floor = COMMAND_LINE_ROOMS.iter().position(|room| path.starts_with(&format!("{room}/")));
        let Some(floor) = floor else {
            breaches.push(format!("{}: it is in no room", source.path));
            continue;
        };
        let depth = path.trim_end_matches("mod.rs").trim_end_matches('/').split('/').count();
        for (number, line) in source.code() {
            let known = &COMMAND_LINE_ROOMS[..=floor];
            let unknown = names_at_the_root(line, depth).into_iter().filter(|name| !known.contains(name));
            breaches.extend(unknown.map(|name| format!("{}:{number}: '{name}' is no room below", source.path)));
        }
    }
    hold(&breaches);
}

/// Returns the links of files in a crate's folder that name each other in a circle.
fn circles(folder: &str) -> Vec<String> {
    let mut modules = Modules::default();
    for source in sources().iter().filter(|source| source.is_rust() && !source.is_tests()) {
        if let Some(path) = source.path.strip_prefix(folder) {
            let lines: Vec<&str> = source.code().map(|(_, line)| line).collect();
            modules.add(path, &lines.join("\n"));
        }
    }
    modules.circles()
}

#[test]
fn files_of_the_engine_make_no_circle() {
    hold(&circles("src/engine/"));
}

#[test]
fn files_of_the_command_line_make_no_circle() {
    hold(&circles("src/cli/"));
}

#[test]
fn names_at_the_root_are_found() {
    let check = |line: &str, expected: &[&str]| assert_eq!(names_at_the_root(line, 2), expected, "{line}");
    check("use crate::azure::pool::Pool;", &["azure"]);
    check("use super::super::cloud::Cloud as _;", &["cloud"]);
    check("use super::pool::Pool;", &[]);
    check("fn f(cloud: &mut crate::Cloud) -> crate::ground::money::Cost {", &["Cloud", "ground"]);
}

/// Thousandths of the doc comments that may open with a question word. Model codebases have 0 to 25.
const QUESTIONS_MAX_THOUSANDTHS: usize = 5;

/// First words of doc comments that ask where they should say.
const QUESTIONS: [&str; 6] = ["What", "Who", "Whose", "Whom", "How", "Whether"];

/// The first line of every doc comment, with its number.
fn doc_comments(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut is_inside = false;
    (1..).zip(text.lines()).filter_map(move |(number, line)| {
        let line = line.trim_start();
        let comment = line.strip_prefix("///").or_else(|| line.strip_prefix("//!"));
        let begins = comment.is_some() && !is_inside;
        is_inside = comment.is_some();
        comment.filter(|_| begins).map(|comment| (number, comment.trim()))
    })
}

#[test]
fn doc_comments_begin_with_a_verb_or_a_noun() {
    let (mut all, mut breaches) = (0, Vec::new());
    for source in sources().iter().filter(|source| source.is_rust()) {
        for (number, comment) in doc_comments(&source.text) {
            all += 1;
            let word = comment.split(|letter: char| !letter.is_alphanumeric()).next().unwrap_or_default();
            if QUESTIONS.contains(&word) || comment.starts_with("See the module") {
                breaches.push(format!("{}:{number}: {comment}", source.path));
            }
        }
    }
    assert!(all > 4_000, "only {all} doc comments were found");
    if breaches.len() * 1_000 > all * QUESTIONS_MAX_THOUSANDTHS {
        hold(&breaches);
    }
}

#[test]
fn doc_comments_are_found_by_their_first_line() {
    let check = |text: &str, expected: &[(usize, &str)]| assert_eq!(doc_comments(text).collect::<Vec<_>>(), expected);
    check("//! A module.\n//! More of it.\n\n/// A type.\nstruct A;", &[(1, "A module."), (4, "A type.")]);
    check("    /// A field.\n    // no doc\n    /// Another.", &[(1, "A field."), (3, "Another.")]);
    check("fn f() {} // nothing", &[]);
}
