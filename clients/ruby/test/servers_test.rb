# frozen_string_literal: true

require_relative "support/helper"
require_relative "support/programs"
require_relative "support/real_server"

# Applications as they are run, and what the server of events holds of them: each event once.
class ServersTest < Minitest::Test
  include Programs

  def stored(app, name)
    RealServer.shared.events(app).select { |event| event["event"] == name }
  end

  def wait_for(app, name, count)
    wait_until("#{count} events #{name}") { stored(app, name).size >= count }
    stored(app, name)
  end

  # 200 requests by four threads to an application whose server forked two workers; then it is told to end.
  def serve_200_by_two_workers(app, port, pid, signal)
    pids = 4.times.map do |t|
      Thread.new { 50.times.map { |n| get(port, "/items/#{n}?#{(t * 50) + n}&user=u#{t}").body } }
    end.flat_map(&:value).uniq
    stop(pid, signal)
    assert_equal 1, stored(app, "app started").size
    assert_equal (0...200).to_a, stored(app, "served").map { |event| event["data"]["n"] }.sort
    requests = stored(app, "request")
    assert_equal 200, requests.size
    assert_equal pids.sort, requests.map { |event| event["data"]["pid"].to_s }.uniq.sort
    assert_equal [%w[GET /items/:id], 200], [requests.first["data"].values_at("method", "route"), requests.first["data"]["status"]]
    assert_equal [["u0", 50], ["u1", 50], ["u2", 50], ["u3", 50]], requests.map { |event| event["user"] }.tally.sort
  end

  def test_a_rack_application_under_puma_that_forks
    needs "puma", "rack"
    port, pid = puma("rack.ru", "rack-puma", "--workers", "2", "--preload")
    serve_200_by_two_workers("rack-puma", port, pid, :TERM)
  end

  def test_a_rack_application_under_unicorn
    needs "unicorn", "rack"
    config = File.join(directory, "unicorn.rb")
    File.write(config, "worker_processes 2\npreload_app true\n")
    port, pid = start(/listening on addr=127\.0\.0\.1:(\d+)/, "rack-unicorn", "unicorn", "--config-file", config,
                      "--listen", "127.0.0.1:#{free_port}", app_file("rack.ru"))
    serve_200_by_two_workers("rack-unicorn", port, pid, :QUIT)
  end

  def test_a_sinatra_application
    needs "puma", "sinatra"
    port, pid = puma("sinatra.ru", "sinatra")
    assert_equal "Item 7", get(port, "/items/7?user=ann").body
    assert_equal "500", get(port, "/fails").code
    assert_equal "404", get(port, "/nowhere/12").code
    assert_equal "part 0part 1part 2", get(port, "/stream").body
    stop(pid)
    requests = stored("sinatra", "request")
    found = requests.map { |event| [*event["data"].values_at("route", "status"), event["user"]] }
    assert_equal [["/items/:id", 200, "ann"], ["/fails", 500, nil], ["(unmatched)", 404, nil], ["/stream", 200, nil]], found
    assert_equal [6, 18], requests.values_at(0, 3).map { |event| event["data"]["bytes"] }
    assert_empty(requests.select { |event| event["data"]["aborted"] })
    errors = stored("sinatra", "error")
    assert_equal 1, errors.size
    assert_equal({ "name" => "ArgumentError", "message" => "no such thing 12", "at" => "sinatra.ru:12", "method" => "GET", "route" => "/fails" },
                 errors.first["data"].except("stack"))
    assert_match(/\A\h{14}\z/, errors.first["data"]["stack"])
  end

  %w[production development].each do |environment|
    define_method("test_a_rails_application_in_#{environment}") do
      needs "puma", "railties", "activejob"
      app = "rails-#{environment}"
      port, pid = puma("rails.ru", app, env: { "RAILS_ENV" => environment })
      assert_equal "42", get(port, "/shops/7/orders/42?user=ann").body
      assert_equal "200", get(port, "/orders/latest").code
      assert_equal "200", get(port, "/health").code
      assert_equal "hello", get(port, "/blogs/mine/posts/hello").body
      assert_equal "500", get(port, "/fails").code
      assert_equal "404", get(port, "/nowhere/12").code
      assert_equal "201", post(port, "/shops/7/orders").code
      jobs = wait_for(app, "job", 5)
      stop(pid)
      assert_equal [
        ["GET", "/shops/:shop/orders/:id", "orders#show", 200, "ann"], ["GET", "/orders/latest", "orders#show", 200, nil],
        ["GET", "/blogs/:blog/posts/:slug", "blog/posts#show", 200, nil], ["GET", "/fails", "orders#fails", 500, nil],
        ["GET", "(unmatched)", nil, 404, nil], ["POST", "/shops/:shop/orders", "orders#create", 201, nil]
      ], (stored(app, "request").map { |event| [*event["data"].values_at("method", "route", "action", "status"), event["user"]] })
      compare_jobs(jobs)
      compare_errors(stored(app, "error").map { |event| event["data"] })
      paid = stored(app, "order paid")
      assert_equal [[12.5, "paid"]], (paid.map { |event| event["data"].values_at("amount", "status") })
      assert_match(/\A\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z\z/, paid.first["data"]["at"])
    end
  end

  def compare_jobs(jobs)
    assert_equal [["ShipJob", "shipping", "discarded", 0, "ArgumentError"], ["ShipJob", "shipping", "done", 0, nil],
                  ["ShipJob", "shipping", "done", 1, nil], ["ShipJob", "shipping", "failed", 0, "KeyError"],
                  ["ShipJob", "shipping", "retried", 0, "ShipJob::Busy"]],
                 jobs.map { |event| event["data"].values_at("name", "queue", "state", "retries", "error") }.sort_by { |job| job[2..3].join }
    jobs.each { |event| assert_operator event["data"]["ms"], :>=, 0 }
  end

  def compare_errors(errors)
    assert_equal %w[ArgumentError IndexError KeyError ShipJob::Busy], errors.map { |error| error["name"] }.sort
    failed = errors.find { |error| error["name"] == "IndexError" }
    assert_equal ["no such order 42", "rails.ru", "GET", "/fails"], [failed["message"], failed["at"][/\A[^:]+/], *failed.values_at("method", "route")]
    assert_equal %w[ShipJob shipping], errors.find { |error| error["name"] == "KeyError" }.values_at("job", "queue")
  end

  def test_sidekiq
    needs "sidekiq"
    env = redis
    _, pid = start(/Running in ruby/, "sidekiq", "sidekiq", "--require", app_file("sidekiq.rb"), "--queue", "shipping",
                   "--concurrency", "2", env: env)
    jobs = "20.times { |n| ShipJob.perform_async(n.to_s) }; ShipJob.perform_async('wrong')"
    assert system(environment("sidekiq").merge(env), RbConfig.ruby, "-r", app_file("sidekiq.rb"), "-e", jobs, err: File::NULL)
    wait_for("sidekiq", "job", 22)
    stop(pid)
    found = stored("sidekiq", "job").map { |event| event["data"].values_at("name", "queue", "state", "retries", "error") }
    assert_equal({ ["ShipJob", "shipping", "done", 0, nil] => 20, ["ShipJob", "shipping", "failed", 0, "ArgumentError"] => 1,
                   ["ShipJob", "shipping", "failed", 1, "ArgumentError"] => 1 }, found.tally)
    errors = stored("sidekiq", "error").map { |event| event["data"] }
    assert_equal 2, errors.size
    assert_equal [%w[ArgumentError ShipJob shipping]], errors.map { |error| error.values_at("name", "job", "queue") }.uniq
    assert_equal 1, errors.map { |error| error["stack"] }.uniq.size
  end
end
