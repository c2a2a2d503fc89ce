# frozen_string_literal: true

require_relative "clock"
require_relative "queue"

module Seismo
  # Takes events to the server: in order, in batches, one at a time, again until each is answered for. It belongs to one
  # process: after a fork the child has another one.
  class Delivery
    # Tries in a row of a batch that is damaged on its way.
    DAMAGED_MAX = 5
    # However long the server says to wait, an hour is enough.
    RETRY_AFTER_MAX_MS = 3_600_000
    # After a refusal for its size the batch grows again, by this many events each time.
    GROWTH_EVENTS = 10
    # A thread that waits for the delivery looks this often whether it was killed.
    LOOK_AGAIN_S = 1

    # @param post [#call] posts JSON texts of events as one batch and returns an Answer; never raises
    # @param on_drops [#call] is told pairs of JSON and Drop, without a lock
    # @param on_retry [#call] is told that a batch was not taken, and how many ms pass before the next attempt
    # @param on_bug [#call] is told of an exception that should not have been
    # @param random [#call] from 0 up to 1
    def initialize(options, queue, post:, on_drops:, on_retry:, on_bug:, random: -> { Random.rand })
      @options = options
      @queue = queue
      @post = post
      @on_drops = on_drops
      @on_retry = on_retry
      @on_bug = on_bug
      @random = random
      @lock = Mutex.new
      # Something for the thread to do; something that others wait for has happened.
      @work = ConditionVariable.new
      @done = ConditionVariable.new
      @batch_max = options.batch_max_events
      @failures = 0
      @damaged = 0
      # Since when events wait for others; no request before; also no flush before: the server said so.
      @waiting_since = nil
      @not_before = 0
      @told_before = 0
      @flush_to = 0
      @closed = false
      start if queue.size.positive?
    end

    def size
      @lock.synchronize { @queue.size }
    end

    # @return [Item, nil] the item, when it waits for its place: `wait_for_place` waits with it
    def add(item)
      placed = true
      drops = @lock.synchronize do
        if @closed
          [[item.text, Drop.new(:closed)]]
        else
          before = @queue.size
          placed = @queue.add(item)
          start
          # The thread knows of the others, and when to send them.
          @work.signal if before.zero? || full?
          @queue.take_drops
        end
      end
      @on_drops.call(drops) unless drops.empty?
      placed ? nil : item
    end

    # Returns when the event has its place, or the client was closed.
    def wait_for_place(item)
      return if Thread.current == @thread

      @lock.synchronize do
        while @queue.outside?(item)
          start
          @done.wait(@lock, LOOK_AGAIN_S)
        end
      end
    end

    # Sends now what waits.
    # @return whether the server has all of it, or it was dropped, in time
    def flush(timeout_ms)
      # From a callback, in the thread that would have to do it.
      return false if Thread.current == @thread

      deadline = Clock.ms + timeout_ms
      @lock.synchronize do
        target = @queue.last_seq
        return true if sent_up_to?(target)

        @flush_to = target
        @not_before = @told_before
        until sent_up_to?(target) || @closed
          left = deadline - Clock.ms
          return false if left <= 0

          start
          @work.signal
          @done.wait(@lock, [left / 1000.0, LOOK_AGAIN_S].min)
        end
        true
      end
    end

    # Stops; what is still there is dropped, unless it is kept.
    def close
      drops = @lock.synchronize do
        @closed = true
        @queue.close
        @work.signal
        @done.broadcast
        @queue.take_drops
      end
      @on_drops.call(drops) unless drops.empty?
    end

    private

    def full?
      @queue.size >= @batch_max || @queue.bytes >= @options.batch_max_bytes
    end

    def sent_up_to?(seq)
      first = @queue.first_seq
      first.nil? || first > seq
    end

    # Under the lock. A thread that the host killed is replaced.
    def start
      return if @thread&.alive? || @closed

      # Threads inherit the mask of whoever starts them, and one that cannot be interrupted would keep the process alive.
      @thread = Thread.new { Thread.handle_interrupt(Object => :immediate) { run } }
      @thread.name = "seismo"
      @thread.report_on_exception = false
      # Puma warns of threads that began before it forked; this one is begun anew in the child.
      @thread.thread_variable_set(:fork_safe, true)
    rescue ThreadError
      # The machine has no threads left: the next call tries again.
    end

    def run
      while (texts = next_batch)
        answer = @post.call(texts)
        wait = nil
        drops = @lock.synchronize do
          wait = conclude(answer) unless @closed
          @done.broadcast
          @queue.take_drops
        end
        @on_retry.call(answer, wait) if wait
        @on_drops.call(drops) unless drops.empty?
      end
    rescue StandardError => e
      @on_bug.call(e)
    ensure
      # Killed on its way: whoever comes next sends it again.
      @lock.synchronize { @queue.put_back } unless @lock.owned?
    end

    # @return [Array<String>, nil] what is to be sent now; nil when it is over
    def next_batch
      batch = nil
      until batch
        drops = @lock.synchronize do
          return if @closed

          batch = take_or_wait
          @queue.take_drops
        end
        @on_drops.call(drops) unless drops.empty?
      end
      batch
    end

    # Under the lock.
    def take_or_wait
      unless @queue.waiting?
        @waiting_since = nil
        @work.wait(@lock)
        return
      end
      now = Clock.ms
      @waiting_since ||= now
      wait = due_at - now
      if wait.positive?
        @work.wait(@lock, wait / 1000.0)
        return
      end
      @waiting_since = nil
      batch = @queue.take(@batch_max, @options.batch_max_bytes).map { |item| @queue.text(item) }
      # They were too old.
      @done.broadcast
      batch unless batch.empty?
    end

    def due_at
      first = @queue.first_seq
      now = full? || (first && first <= @flush_to)
      [now ? 0 : @waiting_since + @options.batch_max_wait_ms, @not_before].max
    end

    # @return [Float, nil] ms until the next attempt
    def conclude(answer)
      # The next start may have the right key.
      return keep(answer) if @options.directory && answer.denied?

      case answer.verdict
      when :taken then conclude_taken(answer)
      when :split then conclude_split(answer)
      when :retry
        @damaged = 0
        back_off(answer)
      when :damaged
        @damaged += 1
        @damaged < DAMAGED_MAX ? back_off(answer) : give_up(answer)
      else give_up(answer)
      end
    end

    def conclude_taken(answer)
      @failures = @damaged = @not_before = 0
      @batch_max = [@options.batch_max_events, @batch_max + GROWTH_EVENTS].min
      @queue.taken(answer.rejected)
      nil
    end

    def conclude_split(answer)
      sent = @queue.sent_size
      return give_up(answer) if sent < 2

      @batch_max = sent / 2
      @queue.put_back
      nil
    end

    def keep(answer)
      @damaged = 0
      back_off(answer, @options.retry_max_ms)
    end

    def back_off(answer, backoff = [@options.retry_max_ms, @options.retry_min_ms * (2**[@failures, 30].min)].min)
      told = [answer.retry_after_ms.to_f, RETRY_AFTER_MAX_MS].min
      @failures += 1
      # Half of it at random, so that clients that failed together do not come back together.
      wait = told.positive? ? told + (@random.call * @options.retry_min_ms / 2.0) : (backoff / 2.0) + (@random.call * backoff / 2.0)
      @not_before = Clock.ms + wait
      @told_before = told.positive? ? @not_before : 0
      @queue.put_back
      wait
    end

    def give_up(answer)
      @damaged = 0
      @queue.refused(Drop.new(:refused, answer.code || "HTTP_#{answer.status}", answer.detail))
      nil
    end
  end
end
