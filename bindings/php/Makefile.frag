# The extension is made again only where a source is newer: `sudo make install` finds it made, and root needs no cargo.
PERSONSIG_WORKSPACE = $(srcdir)/../..
PERSONSIG_SOURCES = $(shell find "$(srcdir)/src" "$(srcdir)/Cargo.toml" "$(PERSONSIG_WORKSPACE)/core/src" "$(PERSONSIG_WORKSPACE)/core/Cargo.toml" \
	"$(PERSONSIG_WORKSPACE)/Cargo.toml" "$(PERSONSIG_WORKSPACE)/Cargo.lock" -type f)

$(phplibdir)/personsig.so: $(PERSONSIG_SOURCES)
	@mkdir -p "$(phplibdir)"
	@PHP="$(PHP_EXECUTABLE)" PHP_CONFIG="$$(command -v $(PHP_CONFIG))" RUSTC="$(RUSTC)" "$(CARGO)" build --release --locked --lib -p personsig-php \
		--manifest-path "$(srcdir)/Cargo.toml" --target $(PERSONSIG_TARGET) --target-dir "$(builddir)/target" || { \
		echo 'personsig did not compile; the reason is above. It needs Rust $(PERSONSIG_RUST) or later, a C compiler and libclang with its headers.'; \
		echo 'On Debian: apt-get install gcc libc6-dev libclang-dev. Or use the compiled extension.'; exit 1; } >&2
	@cp "$(builddir)/target/$(PERSONSIG_TARGET)/release/libpersonsig_php.so" $@

$(phplibdir)/personsig.la: $(phplibdir)/personsig.so
	@echo "dlname='personsig.so'" >$@

clean: personsig-clean
personsig-clean:
	@rm -rf "$(builddir)/target"
.PHONY: personsig-clean
