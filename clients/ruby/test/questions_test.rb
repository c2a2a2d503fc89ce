# frozen_string_literal: true

require_relative "support/helper"

class QuestionsTest < Minitest::Test
  {
    {} => "",
    { event: "order paid", limit: 10, user: nil } => "?event=order+paid&limit=10",
    { time_zone: "Europe/Zurich", users_exact: true } => "?timeZone=Europe%2FZurich&usersExact=true",
    { from: Date.new(2026, 3, 2), to: Time.utc(2026, 3, 3) } => "?from=2026-03-02&to=2026-03-03T00%3A00%3A00.000Z",
    { data: { plan: "pro", ms: { gte: 500 }, address: { city: "Bern" } } } => "?data.plan=pro&data.ms[gte]=500&data.address.city=Bern",
    { data: { n: "1", b: true, t: "true", l: "a,b", q: '"x"' } } => '?data.n="1"&data.b=true&data.t="true"&data.l="a,b"&data.q="\"x\""',
    { data: { plan: %w[pro 1], "a.b" => 1, x: { starts_with: "a", is_not: "2", exists: true, between: [1, 2] } } } =>
      '?data.plan[in]=pro,"1"&data["a.b"]=1&data.x[startsWith]=a&data.x[isNot]="2"&data.x[exists]=true&data.x[between]=1,2'
  }.each_with_index do |(parameters, meant), index|
    define_method("test_parameters_#{index}") do
      search = Seismo::Search.of(parameters)
      assert_equal meant.include?("data") ? meant : search, meant.include?("data") ? URI.decode_www_form_component(search) : meant
    end
  end

  def test_takes_events_page_by_page_and_no_page_more_than_is_taken
    pages = { "/seismo/api/events/shop?user=ann" => ["</else/api/events/shop?user=ann&after=2>; rel=\"next\"", [1, 2]],
              "/seismo/api/events/shop?user=ann&after=2" => [nil, [3]] }
    server = fake_server do |request, _|
      link, events = pages.fetch(request.path)
      FakeServer::Reply.new(200, events, link ? { "link" => link } : {})
    end
    reader = client("#{server.url}/seismo/")
    found = reader.events(user: "ann")
    assert_instance_of Enumerator, found
    assert_equal [1, 2], found.first(2)
    assert_equal 1, server.received.size
    assert_equal [1, 2, 3], found.to_a
  end

  def test_asks_with_the_read_key_and_sends_with_the_other
    server = fake_server { |request, _| request.verb == "GET" ? FakeServer::Reply.new(200, { total: 1 }) : FakeServer.taken(request) }
    asker = client(server, read_key: "sk_read")
    assert_equal({ "total" => 1 }, asker.report(report: "day", date: Date.new(2026, 11, 24)))
    assert_equal({ "total" => 1 }, asker.groups(by: "data.plan"))
    asker.track("a")
    assert asker.flush
    assert_equal [["/api/reports/day/shop?date=2026-11-24", "sk_read"], ["/api/groups/shop?by=data.plan", "sk_read"],
                  ["/api/events/shop", "sk_x"]],
                 (server.received.map { |request| [request.path, request.headers["x-access-token"]] })
  end

  def test_a_question_is_sent_as_json
    server = fake_server { FakeServer::Reply.new(200, { kind: "funnel" }) }
    assert_equal({ "kind" => "funnel" }, client(server).analyze({ kind: "funnel", steps: [{ event: "a" }], from: Date.new(2026, 3, 2) }))
    assert_equal({ "kind" => "funnel", "steps" => [{ "event" => "a" }], "from" => "2026-03-02" }, server.received.first.body)
  end

  def test_errors_have_status_code_and_field_or_their_cause
    server = fake_server do |_, index|
      [FakeServer::Reply.new(400, { code: "REQUEST_INVALID", detail: "No such day.", field: "date" }),
       FakeServer::Reply.new(502, "<html>"), :reset][index]
    end
    asker = client(server)
    error = assert_raises(Seismo::Error) { asker.query(date: "x") }
    assert_equal ["No such day.", 400, "REQUEST_INVALID", "date"], [error.message, error.status, error.code, error.field]
    error = assert_raises(Seismo::Error) { asker.query }
    assert_equal ["The server answered 502.", 502, nil], [error.message, error.status, error.code]
    error = assert_raises(Seismo::Error) { asker.query }
    assert_equal 0, error.status
    assert_kind_of StandardError, error.cause
  end

  def test_signs_in_once_and_again_when_the_token_is_rejected_or_ends
    tokens = 0
    ends = { 1 => 3_600, 2 => 5, 3 => 3_600 }
    server = fake_server do |request, _|
      if request.path == "/auth"
        tokens += 1
        FakeServer::Reply.new(200, { token: "t#{tokens}", expiresAt: (Time.now + ends[tokens]).utc.iso8601 })
      elsif request.headers["x-access-token"] == "t1" && tokens == 1 && request.path.include?("late")
        FakeServer.problem(401, "AUTH_TOKEN_INVALID")
      else
        FakeServer::Reply.new(200, [request.headers["x-access-token"]])
      end
    end
    asker = client(server, key: nil, credentials: { username: "ann", password: "secret" })
    assert_equal ["t1"], 4.times.map { Thread.new { asker.query } }.flat_map(&:value).uniq
    assert_equal ["t2"], asker.query(event: "late")
    # It ends in 5 s, and is renewed 10 s before.
    assert_equal ["t3"], asker.query
    assert_equal({ "username" => "ann", "password" => "secret" }, server.received.first.body)
  end
end
