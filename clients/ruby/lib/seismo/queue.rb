# frozen_string_literal: true

require_relative "answer"

module Seismo
  # One event on its way. `text` is nil while it is held on disk alone; `at` is when it was tracked, ms since 1970; `seq` is
  # its position in the order of tracking; `entry` is where it is on disk.
  Item = Struct.new(:text, :bytes, :at, :seq, :entry)

  # Events that wait, bounded by count and bytes. Knows no threads: its caller holds a lock. What was dropped is collected in
  # `drops`, to be reported once the lock is released.
  class Queue
    # Bytes of all events that have their place.
    attr_reader :bytes
    # The last event's `seq`.
    attr_reader :last_seq
    # Pairs of the event's JSON and its Drop.
    attr_reader :drops

    # @param keeper [Disk::Keeper, nil] where it is kept beyond the memory of the process
    # @param now [#call] ms since 1970
    def initialize(options, keeper, now)
      @max_events = options.queue_max_events
      @max_bytes = options.queue_max_bytes
      @max_age_ms = options.max_age_ms
      @when_full = options.when_full
      @keeper = keeper
      @now = now
      # Part of the request whose answer has not come, those that follow, and those that wait for their place (:block).
      @sent = []
      @waiting = []
      @outside = []
      @bytes = 0
      @last_seq = 0
      @drops = []
      keeper&.left&.each { |item| push(item) }
    end

    def size
      @sent.size + @waiting.size
    end

    def sent_size
      @sent.size
    end

    def waiting?
      !@waiting.empty?
    end

    # The first event's position; nil when there is none.
    def first_seq
      (@sent.first || @waiting.first || @outside.first)&.seq
    end

    # @return whether the event has its place, or was dropped; else it is placed later
    def add(item)
      item.seq = (@last_seq += 1)
      # Larger than all of the queue: it never has a place.
      if item.bytes > @max_bytes || (@when_full == :drop_newest && !fits?(item))
        drop(item, :queue_full)
      elsif @when_full == :block && (!@outside.empty? || !fits?(item))
        @outside << item
        return false
      else
        place(item)
        give_up_oldest while size > @max_events || @bytes > @max_bytes
      end
      true
    end

    # The oldest events. They count as sent until `taken`, `refused` or `put_back` is called.
    def take(max_events, max_bytes)
      bytes = 0
      old = []
      until @waiting.empty?
        item = @waiting.first
        if @now.call - item.at > @max_age_ms
          old << @waiting.shift
          next
        end
        break if @sent.size == max_events || (!@sent.empty? && bytes + item.bytes > max_bytes)

        @sent << @waiting.shift
        # And the comma.
        bytes += item.bytes + 1
      end
      remove(old, Drop.new(:too_old))
      @sent
    end

    # The text of an event, wherever it is.
    def text(item)
      item.text || @keeper.read(item)
    end

    # The request was not taken: its events are the next ones again.
    def put_back
      @waiting.unshift(*@sent)
      @sent = []
    end

    # The server has them, but for those that it rejected.
    # @param rejected [Array<Hash>] with `index`, `code` and `detail`
    def taken(rejected)
      sent = @sent
      @sent = []
      refused = Array(rejected).filter_map do |each|
        item = each.is_a?(Hash) && each["index"].is_a?(Integer) ? sent[each["index"]] : nil
        item && [item, Drop.new(:refused, each["code"], each["detail"])]
      end
      refused.each { |item, why| @drops << [text(item), why] }
      remove(sent, nil)
    end

    # None of them will reach the server.
    def refused(drop)
      sent = @sent
      @sent = []
      remove(sent, drop)
    end

    # Whether the event has not found its place yet.
    def outside?(item)
      @outside.include?(item)
    end

    # Takes nothing more in: drops what is there, unless it is kept.
    def close
      outside = @outside
      @outside = []
      outside.each { |item| drop(item, :closed) }
      kept, lost = (@sent + @waiting).partition { |item| @keeper&.keeps?(item) }
      @sent = []
      @waiting = kept
      remove(lost, Drop.new(:closed))
    end

    # Without it being dropped: another process sends them.
    def items
      @sent + @waiting + @outside
    end

    # @return the drops since it was called last
    def take_drops
      drops = @drops
      @drops = [] unless drops.empty?
      drops
    end

    private

    def fits?(item)
      size < @max_events && @bytes + item.bytes <= @max_bytes
    end

    def push(item)
      item.seq ||= (@last_seq += 1)
      @bytes += item.bytes
      @waiting << item
    end

    def place(item)
      push(item)
      @keeper&.added(item)
    end

    def drop(item, reason)
      @drops << [item.text, Drop.new(reason)]
    end

    def give_up_oldest
      remove([@waiting.shift], Drop.new(:queue_full))
    end

    # They are in none of the lists any more.
    def remove(gone, drop)
      return if gone.empty?

      gone.each do |item|
        @bytes -= item.bytes
        @drops << [text(item), drop] if drop
      end
      @keeper&.removed(gone)
      admit
    end

    def admit
      place(@outside.shift) while !@outside.empty? && fits?(@outside.first)
    end
  end
end
