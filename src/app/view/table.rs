//! The table "Nodes", which shows the same nodes as the picture.
//!
//! In the document in either view, so that a screen reader finds it without a switch; above
//! [`WHOLE_ROWS`] nodes it is paged, with the true count announced. Its cells are written by hand,
//! each only when its text changes: comparing virtual rows ten times a second would cost more
//! than everything else on the page.

use web_sys::{Document, Element, HtmlCollection};
use yew::html::Scope;
use yew::prelude::*;

use super::button::{ButtonProps, button};
use crate::format::{dollars, duration, grouped, state_word};
use crate::options::View;
use crate::{App, Msg, browser};
use scale_down_engine::{NodeState, Snapshot, StateCounts};
use scale_down_session::Simulation;

/// Most nodes that are shown as one page.
const WHOLE_ROWS: usize = 400;
/// Rows of a page where there are more nodes: enough to scroll through, few enough to keep up to date.
const PAGE_ROWS: usize = 100;
/// Columns: name, pool, state, source, age, cost.
const COLUMNS: usize = 6;

/// The rows in the document.
#[derive(Debug, Default)]
pub struct NodeTable {
    /// The table's body, empty as far as the virtual document knows.
    body: NodeRef,
    rows: Vec<[String; COLUMNS]>,
    total: usize,
    /// The summary that the rows agree with.
    pub counts: StateCounts,
    /// Number of the page, from 0.
    pub page: usize,
}

impl NodeTable {
    /// Takes over the nodes of a moment.
    pub fn follow(&mut self, session: &dyn Simulation, snapshot: &Snapshot) {
        self.total = snapshot.counts.total() as usize;
        let length = self.page_rows();
        self.page = self.page.min(self.total.saturating_sub(1) / length);
        let Some(body) = self.body.cast::<Element>() else { return };
        let Some(document) = browser::document() else { return };
        let lines = body.children();
        let mut count = 0;
        for row in session.node_rows(self.page * length..(self.page + 1) * length) {
            let state = state_word(row.state).to_owned();
            let source = row.source.name().to_owned();
            let texts = [row.name, row.pool, state, source, duration(row.age_ms), dollars(row.cost_microdollars)];
            // An element that cannot be made is a document that is gone.
            let _ = self.write(&document, &body, &lines, count, row.state, texts);
            count += 1;
        }
        for _ in count..self.rows.len() {
            if let Some(last) = body.last_element_child() {
                last.remove();
            }
        }
        self.rows.truncate(count);
    }

    fn write(
        &mut self,
        document: &Document,
        body: &Element,
        lines: &HtmlCollection,
        place: usize,
        state: NodeState,
        texts: [String; COLUMNS],
    ) -> Option<()> {
        if place >= self.rows.len() {
            let line = document.create_element("tr").ok()?;
            for column in 0..COLUMNS {
                let cell = document.create_element(if column == 0 { "th" } else { "td" }).ok()?;
                if column == 0 {
                    cell.set_attribute("scope", "row").ok()?;
                }
                line.append_child(&cell).ok()?;
            }
            body.append_child(&line).ok()?;
            self.rows.push(<[String; COLUMNS]>::default());
        }
        let known = self.rows.get_mut(place)?;
        if *known == texts {
            return None;
        }
        let line = lines.item(u32::try_from(place).ok()?)?;
        let cells = line.children();
        for ((column, known), text) in (0..).zip(known.iter_mut()).zip(texts) {
            if *known != text {
                cells.item(column)?.set_text_content(Some(&text));
                if column == STATE_COLUMN {
                    line.set_attribute("data-state", state.name()).ok()?;
                }
                *known = text;
            }
        }
        let index = self.page * self.page_rows() + place + 2;
        line.set_attribute("aria-rowindex", &index.to_string()).ok()
    }

    const fn paged(&self) -> bool {
        self.total > WHOLE_ROWS
    }

    const fn page_rows(&self) -> usize {
        if self.paged() { PAGE_ROWS } else { WHOLE_ROWS }
    }

    /// Renders the table's frame and its pages.
    pub fn view(&self, view: View, link: &Scope<App>) -> Html {
        let shown = view == View::Table;
        let page = self.page;
        let first = page * self.page_rows() + 1;
        let last = (first + self.page_rows() - 1).min(self.total);
        let turn = |page: usize, words: &'static str, disabled: bool| {
            button(link, Msg::Page(page), ButtonProps { words, disabled, ..ButtonProps::default() })
        };
        let head = |name: &'static str| html! { <th scope="col">{ name }</th> };
        html! {
            <div class={if shown { "table-frame" } else { "table-frame unseen" }} tabindex={shown.then_some("0")} role="group" aria-label="Node table">
                <table aria-label="Nodes" aria-rowcount={(self.total + 1).to_string()}>
                    <thead>
                        <tr aria-rowindex="1">{ head("Name") }{ head("Pool") }{ head("State") }{ head("Source") }{ head("Age") }{ head("Cost") }</tr>
                    </thead>
                    <tbody ref={self.body.clone()}></tbody>
                </table>
                if shown && self.total == 0 {
                    <p class="mute table-empty">{ "No nodes yet." }</p>
                }
                if shown && self.paged() {
                    <nav class="pager" aria-label="Pages of the table">
                        { turn(page.saturating_sub(1), "Back", page == 0) }
                        <span>{ format!("{}–{} of {}", grouped(first as u64), grouped(last as u64), grouped(self.total as u64)) }</span>
                        { turn(page + 1, "Next", last >= self.total) }
                    </nav>
                }
            </div>
        }
    }
}

/// Column of the state's name, which the row also carries for the style sheet.
const STATE_COLUMN: u32 = 2;
