# frozen_string_literal: true

require "json"
require "uri"
require_relative "plain"

module Seismo
  # The parameters of a question as a query string.
  module Search
    OPERATORS = %w[is isNot contains startsWith matches in gt gte lt lte between exists].freeze
    # A text that could be read as a number, a boolean or a list.
    AMBIGUOUS = /\A(?:-?\d.*|true|false|null|".*)\z|,/m

    class << self
      # @param parameters [Hash] as the API names them, or in snake case: `time_zone` is `timeZone`
      # @return [String] empty, or with a question mark
      def of(parameters)
        pairs = parameters.compact.flat_map do |name, value|
          next data(value, []) if name.to_s == "data" && value.is_a?(Hash)

          [[camel(name), scalar(value)]]
        end
        pairs.empty? ? "" : "?#{URI.encode_www_form(pairs)}"
      end

      # @return [String] `usersExact` for `users_exact`
      def camel(name)
        name.to_s.gsub(/_([a-z])/) { Regexp.last_match(1).upcase }
      end

      private

      def data(filter, path)
        filter.compact.flat_map do |key, value|
          name = key.to_s
          operator = camel(name)
          if OPERATORS.include?(operator) && !path.empty?
            [["#{name_of(path)}[#{operator}]", spelled(value, operator)]]
          elsif value.is_a?(Array)
            [["#{name_of(path + [name])}[in]", spelled(value, "in")]]
          elsif value.is_a?(Hash)
            data(value, path + [name])
          else
            [[name_of(path + [name]), spelled(value, "is")]]
          end
        end
      end

      # A single key that holds a dot or a bracket is spelled as a literal.
      def name_of(path)
        path.size == 1 && path.first.match?(/[.\[\]]/) ? "data[#{JSON.generate(path.first)}]" : "data.#{path.join('.')}"
      end

      # A text that could be read otherwise is quoted: what was asked for is the text.
      def spelled(value, operator)
        return value.map { |each| spelled(each, operator) }.join(",") if value.is_a?(Array)

        text = scalar(value)
        quoted = value.is_a?(String) && %w[is isNot in].include?(operator) && AMBIGUOUS.match?(text)
        quoted ? JSON.generate(text) : text
      end

      def scalar(value)
        plain = Plain.of(value, "parameter")
        plain.is_a?(Hash) || plain.is_a?(Array) ? JSON.generate(plain) : plain.to_s
      rescue Plain::Impossible => e
        raise ArgumentError, "seismo-client: #{e.message}"
      end
    end
  end
end
