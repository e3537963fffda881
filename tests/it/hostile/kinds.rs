//! The eight kinds of hostile input: for each a generator, and what runs the input.

use std::collections::BTreeMap;

use super::bench::{self, Bench};
use super::draw::{Draw, floor};
use super::expressions;
use scale_down::cli::az::registry::registry;
use scale_down::cli::kubectl::yaml;
use scale_down::cli::playground::trace;
use scale_down::cli::shell;
use scale_down::session::check::{check, render, sarif};
use scale_down::session::lesson::{Lesson, proof};
use scale_down::session::{Session, SessionOptions, World, address, share};

/// A kind of input.
pub struct Kind {
    pub name: &'static str,
    /// Draws an input.
    pub input: fn(&mut Draw, &Bench) -> String,
    /// Reads it and, if it is to be played, lets a session play it, which takes a hundred times as long.
    pub run: fn(&str, &Bench, bool),
}

pub const KINDS: [Kind; 8] = [
    Kind { name: "command", input: command, run: run_command },
    Kind { name: "manifest", input: manifest, run: run_manifest },
    Kind { name: "world", input: world, run: run_world },
    Kind { name: "link", input: link, run: run_link },
    Kind { name: "trace", input: trace, run: run_trace },
    Kind { name: "lesson", input: lesson, run: run_lesson },
    Kind { name: "document", input: document, run: run_document },
    Kind { name: "expression", input: expressions::input, run: expressions::run },
];

#[rustfmt::skip]
const SIM: &[&str] = &[
    "sim load steady N", "sim load step N N --after D", "sim load spike N N --after D --for D", "sim load wave N N --every D",
    "sim load office-hours N N --begin D", "sim load stop V", "sim load list", "sim quota N", "sim fail-allocations N", "sim events N",
    "sim timings V D", "sim timings new-boot D", "sim timings cached-images D", "sim timings drain D", "sim timings pod-stop D", "sim timings control-plane D", "sim fault add quota --at D --for D",
    "sim fault add allocation-failed --count N --probability N", "sim fault add slow-provision --factor N", "sim fault add slow-pull --factor N --for D",
    "sim fault add not-ready --count N --for D --at D", "sim fault add spot-eviction --count N", "sim fault add drain-blocked --for D --pool p",
    "sim fault remove N", "sim scheduler V", "sim why node V", "sim why pod V", "sim why pool p", "sim autoscaler", "sim autoscaler status",
    "sim autoscaler scan-interval D", "sim autoscaler max-nodes-total N", "sim autoscaler scale-down-unneeded-time D",
    "sim autoscaler scale-down-utilization-threshold N", "sim autoscaler max-node-provision-time D", "sim autoscaler expander V",
    "sim autoscaler max-graceful-termination-sec N", "sim autoscaler new-pod-scale-up-delay D", "sim autoscaler scale-down-delay-after-add D",
    "sim autoscaler max-empty-bulk-delete N", "sim autoscaler ok-total-unready-count N", "sim autoscaler max-total-unready-percentage N",
    "sim load steady N --cpu D --memory D --image-size D", "sim load steady N --target N --min N --max N", "sim cluster V/V", "wait D", "wait --until idle",
];

#[rustfmt::skip]
const KUBECTL: &[&str] = &[
    "kubectl get nodes -o V", "kubectl get pods -A -o wide", "kubectl get all -l V", "kubectl describe node V", "kubectl describe pods",
    "kubectl create deployment V --image=V --replicas=N", "kubectl scale deployment api --replicas=N", "kubectl scale deploy/web --replicas N",
    "kubectl autoscale deployment api --min N --max N --cpu-percent N", "kubectl run V --image=V --requests=cpu=D", "kubectl drain V --force --timeout=D --grace-period=N",
    "kubectl set resources deployment api --requests=cpu=D,memory=D", "kubectl set image deploy/api nginx=V", "kubectl taint nodes --all V=V:NoSchedule",
    "kubectl label nodes --all V=V", "kubectl annotate node V V=V", "kubectl create pdb V --min-available=N --selector=V", "kubectl top nodes",
    "kubectl top pods --sort-by V", "kubectl delete pods --all --grace-period=N", "kubectl get pods --field-selector V=V", "kubectl rollout status deploy/api --timeout=D",
    "kubectl get events --sort-by V", "kubectl create job V --image=V -- sleep N", "kubectl get pods -w", "kubectl cordon V", "kubectl get node --sort-by={.V}",
];

