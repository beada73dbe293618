//! Decimal numbers, RFC 3339, and which claims are believed.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    sens_fuzz::Target::Timestamps.run(input);
});
