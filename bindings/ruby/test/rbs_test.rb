# frozen_string_literal: true

# sig/personsig.rbs names exactly what the loaded library has, and its types are those that the library takes and returns.

require "minitest/autorun"
require "open3"
require "rbconfig"
require "shellwords"
require "rbs"
require "personsig"

class RbsTest < Minitest::Test
  RBS_FILE = File.expand_path("../sig/personsig.rbs", __dir__)
  SIGNATURES = File.read(RBS_FILE, encoding: "UTF-8")
  PERSONSIG = RBS::Parser.parse_signature(SIGNATURES).flatten.grep(RBS::AST::Declarations::Module).first
  CLASSES = PERSONSIG.members.grep(RBS::AST::Declarations::Class)

  def test_it_names_every_constant
    declared = PERSONSIG.members.grep(RBS::AST::Declarations::Constant) + CLASSES
    assert_equal Personsig.constants.sort, declared.map { |declaration| declaration.name.name }.sort
  end

  def test_it_names_every_function_of_the_module
    assert_equal Personsig.singleton_methods.sort, methods_of(PERSONSIG, :singleton)
  end

  CLASSES.each do |declaration|
    name = declaration.name.name

    define_method("test_it_names_every_method_of_#{name}") do
      loaded = Personsig.const_get(name)
      # A frozen Struct's writers raise.
      assert_equal loaded.public_instance_methods(false).grep_v(/=\z/).sort, methods_of(declaration, :instance)
      assert_equal Personsig::Signer.singleton_methods(false).sort, methods_of(declaration, :singleton) if name == :Signer
    end

    define_method("test_it_names_the_superclass_of_#{name}") do
      written = declaration.super_class&.name&.name || :Object
      assert_equal written.to_s, Personsig.const_get(name).superclass.name.split("::").last
    end
  end

  # A Struct takes its members, which the compiled part always gives, all of them.
  CLASSES.select { |declaration| Personsig.const_get(declaration.name.name) < Struct || declaration.name.name == :Error }.each do |declaration|
    define_method("test_it_names_what_#{declaration.name.name}_is_made_of") do
      loaded = Personsig.const_get(declaration.name.name)
      written = declaration.members.grep(RBS::AST::Members::MethodDefinition).find { |member| member.name == :initialize }
      refute_nil written
      function = types_of(written).first
      names = function.optional_positionals.map(&:name) + function.required_keywords.keys + function.optional_keywords.keys
      taken = loaded < Struct ? loaded.members : loaded.instance_method(:initialize).parameters.map(&:last)
      assert_equal taken, names
    end
  end

  def test_every_name_in_it_is_declared
    loader = RBS::EnvironmentLoader.new
    loader.add(path: Pathname(File.expand_path("../sig", __dir__)))
    environment = RBS::Environment.from_loader(loader).resolve_type_names
    builder = RBS::DefinitionBuilder.new(env: environment)
    ours = environment.class_decls.keys.select { |name| name.to_s.start_with?("::Personsig") }
    assert_equal CLASSES.size + 1, ours.size
    ours.each do |name|
      definitions = [builder.build_singleton(name)]
      definitions << builder.build_instance(name) unless name.to_s == "::Personsig"
      definitions.each do |definition|
        definition.methods.each_value { |method| method.method_types.each { |type| known(type, environment) } }
      end
    end
    aliases(environment).each_value { |entry| known(entry.decl.type, environment) if entry.name.to_s.start_with?("::Personsig") }
  end

  # RBS's own checker stands round every method and compares what goes in and comes out.
  def test_what_is_taken_and_returned_has_the_types_that_it_says
    assert_equal [true, ""], checked(<<~'RUBY')
      # The checker sees a class at its `end`, which one that Struct.new made has not.
      module Personsig
        class Verified; end
        class Finding; end
        class Provider; end
      end
      signer = Personsig::Signer.new("gosquared", "personsig-test-secret", fallback_secrets: ["old", "older"])
      timestamped = Personsig::Signer.from_env("chameleon", variable: "SOME_SECRET")
      signature = timestamped.sign(123456, now: 1596165824)
      [signer, timestamped].each { |each| [each.provider, each.inspect, each.to_s, each.sign("1"), each.identity("1")] }
      signer.sign_many([1, "2"], now: nil)
      [signer.snippet(nil), signer.snippet(1, traits: { name: "Ada", "tags" => [1, 1.5, nil, true, { a: 1 }] }, nonce: "rAnd0m")]
      [[signer, signer.sign(1), 1], [timestamped, signature, 123456]].each do |each, signed, id|
        verified = each.verify(id, signed, now: 1596165824)
        [verified.secret_index, verified.signed_at, each.valid?(id, signed, now: 1596165824), each.valid?(id, nil)]
      end
      findings = signer.explain("1", "dbd978cc", also: ["ada@example.com"]) + signer.explain("1", signer.sign("2"), also: ["2"])
      findings.each { |finding| [finding.code, finding.message, finding.fix, finding.index] }
      Personsig.providers.each { |provider| provider.members.each { |field| provider.public_send(field) } }
      [-> { signer.sign("") }, -> { signer.sign_many([""]) }, -> { signer.verify("1", nil) }].each do |call|
        call.call
      rescue Personsig::Error => e
        [e.code, e.index, e.message]
      end
    RUBY
  end

  def test_a_type_that_it_does_not_say_is_seen_there
    passed, said = checked('Personsig::Signer.new("gosquared", "personsig-test-secret").sign(1.5)')
    refute passed
    assert_includes said, "[Personsig::Signer#sign] ArgumentTypeError: expected `::Personsig::user_id`"
  end

  def test_the_literal_types_are_the_providers
    literals = Personsig.providers.map { |provider| provider.name.inspect }.join(" | ")
    type = /(?<=type provider_name = ).*/
    File.write(RBS_FILE, SIGNATURES.sub(type, literals)) if ENV["UPDATE"]
    assert_equal [literals], File.read(RBS_FILE, encoding: "UTF-8").scan(type)
  end

  # What `ri` shows, read as a program into a module of its own.
  DOCUMENTED = File.read(File.expand_path("../doc/signer.rb", __dir__), encoding: "UTF-8")

  def test_ri_shows_the_parameters_that_rbs_names
    holder = Module.new
    holder.module_eval(DOCUMENTED)
    documented = holder.const_get(:Personsig)::Signer
    signer = CLASSES.find { |declaration| declaration.name.name == :Signer }
    signer.members.grep(RBS::AST::Members::MethodDefinition).each do |member|
      method = member.kind == :singleton ? documented.method(member.name) : documented.instance_method(member.name)
      function = types_of(member).first
      named = function.required_positionals.map { |parameter| [:req, parameter.name] }
      named += function.optional_keywords.keys.map { |name| [:key, name] }
      assert_equal named, method.parameters, member.name
      assert_includes DOCUMENTED.gsub(/^ *# ?/, "").gsub(%r{</?tt>}, "`"), member.comment.string.strip if member.comment
    end
    assert_equal Personsig::Signer.instance_methods(false).sort, documented.instance_methods(false).sort
  end

  private

  # RBS 3 has other names for these two.
  def aliases(environment)
    environment.respond_to?(:alias_decls) ? environment.alias_decls : environment.type_alias_decls
  end

  def types_of(member)
    (member.respond_to?(:types) ? member.types : member.overloads.map(&:method_type)).map(&:type)
  end

  # Every class and alias that a type names.
  def known(type, environment)
    type.each_type { |part| known(part, environment) } if type.respond_to?(:each_type)
    case type
    when RBS::Types::Alias then assert_includes aliases(environment).keys, type.name
    when RBS::Types::ClassInstance then assert environment.class_decls.key?(type.name), type.name.to_s
    end
  end

  def checked(program)
    sig = File.expand_path("../sig", __dir__)
    settings = { "RBS_TEST_TARGET" => "Personsig,Personsig::*", "RBS_TEST_OPT" => "-I #{sig.shellescape}", "RBS_TEST_RAISE" => "true",
                 "RBS_TEST_SAMPLE_SIZE" => "ALL", "RBS_TEST_LOGLEVEL" => "error", "SOME_SECRET" => "personsig-test-secret" }
    command = [RbConfig.ruby, "-W0", "-I", File.expand_path("../lib", __dir__), "-r", "rbs/test/setup", "-r", "personsig", "-e", program]
    said, status = Open3.capture2e(settings, *command)
    [status.success?, said]
  end

  def methods_of(declaration, kind)
    members = declaration.members.select do |member|
      case member
      when RBS::AST::Members::MethodDefinition then member.kind == kind && member.name != :initialize
      when RBS::AST::Members::AttrReader then kind == :instance
      end
    end
    members.map(&:name).sort
  end
end
