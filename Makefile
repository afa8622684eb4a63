# personsig's one task runner. Everything it writes lies in this folder; apt alone touches the system, and says so first.

PYTHON ?= python3
NODE ?= node
NPM ?= npm
PHP ?= php
PHP_CONFIG ?= php-config
PHPUNIT ?= phpunit
RUBY ?= ruby
# The gem is for the Ruby that packs it.
GEM ?= $(RUBY) -S gem
CARGO ?= cargo
CHROMIUM ?= chromium
# Where the example apps listen.
PORT ?= 8000
PREFIX ?= /usr/local
DESTDIR ?=
VECTORS ?= tests/vectors
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)

export CARGO_TARGET_DIR := $(CURDIR)/target

VENV := target/venv

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test conformance install c cli python node php ruby

help:
	@echo 'make demo             sign the same users in every language and print who agrees'
	@echo 'make test             every test of every language'
	@echo 'make conformance      the test vectors on every surface [VECTORS=DIR: your own]'
	@echo 'make bench            how many times as fast as the usual HMAC call, on every surface'
	@echo 'make snippet-attacks  100000 hostile documents through an HTML parser and a JavaScript engine'
	@echo
	@echo 'make python           the wheel                     in dist/, and how to install it'
	@echo 'make node             the npm package               "'
	@echo 'make php              the extension personsig.so    "'
	@echo 'make ruby             the gem                       "'
	@echo 'make c                libpersonsig and the header   "'
	@echo 'make cli              the command personsig         "'
	@echo 'make install          the C library and the command [PREFIX=/usr/local DESTDIR=]'
	@echo
	@echo 'make example-python   a small web app with a login; so too -node, -php and -ruby [PORT=8000]'
	@echo
	@echo 'Other interpreters: make python PYTHON=python3.12; so too NODE, PHP, PHP_CONFIG, RUBY, CC, CHROMIUM.'

# ext-php-rs wants paths, not names.
WITH_PHP = PHP="$$(command -v $(PHP))" PHP_CONFIG="$$(command -v $(PHP_CONFIG))"

# What each part needs: a check, and what Debian calls that which the check looks for.

CHECK_cc = echo 'int main(void) { return 0; }' | $(CC) -x c - -o /dev/null
APT_cc = gcc libc6-dev
CHECK_npm = command -v $(NPM)
APT_npm = npm
CHECK_gem = $(GEM) --version
APT_gem = ruby
CHECK_venv = $(PYTHON) -c 'import venv, ensurepip'
APT_venv = python3-venv
CHECK_php = $(PHP) --version
APT_php = php-cli
CHECK_php-headers = test -f "$$($(PHP_CONFIG) --include-dir)/main/php.h"
APT_php-headers = php-dev
CHECK_phpunit = command -v $(PHPUNIT)
APT_phpunit = phpunit php-xml php-mbstring
CHECK_libclang = test -n "$$LIBCLANG_PATH" || find /usr/lib /usr/lib64 /usr/local/lib -maxdepth 3 -name 'libclang*.so*' | grep -q .
APT_libclang = libclang-dev
CHECK_ruby = $(RUBY) --version
APT_ruby = ruby
CHECK_ruby-headers = $(RUBY) -rrbconfig -e 'exit File.exist?(RbConfig::CONFIG["rubyhdrdir"] + "/ruby.h")'
APT_ruby-headers = ruby-dev
CHECK_minitest = $(RUBY) -e 'gem "minitest"'
APT_minitest = ruby-minitest
CHECK_jansson = echo '\#include <jansson.h>' | $(CC) -E -x c -
APT_jansson = libjansson-dev
CHECK_openssl = command -v openssl && echo '\#include <openssl/hmac.h>' | $(CC) -E -x c -
APT_openssl = openssl libssl-dev
CHECK_valgrind = command -v valgrind
APT_valgrind = valgrind
CHECK_pkg-config = command -v pkg-config
APT_pkg-config = pkg-config
CHECK_cmake = command -v cmake
APT_cmake = cmake
CHECK_g++ = command -v g++
APT_g++ = g++
CHECK_sinatra = $(RUBY) -e 'gem "sinatra"; gem "erubi"; gem "puma"'
APT_sinatra = ruby-sinatra ruby-erubi puma
CHECK_python-headers = test -f "$$($(PYTHON) -c 'import sysconfig; print(sysconfig.get_path("include"))')/Python.h"
APT_python-headers = python3-dev
CHECK_rails = $(RUBY) -e 'gem "actionpack"; gem "actionview"'
APT_rails = ruby-actionpack
CHECK_blade = $(PHP) -n -r 'require "Illuminate/View/autoload.php";'
APT_blade = php-illuminate-view
CHECK_twig = $(PHP) -n -r 'require "Twig/autoload.php";'
APT_twig = php-twig php-mbstring
CHECK_chromium = command -v $(CHROMIUM)
APT_chromium = chromium

