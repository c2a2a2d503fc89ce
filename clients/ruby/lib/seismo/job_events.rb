# frozen_string_literal: true

require_relative "clock"
require_relative "thrown"

module Seismo
  # What of a job is sent as an event, for any queue. docs/send-events/sidekiq.md lists the properties.
  class JobEvents
    OPTIONS = %i[event errors error_messages].freeze

    def initialize(client, event: "job", errors: true, error_messages: true)
      @client = client
      @event = event
      @errors = errors
      @error_messages = error_messages
    end

    # An event for the job that began at `started`. A fault in counting does not become one in the job.
    # @yield [] what became of it: `name`, `queue`, `state` (`done`, `failed`, `retried` or `discarded`), `retries` (how often it was
    #   tried before) and `error`; nil where somebody else reports it
    def performed(started)
      outcome = yield
      track(**outcome, ms: Clock.ms - started) if outcome
    rescue StandardError
      # As said above.
    end

    private

    def track(name:, queue:, ms:, state:, retries:, error:)
      job = { "name" => name, "queue" => queue }
      data = job.merge("ms" => ms.round(2), "state" => state, "retries" => retries)
      data["error"] = error.class.name if error
      @client.track(@event, data)
      return unless error && @errors

      @client.track("error", Thrown.of(error, messages: @error_messages).merge("job" => name, "queue" => queue))
    end
  end
end
