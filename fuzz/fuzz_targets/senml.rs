//! SenML packs in JSON.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    sens_fuzz::Target::Senml.run(input);
});
