# frozen_string_literal: true

require "rbconfig"

# A second copy would replace the classes that the first one's compiled part holds on to.
if defined?(Personsig) && (loaded = Personsig.instance_variable_get(:@loaded_from))
  return if File.realpath(loaded) == File.realpath(__FILE__)

  raise LoadError, "personsig is loaded already, from #{loaded}; this is #{__FILE__}. Keep one of the two on the load path"
end

require_relative "personsig/version"

# Signatures for identity verification: your server signs a user's id with the secret that it shares with GoSquared
# (Secure Mode) or Chameleon (uid_hash), and the page sends the signature along.
#
#   signer = Personsig::Signer.from_env("gosquared") # reads GOSQUARED_SECURE_MODE_SECRET
#   signature = signer.sign(current_user.id)
#
# The compiled part has the class Signer; `ri Personsig::Signer` and sig/personsig.rbs document it.
module Personsig
  # What this library refuses. +code+ is for programs: "missing-secret". +index+ is that of a list's element, or nil.
  class Error < StandardError
    attr_reader :code, :index

    def initialize(message = nil, code: nil, index: nil)
      super(message)
      @code = code
      @index = index
    end
  end

  # The program, its configuration or the id must change.
  class InputError < Error; end

  # The signature that was shown is not accepted.
  class VerificationError < Error; end

  Verified = Struct.new(:secret_index, :signed_at, keyword_init: true)
  Finding = Struct.new(:code, :message, :fix, :index, keyword_init: true)
  Provider = Struct.new(:name, :title, :scheme, :encoding, :identifier, :key_form, :legacy, :secret_variable, :documentation,
    keyword_init: true)

  # An extension works only in the Ruby that it was built for, so each has its own folder: beside this file, or, where
  # RubyGems compiled it and is set not to copy it into lib/, with the gem's extensions.
  abi = RUBY_VERSION[/\A\d+\.\d+/]
  folders = [__dir__, (Gem.loaded_specs["personsig"]&.extension_dir if defined?(Gem))].compact
  compiled = folders.map { |folder| File.join(folder, "personsig", abi, "personsig_ruby.#{RbConfig::CONFIG["DLEXT"]}") }
  compiled = compiled.find { |file| File.exist?(file) } or
    raise LoadError, "personsig has no compiled part for Ruby #{abi} here. Install a gem that was built for it, or the one " \
      "that is compiled where it is installed: gem install personsig --platform ruby"
  require compiled
  @loaded_from = __FILE__

  class Signer
    class << self
      private

      # A Signer does what this library says, and nothing else.
      def inherited(_subclass) # :nodoc:
        raise TypeError, "Personsig::Signer has no subclasses; keep a Signer in a class of yours"
      end
    end
  end
end