FOR_c := cc
FOR_cli := cc
FOR_python := cc venv
FOR_node := cc
FOR_php := cc php php-headers libclang
FOR_ruby := cc ruby ruby-headers libclang
FOR_conformance := $(sort $(FOR_python) $(FOR_php) $(FOR_ruby) jansson)
FOR_bench := $(sort $(FOR_python) $(FOR_node) $(FOR_php) $(FOR_ruby) python-headers openssl)
FOR_test := $(sort $(FOR_conformance) npm gem openssl phpunit minitest valgrind pkg-config cmake g++ \
	python-headers chromium rails sinatra blade twig)

# $(call need,names): what is missing is installed with apt, or named where there is no apt.
define need
@lacking=; packages=; \
$(foreach name,$(1),{ $(CHECK_$(name)); } >/dev/null 2>&1 || { lacking="$$lacking $(name)"; packages="$$packages $(APT_$(name))"; };) \
test -z "$$lacking" && exit 0; \
if ! command -v apt-get >/dev/null; then \
	echo "Missing:$$lacking. Please install them (on Debian:$$packages)." >&2; exit 1; fi; \
root=; test "$$(id -u)" = 0 || root=sudo; \
if test -n "$$root" && ! command -v sudo >/dev/null; then \
	echo "Missing:$$lacking. Please install as root: apt-get install$$packages" >&2; exit 1; fi; \
echo "Missing:$$lacking. Installing with apt:$$packages"; \
mkdir -p target; \
{ $$root apt-get update -qq && $$root env DEBIAN_FRONTEND=noninteractive \
	apt-get install -qq -y --no-install-recommends $$packages; } >target/apt.log 2>&1 || { cat target/apt.log >&2; exit 1; }; \
$(foreach name,$(1),{ $(CHECK_$(name)); } >/dev/null 2>&1 || { echo "Still missing: $(name). Is the right program named? See make." >&2; exit 1; };) :
endef

# $(call build,what,its file,package): a first build takes a while, and says so.
define build
@test -e target/release/$(2) || echo 'Building $(1)'
@$(CARGO) build --release --locked --quiet -p $(3)
endef

# $(call at_least,program,its version as "major minor",major,minor)
define at_least
@found=$$($(2)) || { echo "Missing: $(1) >= $(3).$(4). Please install it." >&2; exit 1; }; \
set -- $$found; \
test "$$1" -gt $(3) || test "$$1" -eq $(3) -a "$$2" -ge $(4) || \
	{ echo "$(1) is $$1.$$2 here; it must be >= $(3).$(4)." >&2; exit 1; }
endef

.PHONY: need-rust need-python need-node need-php need-ruby need-c need-cli need-bench need-conformance need-test
need-rust:
	$(call at_least,Rust,rustc --version | sed 's/rustc \([0-9]*\)\.\([0-9]*\).*/\1 \2/' | grep .,1,88)
need-python:
	$(call at_least,Python,$(PYTHON) -c 'import sys; print(*sys.version_info[:2])',3,10)
	$(call need,$(FOR_python))
need-node:
	$(call at_least,Node,$(NODE) -p 'process.versions.node.replaceAll("."$(comma) " ")',18,20)
	$(call need,$(FOR_node))
need-php need-ruby need-c need-cli: need-%:
	$(call need,$(FOR_$*))
need-bench: need-rust
	$(call need,$(FOR_bench))
