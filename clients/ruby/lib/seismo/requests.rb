# frozen_string_literal: true

require_relative "thrown"

module Seismo
  # What of a request is sent as an event, for any framework. docs/send-events/rack.md lists the options.
  class Requests
    OPTIONS = %i[event user data sample skip errors error_messages].freeze
    # A request that no route matched: its address is not sent, it may contain anything.
    UNMATCHED = "(unmatched)"

    def initialize(client, event: "request", user: nil, data: nil, sample: 1, skip: [], errors: true, error_messages: true)
      @client = client
      @event = event
      @user = user
      @data = data
      @sample = sample
      @skip = skip.respond_to?(:call) ? skip : Array(skip)
      @errors = errors
      @error_messages = error_messages
    end

    # Whether this request becomes an event.
    def wants?(request, path)
      return false if @sample < 1 && Random.rand >= @sample

      !ask(false) { @skip.respond_to?(:call) ? @skip.call(request) : @skip.any? { |rule| skips?(rule, path) } }
    end

    # @param served [Hash] `method`, `route`, `status`, `ms`, and what else is known
    def served(request, served)
      data = served.compact
      data["sample"] = @sample if @sample < 1
      more = @data && ask { @data.call(request) }
      data = data.merge(more.transform_keys(&:to_s)) if more.is_a?(Hash)
      @client.track(@event, data, **user_of(request))
    end

    # @param where [Hash] `method` and `route`
    def failed(request, error, where)
      return unless @errors

      @client.track("error", Thrown.of(error, messages: @error_messages).merge(where), **user_of(request))
    end

    private

    # What the host's function says; nothing when it fails: a fault in counting must not become one in serving.
    def ask(otherwise = nil)
      yield
    rescue StandardError
      otherwise
    end

    def user_of(request)
      user = @user && ask { @user.call(request).to_s }
      user.nil? || user.empty? ? {} : { user: user }
    end

    def skips?(rule, path)
      return rule.match?(path) if rule.is_a?(Regexp)

      rule.end_with?("*") ? path.start_with?(rule.delete_suffix("*")) : path == rule
    end
  end
end
