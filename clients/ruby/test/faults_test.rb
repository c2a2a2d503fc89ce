# frozen_string_literal: true

require "English"
require_relative "support/helper"
require_relative "support/real_server"

# Nothing is lost and nothing is counted twice. `FAULTS=long` for the long form.
class FaultsTest < Minitest::Test
  EVENTS = 10_000
  LONG = ENV["FAULTS"] == "long"
  TRACKER = File.expand_path("support/tracker.rb", __dir__)

  def server
    RealServer.shared
  end

  # Each number once, in the order of tracking.
  def numbers_of(app)
    server.events(app).map { |event| event["data"]["n"] }
  end

  def test_delivers_10_000_of_10_000_events_each_once_and_in_order_through_a_network_that_does_everything_wrong
    proxy = server.proxy(seed: 7, passes: 0.2)
    dropped = []
    tracker = Seismo::Client.new(server: proxy, app: "faults", key: server.key("faults", "write"), batch_max_events: 100,
                                 retry_min_ms: 2, retry_max_ms: 10, timeout_ms: 100, queue_max_events: EVENTS,
                                 on_drop: ->(*drop) { dropped << drop })
    EVENTS.times do |n|
      tracker.track("tick", { n: n })
      tracker.flush(timeout_ms: 5) if n % 100 == 99
    end
    # Enough requests that each kind of fault was met some times.
    wait_until("faults were met") { server.met.values.sum > (LONG ? 1_000 : 200) || tracker.pending.zero? }
    server.heal
    assert tracker.close(timeout_ms: 30_000)
    assert_empty dropped
    assert_equal 11, server.met.size, server.met.inspect
    assert_equal (0...EVENTS).to_a, numbers_of("faults")
    # And counted so: a repeated batch is in no roll-up twice.
    assert_equal EVENTS, server.reader("faults").report(report: "day")["total"]
  end

  def test_delivers_what_a_process_tracked_that_was_killed_again_and_again_each_once
    kills = LONG ? 50 : 12
    path = directory
    proxy = server.proxy(seed: 11, passes: 0.5)
    key = server.key("killed", "write")
    tracked = 0
    kills.times do |round|
      tracked = track_until_killed(proxy, key, path, tracked, EVENTS * (round + 1) / kills)
      assert_equal Signal.list["KILL"], $CHILD_STATUS.termsig
    end
    tracker = Seismo::Client.new(server: server.url, app: "killed", key: key, directory: path)
    assert tracker.close(timeout_ms: 30_000)
    # What was tracked and not yet said when it was killed is stored as well: the next process tracked that once more.
    stored = server.events("killed")
    assert_equal (0...EVENTS).to_a, stored.map { |event| event["data"]["n"] }.uniq.sort.first(EVENTS)
    assert_equal stored.size, stored.map { |event| event["uuid"] }.uniq.size
    assert_empty Dir.glob(File.join(path, "*", "*"))
  end

  def test_waits_for_a_server_that_is_away_and_goes_on_when_it_is_back
    tracker = Seismo::Client.new(server: server.url, app: "away", key: server.key("away", "write"), retry_min_ms: 20, retry_max_ms: 100)
    1_000.times { |n| tracker.track("tick", { n: n }) }
    assert tracker.flush
    server.stop
    (1_000...2_000).each { |n| tracker.track("tick", { n: n }) }
    refute tracker.flush(timeout_ms: 200)
    server.start
    assert tracker.close(timeout_ms: 30_000)
    assert_equal (0...2_000).to_a, numbers_of("away")
  end

  private

  # @return how far the process said that it had come before it was killed
  def track_until_killed(proxy, key, path, from, kill_at)
    said = from
    IO.popen([RbConfig.ruby, TRACKER, proxy, "killed", key, path, from.to_s]) do |output|
      while said < kill_at && (line = output.gets)
        said = line.to_i
      end
      Process.kill(:KILL, output.pid)
    end
    said
  end
end
