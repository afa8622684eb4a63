# frozen_string_literal: true

# Where memory runs out, a call raises NoMemoryError, and neither aborts nor hangs, however much it was given.

require "minitest/autorun"
require "open3"
require "rbconfig"
require "timeout"

class MemoryTest < Minitest::Test
  LIBRARY = File.expand_path("../lib", __dir__)

  # What is given is made before the limit is set, so that only the call itself can fail.
  PROGRAM = <<~'RUBY'
    require "personsig"
    SIGNER = Personsig::Signer.new("gosquared", "personsig-test-secret")
    def refused
      yield
    rescue Personsig::InputError
      nil
    end
    def call(given) = %<call>s
    %<small>s
    given = %<given>s
    GC.start
    used = File.read("/proc/self/statm").to_i * 4096
    Process.setrlimit(:AS, used + ARGV[0].to_i * 2**20)
    begin
      call(given)
      puts "done"
    rescue NoMemoryError
      puts "NoMemoryError"
    end
  RUBY

  CALLS = {
    "many ids" => ["SIGNER.sign_many(given)", '["42"]', '["42"] * 300_000'],
    "many long ids" => ["SIGNER.sign_many(given)", '["42"]', '["x" * 1000] * 30_000'],
    "many fallback secrets" =>
      ['Personsig::Signer.new("gosquared", "newer", fallback_secrets: given)', '["older"]', '["older"] * 300_000'],
    "a long list" => ['SIGNER.snippet("42", traits: {a: given})', '["x"]', '["x"] * 300_000'],
    "many names" => ['SIGNER.snippet("42", traits: given)', "{a: 1}", "300_000.downto(1).to_h { |n| [n.to_s, 1] }"],
    "a long string" => ['SIGNER.snippet("42", traits: {a: given})', '"x"', '"x" * 20_000_000'],
    "a long id" => ["SIGNER.identity(given)", '"x"', '"x" * 20_000_000'],
    "what explain tries" => ['SIGNER.explain("123456", "00" * 32, also: given)', '["x"]', '["ada@example.com"] * 16'],
    "a long signature to explain" => ['SIGNER.explain("123456", given)', '"x"', '"0a\n" * 5_000_000'],
    "a long nonce" => ['refused { SIGNER.snippet("42", nonce: given) }', '"\xff"', '"\xff" * 20_000_000'],
    "a long name of a variable" =>
      ['refused { Personsig::Signer.from_env("gosquared", variable: given) }', '"X"', '"X" * 20_000_000']
  }.freeze

  CALLS.each do |name, (call, small, given)|
    define_method("test_#{name.tr(" ", "_")}") do
      program = format(PROGRAM, call: call, small: "call(#{small})", given: given)
      said = [1, 15, 1000].map do |megabytes|
        out, status = Timeout.timeout(60) do
          Open3.capture2e({"RUST_BACKTRACE" => "1"}, RbConfig.ruby, "-I", LIBRARY, "-e", program, megabytes.to_s)
        end
        assert_predicate status, :success?, "#{megabytes} MB: #{out}"
        out
      end
      assert_includes said, "NoMemoryError\n"
      assert_equal "done\n", said.last
    end
  end
end
