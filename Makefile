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
# Where the example apps listen, and the sandbox in front of them.
PORT ?= 8000
SANDBOX_PORT ?= 8787
PREFIX ?= /usr/local
DESTDIR ?=
VECTORS ?= tests/vectors
VERSION := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -1)

export CARGO_TARGET_DIR := $(CURDIR)/target
export CC CXX PYTHON NODE NPM PHP PHP_CONFIG PHPUNIT RUBY GEM CARGO CHROMIUM

# Tools keep caches in HOME. Where it is unset or read-only, they lie in target/ instead.
ifeq ($(shell test -d "$$HOME" && test -w "$$HOME" && echo writable),)
export RUSTUP_HOME := $(or $(RUSTUP_HOME),$(wildcard $(HOME)/.rustup),$(shell eval echo "~$$(id -un)")/.rustup)
export HOME := $(CURDIR)/target/home
$(shell mkdir -p "$(HOME)")
endif
# Where there is no locale, names and ids are UTF-8 all the same.
ifneq ($(shell locale charmap 2>/dev/null),UTF-8)
export LC_ALL := C.UTF-8
endif

VENV := target/venv

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test conformance install uninstall clean c cli python node php ruby

help:
	@echo 'make demo             sign the same users in every language and print who agrees'
	@echo
	@echo 'make python           the wheel                     in dist/, and how to install it'
	@echo 'make node             the npm package               "'
	@echo 'make php              the extension personsig.so    "'
	@echo 'make ruby             the gem                       "'
	@echo 'make c                libpersonsig and the header   "'
	@echo 'make cli              the command personsig         "'
	@echo 'make install          the C library and the command [PREFIX=/usr/local DESTDIR=]; make uninstall removes them'
	@echo
	@echo 'make example-python   a small web app with a login; so too -node, -php and -ruby [PORT=8000]'
	@echo
	@echo 'make sandbox          personsig-sandbox, which plays both vendors in front of your app'
	@echo 'make sandbox-python   the same app behind it; so too -node, -php and -ruby [PORT=8000 SANDBOX_PORT=8787]'
	@echo
	@echo 'make test-rust        the tests of one language; so too -c, -cli, -python, -node, -php, -ruby, -sandbox'
	@echo 'make test-web         the example apps, and pages for every vendor, in a browser; test-frameworks: the recipes in their frameworks'
	@echo 'make test             all of them, and what they share'
	@echo 'make lint             formatters and linters; make fmt formats'
	@echo 'make update           rewrite every file that is derived from another one'
	@echo 'make conformance      the test vectors on every surface [VECTORS=DIR: your own; ADAPTER=COMMAND: your own program]'
	@echo 'make packages         what is released, in dist/: wheel, npm packages, gems, PHP, C, crates; so too package-python, ...'
	@echo 'make test-packages    install each as its users do and sign; test-packages-full: in rooms of other systems and on Spark too'
	@echo 'make version V=1.2.3  set the version, everywhere that it stands'
	@echo 'make bench            speed, compared with the usual HMAC call, on every surface'
	@echo 'make snippet-attacks  5000 hostile documents for each vendor through an HTML parser and a JavaScript engine'
	@echo 'make security-memory  memory and threads in each host: sanitizers, valgrind, failing allocators, growth'
	@echo 'make rooms            make demo on bare Debian systems, and the first steps of README.md (as root, with debootstrap)'
	@echo 'make security         constant time, fuzzing, property tests, memory: what SECURITY.md promises'
	@echo 'make fuzz             the fuzz targets of core/fuzz [SECONDS=60 for each]'
	@echo 'make clean            remove everything that make built'
	@echo
	@echo 'Other interpreters: make python PYTHON=python3.12; so too NODE, PHP, PHP_CONFIG, RUBY, CC, CHROMIUM.'

# ext-php-rs wants paths, not names.
WITH_PHP = PHP="$$(command -v $(PHP))" PHP_CONFIG="$$(command -v $(PHP_CONFIG))"

# What each part needs. .ci/need checks it, and installs with apt what is missing.

