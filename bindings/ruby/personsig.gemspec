# frozen_string_literal: true

# gem.sh copies this into a folder with what belongs to one gem: compiled libraries, in a folder for each Ruby that they
# were compiled for, or the source in ext/ and core/.

require_relative "lib/personsig/version"

# The one public address, which Cargo.toml at the root of the repository has too.
address = "https://personsig.example"

Gem::Specification.new do |spec|
  spec.name = "personsig"
  spec.version = Personsig::VERSION
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
  # Never loaded: RDoc reads here what `ri` says of the compiled class.
  spec.extra_rdoc_files = ["doc/signer.rb", "README.md", "CHANGELOG.md"]
  spec.rdoc_options = ["--main", "README.md", "--exclude", "^(core|ext)/"]

  Dir.chdir(__dir__) do
    files = Dir["lib/*.rb", "lib/personsig/*.rb", "sig/*.rbs", "doc/*.rb", "LICENSE-*", "THIRD-PARTY-LICENSES.txt", "CHANGELOG.md", "README.md"]
    libraries = Dir["lib/personsig/[0-9]*/*.{so,bundle}"]
    if File.directory?("core")
      files += Dir["Cargo.{toml,lock}", "{core,ext}/**/*"].select { |path| File.file?(path) }
      spec.extensions = ["ext/personsig/extconf.rb"]
      spec.required_ruby_version = ">= 3.1"
    elsif libraries.any?
      files += libraries
      abis = libraries.map { |path| Gem::Version.new(File.basename(File.dirname(path))) }.sort
      # From the first up to what follows the last; a prerelease of the next one is another Ruby already.
      spec.required_ruby_version = [">= #{abis.first}", "< #{abis.last.segments[0]}.#{abis.last.segments[1] + 1}.dev"]
      # Newer RubyGems call this machine "x86_64-linux-gnu", a name that RubyGems 3.3 cannot install.
      local = Gem::Platform.local
      spec.platform = [local.cpu, local.os, *(local.version unless local.version == "gnu")].join("-")
    else
      raise "nothing is compiled here, and there is no source to compile: run make ruby or make package-ruby"
    end
    spec.files = files
  end
end
