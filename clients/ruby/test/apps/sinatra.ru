# frozen_string_literal: true

# A Sinatra application: for servers_test.rb.
require "sinatra/base"
require "seismo/rack"

class Shop < Sinatra::Base
  set :environment, :production
  use Seismo::Rack, server: ENV.fetch("SEISMO_SERVER"), app: ENV.fetch("SEISMO_APP"), key: ENV.fetch("SEISMO_KEY"),
                    user: ->(request) { request.params["user"] }
  get("/items/:id") { "Item #{params['id']}" }
  get("/fails") { raise ArgumentError, "no such thing 12" }
  get("/stream") { stream { |out| 3.times { |n| out << "part #{n}" } } }
end
run Shop
