#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| personsig_fuzz::parse::check(data));
