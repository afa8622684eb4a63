# frozen_string_literal: true

# Ruby's adapter: runs one case of the vectors at a time, NDJSON in and out. tests/README.md has the protocol.

require "json"
require "personsig"

module Adapter
  SUPPORTS = %w[integer native-types big-integer byte-text is-valid].freeze
  NATIVE = {"true" => true, "false" => false, "null" => nil, "float" => 1.5, "list" => [], "object" => Object.new}.freeze
  SIGNER = %w[provider secret fallback_secrets].freeze
  VERIFY = %w[user_id signature max_age clock_skew now].freeze
  # The fields of each operation: what makes the Signer, and what its method is given.
  OPERATIONS = {
    "providers" => [[], []], "construct" => [SIGNER, []], "sign" => [SIGNER, %w[user_id now]],
    "from_env" => [%w[provider variable], %w[user_id now]], "verify" => [SIGNER, VERIFY],
    "is_valid" => [SIGNER, VERIFY], "explain" => [SIGNER, %w[user_id signature also now]],
    "sign_many" => [SIGNER, %w[user_ids now]], "identity" => [SIGNER, %w[user_id now]],
    "snippet" => [SIGNER, %w[user_id traits site_token nonce now]]
  }.freeze
  POSITIONAL = %w[provider secret user_id user_ids signature].freeze

  module_function

  # The answer to one case: a result or an error. What is unknown to this adapter raises.
  def run(operation, given)
    making, giving = OPERATIONS.fetch(operation) { raise "unknown operation #{operation}" }
    env = operation == "from_env" ? given.fetch("env") : {}
    given = given.except("env") if operation == "from_env"
    unknown = given.keys - making - giving
    raise "unknown field #{unknown.first} of #{operation}" if unknown.any?

    given = {"user_id" => {"native" => "null"}, **given} if operation == "snippet"
    given = given.to_h { |field, value| [field, field == "traits" ? JSON.parse(value) : decode(value)] }
    before = env.to_h { |name, _| [name, ENV.fetch(name, nil)] }
    ENV.update(env)
    {"result" => call(operation, given.slice(*making), given.slice(*giving))}
  rescue Personsig::Error => e
    {"error" => e.code, "index" => e.index}.compact
  rescue TypeError
    {"error" => "wrong-type"}
  ensure
    ENV.update(before) if before
  end

  def call(operation, make, give)
    return {"rows" => Personsig.providers.map { |row| row.to_h.transform_keys(&:name) }} if operation == "providers"

    signer = pass(Personsig::Signer.method(operation == "from_env" ? :from_env : :new), make)
    case operation
    when "construct" then {}
    when "sign", "from_env" then {"signature" => pass(signer.method(:sign), give)}
    when "verify" then pass(signer.method(:verify), give).to_h.transform_keys(&:name)
    when "is_valid" then {"valid" => pass(signer.method(:valid?), give)}
    when "explain" then {"findings" => pass(signer.method(:explain), give).map(&:code)}
    when "sign_many" then {"signatures" => pass(signer.method(:sign_many), give)}
    when "snippet" then {"html" => pass(signer.method(:snippet), give)}
    when "identity" then {"fields" => pass(signer.method(:identity), give).transform_keys(&:name)}
    end
  end

  def pass(method, values)
    method.call(*values.slice(*POSITIONAL).values, **values.except(*POSITIONAL).transform_keys(&:to_sym))
  end

  def decode(value)
    case value
    when String, Integer then return value
    when Array then return value.map { |element| decode(element) }
    end
    case value.to_a
    in [["hex", String => digits]] then [digits].pack("H*")
    in [["int", String => digits]] then Integer(digits, 10)
    in [["native", name]] then NATIVE.fetch(name)
    else raise "unknown form of a value"
    end
  end

  def answer(message)
    return run(message["operation"], message["input"]) unless message["cmd"] == "start"

    {"surface" => "ruby", "runtime" => RUBY_VERSION, "version" => Personsig::VERSION, "supports" => SUPPORTS}
  rescue StandardError => e
    {"crash" => "#{e.class}: #{e.message}"}
  end
end

if $PROGRAM_NAME == __FILE__
  $stdin.set_encoding("UTF-8").each_line do |line|
    message = JSON.parse(line)
    break if message["cmd"] == "stop"

    puts JSON.generate(message.slice("seq").merge(Adapter.answer(message)))
    $stdout.flush
  end
end
