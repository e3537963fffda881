//! Documents: what the check of their command lines says, in every form of output.
//!
//! Each document of `tests/data/documents/` has what has to come of it beside it.
//! `UPDATE_SCRIPTS=1 cargo test --test it check` writes that, to be read before it is committed.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use scale_down::session::check::{Finding, Level, RULES, check, render, sarif};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/documents")
}

#[test]
fn documents_give_what_is_written_beside_them() {
    let update = std::env::var_os("UPDATE_SCRIPTS").is_some();
    let entries = fs::read_dir(folder()).expect("the folder of documents");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let documents = paths.filter(|path| path.extension().is_some_and(|extension| extension == "md"));
    let names = documents.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned()));
    let mut names: Vec<String> = names.filter(|name| name != "README.md").collect();
    names.sort();
    assert!(names.len() >= 4, "documents are missing");
    for name in names {
        let document = fs::read_to_string(folder().join(&name)).expect("a document");
        let checked = [(name.clone(), check(&document, None))];
        let outputs = [
            ("txt", render::text(&checked, true)),
            ("json", format!("{:#}\n", render::json(&checked))),
            ("sarif", format!("{:#}\n", sarif::log(&checked, "0.0.0"))),
        ];
        for (extension, output) in outputs {
            let path = folder().join(&name).with_extension(extension);
            if update {
                fs::write(&path, output).expect("a writable folder");
                continue;
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(output, expected, "{}", path.display());
        }
    }
}

#[test]
fn every_rule_is_documented() {
    let document =
        fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/check.md")).expect("docs/check.md");
    let rows = RULES.iter().map(|rule| format!("| `{}` | {} |\n", rule.id, rule.summary));
    assert!(document.contains(&rows.collect::<String>()), "docs/check.md has another table of rules");
}

/// The findings of one block.
fn findings(lines: &str) -> Vec<Finding> {
    check(&format!("```azurecli\n{lines}\n```\n"), None).findings
}

#[test]
fn fixes_are_those_of_today() {
    let check = |line: &str, words: &str, fixed: &str| {
        let found = findings(line);
        let [Finding { fix: Some(fix), level: Level::Error, .. }] = found.as_slice() else {
            panic!("{line}: {found:?}")
        };
        assert_eq!((fix.in_words().as_str(), fix.command.as_str()), (words, fixed), "{line}");
    };
    let pool = "--cluster-name c -g g";
    check(
        &format!("az aks nodepool show --node-pool p {pool}"),
        "--node-pool -> --nodepool-name",
        &format!("az aks nodepool show --nodepool-name p {pool}"),
    );
    check(
        &format!("az aks nodepool add --scale-down-policy=deallocate -n p {pool}"),
        "--scale-down-policy -> --scale-down-mode",
        &format!("az aks nodepool add --scale-down-mode=deallocate -n p {pool}"),
    );
    check(
        &format!("az aks nodepool update --node-count 5 -n p {pool}"),
        "update -> scale ('az aks nodepool update' has no --node-count)",
        &format!("az aks nodepool scale --node-count 5 -n p {pool}"),
    );
    check(
        &format!("az aks nodepool update --node-count=5 --node-pool=p {pool}"),
        "update -> scale ('az aks nodepool update' has no --node-count), --node-pool -> --nodepool-name",
        &format!("az aks nodepool scale --node-count=5 --nodepool-name=p {pool}"),
    );
    check("az aks create --cluster-name c -g g", "--cluster-name -> --name", "az aks create --name c -g g");
    check(
        "az aks create --scale-down-mode delete -n c -g g",
        "without --scale-down-mode delete (this belongs to 'az aks nodepool add --scale-down-mode')",
        "az aks create -n c -g g",
    );
    // A setting more than a scale takes: the count has to go.
    check(
        &format!("az aks nodepool update --node-count 5 --scale-down-mode Delete -n p {pool}"),
        "without --node-count 5 (this belongs to 'az aks nodepool scale --node-count')",
        &format!("az aks nodepool update --scale-down-mode Delete -n p {pool}"),
    );
}

#[test]
fn what_a_fix_does_is_what_comes_after() {
    let pool = "--name p --cluster-name c --resource-group g";
    let lines = format!(
        "az aks nodepool add --node-count 50 --scale-down-policy deallocate {pool}\n\
         az aks nodepool update --node-count 5 {pool}\n\
         az aks nodepool scale --node-count 5 {pool}"
    );
    let found = findings(&lines);
    let [_, _, same] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!(same.message, "The new node count is the same as the current node count.");
}

#[test]
fn the_preview_extension_makes_doubtful_what_it_may_know() {
    let line = "az aks create -n c -g g --enable-nosuch-thing";
    assert!(findings(line).iter().all(|found| found.level == Level::Error));
    let document = format!("You need aks-preview.\n\n```azurecli\n{line}\naz aks create -n c\n```\n");
    let levels: Vec<Level> = check(&document, None).findings.iter().map(|found| found.level).collect();
    assert_eq!(levels, [Level::Warning, Level::Error]);
}

#[test]
fn places_are_those_of_the_words() {
    let document = "1. é\n\n   > ```sh\n   > az aks show \\\n   >   --name c --resourcegroup g\n   > ```\n";
    let found = check(document, None).findings;
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.start.line, finding.start.column), (5, 17));
    assert_eq!((finding.end.line, finding.end.column), (5, 32));
    let document = "```sh\naz aks show --nosuch 'é' --out tabel -n c -g g\n```\n";
    let found = check(document, None).findings;
    let [finding] = found.as_slice() else { panic!("{found:?}") };
    assert_eq!((finding.start.column, finding.fix.is_some()), (1, false), "one change alone does not help");
}

proptest! {
    #![proptest_config(crate::property::config(200, "tests/data/regressions/check.txt"))]

    /// Whatever stands in a document, it is checked, and what is found is in it.
    #[test]
    fn no_document_breaks_the_check(
        parts in prop::collection::vec(
            prop_oneof![
                prop::sample::select(vec![
                    "```bash\n", "```\n", "> ", "  ", "1. ", "~~~console\n", "$ ", "az aks ", "nodepool ", "create ",
                    "--node-pool ", "p ", "<my-name> ", "$A ", "$(", ")", "`", "\"", "'", "\\\n", "\\ \n", "<<EOF\n", "EOF\n",
                    "--query '[?a<`1`]' ", "> f ", "2>&1 ", "| ", "&& ", "& ", "# c", "–-x ", "“", "\n", "...", "[--x]",
                ]).prop_map(str::to_owned),
                ".{0,12}",
            ],
            0..60,
        ),
    ) {
        let document = parts.concat();
        let lines = document.lines().count();
        for finding in check(&document, None).findings {
            prop_assert!((1..=lines).contains(&finding.start.line), "{document:?}");
            prop_assert!(finding.start <= finding.end, "{finding:?}");
        }
    }
}
