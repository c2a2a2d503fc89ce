# frozen_string_literal: true

require_relative "support/helper"

# Cases beside those of contract/client.json: threads, forks, and what only shows in time.
class DeliveryTest < Minitest::Test
  def test_sends_what_many_threads_track_each_once
    server = fake_server
    tracker = client(server)
    8.times.map { |t| Thread.new { 250.times { |n| tracker.track("tick", { n: (t * 250) + n }) } } }.each(&:join)
    assert tracker.flush
    assert_equal (0...2_000).to_a, server.events.map { |event| event["data"]["n"] }.sort
    assert_equal 2_000, server.events.map { |event| event["uuid"] }.uniq.size
  end

  def test_waits_for_others_before_it_sends
    server = fake_server
    tracker = client(server, batch_max_wait_ms: 200)
    tracker.track("a")
    sleep 0.05
    tracker.track("b")
    wait_until { server.received.size == 1 }
    assert_equal [%w[a b]], server.names
  end

  def test_sends_at_once_what_fills_a_batch
    server = fake_server
    tracker = client(server, batch_max_wait_ms: 3_600_000, batch_max_events: 3)
    4.times { |n| tracker.track(n.to_s) }
    wait_until { server.received.size == 1 }
    assert_equal [%w[0 1 2]], server.names
    assert_equal 1, tracker.pending
  end

  def test_backs_off_longer_each_time_up_to_the_longest_half_of_it_at_random
    { 0 => [50, 100, 200, 200], 0.5 => [75, 150, 300, 300] }.each do |random, due|
      waits = waits_with(random: random, retry_min_ms: 100, retry_max_ms: 400) { Seismo::Answer.new(503) }
      assert_equal due, waits.first(4).map(&:round)
    end
  end

  def test_keeps_to_retry_after_but_for_an_hour_at_most
    assert_equal [3_600_050], waits_with(random: 0.5, retry_min_ms: 200) { Seismo::Answer.new(503, nil, nil, nil, nil, 1e12) }
  end

  def test_reads_retry_after_as_seconds_and_as_a_date
    now = Time.utc(2026, 3, 2, 9, 30).to_i * 1000
    { "2" => 2_000, "1.5" => 1_500, "Mon, 02 Mar 2026 09:30:30 GMT" => 30_000, nil => 0, "" => 0, "soon" => 0 }.each do |header, ms|
      assert_equal ms, Seismo::Answer.read(503, header, "", now).retry_after_ms
    end
  end

  def test_halves_batches_after_413_then_lets_them_grow
    server = fake_server { |request, index| index.zero? ? FakeServer.problem(413, "BODY_TOO_LARGE") : FakeServer.taken(request) }
    tracker = client(server, batch_max_events: 40, batch_max_wait_ms: 3_600_000)
    tracker.instance_variable_get(:@delivery).instance_variable_get(:@lock).synchronize do
      # All of them wait before the first batch leaves.
      200.times { |n| tracker.instance_variable_get(:@queue).add(Seismo::Item.new(%({"event":"#{n}"}), 20, Time.now.to_i * 1000)) }
    end
    assert tracker.flush
    assert_equal [40, 20, 30, 40, 40, 40, 30], server.names.map(&:size)
    assert_equal (0...200).map(&:to_s), server.names.drop(1).flatten
  end

  def test_a_full_queue_keeps_what_is_on_its_way
    gate = Thread::Queue.new
    server = fake_server do |request, _|
      gate.pop
      FakeServer.taken(request)
    end
    drops = []
    tracker = client(server, queue_max_events: 4, batch_max_events: 2, on_drop: ->(event, drop) { drops << [event["event"], drop.reason] })
    %w[a b].each { |name| tracker.track(name) }
    wait_until { server.received.size == 1 }
    %w[c d e f].each { |name| tracker.track(name) }
    assert_equal [["c", :queue_full], ["d", :queue_full]], drops
    3.times { gate << true }
    assert tracker.flush
    assert_equal [%w[a b], %w[e f]], server.names
  end

  def test_a_queue_is_bounded_by_bytes_as_well
    drops = []
    # An event is some 115 bytes.
    tracker = client(fake_server, queue_max_bytes: 250, on_drop: ->(event, drop) { drops << [event["event"], drop.reason] })
    %w[a b c].each { |name| tracker.track(name) }
    assert_equal [["a", :queue_full]], drops
    assert_equal 2, tracker.pending
  end

  def test_an_event_larger_than_the_queue_is_dropped
    drops = []
    tracker = client(fake_server, queue_max_bytes: 500, on_drop: ->(event, drop) { drops << [event["event"], drop.reason] })
    tracker.track("large", { text: "x" * 500 })
    assert_equal [["large", :queue_full]], drops
  end

  def test_block_waits_for_space_in_order_and_flush_includes_those_that_wait
    server = fake_server
    tracker = client(server, queue_max_events: 2, batch_max_events: 2, when_full: :block, batch_max_wait_ms: 3_600_000)
    20.times { |n| tracker.track(n.to_s) }
    assert tracker.flush
    assert_equal (0...20).map(&:to_s), server.names.flatten
  end

  def test_block_ends_when_the_client_is_closed_and_the_event_is_reported
    drops = []
    tracker = client(fake_server { :hang }, queue_max_events: 1, when_full: :block,
                                            on_drop: ->(event, drop) { drops << [event["event"], drop.reason] })
    tracker.track("a")
    waiting = Thread.new { tracker.track("b") }
    wait_until { waiting.status == "sleep" }
    refute tracker.close(timeout_ms: 20)
    assert waiting.join(10)
    assert_equal [["b", :closed], ["a", :closed]], drops
  end

  def test_flush_answers_in_time_whether_all_was_sent_and_does_not_wait_for_the_back_off
    answers = [FakeServer.problem(500, "BUG")]
    server = fake_server { |request, _| answers.shift || FakeServer.taken(request) }
    tracker = client(server, retry_min_ms: 3_600_000, retry_max_ms: 3_600_000)
    tracker.track("a")
    refute tracker.flush(timeout_ms: 200)
    assert tracker.flush
    assert_equal [%w[a], %w[a]], server.names
  end

  def test_goes_on_after_its_thread_was_killed
    server = fake_server { |request, index| index.zero? ? :hang : FakeServer.taken(request) }
    tracker = client(server, batch_max_wait_ms: 1)
    tracker.track("a")
    wait_until { server.received.size == 1 }
    Thread.list.select { |thread| thread.name == "seismo" }.each { |thread| thread.kill.join }
    assert tracker.flush
    assert_equal [%w[a], %w[a]], server.names
  end

  def test_a_flush_keeps_to_retry_after_too
    server = fake_server { FakeServer.problem(503, "STORE_BEHIND", "retry-after" => "3600") }
    tracker = client(server)
    tracker.track("a")
    2.times { refute tracker.flush(timeout_ms: 100) }
    assert_equal 1, server.received.size
  end

  def test_tries_in_a_row_of_what_somebody_else_answered_are_counted
    answers = [404, 404, 404, 404, 503, 404, 404, 404, 404].map { |status| FakeServer::Reply.new(status, "<html>", {}) }
    server = fake_server { |request, _| answers.shift || FakeServer.taken(request) }
    drops = []
    tracker = client(server, retry_min_ms: 1, retry_max_ms: 2, on_drop: ->(*drop) { drops << drop })
    tracker.track("a")
    assert tracker.flush
    assert_empty drops
    assert_equal 10, server.received.size
  end

  def test_a_host_that_interrupts_track_leaves_the_queue_whole
    server = fake_server
    # Nothing is to be dropped for its bounds: how many events fit into the test depends on the machine.
    tracker = client(server, queue_max_events: 10_000_000, queue_max_bytes: 2**30, flush_timeout_ms: 60_000)
    interrupted = tracked = 0
    worker = Thread.new do
      while interrupted < 50
        begin
          loop do
            tracker.track("tick", { n: tracked })
            tracked += 1
          end
        rescue RuntimeError
          interrupted += 1
        end
      end
    end
    worker.report_on_exception = false
    while worker.alive?
      sleep 0.001
      worker.raise("Interrupted by the host")
    end
    assert tracker.flush
    # One that was interrupted behind `track` was tracked once more.
    sent = server.events.map { |event| event["data"]["n"] }.uniq
    assert sent == (0...sent.size).to_a, "Lost or out of order"
    assert_operator sent.size, :>=, tracked
    assert_equal 0, tracker.pending
    assert_equal 0, tracker.instance_variable_get(:@queue).bytes
  end

  def test_callbacks_may_track_and_flush_and_fail
    server = fake_server { |request, index| index.zero? ? FakeServer.problem(401, "AUTH_REQUIRED") : FakeServer.taken(request) }
    results = []
    log = StringIO.new
    tracker = client(server, logger: Logger.new(log), on_drop: lambda do |event, _|
      tracker.track("lost", { event: event["event"] })
      results << tracker.flush
      raise "By the host"
    end)
    tracker.track("a")
    assert tracker.flush
    assert tracker.flush
    # From the thread that would have to do it.
    assert_equal [false], results
    assert_equal [%w[a], %w[lost]], server.names
    assert_match(/a callback of the host failed: RuntimeError: By the host/, log.string)
  end

  def test_tracks_in_a_handler_of_a_signal
    server = fake_server
    tracker = client(server)
    before = trap("USR2") { tracker.track("signalled") }
    at_end { trap("USR2", before) }
    Process.kill("USR2", Process.pid)
    wait_until { tracker.pending == 1 }
    assert tracker.flush
    assert_equal [%w[signalled]], server.names
  end

  def test_keeps_connections_and_compresses_larger_bodies
    server = fake_server
    tracker = client(server)
    tracker.track("small")
    assert tracker.flush
    tracker.track("large", { text: "x" * 2_000 })
    assert tracker.flush
    assert_equal [nil, "gzip"], (server.received.map { |request| request.headers["content-encoding"] })
    assert_equal 1, server.connections
    assert_equal "sk_x", server.received.first.headers["x-access-token"]
  end

  private

  # What the delivery waits after each of its attempts; it does not wait for real.
  def waits_with(random:, **options, &post)
    waits = []
    options = Seismo::Options.new(server: "http://127.0.0.1", app: "shop", **options)
    queue = Seismo::Queue.new(options, nil, -> { 0 })
    delivery = Seismo::Delivery.new(options, queue, post: ->(_) { post.call }, on_drops: ->(_) {}, random: -> { random },
                                                    on_retry: ->(_, wait) { waits << wait }, on_bug: ->(error) { raise error })
    delivery.add(Seismo::Item.new("{}", 2, 0))
    3.times { delivery.flush(1) }
    wait_until { delivery.flush(20) || waits.size > 3 || waits.first > 10_000 }
    delivery.close
    waits
  end
end
