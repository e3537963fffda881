//! The modules of a crate, and which of them name which, read from the text of the files.
//!
//! A path is followed through `pub use` to the file that holds the item, so that a module which only gathers others
//! is no link between them. What needs types to be known (methods, traits) is not seen.

use std::collections::{BTreeMap, BTreeSet};

/// Names of a module from the root of its crate, which itself has none.
type Module = Vec<String>;

/// A path that a `use` brings into a file, and the name that it has there.
type Import = (Vec<String>, String);

/// Most steps from one `pub use` to the next.
const STEPS_MAX: usize = 10;

/// A file of a crate, without comments and texts.
struct File {
    path: String,
    code: String,
    imports: Vec<Import>,
    /// Imports that the module passes on.
    exports: Vec<Import>,
}

/// The files of a crate by module.
#[derive(Default)]
pub struct Modules {
    files: BTreeMap<Module, File>,
}

impl Modules {
    /// Adds a file, given its path below the root of the crate and its code without comments.
    pub fn add(&mut self, path: &str, code: &str) {
        let mut module: Module = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
        if matches!(module.last().map(String::as_str), Some("mod" | "lib")) {
            module.pop();
        }
        let mut file = File { path: path.to_owned(), code: String::new(), imports: Vec::new(), exports: Vec::new() };
        let code = without_texts(code);
        let mut rest = code.as_str();
        while let Some((before, visibility, tree, after)) = next_use(rest) {
            file.code.push_str(before);
            let list = if visibility { &mut file.exports } else { &mut file.imports };
            expand(&[], tree, list);
            rest = after;
        }
        file.code.push_str(rest);
        self.files.insert(module, file);
    }

    /// Returns the modules that a module names.
    fn named_by(&self, module: &Module) -> BTreeSet<Module> {
        let Some(file) = self.files.get(module) else { return BTreeSet::new() };
        let imported = file.imports.iter().map(|(path, _)| path.clone());
        let is_own = |path: &Vec<String>| {
            path.first().is_some_and(|name| matches!(name.as_str(), "crate" | "super") || self.is_child(module, name))
        };
        let paths = imported.chain(paths(&file.code).into_iter().filter(is_own));
        paths.filter_map(|path| self.find(module, &path, 0)).filter(|found| found != module).collect()
    }

    fn is_child(&self, module: &Module, name: &str) -> bool {
        let child: Module = module.iter().cloned().chain([name.to_owned()]).collect();
        self.files.contains_key(&child)
    }

    /// Finds the module of the item that a path in a module leads to; `None` outside the crate.
    fn find(&self, module: &Module, path: &[String], steps: usize) -> Option<Module> {
        let mut place = module.clone();
        let mut rest = path.iter();
        match path.first()?.as_str() {
            "crate" => {
                rest.next();
                place.clear();
            }
            "self" => drop(rest.next()),
            "super" => {
                while rest.as_slice().first().is_some_and(|name| name == "super") {
                    rest.next();
                    place.pop()?;
                }
            }
            name if self.is_child(module, name) => {}
            _ => return None,
        }
        for name in rest.by_ref() {
            if self.is_child(&place, name) {
                place.push(name.clone());
                continue;
            }
            let exports = &self.files.get(&place)?.exports;
            let Some((target, _)) = exports.iter().find(|(_, alias)| alias == name) else { break };
            let whole: Vec<String> = target.iter().chain(rest).cloned().collect();
            return if steps < STEPS_MAX { self.find(&place, &whole, steps + 1) } else { None };
        }
        Some(place)
    }

    /// Returns every link, as `from -> to`, of modules that name each other in a circle.
    pub fn circles(&self) -> Vec<String> {
        let mut links: BTreeMap<Module, BTreeSet<Module>> =
            self.files.keys().map(|module| (module.clone(), self.named_by(module))).collect();
        loop {
            let named: BTreeSet<Module> = links.values().flatten().cloned().collect();
            // A module that names none of the rest, or that none of the rest names, is in no circle.
            let keeps = |module: &Module, names: &BTreeSet<Module>| !names.is_empty() && named.contains(module);
            let kept: BTreeSet<Module> =
                links.iter().filter(|(module, names)| keeps(module, names)).map(|(module, _)| module.clone()).collect();
            let is_settled = kept.len() == links.len();
            links.retain(|module, _| kept.contains(module));
            for names in links.values_mut() {
                names.retain(|name| kept.contains(name));
            }
            if is_settled {
                break;
            }
        }
        let path = |module: &Module| self.files.get(module).map_or("", |file| file.path.as_str());
        let of_one = |(from, names): (&Module, &BTreeSet<Module>)| {
            names.iter().map(|to| format!("{} -> {}", path(from), path(to))).collect::<Vec<_>>()
        };
        links.iter().flat_map(of_one).collect()
    }
}

