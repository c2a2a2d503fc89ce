# frozen_string_literal: true

require "active_support/notifications"
require_relative "job_events"

module Seismo
  # Events of ActiveJob, whatever runs the jobs.
  class ActiveJob
    # What became of an exception that the job class handled itself, by `retry_on` and `discard_on`.
    HANDLED = { "enqueue_retry.active_job" => "retried", "discard.active_job" => "discarded", "retry_stopped.active_job" => "failed" }.freeze

    # Around a job with its handlers. The notification `perform.active_job` is inside of them in Rails 6.1, and outside since 7.0.
    module Followed
      def perform_now
        ActiveJob.follow(self) { super }
      end
    end

    class << self
      # Whether the jobs of this process are reported already: Sidekiq's middleware leaves them alone then.
      attr_reader :subscribed

      def subscribe(client, **options)
        @events = JobEvents.new(client, **options)
        return if @subscribed

        HANDLED.each do |name, state|
          ActiveSupport::Notifications.subscribe(name) do |*, payload|
            payload[:job].instance_variable_set(:@seismo_handled, [state, payload[:error]])
          end
        end
        ::ActiveJob::Base.prepend(Followed)
        @subscribed = true
      end

      def follow(job)
        job.instance_variable_set(:@seismo_handled, nil)
        started = Clock.ms
        result = yield
        performed(job, started, *(job.instance_variable_get(:@seismo_handled) || ["done", nil]))
        result
      rescue Exception => e # rubocop:disable Lint/RescueException -- it is raised again
        performed(job, started, "failed", e)
        raise
      end

      private

      def performed(job, started, state, error)
        @events.performed(started) do
          { name: job.class.name, queue: job.queue_name, state: state, retries: [job.executions.to_i - 1, 0].max, error: error }
        end
      end
    end
  end
end