need-conformance: need-rust
	$(call need,$(FOR_conformance))
need-test: need-rust
	$(call need,$(FOR_test))
comma := ,

# One language, ready to use: built alone, left in dist/, with the line that installs it.

.PHONY: built-rust built-c built-cli built-python built-node built-php built-ruby venv
built-rust: need-rust
	$(call build,the Rust core,examples/adapter,personsig --examples)

# For this interpreter and these requirements: another one gets another environment.
venv: need-python
	@id="$$($(PYTHON) -c 'import sys; print(sys.executable, sys.version)') $$(cksum < bindings/python/requirements.txt)"; \
	test "$$(cat $(VENV)/made-for 2>/dev/null)" = "$$id" && exit 0; \
	echo "Making a virtual environment in $(VENV)"; rm -rf $(VENV); \
	$(PYTHON) -m venv $(VENV) && \
	$(VENV)/bin/pip install --quiet --disable-pip-version-check -r bindings/python/requirements.txt && \
	echo "$$id" > $(VENV)/made-for

built-python: need-rust venv
	@test -n "$$(ls dist/personsig-*.whl 2>/dev/null)" || echo 'Building the Python wheel'
	@rm -f dist/personsig-*.whl
	@said=$$($(VENV)/bin/maturin build --release --locked -i $(VENV)/bin/python -m bindings/python/Cargo.toml -o dist 2>&1) || \
		{ echo "$$said" >&2; exit 1; }
	@$(VENV)/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps --no-index dist/personsig-*.whl

python: built-python
	@echo "dist/$$(basename dist/personsig-*.whl) is for every CPython >= 3.10. Install it, in your virtual environment, with"
	@echo "    pip install dist/$$(basename dist/personsig-*.whl)"
	@echo 'and sign with'
	@echo '    import personsig'
	@echo '    signer = personsig.Signer.from_env("gosquared")'
	@echo '    print(signer.sign(123456))'

built-node: need-rust need-node
	$(call build,the Node addon,libpersonsig_node.so,personsig-node)
	@cp target/release/libpersonsig_node.so bindings/node/personsig.node

node: built-node
	$(call need,npm)
	@mkdir -p dist && cp LICENSE-* bindings/node/
	@cd bindings/node && $(NPM) pack --silent --pack-destination ../../dist >/dev/null
	@echo 'dist/personsig-$(VERSION).tgz is for Node >= 18.20 on this kind of machine. Install it with'
	@echo '    npm install "$(CURDIR)/dist/personsig-$(VERSION).tgz"'
	@echo 'and sign with'
	@echo "    import { Signer } from 'personsig';"
	@echo "    const signer = Signer.fromEnv('gosquared');"
	@echo '    console.log(signer.sign(123456));'

built-php: need-rust need-php
	@test -e target/release/libpersonsig_php.so || echo 'Building the PHP extension'
	@$(WITH_PHP) $(CARGO) build --release --locked --quiet -p personsig-php

php: built-php
	@mkdir -p dist && cp target/release/libpersonsig_php.so dist/personsig.so
	@echo "dist/personsig.so is for $$($(PHP) -n -r 'echo "PHP ", PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;') alone. Load it with this line in php.ini"
	@echo '    extension=$(CURDIR)/dist/personsig.so'
	@echo 'and sign with'
	@echo '    use Personsig\Signer;'
	@echo '    $$signer = Signer::fromEnv("gosquared");'
	@echo '    echo $$signer->sign(123456);'

# The compiled part lies in a folder of its Ruby's version: one for another Ruby would sign wrongly.
built-ruby: need-rust need-ruby
	$(call build,the Ruby extension,libpersonsig_ruby.so,personsig-ruby)
	@install -D target/release/libpersonsig_ruby.so \
		"bindings/ruby/lib/personsig/$$($(RUBY) -e 'print RUBY_VERSION[/\A\d+\.\d+/]')/personsig_ruby.so"

