//! The table "Nodes", the picture's equal.
//!
//! In the document in either view, so that a screen reader finds it without a switch; above
//! [`PAGE_ROWS`](super::super::PAGE_ROWS) nodes it is paged, with the true count announced.

use std::rc::Rc;

use yew::html::Scope;
use yew::prelude::*;

use super::swatch::Swatch;
use crate::app::format::{dollars, duration, grouped};
use crate::app::options::View;
use crate::app::{App, Msg, PAGE_ROWS};
use crate::session::{NodeRow, Session};

/// The rows in sight.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    rows: Rc<Vec<NodeRow>>,
    total: usize,
    /// Which page, from 0.
    pub number: usize,
}

impl Page {
    /// Reads a page, the last one if there are fewer by now.
    pub fn read(session: &Session, number: usize) -> Self {
        let pools = session.cloud().clusters().iter().flat_map(|cluster| &cluster.pools);
        let total = pools.map(|pool| pool.instances() as usize).sum::<usize>();
        let number = number.min(total.saturating_sub(1) / PAGE_ROWS);
        let rows = session.node_rows().skip(number * PAGE_ROWS).take(PAGE_ROWS);
        Self { rows: Rc::new(rows.collect()), total, number }
    }

    const fn paged(&self) -> bool {
        self.total > PAGE_ROWS
    }
}

/// See [`NodeTable`].
#[derive(Clone, Debug, Properties, PartialEq)]
pub struct Props {
    page: Page,
    shown: bool,
    tint: u32,
}

/// The rows, rendered only when they changed.
#[component]
pub fn NodeTable(props: &Props) -> Html {
    let Props { page, shown, tint } = props;
    let row = |(place, row): (usize, &NodeRow)| {
        let index = page.paged().then(|| (page.number * PAGE_ROWS + place + 2).to_string());
        html! {
            <tr key={row.name.clone()} aria-rowindex={index}>
                <th scope="row">{ &row.name }</th>
                <td>{ &row.pool }</td>
                <td>if *shown { <Swatch state={row.state} source={row.source} tint={*tint} /> }{ row.state.name() }</td>
                <td>{ row.source.name() }</td>
                <td class="number">{ duration(row.age_ms) }</td>
                <td class="number">{ dollars(row.cost_microdollars) }</td>
            </tr>
        }
    };
    html! {
        <table aria-label="Nodes" aria-rowcount={page.paged().then(|| (page.total + 1).to_string())}>
            <thead>
                <tr aria-rowindex={page.paged().then_some("1")}>
                    <th scope="col">{ "Name" }</th>
                    <th scope="col">{ "Pool" }</th>
                    <th scope="col">{ "State" }</th>
                    <th scope="col">{ "Source" }</th>
                    <th scope="col" class="number">{ "Age" }</th>
                    <th scope="col" class="number">{ "Cost" }</th>
                </tr>
            </thead>
            <tbody>{ for page.rows.iter().enumerate().map(row) }</tbody>
        </table>
    }
}

impl App {
    pub(super) fn view_table(&self, link: &Scope<Self>) -> Html {
        let shown = self.view == View::Table;
        let page = &self.table;
        let number = page.number;
        let first = number * PAGE_ROWS + 1;
        let last = (first + PAGE_ROWS - 1).min(page.total);
        html! {
            <div class={if shown { "table-frame" } else { "table-frame unseen" }} tabindex={shown.then_some("0")} role="group" aria-label="Node table">
                <NodeTable page={page.clone()} {shown} tint={self.tint} />
                if shown && page.total == 0 {
                    <p class="mute table-empty">{ "No nodes yet." }</p>
                }
                if shown && page.paged() {
                    <nav class="pager" aria-label="Pages of the table">
                        <button disabled={number == 0} onclick={link.callback(move |_| Msg::Page(number.saturating_sub(1)))}>{ "Back" }</button>
                        <span>{ format!("{}–{} of {}", grouped(first as u64), grouped(last as u64), grouped(page.total as u64)) }</span>
                        <button disabled={last >= page.total} onclick={link.callback(move |_| Msg::Page(number + 1))}>{ "Next" }</button>
                    </nav>
                }
            </div>
        }
    }
}
