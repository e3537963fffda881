//! A lesson and its progress as JSON for the panel of the page. `www/lessons.js` makes elements of it and never
//! markup.

use serde_json::{Value, json};

use super::{Lesson, Measure, Passage, Phrase, Progress};

/// Returns everything that is shown of a lesson.
#[must_use]
pub fn lesson(lesson: &Lesson) -> Value {
    json!({
        "title": lesson.title,
        "summary": lesson.summary,
        "text": lesson.text.iter().map(passage).collect::<Vec<_>>(),
        "goals": lesson.goals.iter().map(|goal| phrases(&goal.text)).collect::<Vec<_>>(),
        "hints": lesson.hints.iter().map(|hint| phrases(hint)).collect::<Vec<_>>(),
        "solution": lesson.solution.text,
    })
}

fn passage(passage: &Passage) -> Value {
    match passage {
        Passage::Heading(text) => json!({ "kind": "h3", "phrases": phrases(text) }),
        Passage::Paragraph(text) => json!({ "kind": "p", "phrases": phrases(text) }),
        Passage::List { is_ordered, items } => {
            let items: Vec<Value> = items.iter().map(|item| phrases(item)).collect();
            json!({ "kind": if *is_ordered { "ol" } else { "ul" }, "items": items })
        }
        Passage::Run { lines, .. } => json!({ "kind": "run", "lines": lines }),
        Passage::Code(text) => json!({ "kind": "pre", "lines": text }),
    }
}

/// Returns each phrase as the name of its element and its text; a link has its address as well.
fn phrases(phrases: &[Phrase]) -> Value {
    let phrase = |phrase: &Phrase| match phrase {
        Phrase::Plain(text) => json!(["", text]),
        Phrase::Code(text) => json!(["code", text]),
        Phrase::Strong(text) => json!(["strong", text]),
        Phrase::Emphasis(text) => json!(["em", text]),
        Phrase::Link { text, address } => json!(["a", text, address]),
    };
    phrases.iter().map(phrase).collect()
}

/// Returns the goals that are reached, and the score.
#[must_use]
pub fn progress(progress: &Progress<'_>) -> Value {
    let score = progress.score.as_ref().map(|score| {
        let measure = |measure: &Measure| {
            json!({ "name": measure.par.fact.name, "value": measure.value_text(), "limit": measure.limit_text() })
        };
        json!({ "percent": score.percent, "measures": score.measures.iter().map(measure).collect::<Vec<_>>() })
    });
    json!({
        "goals": progress.goals.iter().map(|goal| goal.is_reached).collect::<Vec<_>>(),
        "is_finished": progress.finished_ms.is_some(),
        "score": score,
    })
}
