# frozen_string_literal: true

# Measures the Ruby client for bench/ruby.mjs; says on standard output what it found, as JSON.
$LOAD_PATH.unshift File.expand_path("../clients/ruby/lib", __dir__)
require "English"
require "json"
require "net/http"
require "seismo"
require "socket"
require "tmpdir"
require_relative "../clients/ruby/test/support/real_server"

EVENTS = 10_000
APP = File.expand_path("ruby-app.ru", __dir__)
TRACKER = File.expand_path("../clients/ruby/test/support/tracker.rb", __dir__)
DATA = { amount: 42, plan: "pro", country: "CH", path: "/shop/cart", ms: 12.5 }.freeze

def say(text)
  warn "#{Time.now.strftime('%T')} #{text}"
  text
end

def quantile(values, share)
  values.sort[[values.size - 1, (values.size * share).floor].min]
end

def row(title, micros)
  say [title, *[0.5, 0.25, 0.75].map { |share| quantile(micros, share).round(1) }].inspect
  [title, "#{quantile(micros, 0.5).round(1)} µs", "#{quantile(micros, 0.25).round(1)} to #{quantile(micros, 0.75).round(1)}"]
end

def wall
  Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_microsecond)
end

def cpu
  Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :float_microsecond)
end

# A server that takes every batch, in a process of its own.
def sink
  listener = TCPServer.new("127.0.0.1", 0)
  pid = fork do
    loop do
      Thread.new(listener.accept) do |socket|
        while socket.gets
          length = 0
          while (header = socket.gets) != "\r\n"
            length = header.split(":").last.to_i if header.downcase.start_with?("content-length")
          end
          socket.read(length)
          body = '{"accepted":1,"duplicates":0,"rejectedTotal":0,"rejected":[]}'
          socket.write("HTTP/1.1 200 OK\r\ncontent-length: #{body.bytesize}\r\n\r\n#{body}")
        end
      end
    end
  end
  at_exit { Process.kill(:KILL, pid) }
  "http://127.0.0.1:#{listener.addr[1]}"
end

def cost_of_track(title, server, **options)
  client = Seismo::Client.new(server: server, app: "bench", key: "sk_x", queue_max_events: 100_000, **options)
  tracks = []
  wholes = []
  60.times do
    started = wall
    used = cpu
    5_000.times { client.track("order paid", DATA, user: "ann") }
    tracks << ((wall - started) / 5_000)
    client.flush
    wholes << ((cpu - used) / 5_000)
  end
  client.close
  # Without those in which everything is new to the interpreter.
  [row("one `track` of five properties#{title}, in the caller's thread", tracks.drop(10)),
   row("the same with batches, gzip and delivery, CPU of all threads", wholes.drop(10))]
end

# @return [Array] port and process id of a Puma with the application
def puma(server)
  output, input = IO.pipe
  pid = spawn({ "BENCH_SERVER" => server, "RUBYLIB" => $LOAD_PATH.first }, "puma", "--threads", "1:1", "--bind", "tcp://127.0.0.1:0", APP, out: input)
  input.close
  line = output.gets until line&.match?(/Listening on/)
  Thread.new { IO.copy_stream(output, File::NULL) }
  at_exit { Process.kill(:KILL, pid) }
  line[/:(\d+)$/, 1].to_i
end

# One request after the other over a kept connection.
# @return µs of CPU a request
def round(port, requests)
  Net::HTTP.start("127.0.0.1", port) do |http|
    before = http.get("/cpu").body.to_f
    requests.times { |n| http.get("/items/#{n}") }
    http.get("/flush")
    (http.get("/cpu").body.to_f - before) / requests
  end
end

def cost_of_middleware(server)
  ports = ["", server].map { |each| puma(each) }
  rounds = 24.times.map do |n|
    order = n.even? ? [0, 1] : [1, 0]
    micros = []
    order.each { |which| micros[which] = round(ports[which], 2_000) }
    micros
  end
  rounds = rounds.drop(4)
  [row("`Seismo::Rack` under Puma: one event a request, delivered; 20 pairs of 2,000 requests", rounds.map { |without, with| with - without }),
   row("the same requests without it", rounds.map(&:first))]
end

def losses(title, server, app)
  stored = server.events(app)
  numbers = stored.map { |event| event["data"]["n"] }.select { |n| n < EVENTS }
  lost = EVENTS - numbers.uniq.size
  twice = stored.size - stored.map { |event| event["uuid"] }.uniq.size
  say [title, EVENTS, EVENTS - lost, lost, twice].inspect
  [title, "10,000", (EVENTS - lost).to_s.gsub(/\B(?=(\d{3})+$)/, ","), lost.to_s, twice.to_s]
end

def through_faults(server)
  proxy = server.proxy(seed: 7, passes: 0.2)
  dropped = 0
  client = Seismo::Client.new(server: proxy, app: "faults", key: server.key("faults", "write"), batch_max_events: 100, retry_min_ms: 2,
                              retry_max_ms: 10, timeout_ms: 300, queue_max_events: EVENTS, on_drop: ->(*) { dropped += 1 })
  EVENTS.times do |n|
    client.track("tick", { n: n })
    client.flush(timeout_ms: 5) if n % 100 == 99
  end
  client.close(timeout_ms: 120_000)
  met = server.met
  share = 100 - (100.0 * met["none"] / met.values.sum)
  losses("a network in which #{share.round} % of #{met.values.sum} requests fail in one of 10 ways; #{dropped} reported as dropped", server, "faults")
end

def killed_again_and_again(server)
  proxy = server.proxy(seed: 11, passes: 0.5)
  key = server.key("killed", "write")
  kills = 0
  Dir.mktmpdir do |directory|
    said = 0
    while said < EVENTS
      kill_at = said + (EVENTS / 50)
      IO.popen([RbConfig.ruby, TRACKER, proxy, "killed", key, directory, said.to_s]) do |output|
        said = output.gets.to_i while said < kill_at
        Process.kill(:KILL, output.pid)
      end
      kills += 1
    end
    Seismo::Client.new(server: server.url, app: "killed", key: key, directory: directory).close(timeout_ms: 120_000)
  end
  losses("a process with a queue on disk, killed (`SIGKILL`) #{kills} times, half of its requests failing", server, "killed")
end

target = sink
costs = [*cost_of_track("", target), *Dir.mktmpdir { |folder| cost_of_track(", with a queue on disk", target, directory: folder) }, *cost_of_middleware(target)]
server = RealServer.new
lost = [through_faults(server), killed_again_and_again(server)]
server.end
gems = %w[rack puma].map { |name| "#{name} #{Gem::Specification.find_all_by_name(name).first.version}" }
puts JSON.generate(versions: "Ruby #{RUBY_VERSION}, #{gems.join(', ')}", costs: costs, losses: lost)
