# frozen_string_literal: true

require "json"
require "socket"
require "stringio"
require "zlib"

# A server that records what it gets and answers as it is told; `:hang` never answers, `:reset` cuts the connection.
class FakeServer
  Received = Struct.new(:verb, :path, :headers, :text, :at) do
    def body
      @body ||= JSON.parse(text)
    end

    def events
      body["events"]
    end
  end
  Reply = Struct.new(:status, :body, :headers)

  def self.taken(request)
    Reply.new(200, { accepted: request.events.size, duplicates: 0, rejectedTotal: 0, rejected: [] }, {})
  end

  # As Seismo rejects.
  def self.problem(status, code, headers = {})
    Reply.new(status, { status: status, code: code, title: "Rejected", detail: "Rejected: #{code}." }, headers)
  end

  attr_reader :url, :received

  # @yield [request, index] and returns a Reply, :hang or :reset
  def initialize(&answer)
    @answer = answer || ->(request, _) { FakeServer.taken(request) }
    @received = []
    @lock = Mutex.new
    @listener = TCPServer.new("127.0.0.1", 0)
    @url = "http://127.0.0.1:#{@listener.addr[1]}"
    @sockets = []
    @thread = Thread.new { accept }
    @thread.report_on_exception = false
  end

  def events
    @lock.synchronize { @received.flat_map(&:events) }
  end

  def connections
    @lock.synchronize { @sockets.size }
  end

  def names
    @lock.synchronize { @received.map { |request| request.events.map { |event| event["event"] } } }
  end

  def close
    @thread.kill
    @listener.close
    @lock.synchronize { @sockets.dup }.each { |socket| socket.close unless socket.closed? }
  end

  private

  def accept
    loop do
      socket = @listener.accept
      @lock.synchronize { @sockets << socket }
      Thread.new { serve(socket) }.report_on_exception = false
    end
  end

  def serve(socket)
    while (line = socket.gets)
      request = read(socket, line)
      index = @lock.synchronize { @received.push(request).size - 1 }
      reply = @answer.call(request, index)
      return if reply == :hang
      return reset(socket) if reply == :reset

      write(socket, reply)
    end
  rescue IOError, SystemCallError
    # The client went away, or the test is over.
  end

  def read(socket, line)
    method, path = line.split
    headers = {}
    while (header = socket.gets.chomp) != ""
      name, value = header.split(": ", 2)
      headers[name.downcase] = value
    end
    text = socket.read(headers["content-length"].to_i)
    text = Zlib::GzipReader.new(StringIO.new(text)).read if headers["content-encoding"] == "gzip"
    Received.new(method, path, headers, text.force_encoding(Encoding::UTF_8), Seismo::Clock.ms)
  end

  def reset(socket)
    socket.setsockopt(Socket::SOL_SOCKET, Socket::SO_LINGER, [1, 0].pack("ii"))
    socket.close
  end

  def write(socket, reply)
    body = reply.body.is_a?(String) ? reply.body : JSON.generate(reply.body)
    headers = { "content-type" => "application/json", "content-length" => body.bytesize }.merge(reply.headers || {})
    socket.write("HTTP/1.1 #{reply.status} X\r\n#{headers.map { |name, value| "#{name}: #{value}\r\n" }.join}\r\n#{body}")
  end
end
