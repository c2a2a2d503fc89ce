# frozen_string_literal: true

# Jobs of Sidekiq: for servers_test.rb.
require "sidekiq"
require "seismo/sidekiq"

Sidekiq.configure_server do |config|
  # Else a retry takes 20 seconds.
  (Sidekiq.respond_to?(:options) ? Sidekiq.options : config)[:poll_interval_average] = 0.1
  config.server_middleware do |chain|
    chain.add Seismo::Sidekiq, server: ENV.fetch("SEISMO_SERVER"), app: ENV.fetch("SEISMO_APP"), key: ENV.fetch("SEISMO_KEY")
  end
end

class ShipJob
  include Sidekiq::Worker

  sidekiq_options queue: "shipping", retry: 1
  sidekiq_retry_in { 1 }

  def perform(what)
    raise ArgumentError, "no such order 42" if what == "wrong"
  end
end
