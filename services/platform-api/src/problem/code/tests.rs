//! The table of codes is in order and fit for its pages.

use super::*;

#[test]
fn the_table_is_in_the_order_of_the_codes() {
    for (index, entry) in TABLE.iter().enumerate() {
        assert_eq!(entry.code as usize, index, "{}", entry.name);
        assert_eq!(
            Code::find(entry.name).map(|found| found.code),
            Some(entry.code)
        );
    }
}

#[test]
fn every_entry_is_fit_for_its_page() {
    for entry in &TABLE {
        assert!(
            entry
                .name
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_'),
            "{}",
            entry.name
        );
        assert!(
            entry.status.is_client_error() || entry.status.is_server_error(),
            "{}",
            entry.name
        );
    }
}
