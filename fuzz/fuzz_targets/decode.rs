//! Decoding on any topic with any content type.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| {
    sens_fuzz::Target::Decode.run(input);
});
