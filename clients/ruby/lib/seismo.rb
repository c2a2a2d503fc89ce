# frozen_string_literal: true

require_relative "seismo/version"
require_relative "seismo/client"

# Sends events to a Seismo server, and asks it about them.
module Seismo
  class << self
    # The client of the whole application, where there is one: the Rails integration sets it.
    attr_accessor :client
  end
end

require_relative "seismo/railtie" if defined?(Rails::Railtie)
