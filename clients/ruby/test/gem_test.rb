# frozen_string_literal: true

require_relative "support/helper"
require "open3"
require "rubygems/package"

# The gem as it is published: built, installed where no other gem is, and used.
class GemTest < Minitest::Test
  def test_is_built_installed_into_an_empty_home_and_used
    folder = directory
    file = File.join(folder, "seismo-client.gem")
    output, status = Open3.capture2e("gem", "build", "seismo-client.gemspec", "--output", file, chdir: ROOT)
    assert_predicate status, :success?, output
    package = Gem::Package.new(file)
    assert_empty package.spec.runtime_dependencies
    assert_equal Dir.glob("{lib,sig}/**/*.{rb,rbs}", base: ROOT).push("README.md", "CHANGELOG.md", "LICENSE").sort, package.contents.sort
    assert_equal File.read(File.join(REPOSITORY, "LICENSE")), File.read(File.join(ROOT, "LICENSE"))

    home = File.join(folder, "home")
    env = { "GEM_HOME" => home, "GEM_PATH" => home, "RUBYLIB" => nil, "RUBYOPT" => nil }
    output, status = Open3.capture2e(env, "gem", "install", "--local", "--no-document", file)
    assert_predicate status, :success?, output
    server = fake_server
    # As Bundler requires it, and by its own name.
    %w[seismo-client seismo].each do |name|
      program = "require '#{name}'; Seismo::Client.new(server: '#{server.url}', app: 'shop', key: 'k').track('#{name}'); " \
                "print Gem.loaded_specs['seismo-client'].gem_dir"
      output, status = Open3.capture2e(env, RbConfig.ruby, "-e", program, chdir: folder)
      assert_predicate status, :success?, output
      assert output.start_with?(home), output
    end
    assert_equal [%w[seismo-client], %w[seismo]], server.names
  end

  def test_is_clean_for_rubocop
    skip "rubocop is not installed" unless Gem::Specification.find_all_by_name("rubocop").any?
    output, status = Open3.capture2e("rubocop", "--cache", "false", chdir: ROOT)
    assert_predicate status, :success?, output
  end
end
