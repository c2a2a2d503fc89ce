# frozen_string_literal: true

require "json"

module Seismo
  # A question was rejected, or not answered.
  class Error < StandardError
    # HTTP's; 0 when no answer came.
    attr_reader :status
    # The server's code (docs/errors.md); nil when it was not Seismo that answered.
    attr_reader :code
    # The parameter or field at fault.
    attr_reader :field

    def initialize(message, status:, code: nil, field: nil)
      super(message)
      @status = status
      @code = code
      @field = field
    end

    # @param answer [Http::Answer] anything but a success
    def self.of(answer)
      body = JSON.parse(answer.text)
      problem = body.is_a?(Hash) ? body : {}
      message = problem["detail"] || problem["title"] || "The server answered #{answer.status}."
      new(message, status: answer.status, code: problem["code"], field: problem["field"])
    rescue JSON::ParserError
      # Not from Seismo: the status alone says something.
      new("The server answered #{answer.status}.", status: answer.status)
    end
  end
end
