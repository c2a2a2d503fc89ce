# frozen_string_literal: true

require "json"
require "time"

module Seismo
  # Sends requests as somebody: with a key, or signed in, and signed in again when the token is rejected.
  class Access
    # A token is renewed this long before it ends.
    EARLY_S = 10

    def initialize(options, http)
      @key = options.key
      @read_key = options.read_key || options.key
      @credentials = options.credentials
      @http = http
      @lock = Mutex.new
    end

    # @param purpose [Symbol] :post or :read
    # @raise [StandardError] when no whole answer came in time
    def request(purpose, method, path, headers, body = nil)
      own = purpose == :read ? @read_key : @key
      return send_as(own, method, path, headers, body) if own || @credentials.nil?

      token, refusal = session
      return refusal if refusal

      answer = send_as(token, method, path, headers, body)
      return answer unless answer.status == 401

      # The token was ended on the other side: by a restart with another key, or because the password was changed.
      token, refusal = session(ended: token)
      refusal || send_as(token, method, path, headers, body)
    end

    private

    def send_as(token, method, path, headers, body)
      @http.request(method, path, token ? headers.merge("X-Access-Token" => token) : headers, body)
    end

    # @return a token, or nil and the answer that refused one
    def session(ended: nil)
      @lock.synchronize do
        @token = nil if @token == ended || (@token && @ends_at - EARLY_S < Time.now)
        refusal = @token ? nil : sign_in
        [@token, refusal]
      end
    end

    def sign_in
      answer = @http.request(:post, "/auth", { "Content-Type" => "application/json", "Accept" => "application/json" },
                             JSON.generate(@credentials))
      return answer unless answer.status == 200

      session = JSON.parse(answer.text)
      @token = session["token"]
      @ends_at = Time.iso8601(session["expiresAt"])
      nil
    end
  end
end
