# frozen_string_literal: true

require_relative "lib/seismo/version"

Gem::Specification.new do |spec|
  spec.name = "seismo-client"
  spec.version = Seismo::VERSION
  spec.summary = "Sends events to a Seismo server and asks questions about them"
  spec.description = "Queues, batches and retries events so that each counts once, in memory or on disk, across threads and forks. " \
                     "With middleware for Rack, Rails and Sidekiq. No dependencies."
  spec.authors = ["the authors of Seismo"]
  spec.license = "MIT"
  spec.required_ruby_version = ">= 3.0"
  spec.files = Dir["lib/**/*.rb", "sig/**/*.rbs", "README.md", "CHANGELOG.md", "LICENSE"]
  spec.require_paths = ["lib"]
  spec.metadata["rubygems_mfa_required"] = "true"
end
