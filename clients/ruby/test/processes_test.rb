# frozen_string_literal: true

require_relative "support/helper"
require "open3"

# A client in a process that forks, ends, or becomes a daemon.
class ProcessesTest < Minitest::Test
  LIB = File.expand_path("../lib", __dir__)

  # @return [Array] standard output and error, and the status
  def run_program(text, *arguments)
    Open3.capture3(RbConfig.ruby, "-I", LIB, "-r", "seismo", "-e", text, *arguments)
  end

  def test_what_waits_is_sent_when_the_program_ends
    server = fake_server
    out, err, status = run_program(<<~RUBY, server.url)
      Seismo::Client.new(server: ARGV[0], app: "shop", key: "k").track("order paid")
      raise "By the host" if ARGV[1]
    RUBY
    assert_equal ["", "", true], [out, err, status.success?]
    assert_equal [["order paid"]], server.names
  end

  def test_a_signal_to_end_sends_what_waits
    server = fake_server
    output = IO.popen([RbConfig.ruby, "-I", LIB, "-r", "seismo", "-e", <<~RUBY, server.url], err: File::NULL)
      Seismo::Client.new(server: ARGV[0], app: "shop", key: "k").track("order paid")
      $stdout.sync = true
      puts "ready"
      sleep
    RUBY
    output.gets
    Process.kill(:TERM, output.pid)
    output.close
    assert_equal [["order paid"]], server.names
  end

  def test_the_end_of_a_program_waits_no_longer_than_told_for_a_server_that_does_not_answer
    _, _, status = run_program(<<~RUBY, fake_server { :hang }.url)
      Seismo::Client.new(server: ARGV[0], app: "shop", key: "k", exit_timeout_ms: 50, timeout_ms: 3_600_000).track("order paid")
    RUBY
    assert_predicate status, :success?
  end

  def test_children_send_their_own_events_and_the_parent_its_own_each_once
    server = fake_server
    tracker = client(server, batch_max_wait_ms: 3_600_000)
    tracker.track("parent", { n: 1 })
    children = 4.times.map do |n|
      fork do
        tracker.track("child", { n: n })
        tracker.track("child", { n: n + 10 })
        exit!(tracker.flush ? 0 : 1)
      end
    end
    children.each { |pid| assert_predicate Process.wait2(pid).last, :success? }
    assert_equal 1, tracker.pending
    tracker.track("parent", { n: 2 })
    assert tracker.flush
    sent = server.events.map { |event| [event["event"], event["data"]["n"]] }
    assert_equal [["child", 0], ["child", 1], ["child", 2], ["child", 3], ["child", 10], ["child", 11], ["child", 12], ["child", 13],
                  ["parent", 1], ["parent", 2]], sent.sort
    assert_equal 10, server.events.map { |event| event["uuid"] }.uniq.size
  end

  def test_a_child_may_be_forked_while_threads_track_and_send
    server = fake_server
    tracker = client(server, batch_max_wait_ms: 1)
    stop = false
    threads = 3.times.map { Thread.new { loop { stop ? break : (tracker.track("parent") || sleep(0.001)) } } }
    20.times do |n|
      pid = fork do
        tracker.track("child", { n: n })
        exit!(tracker.flush(timeout_ms: 20_000) ? 0 : 1)
      end
      assert_predicate Process.wait2(pid).last, :success?
    end
    stop = true
    threads.each(&:join)
    children = server.events.select { |event| event["event"] == "child" }
    assert_equal (0...20).to_a, children.map { |event| event["data"]["n"] }.sort
  end

  def test_a_child_that_ends_without_having_tracked_leaves_the_parent_its_events_and_its_files
    server = fake_server
    path = directory
    out, err, = run_program(<<~RUBY, server.url, path)
      client = Seismo::Client.new(server: ARGV[0], app: "shop", key: "k", directory: ARGV[1], batch_max_wait_ms: 3_600_000)
      client.track("parent")
      Process.wait(fork {})
      puts Dir.glob(File.join(ARGV[1], "0", "*")).map { |file| File.basename(file) }.sort
    RUBY
    assert_equal ["000000000001.events\nlock\n", ""], [out, err]
    assert_equal [["parent"]], server.names
  end

  def test_a_child_keeps_its_events_on_disk_in_a_folder_of_its_own
    server = fake_server
    path = directory
    tracker = client(server, directory: path, batch_max_wait_ms: 3_600_000)
    tracker.track("parent")
    pid = fork do
      tracker.track("child")
      Process.kill(:KILL, Process.pid)
    end
    Process.wait(pid)
    assert_equal %w[0 1], Dir.children(path).sort
    heir = client(server, directory: path)
    heir.track("heir")
    assert heir.flush
    assert_equal %w[child heir], server.names.flatten
  end

  def test_a_program_that_becomes_a_daemon_sends_what_it_tracked_before
    server = fake_server
    run_program(<<~RUBY, server.url)
      client = Seismo::Client.new(server: ARGV[0], app: "shop", key: "k", batch_max_wait_ms: 3_600_000)
      client.track("before")
      Process.daemon(true, true)
      sleep 0.01 while Seismo::Processes.alive?(client.instance_variable_get(:@pid))
      client.track("after")
    RUBY
    wait_until { server.names.flatten.size >= 2 }
    assert_equal %w[after before], server.names.flatten.sort
  end

  def test_siblings_make_ids_of_their_own
    outputs = 3.times.map do
      IO.popen("-") { |child| child ? child.read : (print Array.new(100) { Seismo::Uuid.v7(2_000_000_000_000) }.join(" ")) }
    end
    assert_equal 300, outputs.flat_map(&:split).uniq.size
  end
end
