# frozen_string_literal: true

# The host's own HMAC over 100,000 random ids.

require "minitest/autorun"
require "openssl"
require "personsig"

class OpensslTest < Minitest::Test
  SECRET = "personsig-test-secret"
  NOW = 1_596_165_824
  # By their length in UTF-8: all of Unicode but surrogates, controls and `<`, of which placeholders are made.
  CHARACTERS = {
    1 => [0x20..0x3b, 0x3d..0x7e], 2 => [0xa0..0x7ff], 3 => [0x800..0xd7ff, 0xe000..0xffff], 4 => [0x10000..0x10ffff]
  }.freeze

  def setup
    seed = Integer(ENV.fetch("PERSONSIG_SEED") { Random.new_seed % 2**32 })
    puts "PERSONSIG_SEED=#{seed}"
    random = Random.new(seed)
    @ids = Array.new(100_000) { id(random, random.rand(1..300)) }
  end

  def test_signs_as_openssl_does
    gosquared = Personsig::Signer.new("gosquared", SECRET)
    chameleon = Personsig::Signer.new("chameleon", SECRET)
    wrong = @ids.reject do |id|
      gosquared.sign(id) == hmac(id) && chameleon.sign(id, now: NOW) == "#{hmac("#{id}-#{NOW}")}-#{NOW}"
    end
    assert_empty wrong.first(3)
  end

  private

  def hmac(message) = OpenSSL::HMAC.hexdigest("SHA256", SECRET, message)

  def id(random, bytes)
    points = []
    while bytes.positive?
      width = random.rand(1..[bytes, 4].min)
      points << random.rand(CHARACTERS.fetch(width).sample(random: random))
      bytes -= width
    end
    points.pack("U*")
  end
end
