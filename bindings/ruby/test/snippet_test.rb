# frozen_string_literal: true

# snippet and identity, where the vectors cannot say it: Ruby's own values as traits, and safe text.

require "minitest/autorun"
require "bigdecimal"
require "ostruct"
require "set"
require "personsig"

class SnippetTest < Minitest::Test
  SECRET = "personsig-test-secret"
  SIGNED = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"

  def setup
    @signer = Personsig::Signer.new("gosquared", SECRET)
  end

  # What the page is told of a user with these traits: `,"name":value` and so on.
  def members(traits)
    @signer.snippet("123456", traits: traits)[/"id":"123456"(.*)}\);$/, 1]
  end

  def refusal(traits)
    assert_raises(Personsig::InputError) { members(traits) }.then { |error| [error.code, error.message] }
  end

  # Every method of an object of this kind lies.
  def lying(kind)
    Class.new(kind) do
      kind.public_instance_methods.grep(/\A[a-z_?]+\z/).each do |name|
        next if %i[object_id instance_exec].include?(name)

        define_method(name) { |*| raise "#{name} was called" }
      end
    end
  end

  def silently
    verbose, $VERBOSE = $VERBOSE, nil
    yield
  ensure
    $VERBOSE = verbose
  end

  def test_every_kind_of_value_is_written
    traits = {nil: nil, yes: true, no: false, text: "é", int: -3, float: 1.5, list: [1, [2]], map: {"k" => {}}}
    assert_equal ',"float":1.5,"int":-3,"list":[1,[2]],"map":{"k":{}},"nil":null,"no":false,"text":"\u00e9","yes":true',
                 members(traits)
  end

  def test_a_symbol_as_a_name_is_its_text
    assert_equal ',"a b":1,"name":2,"\u00e9":3', members({"a b": 1, name: 2, "é".to_sym => 3})
    assert_equal ',"made":1', members({"#{"ma"}de".to_sym => 1})
  end

  def test_a_symbol_and_a_string_of_one_text_are_twice_the_same_name
    assert_equal "invalid-option", refusal({a: 1, "a" => 1}).first
    assert_equal "invalid-option", refusal({list: [{b: {a: 1, "a" => 1}}]}).first
    assert_equal "invalid-option", refusal({"é" => 1, "é".encode("UTF-16LE") => 1}).first
  end

  def test_a_hash_that_compares_by_identity_is_read_as_it_is
    traits = {}.compare_by_identity
    2.times { |n| traits[+"a"] = n }
    assert_equal "invalid-option", refusal(traits).first
  end

  def test_subclasses_count_as_what_they_are_and_no_method_of_theirs_is_called
    [[String, "text"], [Array, [1, "a"]], [Hash, {"k" => 1}]].each do |kind, value|
      silently do
        lie = lying(kind)
        liar = kind == Hash ? lie[value] : lie.new(value)
        assert_equal members({v: value}), members({v: liar}), kind
      end
    end
    silently { assert_equal ',"k":1', members(lying(Hash)[{"k" => 1}]) }
  end

  def test_a_default_of_a_hash_is_not_asked
    assert_equal ',"a":1', members(Hash.new { raise "it was asked" }.merge!(a: 1))
  end

  def test_methods_of_the_core_classes_are_not_what_is_written
    swaps = [[Integer, :to_s], [Float, :to_s], [String, :to_s], [Hash, :each], [Array, :each], [Symbol, :to_s]]
    originals = swaps.map { |kind, name| kind.instance_method(name) }
    traits = {a: [1, 1.5], "b" => "c"}
    silently { swaps.each { |kind, name| kind.define_method(name) { |*| raise "#{name} was called" } } }
    got = @signer.snippet("123456", traits: traits)
  ensure
    silently { swaps.zip(originals) { |(kind, name), original| kind.define_method(name, original) } }
    assert_includes got, ',"a":[1,1.5],"b":"c"}'
  end

  # A Symbol, and what only looks like text, a number, a list or a map.
  WRONG = [
    :symbol, Time.at(0), BigDecimal("1.5"), 1r, 1i, Set[1], Process::Tms.new(1), OpenStruct.new(to_str: "1"), Object.new,
    BasicObject.new, 1..2, /a/, String, Kernel, [1].each, -> {}, Thread.current, $stdout, "a".match(/a/)
  ].freeze

  WRONG.each_with_index do |value, index|
    name = Kernel.instance_method(:class).bind_call(value)

    define_method("test_#{name}_#{index}_is_a_type_error_that_says_where_it_stands") do
      {
        "1" => {a: value}, "2.3" => {a: 1, b: [1, 2, value]}, "1.2.2.1" => {a: {b: 1, c: [{}, {d: value}]}}
      }.each do |path, traits|
        error = assert_raises(TypeError) { members(traits) }
        start = "trait #{path} must be nil, true, false, a String, an Integer, a Float, an Array or a Hash, not #{name}; "
        assert_equal start, error.message[/\A.*; (?=\w)/]
      end
    end
  end

  def test_a_type_is_found_at_every_depth
    (1..32).each do |depth|
      value = (2..depth).inject(:symbol) { |inner, level| level.odd? ? {k: inner} : [inner] }
      error = assert_raises(TypeError) { members({k: value}) }
      assert_match(/\Atrait #{(["1"] * depth).join("\\.")} must be /, error.message)
    end
  end

  [nil, 1, 1.5, true, Object.new, ["a"], {a: 1}].each do |name|
    define_method("test_#{name.class}_is_no_name_of_a_trait") do
      message = "must be a String or a Symbol, not #{name.class}; pass the name as a String"
      assert_equal "the name of trait 2 #{message}", assert_raises(TypeError) { members({a: 1, name => 1}) }.message
      assert_equal "the name of trait 2.1.1 #{message}",
                   assert_raises(TypeError) { members({a: 1, b: [{name => 1}]}) }.message
    end
  end

  [nil, true, 1, "text", :symbol, [], [["a", 1]], Object.new, OpenStruct.new(to_hash: {})].each_with_index do |value, index|
    define_method("test_traits_of_#{value.class}_#{index}_are_a_type_error") do
      error = assert_raises(TypeError) { members(value) }
      assert_match(/\Atraits must be a Hash, not #{value.class}; \w/, error.message)
    end
  end

  %i[site_token nonce].each do |option|
    [true, 1, :symbol, [], {}, Object.new, OpenStruct.new(to_str: "a")].each do |value|
      define_method("test_a_#{option}_of_#{value.class}_is_a_type_error") do
        error = assert_raises(TypeError) { @signer.snippet("1", **{option => value}) }
        assert_match(/\A#{option} must be a String or nil, not #{value.class}; \w/, error.message)
      end
    end

    define_method("test_a_#{option}_is_read_in_its_encoding") do
      plain = @signer.snippet("1", option => "GSN-1-A")
      ["GSN-1-A".b, "GSN-1-A".encode("UTF-16LE"), "GSN-1-A".encode("US-ASCII")].each do |text|
        assert_equal plain, @signer.snippet("1", option => text)
      end
      ["GSN-\xff", "GSN-\xff".b, "GSN-1\xd8".dup.force_encoding("UTF-16LE"), "é"].each do |text|
        assert_equal "invalid-option", assert_raises(Personsig::InputError) { @signer.snippet("1", option => text) }.code
      end
    end
  end

  [true, 1.5, :symbol, [], {}, Object.new].each do |value|
    define_method("test_a_user_id_of_#{value.class}_is_a_type_error") do
      %i[snippet identity].each do |method|
        assert_match(/\Auser_id must be /, assert_raises(TypeError) { @signer.public_send(method, value) }.message)
      end
    end
  end

  def test_identity_is_of_somebody
    assert_match(/\Auser_id must be .*, not NilClass/, assert_raises(TypeError) { @signer.identity(nil) }.message)
  end

  def test_types_are_checked_before_values_from_left_to_right
    {
      {traits: {a: :b}, site_token: 1} => /\Atrait 1 /, {traits: {__proto__: 1}, site_token: 1, nonce: 1} => /\Asite_token /,
      {site_token: "", nonce: 1, now: 1.5} => /\Anonce /, {nonce: "", now: 1.5} => /\Anow /
    }.each { |options, message| assert_match message, assert_raises(TypeError) { @signer.snippet("", **options) }.message }
  end

  def test_texts_are_transcoded_and_bytes_are_utf8
    ["é", "é".b, "é".encode("UTF-16LE"), "é".encode("ISO-8859-1"), "é".dup.force_encoding("US-ASCII")].each do |text|
      assert_equal ',"\u00e9":"\u00e9"', members({text => text}), text.encoding
    end
    ["\xff", "\xff".b, "\xed\xa0\x80", "\xd8".dup.force_encoding("UTF-16LE")].each do |text|
      assert_equal "invalid-option", refusal({a: text}).first
      assert_equal "invalid-option", refusal({text => 1}).first
      assert_equal "invalid-option", refusal({text.to_sym => 1}).first if text.valid_encoding?
    end
  end

  def test_an_integer_of_any_size_is_written_or_refused_by_its_value
    [2**53 - 1, 1 - 2**53].each { |integer| assert_equal ",\"a\":#{integer}", members({a: integer}) }
    [2**53, -2**53, 2**62, 2**64, 2**127, -2**127, 2**128, -2**128 - 1, 10**10_000, -10**10_000].each do |integer|
      assert_equal "invalid-option", refusal({a: integer}).first
    end
  end

  def test_no_float_but_a_finite_one
    [Float::NAN, Float::INFINITY, -Float::INFINITY].each { |float| assert_equal "invalid-option", refusal({a: float}).first }
    assert_equal ',"a":5e-324', members({a: 5e-324})
  end

  def test_what_holds_itself_ends_at_the_depth_that_is_refused
    array, hash, turns = [], {}, {}
    array << array
    hash[:self] = hash
    turns[:list] = [1, turns, 2]
    wide = []
    wide.push(*[wide] * 1000)
    [{a: array}, hash, turns, {a: wide}].each { |traits| assert_equal "invalid-option", refusal(traits).first }
  end

  def test_behind_what_is_too_deep_nothing_is_looked_at
    deep = 40.times.inject(1) { |inner, _| [inner] }
    assert_equal "invalid-option", refusal({a: deep, b: :wrong, 3 => 4}).first
    too_deep_by_one = 32.times.inject(:wrong) { |inner, _| [inner] }
    assert_equal "invalid-option", refusal({a: too_deep_by_one}).first
    assert_match(/\Anonce /, assert_raises(TypeError) { @signer.snippet("1", traits: {a: deep}, nonce: 1) }.message)
  end

  def test_the_traits_are_left_as_they_were
    traits = {"name" => +"é", list: [1, {a: "b".encode("UTF-16LE")}]}
    before = Marshal.dump(traits)
    members(traits)
    assert_equal before, Marshal.dump(traits)
  end

  def test_many_traits_are_all_written
    traits = (1..2000).to_h { |n| [format("k%04d", n), n] }
    assert_equal traits.map { |name, n| ",\"#{name}\":#{n}" }.join, members(traits)
  end

  def test_an_unknown_keyword_is_an_argument_error
    [
      -> { @signer.snippet("1", siteToken: "a") }, -> { @signer.snippet("1", trait: {}) }, -> { @signer.identity("1", traits: {}) },
      -> { @signer.snippet }, -> { @signer.snippet("1", {}) }, -> { @signer.identity }, -> { @signer.snippet(traits: {}) }
    ].each { |call| assert_raises(ArgumentError, &call) }
  end

  def test_identity_is_a_hash_of_its_own_with_symbols
    chameleon = Personsig::Signer.new("chameleon", SECRET)
    assert_equal({id: "123456", auth: SIGNED}, @signer.identity(123_456))
    assert_equal({uid: "1", uid_hash: chameleon.sign("1", now: 5)}, chameleon.identity("1", now: 5))
    refute_same @signer.identity("1"), @signer.identity("1")
    assert_equal [Encoding::UTF_8], @signer.identity("zoë".encode("UTF-16LE")).values.map(&:encoding).uniq
  end

  def test_without_a_framework_a_snippet_is_a_plain_string
    html = @signer.snippet("1")
    assert_instance_of String, html
    assert_equal [Encoding::UTF_8, true, false], [html.encoding, html.ascii_only?, html.frozen?]
  end

  # As ActiveSupport does it; loaded after the Signer was made.
  def test_where_strings_can_be_marked_as_safe_a_snippet_is
    plain = @signer.snippet("1")
    safe = Class.new(String)
    String.define_method(:html_safe) { safe.new(self) }
    [@signer.snippet("1"), @signer.snippet(nil)].zip([plain, ""]) do |html, text|
      assert_instance_of safe, html
      assert_equal text, html
    end
    assert_instance_of String, @signer.sign("1")
  ensure
    String.remove_method(:html_safe)
  end

  # Where it frees twice, the process is ended.
  RETURNS_AGAIN = <<~RUBY
    require "continuation"
    require "personsig"
    class String
      def html_safe
        callcc { |here| $again ||= here }
        self
      end
    end
    count = 0
    signer = Personsig::Signer.new("gosquared", "personsig-test-secret")
    html = signer.snippet("1", traits: {a: "b" * 1000}, site_token: "GSN-123456-A", nonce: "abcdefgh")
    $again.call if (count += 1) < 20
    print count, " ", html.length > 1000
  RUBY

  def test_a_continuation_that_returns_from_html_safe_again_frees_nothing_again
    command = [RbConfig.ruby, "-W0", "-I", File.expand_path("../lib", __dir__), "-e", RETURNS_AGAIN]
    assert_equal "20 true", IO.popen(command, err: [:child, :out], &:read)
  end
end