FOR_rust := rust cc
FOR_c := rust cc glibc python
FOR_cli := rust cc python
FOR_sandbox := rust cc
FOR_python := rust cc loadable python venv
FOR_node := rust cc glibc node python
FOR_php := rust cc glibc php php_headers libclang libclang_php
FOR_ruby := rust cc glibc ruby ruby_headers libclang libclang_ruby
FOR_conformance := $(FOR_python) $(FOR_node) $(FOR_php) $(FOR_ruby) jansson
FOR_judge := python
FOR_bench := $(FOR_python) $(FOR_node) $(FOR_php) $(FOR_ruby) python_headers openssl
FOR_test-web := $(FOR_python) $(FOR_node) $(FOR_php) $(FOR_ruby) npm chromium sinatra
FOR_test-frameworks := $(FOR_test-web) rails blade twig
FOR_lint := $(FOR_python) $(FOR_node) $(FOR_php) $(FOR_ruby) rustfmt npm
FOR_package := rust cc glibc python venv binutils
FOR_package-node := node npm
FOR_package-php := $(FOR_php)
FOR_package-ruby := $(FOR_ruby) gem
FOR_test-package := $(FOR_package) node npm php php_headers php_fpm ruby gem cxx clang pkg_config cmake
FOR_test-packages-full := $(FOR_test-package) $(FOR_php) $(FOR_ruby) debootstrap
FOR_test-spark := $(FOR_package) java
FOR_test-rust := $(FOR_rust) valgrind
FOR_test-c := $(FOR_c) cxx jansson openssl valgrind pkg_config cmake groff abigail
FOR_test-cli := $(FOR_cli)
FOR_test-sandbox := $(FOR_test-web) openssl
FOR_test-python := $(FOR_python) python_headers
FOR_test-node := $(FOR_node) npm
FOR_test-php := $(FOR_php) phpunit phpdoc_parser php_fpm
FOR_test-ruby := $(FOR_ruby) gem minitest
FOR_security-memory := $(FOR_conformance) openssl valgrind
FOR_fuzz := rust cc cxx python
FOR_security-constant-time := rust cc valgrind binutils python
FOR_security-properties := $(FOR_python) $(FOR_node) npm $(FOR_php) phpunit $(FOR_ruby) minitest
FOR_test := $(FOR_conformance) $(FOR_bench) $(FOR_test-frameworks) $(FOR_lint) $(FOR_test-c) $(FOR_test-php) $(FOR_test-ruby) $(FOR_fuzz)

NEEDS := $(patsubst FOR_%,need-%,$(filter FOR_%,$(.VARIABLES)))
.PHONY: platform $(NEEDS)
platform:
	@.ci/need platform

uniq = $(if $1,$(firstword $1) $(call uniq,$(filter-out $(firstword $1),$1)))
$(NEEDS): need-%: platform
	@.ci/need $(call uniq,$(FOR_$*))

need-npm need-gem need-sinatra: need-%:
	@.ci/need $*

# $(call build,what,package and options): says what it builds when there is something to compile, and where the log is when that fails.
build = @.ci/build '$(1)' $(CARGO) build --release --locked -p $(2)
# Two makes at a time: one waits until the other has finished with what the lock is named for. A file in use is replaced, never written to.
locked = $(if $(shell command -v flock),flock target/$(1).lock)
put = cp $(1) $(2).$$$$ && mv -f $(2).$$$$ $(2)

# One language, ready to use: built alone, left in dist/, with the line that installs it.

.PHONY: built-c built-cli built-sandbox share built-python built-node built-php built-ruby venv
# For this interpreter and these requirements: another one gets another environment.
venv: need-python
	$(call environment,venv,$(VENV),Making a virtual environment in $(VENV),bindings/python/requirements.txt)
# $(call environment,lock,folder,what is said,requirements): the first of these files is installed, which may name the others.
environment = @id="$$($(PYTHON) -c 'import sys; print(sys.executable, sys.version)') $$PWD $$(cat $(4) | cksum)"; mkdir -p $(dir $(2)); \
	$(call locked,$(1)) sh -euc 'test "$$(cat $(2)/made-for 2>/dev/null)" != "$$1" || exit 0; echo "$(3)"; rm -rf $(2); $(PYTHON) -m venv $(2); \
		$(2)/bin/pip install --quiet --disable-pip-version-check -r $(firstword $(4)); echo "$$1" > $(2)/made-for' $(1) "$$id"
PIP = $(VENV)/bin/pip install --quiet --disable-pip-version-check

# $(call required,file of requirements): installed into the environment once.
required = @$(call locked,venv) sh -euc 'test $(VENV)/$(subst /,-,$(1)) -nt $(1) || { $(PIP) -r $(1) && touch $(VENV)/$(subst /,-,$(1)); }'

# The licences of what is linked into a package, for the package.
bindings/%/THIRD-PARTY-LICENSES.txt: Cargo.lock .ci/notices .ci/linked.py core/Cargo.toml bindings/%/Cargo.toml | need-%
	@mkdir -p target && $(PYTHON) .ci/notices personsig-$* >target/notices-$*.$$$$ && mv -f target/notices-$*.$$$$ $@

built-python: need-python venv bindings/python/THIRD-PARTY-LICENSES.txt
	@mkdir -p dist target/wheel
	@$(call locked,wheel) sh -euc ' \
		rm -f target/wheel/*; \
		.ci/build "the Python wheel" $(VENV)/bin/maturin build --release --locked -i $(VENV)/bin/python \
			-m bindings/python/Cargo.toml -o target/wheel; \
		wheel=$$(basename target/wheel/*.whl); \
		cmp -s target/wheel/$$wheel $(VENV)/installed.whl || { \
			$(PIP) --force-reinstall --no-deps --no-index target/wheel/$$wheel; \
			cp target/wheel/$$wheel $(VENV)/installed.whl; }; \
		mv -f target/wheel/$$wheel dist/$$wheel; \
		for old in dist/personsig-*.whl; do test $$old = dist/$$wheel || rm $$old; done'

python: built-python
	@echo "dist/$$(basename dist/personsig-*.whl) is for every CPython >= 3.10. Install it, in your virtual environment, with"
	@echo "    pip install --force-reinstall dist/$$(basename dist/personsig-*.whl)"
	@echo 'and sign with'
	@echo '    import personsig'
	@echo '    signer = personsig.Signer.from_env("gosquared")'
	@echo '    print(signer.sign(123456))'