#[rustfmt::skip]
const SHELL: &[&str] = &[
    "echo V | grep V", "az aks list -o json | head -n N", "echo V | tail -c N", "echo V | sort -k N", "X=V; echo $X ${X:N:N} ${X/V/V}", "echo $(echo V)",
    "echo {N..N}", "echo {N..N..N}", "cat <<V\nV\nV", "echo V > V", "false || echo V && echo V", "export V=V; unset V", "? V", ":: N", "echo \"V\" 'V'",
    "{ echo V; }", "for V in V; do echo V; done", "echo ${N} ${!V} ${V@Q}", "kubectl get pods -o name | wc -V", "printf V", "echo $'\\xN\\uN'",
];

/// Fills the holes of a template: N numbers, D durations and quantities, V any value.
fn fill(template: &str, draw: &mut Draw) -> String {
    let mut text = String::new();
    let letters: Vec<char> = template.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let stands_alone = |at: Option<usize>| {
            at.and_then(|at| letters.get(at)).is_none_or(|letter| !letter.is_ascii_alphabetic() || *letter == 'x')
        };
        match letter {
            'N' | 'D' | 'V' if stands_alone(at.checked_sub(1)) && stands_alone(Some(at + 1)) => {
                let value = match letter {
                    'N' if !draw.one_in(8) => draw.number().to_owned(),
                    'D' if !draw.one_in(8) => draw.amount().to_owned(),
                    'V' if draw.one_in(3) => draw.pick(&["p", "c", "api", "web", "default", "nginx"]).to_owned(),
                    _ => draw.value(),
                };
                text.push_str(&value);
            }
            _ => text.push(*letter),
        }
    }
    text
}

/// Returns an `az` line with random arguments; those that name resources often name what there is.
fn az(draw: &mut Draw) -> String {
    let commands = &registry().commands;
    let aks: Vec<_> = commands.iter().filter(|command| command.name.starts_with("aks ")).collect();
    let command = if draw.one_in(3) { draw.choose(commands) } else { draw.pick(&aks) };
    let mut line = format!("az {}", command.name);
    for argument in &command.arguments {
        if !(argument.required && !draw.one_in(20) || draw.below(command.arguments.len()) < 3) {
            continue;
        }
        let Some(name) = argument.names.first() else { continue };
        let known = match *name {
            "--resource-group" | "-g" => "g",
            "--nodepool-name" => "p",
            "--name" | "-n" if command.name.starts_with("aks nodepool") => "p",
            "--cluster-name" | "--name" | "-n" => "c",
            _ => "",
        };
        let value = match (argument.choices(), known) {
            (_, known) if !known.is_empty() && !draw.one_in(6) => known.to_owned(),
            ([], _) => draw.value(),
            (choices, _) => draw.pick(choices).to_owned(),
        };
        line = format!("{line} {name} {value}");
    }
    line
}

fn one_line(draw: &mut Draw, bench: &Bench) -> String {
    match draw.below(10) {
        0..=2 => az(draw),
        3..=4 => fill(draw.pick(SIM), draw),
        5..=6 => fill(draw.pick(KUBECTL), draw),
        7 => fill(draw.pick(SHELL), draw),
        _ => draw.choose(&bench.lines).clone(),
    }
}

/// The first word of a command input is the number of the session that it runs on.
fn command(draw: &mut Draw, bench: &Bench) -> String {
    let mut text = String::new();
    for _ in 0..=draw.below(4) {
        text.push_str(&one_line(draw, bench));
        text.push_str(draw.pick(&["\n", "\n", "\n", "; ", " && ", " || ", " | "]));
    }
    draw.mutate(&mut text, 2);
    format!("{} {text}", draw.below(bench.sessions.len()))
}

fn run_command(input: &str, bench: &Bench, is_played: bool) {
    let (number, lines) = input.split_once(' ').expect("the number of a session");
    let session = &bench.sessions[number.parse::<usize>().expect("a number")];
    let cursor = floor(lines, lines.len() / 2);
    crate::cli_random::exercise::exercise(lines, cursor);
    if is_played {
        let _ = session.complete(lines.lines().next().unwrap_or_default(), cursor);
        bench::play(session, lines);
    }
}

fn run_trace(input: &str, bench: &Bench, is_played: bool) {
    let _ = trace::read(input, 150_000);
    for line in shell::split_lines(input) {
        let commands = shell::lex(&line.text, &BTreeMap::new(), 0).unwrap_or_default();
        for word in commands.iter().flat_map(|command| &command.words) {
            let _ = trace::read(&word.text, 150_000);
        }
    }
    if is_played {
        bench::play(&bench.sessions[1], input);
    }
}

