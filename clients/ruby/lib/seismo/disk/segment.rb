# frozen_string_literal: true

require "zlib"

module Seismo
  module Disk
    # A file of lines: `crc number at json` for an event, `crc -from -to` for events that have left. The checksum covers the
    # rest of the line; an event's JSON contains no line break. Written to and never changed. The Node client's files are the
    # same: either reads what the other left.
    module Segment
      # Of an event: its number in the order of writing, when it was tracked, and where in the file it is.
      Event = Struct.new(:number, :at, :text, :offset, :bytes)
      # Of events that have left, both ends included.
      Left = Struct.new(:from, :to)

      # Eight hex digits and a space.
      CRC_LENGTH = 9
      LEFT = /\A-(\d+) -(\d+)\z/
      EVENT = /\A(\d+) (\d+) (\{.*\})\z/mn

      class << self
        def event_line(number, at, text)
          line("#{number} #{at} #{text}")
        end

        def left_line(from, to)
          line("-#{from} -#{to}")
        end

        # The lines that are whole, and how many are not: the last one of a process that was killed, or a damage of the disk.
        # @return [Array(Array, Integer)]
        def read(path)
          lines = []
          damaged = 0
          offset = 0
          File.binread(path).each_line("\n") do |bytes|
            parsed = bytes.end_with?("\n") ? parse(bytes.chomp, offset) : nil
            parsed ? lines << parsed : damaged += 1
            offset += bytes.bytesize
          end
          [lines, damaged]
        end

        # @return [String, nil] the event's JSON; nil when it is not there as it was written
        def read_event(path, offset, length)
          bytes = File.binread(path, length, offset)
          return unless bytes&.bytesize == length

          line = parse(bytes.chomp, offset)
          line.text if line.is_a?(Event)
        end

        private

        def line(content)
          bytes = content.b
          format("%<crc>08x ", crc: Zlib.crc32(bytes)).b << bytes << "\n"
        end

        def parse(bytes, offset)
          content = bytes.byteslice(CRC_LENGTH..)
          return unless content && bytes.start_with?(format("%<crc>08x ", crc: Zlib.crc32(content)))

          if (left = LEFT.match(content))
            Left.new(left[1].to_i, left[2].to_i)
          elsif (event = EVENT.match(content))
            Event.new(event[1].to_i, event[2].to_i, event[3].force_encoding(Encoding::UTF_8), offset, bytes.bytesize + 1)
          end
        end
      end
    end
  end
end
