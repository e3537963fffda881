//! The value of one argument after parsing.

/// A converted value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A text, a file name, a region, a choice in its canonical spelling.
    Text(String),
    /// A whole number.
    Integer(i128),
    /// A number.
    Float(f64),
    /// A flag.
    Flag(bool),
    /// Several texts.
    List(Vec<String>),
}