fn manifest(draw: &mut Draw, bench: &Bench) -> String {
    let mut text = String::new();
    for _ in 0..=draw.below(2) {
        if !text.is_empty() {
            text.push_str("---\n");
        }
        match draw.below(8) {
            0 => text.push_str(&alias_bomb(draw)),
            1 => {
                let depth = [10, 58, 61, 300, 3000][draw.below(5)];
                match draw.below(3) {
                    0 => text.push_str(&format!("a: {}{}\n", "[".repeat(depth), "]".repeat(depth))),
                    1 => text.push_str(&format!("a: {}\n", "{a: ".repeat(depth))),
                    _ => text.extend((0..depth.min(400)).map(|level| format!("{}- a:\n", " ".repeat(level)))),
                }
            }
            _ => {
                let known: &String = draw.choose(&bench.manifests);
                text.push_str(known);
            }
        }
    }
    draw.mutate(&mut text, 6);
    text
}

/// Returns anchors of which each stands for several of the one before.
fn alias_bomb(draw: &mut Draw) -> String {
    let mut text = String::from("a0: &a0 [x, x, x]\n");
    for level in 1..[3, 30, 200][draw.below(3)] {
        let one = format!("*a{}", level - 1);
        text.push_str(&format!("a{level}: &a{level} [{one}, {one}, {one}]\n"));
    }
    text
}

fn run_manifest(input: &str, bench: &Bench, is_played: bool) {
    let _ = yaml::manifests(input);
    if !is_played {
        return;
    }
    let verb = if input.len().is_multiple_of(4) { "create" } else { "apply" };
    let lines = format!(
        "kubectl {verb} -f - <<'HOSTILE'\n{input}\nHOSTILE\nwait 2m\nkubectl get all -A -o yaml\nkubectl describe pods"
    );
    bench::play(&bench.sessions[1 + input.len() % 2], &lines);
}

fn world(draw: &mut Draw, bench: &Bench) -> String {
    let mut value = draw.choose(&bench.worlds).clone();
    // All of it takes long to write; what is left is what changes.
    if draw.one_in(2) {
        let clusters = value["clusters"].as_array().cloned().unwrap_or_default();
        if !clusters.is_empty() {
            value = draw.choose(&clusters).clone();
        }
    }
    draw.mutate_json(&mut value, 6);
    let mut text = value.to_string();
    let mutations = usize::from(draw.one_in(3));
    draw.mutate(&mut text, mutations);
    if draw.one_in(10) { format!("$ az aks show\n{text}\n{text}") } else { text }
}

fn run_world(input: &str, _: &Bench, is_played: bool) {
    let Ok(world) = World::parse(input) else { return };
    assert!(World::parse(world.source()).is_ok_and(|again| again == world), "its source is another world");
    if !is_played {
        return;
    }
    let session = Session::new(SessionOptions { world: Some(world), ..SessionOptions::default() });
    let lines =
        "az aks list\naz aks nodepool list -g myResourceGroup --cluster-name myAKSCluster -o table\nkubectl get nodes";
    bench::play(&session, lines);
}

fn link(draw: &mut Draw, bench: &Bench) -> String {
    let mut script = String::new();
    for _ in 0..draw.below(6) {
        let line = match draw.below(7) {
            0 => fill("#@ +N", draw),
            1 => fill("#@ N interrupt", draw),
            2 => fill("#@ N", draw),
            3 => fill("#@ seed N\n#@ terminal\n#@ +N begin", draw),
            _ => one_line(draw, bench),
        };
        script = format!("{script}{line}\n");
    }
    if draw.one_in(2) {
        script = format!("{script}{}\n", fill("#@ +N end", draw));
    }
    if draw.one_in(100) {
        script = script.repeat(260_000 / script.len().max(1));
    }
    let mut text = match draw.below(8) {
        0 => draw.choose(&bench.links).clone(),
        1 => script,
        2 => {
            let mut saved = draw.choose(&bench.saved).clone();
            draw.mutate_json(&mut saved, 5);
            saved.to_string()
        }
        3 => format!("#run={}", script.replace(' ', "%20").replace('\n', ";")),
        4 => format!("https://host/?{}#run={script}", draw.value()),
        5 => packed(draw),
        _ => share::encode(&script).unwrap_or(script),
    };
    draw.mutate(&mut text, 3);
    text
}

