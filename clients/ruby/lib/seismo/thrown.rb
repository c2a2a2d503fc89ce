# frozen_string_literal: true

require "digest"
require "rbconfig"
require "rubygems"

module Seismo
  # What a program raised, as the properties of an event `error`. Never raises.
  module Thrown
    TEXT_MAX_LENGTH = 200
    LINE = /\A(?<path>.+?):(?<line>\d+)(?::in [`'](?<name>.*)')?\z/
    # What differs from one release of Ruby to the next: `Shop#pay` is `pay` before 3.4.
    OWNER = /.*[#.]/
    # Code of others: it changes with their versions.
    OTHERS = (Gem.path + RbConfig::CONFIG.values_at("rubylibprefix", "sitedir", "vendordir") +
      %w[/usr/share/rubygems-integration /usr/share/ruby /usr/lib/ruby]).compact.uniq.freeze

    class << self
      # @param messages whether the message is included: it may contain personal data
      # @return [Hash] `name`, `code`, `message`, `stack`, `at`
      def of(error, messages: true)
        name = text(error.class.name || "Error")
        code = error.respond_to?(:code) ? text(error.code) : ""
        message = text(message_of(error))
        frames, at = frames_of(error)
        # Where it is not known where it comes from: the same but for its numbers.
        frames = [code, message.gsub(/\d+/, "0")] if frames.empty?
        thrown = { "name" => name, "code" => code, "message" => messages ? message : "", "at" => at.to_s }
        thrown.reject { |_, value| value.empty? }.merge("stack" => hash([name, *frames]))
      end

      private

      # Messages differ from one time to the next, lines with every release, folders with every machine.
      def frames_of(error)
        at = nil
        frames = Array(error.backtrace).filter_map do |line|
          match = LINE.match(line)
          next if match.nil? || line.start_with?("<internal:", *OTHERS)

          file = File.basename(match[:path])
          at ||= "#{file}:#{match[:line]}"
          "#{match[:name].to_s.sub(/\A(?:block|rescue|ensure).* in /, '').sub(OWNER, '')}@#{file}"
        end
        [frames, at]
      end

      def hash(parts)
        Digest::SHA256.hexdigest(parts.join(","))[0, 14]
      end

      def message_of(error)
        error.message
      rescue StandardError
        "unreadable"
      end

      def text(value)
        return "" unless value.is_a?(String) || value.is_a?(Symbol) || value.is_a?(Integer)

        value.to_s.dup.force_encoding(Encoding::UTF_8).scrub("")[0, TEXT_MAX_LENGTH]
      end
    end
  end
end
