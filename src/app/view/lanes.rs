//! The pictures side by side: that of the run, and those of the ways that it is compared with; their table of figures.

use yew::html::Scope;
use yew::prelude::*;

use super::button::{ButtonProps, button};
use super::picture::view_heads;
use crate::compare::{Comparison, Lane};
use crate::format::{dollars, grouped, summary};
use crate::options::View;
use crate::{App, Msg};
use scale_down_engine::Snapshot;
use scale_down_session::compare::{Cell, Change, REFERENCES, Row};
use scale_down_session::verdict::WAYS_MAX;

impl App {
    pub(super) fn view_lanes(&self, link: &Scope<Self>) -> Html {
        let comparison = self.comparison.as_ref();
        let others = comparison.map_or(0, |comparison| comparison.lanes.len());
        let shown = comparison.map_or(0, |comparison| comparison.shown);
        let class = |place: usize| if place == shown { "way shown" } else { "way" };
        html! {
            <>
                if let Some(comparison) = comparison { { self.view_tabs(comparison, link) } }
                <div class={format!("ways of-{}", others + 1)} hidden={self.view == View::Table}>
                    <div class={class(0)}>
                        if comparison.is_some() {
                            { view_lane_head(html! { <>{ self.verdict.name }<span class="chip">{ "yours" }</span></> }, &self.snapshot, true) }
                        }
                        { self.view_picture(link) }
                    </div>
                    if let Some(comparison) = comparison {
                        { for comparison.lanes.iter().enumerate().map(|(place, lane)| self.view_lane(comparison, place, lane, class(place + 1), link)) }
                    }
                </div>
                if let Some(comparison) = comparison { { self.view_comparison(comparison, link) } }
            </>
        }
    }

    fn way_name(&self, place: usize) -> &str {
        self.verdict.against.get(place).map_or("…", |against| &against.name)
    }

    /// Renders the choice of a picture where there is room for one.
    fn view_tabs(&self, comparison: &Comparison, link: &Scope<Self>) -> Html {
        let tab = |place: usize| {
            let name = place.checked_sub(1).map_or(self.verdict.name, |place| self.way_name(place));
            let pressed = if comparison.shown == place { "true" } else { "false" };
            html! { <button aria-pressed={pressed} onclick={link.callback(move |_: MouseEvent| Msg::Lane(place))}>{ name }</button> }
        };
        html! { <div class="switch way-tabs" role="group" aria-label="Picture shown">{ for (0..=comparison.lanes.len()).map(tab) }</div> }
    }

    fn view_lane(
        &self,
        comparison: &Comparison,
        place: usize,
        lane: &Lane,
        class: &'static str,
        link: &Scope<Self>,
    ) -> Html {
        let name = self.way_name(place);
        let rest: Vec<&str> =
            comparison.each_way().enumerate().filter(|(own, _)| *own != place).map(|(_, way)| way).collect();
        let rest = rest.join(",");
        let remove = ButtonProps {
            class: "small quiet",
            words: "×",
            name: format!("Leave out {name}").into(),
            title: "Leave this way out".into(),
            ..ButtonProps::default()
        };
        let title = html! { <>{ name }{ button(link, Msg::Compare(rest), remove) }</> };
        html! {
            <div {class}>
                { view_lane_head(title, &lane.snapshot, lane.is_current) }
                <div class="picture">
                    <div class="scroller" ref={lane.scroller.clone()} tabindex="0" role="group" aria-label={format!("Picture, {name}")}>
                        <div class="sheet">
                            <canvas ref={lane.canvas.clone()} role="img" aria-label={format!("Nodes, {name}: {}", summary(&lane.snapshot.counts))}></canvas>
                            <div class="heads" ref={lane.heads.clone()}>{ view_heads(&lane.snapshot) }</div>
                        </div>
                    </div>
                </div>
            </div>
        }
    }

