# frozen_string_literal: true

# A small Rack application, with the middleware when it is given a server of events: for bench/ruby.rb.
require "seismo/rack"

server = ENV.fetch("BENCH_SERVER")
client = server.empty? ? nil : Seismo::Client.new(server: server, app: "bench", key: "sk_x")
use Seismo::Rack, client: client, user: ->(request) { request.get_header("HTTP_X_USER") }, skip: ["/cpu", "/flush"] if client
run(lambda do |env|
  path = env["PATH_INFO"]
  client&.flush if path == "/flush"
  body = path == "/cpu" ? Process.clock_gettime(Process::CLOCK_PROCESS_CPUTIME_ID, :float_microsecond).to_s : "{\"id\":#{path[/\d+/].to_i}}"
  env["seismo.route"] = "/items/:id"
  [200, { "content-type" => "application/json" }, [body]]
end)
