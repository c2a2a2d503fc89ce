# frozen_string_literal: true

require_relative "../seismo"
require_relative "job_events"

module Seismo
  # Middleware of Sidekiq's server: an event for each job, and one for each error.
  #   config.server_middleware { |chain| chain.add Seismo::Sidekiq, client: seismo }
  class Sidekiq
    # @param options [Hash] `client`, or the client's own options; `event`, `errors`, `error_messages`. Sidekiq hands it over
    #   as it is, so these are no keywords.
    def initialize(options = {})
      client = options[:client] || Client.new(**options.except(*JobEvents::OPTIONS))
      @events = JobEvents.new(client, **options.slice(*JobEvents::OPTIONS))
    end

    def call(_worker, job, queue)
      started = Clock.ms
      result = yield
      performed(job, queue, started, "done", nil)
      result
    rescue Exception => e # rubocop:disable Lint/RescueException -- it is raised again
      # A job that the end of the process interrupts is begun anew by the next one.
      performed(job, queue, started, e.is_a?(StandardError) ? "failed" : "retried", e)
      raise
    end

    private

    def performed(job, queue, started, state, error)
      @events.performed(started) do
        # Of ActiveJob, which reports them itself where Rails has the railtie.
        next if job["wrapped"] && Seismo.const_defined?(:ActiveJob, false) && ActiveJob.subscribed

        retries = job["retry_count"] ? job["retry_count"].to_i + 1 : 0
        { name: (job["wrapped"] || job["class"]).to_s, queue: queue, state: state, retries: retries, error: error }
      end
    end
  end
end
