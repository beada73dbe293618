//! SenML packs in CBOR.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    sens_fuzz::Target::Cbor.run(input);
});
