# frozen_string_literal: true

# What Ruby does for the tests of memory and threads: `host.rb MODE ...`. host.py, host.mjs and host.php are the same.

require "openssl"
require "personsig"

THEN = 1596165824
MASTER = "s" * 40

def mac(secret, message) = OpenSSL::HMAC.hexdigest("SHA256", secret, message)

def resident = File.read("/proc/self/statm").split[1].to_i * 4096

def check(right, what = "a result")
  raise "#{what} is wrong" unless right
end

def refused(error)
  yield
rescue error
  nil
else
  raise "not refused"
end

# Makes a Signer, uses every method of it, rightly and wrongly, and lets it go.
def one_life(number)
  id = "user-#{number}"
  signer = Personsig::Signer.new("chameleon", MASTER, fallback_secrets: ["older-#{number}"])
  signature = signer.sign(id, now: THEN)
  check signature == "#{mac(MASTER, "#{id}-#{THEN}")}-#{THEN}"
  check signer.verify(id, signature, now: THEN).secret_index.zero?
  older = "#{mac("older-#{number}", "#{id}-#{THEN}")}-#{THEN}"
  check signer.verify(id, older, now: THEN).secret_index == 1
  refused(Personsig::VerificationError) { signer.verify("another", signature, now: THEN) }
  refused(Personsig::InputError) { signer.sign("\n") }
  refused(TypeError) { signer.sign(1.5) }
  refused(Personsig::InputError) { Personsig::Signer.new("chameleon", " padded") }
  signer
end

# The methods that take longer.
def one_page(number)
  signer = Personsig::Signer.new("gosquared", MASTER)
  signature = mac(MASTER, "1")
  traits = {name: "O'Brien</script>", seats: [1, 2.5, nil, {"é" => true}]}
  check signer.snippet(1, traits: traits, site_token: "GSN-1-A", nonce: "n#{number}").include?(signature)
  check signer.identity("1")[:auth] == signature
  check signer.sign_many(["1", 1, number.to_s]).first(2) == [signature, signature]
  check signer.valid?("1", signature) && !signer.valid?("2", signature)
  refused(TypeError) { signer.snippet(1, traits: {a: {b: Object.new}}) }
  refused(Personsig::InputError) { signer.snippet(1, traits: {a: MASTER}) }
  refused(Personsig::InputError) { signer.sign_many(["1", ""]) }
  check signer.explain("1", mac(" #{MASTER}", "1"))[0].code == "padded-key" if (number % 1000).zero?
end

# Prints by how many bytes the process grew in all rounds but the first tenth. `kept` keeps what it should let go.
def life(rounds, kept)
  keep = []
  start = 0
  rounds.times do |number|
    signer = one_life(number)
    keep << signer if kept
    one_page(number) if (number % 10).zero?
    next unless number == rounds / 10
    GC.start
    start = resident
  end
  GC.start
  puts resident - start
  keep.size
end

