# frozen_string_literal: true

# One Signer, whatever a program does to it and around it: classes, threads, Ractors, the garbage collector.

require "minitest/autorun"
require "personsig"
require_relative "answers"

class ImmutabilityTest < Minitest::Test
  SECRET = "personsig-test-secret"
  SIGNED = "0b303c45402efe07ccd56364395279ae91de05340ce18f8e22164188cc1a2d64"

  def setup
    @signer = Personsig::Signer.new("gosquared", SECRET)
  end

  def test_it_is_frozen_and_shareable
    assert_predicate @signer, :frozen?
    assert Ractor.shareable?(@signer)
  end

  def test_it_takes_no_instance_variable
    assert_raises(FrozenError) { @signer.instance_variable_set(:@secret, "other") }
  end

  def test_it_takes_no_method_of_its_own
    assert_raises(FrozenError) { @signer.define_singleton_method(:sign) { |_| "forged" } }
  end

  {
    "initialize" => ->(s) { s.send(:initialize) },
    "initialize_with_arguments" => ->(s) { s.send(:initialize, "gosquared", "other") },
    "initialize_copy" => ->(s) { s.send(:initialize_copy, Personsig::Signer.new("gosquared", "other")) }
  }.each do |name, call|
    define_method("test_a_second_#{name}_changes_nothing") do
      begin
        call.(@signer)
      rescue ArgumentError, FrozenError
        # Refused: that is as good.
      end
      assert_equal SIGNED, @signer.sign("123456")
    end
  end

  def test_a_change_of_the_secret_that_was_passed_changes_nothing
    secret, fallback = +"personsig-test-secret", +"older"
    signer = Personsig::Signer.new("gosquared", secret, fallback_secrets: [fallback])
    [secret, fallback].each { |text| text.replace("x" * 1000) }
    assert_equal SIGNED, signer.sign("123456")
  end

  def test_it_has_no_subclasses
    assert_raises(TypeError) { Class.new(Personsig::Signer) }
  end

  # `inherited` raises only when the class is there already.
  def test_a_subclass_that_was_made_all_the_same_makes_plain_signers
    begin
      self.class.class_eval("class Left < Personsig::Signer; def sign(*) = 'forged'; end", __FILE__, __LINE__)
    rescue TypeError
      self.class.const_get(:Left).define_method(:sign) { |*| "forged" }
    end
    signer = self.class.const_get(:Left).new("gosquared", SECRET)
    assert_instance_of Personsig::Signer, signer
    assert_equal SIGNED, signer.sign("123456")
  end

  def test_its_methods_work_on_nothing_else
    assert_raises(TypeError) { Personsig::Signer.instance_method(:sign).bind_call(Object.new, "1") }
  end

  def test_eight_threads_get_what_one_gets
    ids = Array.new(200) { |n| "user-#{n}-é" }
    expected = ids.map { |id| @signer.sign(id) }
    threads = Array.new(8) do
      Thread.new { ids.zip(expected).all? { |id, signature| @signer.sign(id) == signature && @signer.valid?(id, signature) } }
    end
    assert threads.all?(&:value)
  end

  def test_a_child_process_signs
    reader, writer = IO.pipe
    pid = fork { writer.write(@signer.sign("123456")); writer.close; exit!(0) }
    writer.close
    assert_equal SIGNED, reader.read
  ensure
    Process.wait(pid) if pid
  end

  # A program of its own: Ruby 3.1 may hang when a process that had a Ractor goes on with threads, as minitest does.
  RACTOR = <<~'RUBY'
    require "personsig"
    def answers(signer)
      [signer.sign("123456"),
       signer.verify("123456", signer.sign("123456")).secret_index,
       signer.sign("123456".encode("UTF-16LE")),
       Personsig::Signer.new("gosquared", "personsig-test-secret").sign("123456"),
       Personsig.providers.map(&:name),
       signer.sign_many(["1", 2, "3".encode("UTF-16LE")]),
       signer.sign_many(Array.new(100_000, "1")).tally,
       signer.snippet("1", traits: {name: ["é".encode("UTF-16LE"), {"k" => 1.5}]}, nonce: "abc"),
       signer.identity("1"),
       (signer.snippet("1", traits: {a: :b}) rescue [$!.class.name, $!.message]),
       (signer.verify("1", "x") rescue [$!.class.name, $!.code]),
       (Personsig::Signer.from_env("gosquared", variable: "NOT_SET_HERE") rescue $!.code)]
    end
    signer = Personsig::Signer.new("gosquared", "personsig-test-secret")
    got = Ractor.new(signer) { |s| answers(s) }.take
    puts got == answers(signer) ? "the same" : (got - answers(signer)).inspect
  RUBY

  def test_a_Ractor_can_do_all_that_the_main_one_can
    ruby = [RbConfig.ruby, "-W:no-experimental", "-I", File.expand_path("../lib", __dir__), "-e", RACTOR]
    assert_equal "the same\n", IO.popen(ruby, err: [:child, :out], &:read)
  end

  # In processes of their own: a heap without all other tests is quickly collected, and not every extension survives one
  # whose objects move, such as that of rbs 2.1.
  def test_it_survives_a_collector_that_runs_at_every_allocation
    assert_equal "the same\n", alone(<<~'RUBY')
      GC.stress = true
      got = Array.new(3) { answers }
      GC.stress = false
      puts got.uniq == [EXPECTED] ? "the same" : got.uniq.inspect
    RUBY
  end

  def test_it_survives_a_collector_that_moves_what_it_can
    assert_equal "the same\n", alone(<<~'RUBY')
      signer = Personsig::Signer.new("gosquared", "personsig-test-secret")
      before = signer.sign("123456")
      GC.auto_compact = true
      got = Array.new(300) { answers }
      GC.verify_compaction_references(toward: :empty)
      puts got.uniq == [EXPECTED] && signer.sign("123456") == before ? "the same" : got.uniq.inspect
    RUBY
  end

  private

  # What a program prints that has the answers.
  def alone(program)
    lib, answers = ["../lib", "answers"].map { |name| File.expand_path(name, __dir__) }
    IO.popen([RbConfig.ruby, "-W:no-experimental", "-I", lib, "-r", answers, "-e", program], err: [:child, :out], &:read)
  end
end
