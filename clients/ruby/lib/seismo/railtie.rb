# frozen_string_literal: true

require "rails/railtie"
require_relative "rack"

module Seismo
  # Rails: `config.seismo.server`, `app` and `key` are enough. docs/send-events/rails.md lists what else there is.
  class Railtie < ::Rails::Railtie
    config.seismo = ActiveSupport::OrderedOptions.new

    # After config/initializers, where the options may be set too.
    initializer "seismo.client", after: :load_config_initializers do |app|
      options = app.config.seismo.to_h
      Seismo.client ||= options[:client] || Railtie.client_of(options)
      Railtie.follow(app, Seismo.client, options) if Seismo.client
    end

    class << self
      # @return [Client, nil] nil where no server is configured, as in tests
      def client_of(options)
        return unless options[:server] && options[:app]

        Client.new(logger: ::Rails.logger, **options.slice(*Options::NAMES))
      end

      def follow(app, client, options)
        # Outside of all other middleware, so that the answer is the one that is sent.
        app.middleware.insert_before(0, Rack, client: client, request_class: ActionDispatch::Request,
                                              **options.slice(*Requests::OPTIONS))
        # In development Rails shows an error itself, and keeps it to itself.
        ActiveSupport.on_load(:action_controller) do
          ActionDispatch::DebugExceptions.register_interceptor { |request, error| request.set_header("seismo.error", error) }
        end
        follow_jobs(client, options) unless options[:jobs] == false
      end

      private

      def follow_jobs(client, options)
        ActiveSupport.on_load(:active_job) do
          require_relative "active_job"
          ActiveJob.subscribe(client, **options.slice(:errors, :error_messages))
        end
      end
    end
  end
end
