//! One validator: a function, or one of the few checks that most of them are.

use super::check::Check;
use super::resource_id::is_resource_id;
use crate::az::parse::Invocation;
use crate::ground::error::{CliError, ErrorClass};

/// A check of an invocation that needs nothing but its arguments.
pub(super) enum Validator {
    /// Refuses nothing: the parser has checked the choices, and any text will do.
    Passes,
    /// A function.
    Of(fn(&Invocation) -> Check),
    /// A function that may rewrite a value or add a warning.
    Rewrites(fn(&mut Invocation) -> Check),
    /// Refuses a whole number outside a range.
    Range { dest: &'static str, first: i128, last: i128, message: &'static str, class: ErrorClass },
    /// Refuses a text that is not the ID of a resource.
    ResourceId { dest: &'static str, class: ErrorClass },
    /// Refuses two flags that exclude each other.
    NotBoth { flags: [&'static str; 2], message: &'static str, class: ErrorClass },
    /// Refuses a text that is none of these, in any letter case.
    OneOf { dest: &'static str, allowed: &'static [&'static str], message: &'static str, class: ErrorClass },
}

impl Validator {
    /// Checks an invocation.
    pub(super) fn check(&self, invocation: &mut Invocation) -> Check {
        let (is_refused, message, class) = match *self {
            Self::Passes => return Ok(()),
            Self::Of(check) => return check(invocation),
            Self::Rewrites(check) => return check(invocation),
            Self::Range { dest, first, last, message, class } => {
                let is_outside = |number: i128| !(first..=last).contains(&number);
                (invocation.integer(dest).is_some_and(is_outside), message, class)
            }
            Self::ResourceId { dest, class } => return resource_id(invocation.text(dest), dest, class),
            Self::NotBoth { flags: [first, second], message, class } => {
                (invocation.flag(first) && invocation.flag(second), message, class)
            }
            Self::OneOf { dest, allowed, message, class } => {
                let is_other = |text: &str| !text.is_empty() && !allowed.contains(&text.to_lowercase().as_str());
                (invocation.text(dest).is_some_and(is_other), message, class)
            }
        };
        if is_refused { Err(CliError::validator(class, message)) } else { Ok(()) }
    }
}

fn resource_id(id: Option<&str>, dest: &str, class: ErrorClass) -> Check {
    match id.filter(|id| !id.is_empty()) {
        Some(id) if !is_resource_id(id) => {
            let message = format!("--{} is not a valid Azure resource ID.", dest.replace('_', "-"));
            Err(CliError::validator(class, message))
        }
        _ => Ok(()),
    }
}