built-node: need-node
	$(call build,the Node addon,personsig-node)
	@$(call put,target/release/libpersonsig_node.so,bindings/node/personsig.node)

node: built-node need-npm bindings/node/THIRD-PARTY-LICENSES.txt
	@mkdir -p dist target/npm && cp LICENSE-* bindings/node/
	@$(call locked,npm) sh -euc 'cd bindings/node && $(NPM) pack --silent --pack-destination ../../target/npm >/dev/null'
	@rm -f dist/personsig-*.tgz && mv -f target/npm/personsig-$(VERSION).tgz dist/
	@echo 'dist/personsig-$(VERSION).tgz is for Node >= 18.20 on this kind of machine. Install it with'
	@echo "    npm install --force \"$$PWD/dist/personsig-$(VERSION).tgz\""
	@echo 'and sign with'
	@echo "    import { Signer } from 'personsig';"
	@echo "    const signer = Signer.fromEnv('gosquared');"
	@echo '    console.log(signer.sign(123456));'

built-php: need-php
	@$(WITH_PHP) .ci/build 'the PHP extension' $(CARGO) build --release --locked -p personsig-php

php: built-php
	@mkdir -p dist && $(call put,target/release/libpersonsig_php.so,dist/personsig.so) && cp bindings/php/personsig.stub.php dist/
	@echo "dist/personsig.so is for $$($(PHP) -n -r 'echo "PHP ", PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;') alone. Load it with this line in php.ini"
	@echo "    extension=\"$$PWD/dist/personsig.so\""
	@echo 'give your editor dist/personsig.stub.php,'
	@echo 'and sign with'
	@echo '    use Personsig\Signer;'
	@echo '    $$signer = Signer::fromEnv("gosquared");'
	@echo '    echo $$signer->sign(123456);'

# The compiled part lies in a folder of its Ruby's version: one for another Ruby would sign wrongly.
built-ruby: need-ruby
	$(call build,the Ruby extension,personsig-ruby)
	@to="bindings/ruby/lib/personsig/$$($(RUBY) -e 'print RUBY_VERSION[/\A\d+\.\d+/]')"; mkdir -p "$$to"; \
		$(call put,target/release/libpersonsig_ruby.so,"$$to"/personsig_ruby.so)

ruby: built-ruby need-gem
	@mkdir -p dist && $(call locked,gem) sh -euc ' \
		abi=$$($(RUBY) -e "print RUBY_VERSION[/\A\d+\.\d+/]"); \
		gem=$$(bindings/ruby/gem.sh target/gem bindings/ruby/lib/personsig/$$abi/personsig_ruby.so 2>target/gem.log) || { \
			echo "gem build failed: $$(tail -n 1 target/gem.log). The whole log: target/gem.log" >&2; exit 1; }; \
		rm -f dist/personsig-*-*.gem; mv target/gem/$$gem dist/'
	@echo "$$(ls dist/personsig-*-*.gem) is for $$($(RUBY) -e 'print "Ruby ", RUBY_VERSION[/\A\d+\.\d+/]') alone. Install it with"
	@echo '    gem install --user-install --local --force dist/personsig-$(VERSION)-*.gem'
	@echo 'and sign with'
	@echo '    require "personsig"'
	@echo '    signer = Personsig::Signer.from_env("gosquared")'
	@echo '    puts signer.sign(123456)'

built-c: need-c
	$(call build,the C library,personsig-c)
	@.ci/kept-notices personsig-c target/release

c: built-c
	@mkdir -p dist && $(call locked,stage) sh -euc 'rm -rf target/stage; PREFIX=/ DESTDIR="$$PWD/target/stage" bindings/c/install.sh; \
		tar -C target/stage -czf target/c.tar.gz --owner=0 --group=0 include lib share; mv -f target/c.tar.gz dist/personsig-c-$(VERSION).tar.gz'
	@echo 'dist/personsig-c-$(VERSION).tar.gz has the library, its header and its pkg-config and CMake files. Install it with'
	@echo '    sudo tar -C /usr/local -xzf dist/personsig-c-$(VERSION).tar.gz && sudo ldconfig'
	@echo 'and sign with, after #include <personsig.h>,'
	@echo '    personsig_signer *signer; char signature[PERSONSIG_SIGNATURE_MAX]; size_t length;'
	@echo '    personsig_signer_from_env(PERSONSIG_LITERAL("gosquared"), NULL, 0, &signer);'
	@echo '    personsig_signer_sign(signer, PERSONSIG_LITERAL("123456"), PERSONSIG_DEFAULT, signature, sizeof signature, &length);'

built-cli: need-cli
	$(call build,the command,personsig-cli)

# The manual pages and completions, from the same definition of the arguments.
share: need-cli
	$(call build,the manual pages and completions,personsig-cli --features share --bin personsig-share)
	@rm -rf target/share && target/release/personsig-share target/share
	@.ci/kept-notices personsig-cli target/release && mkdir -p target/share/doc/personsig && cp LICENSE-* target/share/doc/personsig/ && \
		cp target/release/THIRD-PARTY-LICENSES-personsig-cli.txt target/share/doc/personsig/THIRD-PARTY-LICENSES.txt

