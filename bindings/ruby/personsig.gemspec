# frozen_string_literal: true

require_relative "lib/personsig/version"

# A gem with the compiled part inside, for the Ruby that builds the gem: nothing is compiled where it is installed.
abi = RUBY_VERSION[/\A\d+\.\d+/]

# The one public address, which Cargo.toml at the root of the repository has too.
address = "https://personsig.example"

Gem::Specification.new do |spec|
  spec.name = "personsig"
  spec.version = Personsig::VERSION
  spec.platform = Gem::Platform::CURRENT
  spec.summary = "Signatures for identity verification: GoSquared, Chameleon, Intercom and other vendors"
  spec.description = "Signs your users' ids, verifies signatures, rotates secrets, and says why a signature is refused."
  spec.authors = ["The personsig authors"]
  spec.homepage = address
  spec.metadata = {
    "source_code_uri" => address,
    "bug_tracker_uri" => "#{address}/issues",
    "changelog_uri" => "#{address}/blob/main/CHANGELOG.md",
    "rubygems_mfa_required" => "true",
  }
  spec.licenses = ["MIT", "Apache-2.0"]
  spec.required_ruby_version = "~> #{abi}.0"
  # Never loaded: RDoc reads here what `ri` says of the compiled class.
  spec.extra_rdoc_files = ["doc/signer.rb"]
  spec.files = Dir.chdir(__dir__) do
    Dir["lib/personsig/#{abi}/*.{so,bundle}"].any? or raise "nothing is compiled for Ruby #{abi} here: make ruby"
    Dir["lib/*.rb", "lib/personsig/*.rb", "lib/personsig/#{abi}/*.{so,bundle}", "sig/*.rbs", "doc/*.rb", "LICENSE-*", "README.md"]
  end
end
