# frozen_string_literal: true

require "json"
require "open3"

# The built Seismo server, and the proxy of the Node client's tests: clients/support/servers.mjs in a process of its own.
class RealServer
  PROGRAM = File.expand_path("../../../support/servers.mjs", __dir__)

  # One for all tests of the process.
  def self.shared
    @shared ||= new.tap { |server| Minitest.after_run { server.end } }
  end

  attr_reader :url, :username, :password

  def initialize
    @input, @output, @process = Open3.popen2("node", PROGRAM)
    @lock = Mutex.new
    @pid = Process.pid
    started = call("start")
    @url, @username, @password = started.values_at("url", "username", "password")
  end

  def credentials
    { username: username, password: password }
  end

  # Down, and up again at the same address.
  def stop
    call("stop")
  end

  def start
    call("start")
  end

  # @return its address; further commands are for the last one
  def proxy(seed:, passes:)
    call("proxy", seed: seed, passes: passes)["url"]
  end

  def met
    call("met")
  end

  def heal
    call("heal")
  end

  # A key that stores events of any time and texts as ids as an admin does.
  def key(app, scope)
    call("key", app: app, scope: scope)["key"]
  end

  def reader(app)
    (@readers ||= {})[app] ||= Seismo::Client.new(server: url, app: app, credentials: credentials)
  end

  # All events of an app, in the order of their times.
  def events(app)
    reader(app).events(order: "asc").to_a
  end

  def end
    return if @pid != Process.pid

    @input.close
    @process.join
  end

  private

  def call(command, **given)
    @lock.synchronize do
      @input.puts(JSON.generate({ do: command }.merge(given)))
      JSON.parse(@output.gets || raise("The server ended."))
    end
  end
end
