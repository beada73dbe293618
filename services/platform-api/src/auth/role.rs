//! Roles of API keys.

/// What a key may do.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize, utoipa::ToSchema,
)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Role {
    /// Reads.
    Viewer,
    /// Posts to /v1/ingest and nothing else.
    Ingest,
    /// Reads and changes.
    Operator,
    /// Everything, keys included.
    Admin,
}

impl Role {
    /// All roles.
    pub(crate) const ALL: [Self; 4] = [Self::Viewer, Self::Ingest, Self::Operator, Self::Admin];

    /// The stable name.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Viewer => "viewer",
            Self::Ingest => "ingest",
            Self::Operator => "operator",
            Self::Admin => "admin",
        }
    }

    /// Reads a name.
    pub(crate) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.as_str() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn names_are_read_back_and_agree_with_json() {
        for role in Role::ALL {
            assert_eq!(Role::parse(role.as_str()), Some(role));
            assert_eq!(serde_json::json!(role), role.as_str());
        }
        assert_eq!(Role::parse("root"), None);
    }
}
