# frozen_string_literal: true

module Seismo
  # The clients that are open, to be closed when the process ends.
  module Processes
    LOCK = Mutex.new
    private_constant :LOCK
    @open = []

    class << self
      def opened(client)
        LOCK.synchronize do
          @open << client
          @at_exit ||= at_exit { close_all } || true
        end
      end

      def closed(client)
        LOCK.synchronize { @open.delete(client) }
      end

      # Whether a process that this one was forked from still lives, and sends what it has.
      def alive?(pid)
        Process.kill(0, pid)
        true
      rescue Errno::ESRCH
        false
      rescue Errno::EPERM
        true
      end

      private

      # Side by side: the network may be down for all of them.
      def close_all
        LOCK.synchronize { @open.dup }.map { |client| Thread.new { client.close_at_exit } }.each(&:join)
      end
    end
  end
end
