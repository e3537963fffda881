//! One argument of a command: its spellings, its values, and its effect in the simulation.

use std::borrow::Cow;

/// The type of one value of an argument.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueType {
    /// Any text.
    Text,
    /// A whole number, read as Python's `int()` does.
    Integer,
    /// A number, read as Python's `float()` does.
    Float,
    /// The name of a file.
    File,
    /// A region, by name or display name.
    Location,
    /// One tag, `key[=value]`.
    Tag,
    /// One of a list, in any letter case.
    Choice(Vec<&'static str>),
    /// One of a list, after conversion to lower case (`--output`).
    LowerCase(Vec<&'static str>),
    /// A `JMESPath` expression.
    JmesPath,
    /// No value: present or not.
    Flag,
    /// A flag that may be followed by `true` or `false`.
    ThreeState,
    /// A flag that may be followed by one of the ten words that newer commands take, such as `yes`, `n` or `1`.
    YesNo,
    /// Shows the help.
    Help,
    /// Known to the parser and always refused.
    Refused,
}

/// The number of values that an argument takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arity {
    /// None: a flag.
    None,
    /// Exactly one.
    One,
    /// None or one.
    Optional,
    /// Any number.
    Any,
    /// One or more.
    AtLeastOne,
}

/// The reason for a warning when an argument is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Notice {
    /// The argument, or one spelling of it, is going away.
    Deprecated {
        /// The spelling; `None` if the whole argument is.
        spelling: Option<&'static str>,
        /// Replacement that the warning names, if there is one.
        instead: Option<&'static str>,
    },
    /// The argument is in preview.
    Preview,
}

/// One argument.
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent properties read from the table")]
pub struct Argument {
    /// Every spelling, in the order in which messages name them; empty for a positional argument.
    pub names: Vec<&'static str>,
    /// Destination: the name under which an invocation returns its value.
    pub dest: Cow<'static, str>,
    /// Type of one value.
    pub value_type: ValueType,
    /// Number of values that it takes.
    pub arity: Arity,
    /// `true` if it must be given.
    pub required: bool,
    /// The value when it is not given, as text.
    pub default: Option<&'static str>,
    /// `true` if an absent flag has no value: it counts as neither set nor unset.
    pub unset: bool,
    /// One sentence about it.
    pub help: &'static str,
    /// Left out of help and completion.
    pub hidden: bool,
    /// `true` if the simulation acts on it; otherwise it is accepted and has no effect.
    pub simulated: bool,
    /// The heading in help, without the word "Arguments"; `None` for the first list.
    pub group: Option<Cow<'static, str>>,
    /// The validator that checks it, by name.
    pub validator: Option<&'static str>,
    /// Warnings to raise when it is used.
    pub notices: Vec<Notice>,
    /// Today's spelling, if this argument exists only for lines of the 2021 document.
    pub legacy: Option<&'static str>,
}

impl Argument {
    /// Returns the name in error messages: every spelling, or the destination of a positional argument.
    #[must_use]
    pub fn display_name(&self) -> String {
        if self.names.is_empty() { format!("<{}>", self.dest.to_uppercase()) } else { self.names.join("/") }
    }

    /// Returns the values it chooses from, empty if it takes any.
    #[must_use]
    pub fn choices(&self) -> &[&'static str] {
        match &self.value_type {
            ValueType::Choice(choices) | ValueType::LowerCase(choices) => choices,
            ValueType::ThreeState => &["true", "false"],
            ValueType::YesNo => &["true", "t", "yes", "y", "1", "false", "f", "no", "n", "0"],
            _ => &[],
        }
    }

    /// Returns `true` if it is a positional argument.
    #[must_use]
    pub fn is_positional(&self) -> bool {
        self.names.is_empty()
    }
}
