# frozen_string_literal: true

# sig/personsig.rbs names exactly what the loaded library has.

require "minitest/autorun"
require "rbs"
require "personsig"

class RbsTest < Minitest::Test
  SIGNATURES = File.read(File.expand_path("../sig/personsig.rbs", __dir__), encoding: "UTF-8")
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

  def test_the_literal_types_are_the_providers
    literals = Personsig.providers.map { |provider| provider.name.inspect }.join(" | ")
    assert_equal [literals], SIGNATURES.scan(/type provider_name = (.*)/).flatten
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
      function = (member.respond_to?(:types) ? member.types.first : member.overloads.first.method_type).type
      named = function.required_positionals.map { |parameter| [:req, parameter.name] }
      named += function.optional_keywords.keys.map { |name| [:key, name] }
      assert_equal named, method.parameters, member.name
      assert_includes DOCUMENTED.gsub(/^ *# ?/, "").gsub(%r{</?tt>}, "`"), member.comment.string.strip if member.comment
    end
    assert_equal Personsig::Signer.instance_methods(false).sort, documented.instance_methods(false).sort
  end

  private

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
