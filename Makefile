# personsig's one task runner. Everything it writes lies in this folder; apt alone touches the system, and says so first.

PYTHON ?= python3
NODE ?= node
NPM ?= npm
PHP ?= php
PHP_CONFIG ?= php-config
PHPUNIT ?= phpunit
RUBY ?= ruby
GEM ?= gem
CARGO ?= cargo
PREFIX ?= /usr/local
DESTDIR ?=
VECTORS ?= tests/vectors

export CARGO_TARGET_DIR := $(CURDIR)/target
export PHP PHP_CONFIG NODE RUBY

BUILD := $(CARGO) build --release --locked --quiet -p
VENV := target/venv
PHP_WITH := $(PHP) -d extension=$(CURDIR)/target/release/libpersonsig_php.so

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo test conformance install c cli python node php ruby

help:
	@echo 'make demo         sign the same users in every language and print who agrees'
	@echo 'make test         every test of every language'
	@echo 'make conformance  the test vectors on every surface [VECTORS=DIR: your own]'
	@echo
	@echo 'make python       the wheel                              in dist/, and how to install it'
	@echo 'make node         the npm package                        "'
	@echo 'make php          the extension personsig.so             "'
	@echo 'make ruby         the gem                                "'
	@echo 'make c            libpersonsig.so, .a and the header     "'
	@echo 'make cli          the command personsig                  "'
	@echo 'make install      the C library and the command          [PREFIX=/usr/local DESTDIR=]'
	@echo
	@echo 'Other interpreters: make python PYTHON=python3.12; so too NODE, PHP, PHP_CONFIG, RUBY, CC.'

# What each part needs: a check, and what Debian calls that which the check looks for.

CHECK_cc = command -v $(CC)
APT_cc = gcc libc6-dev
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
CHECK_valgrind = command -v valgrind
APT_valgrind = valgrind
CHECK_pkg-config = command -v pkg-config
APT_pkg-config = pkg-config
CHECK_cmake = command -v cmake
APT_cmake = cmake
CHECK_g++ = command -v g++
APT_g++ = g++

FOR_c := cc
FOR_cli := cc
FOR_python := cc venv
FOR_node := cc
FOR_php := cc php php-headers libclang
FOR_ruby := cc ruby ruby-headers libclang
FOR_conformance := $(sort $(FOR_python) $(FOR_php) $(FOR_ruby) jansson)
FOR_test := $(sort $(FOR_conformance) phpunit minitest valgrind pkg-config cmake g++)

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
$$root apt-get update -qq && \
$$root env DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $$packages >/dev/null
endef

# $(call at_least,program,its version as "major minor",major,minor)
define at_least
@found=$$($(2)) || { echo "Missing: $(1) >= $(3).$(4). Please install it." >&2; exit 1; }; \
set -- $$found; \
test "$$1" -gt $(3) || test "$$1" -eq $(3) -a "$$2" -ge $(4) || \
	{ echo "$(1) is $$1.$$2 here; it must be >= $(3).$(4)." >&2; exit 1; }
endef

.PHONY: need-rust need-python need-node need-php need-ruby need-c need-cli need-conformance need-test
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
need-conformance: need-rust
	$(call need,$(FOR_conformance))
need-test: need-rust
	$(call need,$(FOR_test))
comma := ,