ruby: built-ruby
	$(call need,gem)
	@mkdir -p dist && cp LICENSE-* bindings/ruby/ && rm -f dist/personsig-*.gem
	@said=$$(cd bindings/ruby && $(GEM) build personsig.gemspec 2>&1) || { echo "$$said" >&2; exit 1; }; \
		mv bindings/ruby/personsig-*.gem dist/
	@echo "$$(ls dist/personsig-*.gem) is for $$($(RUBY) -e 'print "Ruby ", RUBY_VERSION[/\A\d+\.\d+/]') alone. Install it with"
	@echo '    gem install --user-install --local dist/personsig-$(VERSION)-*.gem'
	@echo 'and sign with'
	@echo '    require "personsig"'
	@echo '    signer = Personsig::Signer.from_env("gosquared")'
	@echo '    puts signer.sign(123456)'

built-c: need-rust need-c
	$(call build,the C library,libpersonsig.so,personsig-c)

c: built-c
	@rm -rf target/stage && mkdir -p dist && PREFIX=/ DESTDIR="$(CURDIR)/target/stage" bindings/c/install.sh
	@tar -C target/stage -czf dist/personsig-c-$(VERSION).tar.gz --owner=0 --group=0 include lib
	@echo 'dist/personsig-c-$(VERSION).tar.gz has the library, its header and its pkg-config and CMake files. Install it with'
	@echo '    sudo tar -C /usr/local -xzf dist/personsig-c-$(VERSION).tar.gz && sudo ldconfig'
	@echo 'and sign with, after #include <personsig.h>,'
	@echo '    personsig_signer *signer; char signature[PERSONSIG_SIGNATURE_MAX]; size_t length;'
	@echo '    personsig_signer_from_env("gosquared", 9, NULL, 0, &signer);'
	@echo '    personsig_signer_sign(signer, "123456", 6, PERSONSIG_DEFAULT, signature, sizeof signature, &length);'

built-cli: need-rust need-cli
	$(call build,the command,personsig,personsig-cli)

cli: built-cli
	@mkdir -p dist && cp target/release/personsig dist/
	@echo 'dist/personsig is the command. Install it with'
	@echo '    sudo install dist/personsig /usr/local/bin/'
	@echo 'and sign with'
	@echo '    GOSQUARED_SECURE_MODE_SECRET=... # where your secrets are kept'
	@echo '    export GOSQUARED_SECURE_MODE_SECRET'
	@echo '    personsig sign --provider gosquared 123456'

# What is built already is installed as it is, so that `sudo make install` needs no Rust.
install:
	@test -f target/release/libpersonsig.so -a -f target/release/personsig || $(MAKE) --no-print-directory built-c built-cli
	@PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" bindings/c/install.sh
	@install -D target/release/personsig "$(DESTDIR)$(PREFIX)/bin/personsig"
	@echo 'Installed the C library and the command below $(DESTDIR)$(PREFIX).'

# The example apps and what they stand on. They never see the secrets of this machine: one page with a real signature may switch Chameleon's
# enforcement on for good.

EXAMPLE = PORT="$(PORT)" GOSQUARED_SECURE_MODE_SECRET=an-example-not-a-secret GOSQUARED_SECURE_MODE_SECRET_PREVIOUS= \
	CHAMELEON_VERIFICATION_SECRET=another-example-not-a-secret CHAMELEON_VERIFICATION_SECRET_PREVIOUS=

# $(call modules,folder): its npm packages, as its lock file has them.
define modules
@test $(1)/node_modules/.package-lock.json -nt $(1)/package-lock.json || \
	{ cd $(1) && $(NPM) ci --loglevel=error --no-audit --no-fund >/dev/null; }
endef

.PHONY: web-python frameworks-python web-node web-ruby example-secrets example-python example-node example-php example-ruby
web-python: venv
	@test $(VENV)/made-for-web -nt examples/web/requirements.txt || { \
		$(VENV)/bin/pip install --quiet --disable-pip-version-check -r examples/web/requirements.txt && touch $(VENV)/made-for-web; }

frameworks-python: venv
	@test $(VENV)/made-for-frameworks -nt tests/frameworks/requirements.txt || { \
		$(VENV)/bin/pip install --quiet --disable-pip-version-check -r tests/frameworks/requirements.txt && touch $(VENV)/made-for-frameworks; }

