# frozen_string_literal: true

require "json"
require_relative "id_text"
require_relative "plain"
require_relative "uuid"

module Seismo
  # An event as JSON: fixed when it is tracked, so that what the host changes later does not change it, and every retry is
  # the same.
  module EventText
    # The id under which a user's traits are kept (the server's rule).
    IDENTIFY = "$identify"
    OPTIONS = %i[user device session timestamp id uuid].freeze

    # @param name [String, Symbol, Hash] a name, or a hash with `id` and `event`
    # @param options [Hash] any of OPTIONS
    # @raise [Plain::Impossible] for what JSON cannot hold
    def self.of(name, data, options, now_ms)
      id, event = name.is_a?(Hash) ? [name[:id] || name["id"], name[:event] || name["event"]] : [options[:id], name]
      fields = { "uuid" => options[:uuid] || Uuid.v7(now_ms) }
      put(fields, "event", event)
      put(fields, "id", id)
      unless options.empty?
        put(fields, "user", IdText.plain(options[:user]))
        put(fields, "device", IdText.plain(options[:device]))
        put(fields, "session", IdText.plain(options[:session]))
      end
      put(fields, "timestamp", options[:timestamp] || now_ms)
      put(fields, "data", data)
      JSON.generate(fields)
    rescue JSON::GeneratorError => e
      raise Plain::Impossible, e.message
    end

    def self.put(fields, name, value)
      fields[name] = Plain.of(value, name) unless value.nil?
    end
    private_class_method :put
  end
end