/// Returns the fragment of random bytes, or of a DEFLATE stream that repeats itself.
fn packed(draw: &mut Draw) -> String {
    use base64::Engine as _;
    let mut bytes: Vec<u8> = (0..draw.below(80)).map(|_| u8::try_from(draw.below(256)).expect("a byte")).collect();
    if draw.one_in(2) {
        // The blocks of a long run of one letter, as zlib writes them.
        bytes.extend([0xed, 0xc1, 0x01, 0x01, 0x00, 0x00, 0x00, 0x80, 0x90, 0xfe, 0xaf, 0xee, 0x08, 0x0a]);
        let length = bytes.len();
        (0..draw.below(2000)).for_each(|at| bytes.push(bytes[at % length]));
    }
    let tag = draw.pick(&["s1", "s2"]);
    format!("#{tag}:{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}

fn run_link(input: &str, _: &Bench, is_played: bool) {
    let _ = share::decode(input);
    let _ = address::fragment(input).and_then(address::commands);
    if !is_played {
        return;
    }
    let mut session = Session::new(SessionOptions::default());
    if session.open(input).is_ok() {
        bench::look(&session);
    }
}

fn trace(draw: &mut Draw, _: &Bench) -> String {
    let mut rows = String::from(draw.pick(&["", "time,pods\n", "time,pods,cpu,memory\n"]));
    let separator = draw.pick(&["\n", ";", "; "]);
    let most = [3, 10, 200][draw.below(3)];
    for _ in 0..draw.below(most) {
        let time = if draw.one_in(3) { draw.amount().to_owned() } else { draw.below(4000).to_string() };
        let pods = if draw.one_in(4) { draw.number().to_owned() } else { draw.below(40).to_string() };
        rows = format!("{rows}{time},{pods}");
        if draw.one_in(4) {
            rows = format!("{rows},{},{}", draw.amount(), draw.amount());
        }
        rows.push_str(separator);
    }
    draw.mutate(&mut rows, 2);
    let rest = if draw.one_in(3) { fill(" --target N --min N --max N", draw) } else { String::new() };
    let rest =
        if draw.one_in(4) { fill(&format!("{rest} --cpu D --memory D --image-size D --name V"), draw) } else { rest };
    match draw.below(3) {
        0 => format!("sim load trace - {rest} <<'HOSTILE'\n{rows}\nHOSTILE\nsim load list\nwait 10m\nsim load stop"),
        1 => format!("sim load trace '{rows}'{rest}\nwait 1h\nsim load list"),
        _ => fill(
            &format!(
                "sim load {}{rest}\nsim load list\nwait D\nkubectl get deploy",
                draw.pick(&[
                    "steady N",
                    "step N N --after D",
                    "spike N N --after D --for D",
                    "wave N N --every D",
                    "office-hours N N --begin D"
                ])
            ),
            draw,
        ),
    }
}

fn lesson(draw: &mut Draw, bench: &Bench) -> String {
    let mut text = draw.choose(&bench.lessons).clone();
    if draw.one_in(3) {
        let goal = fill(
            draw.pick(&[
                "once ready >= N",
                "then N < deallocated <= N",
                "now spent <= $N",
                "once elapsed < D",
                "once output contains V",
                "now pool(V).count == N and not idle",
                "once (ready == N or exit_code != N)",
            ]),
            draw,
        );
        text = text.replacen("[goals]\n", &format!("[goals]\n# V\n{goal}\n"), 1);
    }
    if draw.one_in(4) {
        text = text.replacen("[solution]\n", &format!("[solution]\n{}\n", one_line(draw, bench)), 1);
    }
    draw.mutate(&mut text, 4);
    text
}

fn run_lesson(input: &str, _: &Bench, is_played: bool) {
    let Ok(lesson) = Lesson::parse(input) else { return };
    let lesson = std::sync::Arc::new(lesson);
    let _ = scale_down::session::lesson::report::lesson(&lesson);
    if !is_played {
        return;
    }
    let mut session = Session::new(SessionOptions::default());
    if session.begin_lesson(&lesson).is_ok() {
        let _ = session.exec(&lesson.solution.text, 2000);
        let _ = session.progress().map(|progress| scale_down::session::lesson::report::progress(&progress));
        bench::look(&session);
    }
    if input.len().is_multiple_of(16) {
        let _ = proof::flaws(&lesson, input);
    }
}

fn document(draw: &mut Draw, bench: &Bench) -> String {
    let whole = draw.choose(&bench.documents);
    let mut text = draw.lines(whole, 30);
    if !draw.one_in(4) {
        let fence = draw.pick(&[
            "```azurecli",
            "```bash",
            "```console",
            "~~~sh",
            "> ```azurecli-interactive",
            "   ```shell",
            "````azure-cli",
        ]);
        let mut lines = String::new();
        for _ in 0..=draw.below(5) {
            let line = if draw.one_in(3) { one_line(draw, bench) } else { az(draw) };
            lines = format!("{lines}{}{line}\n", draw.pick(&["", "", "$ ", "> ", "  ", "PS C:\\> ", "user@host:~$ "]));
        }
        let end = fence.split(char::is_alphabetic).next().unwrap_or_default();
        text = format!("{text}\n{fence}\n{lines}{end}\n");
    }
    draw.mutate(&mut text, 4);
    text
}

/// Without commands in them, documents are only taken apart.
fn run_document(input: &str, _: &Bench, is_played: bool) {
    let document = if is_played { input.to_owned() } else { input.replace("az ", "az") };
    let input = document.as_str();
    let checked = [("document.md".to_owned(), check(input, None))];
    let _ = (render::text(&checked, true), render::json(&checked), sarif::log(&checked, "1"));
}
