# frozen_string_literal: true

require_relative "support/helper"
require_relative "support/programs"
require_relative "support/real_server"
require "open3"

# The examples of docs/send-events, run as they are there, with a real server.
class DocsTest < Minitest::Test
  include Programs

  FOLDER = File.join(REPOSITORY, "docs/send-events")
  PAGES = %w[ruby rack rails sidekiq].freeze

  # Of what an example says only the names and addresses are ours.
  def examples(page, app)
    File.read(File.join(FOLDER, "#{page}.md")).scan(/^```ruby\n(.*?)^```/m).map do |(text)|
      text.gsub("https://seismo.example.com", RealServer.shared.url).sub(/(app: |app = )"shop"/, "\\1\"#{app}\"")
    end
  end

  def write(name, text)
    @folder ||= directory
    File.join(@folder, name).tap { |path| File.write(path, text) }
  end

  def run_example(app, text)
    keys = environment(app).merge("SEISMO_READ_KEY" => RealServer.shared.key(app, "read"))
    output, status = Open3.capture2e(keys, RbConfig.ruby, write("#{app}.rb", text))
    assert_predicate status, :success?, output
    output
  end

  def stored(app, name = nil)
    RealServer.shared.events(app).select { |event| name.nil? || event["event"] == name }
  end

  # What is known of an app's requests.
  def routes(app)
    stored(app).map { |event| [event["event"], *event["data"].values_at("route", "status")] }
  end

  PAGES.each do |page|
    define_method("test_#{page}_begins_with_at_most_five_lines") do
      lines = File.read(File.join(FOLDER, "#{page}.md"))[/^```ruby\n(.*?)^```/m, 1].lines.reject { |line| line.strip.empty? }
      assert_operator lines.size, :<=, 5
    end
  end

  def test_every_example_is_run
    # As many as the tests below take from each page.
    run = { "ruby" => 4, "rack" => 2, "rails" => 2, "sidekiq" => 1 }
    assert_equal run, PAGES.to_h { |page| [page, File.read(File.join(FOLDER, "#{page}.md")).scan(/^```ruby$/).size] }
    with_ruby = Dir.children(FOLDER).select { |name| File.read(File.join(FOLDER, name)).match?(/^```ruby$/) }
    assert_equal PAGES.sort, with_ruby.map { |name| File.basename(name, ".md") }.sort
  end

  def test_the_readme_shows_the_example_that_runs
    assert_includes File.read(File.join(ROOT, "README.md")), File.read(File.join(FOLDER, "ruby.md"))[/^```ruby\n(.*?)^```/m, 1]
  end

  def test_the_event_is_stored_when_the_program_has_ended_and_what_is_asked_is_answered
    send, identify, query = examples("ruby", "docs-ruby")
    assert_equal "", run_example("docs-ruby", send.sub("seismo.close", "#{identify}seismo.close"))
    assert_equal [["ann", { "amount" => 42 }]], stored("docs-ruby", "order paid").map { |event| event.values_at("user", "data") }
    assert_equal [["ann", "d-1", { "plan" => "pro" }]], stored("docs-ruby", "$identify").map { |event| event.values_at("user", "device", "data") }
    lines = run_example("docs-ruby", query).lines(chomp: true)
    assert_equal ["$identify", "order paid"], lines[0, 2].map { |line| line.split("Z ")[1] }.sort
    # One event with an amount of ten or more; of the report a number, of whichever day it is; two steps of a funnel.
    assert_match(/\A1 \d+ 2\z/, lines[2])
  end

  def test_with_a_directory_the_queue_is_there_and_the_event_arrives
    queue = directory
    assert_equal "", run_example("docs-disk", examples("ruby", "docs-disk")[3].sub("/var/lib/shop/seismo", queue))
    assert_equal 1, stored("docs-disk", "order paid").size
    assert_equal ["0"], Dir.children(queue)
  end

  def test_rack
    needs "rack", "puma"
    port, pid = puma(write("config.ru", examples("rack", "docs-rack")[0]), "docs-rack")
    assert_equal "Hello", get(port, "/").body
    stop(pid)
    assert_equal [["request", "(unmatched)", 200]], routes("docs-rack")
  end

  def test_sinatra
    needs "sinatra", "puma"
    port = free_port.to_s
    file = write("sinatra.rb", examples("rack", "docs-sinatra")[1])
    _, pid = start(/Listening on/, "docs-sinatra", RbConfig.ruby, file, "-p", port)
    assert_equal "Item 7", get(port, "/items/7").body
    stop(pid)
    assert_equal [["request", "/items/:id", 200]], routes("docs-sinatra")
  end

  def test_rails
    needs "railties", "puma"
    config, track = examples("rails", "docs-rails")
    port, pid = puma(write("config.ru", rails_application(config, track)), "docs-rails", env: { "RAILS_ENV" => "production" })
    assert_equal "204", get(port, "/orders/7").code
    stop(pid)
    assert_equal [["order paid", "ann", nil], ["request", "12", "/orders/:id"]],
                 stored("docs-rails").map { |event| [event["event"], event["user"], event["data"]["route"]] }.sort
  end

  def rails_application(config, track)
    <<~RUBY
      require "rails"
      require "action_controller/railtie"
      require "seismo-client"
      class Shop < Rails::Application
        config.root = __dir__
        config.eager_load = true
        config.secret_key_base = "x" * 64
        config.logger = Logger.new(nil)
      end
      #{config}
      class OrdersController < ActionController::Base
        def show
          session[:user_id] = 12
          #{track}
          head :no_content
        end
      end
      Rails.application.initialize!
      Rails.application.routes.draw { get "orders/:id", to: "orders#show" }
      run Rails.application
    RUBY
  end

  def test_sidekiq
    needs "sidekiq"
    env = environment("docs-sidekiq").merge(redis)
    file = write("jobs.rb", <<~RUBY)
      require "sidekiq"
      #{examples('sidekiq', 'docs-sidekiq')[0]}
      class ShipJob
        include Sidekiq::Worker
        def perform; end
      end
    RUBY
    _, pid = start(/Running in ruby/, "docs-sidekiq", "sidekiq", "--require", file, env: env)
    assert system(env, RbConfig.ruby, "-r", file, "-e", "ShipJob.perform_async", err: File::NULL)
    wait_until("the job was done") { stored("docs-sidekiq").any? }
    stop(pid)
    assert_equal([%w[job ShipJob done]], stored("docs-sidekiq").map { |event| [event["event"], *event["data"].values_at("name", "state")] })
  end

  def test_the_page_names_every_option_of_its_own
    page = File.read(File.join(FOLDER, "ruby.md"))
    shared = File.read(File.join(FOLDER, "delivery.md"))
    missing = Seismo::Options::NAMES.reject do |name|
      camel = Seismo::Search.camel(name)
      page.include?("`#{name}`") || shared.include?("`#{camel}`")
    end
    assert_empty missing
  end

  def test_the_signatures_name_every_option
    signatures = File.read(File.join(ROOT, "sig/seismo.rbs"))
    assert_empty(Seismo::Options::NAMES.reject { |name| signatures.match?(/^\s+\??#{name}: /) })
    calls = Seismo::Client.public_instance_methods(false) - %i[inspect close_at_exit]
    assert_empty(calls.reject { |name| signatures.match?(/def #{name}: /) })
  end
end
