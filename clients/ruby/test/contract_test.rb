# frozen_string_literal: true

require_relative "support/helper"
require_relative "support/real_server"
require_relative "support/values"

# contract/client.json against this client, and contract/events.json through it to a real server (contract/README.md).
module Contract
  def self.cases(name)
    JSON.parse(File.read(File.join(Helper::REPOSITORY, "contract", "#{name}.json"))).fetch("cases")
  end

  # `queueMaxEvents` is `queue_max_events` here, and `dropNewest` is `:drop_newest`.
  def self.snake(name)
    name.gsub(/[A-Z]/) { |letter| "_#{letter.downcase}" }.to_sym
  end
end

class ClientContractTest < Minitest::Test
  Contract.cases("client").each do |given|
    define_method("test_#{given['name']}") { run_case(given) }
  end

  private

  def run_case(given)
    answers = given["answers"] || []
    server = fake_server { |request, index| reply_to(answers[index], request) }
    drops = []
    options = (given["options"] || {}).to_h { |name, value| [Contract.snake(name), value.is_a?(String) ? Contract.snake(value) : value] }
    options[:directory] = directory if given["onDisk"]
    tracker = client(server, logger: Logger.new(nil), on_drop: ->(event, drop) { drops << [event, drop] }, **options)
    given["calls"].each { |call| call(tracker, call) }
    assert tracker.close

    compare_requests(given["requests"], server.received)
    told = drops.map { |event, drop| { "event" => event["event"], "reason" => drop.reason, "code" => drop.code }.compact }
    assert_equal((given["drops"] || []).map { |drop| drop.merge("reason" => Contract.snake(drop["reason"])) }, told)
    (given["waitsAtLeastMs"] || []).each_with_index do |ms, i|
      assert_operator server.received[i + 1].at - server.received[i].at, :>=, ms
    end
    compare_ids(given["calls"], server.events)
  end

  def reply_to(answer, request)
    case answer
    when nil, "taken" then FakeServer.taken(request)
    when String then answer.to_sym
    else
      status = answer["status"] || 200
      return FakeServer.problem(status, answer["code"], answer["headers"] || {}) if answer["code"]

      FakeServer::Reply.new(status, answer["body"] || answer["text"], answer["headers"] || {})
    end
  end

  def call(tracker, call)
    kind, given = call.first
    case kind
    when "track", "identify"
      name, data, options = Values.sent(given, "shop")
      tracker.public_send(kind, name, data, **(options || {}).transform_keys(&:to_sym))
    when "flush" then assert tracker.flush
    when "close" then assert tracker.close
    when "wait" then wait_until("nothing waits") { tracker.pending.zero? }
    end
  end

  def compare_requests(meant, received)
    assert_equal meant.size, received.size, received.map { |request| request.events.map { |event| event["event"] } }.inspect
    meant.each_with_index do |events, index|
      request = received[index]
      assert_equal ["POST", "/api/events/shop"], [request.verb, request.path]
      # A wrong clock is the server's to correct.
      assert_in_delta Time.now.to_f * 1000, request.body["sentAt"], 60_000
      next assert_equal(received[index - 1].events, request.events) if events == "again"

      all = events.map { |event| event.is_a?(String) ? { "event" => event } : event }
      is = request.events.each_with_index.map { |event, i| compared(event, all[i] || {}) }
      assert_equal Values.due(all, is, "shop"), is
    end
  end

  # As it was to be sent; a time that was not given is a number of milliseconds, and compared as text.
  def compared(event, meant)
    event = event.dup
    assert event["uuid"] && event["timestamp"]
    event.delete("uuid") unless meant.key?("uuid")
    time = event["timestamp"]
    event["timestamp"] = Time.at(time / 1000.0).utc.strftime("%Y-%m-%dT%H:%M:%S.%LZ") if time.is_a?(Integer)
    event.delete("timestamp") unless meant.key?("timestamp")
    event
  end

  # One id an event, which the client made in the order of tracking.
  def compare_ids(calls, events)
    return if calls.any? { |call| call["track"] && (call["track"][2] || {})["uuid"] }

    made = events.map { |event| event["uuid"] }.uniq
    assert_equal made.sort, made
    made.each { |uuid| assert_match(/\A\h{8}-\h{4}-7\h{3}-[89ab]\h{3}-\h{12}\z/, uuid) }
  end
end

class EventsContractTest < Minitest::Test
  # What a call can say. Other members of an event, and events that are no objects, have no call; `sentAt` is the client's own.
  SAID = %w[event id uuid user device session timestamp data].freeze
  SAID_BY = lambda do |given|
    given.is_a?(Hash) && (given.keys - SAID).empty? &&
      (!given["event"].is_a?(Hash) || (given["event"].keys - SAID).empty?) &&
      (given.key?("event") || given["id"] == "$$identify")
  end
  CASES = Contract.cases("events").select { |each| SAID_BY.call(each["given"]) }

  def self.drops
    @drops ||= CASES.each_with_index.map do |each, index|
      drops = []
      app = "case-#{index}"
      tracker = Seismo::Client.new(server: RealServer.shared.url, app: app, key: RealServer.shared.key(app, "write"),
                                   logger: Logger.new(nil), on_drop: ->(_, drop) { drops << drop })
      event, data, *options = Values.sent(each["given"], app).values_at("event", "data", *SAID[1..6])
      options = SAID[1..6].map(&:to_sym).zip(options).to_h.compact
      if event
        tracker.track(event, data, **options)
      else
        tracker.identify(options.delete(:user), data, **options.except(:id))
      end
      tracker.close
      drops
    end
  end

  def test_holds_enough_that_a_client_can_say
    assert_operator CASES.size, :>, 40
  end

  CASES.each_with_index do |given, index|
    define_method("test_#{index} #{given['name']}") do
      drops = self.class.drops[index]
      found = RealServer.shared.events("case-#{index}")
      if given["code"]
        assert_empty found
        # What is no user's id the client finds out before it sends anything.
        is_identify = given["given"]["event"].nil?
        assert_equal [is_identify ? [:invalid, nil] : [:refused, given["code"]]], (drops.map { |drop| [drop.reason, drop.code] })
      else
        assert_empty drops
        assert_equal [Values.due(given["stored"], found.first, "case-#{index}")], found
      end
    end
  end
end

# contract/names.json: the calls and options have the names of every client.
class NamesContractTest < Minitest::Test
  # What every object has, and what the end of the process calls.
  OWN = %i[inspect close_at_exit].freeze

  def test_calls_and_options_have_the_names_of_every_client
    names = JSON.parse(File.read(File.join(REPOSITORY, "contract/names.json")))
    only = names["only"]["ruby"]
    spelled = ->(kind) { (names[kind] + only[kind]).map { |name| Contract.snake(name) }.sort }
    assert_equal spelled.call("members"), (Seismo::Client.public_instance_methods(false) - OWN).sort
    assert_equal spelled.call("options"), Seismo::Options::NAMES.sort
    names["whenFull"].each { |value| client("http://127.0.0.1:1", when_full: Contract.snake(value)) }
  end
end
