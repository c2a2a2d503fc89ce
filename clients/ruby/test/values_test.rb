# frozen_string_literal: true

require_relative "support/helper"
require "bigdecimal"
require "ipaddr"
require "ostruct"
require "pathname"

# What becomes of Ruby's values.
class ValuesTest < Minitest::Test
  Point = Struct.new(:x, :y)

  def sent(value)
    JSON.parse(Seismo::EventText.of("e", { v: value }, {}, 0))["data"]["v"]
  end

  {
    "a symbol" => [:paid, "paid"],
    "nil, true and false" => [[nil, true, false], [nil, true, false]],
    "an integer" => [42, 42],
    "a float" => [12.5, 12.5],
    "what is no number" => [[Float::NAN, Float::INFINITY, BigDecimal("NaN")], [nil, nil, nil]],
    "a decimal that a double holds" => [[BigDecimal("12.50"), BigDecimal("0.1"), BigDecimal("3"), BigDecimal("-0.07")], [12.5, 0.1, 3, -0.07]],
    "a decimal of more digits" => [[BigDecimal("0.1234567890123456789"), BigDecimal("9007199254740993")],
                                   %w[0.1234567890123456789 9007199254740993]],
    "a fraction" => [Rational(1, 4), 0.25],
    "a time in another zone" => [Time.new(2026, 3, 2, 10, 30, Rational(5_678, 1_000), "+01:00"), "2026-03-02T09:30:05.678Z"],
    "a date and time" => [DateTime.new(2026, 3, 2, 9, 30, 5), "2026-03-02T09:30:05.000Z"],
    "a date" => [Date.new(2026, 3, 2), "2026-03-02"],
    "a set" => [Set[1, :a], [1, "a"]],
    "a struct" => [Point.new(1, nil), { "x" => 1, "y" => nil }],
    "an open struct" => [OpenStruct.new(a: 1), { "a" => 1 }],
    "keys of all kinds" => [{ a: 1, "b" => 2, 3 => 4 }, { "a" => 1, "b" => 2, "3" => 4 }],
    "an address, a path and an IP" => [[URI("https://a.example/b"), Pathname("/tmp"), IPAddr.new("10.0.0.1")],
                                       ["https://a.example/b", "/tmp", "10.0.0.1"]],
    "a class" => [String, "String"],
    "a text in another encoding" => ["Zoë".encode("ISO-8859-1"), "Zoë"],
    "a text without an encoding" => ["Zoë 🦊".b, "Zoë 🦊"]
  }.each do |name, (value, meant)|
    define_method("test_#{name}") do
      found = sent(value)
      meant.nil? ? assert_nil(found) : assert_equal(meant, found)
    end
  end

  def test_what_json_cannot_hold_is_dropped_alone_and_reported_with_where_it_is
    circular = {}
    circular[:self] = circular
    server = fake_server
    drops = []
    tracker = client(server, on_drop: ->(event, drop) { drops << [event["event"], drop.reason, drop.detail] })
    tracker.track("bytes", { a: [1, "\xff"] })
    tracker.track("circular", circular)
    tracker.track("object", { user: { thing: Object.new } })
    tracker.track("fails", { list: Class.new(Hash) { def each(*) = raise("By the host") }.new.merge(a: 1) })
    tracker.track("good", { a: 1 })
    assert tracker.flush
    assert_equal [%w[good]], server.names
    assert_equal [["bytes", :invalid], ["circular", :invalid], ["object", :invalid], ["fails", :invalid]],
                 (drops.map { |drop| drop.first(2) })
    assert_match(/\Adata\.a\[1\] is not valid UTF-8/, drops[0][2])
    # The path has its begin: ninety times `self` say no more.
    assert_equal "data#{'.self' * 15}.… is nested too deeply, or contains itself.", drops[1][2]
    assert_match(/\Adata\.user\.thing is of the class Object/, drops[2][2])
  end

  def test_data_is_as_it_was_when_it_was_tracked
    server = fake_server
    tracker = client(server)
    data = { plan: +"pro" }
    tracker.track("a", data)
    data[:plan] << " and more"
    assert tracker.flush
    assert_equal({ "plan" => "pro" }, server.events.first["data"])
  end

  def test_names_ids_and_times
    server = fake_server
    tracker = client(server)
    time = Time.utc(2026, 3, 2, 9, 30, 0, 5_000)
    tracker.track(:paid, nil, user: 42, device: 10**20, session: :s, timestamp: time)
    tracker.track({ id: "app-start", event: "Application Started" }, { a: 1 }, timestamp: Date.new(2026, 3, 2))
    assert tracker.flush
    first, second = server.events
    assert_equal ["paid", "42", "100000000000000000000", "s", "2026-03-02T09:30:00.005Z", false],
                 [*first.values_at("event", "user", "device", "session", "timestamp"), first.key?("data")]
    assert_equal ["app-start", "Application Started", "2026-03-02"], second.values_at("id", "event", "timestamp")
  end

  def test_ids_are_in_order_also_when_the_clock_goes_back_or_one_millisecond_holds_many
    ids = [*Array.new(5_000, 2_000_000_000_000), 1_000_000_000_000, 3_000_000_000_000].map { |ms| Seismo::Uuid.v7(ms) }
    assert_equal ids.sort, ids
    assert_equal ids.size, ids.uniq.size
    assert_equal 2_000_000_000_000.to_s(16).rjust(12, "0"), ids.first.delete("-")[0, 12]
  end

  def test_properties_without_braces_are_reported_and_not_taken_for_options
    server = fake_server
    drops = []
    tracker = client(server, on_drop: ->(event, drop) { drops << [event["event"], drop.reason, drop.detail[/unknown options \w+, \w+/]] })
    assert_output(nil, /\Aseismo: unknown options amount, plan: put properties in braces.*\n\z/) do
      2.times { tracker.track("order paid", amount: 42, plan: "pro", user: "ann") }
    end
    assert_equal [["order paid", :invalid, "unknown options amount, plan"]] * 2, drops
  end

  def test_calls_with_too_few_or_too_many_arguments_are_reported
    server = fake_server { FakeServer.problem(400, "EVENT_NAME_MISSING") }
    drops = []
    on_drop = ->(event, drop) { drops << [event["event"], drop.reason, drop.detail[/\A\w+ has too many/]] }
    tracker = client(server, logger: Logger.new(nil), on_drop: on_drop)
    tracker.track
    assert tracker.flush
    tracker.track("a", {}, {})
    tracker.identify
    tracker.identify("ann", {}, {})
    assert_equal [[nil, :refused, nil], ["a", :invalid, "track has too many"], ["$identify", :invalid, nil],
                  ["$identify", :invalid, "identify has too many"]], drops
  end

  def test_identify_takes_ids_and_no_placeholders
    server = fake_server
    drops = []
    log = StringIO.new
    tracker = client(server, logger: Logger.new(log), on_drop: ->(event, drop) { drops << [event["id"], event["user"], drop.reason] })
    none = [nil, "", " \t", Float::NAN, Float::INFINITY, {}, [], ["ann"], Time.at(0), true, Object.new, 0, -0.0, 2.0**53, "\xff",
            "x" * 257, "🦊" * 129, "null", "NULL", " undefined ", "NaN", "nan\n", "[object Object]", "0", " 0", "Anonymous", "\u00a0null\u3000"]
    none.each { |value| tracker.identify(value, { plan: "pro" }, device: "d-1") }
    taken = ["ann", " ann ", "x" * 256, "🦊" * 128, "00", "nobody", 12_345, -1, 1.5, 5.0, (2**53) - 1, 2**64, :bob]
    taken.each { |value| tracker.identify(value) }
    assert tracker.flush
    assert_equal [["$identify", nil, :invalid]] * none.size, drops
    assert_equal taken.map { |value| value == 5.0 ? "5" : value.to_s }, (server.events.map { |event| event["user"] })
    assert_equal 1, log.string.scan("ignored, no id").size
  end

  def test_options_are_checked_at_the_start
    good = { server: "https://seismo.example.com", app: "shop" }
    {
      { server: "seismo.example.com" } => /server must be an address/,
      { server: nil } => /server must be an address/,
      { server: "https://" } => /server must be an address/,
      { app: "a b" } => /app must be/,
      { app: "shop\n" } => /app must be/,
      { when_full: :wait } => /when_full must be one of drop_oldest, drop_newest, block/,
      { timeout_ms: 0 } => /timeout_ms must be a number above 0/,
      { queue_max_events: "many" } => /queue_max_events must be a number above 0/,
      { queueMaxEvents: 1 } => /unknown option queueMaxEvents/,
      { on_drop: 5 } => /on_drop must respond to call/
    }.each do |wrong, message|
      assert_match(message, assert_raises(ArgumentError) { Seismo::Client.new(**good, **wrong) }.message)
    end
    refute_match(/sk_secret/, Seismo::Client.new(**good, key: "sk_secret").inspect)
  end
end
