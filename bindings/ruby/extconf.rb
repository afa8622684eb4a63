# frozen_string_literal: true

# `gem install` runs this for the source gem. It writes a Makefile with which cargo builds the extension for this Ruby.
# mkmf is not needed: nothing here is C, and its own words would follow every refusal below.

require "rbconfig"
require "rubygems"
require "shellwords"

ruby = RbConfig::CONFIG
least = File.read(File.expand_path("../../Cargo.toml", __dir__))[/^rust-version = "(.+)"/, 1]
compiled_gem = "Or install the compiled gem, which needs no Rust: gem install personsig --platform x86_64-linux"

rust = [ENV["CARGO"] || "cargo", ENV["RUSTC"] || "rustc"]
rust.each do |program|
  said = IO.popen([program, "--version"], err: File::NULL, &:read)[/\d+\.\d+\.\d+/]
  raise Errno::ENOENT unless said
  next if Gem::Version.new(said) >= Gem::Version.new(least)

  abort "personsig needs Rust #{least} or later, and #{program} is #{said}. Run rustup update. #{compiled_gem}"
rescue SystemCallError
  abort "personsig needs Rust #{least} or later, and #{program} does not run. Install Rust with rustup. #{compiled_gem}"
end
unless File.exist?(File.join(ruby["rubyhdrdir"], "ruby.h"))
  abort "personsig needs Ruby's headers, and there are none in #{ruby["rubyhdrdir"]}. On Debian: apt-get install ruby-dev"
end

abi = RUBY_VERSION[/\A\d+\.\d+/]
# Named, or what a configuration of cargo's names as the target would decide where the library lies.
host = IO.popen([rust[1], "-vV"], &:read)[/^host: (.+)/, 1]
cargo = [rust[0], "build", "--release", "--locked", "--lib", "--target", host, "--target-dir", "target"]
file = "personsig_ruby.#{ruby["DLEXT"]}"

# RubyGems says where to by `sitearchdir`, here or on make's command line.
File.write("Makefile", <<~MAKEFILE)
  SHELL = /bin/sh
  DESTDIR =
  sitearchdir = #{ruby["sitearchdir"]}
  TO = $(DESTDIR)$(sitearchdir)/personsig/#{abi}

  all:
  \t@RUBY=#{RbConfig.ruby.shellescape} #{cargo.shelljoin} || { \\
  \t\techo 'personsig did not compile; the reason is above. It needs Rust #{least} or later, a C compiler and libclang with its'; \\
  \t\techo 'headers. On Debian: apt-get install gcc libc6-dev libclang-dev. #{compiled_gem}'; exit 1; } >&2

  install: all
  \t@mkdir -p "$(TO)"
  \t@cp target/#{host}/release/libpersonsig_ruby.#{ruby["SOEXT"]} "$(TO)/#{file}"
  \t@rm -rf target

  clean:
  \t@rm -rf target

  distclean realclean: clean
  \t@rm -f Makefile

  .PHONY: all install clean distclean realclean
MAKEFILE
