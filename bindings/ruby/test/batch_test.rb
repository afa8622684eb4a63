# frozen_string_literal: true

# sign_many, where the vectors cannot say it: lists of Ruby's, other threads, interrupts.

require "minitest/autorun"
require "timeout"
require "personsig"

class BatchTest < Minitest::Test
  SECRET = "personsig-test-secret"
  # More than one chunk, so that Ruby's lock is let go.
  LARGE = 200_000

  def setup
    @signer = Personsig::Signer.new("gosquared", SECRET)
  end

  def one_by_one(ids) = ids.map { |id| @signer.sign(id) }

  def test_the_ids_need_not_be_of_one_kind
    ids = [1, "1", "zoë", "zoë".b, "zoë".encode("UTF-16LE"), 2**100, Class.new(String).new("x"), "y" * 70_000, "1"]
    assert_equal one_by_one(ids), @signer.sign_many(ids)
  end

  def test_an_array_of_any_size_is_signed_like_its_elements
    [0, 1, 2, 3, 4, 5, 127, 128, 129, 1000, 65_535, 65_536, 65_537].each do |size|
      ids = Array.new(size) { |n| "user-#{n}" }
      assert_equal one_by_one(ids), @signer.sign_many(ids), size
    end
  end

  def test_a_subclass_of_array_is_read_without_a_call_of_its_methods
    liar = Class.new(Array)
    %i[each map size length to_a to_ary [] at fetch].each { |name| liar.define_method(name) { |*| raise name.to_s } }
    assert_equal one_by_one(%w[1 2]), @signer.sign_many(liar.new(%w[1 2]))
  end

  def test_the_result_is_new_text_in_a_new_array
    ids = %w[1 1].freeze
    first, second = @signer.sign_many(ids)
    refute_same first, second
    assert_equal [Encoding::UTF_8, false], [first.encoding, first.frozen?]
    assert_instance_of Array, @signer.sign_many(Class.new(Array).new(ids))
    assert_equal %w[1 1], ids
  end

  [nil, "123456", "123456".b, :symbol, 1, {"a" => 1}, %w[a].each, 1..2, Object.new].each do |value|
    define_method("test_#{value.class}_#{value.object_id}_in_place_of_the_list_is_a_type_error") do
      error = assert_raises(TypeError) { @signer.sign_many(value) }
      assert_match(/\Auser_ids must be an Array, not #{value.class}; \w/, error.message)
    end
  end

  [nil, true, 1.5, :symbol, ["1"], {}, Time.now, Object.new].each do |value|
    define_method("test_#{value.class}_in_the_list_is_a_type_error_that_says_where") do
      error = assert_raises(TypeError) { @signer.sign_many(["", "\n", "3", value, 1r]) }
      assert_match(/\Auser_ids\[3\] must be a String or an Integer, not #{value.class}; \w/, error.message)
    end
  end

  def test_the_type_of_now_is_checked_before_any_id
    assert_match(/\Anow /, assert_raises(TypeError) { @signer.sign_many([""], now: 1.5) }.message)
  end

  def test_the_first_bad_id_is_named_in_a_large_batch_too
    ids = Array.new(LARGE, "1")
    ids[LARGE - 2] = ""
    ids[LARGE - 1] = "\n"
    error = assert_raises(Personsig::InputError) { @signer.sign_many(ids) }
    assert_equal ["empty-user-id", LARGE - 2], [error.code, error.index]
  end

  def test_a_batch_has_one_time
    chameleon = Personsig::Signer.new("chameleon", SECRET)
    assert_equal 1, chameleon.sign_many(Array.new(LARGE, 1)).uniq.size
  end

  def test_an_unknown_keyword_is_an_argument_error
    [-> { @signer.sign_many([], at: 1) }, -> { @signer.sign_many }, -> { @signer.sign_many("1", "2") }].each do |call|
      assert_raises(ArgumentError, &call)
    end
  end

  # The other thread waits for Ruby's lock, and changes all that it can reach when it gets it: between two chunks.
  def test_what_is_signed_is_what_was_passed_whatever_other_threads_do
    ids = Array.new(70_000) { |n| "user-#{n}#{" in a String that is not embedded" * (n % 2)}" }
    expected = one_by_one(ids)
    begin_now = Queue.new
    vandal = Thread.new do
      begin_now.pop
      ids.each { |id| id.replace("changed") }.clear
      GC.start
    end
    Thread.pass until vandal.stop?
    begin_now << true
    got = @signer.sign_many(ids)
    vandal.join
    assert_empty ids
    assert_equal expected, got
  end

  # Sooner than Ruby would take the lock away, which is after a tenth of a second.
  def test_other_threads_run_meanwhile
    ids = Array.new(70_000, "123456")
    turns, done = 0, false
    counter = Thread.new { (turns += 1; Thread.pass) until done }
    during = Array.new(3) do
      Thread.pass
      before = turns
      @signer.sign_many(ids)
      turns - before
    end
    done = true
    counter.join
    assert_operator during.max, :>, 0
  end

  {
    "Timeout" => ->(call) { Timeout.timeout(0.01) { call.() } },
    "Thread#raise" => lambda do |call|
      target = Thread.current
      Thread.new { sleep(0.01); target.raise(Timeout::Error) }
      call.()
    end,
    "a signal" => lambda do |call|
      before = trap("USR1") { raise Timeout::Error }
      pid = Process.pid
      Thread.new { sleep(0.01); Process.kill("USR1", pid) }
      call.()
    ensure
      trap("USR1", before)
    end
  }.each do |name, interrupt|
    define_method("test_#{name}_ends_a_large_batch_early") do
      ids = Array.new(2_000_000, "123456")
      @signer.sign_many(ids.first(10))
      assert_raises(Timeout::Error) do
        interrupt.(-> { @signer.sign_many(ids); flunk "it ran to its end" })
      end
      assert_equal one_by_one(["1"]), @signer.sign_many(["1"])
    end
  end

  def test_a_thread_that_is_killed_ends_early
    ids = Array.new(2_000_000, "123456")
    finished = false
    thread = Thread.new { @signer.sign_many(ids); finished = true }
    sleep(0.01)
    thread.kill
    thread.join
    refute finished
  end

  def test_it_survives_a_collector_that_runs_at_every_allocation
    ids = ["a", "b" * 60, "é".encode("UTF-16LE"), 3, 2**100]
    expected = one_by_one(ids)
    GC.stress = true
    got = @signer.sign_many(ids)
    GC.stress = false
    assert_equal expected, got
  ensure
    GC.stress = false
  end

  def test_it_survives_a_collector_that_moves_what_it_can
    before = GC.auto_compact
    ids = Array.new(LARGE) { |n| "u#{n}" }
    expected = one_by_one(ids)
    GC.auto_compact = true
    GC.start
    assert_equal expected, @signer.sign_many(ids)
    GC.compact
  ensure
    GC.auto_compact = before
  end
end
