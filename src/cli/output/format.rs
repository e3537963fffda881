//! The formats of `--output`.

/// The format of a result.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OutputFormat {
    /// `json`, the default.
    #[default]
    Json,
    /// `jsonc`: JSON in colour.
    Jsonc,
    /// `yaml`.
    Yaml,
    /// `yamlc`: YAML in colour.
    Yamlc,
    /// `table`.
    Table,
    /// `tsv`.
    Tsv,
    /// `none`.
    None,
}

impl OutputFormat {
    /// Returns the format of this name; `Json` for any other.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        match name {
            "jsonc" => Self::Jsonc,
            "yaml" => Self::Yaml,
            "yamlc" => Self::Yamlc,
            "table" => Self::Table,
            "tsv" => Self::Tsv,
            "none" => Self::None,
            _ => Self::Json,
        }
    }
}
