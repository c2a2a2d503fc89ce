# frozen_string_literal: true

require "rack"
require_relative "../seismo"
require_relative "clock"
require_relative "rails_route"
require_relative "requests"

module Seismo
  # Middleware for Rack: an event for each request, and one for each error. For Sinatra too; Rails has it by the railtie.
  #   use Seismo::Rack, server: "https://seismo.example.com", app: "shop", key: ENV["SEISMO_KEY"]
  class Rack
    # Set by an application or router of one's own: the pattern of the route.
    ROUTE = "seismo.route"
    # Where frameworks put an error that they answered themselves.
    ERRORS = %w[seismo.error action_dispatch.exception sinatra.error rack.exception].freeze

    attr_reader :client

    # @param options those of the client (or `client` itself), and those of Requests
    # @raise [ArgumentError] when an option is not usable
    def initialize(app, client: nil, request_class: nil, **options)
      @app = app
      @client = client || Client.new(**options.except(*Requests::OPTIONS))
      @requests = Requests.new(@client, **options.slice(*Requests::OPTIONS))
      @request_class = request_class || ::Rack::Request
    end

    def call(env)
      request = @request_class.new(env)
      wanted = @requests.wants?(request, "#{env['SCRIPT_NAME']}#{env['PATH_INFO']}")
      started = Clock.ms
      answer = @app.call(env)
      report_answered_error(request, env, answer)
      wanted ? follow(request, env, answer, started) : answer
    rescue Exception => e # rubocop:disable Lint/RescueException -- it is raised again
      failed(request, env, e)
      served(request, env, 500, started, nil) if wanted
      raise
    end

    private

    def follow(request, env, (status, headers, body), started)
      if body.is_a?(Array)
        # As it is: a server sends what it knows to be whole in one piece.
        served(request, env, status, started, body.sum(&:bytesize))
        return [status, headers, body]
      end
      # Written by the application itself, when it likes.
      unless body.respond_to?(:each)
        served(request, env, status, started, nil)
        return [status, headers, body]
      end
      followed = Body.new(body) do |bytes, aborted|
        served(request, env, status, started, bytes || length_of(headers), aborted: aborted)
      end
      [status, headers, followed]
    end

    def length_of(headers)
      _, length = headers.find { |name, _| name.casecmp?("content-length") }
      length&.to_i
    end

    def served(request, env, status, started, bytes, aborted: false)
      @requests.served(request, {
                         "method" => env["REQUEST_METHOD"],
                         "route" => route_of(env),
                         "action" => RailsRoute.action(env),
                         "status" => status.to_i,
                         "ms" => (Clock.ms - started).round(2),
                         "bytes" => bytes,
                         "aborted" => aborted || nil
                       })
    rescue StandardError
      # A fault in counting must not become one in serving.
    end

    def report_answered_error(request, env, (status, _))
      return if status.to_i < 500

      error = ERRORS.lazy.filter_map { |name| env[name] }.first
      failed(request, env, error) if error.is_a?(Exception)
    end

    def failed(request, env, error)
      @requests.failed(request, error, { "method" => env["REQUEST_METHOD"], "route" => route_of(env) })
    rescue StandardError
      # As above.
    end

    def route_of(env)
      # Sinatra's, such as `GET /items/:id`.
      env[ROUTE] || env["sinatra.route"]&.split(" ", 2)&.last || RailsRoute.of(env) || Requests::UNMATCHED
    end

    # The body of an answer, which says when it was sent.
    class Body
      # @yield [bytes, aborted] once; bytes is nil where the server took the body in another way
      def initialize(body, &done)
        @body = body
        @done = done
      end

      def each
        @bytes = 0
        @is_whole = false
        @body.each do |part|
          @bytes += part.bytesize
          yield part
        end
        @is_whole = true
      end

      def close
        @body.close if @body.respond_to?(:close)
      ensure
        done = @done
        @done = nil
        done&.call(@bytes, @is_whole == false)
      end

      # Such as `to_path`, by which a server sends a file. A body that were an array would not be closed by all servers.
      def respond_to_missing?(name, include_all = false)
        !%i[to_ary to_str].include?(name) && @body.respond_to?(name, include_all)
      end

      def method_missing(name, *args, &block)
        respond_to_missing?(name) ? @body.public_send(name, *args, &block) : super
      end
    end
  end
end
