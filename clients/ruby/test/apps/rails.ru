# frozen_string_literal: true

# A Rails application in one file: for servers_test.rb.
require "logger"
require "rails"
require "action_controller/railtie"
require "active_job/railtie"
require "seismo"

module Blog
  class Engine < Rails::Engine
    isolate_namespace Blog
  end

  class PostsController < ActionController::Base
    def show
      render plain: params[:slug]
    end
  end
end

class Shop < Rails::Application
  config.load_defaults 6.1
  config.root = __dir__
  config.eager_load = true
  config.logger = Logger.new($stderr, level: :error)
  config.secret_key_base = "x" * 64
  config.hosts.clear
  config.active_job.queue_adapter = :async
  config.seismo.server = ENV.fetch("SEISMO_SERVER")
  config.seismo.app = ENV.fetch("SEISMO_APP")
  config.seismo.key = ENV.fetch("SEISMO_KEY")
  config.seismo.user = ->(request) { request.params[:user] }
  config.seismo.skip = ["/health"]
end

class ShipJob < ActiveJob::Base
  class Busy < StandardError; end

  queue_as :shipping
  retry_on Busy, wait: 0, attempts: 3
  discard_on ArgumentError

  def perform(what)
    raise Busy, "try again" if what == "busy" && executions < 2
    raise ArgumentError, "never" if what == "wrong"
    raise KeyError, "lost" if what == "lost"
  end
end

class OrdersController < ActionController::API
  def show
    render plain: params[:id].to_s
  end

  def create
    %w[good busy wrong lost].each { |what| ShipJob.perform_later(what) }
    Seismo.client.track("order paid", { amount: BigDecimal("12.50"), at: Time.current, status: :paid })
    head :created
  end

  def fails
    raise IndexError, "no such order 42"
  end
end

Rails.application.initialize!
Blog::Engine.routes.draw { get "posts/:slug", to: "posts#show" }
Rails.application.routes.draw do
  get "shops/:shop/orders/:id", to: "orders#show"
  post "shops/:shop/orders", to: "orders#create"
  # Two routes to one action.
  get "orders/latest", to: "orders#show"
  get "fails", to: "orders#fails"
  get "health", to: "orders#show"
  mount Blog::Engine => "/blogs/:blog"
end
run Rails.application
