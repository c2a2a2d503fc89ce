# frozen_string_literal: true

require "net/http"
require "socket"

# Servers that are started as a user starts them, and ended with the test.
module Programs
  LIB = File.expand_path("../../lib", __dir__)
  APPS = File.expand_path("../apps", __dir__)

  # Skips the test where a gem is missing.
  def needs(*gems)
    missing = gems.reject { |name| Gem::Specification.find_all_by_name(name).any? }
    skip "not installed: #{missing.join(', ')}" if missing.any?
  end

  def program?(name)
    ENV["PATH"].split(":").any? { |folder| File.executable?(File.join(folder, name)) }
  end

  def app_file(name)
    File.join(APPS, name)
  end

  # For an app of the server of events.
  def environment(app)
    @keys ||= {}
    { "RUBYLIB" => LIB, "SEISMO_SERVER" => RealServer.shared.url, "SEISMO_APP" => app,
      "SEISMO_KEY" => @keys[app] ||= RealServer.shared.key(app, "write") }
  end

  # @return [Array] port and process id
  # @param file [String] the name of one of the applications, or the path of another one
  def puma(file, app, *arguments, env: {})
    start(%r{Listening on http://127\.0\.0\.1:(\d+)}, app, "puma", "--bind", "tcp://127.0.0.1:0", *arguments,
          File.expand_path(file, APPS), env: env)
  end

  # For Sidekiq; skips the test where it is not installed.
  # @return [Hash] the environment that names it
  def redis
    skip "redis-server is not installed" unless program?("redis-server")
    socket = File.join(directory, "redis.sock")
    spawn_until(/ready to accept connections/i, {}, "redis-server", "--port", "0", "--unixsocket", socket, "--save", "")
    { "REDIS_URL" => "unix://#{socket}" }
  end

  # @return [Array] what the pattern's group found, and the process id
  def start(pattern, app, *command, env: {})
    spawn_until(pattern, environment(app).merge(env), *command)
  end

  def spawn_until(pattern, env, *command)
    output, input = IO.pipe
    pid = spawn(env, *command, out: input, err: input, pgroup: true, chdir: APPS)
    input.close
    text = +""
    found = Timeout.timeout(60) do
      text << (output.gets || raise("#{command.first} ended:\n#{text}")) until (match = pattern.match(text))
      match[1]
    end
    # What it says later is not read by anybody, and must not stop it.
    Thread.new { IO.copy_stream(output, File::NULL) }
    at_end { stop(pid, :KILL) }
    [found, pid]
  end

  def stop(pid, signal = :TERM)
    return if (@stopped ||= []).include?(pid)

    @stopped << pid
    Process.kill(signal, pid)
    Process.wait(pid)
  end

  def get(port, path)
    Net::HTTP.start("127.0.0.1", port.to_i) { |http| http.get(path) }
  end

  def post(port, path)
    Net::HTTP.start("127.0.0.1", port.to_i) { |http| http.post(path, "", "content-type" => "text/plain") }
  end

  def free_port
    TCPServer.open("127.0.0.1", 0) { |server| server.addr[1] }
  end
end
