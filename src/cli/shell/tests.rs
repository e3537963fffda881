//! Tests of the shell: words, connectors, refusals, pasted text.

use std::collections::BTreeMap;

use super::streams::Stream;
use super::*;

fn variables() -> BTreeMap<String, String> {
    [("RG", "my group"), ("N", "5"), ("EMPTY", "")].map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}

#[track_caller]
fn check(line: &str, expected: &[&[&str]]) {
    let commands = lex(line, &variables(), 3).unwrap();
    let actual: Vec<Vec<&str>> =
        commands.iter().map(|command| command.words.iter().map(|word| word.text.as_str()).collect()).collect();
    assert_eq!(actual, expected, "{line:?}");
}

#[track_caller]
fn check_error(line: &str, message: &str, exit_code: i32) {
    let error = lex(line, &variables(), 0).unwrap_err();
    assert_eq!((error.message.as_str(), error.exit_code), (message, exit_code), "{line:?}");
}

#[test]
fn words() {
    check("", &[]);
    check("az  aks\tlist", &[&["az", "aks", "list"]]);
    check("a 'b c' \"d e\" f\\ g", &[&["a", "b c", "d e", "f g"]]);
    check("a '' \"\"", &[&["a", "", ""]]);
    check("a my\"AKS\"'Cl'uster", &[&["a", "myAKSCluster"]]);
    check("a # b", &[&["a"]]);
    check("a#b", &[&["a#b"]]);
    check("a \\# b", &[&["a", "#", "b"]]);
    check("a \"\\$x \\a \\\"\"", &[&["a", "$x \\a \""]]);
    check("a $'x\\ty\\x41'", &[&["a", "x\tyA"]]);
    check("a \\\n b", &[&["a", "b"]]);
    check("a [?x] *", &[&["a", "[?x]", "*"]]);
}

#[test]
fn variables_are_split_unless_quoted() {
    check("a $RG \"$RG\" ${N}x", &[&["a", "my", "group", "my group", "5x"]]);
    check("a $EMPTY \"$EMPTY\" $NONE", &[&["a", ""]]);
    check("a $? ${NONE:-b} $", &[&["a", "3", "b", "$"]]);
    check("X=1; echo $X", &[&[], &["echo", "1"]]);
    check("export X='1 2'; echo \"$X\"", &[&["export", "X=1 2"], &["echo", "1 2"]]);
    check("X=1 az $X", &[&["az"]]);
    check("a `b` \"c`d`e\" $(f)", &[&["a", "ce"]]);
}

#[test]
fn variables_are_changed_on_the_way() {
    check("a ${NONE-b} ${EMPTY-b} ${EMPTY:-b} ${N:-b} ${NONE:=b}", &[&["a", "b", "b", "5", "b"]]);
    check("a ${N:+set} ${N+set} ${EMPTY:+set} \"${EMPTY+set}\" ${NONE+set}", &[&["a", "set", "set", "set"]]);
    check("a ${NONE:-$RG} \"${NONE:-$RG}\" ${NONE:-'x y'}", &[&["a", "my", "group", "my group", "x y"]]);
    check("a ${NONE:-${NONE:-c}}d ${#RG} ${#NONE}", &[&["a", "cd", "8", "0"]]);
    check("a ${RG:0:2} ${RG:3} \"${RG: -5:2}\" ${RG:1:-6} ${RG:$N}", &[&["a", "my", "group", "gr", "y", "oup"]]);
    check("a ${RG^} \"${RG^^}\" ${N,,}", &[&["a", "My", "group", "MY GROUP", "5"]]);
}

#[test]
fn patterns_edit_values() {
    let check = |line: &str, value: &str, expected: &str| {
        let variables = BTreeMap::from([("X".to_owned(), value.to_owned())]);
        assert_eq!(lex(&format!("a {line}"), &variables, 0).unwrap()[0].words[1].text, expected, "{line} of {value}");
    };
    check("${X%.*}", "a.b.c", "a.b");
    check("${X%%.*}", "a.b.c", "a");
    check("${X#*.}", "a.b.c", "b.c");
    check("${X##*.}", "a.b.c", "c");
    check("\"${X%'*'}\"", "a**", "a*");
    check("${X%\"$X\"}-", "a*", "-");
    check("${X%[0-9]}", "pool12", "pool1");
    check("${X##[!0-9]*[a-z]}", "-pool12", "12");
    check("${X%[}", "a[", "a");
    check("${X/o/0}", "foo", "f0o");
    check("${X//o/0}", "foo", "f00");
    check("${X//-}", "a-b-c", "abc");
    check("${X/#a/b}${X/%a/c}", "aa", "baac");
    check("${X/#/-}${X/%/+}${X/%b*/c}", "ab", "-abab+ac");
    check("[${X/#/-}${X//*/+}${X//a}]", "", "[-+]");
    check("${X//?/<&>}${X/a/'&'}", "ab", "<a><b>&b");
    check("${X/x*/y}", "ab", "ab");
    check("${X%\\*}", "a*", "a");
    check("${X//\\//_}", "a/b", "a_b");
    let long = BTreeMap::from([("X".to_owned(), "x".repeat(5000))]);
    assert_eq!(lex("a ${X%y}", &long, 0).unwrap_err().message, "bash: X: this value is too long for patterns here");
}

