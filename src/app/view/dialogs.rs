//! The dialogs over the page: help, share link, examples.

use web_sys::{HtmlDialogElement, HtmlInputElement};
use yew::html::Scope;
use yew::prelude::*;

use super::swatch::Swatch;
use crate::app::{App, Dialog, Msg, browser};
use crate::engine::{NodeSource, NodeState};
use crate::session::examples::EXAMPLES;

/// See [`Modal`].
#[derive(Clone, Debug, Properties, PartialEq)]
struct ModalProps {
    open: bool,
    title: AttrValue,
    on_close: Callback<()>,
    children: Html,
}

/// A native modal dialog: the browser keeps the focus inside and gives it back.
#[component]
fn Modal(props: &ModalProps) -> Html {
    let dialog = use_node_ref();
    let element = dialog.clone();
    use_effect_with(props.open, move |open| {
        let Some(element) = element.cast::<HtmlDialogElement>() else { return };
        if *open && !element.open() {
            // Refused only where the dialog is open already.
            let _ = element.show_modal();
        } else if !*open && element.open() {
            element.close();
        }
    });
    let id = format!("title-{}", props.title.to_lowercase());
    html! {
        <dialog ref={dialog} aria-labelledby={id.clone()} onclose={props.on_close.reform(|_: Event| ())}>
            if props.open {
                <div class="dialog-head">
                    <h2 {id}>{ &props.title }</h2>
                    <button class="small" onclick={props.on_close.reform(|_| ())}>{ "Close" }</button>
                </div>
                { props.children.clone() }
            }
        </dialog>
    }
}

impl App {
    pub(super) fn view_dialogs(&self, link: &Scope<Self>) -> Html {
        let on_close = link.callback(|()| Msg::Open(None));
        let modal = |dialog: Dialog, title: &'static str, children: fn(&Self, &Scope<Self>) -> Html| {
            let open = self.dialog == Some(dialog);
            let children = if open { children(self, link) } else { Html::default() };
            html! { <Modal {open} {title} on_close={on_close.clone()}>{ children }</Modal> }
        };
        html! {
            <>
                { modal(Dialog::Examples, "Examples", |_, link| view_examples(link)) }
                { modal(Dialog::Share, "Share", |app, _| app.view_share()) }
                { modal(Dialog::Help, "Help", |app, _| app.view_help()) }
            </>
        }
    }

    fn view_share(&self) -> Html {
        let frame_link = self.link.replacen('#', if self.link.contains('?') { "&embed=1#" } else { "?embed=1#" }, 1);
        let frame = format!(
            "<iframe src=\"{frame_link}\" title=\"Scale-Down Playground\" width=\"100%\" height=\"480\" loading=\"lazy\"></iframe>"
        );
        html! {
            <>
                <p>{ "The link holds every command and when it was run. Whoever opens it sees the same nodes at the same simulated times." }</p>
                { view_copyable("Link", &self.link) }
                { view_copyable("For a page of documentation", &frame) }
            </>
        }
    }

    fn view_help(&self) -> Html {
        let sign = |state: NodeState, source: NodeSource, text: &'static str| {
            html! { <li><Swatch {state} {source} tint={self.tint} /><span>{ text }</span></li> }
        };
        let keys = [
            ("Enter", "run; Shift+Enter starts a new line"),
            ("Tab", "complete commands, options and values; → takes the grey text"),
            ("↑ ↓", "earlier and later lines; Ctrl-R searches them"),
            ("Ctrl-C", "stop waiting for a command; the operation goes on"),
            ("Ctrl-L", "clear the screen"),
            ("Esc, Tab", "leave the prompt"),
        ];
        html! {
            <div class="help">
                <p>{ "Type or paste Azure CLI lines. The playground answers as the CLI would and shows what the service does to every node, in simulated time. Nothing is sent anywhere." }</p>
                <h3>{ "Scale-down mode" }</h3>
                <p><b>{ "Delete" }</b>{ " removes the nodes that are no longer needed; the next scale-up builds new ones. " }<b>{ "Deallocate" }</b>{ " stops them and keeps their disks and images; the next scale-up starts these first, and only builds what is still missing." }</p>
                <h3>{ "Reading the picture" }</h3>
                <ul class="signs">
                    { sign(NodeState::Ready, NodeSource::New, "running; ready for pods") }
                    { sign(NodeState::Ready, NodeSource::Cached, "running, started from the cache") }
                    { sign(NodeState::Creating, NodeSource::New, "creating: built brick by brick") }
                    { sign(NodeState::Starting, NodeSource::Cached, "starting: warmth rises in a frozen node") }
                    { sign(NodeState::Draining, NodeSource::New, "draining: its pods leave") }
                    { sign(NodeState::Deallocating, NodeSource::New, "deallocating: frost creeps in") }
                    { sign(NodeState::Deallocated, NodeSource::New, "deallocated: frozen, disks and images kept") }
                    { sign(NodeState::Stopped, NodeSource::New, "stopped with its pool or cluster") }
                    { sign(NodeState::Deleting, NodeSource::New, "deleting: shrinks and is gone") }
                    { sign(NodeState::Failed, NodeSource::New, "failed") }
                </ul>
                <h3>{ "Keys" }</h3>
                <dl class="keys">{ for keys.into_iter().map(|(key, does)| html! { <><dt><kbd>{ key }</kbd></dt><dd>{ does }</dd></> }) }</dl>
                <h3>{ "What is assumed" }</h3>
                <p>{ "Durations are drawn from a preset with named sources. No figure is published for starting a deallocated AKS node, so that one is an assumption. Prices are list prices of a preset: virtual machines while they are allocated, disks while they exist." }</p>
            </div>
        }
    }
}

fn view_examples(link: &Scope<App>) -> Html {
    let card = |(place, example): (usize, &crate::session::examples::Example)| {
        html! {
            <li>
                <button onclick={link.callback(move |_| Msg::Load(place))}>
                    <b>{ example.title }</b>
                    <span>{ example.summary }</span>
                </button>
            </li>
        }
    };
    html! {
        <>
            <p>{ "Each example starts a fresh session in the state it presumes, then offers its lines one by one." }</p>
            <ul class="examples">{ for EXAMPLES.iter().enumerate().map(card) }</ul>
        </>
    }
}

/// A text to take away: selected on focus, copied by a button.
fn view_copyable(label: &'static str, text: &str) -> Html {
    let copied = text.to_owned();
    let onfocus = Callback::from(|event: FocusEvent| {
        if let Some(input) = event.target_dyn_into::<HtmlInputElement>() {
            input.select();
        }
    });
    html! {
        <div class="copyable">
            <label><span>{ label }</span><input type="text" readonly=true value={text.to_owned()} {onfocus} /></label>
            <button onclick={Callback::from(move |_| browser::copy(&copied))}>{ "Copy" }</button>
        </div>
    }
}
