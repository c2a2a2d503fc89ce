# frozen_string_literal: true

require_relative "../queue"
require_relative "segment"
require_relative "slot"

module Seismo
  module Disk
    # Keeps events in files until they have left: each is written before `track` returns, so that they outlive the process
    # however it ends. They are not forced to the platter: a power failure may cost the last seconds. Knows no threads.
    class Keeper
      # A file is not written to beyond this.
      SEGMENT_MAX_BYTES = 4 * 1024 * 1024
      # What of the texts is held in memory as well.
      MEMORY_MAX_BYTES = 4 * 1024 * 1024
      NAME = /\A(\d{12})\.events\z/

      # `live`: events in it that have not left.
      EventFile = Struct.new(:path, :bytes, :live)
      # Where an event is. `held`: its text is counted as held in memory.
      Entry = Struct.new(:file, :number, :offset, :bytes, :held)
      private_constant :EventFile, :Entry

      # What earlier processes left, oldest first.
      attr_reader :left

      # @param on_fault [#call] is told a message and a cause
      # @raise [SystemCallError] when the directory cannot be made or written to
      def initialize(directory, on_fault:, segment_max_bytes: SEGMENT_MAX_BYTES, memory_max_bytes: MEMORY_MAX_BYTES)
        @on_fault = on_fault
        @segment_max_bytes = segment_max_bytes
        @memory_max_bytes = memory_max_bytes
        @slot = Slot.take(directory)
        @files = []
        @left = []
        @memory_bytes = 0
        @last_number = 0
        @last_file = 0
        load
        adopt(directory)
        remove_empty
      end

      def added(item)
        number = (@last_number += 1)
        line = Segment.event_line(number, item.at, item.text)
        file = write(line)
        keep(item, file, number, file.bytes - line.bytesize, line.bytesize) if file
      end

      def removed(gone)
        numbers = gone.filter_map do |item|
          entry = item.entry
          next unless entry

          item.entry = nil
          entry.file.live -= 1
          @memory_bytes -= item.bytes if entry.held
          entry.number
        end
        numbers.slice_when { |one, next_one| next_one != one + 1 }.each { |run| write(Segment.left_line(run.first, run.last)) }
        remove_empty
      end

      # @return the event's JSON; what the server rejects alone, when it was damaged
      def read(item)
        entry = item.entry
        text = entry && Segment.read_event(entry.file.path, entry.offset, entry.bytes)
        @on_fault.call("an event on disk is damaged", entry&.file&.path) unless text
        text || "null"
      rescue SystemCallError, IOError => e
        @on_fault.call("an event on disk cannot be read", e)
        "null"
      end

      def keeps?(item)
        !item.entry.nil?
      end

      def close
        close_file
        remove_empty
        @slot.release
      end

      private

      def load
        by_name = names(@slot.path).to_h do |name|
          @last_file = NAME.match(name)[1].to_i
          [name, EventFile.new(File.join(@slot.path, name), 0, 0).tap { |file| @files << file }]
        end
        live_events(@slot.path) do |name, event|
          item = item_of(event)
          keep(item, by_name[name], event.number, event.offset, event.bytes)
          @left << item
          @last_number = [@last_number, event.number].max
        end
      end

      # What processes wrote that are gone: written to our files, then theirs are removed. A crash in between repeats, and
      # the server counts once.
      def adopt(directory)
        Slot.take_abandoned(directory).each do |other|
          live_events(other.path) do |_, event|
            item = item_of(event)
            added(item)
            @left << item
          end
          # What this process could not write stays there as well.
          names(other.path).each { |name| delete(File.join(other.path, name)) } unless @failing
          other.release
        end
      end

      def delete(path)
        File.delete(path)
      rescue Errno::ENOENT
        # It is gone already.
      end

      # In the order of their writing.
      def live_events(path, &block)
        found = {}
        names(path).each do |name|
          lines, damaged = Segment.read(File.join(path, name))
          @on_fault.call("#{damaged} lines of the queue on disk are damaged and were left out", name) if damaged.positive?
          lines.each do |line|
            case line
            when Segment::Event then found[line.number] = [name, line]
            else (line.from..line.to).each { |number| found.delete(number) }
            end
          end
        end
        found.each_value(&block)
      end

      def names(path)
        Dir.children(path).grep(NAME).sort
      end

      def item_of(event)
        Item.new(event.text, event.text.bytesize, event.at)
      end

      # Holds the text in memory too while there is space.
      def keep(item, file, number, offset, length)
        held = @memory_bytes + item.bytes <= @memory_max_bytes
        held ? @memory_bytes += item.bytes : item.text = nil
        file.live += 1
        item.entry = Entry.new(file, number, offset, length, held)
      end

      # @return the file it was written to; nil when it could not be
      def write(bytes)
        current = @files.last
        current = rotate if @io.nil? || current.nil? || current.bytes + bytes.bytesize > @segment_max_bytes
        written = @io.syswrite(bytes)
        raise IOError, "Only #{written} of #{bytes.bytesize} bytes were written." if written != bytes.bytesize

        current.bytes += bytes.bytesize
        @failing = false
        current
      rescue SystemCallError, IOError => e
        @on_fault.call("events cannot be written to disk and wait in memory", e) unless @failing
        @failing = true
        # What is there now may be half a line: the next one begins another file.
        close_file
        nil
      end

      def rotate
        close_file
        @last_file += 1
        path = File.join(@slot.path, format("%<number>012d.events", number: @last_file))
        @io = File.open(path, File::WRONLY | File::CREAT | File::EXCL | File::BINARY, 0o600)
        EventFile.new(path, 0, 0).tap { |file| @files << file }
      end

      def close_file
        io = @io
        @io = nil
        io&.close
      rescue SystemCallError => e
        @on_fault.call("a file of the queue cannot be closed", e)
      end

      # A file may go when it holds nothing that waits and no older file is there, about whose events it may speak.
      def remove_empty
        close_file if @files.all? { |file| file.live.zero? } && (@files.last&.bytes || 0) > @segment_max_bytes / 16
        delete(@files.shift.path) while @files.first&.live&.zero? && (@files.size > 1 || @io.nil?)
      rescue SystemCallError => e
        @on_fault.call("a file of the queue cannot be removed", e)
      end
    end
  end
end