#[test]
fn a_tilde_is_the_home_directory() {
    check("a ~ ~/.kube/config $HOME", &[&["a", "/home/user", "/home/user/.kube/config", "/home/user"]]);
    check("a '~' \\~/x x~ ~\"/x\" ~user --f=~/x", &[&["a", "~", "~/x", "x~", "~/x", "~user", "--f=~/x"]]);
    let commands = lex("A=~/x B=~ C='~' a", &BTreeMap::new(), 0).unwrap();
    let values: Vec<&str> = commands[0].assignments.iter().map(|(_, value)| value.as_str()).collect();
    assert_eq!(values, ["/home/user/x", "/home/user", "~"]);
}

#[test]
fn sums_are_evaluated() {
    check("a $((2+3)) $((N * 2 - 1)) $(( ($N+1)%4 ))x", &[&["a", "5", "9", "2x"]]);
    check(
        "a \"$((-N))\" $((0x10 + 010)) $((N>4)) $((!N || 0)) $(( )) $((NONE))",
        &[&["a", "-5", "24", "1", "0", "0", "0"]],
    );
}

#[test]
fn redirections_lead_where_they_say() {
    use Stream::{Errors, Nowhere, Output};
    let check = |line: &str, output: Stream, errors: Stream| {
        let commands = read(line).unwrap();
        assert_eq!(commands[0].expand(&variables(), 0).unwrap().words.len(), 2, "{line}");
        assert_eq!((commands[0].streams.output, commands[0].streams.errors), (output, errors), "{line}");
    };
    check("a b", Output, Errors);
    check("a b >/dev/null", Nowhere, Errors);
    check("a > /dev/null b", Nowhere, Errors);
    check("a b 2>/dev/null", Output, Nowhere);
    check("a b &> /dev/null", Nowhere, Nowhere);
    check("a b >/dev/null 2>&1", Nowhere, Nowhere);
    check("a b 2>&1 >/dev/null", Nowhere, Output);
    check("a b >&2", Errors, Errors);
}

#[test]
fn braces_make_words() {
    check("a {b,c}d", &[&["a", "bd", "cd"]]);
    check("a x{1..3} {a..c}", &[&["a", "x1", "x2", "x3", "a", "b", "c"]]);
    check("a '{b,c}' {b} {b,'c d'}", &[&["a", "{b,c}", "{b}", "b", "c d"]]);
    check("a [].{n:name,c:count}", &[&["a", "[].n:name", "[].c:count"]]);
    check("a {01..03}", &[&["a", "01", "02", "03"]]);
}

#[test]
fn connectors() {
    check("a; b && c || d | e\nf", &[&["a"], &["b"], &["c"], &["d"], &["e"], &["f"]]);
    check("a;", &[&["a"]]);
}

#[test]
fn spans_point_into_the_line() {
    let line = "az 'b c' $RG";
    let commands = lex(line, &variables(), 0).unwrap();
    let written: Vec<&str> =
        commands[0].words.iter().map(|word| line.get(word.span.start..word.span.end).unwrap()).collect();
    assert_eq!(written, ["az", "'b c'", "$RG", "$RG"]);
}

#[test]
fn refusals() {
    check_error("a 'b", "bash: unexpected EOF while looking for matching `''", 2);
    check_error("a \"b", "bash: unexpected EOF while looking for matching `\"'", 2);
    check_error("a `b", "bash: unexpected EOF while looking for matching ``'", 2);
    check_error("a $(b", "bash: unexpected EOF while looking for matching `)'", 2);
    check_error("a ${b", "bash: unexpected EOF while looking for matching `}'", 2);
    check_error("; a", "bash: syntax error near unexpected token `;'", 2);
    check_error("a && ;", "bash: syntax error near unexpected token `;'", 2);
    check_error("a ;; b", "bash: syntax error near unexpected token `;;'", 2);
    check_error("a &&", "bash: syntax error: unexpected end of file", 2);
    check_error("if a; then b", "bash: syntax error: unexpected end of file", 2);
    check_error("fi", "bash: syntax error near unexpected token `fi'", 2);
    check_error("if a\nthen done\nfi", "bash: line 2: syntax error near unexpected token `done'", 2);
    check_error("a (b)", "bash: syntax error near unexpected token `('", 2);
    check_error("a ${b c}", "bash: ${b c}: bad substitution", 1);
    check_error(
        "a ${RG@A}",
        "playground: `${RG@A}' is not available here; ${X:-default}, ${X:0:3}, ${X%.*}, ${X/a/b}, ${X,,}, ${X^^} and ${#X} are",
        1,
    );
    check_error("a ${NONE:?say a name}", "bash: NONE: say a name", 1);
    check_error("a ${NONE?}", "bash: NONE: parameter not set", 1);
    check_error("a ${RG:1:-9}", "bash: RG: -9: substring expression < 0", 1);
    check_error("a $((1 / 0))", "bash: 1 / 0: division by 0", 1);
    check_error("a $((2 +))", "bash: 2 +: syntax error in expression", 1);
    check_error("a >", "bash: syntax error near unexpected token `newline'", 2);
    assert_eq!(lex("a > b", &BTreeMap::new(), 0).unwrap_err().exit_code, 1);
    let nested = format!("a {}", "${N+".repeat(100));
    assert_eq!(lex(&nested, &BTreeMap::new(), 0).unwrap_err().message, "playground: this line is nested too deeply");
}

