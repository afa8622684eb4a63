# frozen_string_literal: true

# Every case of tests/vectors, through the adapter: a test named by each id.

require "minitest/autorun"
require_relative "../../../tests/adapters/ruby"

class VectorsTest < Minitest::Test
  FILES = Dir[File.expand_path("../../../tests/vectors/*.json", __dir__)].sort

  FILES.each do |path|
    file = JSON.parse(File.read(path, encoding: "UTF-8"))
    operation = file.fetch("operation")
    file.fetch("tests").each do |test|
      define_method("test_#{operation}/#{test.fetch("id")}") { check(operation, test) }
    end
  end

  def test_the_vectors_are_there
    refute_empty FILES
  end

  private

  def check(operation, test)
    missing = test.fetch("requires", []) - Adapter::SUPPORTS
    skip "needs #{missing.join(", ")}" unless missing.empty?

    expected = test.fetch("expect")
    answer = Adapter.run(operation, expand(test.fetch("input")))
    if expected.key?("error")
      assert_equal expected, answer.slice(*expected.keys)
    else
      assert_equal({"result" => expected}, answer)
    end
  end

  def expand(value)
    case value
    when Array then value.map { |element| expand(element) }
    when Hash
      repeated, times = value["repeat"]
      return repeated * times if value.keys == ["repeat"]

      value.transform_values { |element| expand(element) }
    else value
    end
  end
end