cli: built-cli share
	@mkdir -p dist && $(call put,target/release/personsig,dist/personsig)
	@echo 'dist/personsig is the command. Install it with'
	@echo '    sudo install dist/personsig /usr/local/bin/'
	@echo 'and sign with'
	@echo '    GOSQUARED_SECURE_MODE_SECRET=... # where your secrets are kept'
	@echo '    export GOSQUARED_SECURE_MODE_SECRET'
	@echo '    personsig sign --provider gosquared 123456'

# A program of its own: the command that signs carries no server.
built-sandbox: need-sandbox
	@.ci/build 'the sandbox' $(CARGO) build --profile quick --locked -p personsig-sandbox

.PHONY: sandbox sandbox-python sandbox-node sandbox-php sandbox-ruby
sandbox: built-sandbox
	@mkdir -p dist && $(call put,target/quick/personsig-sandbox,dist/personsig-sandbox)
	@echo 'dist/personsig-sandbox plays both vendors. Install it beside the command (make cli) with'
	@echo '    sudo install dist/personsig-sandbox /usr/local/bin/'
	@echo 'and put it in front of your app with'
	@echo '    personsig sandbox --app http://localhost:3000 -- npm run dev'

# The example apps behind it, with secrets that it makes.
SANDBOX = @target/quick/personsig-sandbox --app http://127.0.0.1:$(PORT) --listen 127.0.0.1:$(SANDBOX_PORT) -- env PORT="$(PORT)"
sandbox-python: built-sandbox built-python web-python
	$(SANDBOX) $(VENV)/bin/python examples/web/app.py

sandbox-node: built-sandbox built-node web-node
	$(SANDBOX) $(NODE) examples/web/app.mjs

sandbox-php: built-sandbox built-php
	$(SANDBOX) $(PHP) -n -d extension="$(CURDIR)/target/release/libpersonsig_php.so" -S 127.0.0.1:$(PORT) examples/web/app.php

sandbox-ruby: built-sandbox built-ruby web-ruby
	$(SANDBOX) $(RUBY) -I bindings/ruby/lib examples/web/app.rb

# What PREFIX/share gets.
SHARE := man/man1/personsig.1 man/man1/personsig-*.1 bash-completion/completions/personsig zsh/site-functions/_personsig \
	fish/vendor_completions.d/personsig.fish doc/personsig/LICENSE-MIT doc/personsig/LICENSE-APACHE doc/personsig/THIRD-PARTY-LICENSES.txt
INSTALL_C = PREFIX="$(PREFIX)" DESTDIR="$(DESTDIR)" bindings/c/install.sh

# What is built already is installed as it is, so that `sudo make install` needs no Rust.
install:
	@test -f target/release/libpersonsig.so -a -f target/release/personsig -a -d target/share || \
		$(MAKE) --no-print-directory built-c built-cli share
	@$(INSTALL_C)
	@install -D target/release/personsig "$(DESTDIR)$(PREFIX)/bin/personsig"
	@cd target/share; \
		for file in $(SHARE); do test ! -f $$file || install -D -m 644 $$file "$(DESTDIR)$(PREFIX)/share/$$file"; done
	@echo "Installed the C library and the command below $(DESTDIR)$(PREFIX)."
	@test -n "$(DESTDIR)" || PREFIX="$(PREFIX)" .ci/ldconfig

uninstall:
	@$(INSTALL_C) --uninstall
	@rm -f "$(DESTDIR)$(PREFIX)/bin/personsig"
	@cd "$(DESTDIR)$(PREFIX)/share" 2>/dev/null || exit 0; rm -f $(SHARE); rmdir doc/personsig 2>/dev/null || true
	@echo "Removed the C library and the command below $(DESTDIR)$(PREFIX)."
	@test -n "$(DESTDIR)" || PREFIX="$(PREFIX)" .ci/ldconfig

# Packages: what is released. Each runs on every Linux x86-64 with glibc 2.17, holds no path of this machine, and carries its licences, those of
# all crates that are linked into it, and beside it in dist/ the list of them. The tests install each as its users do, where there is no Rust.

PACKAGES := python node php ruby c crates
TOOLS := target/packages/venv
# The folder of what $(call release_build,what,package and options) builds.
RELEASED := target/packages/x86_64-unknown-linux-gnu/release
release_build = .ci/build '$(1)' .ci/for-release $(CARGO) build --release --locked --target x86_64-unknown-linux-gnu -p $(2)

# Archives carry the time of the last commit, and no other.
SOURCE_DATE_EPOCH := $(or $(SOURCE_DATE_EPOCH),$(shell git log -1 --format=%ct 2>/dev/null),315532800)
export SOURCE_DATE_EPOCH
CRATES := personsig personsig-c personsig-cli personsig-python personsig-node personsig-php personsig-ruby

.PHONY: packages package-tools package-sboms $(PACKAGES:%=package-%) test-packages test-packages-full $(PACKAGES:%=test-package-%) test-package-artifacts
package-tools: need-package
	$(call environment,packages,$(TOOLS),Installing what makes packages in $(TOOLS),.ci/packages.txt bindings/python/requirements.txt)

packages: $(PACKAGES:%=package-%) package-sboms
	@ls -l dist

