//! Names the library as C programs will look for it: cargo gives a shared library no SONAME of its own.

fn main() {
    // Until 1.0 the number changes with every change that breaks a program that was linked before.
    println!("cargo:rustc-cdylib-link-arg=-Wl,-soname,libpersonsig.so.1");
    println!("cargo:rerun-if-changed=build.rs");
}
