# frozen_string_literal: true

# What holds for every provider, secret, id and time, with OpenSSL's HMAC as the oracle. PERSONSIG_SEED=n repeats a run,
# CASES=1000000 tries as many.

require "minitest/autorun"
require "json"
require "openssl"
require "personsig"

class PropertiesTest < Minitest::Test
  CASES = Integer(ENV.fetch("CASES", 5_000))
  ROWS = Personsig.providers
  # Which vendors want an e-mail in lower case, the vectors say. Here it must hold for all of a vendor's, or for none.
  LOWER_CASE = ROWS.map(&:name).select do |name|
    signer = Personsig::Signer.new(name, "00112233445566778899aabbccddeeff")
    signer.sign("ADA@B.C", now: 0) == signer.sign("ada@b.c", now: 0)
  end.freeze
  PLACEHOLDERS = ["undefined", "null", "None", "NaN", "<nil>", "[object Object]", "#<User>", "<User object at 0x7f>"].freeze
  PLACEHOLDER = /\A(?:undefined|null|None|NaN|<nil>|\[object .*\]|#<.*>|<.* object at 0x.*>)\z/m
  HOSTILE = ["</script>", "<!--<script>", "-->", "]]>", "\u2028", "'\"\\", "`${x}", "&lt;", "\u0001", "\\'"].freeze
  EMAIL = /.@./m

  def setup
    @seed = Integer(ENV.fetch("PERSONSIG_SEED") { Random.new_seed % 2**32 })
    puts "PERSONSIG_SEED=#{@seed}"
    @random = Random.new(@seed)
  end

  def test_every_id_is_signed_as_openssl_signs_it_or_refused_for_a_reason
    CASES.times do |number|
      row, secret, signer = signer()
      id, now = id(), moment
      reasons = why_refused(row, id)
      where = "seed #{@seed}, case #{number}: #{row.name} #{id.inspect} #{now}"
      if reasons.empty?
        right = expected(row, secret, id, now)
        assert_equal right, signer.sign(id, now: now), where
        assert_equal 0, signer.verify(id, right, now: now).secret_index, where
        wrong(right).each do |text|
          assert_raises(Personsig::VerificationError, where) { signer.verify(id, text, now: now) }
          refute signer.valid?(id, text, now: now), where
        end
      else
        error = assert_raises(Personsig::InputError, where) { signer.sign(id, now: now) }
        assert_includes reasons, error.code, where
        refute id.length >= 16 && error.message.dup.force_encoding(Encoding::BINARY).include?(id.b), where
      end
    end
  end

  def test_a_batch_is_what_sign_says_one_by_one
    (CASES / 10).times do |number|
      row, secret, signer = signer()
      ids, now = Array.new(@random.rand(12)) { id }, moment
      bad = ids.index { |id| why_refused(row, id).any? }
      where = "seed #{@seed}, case #{number}"
      if bad
        error = assert_raises(Personsig::InputError, where) { signer.sign_many(ids, now: now) }
        assert_equal bad, error.index, where
      else
        assert_equal ids.map { |id| expected(row, secret, id, now) }, signer.sign_many(ids, now: now), where
      end
    end
  end

  def test_an_integer_is_signed_as_its_decimal_text
    signer = Personsig::Signer.new("gosquared", "personsig-test-secret")
    (CASES / 5).times do
      number = @random.rand(2**@random.rand(1..127)) * [1, -1].sample(random: @random)
      assert_equal signer.sign(number.to_s), signer.sign(number), "seed #{@seed}: #{number}"
    end
  end

  def test_a_page_is_one_script_element_with_what_was_given
    signer = Personsig::Signer.new("gosquared", "personsig-test-secret")
    (CASES / 5).times do |number|
      traits = traits(1)
      html = signer.snippet("42", traits: traits).to_s
      where = "seed #{@seed}, case #{number}: #{traits.inspect}"
      script = html[%r{\A<script>\n([^<>&]*)</script>\z}, 1]
      assert html.ascii_only? && script, where
      assert_equal traits.merge("id" => "42"), JSON.parse(script[/\A_gs\("identify",(.*)\);$/, 1]), where
    end
  end

  def test_explain_shows_no_sixteen_digits_of_a_right_signature
    (CASES / 50).times do |number|
      row, secret, signer = signer()
      id = "ada-#{@random.rand(10**9)}@example.com"
      right = expected(row, secret, id, 1_596_165_824)
      shown = [OpenSSL::HMAC.hexdigest("SHA256", "#{secret}\n", id), right[0, 40], right.upcase, "\"#{right}\""]
      told = shown.map { |text| signer.explain(id, text, now: 1_596_165_824).map(&:to_a).join(" ") }.join(" ").downcase
      parts = (0..right.length - 16).map { |at| right[at, 16].downcase }
      refute parts.any? { |part| told.include?(part) } || told.include?(id), "seed #{@seed}, case #{number}"
    end
  end

  private

  def signer
    row = ROWS.sample(random: @random)
    secret = "s#{characters(@random.rand(0..200), [0x30..0x39, 0x61..0x66, 0xe9..0xe9])}t"
    secret = @random.bytes(@random.rand(1..100)).unpack1("H*") if row.key_form == "hex"
    [row, secret, Personsig::Signer.new(row.name, secret)]
  end

  def moment = @random.rand(10**11)

  def id
    case @random.rand(10)
    when 0 then PLACEHOLDERS.sample(random: @random)
    when 1 then characters(@random.rand(0..20), [0x0..0x7f])
    when 2, 3 then "#{characters(@random.rand(1..20), [0x41..0x5a, 0x61..0x7a, 0xe9..0xe9])}@Example.com"
    when 4 then characters(@random.rand(1..20), [0x61..0x7a]).b + @random.bytes(2)
    else characters(@random.rand(1..130), [0x20..0x7e, 0xa0..0x7ff, 0x800..0xd7ff, 0x10000..0x10ffff])
    end
  end

  def characters(count, ranges) = Array.new(count) { @random.rand(ranges.sample(random: @random)) }.pack("U*")

  def why_refused(row, id)
    text = id.dup.force_encoding(Encoding::UTF_8)
    return ["invalid-text"] unless text.valid_encoding?

    codes = []
    codes << "empty-user-id" if text.empty?
    codes << "control-character" if text.match?(/[\u0000-\u001f\u007f]/)
    codes << "placeholder-user-id" if text.match?(PLACEHOLDER)
    codes << "email-expected" if row.identifier == "email" && !text.match?(EMAIL)
    codes
  end

  def expected(row, secret, id, now)
    key = row.key_form == "hex" ? [secret].pack("H*") : secret
    id = id.dup.force_encoding(Encoding::UTF_8)
    id = id.tr("A-Z", "a-z") if LOWER_CASE.include?(row.name) && id.match?(EMAIL)
    id = "#{id}-#{now}" if row.scheme == "timestamped"
    mac = OpenSSL::HMAC.digest("SHA256", key, id)
    case row.encoding
    when "base64" then [mac].pack("m0")
    when "base64url" then [mac].pack("m0").tr("+/", "-_").delete("=")
    else mac.unpack1("H*") + (row.scheme == "timestamped" ? "-#{now}" : "")
    end
  end

  # What is near a right signature and is not one.
  def wrong(right)
    at = @random.rand(right.length)
    other = right.dup.tap { |text| text[at] = text[at] == "0" ? "1" : "0" }
    [other, right[0...at], "#{right}0", " #{right}", right.swapcase].reject { |text| text == right }
  end

  def traits(level)
    Array.new(@random.rand(0..4)) do
      key = @random.rand(3).zero? ? HOSTILE.sample(random: @random) : "k#{characters(@random.rand(0..8), [0x20..0xd7ff])}"
      [key, value(level)]
    end.to_h
  end

  def value(level)
    case @random.rand(level < 4 ? 8 : 6)
    when 0 then nil
    when 1 then [true, false].sample(random: @random)
    when 2 then @random.rand(-2**53 + 1..2**53 - 1)
    when 3 then @random.rand(1000) / 8.0 + 0.0625
    when 4 then HOSTILE.sample(random: @random)
    when 5 then characters(@random.rand(0..20), [0x1..0xd7ff, 0xe000..0x10ffff])
    when 6 then Array.new(@random.rand(0..3)) { value(level + 1) }
    else traits(level + 1)
    end
  end
end
