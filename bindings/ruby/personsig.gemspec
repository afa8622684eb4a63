# frozen_string_literal: true

require_relative "lib/personsig/version"

# A gem with the compiled part inside, for the Ruby that builds the gem: nothing is compiled where it is installed.
abi = RUBY_VERSION[/\A\d+\.\d+/]

Gem::Specification.new do |spec|
  spec.name = "personsig"
  spec.version = Personsig::VERSION
  spec.platform = Gem::Platform::CURRENT
  spec.summary = "Signatures for identity verification: GoSquared's Secure Mode and Chameleon's uid_hash"
  spec.description = "Signs your users' ids, verifies signatures, rotates secrets, and says why a signature is refused."
  spec.authors = ["The personsig authors"]
  spec.licenses = ["MIT", "Apache-2.0"]
  spec.required_ruby_version = "~> #{abi}.0"
  spec.files = Dir.chdir(__dir__) do
    Dir["lib/personsig/#{abi}/*.{so,bundle}"].any? or raise "nothing is compiled for Ruby #{abi} here: make ruby"
    Dir["lib/*.rb", "lib/personsig/*.rb", "lib/personsig/#{abi}/*.{so,bundle}", "sig/*.rbs", "LICENSE-*", "README.md"]
  end
end
