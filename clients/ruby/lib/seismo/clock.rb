# frozen_string_literal: true

module Seismo
  # A clock that goes on evenly, whatever happens to the time of day.
  module Clock
    def self.ms
      Process.clock_gettime(Process::CLOCK_MONOTONIC, :float_millisecond)
    end
  end
end