web-node: need-node
	$(call need,npm)
	$(call modules,examples/web)

web-ruby: need-ruby
	$(call need,sinatra)

example-secrets:
	@echo 'For this machine alone, with example secrets and a token that no vendor knows. Stop it with Ctrl-C.'

example-python: built-python web-python example-secrets
	@$(EXAMPLE) $(VENV)/bin/python examples/web/app.py

example-node: built-node web-node example-secrets
	@$(EXAMPLE) $(NODE) examples/web/app.mjs

example-php: built-php example-secrets
	@$(EXAMPLE) $(PHP) -n -d extension="$(CURDIR)/target/release/libpersonsig_php.so" -S 127.0.0.1:$(PORT) examples/web/app.php

example-ruby: built-ruby web-ruby example-secrets
	@$(EXAMPLE) $(RUBY) -I bindings/ruby/lib examples/web/app.rb

# The surfaces together.

.PHONY: adapters lint
adapters: need-conformance built-rust built-c built-cli built-python built-node built-php built-ruby
	@ln -sf libpersonsig.so target/release/libpersonsig.so.0
	@$(CC) -std=c17 -O2 -Wall -Wextra -Werror -Iinclude tests/adapters/c.c -o target/release/adapter-c \
		-Ltarget/release -Wl,-rpath,"$(CURDIR)/target/release" -lpersonsig -ljansson

RUN := NODE="$(NODE)" PHP="$(PHP)" RUBY="$(RUBY)" CC="$(CC)" $(VENV)/bin/python

demo: adapters
	@$(RUN) tests/demo.py

conformance: adapters
	@$(RUN) tests/conformance.py "$(VECTORS)"

.PHONY: browser-node snippet-attacks
browser-node: need-node
	$(call need,npm)
	$(call modules,tests/browser)

snippet-attacks: built-node browser-node
	DOCUMENTS=100000 $(NODE) --test --test-reporter=spec tests/browser/attacks.test.mjs

# The command's own speed is compared with a copy of the table.
.PHONY: bench bench-copy
bench-copy: need-rust
	@$(CARGO) build --release --locked --quiet -p personsig-cli --example copy

bench: need-bench built-rust built-c built-cli bench-copy built-python built-node built-php built-ruby
	@PHP_CONFIG="$(PHP_CONFIG)" $(RUN) tests/bench/bench.py

lint: need-test
	@$(CARGO) fmt --all --check
	@$(WITH_PHP) $(CARGO) clippy --quiet --locked --workspace --all-targets -- -D warnings

test: need-test lint adapters bench-copy frameworks-python web-node browser-node
	@$(RUN) tests/oracle.py --check
	@for package in personsig personsig-c personsig-cli personsig-ruby; do \
		echo "cargo test -p $$package"; \
		PYTHON="$(PYTHON)" CC="$(CC)" $(CARGO) test --quiet --release --locked -p $$package >target/cargo-test.log || { cat target/cargo-test.log; exit 1; }; \
		grep '^test result' target/cargo-test.log; \
	done
	$(VENV)/bin/python -m pytest -q bindings/python
	$(call modules,bindings/node)
	$(NODE) --test bindings/node/test/*.test.mjs >target/node-test.log || { cat target/node-test.log; exit 1; }
	@tail -8 target/node-test.log
	$(PHP) bindings/php/tests/run.php target/release/libpersonsig_php.so
	$(RUBY) -W:no-experimental -I bindings/ruby/lib -e 'Dir["./bindings/ruby/test/*_test.rb"].sort.each { |file| require file }'
	@CHROMIUM="$$(command -v $(CHROMIUM))" NODE="$(NODE)" PHP="$(PHP)" RUBY="$(RUBY)" \
		$(NODE) --test tests/browser/*.test.mjs >target/browser-test.log || { cat target/browser-test.log; exit 1; }
	@tail -8 target/browser-test.log
	@$(MAKE) --no-print-directory python node php ruby c cli >/dev/null
	$(RUN) -m pytest -q tests
	@$(RUN) tests/conformance.py
	@PHP_CONFIG="$(PHP_CONFIG)" $(RUN) tests/bench/bench.py --quick >/dev/null
