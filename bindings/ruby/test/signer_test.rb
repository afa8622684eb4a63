# frozen_string_literal: true

# What a caller passes and gets, where the vectors cannot say it: Ruby's own types, encodings and keywords.

require "minitest/autorun"
require "ostruct"
require "set"
require "personsig"

class SignerTest < Minitest::Test
  SECRET = "personsig-test-secret"
  NOW = 1_596_165_824
  SIGNED = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"
  STAMPED = "05e19f815e0f91571951e927b3be86ff14c677828d8b61c9aab4bd8ec46d4537-1596165824"

  # Answers every message, as a Ruby object may, and remembers which were sent.
  class Obliging < BasicObject
    def initialize(sent) = @sent = sent

    def respond_to?(*) = true

    def method_missing(name, *)
      @sent << name
      "123456"
    end

    def respond_to_missing?(*) = true
  end

  # A String whose methods lie. Its characters are what counts.
  class Lying < String
    %i[to_s to_str inspect encode b bytes bytesize length size encoding dup itself].each do |name|
      define_method(name) { |*| raise "#{name} was called" }
    end
  end

  def setup
    @gosquared = Personsig::Signer.new("gosquared", SECRET)
    @chameleon = Personsig::Signer.new("chameleon", SECRET)
  end

  # Each parameter, given a value of any type.
  CALLS = {
    "provider" => ->(_, v) { Personsig::Signer.new(v, SECRET) },
    "secret" => ->(_, v) { Personsig::Signer.new("gosquared", v) },
    "fallback_secrets" => ->(_, v) { Personsig::Signer.new("gosquared", SECRET, fallback_secrets: v) },
    "fallback_secrets[1]" => ->(_, v) { Personsig::Signer.new("gosquared", SECRET, fallback_secrets: ["a", v]) },
    "variable" => ->(_, v) { Personsig::Signer.from_env("gosquared", variable: v) },
    "user_id" => ->(s, v) { s.sign(v) },
    "signature" => ->(s, v) { s.verify("1", v) },
    "also" => ->(s, v) { s.explain("1", "x", also: v) },
    "also[1]" => ->(s, v) { s.explain("1", "x", also: ["2", v]) },
    "now" => ->(s, v) { s.sign("1", now: v) },
    "max_age" => ->(s, v) { s.verify("1", "x", max_age: v) },
    "clock_skew" => ->(s, v) { s.valid?("1", "x", clock_skew: v) }
  }.freeze
  TAKES_INTEGERS = %w[user_id also[1] now max_age clock_skew].freeze
  TAKES_STRINGS = %w[provider secret fallback_secrets[1] variable user_id signature also[1]].freeze
  TAKES_NIL = %w[secret fallback_secrets[1] variable signature now max_age clock_skew].freeze

  CALLS.each do |parameter, call|
    wrong = [true, false, 1.5, 1r, 1i, :symbol, Object.new, OpenStruct.new(to_str: "1"), {}, 1..2, Time.now, String]
    wrong << ["123456"] unless %w[fallback_secrets also].include?(parameter)
    wrong << 1 unless TAKES_INTEGERS.include?(parameter)
    wrong << "text" unless TAKES_STRINGS.include?(parameter)
    wrong << nil unless TAKES_NIL.include?(parameter)

    define_method("test_#{parameter}_of_a_wrong_type_is_a_type_error_that_names_both") do
      wrong.each do |value|
        error = assert_raises(TypeError, value.class) { call.(@chameleon, value) }
        assert_match(/\A#{Regexp.escape(parameter)} must be an? .+, not #{value.class}; \w/, error.message)
      end
    end

    define_method("test_no_method_of_a_#{parameter}_is_called") do
      sent = []
      assert_raises(TypeError) { call.(@chameleon, Obliging.new(sent)) }
      assert_empty sent
    end
  end

  # Stand-ins for classes that are known by their names. None of their methods is called.
  module ::BSON; class ObjectId; end; end
  module ::ActiveSupport; class Duration; end; end

  Account = Struct.new(:id)
  NO_FLOAT = "pass the id as an integer or a string, as it was before it became a float"

  {
    "nil as the id" => [->(s) { s.sign(nil) }, "pass the id of a user who is logged in"],
    "false as the id" => [->(s) { s.sign(false) }, "pass the id of a user who is logged in"],
    "an object as the id" => [->(s) { s.sign(Object.new) }, "pass its id, such as user.id"],
    "a Struct as the id" => [->(s) { s.sign(Account.new(1)) }, "pass its id, such as user.id"],
    "a class as the id" => [->(s) { s.sign(String) }, "pass its id, such as user.id"],
    "a whole Float as the id" => [->(s) { s.sign(123_456.0) }, "pass an Integer: id.to_i"],
    "an inexact Float as the id" => [->(s) { s.sign(2.0**53) }, NO_FLOAT],
    "a Float with a fraction as the id" => [->(s) { s.sign(1.5) }, NO_FLOAT],
    "NaN as the id" => [->(s) { s.sign(Float::NAN) }, NO_FLOAT],
    "a Rational as the id" => [->(s) { s.sign(1r) }, "pass the id as an Integer or a String, as it was first"],
    "a Symbol as the id" => [->(s) { s.sign(:id) }, "pass its id, such as user.id, or id.to_s where the Symbol is the id"],
    "an ObjectId as the id" => [->(s) { s.sign(BSON::ObjectId.new) }, "pass id.to_s"],
    "a lambda as the id" => [->(s) { s.sign(-> { 1 }) }, "call it, and pass what it returns"],
    "a Method as the id" => [->(s) { s.sign("1".method(:to_s)) }, "call it, and pass what it returns"],
    "an Array as the id" => [->(s) { s.sign([1]) }, "pass one id, such as user[:id]; sign_many signs an Array of ids"],
    "a Range as the id" => [->(s) { s.sign(1..3) }, "pass one id; sign_many signs an Array of ids"],
    "a lambda as the secret" => [->(_) { Personsig::Signer.new("gosquared", -> { "x" }) }, "call it, and pass the String that it returns"],
    "a Symbol as the provider" => [
      ->(_) { Personsig::Signer.new(:gosquared, SECRET) },
      "pass the name of a provider, such as 'gosquared'; a Symbol is none"
    ],
    "?signature[]= as the signature" => [
      ->(s) { s.valid?(1, ["x"]) },
      "pass the signature as it arrived, or nil; Rack makes an Array or a Hash of ?signature[]= in a query, which is no signature"
    ],
    "a Float as now" => [->(s) { s.sign(1, now: Time.now.to_f) }, "pass now.to_i"],
    "a Time as now" => [->(s) { s.sign(1, now: Time.now) }, "pass now.to_i"],
    "infinity as now" => [->(s) { s.sign(1, now: Float::INFINITY) }, "pass Unix time in whole seconds: Time.now.to_i"],
    "a Duration as max_age" => [->(s) { s.verify(1, "x", max_age: ActiveSupport::Duration.new) }, "pass max_age.to_i"],
    "a Range as the list" => [->(s) { s.sign_many(1..3) }, "pass user_ids.to_a"],
    "a Set as the list" => [->(s) { s.sign_many(Set[1]) }, "pass user_ids.to_a"],
    "an Enumerator as the list" => [->(s) { s.sign_many([1].each) }, "pass user_ids.to_a"],
    "a Hash as the list" => [->(s) { s.sign_many({1 => 2}) }, "pass user_ids.keys or user_ids.values, whichever they are"],
    "nil as the list" => [->(s) { s.sign_many(nil) }, "pass an Array, such as []"],
    "a String as the list" => [->(s) { s.sign_many("1") }, "put it in brackets: [value]"],
    "a Struct as the list" => [->(s) { s.sign_many(Account.new(1)) }, "put it in brackets: [value]"],
    "a lambda as the list" => [->(s) { s.sign_many(-> { [1] }) }, "call it, and pass the Array that it returns"],
    "a Time as a trait" => [->(s) { s.snippet(1, traits: {a: Time.now}) }, "pass it as a String, such as time.iso8601"],
    "a Struct as a trait" => [->(s) { s.snippet(1, traits: {a: Account.new(1)}) }, "pass its to_h"]
  }.each do |given, (call, advice)|
    define_method("test_the_advice_for_#{given}_leads_to_the_right_value") do
      assert_equal advice, assert_raises(TypeError) { call.(@chameleon) }.message.split("; ", 2).last
    end
  end

  def test_types_are_checked_before_values_from_left_to_right
    {
      -> { @gosquared.sign("", now: 1.5) } => /\Anow /,
      -> { @gosquared.verify("", :a, max_age: 1.5) } => /\Asignature /,
      -> { Personsig::Signer.new("unknown", "", fallback_secrets: [nil, "", 1]) } => /\Afallback_secrets\[2\] /,
      -> { @gosquared.explain("\n", nil, also: [:a], now: 1.5) } => /\Aalso\[0\] /
    }.each { |call, message| assert_match message, assert_raises(TypeError, &call).message }
  end

  def test_an_unknown_keyword_is_an_argument_error
    [
      -> { Personsig::Signer.new("gosquared", SECRET, fallbacks: []) },
      -> { Personsig::Signer.from_env("gosquared", name: "X") },
      -> { @gosquared.sign("1", at: 1) }, -> { @gosquared.verify("1", "x", maxAge: 1) },
      -> { @gosquared.valid?("1", "x", age: 1) }, -> { @gosquared.explain("1", "x", others: []) }
    ].each { |call| assert_match(/unknown keyword/, assert_raises(ArgumentError, &call).message) }
  end

  def test_a_number_of_arguments_that_is_wrong_is_an_argument_error
    [
      -> { Personsig::Signer.new("gosquared") }, -> { Personsig::Signer.new("gosquared", SECRET, []) },
      -> { @gosquared.sign }, -> { @gosquared.sign("1", 2) }, -> { @gosquared.verify("1") }, -> { @gosquared.explain }
    ].each { |call| assert_raises(ArgumentError, &call) }
  end

  def test_keywords_are_no_positional_argument
    [
      -> { Personsig::Signer.new("gosquared", fallback_secrets: []) }, -> { @gosquared.sign(now: 1) },
      -> { @gosquared.sign_many(now: 1) }, -> { @gosquared.identity(now: 1) }, -> { @gosquared.snippet(now: 1) },
      -> { @gosquared.verify("1", now: 1) }, -> { @gosquared.valid?("1", now: 1) }, -> { @gosquared.explain("1", now: 1) }
    ].each { |call| assert_raises(ArgumentError, &call) }
  end

  def test_a_hash_in_place_of_the_id_is_no_set_of_keywords
    assert_match(/\Auser_id /, assert_raises(TypeError) { @gosquared.sign({now: 1}) }.message)
  end

  def test_nil_options_are_those_that_were_not_given
    assert_equal SIGNED, @gosquared.sign("123456", now: nil)
    assert @gosquared.valid?("123456", SIGNED, max_age: nil, clock_skew: nil, now: nil)
  end

  def test_the_time_is_now_where_none_is_given
    earliest = Time.now.to_i
    signed_at = @chameleon.sign("123456")[/\d+\z/].to_i
    assert_includes earliest..Time.now.to_i, signed_at
  end

  def test_a_subclass_of_string_is_signed_by_its_characters
    assert_equal SIGNED, @gosquared.sign(Lying.new("123456"))
    assert_equal SIGNED, Personsig::Signer.new(Lying.new("gosquared"), Lying.new(SECRET)).sign("123456")
    assert @gosquared.valid?("123456", Lying.new(SIGNED))
  end

  def test_every_layout_of_a_string_in_memory_is_signed_alike
    [1, 22, 23, 24, 25, 63, 64, 200, 70_000].each do |length|
      text = "é" + "x" * (length - 1)
      expected = @gosquared.sign(text)
      shared = "__#{text}"[2..]
      grown = text.each_char.inject(+"") { |built, c| built << c }
      [text.dup, text.dup.freeze, -text, shared, grown, text.b, text.to_sym.name].each do |same|
        assert_equal expected, @gosquared.sign(same), length
      end
    end
  end

  def test_binary_and_ascii_strings_are_signed_by_their_bytes
    expected = @gosquared.sign("zoë")
    assert_equal expected, @gosquared.sign("zoë".b)
    assert_equal expected, @gosquared.sign("zoë".dup.force_encoding("US-ASCII"))
  end

  # Ruby's `encode` is the judge, in every encoding that this Ruby has.
  Encoding.list.each do |encoding|
    next if [Encoding::UTF_8, Encoding::US_ASCII, Encoding::BINARY].include?(encoding)

    define_method("test_#{encoding}_is_transcoded_as_encode_does_it") do
      ["zoë", "日本語", "Привет", "שלום", "plain", "\u{1f600}", "\xff\xfe", "\x1b$B", "a\xd8"].each do |text|
        [text.dup.force_encoding(encoding), (text.encode(encoding) rescue next)].each do |id|
          utf8 = id.encode("UTF-8") rescue nil
          got = begin
            @gosquared.sign(id)
          rescue Personsig::InputError => e
            e.code
          end
          expected = begin
            utf8 ? @gosquared.sign(utf8) : "invalid-text"
          rescue Personsig::InputError => e
            e.code
          end
          assert_equal expected, got, id.inspect
        end
      end
    end
  end

  def test_an_id_that_cannot_be_transcoded_leaves_no_cause_behind
    error = assert_raises(Personsig::InputError) { @gosquared.sign("\xd8".dup.force_encoding("UTF-16LE")) }
    assert_nil error.cause
    assert_nil $!
  end

  def test_default_internal_does_not_change_what_is_signed
    before, verbose, $VERBOSE = Encoding.default_internal, $VERBOSE, nil
    expected = @gosquared.sign("zoë")
    Encoding.default_internal = "ISO-8859-1"
    assert_equal expected, @gosquared.sign("zoë")
  ensure
    Encoding.default_internal = before
    $VERBOSE = verbose
  end

  def test_a_secret_is_its_bytes_in_any_encoding
    secret = "sécret".encode("UTF-16LE")
    assert_equal Personsig::Signer.new("gosquared", secret.b).sign("1"), Personsig::Signer.new("gosquared", secret).sign("1")
  end

  def test_integers_are_exact_to_127_bits_and_refused_beyond
    [-2**127, 2**127 - 1, -2**64, 2**64, 2**62, -2**62 - 1, 0, -1].each do |integer|
      assert_equal @gosquared.sign(integer.to_s), @gosquared.sign(integer)
    end
    [-2**127 - 1, 2**127, -2**128, 2**128 - 1, 2**128, -2**128 - 1, 2**192, 10**100_000, -10**100_000].each do |integer|
      assert_equal "integer-too-large", assert_raises(Personsig::InputError) { @gosquared.sign(integer) }.code
    end
  end

  def test_times_of_any_size_are_refused_by_their_value
    [2**63, 2**64, 2**127, 10**100, -2**63 - 1, -10**100].each do |now|
      assert_equal "timestamp-out-of-range", assert_raises(Personsig::InputError) { @gosquared.sign("1", now: now) }.code
      error = assert_raises(Personsig::InputError) { @chameleon.verify("1", "x", max_age: now) }
      assert_equal "invalid-option", error.code
    end
  end

  def test_to_s_of_integer_is_not_what_is_signed
    original = Integer.instance_method(:to_s)
    silently { Integer.define_method(:to_s) { |*| "tampered" } }
    signature = @gosquared.sign(123_456)
  ensure
    silently { Integer.define_method(:to_s, original) }
    assert_equal SIGNED, signature
  end

  def test_from_env_reads_the_constant_env
    before = ENV
    silently { Object.const_set(:ENV, {"OTHER" => SECRET, "OTHER_PREVIOUS" => "old"}) }
    signer = Personsig::Signer.from_env("gosquared", variable: "OTHER")
    assert_equal 1, signer.verify("1", Personsig::Signer.new("gosquared", "old").sign("1")).secret_index
  ensure
    silently { Object.const_set(:ENV, before) }
  end

  def test_what_env_raises_is_raised
    before = ENV
    silently { Object.const_set(:ENV, Class.new { def self.[](_) = raise(IOError, "no store") }) }
    assert_equal "no store", assert_raises(IOError) { Personsig::Signer.from_env("gosquared") }.message
  ensure
    silently { Object.const_set(:ENV, before) }
  end

  def test_a_variable_whose_name_cannot_be_is_missing
    ["A\0B", "A=B", "", "A".encode("UTF-16LE")].each do |name|
      error = assert_raises(Personsig::InputError) { Personsig::Signer.from_env("gosquared", variable: name) }
      assert_equal "missing-secret", error.code
    end
  end

  def test_a_missing_variable_is_named
    error = assert_raises(Personsig::InputError) { Personsig::Signer.from_env("chameleon", variable: "NOT_SET_HERE") }
    assert_includes error.message, "NOT_SET_HERE"
  end

  def test_errors_have_a_family_a_code_and_an_index
    input = assert_raises(Personsig::InputError) { Personsig::Signer.new("gosquared", SECRET, fallback_secrets: ["a", nil]) }
    refused = assert_raises(Personsig::VerificationError) { @gosquared.verify("1", SIGNED) }
    assert_equal ["missing-secret", 1], [input.code, input.index]
    assert_equal ["signature-mismatch", nil], [refused.code, refused.index]
    assert_equal [Personsig::Error, StandardError], Personsig::InputError.ancestors.drop(1).grep(Class).first(2)
    assert_operator Personsig::VerificationError, :<, Personsig::Error
  end

  def test_verified_is_a_frozen_struct
    verified = @chameleon.verify("123456", STAMPED, now: NOW)
    assert_equal Personsig::Verified.new(secret_index: 0, signed_at: NOW), verified
    assert_raises(FrozenError) { verified.signed_at = 0 }
    assert Ractor.shareable?(verified)
  end

  def test_findings_are_frozen_structs
    findings = @gosquared.explain("1", nil)
    assert_equal ["missing-signature"], findings.map(&:code)
    assert_kind_of Personsig::Finding, findings.first
    assert Ractor.shareable?(findings)
  end

  def test_providers_are_frozen_structs
    assert_equal %w[gosquared chameleon], Personsig.providers.first(2).map(&:name)
    assert_equal %w[plain timestamped], Personsig.providers.first(2).map(&:scheme)
    assert Ractor.shareable?(Personsig.providers)
  end

  def test_a_signature_is_utf8_text_of_its_own
    first, second = @gosquared.sign("1"), @gosquared.sign("1")
    assert_equal Encoding::UTF_8, first.encoding
    refute_same first, second
  end

  private

  def silently
    verbose, $VERBOSE = $VERBOSE, nil
    yield
  ensure
    $VERBOSE = verbose
  end
end
