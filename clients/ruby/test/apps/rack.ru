# frozen_string_literal: true

# A Rack application on a client that was made before the server forks, and had an event by then: for servers_test.rb.
require "seismo/rack"

SEISMO = Seismo::Client.new(server: ENV.fetch("SEISMO_SERVER"), app: ENV.fetch("SEISMO_APP"), key: ENV.fetch("SEISMO_KEY"))
SEISMO.track("app started")

use Seismo::Rack, client: SEISMO, user: ->(request) { request.params["user"] }, data: ->(_) { { pid: Process.pid } }
run(lambda do |env|
  env["seismo.route"] = env["PATH_INFO"].sub(/\d+/, ":id")
  SEISMO.track("served", { n: env["QUERY_STRING"].to_i })
  [200, { "content-type" => "text/plain" }, [Process.pid.to_s]]
end)
