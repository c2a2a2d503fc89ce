# frozen_string_literal: true

module Seismo
  # UUIDv7 (RFC 9562): 48 bits of time, 12 bits that count within the millisecond, so that ids are in the order of their
  # making and cost the server half the space of random ones, and 62 random bits.
  module Uuid
    LOCK = Mutex.new
    private_constant :LOCK
    @last_ms = 0
    @counter = 0

    def self.v7(now_ms)
      ms, counter = LOCK.synchronize { tick(now_ms) }
      # Asked for each time: a forked process would repeat what its parent had in store.
      bytes = [ms >> 16, ms & 0xffff, 0x7000 | counter].pack("Nnn") << Random.urandom(8)
      bytes.setbyte(8, (bytes.getbyte(8) & 0x3f) | 0x80)
      bytes.unpack("H8H4H4H4H12").join("-")
    end

    def self.tick(now_ms)
      @counter = now_ms > @last_ms ? 0 : @counter + 1
      # The clock went back, or 4,096 ids were made in one millisecond: time goes on from the last one.
      @last_ms = [now_ms, @last_ms].max + (@counter >> 12)
      @counter &= 0xfff
      [@last_ms, @counter]
    end
    private_class_method :tick
  end
end
