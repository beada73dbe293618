//! Nothing but the home of the end-to-end tests in `tests/it`: they start the built binaries with real servers and
//! speak MQTT, HTTP and SQL with them, and know none of our crates but the test kit.