# One thread's part of `threads`: how many results were right, or the first wrong one.
def work(which, seconds, secret, shared)
  timed = Personsig::Signer.new("chameleon", "t" * 70, fallback_secrets: ["older"])
  finish = Process.clock_gettime(Process::CLOCK_MONOTONIC) + seconds
  done = 0
  number = which
  while Process.clock_gettime(Process::CLOCK_MONOTONIC) < finish
    text = "#{number}-#{"x" * (number % 130)}"
    expected = mac(secret, text)
    results = [
      shared.sign(text) == expected,
      shared.sign_many([text, number, text]) == [expected, mac(secret, number.to_s), expected],
      shared.valid?(text, expected),
      !shared.valid?("#{text}y", expected),
      shared.snippet(text, traits: {number: number, text: text}).include?(expected),
      shared.identity(text)[:auth] == expected,
      timed.sign(text, now: THEN) == "#{mac("t" * 70, "#{text}-#{THEN}")}-#{THEN}",
      timed.verify(text, "#{mac("older", "#{text}-#{THEN}")}-#{THEN}", now: THEN).secret_index == 1,
      Personsig::Signer.new("gosquared", text).sign("1") == mac(text, "1")
    ]
    if number % 500 < 8
      results << (shared.explain(text, mac("#{secret}\n", text))[0].code == "padded-key")
      # Large enough to be signed without the lock.
      results << (shared.sign_many([text] * 70_000).uniq == [expected])
    end
    return "thread #{which}, round #{number}: #{results}" unless results.all?
    done += results.size
    number += 8
  end
  done
end

# Four threads and four Ractors share one Signer and make others. Prints how many results were right, and which was the
# first wrong one.
def threads(seconds, secret)
  shared = Personsig::Signer.new("gosquared", secret)
  workers = Array.new(4) { |which| Thread.new { work(which, seconds, MASTER, shared) } }
  ractors = Array.new(4) { |which| Ractor.new(which + 4, seconds, "s" * 40, shared) { |*given| work(*given) } }
  results = workers.map(&:value) + ractors.map(&:take)
  wrong = results.grep(String)
  puts [results.grep(Integer).sum, *wrong.first(1)].join(" ")
  exit wrong.empty?
end

# What takes as much memory as it is given, by name.
def calls
  signer, mails, lower = %w[gosquared tawk customerly].map { |name| Personsig::Signer.new(name, MASTER) }
  long = "x" * 200_000
  ids = ["42"] * 40_000
  names = 3000.downto(1).to_h { |number| [number.to_s, 1] }
  {
    "new" => -> { Personsig::Signer.new("gosquared", long, fallback_secrets: [long] * 3 + ["older"] * 2000) },
    "sign" => -> { signer.sign(long) },
    "sign transcoded" => -> { signer.sign(("é" * 100_000).encode("UTF-16LE")) },
    "sign lower case" => -> { lower.sign("#{"A" * 100_000}@B") },
    "sign_many" => -> { signer.sign_many(ids) },
    "sign_many mails" => -> { mails.sign_many(["a@b"] * 10_000) },
    "sign_many lower case" => -> { lower.sign_many(["A@b"] * 10_000 + ["#{"A" * 10_000}@B"] * 3) },
    "verify" => -> { signer.valid?(long, long) },
    "explain" => -> { signer.explain(long, [long, long, long].join("\n"), also: [long] * 16) },
    "identity" => -> { signer.identity(long) },
    "snippet" => -> { signer.snippet(long, traits: {b: [long] * 3, a: names}) },
    "snippet list" => -> { signer.snippet("1", traits: {a: (0...3000).to_a, "é" => "é" * 100_000}) },
    "from_env" => -> { Personsig::Signer.from_env("gosquared", variable: "LONG_SECRET") }
  }
end

# Refuses each allocation of each call in turn, and then all from there on. Prints how many were refused.
def refuse(control, least)
  ENV["LONG_SECRET"] = "s" * 100_000
  total = 0
  File.open(control, "r+b") do |file|
    calls.each do |name, call|
      call.call
      [0, 1].product((1..1000).to_a).each do |for_good, at|
        next if at > 1 && @last == for_good
        file.pwrite([at, for_good, least, 0, 0].pack("l<5"), 0)
        begin
          call.call
          is_error = false
        rescue NoMemoryError
          is_error = true
        end
        seen, number = file.pread(8, 12).unpack("l<2")
        file.pwrite([0].pack("l<"), 0)
        check is_error == number.positive?, "#{name}: allocation #{at} of #{seen}, for good #{for_good}: error #{is_error}"
        @last = number.zero? ? for_good : nil
        total += number
      end
      @last = nil
      call.call
    end
  end
  puts total
end

# Makes a Signer, says so and waits; lets it go, says so and waits.
def alive
  # In another thread, so that no address of it stays on this stack, where the collector would find it.
  box = [Thread.new { Personsig::Signer.new("gosquared", ENV.fetch("RESIDUE_SECRET"), fallback_secrets: ["older"]) }.value]
  Thread.new { box[0].sign("42") && nil }.join
  puts "made"
  $stdout.flush
  $stdin.gets
  box.clear
  Thread.new { Array.new(1000) { "x" * 100 }.size }.join
  GC.start
  puts "freed"
  $stdout.flush
  $stdin.gets
end

def once(rounds)
  rounds.times do |number|
    one_life(number)
    one_page(number * 1000)
  end
end

mode, *given = ARGV
case mode
when "life" then life(given[0].to_i, given[1] == "kept")
when "threads" then threads(given[0].to_f, given[1] || MASTER)
when "refuse" then refuse(given[0], given[1].to_i)
when "alive" then alive
when "once" then once(given[0].to_i)
end
