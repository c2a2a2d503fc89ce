# frozen_string_literal: true

# Tracks numbered events into a queue on disk and says how far it is, until it is killed: for faults_test.rb.
$LOAD_PATH.unshift File.expand_path("../../lib", __dir__)
require "seismo"

server, app, key, directory, from = ARGV
client = Seismo::Client.new(server: server, app: app, key: key, directory: directory, batch_max_events: 100,
                            retry_min_ms: 2, retry_max_ms: 10, timeout_ms: 300)
$stdout.sync = true
(from.to_i..).each do |n|
  client.track("tick", { n: n })
  puts n + 1
  sleep 0.001 if (n % 50).zero?
end
