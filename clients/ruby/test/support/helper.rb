# frozen_string_literal: true

$LOAD_PATH.unshift File.expand_path("../../lib", __dir__)

require "json"
require "logger"
require "minitest/autorun"
require "seismo"
require "tmpdir"
require_relative "fake_server"

module Helper
  ROOT = File.expand_path("../..", __dir__)
  REPOSITORY = File.expand_path("../..", ROOT)
  WAIT_MAX_S = 30

  # @return what the block returns, once that is neither nil nor false
  def wait_until(what = "it happens", seconds: WAIT_MAX_S)
    deadline = Seismo::Clock.ms + (seconds * 1000)
    loop do
      found = yield
      return found if found
      raise Minitest::Assertion, "Waited #{seconds} s until #{what}." if Seismo::Clock.ms > deadline

      sleep 0.005
    end
  end

  def fake_server(&answer)
    FakeServer.new(&answer).tap { |server| at_end { server.close } }
  end

  def client(server, **options)
    Seismo::Client.new(server: server.is_a?(String) ? server : server.url, app: "shop", key: "sk_x", **options)
                  .tap { |client| at_end { client.close(timeout_ms: 1) } }
  end

  def directory
    Dir.mktmpdir("seismo-ruby-").tap { |path| at_end { FileUtils.rm_rf(path) } }
  end

  # What is opened last is closed first.
  def at_end(&work)
    (@at_end ||= []).unshift(work)
  end

  def after_teardown
    super
    (@at_end || []).each(&:call)
  end
end

module Minitest
  class Test
    include Helper
  end
end
