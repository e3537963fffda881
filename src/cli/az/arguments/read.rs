//! Reading of one argument, by the type that it is to have.

use crate::az::parse::Invocation;
use crate::ground::error::{CliError, ErrorClass};
use scale_down_engine::{Pairs, PoolMode, ScaleDownMode};

/// A value that is read from an invocation.
pub(crate) trait FromInvocation<'a>: Sized {
    /// `true` if it is read from more than the argument that is named.
    const IS_WHOLE: bool = false;

    /// Reads the argument `dest`.
    ///
    /// # Errors
    /// Refuses an invocation without a value that is needed.
    fn from_invocation(invocation: &'a Invocation, dest: &str) -> Result<Self, CliError>;
}

/// Declares a struct of arguments. A field is read from the argument of its name, or from the first of the given
/// destinations that the command has; an empty destination stands for none.
macro_rules! arguments {
    (
        $(#[$about:meta])*
        $visibility:vis struct $name:ident<$life:lifetime> { $($body:tt)* }
    ) => {
        $crate::az::arguments::arguments!(@struct ($(#[$about])* $visibility struct $name<$life>) $($body)*);
        $crate::az::arguments::arguments!(@impl ($life, $name<$life>) $($body)*);
    };
    (
        $(#[$about:meta])*
        $visibility:vis struct $name:ident { $($body:tt)* }
    ) => {
        $crate::az::arguments::arguments!(@struct ($(#[$about])* $visibility struct $name) $($body)*);
        $crate::az::arguments::arguments!(@impl ('a, $name) $($body)*);
    };
    (
        @struct ($($head:tt)*)
        $($(#[$of_field:meta])* $field:ident: $type:ty $(= $first:literal $(| $other:literal)*)?),* $(,)?
    ) => {
        $($head)* { $($(#[$of_field])* pub $field: $type,)* }
    };
    (
        @impl ($life:lifetime, $name:ty)
        $($(#[$of_field:meta])* $field:ident: $type:ty $(= $first:literal $(| $other:literal)*)?),* $(,)?
    ) => {
        impl<$life> $crate::az::arguments::FromInvocation<$life> for $name {
            const IS_WHOLE: bool = true;

            fn from_invocation(
                invocation: &$life $crate::az::parse::Invocation,
                _: &str,
            ) -> std::result::Result<Self, $crate::ground::error::CliError> {
                use $crate::az::arguments::FromInvocation;
                Ok(Self {
                    $($field: {
                        let dests: &[&str] = &[$($first $(, $other)*)?];
                        let is_whole = <$type as FromInvocation>::IS_WHOLE;
                        let dest = if is_whole { "" } else { invocation.first_of(dests, stringify!($field)) };
                        FromInvocation::from_invocation(invocation, dest)?
                    },)*
                })
            }
        }
    };
}
pub(crate) use arguments;

/// The whole invocation, for checks of any argument.
impl<'a> FromInvocation<'a> for &'a Invocation {
    const IS_WHOLE: bool = true;

    fn from_invocation(invocation: &'a Invocation, _: &str) -> Result<Self, CliError> {
        Ok(invocation)
    }
}

impl<'a> FromInvocation<'a> for &'a str {
    fn from_invocation(invocation: &'a Invocation, dest: &str) -> Result<Self, CliError> {
        invocation.text(dest).ok_or_else(|| {
            let message = format!("a value for {dest} is required");
            CliError::decorator(ErrorClass::UnclassifiedUserFault, message)
        })
    }
}

/// Implements reading by a function that cannot fail.
macro_rules! read_by {
    ($($type:ty: $read:expr;)*) => {$(
        impl<'a> FromInvocation<'a> for $type {
            fn from_invocation(invocation: &'a Invocation, dest: &str) -> Result<Self, CliError> {
                let read: fn(&'a Invocation, &str) -> Self = $read;
                Ok(read(invocation, dest))
            }
        }
    )*};
}

read_by! {
    Option<&'a str>: Invocation::text;
    Option<i128>: Invocation::integer;
    bool: Invocation::flag;
    Option<&'a [String]>: Invocation::list;
    Pairs: pairs;
    Option<Pairs>: |invocation, dest| invocation.is_specified(dest).then(|| pairs(invocation, dest));
    Taints: taints;
    Option<Taints>: |invocation, dest| invocation.is_specified(dest).then(|| taints(invocation, dest));
    Specified: |invocation, dest| Specified(invocation.is_specified(dest));
    Option<ScaleDownMode>: |invocation, dest| {
        invocation.text(dest).map(|mode| match mode {
            "Deallocate" => ScaleDownMode::Deallocate,
            _ => ScaleDownMode::Delete,
        })
    };
    Option<PoolMode>: |invocation, dest| {
        invocation.text(dest).map(|mode| if mode == "System" { PoolMode::System } else { PoolMode::User })
    };
    Spelled<'a>: |invocation, dest| {
        let names = invocation.command.argument(dest).map(|argument| argument.names.as_slice());
        let option = names.and_then(|names| names.first()).copied().unwrap_or_default();
        Spelled { text: invocation.text(dest), option }
    };
}

/// `true` if the line names the argument.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Specified(pub bool);

/// Taints of a comma-separated argument; empty items are left out.
#[derive(Clone, Debug, Default)]
pub(crate) struct Taints(pub Vec<String>);

/// A text, and the spelling of its option that the command declares first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spelled<'a> {
    pub text: Option<&'a str>,
    pub option: &'static str,
}

/// Returns the pairs of an argument; none if it is absent.
fn pairs(invocation: &Invocation, dest: &str) -> Pairs {
    let given = invocation.pairs(dest).unwrap_or_default();
    given.into_iter().map(|(key, value)| (key.to_owned(), value.to_owned())).collect()
}

fn taints(invocation: &Invocation, dest: &str) -> Taints {
    let given = invocation.text(dest).unwrap_or_default();
    Taints(given.split(',').map(str::trim).filter(|taint| !taint.is_empty()).map(str::to_owned).collect())
}