    /// Renders the table of figures, with the differences of each way to the run.
    fn view_comparison(&self, comparison: &Comparison, link: &Scope<Self>) -> Html {
        let table = &comparison.table;
        let cell = |(place, cell): (usize, &Cell)| {
            let class = match cell.is_better {
                Some(true) => "less",
                Some(false) => "more",
                None => "mute",
            };
            let is_other = place > 0 && !matches!(cell.difference.as_str(), "–" | "same");
            html! { <td>{ &cell.value }if is_other { <small {class}>{ &cell.difference }</small> }</td> }
        };
        let row = |row: &Row| html! { <tr><th scope="row">{ row.label }</th>{ for row.cells.iter().enumerate().map(cell) }</tr> };
        let head = |name: &String| html! { <th scope="col">{ name }</th> };
        let changes = (0..comparison.lanes.len()).map(|place| {
            let session = self.session.borrow();
            view_changes(self.way_name(place), session.way_changes(place))
        });
        html! {
            <div class="comparison" hidden={self.view == View::Table} tabindex="0" role="region" aria-label="Comparison">
                <table aria-label="Figures of the ways">
                    <thead><tr><th scope="col"><span class="unseen">{ "Figure" }</span></th>{ for table.names.iter().map(head) }</tr></thead>
                    <tbody>{ for table.rows.iter().map(row) }</tbody>
                </table>
                <p class="mute">{ "Below a figure: its difference to yours. For scale: " }{ for REFERENCES.iter().map(|reference| html! { <span>{ reference.text }{ " (" }<a href={reference.source} target="_blank" rel="noreferrer">{ reference.name }</a>{ "). " }</span> }) }</p>
                { view_another(comparison, link) }
                <details><summary>{ "What differs" }</summary>{ for changes }</details>
            </div>
        }
    }
}

/// Renders the form that adds a way.
fn view_another(comparison: &Comparison, link: &Scope<App>) -> Html {
    if comparison.lanes.len() >= WAYS_MAX {
        return Html::default();
    }
    let ways = comparison.ways.clone();
    let onsubmit = link.batch_callback(move |event: SubmitEvent| {
        event.prevent_default();
        let form: web_sys::Element = event.target_dyn_into()?;
        let field = form.query_selector("input").ok()??;
        let field: web_sys::HtmlInputElement = wasm_bindgen::JsCast::dyn_into(field).ok()?;
        let way = field.value().trim().to_owned();
        (!way.is_empty()).then(|| Msg::Compare(format!("{ways},{way}")))
    });
    html! {
        <form class="another" {onsubmit}>
            <label>{ "Another way " }<input type="text" list="ways" placeholder="min-count=5" autocomplete="off" autocapitalize="off" spellcheck="false" /></label>
            <datalist id="ways">
                { for ["Delete", "Deallocate", "always-on", "scale-down-unneeded-time=2m", "scale-down-delay-after-add=2m", "min-count=5", "seed=2"].map(|way| html! { <option value={way} /> }) }
            </datalist>
            <button class="small">{ "Add" }</button>
            if let Some(problem) = &comparison.problem { <span role="alert" class="bad">{ problem }</span> }
        </form>
    }
}

fn view_lane_head(title: Html, snapshot: &Snapshot, is_current: bool) -> Html {
    let cost = &snapshot.cost;
    let pending = snapshot.pods.pending;
    html! {
        <div class="way-head">
            <h3>{ title }</h3>
            <b>{ dollars(cost.compute_microdollars + cost.disk_microdollars) }</b>
            <span class="mute">{ format!("{} an hour", dollars(cost.per_hour_microdollars)) }</span>
            if pending > 0 { <span class="some">{ format!("{} pods pending", grouped(pending.into())) }</span> }
            if !is_current { <span class="chip busy">{ "being worked out" }</span> }
        </div>
    }
}

/// Renders the lines in which a way differs, with the new words marked.
fn view_changes(name: &str, changes: &[Change]) -> Html {
    let marked = |change: &Change| {
        let mut at = 0;
        let mut parts: Vec<Html> = Vec::new();
        for span in &change.spans {
            parts.push(change.after.get(at..span.start).unwrap_or_default().into());
            parts.push(html! { <ins>{ change.after.get(span.start..span.end).unwrap_or_default() }</ins> });
            at = span.end;
        }
        parts.push(change.after.get(at..).unwrap_or_default().into());
        html! {
            <>
                if change.after.is_empty() { <del>{ &change.before }</del> } else { { for parts } }
                { "\n" }
            </>
        }
    };
    html! {
        <>
            <h4>{ name }</h4>
            if changes.is_empty() { <p class="mute">{ "No line: every line is the same." }</p> } else { <pre>{ for changes.iter().map(marked) }</pre> }
        </>
    }
}
