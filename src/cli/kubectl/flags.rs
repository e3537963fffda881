//! Flags of commands, typed: a struct for each command or family, read once from a request.
//!
//! A field is read from the flag of its name, with a hyphen for each underscore.

use super::parse::Request;

/// A value that is read from a request.
pub(super) trait FromRequest<'a>: Sized {
    /// Reads the flag `long`.
    fn from_request(request: &'a Request, long: &str) -> Self;
}

/// Declares a struct of flags.
macro_rules! flags {
    (
        $(#[$about:meta])*
        $visibility:vis struct $name:ident<$life:lifetime> {
            $($(#[$of_field:meta])* $field:ident: $type:ty),* $(,)?
        }
    ) => {
        $(#[$about])*
        $visibility struct $name<$life> {
            $($(#[$of_field])* pub $field: $type,)*
        }

        impl<$life> $crate::kubectl::flags::FromRequest<$life> for $name<$life> {
            fn from_request(request: &$life $crate::kubectl::parse::Request, _: &str) -> Self {
                use $crate::kubectl::flags::FromRequest;
                Self { $($field: FromRequest::from_request(request, stringify!($field)),)* }
            }
        }
    };
}
pub(super) use flags;

/// The whole request, for its words.
impl<'a> FromRequest<'a> for &'a Request {
    fn from_request(request: &'a Request, _: &str) -> Self {
        request
    }
}

/// A flag that the line gives, even if it is empty.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given<'a>(pub Option<&'a str>);

/// Implements reading of a type of flag.
macro_rules! read_by {
    ($($type:ty: $read:expr;)*) => {$(
        impl<'a> FromRequest<'a> for $type {
            fn from_request(request: &'a Request, long: &str) -> Self {
                let read: fn(&'a Request, &str) -> Self = $read;
                let long = long.replace('_', "-");
                debug_assert!(request.has(&long), "kubectl {} has no --{long}", request.command.name);
                read(request, &long)
            }
        }
    )*};
}

read_by! {
    bool: Request::flag;
    Option<&'a str>: Request::text;
    Option<i64>: Request::integer;
    Vec<&'a str>: Request::list;
    Given<'a>: |request, long| Given(request.given(long));
}

/// Selection of objects by namespace, label and field; a command need not have all of these flags.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Selection {
    /// The namespace.
    pub namespace: String,
    /// `true` if the namespace does not matter.
    pub all_namespaces: bool,
    /// `true` if a kind alone stands for all its objects.
    pub all: bool,
    /// The label selector.
    pub selector: Option<String>,
    /// The field selector.
    pub field_selector: Option<String>,
}

impl Selection {
    /// Returns `true` if a flag selects some of the objects by their labels or fields.
    pub(super) fn is_selective(&self) -> bool {
        self.selector.is_some() || self.field_selector.is_some()
    }
}

impl FromRequest<'_> for Selection {
    fn from_request(request: &Request, _: &str) -> Self {
        Self {
            namespace: request.namespace().to_owned(),
            all_namespaces: request.flag("all-namespaces"),
            all: request.flag("all"),
            selector: request.text("selector").map(str::to_owned),
            field_selector: request.text("field-selector").map(str::to_owned),
        }
    }
}
