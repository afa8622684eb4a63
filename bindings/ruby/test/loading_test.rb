# frozen_string_literal: true

# A compiled part that does not belong here is refused when it is loaded, in a process of its own.

require "minitest/autorun"
require "fileutils"
require "open3"
require "rbconfig"
require "tmpdir"

class LoadingTest < Minitest::Test
  LIB = File.expand_path("../lib", __dir__)
  ABI = RUBY_VERSION[/\A\d+\.\d+/]

  # This Ruby, made to say that it is 3.99: the preloaded copy of its version can be written.
  def test_another_ruby_than_it_was_built_for_is_refused
    Dir.mktmpdir do |folder|
      version = File.join(folder, "version.so")
      code = "int ruby_api_version[3] = {#{RUBY_VERSION.tr(".", ",")}};"
      said, made = Open3.capture2e("cc -shared -fPIC -x c -o #{version} -", stdin_data: code)
      assert_predicate made, :success?, said
      rename = 'Fiddle::Pointer.new(Fiddle::Handle::DEFAULT["ruby_api_version"])[4, 4] = [99].pack("l")'
      message = load_error(LIB, first: "require 'fiddle'; #{rename}", env: {"LD_PRELOAD" => version})
      assert_includes message, "personsig was built for Ruby #{ABI}, loaded in 3.99"
    end
  end

  def test_files_of_another_version_are_refused
    with_copy do |lib|
      File.write(File.join(lib, "personsig/version.rb"), 'module Personsig; VERSION = "99.0.0"; end')
      assert_match(/compiled part is version .* Ruby files are not/, load_error(lib))
    end
  end

  def test_where_nothing_is_compiled_for_this_ruby_the_message_says_so
    with_copy do |lib|
      FileUtils.rm_r(File.join(lib, "personsig", ABI))
      assert_includes load_error(lib), "no compiled part for Ruby #{ABI}"
    end
  end

  def test_a_second_copy_is_refused_and_both_are_named
    with_copy do |lib|
      second = File.join(lib, "personsig").inspect
      code = "require 'personsig'; begin; require #{second}; rescue LoadError => e; puts e.message; end; " \
             "print Personsig::Signer.new('gosquared', 'a-secret').valid?('1', 'x'), $VERBOSE"
      said = Open3.capture2e(RbConfig.ruby, "-w", "-I", LIB, "-e", code).first.lines(chomp: true)
      assert_equal "personsig is loaded already, from #{LIB}/personsig.rb; this is #{lib}/personsig.rb. " \
                   "Keep one of the two on the load path", said.first
      assert_equal ["falsetrue"], said.drop(1)
    end
  end

  def test_the_same_file_by_another_path_is_no_second_copy
    Dir.mktmpdir do |folder|
      FileUtils.ln_s(LIB, File.join(folder, "link"))
      code = "require 'personsig'; load #{File.join(folder, "link/personsig.rb").inspect}; print Personsig.providers.size > 1"
      assert_equal "true", Open3.capture2e(RbConfig.ruby, "-w", "-I", LIB, "-e", code).first
    end
  end

  private

  def with_copy
    Dir.mktmpdir do |folder|
      FileUtils.cp_r(LIB, folder)
      yield File.join(folder, "lib")
    end
  end

  # What a program that cannot load it reads.
  def load_error(lib, first: "", env: {})
    code = "#{first}; begin; require 'personsig'; rescue LoadError => e; print e.message; end"
    Open3.capture2e(env, RbConfig.ruby, "-I", lib, "-e", code).first
  end
end