#[track_caller]
fn check_lines(text: &str, expected: &[&str]) {
    let lines = split_lines(text);
    let actual: Vec<&str> = lines.iter().map(|line| line.text.as_str()).collect();
    assert_eq!(actual, expected, "{text:?}");
}

#[test]
fn pasted_text_becomes_lines() {
    check_lines("a\nb\n", &["a", "b"]);
    check_lines("a \\\n  b\nc", &["a   b", "c"]);
    check_lines("a \\\r\n  b\r\nc\r\n", &["a   b", "c"]);
    check_lines("$ a\n$ b \\\n> c", &["a", "b c"]);
    check_lines("PS> a\nPS C:\\> b\nme@host:~/x$ c", &["a", "b", "c"]);
    check_lines("# it's\n\n   \na # it's\nb", &["a # it's", "b"]);
    check_lines("a 'x\ny'\nb", &["a 'x\ny'", "b"]);
    check_lines("a \"x \\\ny\"\nb", &["a \"x y\"", "b"]);
    check_lines("```azurecli\na\n```", &["a"]);
    check_lines("a 'x\n# y\n", &["a 'x\n# y\n"]);
    check_lines("echo \\'\nb", &["echo \\'", "b"]);
    check_lines("a &&\n  b |\n\nc\nd", &["a &&\n  b |\n\nc", "d"]);
    check_lines("$ a ||\n> b\nc \\|\nd '|'\ne &\nf # |\ng", &["a ||\nb", "c \\|", "d '|'", "e &", "f # |", "g"]);
    check_lines("PS> a `\n  -b `\n  c\nd `e`\nf `", &["a   -b   c", "d `e`", "f "]);
}

#[test]
fn look_alikes_are_named() {
    let found = typography("az —name “x”");
    let names: Vec<&str> = found.iter().map(|one| one.name).collect();
    assert_eq!(names, ["em dash", "curly double quote", "curly double quote"]);
    assert!(typography("az --name 'x'").is_empty());
}

#[test]
fn the_last_word_is_as_it_was_written() {
    let check = |line: &str, expected: Option<&str>| assert_eq!(last_word(line), expected, "{line:?}");
    check("az aks show -n 'my cluster'", Some("'my cluster'"));
    check("az group list; az aks list -g \"$RG\"  ", Some("\"$RG\""));
    check("", None);
    check("az 'open", None);
}

/// A here-document belongs to its line; its text is expanded unless the word that ends it is quoted.
#[test]
fn here_documents() {
    let check = |text: &str, expected: &[(&str, Option<&str>)]| {
        let variables = BTreeMap::from([("N".to_owned(), "web".to_owned())]);
        let lines = split_lines(text);
        let commands = lines.iter().flat_map(|line| lex(&line.text, &variables, 0).unwrap());
        let found: Vec<(String, Option<String>)> =
            commands.map(|command| (command.words.last().unwrap().text.clone(), command.input)).collect();
        let expected: Vec<(String, Option<String>)> =
            expected.iter().map(|(word, input)| ((*word).to_owned(), input.map(str::to_owned))).collect();
        assert_eq!(found, expected, "{text:?}");
    };
    check("cat <<EOF\na: $N\n\"b\\$\n  EOF\nEOF\nnext", &[("cat", Some("a: web\n\"b$\n  EOF\n")), ("next", None)]);
    check("cat <<'EOF' | kubectl apply -f -\na: $N\nEOF\n", &[("cat", Some("a: $N\n")), ("-", None)]);
    check("kubectl apply -f - <<-E\n\ta\n\tE\n$ next", &[("-", Some("a\n")), ("next", None)]);
    check("a <<X; b <<Y\n1\nX\n2\nY", &[("a", Some("1\n")), ("b", Some("2\n"))]);
    check("a <<<\"$N s\"", &[("a", Some("web s\n"))]);
    check("a <<E\n# no comment\n$ no prompt\nlast", &[("a", Some("# no comment\n$ no prompt\nlast\n"))]);
    check("echo '<<E' # <<E\nnext", &[("<<E", None), ("next", None)]);
    let refused =
        |line: &str, message: &str| assert!(lex(line, &BTreeMap::new(), 0).unwrap_err().message.contains(message));
    refused("a < file", "cannot redirect");
    refused("cat <<E > file\na\nE\n", "cannot redirect");
    refused("a <<", "unexpected token `newline'");
}
