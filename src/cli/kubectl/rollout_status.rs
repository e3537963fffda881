//! `kubectl rollout status`.

use super::answer::Answer;
use super::failure::{Failure, bad_duration};
use super::flags::{Selection, flags};
use super::follow::{Follow, Subject};
use super::kind::Kind;
use super::object::view;
use super::output::Output;
use super::parse::Request;
use super::rollout::progress;
use super::target::{ObjectReference, chosen};
use scale_down_engine::autoscaler::duration::parsed_ms;
use scale_down_engine::{Cloud, ClusterId};

flags! {
    pub struct Status<'a> {
        request: &'a Request,
        selection: Selection,
        watch: bool,
        timeout: Option<&'a str>,
    }
}

/// Answers `kubectl rollout status`.
pub fn status(arguments: &Status<'_>, id: ClusterId, cloud: &mut Cloud) -> Result<Answer, Failure> {
    let request = arguments.request;
    if request.words.is_empty() {
        return Err(Failure::usage("required resource not specified"));
    }
    let timeout = arguments.timeout.unwrap_or("0s");
    let timeout_ms = parsed_ms(timeout).ok_or_else(|| bad_duration("timeout", timeout, request.command))?;
    let now_ms = cloud.now_ms();
    let view = view(cloud, id)?;
    let (all, failures) = chosen(view, &request.words, &arguments.selection)?;
    let mut follow = None;
    let mut output = Output { failures, ..Output::default() };
    for one in all {
        if one.kind == Kind::DaemonSet {
            output.add(format!("daemon set \"{}\" successfully rolled out", one.name));
            continue;
        }
        let found = view.kubernetes.deployment(&one.namespace, &one.name).filter(|_| one.kind == Kind::Deployment);
        let Some(deployment) = found else {
            output
                .failures
                .push(Failure::usage(format!("no status viewer has been implemented for {}", one.kind.info().title)));
            continue;
        };
        let (text, is_over) = progress(deployment, view.kubernetes);
        output.add(&text);
        if !is_over && arguments.watch {
            let ObjectReference { namespace, name, .. } = one;
            let until_ms = (timeout_ms > 0).then(|| now_ms + timeout_ms);
            let rollout = Subject::RollOut { namespace, name, message: text, message_ms: now_ms, until_ms };
            follow = Some(Follow::new(id, rollout));
        }
    }
    Ok(Answer { output, follow })
}
