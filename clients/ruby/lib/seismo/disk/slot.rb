# frozen_string_literal: true

require "fileutils"
require "securerandom"

module Seismo
  module Disk
    # A folder that belongs to this process until it is released or the process ends, however it ends. A file `lock` in it
    # holds the id of the process, as the Node client's does: both may be given the same directory.
    class Slot
      LOCK = "lock"
      # Folders that this process holds, with the process's id: a forked child inherits the list, and not the folders.
      HELD = {} # rubocop:disable Style/MutableConstant -- it is a list that changes
      HELD_LOCK = Mutex.new
      EMPTY_MAX_SECONDS = 60
      # Whether the process of a lock lives, and the lock's very file: another one at the same path has another number or time.
      Holder = Struct.new(:alive, :file)
      private_constant :HELD, :HELD_LOCK, :EMPTY_MAX_SECONDS, :Holder

      class << self
        # Takes the first free folder of `0`, `1`, … under the directory: several processes may be given the same one.
        # @raise [SystemCallError] when the directory cannot be made or written to
        def take(directory)
          alone(directory) do
            (0..).each do |number|
              slot = try_take(File.join(File.expand_path(directory), number.to_s))
              return slot if slot
            end
          end
        end

        # Takes the folders that dead processes left.
        def take_abandoned(directory)
          alone(directory) do
            names = Dir.children(directory).grep(/\A\d+\z/).sort_by(&:to_i)
            names.filter_map { |name| try_take(File.join(File.expand_path(directory), name)) }
          end
        end

        private

        # Workers that start side by side would otherwise take an abandoned folder twice: between looking at a lock and
        # replacing it, another one may have replaced it.
        def alone(directory, &work)
          FileUtils.mkdir_p(directory, mode: 0o700)
          HELD_LOCK.synchronize do
            File.open(directory) do |folder|
              folder.flock(File::LOCK_EX)
              work.call
            end
          end
        end

        def try_take(path)
          FileUtils.mkdir_p(path, mode: 0o700)
          lock = File.join(path, LOCK)
          found = holder_of(lock)
          return unless found ? !found.alive && replace(lock, found) : create(lock)

          HELD[path] = Process.pid
          new(path)
        end

        # @return [Boolean] false if it exists
        def create(lock)
          File.open(lock, File::WRONLY | File::CREAT | File::EXCL, 0o600) { |file| file.write(Process.pid.to_s) }
          true
        rescue Errno::EEXIST
          false
        end

        # Replaces the lock of a dead process. A client in another language may have found it too: only the one that creates
        # the claim on this very file may replace it, and only if the file is still there once it has the claim. A claim is
        # a lock too: that of a dead process is replaced.
        def replace(lock, dead)
          claim = File.join(File.dirname(lock), "claim-#{dead.file}")
          claimant = holder_of(claim)
          return false unless claimant ? !claimant.alive && replace(claim, claimant) : create(claim)

          begin
            return false unless holder_of(lock)&.file == dead.file

            own = File.join(File.dirname(lock), "own-#{Process.pid}-#{SecureRandom.hex(6)}")
            create(own)
            File.rename(own, lock)
            true
          ensure
            FileUtils.rm_f(claim)
          end
        end

        # The process that wrote the lock, if there is one.
        def holder_of(lock)
          File.open(lock) do |file|
            status = file.stat
            text = file.read
            taken_at = status.mtime
            # A lock is created and then written: for a moment, it is empty.
            alive = text.empty? ? Time.now - taken_at < EMPTY_MAX_SECONDS : alive?(File.dirname(lock), text.to_i)
            Holder.new(alive, "#{status.ino}-#{(taken_at.to_i * 1_000_000_000) + taken_at.nsec}")
          end
        rescue Errno::ENOENT
          nil
        end

        def alive?(path, pid)
          return false unless pid.positive?
          # Another client of this process; or an earlier process of the same id, as in a container that starts anew.
          return HELD[path] == pid if pid == Process.pid

          Process.kill(0, pid)
          true
        rescue Errno::ESRCH
          false
        rescue Errno::EPERM
          # It lives, and is somebody else's.
          true
        end
      end

      attr_reader :path

      def initialize(path)
        @path = path
      end

      def release
        HELD_LOCK.synchronize { HELD.delete(path) }
        FileUtils.rm_f(File.join(path, LOCK))
      end
    end
  end
end
