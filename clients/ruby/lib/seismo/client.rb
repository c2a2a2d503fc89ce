# frozen_string_literal: true

require "json"
require "zlib"
require_relative "access"
require_relative "delivery"
require_relative "disk/keeper"
require_relative "errors"
require_relative "event_text"
require_relative "http"
require_relative "options"
require_relative "processes"
require_relative "search"

module Seismo
  # A client of one app: sends its events, later and with others, and asks about them. One client serves all threads of a
  # process, and after a fork those of the child too.
  class Client
    # Smaller bodies cost more to compress than to send.
    GZIP_MIN_BYTES = 1_024
    # Events compress nearly as well with the fastest level, in a quarter of the time.
    GZIP_LEVEL = 1
    FORK_LOCK = Mutex.new
    # All interrupts, such as those of Timeout: they wait until an event has its place.
    UNINTERRUPTED = { Object => :never }.freeze
    private_constant :FORK_LOCK, :UNINTERRUPTED

    # Options and defaults: docs/send-events/ruby.md.
    # @raise [ArgumentError] when an option is not usable
    # @raise [SystemCallError] when `directory` is not
    def initialize(**options)
      @options = Options.new(**options)
      @closed = false
      @warned = {}
      @telling = :"seismo_telling_#{object_id}"
      @events_path = "/api/events/#{@options.app}"
      open_here(open_keeper)
      Processes.opened(self)
    end

    # Sends an event, later and with others. Never raises: what does not reach the server goes to `on_drop`.
    # @param event [String, Symbol, Hash] a name, or `{ id:, event: }`
    # @param data [Hash, nil] its properties, in braces
    # @param options `user`, `device`, `session`, `timestamp`, `id`, `uuid`
    # @return [nil] at once; with `when_full: :block`, when the event has its place
    def track(event = nil, data = nil, *others, **options)
      others.empty? ? add(event, data, options) : misused(event, options, "track")
    end

    # Says who a user is: traits it does not name stay as they were. With `device`, that device is this user from now on and was
    # before. What is no id goes to `on_drop`. Never raises.
    # @return [nil]
    def identify(user = nil, traits = nil, *others, **options)
      event = { id: EventText::IDENTIFY, event: EventText::IDENTIFY }
      return misused(event, options, "identify") unless others.empty?

      id = IdText.of(user)
      return add(event, traits, options.merge(user: id)) if id

      warn_once("ignored, no id: #{user.inspect}")
      refuse(event, options, "The user is no id: docs/send-events/ruby.md lists what is none.")
    end

    # One page of events, newest first.
    # @raise [Seismo::Error]
    def query(**parameters)
      ask("events/#{@options.app}#{Search.of(parameters)}").first
    end

    # All events that match, page by page as they are taken.
    # @return [Enumerator] or nil with a block
    # @raise [Seismo::Error] when a page is asked for
    def events(**parameters, &block)
      return enum_for(:events, **parameters) unless block

      search = Search.of(parameters)
      while search
        page, answer = ask("events/#{@options.app}#{search}")
        page.each(&block)
        # Where the server is mounted is known already: of the link, the query alone is of use.
        search = answer.header("link").to_s[/<[^>?]*(\?[^>]*)>; *rel="next"/, 1]
      end
    end

    # Counts for a day, hour, week, month or period.
    # @raise [Seismo::Error]
    def report(report:, **parameters)
      ask("reports/#{report}/#{@options.app}#{Search.of(parameters)}").first
    end

    # Counts by a property.
    # @raise [Seismo::Error]
    def groups(**parameters)
      ask("groups/#{@options.app}#{Search.of(parameters)}").first
    end

    # Asks a question of the analysis API.
    # @raise [Seismo::Error]
    def analyze(question)
      ask("query/#{@options.app}", question).first
    end

    # Sends now what waits.
    # @return whether all of it was answered for or dropped in time
    def flush(timeout_ms: @options.flush_timeout_ms)
      delivery = here(starts: false)
      delivery ? delivery.flush(timeout_ms) : true
    end

    # The same, and takes nothing more. What could not be sent is dropped, unless it is kept on disk.
    def close(timeout_ms: @options.flush_timeout_ms)
      done = flush(timeout_ms: timeout_ms)
      @closed = true
      Processes.closed(self)
      # In a child that never used it, what is here belongs to the parent.
      delivery = here(starts: false)
      return done unless delivery

      delivery.close
      @keeper&.close
      @keeper = nil
      @http.close_idle
      done
    end

    # @api private
    def close_at_exit
      close(timeout_ms: @options.exit_timeout_ms)
    end

    # Events that wait.
    def pending
      here(starts: false)&.size || 0
    end

    # Without the keys.
    def inspect
      "#<Seismo::Client #{@options.app} at #{@options.address}>"
    end

    private

    def add(event, data, options)
      waits = Thread.handle_interrupt(UNINTERRUPTED) { add_now(event, data, options) }
      # A host that gives up waiting has its event sent all the same.
      here.wait_for_place(waits) if waits
      nil
    end

    # @return the item, when it waits for its place
    def add_now(event, data, options, in_handler: false)
      at = now_ms
      unknown = options.keys - EventText::OPTIONS
      return refuse(event, options, unknown_options(unknown)) if unknown.any?

      text = EventText.of(event, data, options, at)
      here.add(Item.new(text, text.bytesize, at))
    rescue ThreadError => e
      # A handler of a signal can take no lock; a thread of its own can.
      return refuse(event, options, e.message) if in_handler

      Thread.new { add_now(event, data, options, in_handler: true) }
      nil
    rescue Plain::Impossible => e
      refuse(event, options, e.message)
    rescue StandardError => e
      refuse(event, options, "#{e.class}: #{e.message}")
    end

    def unknown_options(names)
      detail = "unknown options #{names.join(', ')}: put properties in braces, such as track(\"order paid\", { amount: 42 })"
      warn_once(detail)
      detail
    end

    def misused(event, options, call)
      detail = "#{call} has too many arguments: put properties in one hash, such as track(\"order paid\", { amount: 42 })"
      warn_once(detail)
      refuse(event, options, detail)
    end

    # What the client itself does not send.
    def refuse(event, options, detail)
      tell_drops([[text_without_data(event, options), Drop.new(:invalid, nil, detail)]])
      nil
    end

    def text_without_data(event, options)
      EventText.of(event, nil, options, now_ms)
    rescue StandardError
      nil
    end

    def now_ms
      Process.clock_gettime(Process::CLOCK_REALTIME, :millisecond)
    end

    # What is of this process: a forked child has none of its parent's threads and connections, and may not write its files.
    # @param starts whether one is made where there is none; else nothing of this process waits
    def here(starts: true)
      return @delivery if @pid == Process.pid

      FORK_LOCK.synchronize do
        next if @pid == Process.pid

        # The parent sends what it has, unless it has ended, as when a program becomes a daemon. Sent by both it counts once.
        orphans = Processes.alive?(@pid) ? [] : @queue.items
        return nil if orphans.empty? && !starts

        open_here(reopen_keeper)
        adopt(@keeper ? orphans.reject(&:entry) : orphans)
      end
      @delivery
    end

    def open_here(keeper)
      @keeper = keeper
      @http = Http.new(@options.address, @options.timeout_ms)
      @access = Access.new(@options, @http)
      @queue = Queue.new(@options, keeper, method(:now_ms))
      @delivery = Delivery.new(@options, @queue, post: method(:post), on_drops: method(:tell_drops),
                                                 on_retry: method(:tell_retry), on_bug: method(:tell_bug))
      @delivery.close if @closed
      @pid = Process.pid
    end

    def adopt(orphans)
      orphans.each { |item| @delivery.add(Item.new(item.text, item.bytes, item.at)) if item.text }
    end

    def open_keeper
      return unless @options.directory

      Disk::Keeper.new(@options.directory, on_fault: ->(message, cause) { log(:warn, "#{message}: #{cause}") })
    end

    # In a child, in the midst of the host's work: rather in memory than not at all.
    def reopen_keeper
      open_keeper unless @closed
    rescue SystemCallError, IOError => e
      log(:warn, "the queue on disk cannot be opened, events wait in memory: #{e.message}")
      nil
    end

    def post(texts)
      body = "{\"sentAt\":#{now_ms},\"events\":[#{texts.join(',')}]}"
      headers = { "Content-Type" => "application/json", "Accept" => "application/json" }
      if @options.gzip && body.bytesize >= GZIP_MIN_BYTES
        body = Zlib.gzip(body, level: GZIP_LEVEL)
        headers["Content-Encoding"] = "gzip"
      end
      answer = @access.request(:post, :post, @events_path, headers, body)
      Answer.read(answer.status, answer.header("retry-after"), answer.text, now_ms)
    rescue StandardError => e
      Answer.none("#{e.class}: #{e.message}")
    end

    def ask(path, body = nil)
      headers = { "Accept" => "application/json" }
      headers["Content-Type"] = "application/json" if body
      here # a child asks over connections of its own
      answer = @access.request(:read, body ? :post : :get, "/api/#{path}", headers, body && JSON.generate(Plain.of(body)))
      raise Error.of(answer) unless answer.status == 200

      [JSON.parse(answer.text), answer]
    rescue Error
      raise
    rescue StandardError
      # The cause is kept.
      raise Error.new("The server did not answer.", status: 0)
    end

    def tell_drops(drops)
      # What is tracked because of a drop and dropped in its turn is not reported: it would never end.
      return if Thread.current[@telling]

      Thread.current[@telling] = true
      begin
        drops.each { |text, drop| tell_drop(text, drop) }
      ensure
        Thread.current[@telling] = nil
      end
    end

    def tell_drop(text, drop)
      return unless @options.on_drop || @options.logger

      event = text ? JSON.parse(text) || {} : {}
      log(:warn, "event dropped: #{[event['event'], drop.reason, drop.code, drop.detail].compact.join(', ')}")
      @options.on_drop&.call(event, drop)
    rescue StandardError => e
      log(:error, "a callback of the host failed: #{e.class}: #{e.message}")
    end

    def tell_retry(answer, wait_ms)
      why = answer.status.zero? ? answer.detail : [answer.status, answer.code, answer.detail].compact.join(" ")
      kept = @options.directory && answer.denied?
      what = kept ? "the server does not accept the key, the events are kept on disk" : "posting failed"
      log(kept ? :warn : :info, "#{what}, next attempt in #{wait_ms.round} ms: #{why}")
    end

    def tell_bug(error)
      log(:error, "BUG: the delivery failed and begins anew: #{error.full_message(highlight: false)}")
    end

    # Once: whoever gets it wrong gets it wrong with each event.
    def warn_once(message)
      kind = message[/\A\w+/]
      return if @warned[kind]

      @warned[kind] = true
      @options.logger ? log(:warn, message) : Kernel.warn("seismo: #{message}")
    end

    def log(level, message)
      @options.logger&.public_send(level, "seismo: #{message}")
    rescue StandardError
      # The log itself failed: there is nobody left to tell.
    end
  end
end
