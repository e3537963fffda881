//! Tests that the types tell the truth: everything that the package gives is declared in `types.d.ts`, and everything
//! that is declared there is given.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::answer;
use super::options::{OPTIONS, session_options, unknown};
use super::problem::Problem;
use scale_down_session::{Session, Simulation};

const DECLARATIONS: &str = include_str!("types.d.ts");

/// A type, as far as the declarations use TypeScript.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Type {
    /// `string`, `number`, `boolean`, `null`, `object`, or the name of a declared one.
    Named(String),
    Literal(String),
    Union(Vec<Type>),
    Array(Box<Type>),
    Record(Box<Type>, Box<Type>),
    Object(Vec<Member>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Member {
    name: String,
    is_optional: bool,
    of: Type,
}

/// A reader of declarations, from left to right.
struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// Skips blanks and comments, then `word`, if it stands there.
    fn takes(&mut self, word: &str) -> bool {
        loop {
            self.0 = self.0.trim_start();
            match self.0.strip_prefix("/**").and_then(|comment| comment.split_once("*/")) {
                Some((_, rest)) => self.0 = rest,
                None => break,
            }
        }
        let rest = self.0.strip_prefix(word);
        self.0 = rest.unwrap_or(self.0);
        rest.is_some()
    }

    fn expect(&mut self, word: &str) {
        assert!(self.takes(word), "expected {word} before {:.60}", self.0);
    }

    fn name(&mut self) -> &'a str {
        self.takes("");
        let end = self.0.find(|letter: char| !letter.is_alphanumeric()).unwrap_or(self.0.len());
        let (name, rest) = self.0.split_at(end);
        assert!(!name.is_empty(), "expected a name before {:.60}", self.0);
        self.0 = rest;
        name
    }

    fn union(&mut self) -> Type {
        self.takes("|");
        let mut types = vec![self.array()];
        while self.takes("|") {
            types.push(self.array());
        }
        if types.len() == 1 { types.remove(0) } else { Type::Union(types) }
    }

    fn array(&mut self) -> Type {
        let mut of = self.single();
        while self.takes("[]") {
            of = Type::Array(Box::new(of));
        }
        of
    }

    fn single(&mut self) -> Type {
        if self.takes("\"") {
            let (literal, rest) = self.0.split_once('"').expect("the end of a literal");
            self.0 = rest;
            return Type::Literal(literal.to_owned());
        }
        if self.takes("{") {
            return Type::Object(self.members());
        }
        let name = self.name();
        if name != "Record" {
            return Type::Named(name.to_owned());
        }
        self.expect("<");
        let keys = self.union();
        self.expect(",");
        let values = self.union();
        self.expect(">");
        Type::Record(Box::new(keys), Box::new(values))
    }

    /// Reads up to the brace behind the last member.
    fn members(&mut self) -> Vec<Member> {
        let mut members = Vec::new();
        while !self.takes("}") {
            let name = self.name().to_owned();
            let is_optional = self.takes("?");
            self.expect(":");
            members.push(Member { name, is_optional, of: self.union() });
            self.takes(";");
        }
        members
    }
}

/// The declared types and interfaces by name, without the error and the class.
fn declarations() -> BTreeMap<&'static str, Type> {
    let mut declared = BTreeMap::new();
    let mut reader = Reader(DECLARATIONS);
    while !reader.0.trim().is_empty() {
        reader.expect("export");
        if reader.takes("class") {
            break;
        }
        let is_interface = reader.takes("interface");
        if !is_interface {
            reader.expect("type");
        }
        let name = reader.name();
        if !is_interface {
            reader.expect("=");
        }
        reader.takes("extends Error");
        declared.insert(name, reader.union());
        reader.takes(";");
    }
    declared
}

/// A comparison of values with the declarations, that notes what it has seen.
struct Comparison {
    declared: BTreeMap<&'static str, Type>,
    /// Everything of the declarations that some value had: `PoolSnapshot.mode`, `PoolSnapshot.mode = "System"`.
    seen: BTreeSet<String>,
}

impl Comparison {
    /// Fails if a value is not of a declared type.
    #[track_caller]
    fn hold(&mut self, name: &str, value: &Value) {
        let of = self.declared.get(name).cloned().expect(name);
        assert!(self.is_of(&of, name, value), "{value} is no {name}");
    }

