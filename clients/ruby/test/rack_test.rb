# frozen_string_literal: true

require_relative "support/helper"
require "timeout"

# What the middleware makes of requests and jobs; servers_test.rb has it in applications as they are run.
class RackTest < Minitest::Test
  # Notes what is tracked.
  class Notes
    attr_reader :tracked

    def initialize
      @tracked = []
    end

    def track(event, data = nil, **options)
      @tracked << [event, data, options]
    end
  end

  def setup
    skip "not installed: rack" if Gem::Specification.find_all_by_name("rack").none?
    require "rack"
    require "rack/mock"
    require "seismo/rack"
    @notes = Notes.new
  end

  def requests
    @notes.tracked.select { |event, _| event == "request" }
  end

  def app(answer = [200, {}, ["Hello"]], **options, &block)
    Rack::MockRequest.new(Seismo::Rack.new(block || ->(_) { answer }, client: @notes, **options))
  end

  def test_an_answer_in_memory_is_passed_on_as_it_is
    body = %w[Hello world]
    middleware = Seismo::Rack.new(->(_) { [200, {}, body] }, client: @notes)
    assert_same body, middleware.call(Rack::MockRequest.env_for("/a?secret=1")).last
    event, data, options = requests.first
    assert_equal ["request", { "method" => "GET", "route" => "(unmatched)", "status" => 200, "bytes" => 10 }, {}], [event, data.except("ms"), options]
    assert_kind_of Float, data["ms"]
  end

  def test_an_answer_that_is_sent_in_pieces_is_reported_once_when_it_is_closed
    env = Rack::MockRequest.env_for("/")
    _, _, body = Seismo::Rack.new(->(_) { [200, {}, %w[ab cde].each] }, client: @notes).call(env)
    assert_equal %w[ab cde], [].tap { |parts| body.each { |part| parts << part } }
    assert_empty requests
    2.times { body.close }
    assert_equal [5, nil], requests.first[1].values_at("bytes", "aborted")
    assert_equal 1, requests.size
  end

  def test_an_answer_that_was_not_sent_to_its_end_is_aborted
    _, _, body = Seismo::Rack.new(->(_) { [200, {}, %w[ab cde].each] }, client: @notes).call(Rack::MockRequest.env_for("/"))
    sent = []
    assert_raises(IOError) { body.each { |part| sent.empty? ? sent << part : raise(IOError, "The caller went away") } }
    body.close
    assert_equal [5, true], requests.first[1].values_at("bytes", "aborted")
  end

  def test_a_file_stays_one_that_the_server_sends_by_itself
    file = Rack::Files.new(__dir__)
    _, _, body = Seismo::Rack.new(file, client: @notes).call(Rack::MockRequest.env_for("/rack_test.rb"))
    assert_equal File.expand_path(__FILE__), body.to_path
    refute_respond_to body, :to_ary
    body.close
    assert_equal File.size(__FILE__), requests.first[1]["bytes"]
  end

  def test_an_answer_that_the_application_writes_itself_is_left_alone
    stream = ->(_) {}
    _, _, body = Seismo::Rack.new(->(_) { [200, {}, stream] }, client: @notes).call(Rack::MockRequest.env_for("/"))
    assert_same stream, body
    assert_equal 1, requests.size
  end

  def test_an_exception_is_reported_and_passes_on
    failing = app { |_| raise KeyError, "no such key 12" }
    assert_raises(KeyError) { failing.get("/a", "REQUEST_METHOD" => "GET") }
    assert_equal(%w[error request], @notes.tracked.map(&:first))
    assert_equal ["KeyError", "no such key 12", "GET", "(unmatched)"], @notes.tracked[0][1].values_at("name", "message", "method", "route")
    assert_equal 500, requests.first[1]["status"]
  end

  def test_an_error_that_the_framework_answered_is_reported_when_it_is_the_servers_fault
    { 404 => [], 500 => ["error"] }.each do |status, meant|
      @notes = Notes.new
      app do |env|
        env["rack.exception"] = KeyError.new("no such key")
        [status, {}, []]
      end.get("/")
      assert_equal meant + ["request"], @notes.tracked.map(&:first)
    end
  end

  def test_options
    app(event: "served", user: ->(request) { request.params["u"]&.to_i }, data: ->(_) { { plan: "pro" } }).get("/?u=42")
    assert_equal ["served", "pro", { user: "42" }], [@notes.tracked[0][0], @notes.tracked[0][1]["plan"], @notes.tracked[0][2]]
    skipping = app(skip: ["/health", "/static/*", /\.ico\z/])
    %w[/health /static/a.css /a/favicon.ico].each { |path| skipping.get(path) }
    app(skip: ->(request) { request.path == "/mine" }).get("/mine")
    assert_equal 1, @notes.tracked.size
    %w[/health/more /other].each { |path| skipping.get(path) }
    assert_equal 3, @notes.tracked.size
  end

  def test_a_share_of_the_requests
    half = app(sample: 0.5)
    400.times { half.get("/") }
    # Four standard deviations around 200.
    assert_includes 160..240, requests.size
    assert_equal [0.5], requests.map { |_, data| data["sample"] }.uniq
    app(sample: 0).get("/")
    assert_includes 160..240, requests.size
  end

  def test_a_lambda_of_the_host_that_fails_does_not_disturb_the_request
    broken = ->(_) { raise "By the host" }
    assert_equal 200, app(user: broken, data: broken, skip: broken).get("/").status
    assert_equal [["request", {}]], (requests.map { |event, _, options| [event, options] })
  end

  def test_errors_and_their_messages_can_be_left_out
    failing = ->(_) { raise KeyError, "of ann@example.com" }
    assert_raises(KeyError) { app(error_messages: false, &failing).get("/") }
    assert_nil @notes.tracked[0][1]["message"]
    @notes = Notes.new
    assert_raises(KeyError) { app(errors: false, &failing).get("/") }
    assert_equal(["request"], @notes.tracked.map(&:first))
  end

  def raised(message)
    raise ArgumentError, message
  rescue ArgumentError => e
    e
  end

  def test_the_stack_is_the_same_for_the_same_place_whatever_the_message_the_line_and_the_folder
    thrown = [raised("order 1"), raised("order 2")].map { |error| Seismo::Thrown.of(error) }
    assert_equal thrown[0]["stack"], thrown[1]["stack"]
    moved = raised("x")
    moved.set_backtrace(moved.backtrace.map { |line| line.sub(/\A#{Regexp.escape(__FILE__)}:/, "/elsewhere/rack_test.rb:9") })
    assert_equal thrown[0]["stack"], Seismo::Thrown.of(moved)["stack"]
    elsewhere = RuntimeError.new("x")
    assert_equal Seismo::Thrown.of(moved)["at"], "rack_test.rb:9#{thrown[0]['at'].split(':').last}"
    refute_equal thrown[0]["stack"], Seismo::Thrown.of(elsewhere)["stack"]
    # Without a backtrace: the message but for its numbers.
    assert_equal Seismo::Thrown.of(elsewhere)["stack"], Seismo::Thrown.of(RuntimeError.new("x"))["stack"]
    refute_equal Seismo::Thrown.of(RuntimeError.new("y"))["stack"], Seismo::Thrown.of(elsewhere)["stack"]
  end

  def test_anything_can_be_raised
    unreadable = Class.new(StandardError) { def message = raise("By the host") }.new
    assert_equal "unreadable", Seismo::Thrown.of(unreadable)["message"]
    assert_equal "a" * 200, Seismo::Thrown.of(RuntimeError.new("a" * 300))["message"]
    assert_equal "Zo", Seismo::Thrown.of(RuntimeError.new("Zo\xeb".b))["message"]
  end

  def test_jobs_of_active_job_are_left_to_the_railtie_where_it_reports_them
    require "seismo/sidekiq"
    middleware = Seismo::Sidekiq.new({ client: @notes })
    job = { "class" => "Wrapper", "wrapped" => "ShipJob", "retry_count" => 1 }
    assert_equal 5, middleware.call(nil, job, "shipping") { 5 }
    assert_equal ["ShipJob", 2], @notes.tracked[0][1].values_at("name", "retries")
    Seismo.const_set(:ActiveJob, Struct.new(:subscribed).new(true))
    middleware.call(nil, job, "shipping") { 5 }
    assert_equal 1, @notes.tracked.size
  ensure
    Seismo.send(:remove_const, :ActiveJob)
  end

  def test_a_job_that_the_end_of_the_process_interrupts_is_retried
    require "seismo/sidekiq"
    assert_raises(Interrupt) { Seismo::Sidekiq.new({ client: @notes, errors: false }).call(nil, { "class" => "ShipJob" }, "q") { raise Interrupt } }
    assert_equal [%w[job retried]], (@notes.tracked.map { |event, data| [event, data["state"]] })
  end
end