# Of one package one form lies in dist/: that for release takes the place of what `make python` and `make node` leave, and the reverse.
package-python: package-tools bindings/python/THIRD-PARTY-LICENSES.txt
	@rm -rf target/packages/python && mkdir -p dist target/packages/python
	@.ci/build 'the Python wheel for release' .ci/for-release $(TOOLS)/bin/maturin build --release --locked --target x86_64-unknown-linux-gnu \
		--compatibility manylinux2014 -i $(TOOLS)/bin/python -m bindings/python/Cargo.toml -o target/packages/python
	@.ci/build 'the sdist' $(TOOLS)/bin/maturin sdist -m bindings/python/Cargo.toml -o target/packages/python
	@rm -f dist/personsig-*.whl && mv -f target/packages/python/* dist/

package-node: package-tools need-package-node bindings/node/THIRD-PARTY-LICENSES.txt
	@$(call release_build,the Node addon for release,personsig-node)
	@rm -rf target/packages/npm && mkdir -p dist target/packages/npm && cp LICENSE-* bindings/node/
	@$(NODE) bindings/node/packages.mjs target/packages/npm linux-x64-gnu=$(RELEASED)/libpersonsig_node.so
	@$(NPM) pack --silent --pack-destination target/packages/npm ./target/packages/npm/*/ >/dev/null
	@rm -f dist/personsig-*.tgz && mv -f target/packages/npm/*.tgz dist/

# $(call packed,folder,name): dist/NAME, of what lies in the folder: the same bytes for the same files, whoever packs them, when and where.
packed = tar -C $(1) --sort=name --mtime=@$(SOURCE_DATE_EPOCH) --owner=0 --group=0 --numeric-owner --mode=u+rw,go+r,go-w,a+X \
	-cf - $$(ls $(1)) | gzip -9n >target/packages/$(2) && mv -f target/packages/$(2) dist/$(2)

package-c: package-tools share
	@$(call release_build,the C library for release,personsig-c)
	@$(call release_build,the command for release,personsig-cli)
	@mkdir -p dist && rm -rf target/packages/c target/packages/cli
	@PREFIX=/ DESTDIR="$$PWD/target/packages/c" bindings/c/install.sh $(RELEASED)
	@$(call packed,target/packages/c,libpersonsig-$(VERSION)-x86_64-linux-gnu.tar.gz)
	@mkdir -p target/packages/cli && cp -R target/share target/packages/cli/ && install -D $(RELEASED)/personsig target/packages/cli/bin/personsig
	@$(call packed,target/packages/cli,personsig-cli-$(VERSION)-x86_64-linux-gnu.tar.gz)

# The sources of a crate are all that its package is; so they are built where it is tested.
package-crates: package-tools
	@.ci/build 'the crates' $(CARGO) package --locked --no-verify --allow-dirty --target-dir target/packages -p personsig -p personsig-cli
	@mkdir -p dist && cp target/packages/package/personsig-$(VERSION).crate target/packages/package/personsig-cli-$(VERSION).crate dist/

# Every copy of the version.
.PHONY: version
version: need-rust need-judge
	@$(PYTHON) .ci/version "$(V)"

# Beside the packages: what each is made of.
package-sboms: package-tools
	@mkdir -p dist; for crate in $(CRATES); do $(PYTHON) .ci/sbom $$crate >dist/$$crate-$(VERSION).cdx.json || exit 1; done

# Of one language, of what is in dist/ already; artifacts: what all packages have in common.
TESTS_OF_node := npm
# What is left out, such as a version of Python that is not here, is named with the reason.
PACKAGE_TESTS := $(TOOLS)/bin/python -m pytest -q -rs tests/packages
$(PACKAGES:%=test-package-%) test-package-artifacts: test-package-%: package-tools need-test-package
	@$(PACKAGE_TESTS)/test_$(or $(TESTS_OF_$*),$*).py

test-packages: packages need-test-package
	@$(PACKAGE_TESTS)

# What installs and runs the npm packages.
.PHONY: package-modules
package-modules: need-test-package
	$(call modules,tests/packages)
test-package-node test-packages test-packages-full: package-modules

# Spark signs a million rows on two workers, with the wheel for release.
SPARK := target/packages/spark
.PHONY: spark test-spark
spark: need-test-spark
	$(call environment,spark,$(SPARK),Installing Spark in $(SPARK),tests/spark/requirements.txt)

test-spark: package-python spark
	@$(SPARK)/bin/pip install --quiet --disable-pip-version-check --force-reinstall --no-deps --no-index dist/personsig-*.whl
	@$(SPARK)/bin/python -m pytest -q tests/spark

# With the rooms: other releases of Debian, builds from source, Spark.
test-packages-full: packages need-test-packages-full test-spark
	@ROOMS=1 $(PACKAGE_TESTS)

# The packages of PHP and Ruby. Each library is for one version of its language: PHP's zip has one, and the gem one for each of RUBIES and those
# that other machines made, RUBY_LIBRARIES="their/3.3/personsig_ruby.so ...".

RUBIES ?= $(RUBY)
RUBY_LIBRARIES ?=
# $(call noticed,crate): the notices that its packages carry.
noticed = @mkdir -p dist && $(PYTHON) .ci/notices $(1) >target/packages/$(1).txt

package-php: package-tools need-package-php
	@$(WITH_PHP) $(call release_build,the PHP extension for release,personsig-php)
	$(call noticed,personsig-php)
	@$(PYTHON) bindings/php/zip.py $(RELEASED)/libpersonsig_php.so target/packages/personsig-php.txt dist $(VERSION) \
		"$$($(PHP) -n -r 'echo PHP_MAJOR_VERSION, ".", PHP_MINOR_VERSION;')" x86_64-linux-glibc

package-ruby: package-tools need-package-ruby
	$(call noticed,personsig-ruby)
	@set -e; libraries=; for ruby in $(RUBIES); do \
		abi=$$($$ruby -e 'print RUBY_VERSION[/\A\d+\.\d+/]'); folder=target/packages/ruby/$$abi; mkdir -p $$folder; \
		RUBY=$$ruby $(call release_build,the Ruby extension for release,personsig-ruby); \
		cp $(RELEASED)/libpersonsig_ruby.so $$folder/personsig_ruby.so; libraries="$$libraries $$folder/personsig_ruby.so"; done; \
	export NOTICES=target/packages/personsig-ruby.txt; rm -f dist/personsig-*.gem; \
	for libraries in "$$libraries $(RUBY_LIBRARIES)" ''; do \
		gem=$$(bindings/ruby/gem.sh target/packages/gem $$libraries); mv target/packages/gem/$$gem dist/; echo dist/$$gem; done

# Memory and threads in each host. PERSONSIG_ROUNDS and PERSONSIG_SECONDS in the environment say how long the longest of it takes.

.PHONY: security-libraries security-memory security-memory-quick
SECURITY_MEMORY = $(RUN) -m pytest -q tests/security/memory.py tests/security/threads.py

# The C library with sanitizers in it. They need an option that stable Rust has no name for; the standard library stays as it is shipped.
security-libraries: need-security-memory
	@mismatch=$$(rustc -C help | grep -q unsafe-allow-abi-mismatch && echo ' -Cunsafe-allow-abi-mismatch=sanitizer'); \
	for sanitizer in address thread; do \
		RUSTC_BOOTSTRAP=1 RUSTFLAGS="-Zsanitizer=$$sanitizer$$mismatch" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
		CARGO_PROFILE_RELEASE_OPT_LEVEL=1 CARGO_PROFILE_RELEASE_DEBUG=1 CARGO_PROFILE_RELEASE_STRIP=none \
		CARGO_TARGET_DIR="$(CURDIR)/target/security/$$sanitizer" .ci/build "the C library with the $$sanitizer sanitizer" \
		$(CARGO) build --release --locked -p personsig-c --target x86_64-unknown-linux-gnu || exit 1; \
	done

security-memory: need-security-memory security-libraries built-c built-cli built-python built-node built-php built-ruby
	@$(SECURITY_MEMORY)

# What takes seconds: no checker, and short runs.
security-memory-quick: need-security-memory built-c built-cli built-python built-node built-php built-ruby
	@PERSONSIG_ROUNDS=5000 PERSONSIG_SECONDS=1 $(SECURITY_MEMORY) -k 'grow or right_results or stays_behind or allocation'

# Security: what each promise of SECURITY.md rests on, beyond the tests of each language.

.PHONY: fuzz fuzz-corpus security security-constant-time security-properties
# cargo-fuzz, of a fixed version.
target/tools/bin/cargo-fuzz:
	@.ci/build 'cargo-fuzz' $(CARGO) install --locked --root target/tools --version 0.13.2 cargo-fuzz

# Each target for so many seconds.
SECONDS ?= 60
fuzz: need-fuzz target/tools/bin/cargo-fuzz
	@core/fuzz/run.sh $(SECONDS)

# The committed inputs alone, without libFuzzer.
fuzz-corpus: need-fuzz
	@CARGO_TARGET_DIR=target/fuzz $(call logged,$(CARGO) test --release --locked --manifest-path core/fuzz/Cargo.toml --lib,grep '^test result')

security-constant-time: need-security-constant-time
	@$(PYTHON) tests/security/constant_time.py

# The property tests, with many more cases than in the tests of each language.
security-properties: need-security-properties built-python built-node built-php built-ruby
	$(call modules,bindings/node)
	@CASES=20000 $(call logged,$(RUBY) -W:no-experimental -I bindings/ruby/lib bindings/ruby/test/properties_test.rb,tail -n 1)
	@CASES=20000 $(call logged,$(NODE) --test bindings/node/test/properties.test.mjs,grep '^# pass')
	@CASES=20000 $(call logged,$(PHP) bindings/php/tests/run.php target/release/libpersonsig_php.so --filter PropertiesTest,tail -n 1)
	@CASES=5000 $(VENV)/bin/python -m pytest -q bindings/python/tests/test_properties.py

security: security-constant-time fuzz-corpus security-properties security-memory
	@$(MAKE) --no-print-directory fuzz SECONDS=20
	@$(VENV)/bin/python -m pytest -q tests/test_security.py

clean:
	@rm -rf target dist bindings/node/personsig.node bindings/ruby/lib/personsig/[0-9]* bench.json report.json
	@rm -rf .ci/node_modules bindings/node/node_modules bindings/node/test/tools/node_modules examples/web/node_modules tests/browser/node_modules tests/packages/node_modules \
		tests/frameworks/next/node_modules tests/frameworks/next/.next

# The example apps and what they stand on. They never see the secrets of this machine: one page with a real signature may switch Chameleon's
# enforcement on for good.

EXAMPLE = PORT="$(PORT)" GOSQUARED_SECURE_MODE_SECRET=an-example-not-a-secret GOSQUARED_SECURE_MODE_SECRET_PREVIOUS= \
	CHAMELEON_VERIFICATION_SECRET=another-example-not-a-secret CHAMELEON_VERIFICATION_SECRET_PREVIOUS=

# $(call modules,folder): its npm packages, as its lock file has them.
modules = @$(call locked,modules) sh -euc 'cd $(1); test node_modules/.package-lock.json -nt package-lock.json || \
	$(NPM) ci --loglevel=error --no-audit --no-fund >/dev/null'

.PHONY: web-python frameworks-python web-node web-ruby example-secrets example-python example-node example-php example-ruby
web-python: venv
	$(call required,examples/web/requirements.txt)

frameworks-python: venv
	$(call required,tests/frameworks/requirements.txt)

web-node: need-node need-npm
	$(call modules,examples/web)

web-ruby: need-ruby need-sinatra

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

.PHONY: adapters
adapters: need-conformance built-c built-cli built-python built-node built-php built-ruby
	$(call build,the Rust core,personsig-tests --example adapter)
	@ln -sfn libpersonsig.so target/release/libpersonsig.so.1
	@$(CC) -std=c17 -O2 -Wall -Wextra -Werror -Iinclude tests/adapters/c.c -o target/release/adapter-c.$$$$ \
		-Ltarget/release -Wl,-rpath,"$(CURDIR)/target/release" -lpersonsig -ljansson && \
		mv -f target/release/adapter-c.$$$$ target/release/adapter-c

RUN := $(VENV)/bin/python

demo: adapters
	@$(RUN) tests/demo.py

# Anybody's program is judged without a build.
ifdef ADAPTER
export ADAPTER
conformance: need-judge
	@$(PYTHON) tests/conformance.py --adapter "$$ADAPTER" "$(VECTORS)"
else
conformance: adapters
	@$(RUN) tests/conformance.py "$(VECTORS)"
endif

.PHONY: rooms
rooms: package-tools
	@tests/rooms/rooms.sh
	@ROOMS=1 $(PACKAGE_TESTS)/test_first_signature.py -k clone --durations=0

.PHONY: browser-node next-node snippet-attacks
browser-node: need-node need-npm
	$(call modules,tests/browser)

# Its package.json names bindings/node, which npm copies.
next-node: built-node need-npm
	$(call modules,tests/frameworks/next)

snippet-attacks: built-node browser-node
	DOCUMENTS=5000 $(NODE) --test --test-reporter=spec tests/browser/attacks.test.mjs

# The core's own speed, and a copy of a table, with which the command's is compared.
.PHONY: bench bench-rust
bench-rust: need-rust
	$(call build,what is measured in Rust,personsig-tests --example bench --example copy)

bench: need-bench bench-rust built-c built-cli built-python built-node built-php built-ruby
	@$(RUN) tests/bench/bench.py
	@$(CARGO) bench --quiet --locked -p personsig --bench explain

# The tests of one language. Its vectors are among them.

.PHONY: test-rust test-c test-cli test-sandbox test-python test-node test-php test-ruby test-web test-frameworks
# $(call logged,command,lines that sum it up): prints these alone, or everything when it fails.
logged = $(1) >target/$@.log 2>&1 || { cat target/$@.log; exit 1; }; $(2) target/$@.log
cargo_test = @$(call logged,$(CARGO) test --profile quick --locked -p $(1),grep '^test result')

test-rust: need-test-rust
	$(call cargo_test,personsig --all-features)
	$(call cargo_test,personsig-tests --test rust)
	$(call cargo_test,personsig-tests --doc)
	@.ci/build 'the examples in Rust' $(CARGO) build --profile quick --locked -p personsig-tests --examples

test-c: need-test-c built-c
	$(call cargo_test,personsig-c)

test-cli: need-test-cli built-cli
	$(call cargo_test,personsig-cli)
	$(call cargo_test,personsig-tests --test cli)

test-python: need-test-python built-python
	@$(VENV)/bin/python -m pytest -q -n auto bindings/python

test-node: need-test-node built-node
	$(call modules,bindings/node)
	$(call modules,bindings/node/test/tools)
	@$(call logged,$(NODE) --test bindings/node/test/*.test.mjs,tail -n 8)

test-php: need-test-php built-php
	@$(PHP) bindings/php/tests/run.php target/release/libpersonsig_php.so

test-ruby: need-test-ruby built-ruby
	$(call cargo_test,personsig-ruby)
	@$(RUBY) -W:no-experimental -I bindings/ruby/lib -e 'Dir["./bindings/ruby/test/*_test.rb"].sort.each { |file| require file }'

# $(call browser_test,files): in the browser. A file waits for pages most of its time, so they all run at once.
browser_test = @CHROMIUM="$$(command -v $(CHROMIUM))" $(call logged,$(NODE) --test --test-concurrency=4 $(1),tail -n 8)

# The example apps, every vendor's page, and hostile documents.
test-web: need-test-web built-python built-node built-php built-ruby web-python web-node browser-node
	$(call browser_test,tests/browser/attacks.test.mjs tests/browser/pages.test.mjs tests/browser/web.test.mjs)

# The recipes of examples/web/README.md in their frameworks.
test-frameworks: need-test-frameworks built-python built-node built-php built-ruby frameworks-python web-node browser-node next-node
	@$(RUN) -m pytest -q tests/frameworks
	$(call browser_test,tests/browser/next.test.mjs tests/browser/turbo.test.mjs)

# A copy with a made-up provider, and the suite of every language there.
.PHONY: test-new-provider
test-new-provider: need-test
	@$(PYTHON) tests/new_provider.py

# The sandbox: its rules, then the program over HTTP, then in the browser, in front of the example apps and of others.
test-sandbox: need-test-sandbox built-sandbox built-cli built-python built-node built-php built-ruby frameworks-python web-python web-node \
		browser-node next-node
	@.ci/build 'the tests of the sandbox' $(CARGO) test --no-run --profile quick --locked -p personsig-sandbox
	@$(call logged,$(CARGO) test --profile quick --locked -p personsig-sandbox,grep '^test result')
	@$(RUN) -m pytest -q bindings/sandbox
	$(call browser_test,tests/browser/sandbox.test.mjs)

# Everything: what each language tests, and what they share.
test: need-test lint test-rust test-c test-cli test-python test-node test-php test-ruby test-web test-frameworks test-sandbox fuzz-corpus adapters bench-rust
	@$(RUN) tests/oracle.py --check
	@$(RUN) tests/compare.py 200
	@$(MAKE) --no-print-directory security-memory-quick
	@$(MAKE) --no-print-directory python node php ruby c cli >/dev/null
	@$(RUN) -m pytest -q tests --ignore=tests/frameworks --ignore=tests/packages --ignore=tests/spark
	@$(RUN) tests/conformance.py
	@$(RUN) tests/bench/bench.py --quick >/dev/null

# Formatters and linters, of fixed versions.

.PHONY: linters lint fmt update
PRETTIER = $(NODE) .ci/node_modules/prettier/bin/prettier.cjs --log-level warn
JAVASCRIPT := 'bindings/sandbox/**/*.js' 'bindings/node/*.{js,mjs,mts,ts}' 'bindings/node/test/**/*.{cjs,cts,js,mjs,mts}' 'examples/**/*.mjs' 'tests/**/*.mjs'
C_FILES := $(shell git ls-files '*.c' '*.h' ':!include/' 2>/dev/null)

