# frozen_string_literal: true

require_relative "support/helper"

class DiskTest < Minitest::Test
  Opened = Struct.new(:keeper, :queue) do
    def add(*texts)
      texts.each { |text| queue.add(Seismo::Item.new(text.dup, text.bytesize, 500)) }
    end

    def take(count)
      queue.take(count, 10**9)
      queue.taken(nil)
    end

    def texts
      queue.items.map { |item| queue.text(item) }
    end
  end

  def setup
    @faults = []
    @folder = directory
  end

  def open_queue(path, queue_max_events: 1_000_000, **options)
    keeper = Seismo::Disk::Keeper.new(path, on_fault: ->(message, _) { @faults << message }, **options)
    settings = Seismo::Options.new(server: "http://127.0.0.1", app: "shop", queue_max_events: queue_max_events, queue_max_bytes: 10**9)
    Opened.new(keeper, Seismo::Queue.new(settings, keeper, -> { 1_000 }))
  end

  def event(number, padding = 0)
    %({"n":#{number},"text":"Zoë 🦊#{'x' * padding}"})
  end

  def events(range, padding = 0)
    range.map { |number| event(number, padding) }
  end

  # What a process leaves that was killed: its files, and a lock of a process that is gone.
  def killed(path)
    copy = "#{path}-copy"
    FileUtils.cp_r(path, copy)
    Dir.children(copy).each { |slot| File.write(File.join(copy, slot, "lock"), "999999999") }
    copy
  end

  def files(path)
    Dir.glob(File.join(path, "*.events"))
  end

  def a
    File.join(@folder, "a")
  end

  def test_finds_what_a_killed_process_left_in_order_with_its_times
    first = open_queue(a)
    first.add(*events(0...5))
    first.take(2)
    first.add(event(5))
    again = open_queue(killed(a))
    assert_equal events(2...6), again.texts
    assert_equal [500] * 4, again.queue.items.map(&:at)
    again.add(event(6))
    again.take(4)
    assert_equal [event(6)], open_queue(killed("#{a}-copy")).texts
    assert_empty @faults
  end

  NODE_CLIENT = <<~JS
    const { createClient } = await import(process.argv[1]);
    const [server, directory, ...names] = process.argv.slice(2);
    const client = createClient({ server, app: 'shop', key: 'k', directory, retryMinMs: 10 });
    for (const name of names) client.track(name, { text: 'Zoë 🦊' });
    await client.close({ timeoutMs: names.length > 0 ? 1 : 20_000 });
  JS

  def run_node_client(*arguments)
    system("node", "--input-type=module", "-e", NODE_CLIENT, File.join(REPOSITORY, "client/dist/node.js"), *arguments, exception: true)
  end

  def test_sends_what_the_node_client_left_in_the_same_directory_and_the_other_way_round
    away = "http://127.0.0.1:1"
    server = fake_server
    run_node_client(away, a, "of node", "of node too")
    ruby = client(server, directory: a)
    assert ruby.flush
    assert ruby.close
    ruby = client(away, directory: a)
    ruby.track("of ruby", { text: "Zoë 🦊" })
    ruby.close(timeout_ms: 1)
    run_node_client(server.url, a)
    assert_equal ["of node", "of node too", "of ruby"], server.names.flatten
    assert_equal ["Zoë 🦊"], server.events.map { |event| event["data"]["text"] }.uniq
    assert_empty Dir.glob(File.join(a, "*", "*"))
  end

  def test_leaves_out_a_torn_last_line_and_a_damaged_one_and_keeps_all_others
    open_queue(a).add(*events(0...4))
    copy = killed(a)
    file = files(File.join(copy, "0")).first
    bytes = File.binread(file)
    # A bit of the second event turns over, and the last one lacks its end.
    bytes.setbyte(bytes.index('"n":1') + 5, bytes.getbyte(bytes.index('"n":1') + 5) ^ 1)
    File.binwrite(file, bytes[0...-3])
    again = open_queue(copy)
    assert_equal [event(0), event(2)], again.texts
    assert_equal ["2 lines of the queue on disk are damaged and were left out"], @faults
    # What is written now does not run into the torn line.
    again.add(event(9))
    assert_equal [event(0), event(2), event(9)], open_queue(killed(copy)).texts
  end

  def test_removes_files_as_their_events_leave_and_ends_without_any
    opened = open_queue(a, segment_max_bytes: 1_000)
    slot = File.join(a, "0")
    opened.add(*events(0...100))
    count = files(slot).size
    # 100 lines of some 45 bytes in files of 1,000.
    assert_operator count, :>, 3
    opened.take(60)
    assert_operator files(slot).size, :<, count
    assert_equal events(60...100), open_queue(killed(a)).texts
    opened.take(40)
    opened.keeper.close
    assert_empty Dir.children(slot)
  end

  def test_grows_no_further_on_disk_while_the_oldest_are_dropped
    opened = open_queue(a, segment_max_bytes: 10_000, queue_max_events: 100)
    opened.add(*events(0...5_000))
    assert_equal 4_900, opened.queue.take_drops.size
    assert_operator files(File.join(a, "0")).sum { |file| File.size(file) }, :<, 40_000
    assert_equal events(4_900...5_000), open_queue(killed(a)).texts
  end

  def test_holds_in_memory_no_more_than_told_and_reads_the_rest_when_its_turn_comes
    opened = open_queue(a, memory_max_bytes: 300, queue_max_events: 20)
    opened.add(*events(0...20, 50))
    # Three of some 80 bytes.
    assert_equal 3, opened.queue.items.count(&:text)
    assert_equal events(0...20, 50), opened.texts
    opened.take(5)
    opened.add(*events(20...26, 50))
    # The dropped one is reported with its text, wherever that was.
    assert_equal [event(5, 50)], opened.queue.take_drops.map(&:first)
    assert_equal events(6...26, 50), opened.texts
  end

  def test_waits_in_memory_while_the_disk_cannot_be_written_and_says_so_once
    opened = open_queue(a, segment_max_bytes: 50)
    opened.add(event(0))
    slot = File.join(a, "0")
    FileUtils.rm_rf(slot)
    opened.add(event(1), event(2))
    assert_equal ["events cannot be written to disk and wait in memory"], @faults
    Dir.mkdir(slot)
    opened.add(event(3))
    assert_equal events(1..3), opened.texts.drop(1)
    opened.queue.close
    assert_equal [[event(1), :closed], [event(2), :closed]], (opened.queue.take_drops.map { |text, drop| [text, drop.reason] })
  end

  # Writes half of a line, as on a disk that is full.
  HalfWritten = Struct.new(:file) do
    def syswrite(bytes)
      file.syswrite(bytes.byteslice(0, bytes.bytesize / 2))
    end

    def close
      file.close
    end
  end

  def test_what_follows_half_a_line_is_in_another_file
    opened = open_queue(a)
    opened.add(event(0))
    opened.keeper.instance_variable_set(:@io, HalfWritten.new(opened.keeper.instance_variable_get(:@io)))
    opened.add(event(1), event(2))
    assert_equal ["events cannot be written to disk and wait in memory"], @faults
    assert_equal [event(0), event(2)], open_queue(killed(a)).texts
  end

  def test_sends_the_rest_of_a_batch_when_one_of_its_events_was_damaged_on_disk
    opened = open_queue(a, memory_max_bytes: 0)
    opened.add(event(0), event(1), event(2))
    file = files(File.join(a, "0")).first
    bytes = File.binread(file)
    File.binwrite(file, bytes.sub('"n":1', '"n":0'))
    assert_equal [event(0), "null", event(2)], opened.texts
    assert_equal ["an event on disk is damaged"], @faults
  end

  def test_gives_each_client_of_a_directory_a_folder_of_its_own_and_takes_over_what_dead_processes_left
    one = open_queue(a)
    two = open_queue(a)
    one.add(event(1))
    two.add(event(2))
    assert_equal %w[0 1], Dir.children(a).sort
    assert_equal [[event(1)], [event(2)]], [one.texts, two.texts]
    copy = killed(a)
    assert_equal [event(1), event(2)], open_queue(copy).texts
    assert_empty Dir.children(File.join(copy, "1"))
    # Both are its own now, also for whoever comes after it.
    assert_equal [event(1), event(2)], open_queue(killed(copy)).texts
  end

  def test_takes_over_from_an_earlier_process_of_the_same_id_as_in_a_container_that_starts_anew
    open_queue(a).add(event(1))
    copy = killed(a)
    File.write(File.join(copy, "0", "lock"), Process.pid.to_s)
    assert_equal [event(1)], open_queue(copy).texts
  end

  def test_leaves_a_lock_alone_that_another_client_replaced_in_the_meantime
    lock = abandoned_folder
    dead = Seismo::Disk::Slot.send(:holder_of, lock)
    File.write("#{a}/own", Process.ppid.to_s)
    File.rename("#{a}/own", lock)
    refute Seismo::Disk::Slot.send(:replace, lock, dead)
    assert_equal Process.ppid.to_s, File.read(lock)
    assert_equal ["lock"], Dir.children("#{a}/0")
  end

  def test_of_those_that_find_a_dead_process_only_the_one_with_the_claim_takes_its_folder
    lock = abandoned_folder
    time = File.mtime(lock)
    claim = "#{a}/0/claim-#{File.stat(lock).ino}-#{(time.to_i * 1_000_000_000) + time.nsec}"
    File.write(claim, Process.ppid.to_s)
    assert_empty Seismo::Disk::Slot.take_abandoned(a)
    # The one with the claim was killed, too.
    File.write(claim, "999999999")
    assert_equal ["#{a}/0"], Seismo::Disk::Slot.take_abandoned(a).map(&:path)
    assert_equal ["lock"], Dir.children("#{a}/0")
  end

  def test_takes_an_empty_lock_for_one_that_is_being_written_for_a_minute
    lock = abandoned_folder
    File.write(lock, "")
    assert_empty Seismo::Disk::Slot.take_abandoned(a)
    File.utime(Time.now - 61, Time.now - 61, lock)
    assert_equal 1, Seismo::Disk::Slot.take_abandoned(a).size
  end

  # @return [String] the lock that a killed process left
  def abandoned_folder
    FileUtils.mkdir_p("#{a}/0")
    File.write("#{a}/0/lock", "999999999")
    "#{a}/0/lock"
  end

  def test_of_workers_that_start_side_by_side_one_takes_over_an_abandoned_folder
    open_queue(a).add(*events(0...10))
    copy = killed(a)
    gate, start = IO.pipe
    workers = 8.times.map do
      output, input = IO.pipe
      pid = fork do
        start.close
        gate.read
        input.puts open_queue(copy).texts.size
        input.close
        sleep
      end
      input.close
      [pid, output]
    end
    start.close
    assert_equal [*[0] * 7, 10], workers.map { |_, output| output.gets.to_i }.sort
  ensure
    workers.each { |pid, _| Process.kill(:KILL, pid) && Process.wait(pid) }
  end

  def test_folders_are_taken_by_one_process_at_a_time
    Dir.mkdir(a)
    taken = Thread::Queue.new
    File.open(a) do |folder|
      folder.flock(File::LOCK_EX)
      Thread.new { taken << Seismo::Disk::Slot.take(a) }
      # Were it not to wait, it would have ended by now.
      sleep 0.2
      assert_empty taken
    end
    assert_equal File.join(a, "0"), taken.pop.path
  end

  def test_is_not_opened_where_no_directory_can_be
    File.write(File.join(@folder, "file"), "")
    assert_raises(SystemCallError) { Seismo::Client.new(server: "http://127.0.0.1", app: "shop", directory: File.join(@folder, "file")) }
  end

  def test_a_client_sends_what_an_earlier_one_left_and_keeps_what_it_cannot_send
    drops = []
    options = { directory: a, timeout_ms: 100, retry_min_ms: 10, retry_max_ms: 10, on_drop: ->(*drop) { drops << drop } }
    away = client("http://127.0.0.1:1", **options)
    away.track("left", { n: 1 })
    refute away.close(timeout_ms: 50)
    server = fake_server
    heir = client(server, **options)
    heir.track("own")
    assert heir.close
    assert_equal %w[left own], server.names.flatten
    assert_empty drops
    assert_empty Dir.glob(File.join(a, "*", "*"))
  end
end
