# frozen_string_literal: true

# Ruby's contenders. README.md beside this file says what is timed, and how.

require "json"
require "openssl"
require "personsig"

SECRET = "bench-secret-of-thirty-two-bytes"
PROVIDERS = {"plain" => "gosquared", "timestamped" => "chameleon"}.freeze
IDS = {
  10 => Array.new(1000) { |i| (1_000_000_000 + 7919 * i).to_s },
  36 => Array.new(1000) { |i| format("7b9f2c1e-5d3a-4e68-9f10-%012d", 7919 * i) }
}.freeze

# Case and scheme: kind, name, and the code that is timed. It leaves its answer in `out`.
CONTENDERS = {
  %w[sign plain] => [
    ["ours", "Signer#sign", "out = signer.sign(id)"],
    ["usual", "HMAC.hexdigest", 'out = OpenSSL::HMAC.hexdigest("SHA256", secret, id)'],
    ["best", "HMAC reset", "keyed.reset; keyed << id; out = keyed.hexdigest"],
    ["floor", "a native call", "out = Floor.text(id)"]
  ],
  %w[sign timestamped] => [
    ["ours", "Signer#sign", "out = signer.sign(id)"],
    ["usual", "HMAC.hexdigest", 'now = Time.now.to_i; out = "#{OpenSSL::HMAC.hexdigest("SHA256", secret, "#{id}-#{now}")}-#{now}"'],
    ["best", "HMAC reset", 'now = Time.now.to_i; keyed.reset; keyed << "#{id}-#{now}"; out = "#{keyed.hexdigest}-#{now}"'],
    ["floor", "a native call", "out = Floor.text(id)"]
  ],
  %w[verify plain] => [
    ["ours", "Signer#verify", "out = signer.verify(id, signature)"],
    ["usual", "HMAC.hexdigest", 'out = OpenSSL.fixed_length_secure_compare(OpenSSL::HMAC.hexdigest("SHA256", secret, id), signature)'],
    ["best", "HMAC reset", "keyed.reset; keyed << id; out = OpenSSL.fixed_length_secure_compare(keyed.hexdigest, signature)"]
  ],
  %w[verify timestamped] => [
    ["ours", "Signer#verify", "out = signer.verify(id, signature)"],
    ["usual", "HMAC.hexdigest", <<~'RUBY'],
      digest, made = signature.split("-")
      expected = OpenSSL::HMAC.hexdigest("SHA256", secret, "#{id}-#{made}")
      out = OpenSSL.fixed_length_secure_compare(expected, digest) && (Time.now.to_i - made.to_i).between?(-300, 86_400)
    RUBY
    ["best", "HMAC reset", <<~'RUBY']
      digest, made = signature.split("-")
      keyed.reset
      keyed << "#{id}-#{made}"
      out = OpenSSL.fixed_length_secure_compare(keyed.hexdigest, digest) && (Time.now.to_i - made.to_i).between?(-300, 86_400)
    RUBY
  ],
  %w[sign_many plain] => [
    ["ours", "Signer#sign_many", "out = signer.sign_many(ids)"],
    ["loop", "a loop of sign", "out = ids.map { |id| signer.sign(id) }"],
    ["usual", "HMAC.hexdigest", 'out = ids.map { |id| OpenSSL::HMAC.hexdigest("SHA256", secret, id) }'],
    ["best", "HMAC reset", "out = ids.map { |id| keyed.reset; keyed << id; keyed.hexdigest }"]
  ],
  %w[sign_many timestamped] => [
    ["ours", "Signer#sign_many", "out = signer.sign_many(ids)"],
    ["loop", "a loop of sign", "out = ids.map { |id| signer.sign(id) }"],
    ["usual", "HMAC.hexdigest", <<~'RUBY'],
      now = Time.now.to_i
      out = ids.map { |id| "#{OpenSSL::HMAC.hexdigest("SHA256", secret, "#{id}-#{now}")}-#{now}" }
    RUBY
    ["best", "HMAC reset", <<~'RUBY']
      now = Time.now.to_i
      out = ids.map { |id| keyed.reset; keyed << "#{id}-#{now}"; "#{keyed.hexdigest}-#{now}" }
    RUBY
  ],
  %w[new plain] => [
    ["ours", "Signer", 'out = Personsig::Signer.new("gosquared", SECRET)'],
    ["best", "HMAC.new", 'out = OpenSSL::HMAC.new(secret, "SHA256")']
  ],
  %w[new timestamped] => [
    ["ours", "Signer", 'out = Personsig::Signer.new("chameleon", SECRET)'],
    ["best", "HMAC.new", 'out = OpenSSL::HMAC.new(secret, "SHA256")']
  ]
}.freeze
LOOPS = {"sign" => "ids.each do |id|", "verify" => "pairs.each do |id, signature|", "new" => "ids.each do |id|"}.freeze

# A pass as a lambda: the code for every id. It returns the last answer; sign_many's is the array of all.
def compiled(kase, code)
  code = "#{LOOPS[kase]}\n#{code}\nend" if LOOPS[kase]
  eval("lambda do |signer:, secret:, keyed:, ids:, pairs:|\nout = nil\n#{code}\nout\nend", binding, kase)
end

# Every answer, for every id, against ours. What `new` makes signs with the code of `sign`.
def check(kase, kind, name, run, signing, world)
  alone = world[:pairs].map { |pair| world.merge(ids: [pair.first], pairs: [pair]) }
  answers = kase == "sign_many" ? run.call(**world) : alone.map { |one| run.call(**one) }
  if kase == "new"
    made = kind == "ours" ? :signer : :keyed
    answers = alone.zip(answers).map { |one, answer| signing[kind].call(**one, made => answer) }
  end
  right = answers.zip(world[:ids]).all? do |answer, id|
    next answer == id[-1] * 64 if kind == "floor"
    next answer if kase == "verify"
    now = answer.split("-")[1]
    answer == world[:signer].sign(id, now: now && Integer(now))
  end
  abort "#{kase}: the answer of #{name} is not ours" unless right && answers.size == world[:ids].size
end

# All of them, those of one case, scheme and length beside each other.
def contenders
  PROVIDERS.to_a.product(IDS.to_a).flat_map do |(scheme, provider), (id_bytes, ids)|
    signer = Personsig::Signer.new(provider, SECRET)
    pairs = ids.map { |id| [id, signer.sign(id)] }
    world = {signer: signer, secret: SECRET, keyed: OpenSSL::HMAC.new(SECRET, "SHA256"), ids: ids, pairs: pairs}
    signing = {}
    %w[sign verify sign_many new].flat_map do |kase|
      CONTENDERS.fetch([kase, scheme]).map do |kind, name, code|
        run = compiled(kase, code)
        check(kase, kind, name, run, signing, world)
        signing[kind] = run if kase == "sign"
        row = {case: kase, scheme: scheme, id_bytes: id_bytes, kind: kind, name: name, ns: []}
        {row: row, run: run, world: world}
      end
    end
  end
end

def elapsed(contender, passes)
  GC.start(full_mark: false) # or the next one would pay for the garbage of this one
  run, world = contender.values_at(:run, :world)
  start = Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond)
  passes.times { run.call(**world) }
  Process.clock_gettime(Process::CLOCK_MONOTONIC, :nanosecond) - start
end

rounds, batch = ARGV.first(2).map { |number| Integer(number) }
require ARGV[2]
timed = contenders.each do |contender|
  warm = [elapsed(contender, 1)]
  warm << elapsed(contender, 1) while warm.sum < 5 * batch
  passes = batch.fdiv(warm.min)
  # As many ids as fit, so that no batch is longer than others; sign_many itself is always given all.
  count = contender[:row][:name] == "Signer#sign_many" ? 1000 : (1000 * passes).round.clamp(1, 1000)
  world = contender[:world]
  contender[:world] = world.merge(ids: world[:ids].first(count), pairs: world[:pairs].first(count))
  contender[:count] = count
  contender[:passes] = [1, passes.round].max
end
rounds.times do |round|
  timed.rotate(round).each do |contender|
    contender[:row][:ns] << elapsed(contender, contender[:passes]).fdiv(contender[:passes] * contender[:count])
  end
end
puts JSON.generate(surface: "ruby", runtime: "Ruby #{RUBY_VERSION}", version: Personsig::VERSION)
timed.each { |contender| puts JSON.generate(contender[:row]) }
