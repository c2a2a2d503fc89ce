# frozen_string_literal: true

require "bigdecimal"
require "date"
require "set"

module Seismo
  # Ruby's values as those that JSON has. docs/send-events/ruby.md lists what becomes of what.
  module Plain
    # What JSON cannot hold.
    class Impossible < StandardError; end

    # Deeper than any server takes (its dataDepthMax is 32), and what contains itself ends here.
    DEPTH_MAX = 90
    # Characters of a path in a message.
    PATH_MAX = 80
    # Texts in everything but name.
    TEXTS = %w[URI::Generic Pathname IPAddr].freeze

    class << self
      # @raise [Impossible] for what JSON cannot hold, with where it is
      def of(value, at = "data", depth = 0)
        case value
        when String then text(value, at)
        when Integer, true, false, nil then value
        when Float then number(value)
        when Symbol then text(value.name, at)
        when Hash then hash(value, at, depth)
        when Array then array(value, at, depth)
        when Time then time(value)
        when BigDecimal then decimal(value)
        else other(value, at, depth)
        end
      end

      # @return [String] in UTC, with milliseconds
      def time(value)
        value.getutc.strftime("%Y-%m-%dT%H:%M:%S.%LZ")
      end

      # @return [String] in UTF-8
      def text(value, at)
        plain = value.instance_of?(String) ? value : String.new(value)
        # What comes from a socket carries no encoding, and is UTF-8 in all likelihood.
        plain = plain.dup.force_encoding(Encoding::UTF_8) if plain.encoding == Encoding::BINARY
        plain = plain.encode(Encoding::UTF_8) unless plain.encoding == Encoding::UTF_8
        return plain if plain.valid_encoding?

        impossible(at, "is not valid UTF-8.")
      rescue EncodingError
        impossible(at, "cannot be converted to UTF-8.")
      end

      private

      # A value that contains itself has a path that nobody wants to read.
      def impossible(at, why)
        raise Impossible, "#{at.length > PATH_MAX ? "#{at[0, PATH_MAX]}…" : at} #{why}"
      end

      def hash(value, at, depth)
        check(at, depth)
        value.each_with_object({}) do |(key, each), plain|
          name = key.is_a?(Symbol) ? key.name : text(key.to_s, at)
          plain[name] = simple?(each) ? each : of(each, "#{at}.#{name}", depth + 1)
        end
      end

      def array(value, at, depth)
        check(at, depth)
        value.each_with_index.map { |each, index| simple?(each) ? each : of(each, "#{at}[#{index}]", depth + 1) }
      end

      # Most values: it saves the text of where they are.
      def simple?(value)
        Integer === value || (value.instance_of?(String) && value.encoding == Encoding::UTF_8 && value.valid_encoding?)
      end

      def check(at, depth)
        impossible(at, "is nested too deeply, or contains itself.") if depth > DEPTH_MAX
      end

      # JSON has neither infinity nor what is no number: null, as in the other clients.
      def number(value)
        value if value.finite?
      end

      # A number where a double holds all its digits, else a text with all of them.
      def decimal(value)
        return unless value.finite?
        return value.abs < 2**53 ? value.to_i : value.to_i.to_s if value.frac.zero?

        double = value.to_f
        double.finite? && BigDecimal(double.to_s) == value ? double : value.to_s("F")
      end

      def other(value, at, depth)
        case value
        when DateTime then time(value.to_time)
        when Date then value.strftime("%Y-%m-%d")
        when Rational then number(value.to_f)
        when Set then array(value.to_a, at, depth)
        when Struct then hash(value.to_h, at, depth)
        when Module then text(value.name.to_s, at)
        else unknown(value, at, depth)
        end
      end

      def unknown(value, at, depth)
        return text(value.to_s, at) if TEXTS.any? { |name| Object.const_defined?(name) && value.is_a?(Object.const_get(name)) }
        # ActiveSupport's durations pass for numbers, and are seconds.
        return of(value.to_i == value.to_f ? value.to_i : value.to_f, at) if value.is_a?(Numeric) && value.real?
        return hash(value.to_h, at, depth) if value.respond_to?(:to_h) && !value.is_a?(Enumerable)

        impossible(at, "is of the class #{value.class}, which has no form in JSON.")
      end
    end
  end
end
