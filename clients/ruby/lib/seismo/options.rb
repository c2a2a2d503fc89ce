# frozen_string_literal: true

require "uri"

module Seismo
  # The options of a client. A mistake in them is found at the start of the program and not in the middle of its work.
  class Options
    DEFAULTS = {
      queue_max_events: 10_000,
      queue_max_bytes: 16 * 1024 * 1024,
      when_full: :drop_oldest,
      batch_max_events: 500,
      batch_max_bytes: 512 * 1024,
      batch_max_wait_ms: 1_000,
      retry_min_ms: 1_000,
      retry_max_ms: 60_000,
      max_age_ms: 6 * 86_400_000,
      timeout_ms: 10_000,
      flush_timeout_ms: 10_000,
      exit_timeout_ms: 2_000,
      gzip: true
    }.freeze
    # An event that waits on disk takes some hundred bytes of memory.
    ON_DISK = { queue_max_events: 100_000, queue_max_bytes: 64 * 1024 * 1024 }.freeze
    OTHERS = %i[server app key read_key credentials directory on_drop logger].freeze
    NAMES = (OTHERS + DEFAULTS.keys).freeze
    WHEN_FULL = %i[drop_oldest drop_newest block].freeze
    APP = /\A[A-Za-z0-9][A-Za-z0-9._-]{0,63}\z/

    attr_reader(*NAMES)
    # The server's address without a slash at its end, as a URI.
    attr_reader :address

    # @raise [ArgumentError] when an option is not usable
    def initialize(**given)
      given = given.compact
      unknown = given.keys - NAMES
      fail_with("unknown option #{unknown.join(', ')}; the options are #{NAMES.join(', ')}") if unknown.any?
      values = DEFAULTS.merge(given[:directory] ? ON_DISK : {}, given)
      NAMES.each { |name| instance_variable_set("@#{name}", values[name]) }
      @directory = @directory&.to_s
      @when_full = @when_full.to_sym
      check
    end

    private

    def check
      @address = address_of(server)
      fail_with("app must be 1 to 64 of A-Z a-z 0-9 . _ - and not #{app.inspect}") unless app.is_a?(String) && APP.match?(app)
      fail_with("when_full must be one of #{WHEN_FULL.join(', ')}") unless WHEN_FULL.include?(when_full)
      DEFAULTS.each do |name, preset|
        value = public_send(name)
        next unless preset.is_a?(Integer)
        next if value.is_a?(Numeric) && (value.positive? || (value.zero? && name == :exit_timeout_ms))

        fail_with("#{name} must be a number above 0")
      end
      fail_with("on_drop must respond to call") unless on_drop.nil? || on_drop.respond_to?(:call)
    end

    def address_of(server)
      address = URI.parse(server.to_s.sub(%r{/+\z}, ""))
      return address if address.is_a?(URI::HTTP) && address.host.to_s != ""

      wrong_server(server)
    rescue URI::InvalidURIError
      wrong_server(server)
    end

    def wrong_server(server)
      fail_with("server must be an address like https://seismo.example.com, not #{server.inspect}")
    end

    def fail_with(message)
      raise ArgumentError, "seismo-client: #{message}."
    end
  end
end