    /// Returns `true` if a value is of a type that is declared at `place`. What an object has and its type has not, or
    /// the reverse, fails at once.
    fn is_of(&mut self, of: &Type, place: &str, value: &Value) -> bool {
        match (of, value) {
            (Type::Named(name), _) => match name.as_str() {
                "string" => value.is_string(),
                "number" => value.is_number(),
                "boolean" => value.is_boolean(),
                "object" => value.is_object() || value.is_array(),
                "null" => value.is_null() && self.sees(format!("{place} = null")),
                name => {
                    let of =
                        self.declared.get(name).cloned().unwrap_or_else(|| panic!("{place}: {name} is not declared"));
                    self.is_of(&of, name, value)
                }
            },
            (Type::Literal(literal), Value::String(text)) => {
                text == literal && self.sees(format!("{place} = \"{literal}\""))
            }
            (Type::Union(types), _) => types.iter().any(|of| self.is_of(of, place, value)),
            (Type::Array(of), Value::Array(items)) => items.iter().all(|item| self.is_of(of, place, item)),
            (Type::Record(keys, values), Value::Object(object)) => {
                let all = object.iter().all(|(key, value)| {
                    self.is_of(keys, place, &Value::String(key.clone())) && self.is_of(values, place, value)
                });
                let count = self.literals(keys).len();
                assert!(count == object.len(), "{place}: {} of {count} keys in {value}", object.len());
                all
            }
            (Type::Object(members), Value::Object(object)) => {
                for name in object.keys() {
                    assert!(members.iter().any(|member| member.name == *name), "{place} does not declare {name}");
                }
                members.iter().all(|member| {
                    let place = format!("{place}.{}", member.name);
                    if let Some(value) = object.get(&member.name) {
                        assert!(self.is_of(&member.of, &place, value), "{place} is declared otherwise: {value}");
                        return self.sees(place);
                    }
                    assert!(member.is_optional, "{place} is not there");
                    true
                })
            }
            _ => false,
        }
    }

    fn sees(&mut self, place: String) -> bool {
        self.seen.insert(place);
        true
    }

    /// The literals of a union, by way of its name.
    fn literals(&self, of: &Type) -> Vec<String> {
        match of {
            Type::Named(name) => self.declared.get(name.as_str()).map_or_else(Vec::new, |of| self.literals(of)),
            Type::Literal(literal) => vec![literal.clone()],
            Type::Union(types) => types.iter().flat_map(|of| self.literals(of)).collect(),
            _ => Vec::new(),
        }
    }

    /// Everything that the declarations have, in the form of `seen`.
    fn all(&self) -> BTreeSet<String> {
        fn add(all: &mut BTreeSet<String>, place: &str, of: &Type) {
            match of {
                Type::Literal(literal) => drop(all.insert(format!("{place} = \"{literal}\""))),
                Type::Named(name) if name == "null" => drop(all.insert(format!("{place} = null"))),
                Type::Named(_) => {}
                Type::Union(types) => types.iter().for_each(|of| add(all, place, of)),
                Type::Array(of) => add(all, place, of),
                Type::Record(keys, values) => [keys, values].into_iter().for_each(|of| add(all, place, of)),
                Type::Object(members) => {
                    for member in members {
                        let place = format!("{place}.{}", member.name);
                        add(all, &place, &member.of);
                        all.insert(place);
                    }
                }
            }
        }
        let mut all = BTreeSet::new();
        for (name, of) in &self.declared {
            add(&mut all, name, of);
        }
        all
    }
}

/// Lines that come to every kind of answer, and lead through every kind of pool and node.
const LINES: &[&str] = &[
    "ls",
    "az vm list",
    "az nosuch",
    "az --help",
    "az login",
    "az configure",
    "az group create -n g -l eastus -o none",
    "az aks create -g g -n c --node-count 2 -o none",
    "az aks show -g g -n c --query \"nofunc(@)\"",
    "az aks delete -g g -n c",
    "az config set group=x",
    "az aks nodepool add -g g --cluster-name c -n thirteenchars",
    "az aks nodepool show -g g --cluster-name c -n nosuch",
    "az aks nodepool add -g g --cluster-name c -n one -c 3 --scale-down-mode Deallocate -o none",
    "az aks nodepool scale -g g --cluster-name c -n one -c 1 -o none",
    "az aks nodepool scale -g g --cluster-name c -n one -c 3 -o none",
    "az aks nodepool add -g g --cluster-name c -n two -c 2 -s Standard_M96ms_v3 -o none",
    "az aks nodepool update -g g --cluster-name c -n two --enable-cluster-autoscaler --min-count 1 --max-count 3 -o none",
    "az aks nodepool stop -g g --cluster-name c -n one -o none",
    "sim fault add allocation-failed",
    "az aks nodepool scale -g g --cluster-name c -n two -c 5 -o none",
];