/// Returns the code with nothing between the quotes of its texts.
fn without_texts(code: &str) -> String {
    let mut plain = String::new();
    let mut characters = code.chars();
    while let Some(character) = characters.next() {
        plain.push(character);
        // A quote as a character is no text.
        let is_text = character == '"' && !plain.ends_with("'\"") && !plain.ends_with("'\\\"");
        while let Some(inside) = is_text.then(|| characters.next()).flatten() {
            match inside {
                '\\' => drop(characters.next()),
                '"' => {
                    plain.push('"');
                    break;
                }
                _ => {}
            }
        }
    }
    plain
}

/// Finds the first `use`: the code before it, `true` if the module passes it on, its tree, and the code after it.
fn next_use(code: &str) -> Option<(&str, bool, &str, &str)> {
    let mut at = 0;
    for line in code.split_inclusive('\n') {
        let words = line.trim_start();
        let is_passed_on = words.starts_with("pub") && words.contains(" use ");
        if is_passed_on || words.starts_with("use ") {
            let begins = at + line.find("use ")? + "use ".len();
            let end = begins + code[begins..].find(';')?;
            return Some((&code[..at], is_passed_on, &code[begins..end], &code[end + 1..]));
        }
        at += line.len();
    }
    None
}

/// Splits a tree of paths, `a::{b, c::{d, e as f}}`, into its paths.
fn expand(before: &[String], tree: &str, imports: &mut Vec<Import>) {
    let tree = tree.trim();
    let Some((head, group)) = tree.split_once('{') else {
        let (path, alias) = tree.split_once(" as ").map_or((tree, None), |(path, alias)| (path, Some(alias)));
        let mut path: Vec<String> = before.iter().cloned().chain(path.split("::").map(str::to_owned)).collect();
        if path.last().is_some_and(|name| name == "self") {
            path.pop();
        }
        let alias = alias.unwrap_or(path.last().map_or("", String::as_str)).to_owned();
        imports.push((path, alias));
        return;
    };
    let names = head.split("::").filter(|name| !name.is_empty()).map(str::to_owned);
    let before: Vec<String> = before.iter().cloned().chain(names).collect();
    let group = group.trim_end().strip_suffix('}').expect("a closed group");
    let mut depth = 0;
    let is_end = |character: char| {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        character == ',' && depth == 0
    };
    for part in group.split(is_end).filter(|part| !part.trim().is_empty()) {
        expand(&before, part, imports);
    }
}

/// Returns the paths of at least two names in the code.
fn paths(code: &str) -> Vec<Vec<String>> {
    let is_part = |letter: char| letter.is_alphanumeric() || letter == '_' || letter == ':';
    let words = code.split(|letter| !is_part(letter)).filter(|word| word.contains("::"));
    let path = |word: &str| word.split("::").map(str::to_owned).collect::<Vec<_>>();
    words.map(path).filter(|path| path.iter().all(|name| !name.is_empty())).collect()
}

#[test]
fn circles_are_found() {
    let circles = |files: &[(&str, &str)]| {
        let mut modules = Modules::default();
        for (path, code) in files {
            modules.add(path, code);
        }
        modules.circles()
    };
    let gathered = ("room/mod.rs", "mod a;\nmod b;\npub use a::A;\npub use b::B;");
    let one_way = [("lib.rs", "pub mod room;"), gathered, ("room/a.rs", "use super::B;"), ("room/b.rs", "struct B;")];
    assert_eq!(circles(&one_way), [""; 0]);
    let both = [gathered, ("room/a.rs", "use super::{B};"), ("room/b.rs", "fn f(a: &crate::room::A) {}")];
    assert_eq!(circles(&both), ["room/a.rs -> room/b.rs", "room/b.rs -> room/a.rs"]);
    let up = [("room/mod.rs", "mod a;\nstruct C;\nfn f() { a::f() }"), ("room/a.rs", "use super::C;\nfn f() {}")];
    assert_eq!(circles(&up), ["room/mod.rs -> room/a.rs", "room/a.rs -> room/mod.rs"]);
    let quoted = [("a.rs", "use crate::b::B;"), ("b.rs", "const TEXT: &str = \"crate::a::A\";\nuse std::fmt;")];
    assert_eq!(circles(&quoted), [""; 0]);
}
