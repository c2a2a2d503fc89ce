# frozen_string_literal: true

require "net/http"
require "zlib"
require_relative "clock"

module Seismo
  # Requests to one server over connections that are kept open for a while.
  class Http
    # `headers` is asked with names in lower case.
    Answer = Struct.new(:status, :headers, :text) do
      def header(name)
        headers[name]&.join(", ")
      end
    end

    # Shorter than the 5 s for which Node's servers keep an idle connection.
    IDLE_S = 4
    CONNECTIONS_MAX = 4
    KINDS = { get: Net::HTTP::Get, post: Net::HTTP::Post }.freeze

    # @param address [URI::HTTP] without a slash at its end
    def initialize(address, timeout_ms)
      @address = address
      @timeout_ms = timeout_ms
      @idle = []
      @lock = Mutex.new
    end

    # @param path [String] below the server's address
    # @raise [StandardError] when no whole answer came in time
    def request(method, path, headers, body = nil)
      request = KINDS.fetch(method).new(@address.path + path, headers)
      request.body = body
      connection = @lock.synchronize { @idle.pop } || connect
      answer = read(connection, request)
      keep(connection)
      connection = nil
      answer
    ensure
      # It failed, or the caller was interrupted: who knows what comes from there next.
      close(connection) if connection
    end

    def close_idle
      @lock.synchronize { @idle.pop(CONNECTIONS_MAX) }.each { |connection| close(connection) }
    end

    private

    def connect
      connection = Net::HTTP.new(@address.hostname, @address.port)
      connection.use_ssl = @address.is_a?(URI::HTTPS)
      connection.open_timeout = connection.read_timeout = connection.write_timeout = @timeout_ms / 1000.0
      connection.keep_alive_timeout = IDLE_S
      # Requests are repeated by whoever knows whether they may be.
      connection.max_retries = 0
      # An answer that is cut short is none.
      connection.ignore_eof = false if connection.respond_to?(:ignore_eof=)
      connection.start
    end

    def read(connection, request)
      deadline = Clock.ms + @timeout_ms
      text = +""
      response = connection.request(request) do |one|
        one.read_body do |part|
          raise Net::ReadTimeout if Clock.ms > deadline

          text << part
        end
      end
      Answer.new(response.code.to_i, response.to_hash, text.force_encoding(Encoding::UTF_8))
    end

    def keep(connection)
      kept = @lock.synchronize { @idle.size < CONNECTIONS_MAX && @idle.push(connection) }
      close(connection) unless kept
    end

    def close(connection)
      connection.finish if connection.started?
    rescue IOError
      # It was closed already.
    end
  end
end
