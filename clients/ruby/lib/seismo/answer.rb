# frozen_string_literal: true

require "json"
require "time"

module Seismo
  # What came back for a batch; status 0 when nothing readable did.
  Answer = Struct.new(:status, :accepted, :rejected, :code, :detail, :retry_after_ms)

  class Answer
    # Timed out, too early, too many.
    RETRIED = [408, 425, 429].freeze

    # @param retry_after [String, nil] the header: seconds, or a date
    def self.read(status, retry_after, text, now_ms)
      body = parse(text)
      rejected = body["rejected"]
      new(status, body["accepted"], rejected.is_a?(Array) ? rejected : nil, body["code"], body["detail"],
          wait_of(retry_after, now_ms))
    end

    def self.none(detail)
      new(0, nil, nil, nil, detail, 0)
    end

    # Cut short, or not from Seismo: the status alone says something.
    def self.parse(text)
      body = JSON.parse(text)
      body.is_a?(Hash) ? body : {}
    rescue JSON::ParserError, EncodingError
      {}
    end
    private_class_method :parse

    def self.wait_of(retry_after, now_ms)
      return 0 if retry_after.nil? || retry_after.strip.empty?
      return retry_after.to_f * 1000 if /\A\s*\d+(\.\d+)?\s*\z/.match?(retry_after)

      (Time.httpdate(retry_after).to_f * 1000) - now_ms
    rescue ArgumentError
      0
    end
    private_class_method :wait_of

    # The key is wrong, or not allowed to do that.
    def denied?
      [401, 403].include?(status)
    end

    # What to do about it. :damaged: the body was well-formed when it left, or whoever answered was not Seismo, so that a
    # few more tries are worth it, but not for ever.
    # @return [Symbol] :taken, :retry, :split, :damaged or :refused
    def verdict
      return :split if status == 413
      return :retry if status >= 500 || RETRIED.include?(status)
      return :taken if accepted && (status < 300 || rejected)
      return :retry if status < 300
      return :damaged if !code || /\A(BODY|REQUEST)_/.match?(code)

      :refused
    end
  end

  # Why an event was given up. `reason` is :queue_full, :too_old (it waited longer than the server remembers ids), :refused
  # (`code` is the server's, or HTTP_404 where it was not Seismo that answered), :invalid (JSON cannot represent it) or :closed.
  Drop = Struct.new(:reason, :code, :detail)
end
