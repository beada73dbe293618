//! Small pieces of Markdown.

/// A table; cells are taken as Markdown, with bars escaped.
pub(crate) fn table(head: &[&str], rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = vec![format!(
        "| {} |\n|{}\n",
        head.join(" | "),
        "---|".repeat(head.len())
    )];
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell_text(cell)).collect();
        text.push(format!("| {} |\n", cells.join(" | ")));
    }
    text.concat()
}

/// Text in code font; nothing for an empty text.
pub(crate) fn code(text: &str) -> String {
    if text.is_empty() {
        String::new()
    } else {
        format!("`{text}`")
    }
}

/// Text for people, made safe: what looks like an HTML tag is escaped, except within code font.
pub(crate) fn prose(text: &str) -> String {
    text.split('`')
        .enumerate()
        .map(|(index, part)| {
            if index % 2 == 0 {
                part.replace('<', "&lt;")
            } else {
                part.to_owned()
            }
        })
        .collect::<Vec<_>>()
        .join("`")
}

fn cell_text(cell: &str) -> String {
    cell.replace('|', "\\|")
        .replace('\n', " ")
        .trim()
        .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_keep_bars_and_line_ends_inside_their_cells() {
        let text = table(&["a", "b"], [vec!["x|y".to_owned(), "one\ntwo".to_owned()]]);
        assert_eq!(text, "| a | b |\n|---|---|\n| x\\|y | one two |\n");
    }

    #[test]
    fn only_prose_is_escaped() {
        assert_eq!(prose("a <b> and `<c>`"), "a &lt;b> and `<c>`");
    }
}