linters: need-lint venv
	$(call required,.ci/requirements.txt)
	$(call modules,.ci)

RUFF := $(VENV)/bin/ruff --config .ci/ruff.toml
lint: linters
	@$(CARGO) fmt --all --check
	@$(WITH_PHP) $(CARGO) clippy --quiet --locked --workspace --all-targets -- -D warnings
	@for features in '' explain host json snippet; do $(CARGO) clippy --quiet --locked -p personsig --lib --no-default-features \
		--features "$$features" -- -D warnings || exit 1; done
	@$(RUFF) check --quiet && $(RUFF) format --quiet --check
	@$(VENV)/bin/clang-format --dry-run -Werror $(C_FILES)
	@$(PRETTIER) --check $(JAVASCRIPT)
	@$(VENV)/bin/typos
	@$(VENV)/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	@$(VENV)/bin/zizmor --offline --quiet --no-progress --config .github/zizmor.yml .github/workflows

fmt: linters
	@$(CARGO) fmt --all
	@$(RUFF) format --quiet && $(RUFF) check --quiet --fix
	@$(VENV)/bin/clang-format -i $(C_FILES)
	@$(PRETTIER) --write $(JAVASCRIPT)

# With UPDATE=1 a test that compares a derived file writes it. The baseline of C's binary interface is not derived: it changes on purpose alone.
update: need-test adapters linters
	$(call modules,bindings/node)
	@$(RUN) tests/oracle.py --write
	@UPDATE=1 $(call logged,$(CARGO) test --profile quick --locked -p personsig --all-features fresh,:)
	@UPDATE=1 $(call logged,$(CARGO) test --profile quick --locked -p personsig-c --test header --test manual,:)
	@TRYCMD=overwrite $(call logged,$(CARGO) test --profile quick --locked -p personsig-cli --test cases,:)
	@UPDATE=1 $(RUN) -m pytest -q bindings/python/tests/test_package.py -k a_literal_type
	@UPDATE=1 $(call logged,$(NODE) --test bindings/node/test/types.test.mjs,:)
	@$(PRETTIER) --write 'bindings/node/*.ts'
	@UPDATE=1 $(call logged,$(PHP) bindings/php/tests/run.php target/release/libpersonsig_php.so --filter Providers,:)
	@UPDATE=1 $(call logged,$(RUBY) -W:no-experimental -I bindings/ruby/lib bindings/ruby/test/rbs_test.rb -n /literal/,:)
	@UPDATE=1 $(RUN) -m pytest -q tests/test_project.py tests/test_security.py -k 'address or fresh'
