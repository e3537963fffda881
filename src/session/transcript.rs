//! Transcripts as Markdown, to be pasted into an issue, a document or a chat.

use std::fmt::Write as _;

use super::amount::dollars;
use super::{Entry, EntryState, Session};
use scale_down_cli::ground::duration::clock;

impl Session {
    /// Returns everything typed so far with its answers, and the state of the node pools, as Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text = String::from("# Transcript\n\nFrom the Scale-Down Playground: `az` and AKS, simulated.\n");
        for entry in self.transcript().iter().filter(|entry| entry.state != EntryState::Queued) {
            write_entry(&mut text, entry);
        }
        self.write_state(&mut text);
        text
    }

    fn write_state(&self, text: &mut String) {
        let snapshot = self.snapshot();
        let _ = writeln!(text, "\n## At {}\n", clock(snapshot.at_ms));
        let pools = snapshot.clusters.iter().flat_map(|cluster| cluster.pools.iter().map(move |pool| (cluster, pool)));
        let mut is_empty = true;
        for (cluster, pool) in pools {
            if is_empty {
                text.push_str("| node pool | wanted | nodes |\n| --- | --- | --- |\n");
                is_empty = false;
            }
            let counts = pool.counts.iter().filter(|(_, count)| *count > 0);
            let counts: Vec<String> = counts.map(|(state, count)| format!("{count} {}", state.name())).collect();
            let _ = writeln!(text, "| {}/{} | {} | {} |", cluster.name, pool.name, pool.count, counts.join(", "));
        }
        if is_empty {
            text.push_str("There are no node pools.\n");
        }
        let cost = &snapshot.cost;
        let _ = writeln!(
            text,
            "\nSpent {}; {} an hour now.",
            dollars(cost.spent_microdollars()),
            dollars(cost.per_hour_microdollars)
        );
    }
}

fn write_entry(text: &mut String, entry: &Entry) {
    let (stdout, stderr) = (entry.stdout(), entry.stderr());
    let fence = fence(&[&entry.line, &stdout, &stderr]);
    let _ = write!(text, "\n{}\n\n{fence}console\n", clock(entry.at_ms));
    for (line, prompt) in entry.line.lines().zip(std::iter::once("$ ").chain(std::iter::repeat("> "))) {
        let _ = writeln!(text, "{prompt}{line}");
    }
    for output in [stdout, stderr] {
        text.push_str(&output);
        if !output.is_empty() && !output.ends_with('\n') {
            text.push('\n');
        }
    }
    let _ = writeln!(text, "{fence}");
    match entry.exit_code {
        Some(0) => {}
        Some(code) => {
            let _ = writeln!(text, "\nExit status {code}.");
        }
        None => text.push_str("\nNot answered yet.\n"),
    }
}

/// Returns a code fence that is longer than any run of backticks in the texts.
fn fence(texts: &[&str]) -> String {
    let runs = texts.iter().flat_map(|text| text.split(|letter| letter != '`')).map(str::len);
    "`".repeat(runs.max().unwrap_or(0).max(2) + 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SessionOptions, World};

    #[test]
    fn a_transcript_reads_as_it_was_typed() {
        let world = r#"{"id": "/resourcegroups/g/providers/Microsoft.ContainerService/managedClusters/c", "name": "c",
            "location": "eastus", "agentPoolProfiles": [{"name": "p", "count": 2, "vmSize": "Standard_DS2_v2"}]}"#;
        let world = Some(World::parse(world).unwrap());
        let mut session = Session::new(SessionOptions { world, ..SessionOptions::default() });
        session.submit("nosuch '````\nx'\naz aks nodepool show -g g --cluster-name c -n p -o tsv --query count");
        session.advance(61_000);
        session.submit("az aks nodepool scale -g g --cluster-name c -n p --node-count 1");
        session.advance(1000);
        let expected = "\
# Transcript

From the Scale-Down Playground: `az` and AKS, simulated.

0:00:00

`````console
$ nosuch '````
> x'
bash: nosuch: command not found
NOTE: The playground has az, kubectl and a few words of its own: help lists them.
`````

Exit status 127.

0:00:00

```console
$ az aks nodepool show -g g --cluster-name c -n p -o tsv --query count
2
```

0:01:01

```console
$ az aks nodepool scale -g g --cluster-name c -n p --node-count 1
```

Not answered yet.

## At 0:01:02

| node pool | wanted | nodes |
| --- | --- | --- |
| c/p | 1 | 1 ready, 1 draining |

Spent $0.01; $0.35 an hour now.
";
        assert_eq!(session.markdown(), expected);
        assert!(Session::new(SessionOptions::default()).markdown().contains("There are no node pools."));
    }
}