/// Codes of the errors that texts and numbers cause.
fn codes() -> Vec<&'static str> {
    let mut session = Session::new(session_options(None, false, None, true).expect("no options"));
    let mut open = |text: &str| Simulation::open(&mut session, text).map_err(Problem::from);
    let problems = [
        Some(unknown("sed")),
        session_options(None, false, Some("{\"groups\": 1}"), true).err(),
        Session::new(session_options(None, false, None, true).expect("no options"))
            .exec("wait 300d\nwait 300d", u64::MAX)
            .map_err(Problem::from)
            .err(),
        // These are made where there is JavaScript: tests/package/misuse.test.mjs and memory.test.mjs see them.
        Some(Problem { code: "no_history", message: String::new() }),
        Some(Problem { code: "too_large", message: String::new() }),
        Some(Problem { code: "freed", message: String::new() }),
        open("#s1:!").err(),
        open("{\"format\": \"scale-down-session\", \"version\": 0}").err(),
        Some(Problem::internal(String::new())),
    ];
    problems.into_iter().map(|problem| problem.expect("an error").code).collect()
}

#[test]
fn what_is_given_is_declared_and_what_is_declared_is_given() {
    let mut comparison = Comparison { declared: declarations(), seen: BTreeSet::new() };
    let mut session = Session::new(session_options(None, false, None, true).expect("no options"));
    for line in LINES {
        let result = answer::camel_case(answer::exec(&mut session, line, u64::MAX).expect("an answer"));
        comparison.hold("ExecResult", &result);
        comparison.hold("Snapshot", &answer::camel_case(session.report()));
    }
    // Where a run has a terminal, a line may ask, and has not ended then.
    let mut asked = Session::new(session_options(None, false, None, true).expect("no options"));
    Simulation::open(&mut asked, "#@ terminal\naz group create -n g -l eastus -o none\n").expect("a script");
    let result = answer::camel_case(answer::exec(&mut asked, "az group delete -n g", u64::MAX).expect("an answer"));
    comparison.hold("ExecResult", &result);
    let events = answer::camel_case(Simulation::events(&session, 0));
    for event in events.as_array().expect("events") {
        comparison.hold("SimulatorEvent", event);
    }
    comparison.hold("Completion", &answer::camel_case(answer::completion(&session, "az aks ", 7)));
    for options in [
        json!({}),
        json!({ "seed": 7, "strict": true, "history": false, "world": { "groups": [], "clusters": [], "agentPools": {} } }),
    ] {
        comparison.hold("SimulatorOptions", &options);
    }
    for code in codes() {
        comparison.hold("SimulatorError", &json!({ "name": "SimulatorError", "code": code }));
    }
    let never: Vec<String> = comparison.all().difference(&comparison.seen).cloned().collect();
    assert!(never.is_empty(), "declared, and never given: {never:#?}");
}

#[test]
fn options_are_those_that_are_declared() {
    let Some(Type::Object(members)) = declarations().remove("SimulatorOptions") else { panic!("no options") };
    let names: Vec<&str> = members.iter().map(|member| member.name.as_str()).collect();
    assert_eq!(names, OPTIONS);
    assert!(members.iter().all(|member| member.is_optional), "none has to be given");
}

/// Methods and properties of the class, as declared and as `lib.rs` exports them to JavaScript.
#[test]
fn the_class_has_the_declared_members() {
    let (_, class) = DECLARATIONS.split_once("export class Simulator {\n").expect("the class");
    let lines =
        class.lines().map(str::trim).filter(|line| line.starts_with(|letter: char| letter.is_ascii_lowercase()));
    let declared = lines.map(|line| {
        let line = line.strip_prefix("readonly ").unwrap_or(line);
        line.split(['(', ':', '?']).next().unwrap_or_default().to_owned()
    });
    let mut exported: BTreeSet<String> = BTreeSet::new();
    let (_, code) = include_str!("lib.rs").split_once("#[wasm_bindgen]\nimpl Simulator {\n").expect("the methods");
    let (methods, _) = code.split_once("\n}\n").expect("their end");
    for line in methods.lines().filter_map(|line| line.strip_prefix("    pub fn ")) {
        let name: Value = json!({ line.split('(').next().unwrap_or_default(): null });
        exported.extend(answer::camel_case(name).as_object().expect("an object").keys().cloned());
    }
    assert!(include_str!("constructor.rs").contains("#[wasm_bindgen(constructor)]"));
    // wasm-bindgen adds it to every class.
    exported.extend(["constructor", "free"].map(str::to_owned));
    assert_eq!(declared.collect::<BTreeSet<_>>(), exported);
}
