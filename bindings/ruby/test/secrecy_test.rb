# frozen_string_literal: true

# A canary secret and a canary id are searched for in everything that a Signer or an error can be turned into.

require "minitest/autorun"
require "json"
require "objspace"
require "pp"
require "yaml"
require "personsig"

class SecrecyTest < Minitest::Test
  SECRET = "canary-of-the-secret"
  ID = "canary-of-the-id"
  SIGNATURE = "canary-of-the-signature"
  CANARY = /canary/

  def setup
    @signer = Personsig::Signer.new("chameleon", SECRET, fallback_secrets: ["#{SECRET}-old"])
  end

  {
    "inspect" => :inspect.to_proc, "to_s" => :to_s.to_proc, "pp" => ->(s) { s.pretty_inspect.chomp },
    "interpolation" => ->(s) { "#{s}" }, "to_json" => ->(s) { JSON.parse(s.to_json, quirks_mode: true) }
  }.each do |name, show|
    define_method("test_#{name}_shows_the_provider_alone") do
      assert_equal "Signer(provider='chameleon')", show.(@signer)
    end
  end

  {
    "YAML.dump" => ->(s) { YAML.dump(s) },
    "JSON.generate" => ->(s) { JSON.generate([s]) },
    "ObjectSpace.dump" => ->(s) { ObjectSpace.dump(s) },
    "what it refers to" => ->(s) { ObjectSpace.reachable_objects_from(s).inspect },
    "a missing method's message" => ->(s) { s.no_such_method rescue $!.full_message },
    "a frozen object's message" => ->(s) { s.instance_variable_set(:@a, 1) rescue $!.full_message }
  }.each do |name, show|
    define_method("test_#{name}_holds_no_secret") { refute_match CANARY, show.(@signer) }
  end

  def test_there_are_no_instance_variables
    assert_empty @signer.instance_variables
  end

  {
    "allocate" => ->(_) { Personsig::Signer.allocate },
    "dup" => :dup.to_proc, "clone" => :clone.to_proc, "an unfrozen clone" => ->(s) { s.clone(freeze: false) },
    "Marshal.dump" => ->(s) { Marshal.dump(s) },
    "Marshal.load" => ->(_) { Marshal.load("\x04\bo:\x16Personsig::Signer\x00") },
    "YAML.unsafe_load" => ->(s) { YAML.unsafe_load(YAML.dump(s)) },
    "Class#new" => ->(_) { Class.instance_method(:new).bind_call(Personsig::Signer, "gosquared", SECRET) }
  }.each do |name, copy|
    define_method("test_#{name}_raises_and_tells_nothing") do
      refute_match CANARY, assert_raises(TypeError) { copy.(@signer) }.full_message
    end
  end

  # Everything that can be refused, with a canary in each place where a value goes.
  REFUSED = {
    "provider and secret swapped" => ->(_) { Personsig::Signer.new(SECRET, "chameleon") },
    "a padded secret" => ->(_) { Personsig::Signer.new("chameleon", "#{SECRET}\n") },
    "a padded fallback" => ->(_) { Personsig::Signer.new("chameleon", SECRET, fallback_secrets: ["#{SECRET} "]) },
    "a secret as a Symbol" => ->(_) { Personsig::Signer.new("chameleon", SECRET.to_sym) },
    "a fallback for a list" => ->(_) { Personsig::Signer.new("chameleon", SECRET, fallback_secrets: SECRET) },
    "fallbacks in a list" => ->(_) { Personsig::Signer.new("chameleon", SECRET, fallback_secrets: [[SECRET]]) },
    "a secret for a variable" => ->(_) { Personsig::Signer.from_env("chameleon", variable: SECRET) },
    "a secret for from_env's provider" => ->(_) { Personsig::Signer.from_env(SECRET) },
    "an id with a newline" => ->(s) { s.sign("#{ID}\n") },
    "an id of bad bytes" => ->(s) { s.sign("#{ID}\xff") },
    "an id that cannot be transcoded" => ->(s) { s.sign("#{ID.encode("UTF-16LE").b}\x00\xd8".b.force_encoding("UTF-16LE")) },
    "an id as a Symbol" => ->(s) { s.sign(ID.to_sym) },
    "an id in a list" => ->(s) { s.sign([ID]) },
    "an id for a time" => ->(s) { s.sign("1", now: ID) },
    "an id that does not match" => ->(s) { s.verify(ID, "#{"0" * 64}-1", now: 1) },
    "a malformed signature" => ->(s) { s.verify(ID, SIGNATURE) },
    "a signature as a Symbol" => ->(s) { s.verify(ID, SIGNATURE.to_sym) },
    "an age as text" => ->(s) { s.verify(ID, SIGNATURE, max_age: SECRET) },
    "an age out of range" => ->(s) { s.valid?(ID, SIGNATURE, max_age: -1) },
    "another id in a list" => ->(s) { s.explain(ID, SIGNATURE, also: [[ID]]) },
    "another id with a newline" => ->(s) { s.explain(ID, SIGNATURE, also: ["#{ID}\n"]) },
    "a batch with an empty id" => ->(s) { s.sign_many([ID, ""]) },
    "a batch with a newline" => ->(s) { s.sign_many(["1", "#{ID}\n"]) },
    "a batch with a Symbol" => ->(s) { s.sign_many([ID, ID.to_sym]) },
    "an id for a batch" => ->(s) { s.sign_many(ID) },
    "a secret for an id" => ->(s) { s.snippet(SECRET) },
    "a secret for identity's id" => ->(s) { s.identity("#{SECRET}-old") },
    "a secret as a trait" => ->(s) { s.snippet(ID, traits: {a: [SECRET]}) },
    "a secret as a trait's name" => ->(s) { s.snippet(ID, traits: {SECRET.to_sym => 1}) },
    "a secret as a nonce" => ->(s) { s.snippet(ID, nonce: SECRET) },
    "a secret as a site token" => ->(s) { s.snippet(ID, site_token: SECRET) },
    "a nonce that is none" => ->(s) { s.snippet(ID, nonce: "#{SIGNATURE}\"") },
    "a nonce as a Symbol" => ->(s) { s.snippet(ID, nonce: SIGNATURE.to_sym) },
    "traits of a wrong type" => ->(s) { s.snippet(ID, traits: ID) },
    "a trait of a wrong type" => ->(s) { s.snippet(ID, traits: {ID => ID.to_sym}) },
    "a trait's name of a wrong type" => ->(s) { s.snippet(ID, traits: {[ID] => 1}) },
    "a trait of bad bytes" => ->(s) { s.snippet(ID, traits: {ID => "#{ID}\xff"}) },
    "a trait's name of bad bytes" => ->(s) { s.snippet(ID, traits: {"#{ID}\xff" => 1}) },
    "a trait's name twice" => ->(s) { s.snippet(ID, traits: {ID => 1, ID.to_sym => 1}) },
    "an id for the time of a snippet" => ->(s) { s.snippet(ID, now: ID) }
  }.freeze

  REFUSED.each do |name, call|
    define_method("test_#{name}_is_refused_without_an_echo") do
      error = assert_raises(Personsig::Error, TypeError) { call.(@signer) }
      assert_nil error.cause
      shown = [error.message, error.full_message, error.inspect, error.backtrace.join, Marshal.dump(error),
               YAML.dump(error), error.to_json, error.instance_variables.map { |v| error.instance_variable_get(v) }.inspect]
      shown.each { |text| refute_match CANARY, text.b }
    end
  end

  def test_explain_shows_neither_the_secret_nor_the_id_nor_the_signature
    refute_match CANARY, @signer.explain(ID, SIGNATURE, also: ["#{ID}-2"], now: 1).inspect
  end
end
